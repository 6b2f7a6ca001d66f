#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# attach-late.sh: the longest that nothing else can run while tcp_* are attached to and
# let go of, by function_graph and by ktlat, in instructions, and what ran then; in a
# guest with one CPU under -icount, fully preemptible (make bench-attach).
set -euo pipefail
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/late.sh
. tests/bench/attach-tools.sh

ROUNDS=2
LIST=/tmp/list
echo 'tcp_*' >$LIST

load_target
load_ktlat
echo full >/sys/kernel/debug/sched/preempt
# What is done but once is not what is asked for.
for what in graph_on graph_off ktlat_direct_on ktlat_direct_off; do
	$what >/dev/null
done
for ((i = 0; i < ROUNDS; i++)); do
	for what in graph_on graph_off ktlat_direct_on ktlat_direct_off; do
		late_while 300 $what
		echo "$what: interrupts off for $(late_most '.kind == "irq"'), preemption for $(late_most '.kind == "run"')"
		late_diag true 2
	done
done

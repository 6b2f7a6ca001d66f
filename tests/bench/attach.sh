#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# attach.sh: how long it takes to measure many functions at once, and to let go of
# them, by ktlat and by other tools, and for how long another CPU's timer is late
# meanwhile; in a guest (make bench-attach). Prints a table in Markdown.
#
# Each list is a file of globs that all tools are given. Attached is a tool when its
# command has come back or, where it stays, when as many functions are traced as it has
# said, and no more come. Lateness is what cyclictest finds on CPU 1, where nothing else
# runs, while the tool attaches or detaches on CPU 0: the worst of its wake-ups.
set -euo pipefail
. tests/vm/lib.sh
. tests/bench/attach-tools.sh

ROUNDS=${ROUNDS:-5}
KPROBES=/sys/kernel/debug/kprobes/list
OUT=/tmp/attach
LIMIT=600 # seconds that a tool has to attach in

taskset -pc 0 $$ >/dev/null

# cyclictest has its thread by the side of its main one.
has_begun() {
	[[ $(find "/proc/$CYCLIC/task" -mindepth 1 -maxdepth 1 | wc -l) == 2 ]]
}

# A thread that wants to run each millisecond, on CPU 1.
late_begin() {
	cyclictest -q -m -t 1 -a 1 -p 90 -i 1000 --json=$OUT.late >/dev/null &
	CYCLIC=$!
	wait_until 20 has_begun
}

# LATE: its worst, in us.
late_end() {
	kill -INT "$CYCLIC"
	wait "$CYCLIC" || :
	LATE=$(jq '[.thread[].max] | max' $OUT.late)
}

# timed NAME COMMAND...: how long it takes and what is late meanwhile, to $OUT.NAME.
timed() {
	local name=$1 begin end
	shift
	late_begin
	begin=${EPOCHREALTIME/./}
	"$@" >$OUT.log 2>&1 || { late_end && return 1; }
	end=${EPOCHREALTIME/./}
	late_end
	echo "$(((end - begin) / 1000)) $LATE" >>"$OUT.$name"
}

median() {
	sort -n | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'
}

ktlat_direct_number() { ktlat-ctl list --json | jq '.probes[0].functions'; }

ktlat_kretprobe_on() { ktlat-ctl add-probe --backend kretprobe --group many -f "$LIST"; }
ktlat_kretprobe_off() { ktlat_direct_off; }
ktlat_kretprobe_number() { ktlat_direct_number; }

graph_number() { wc -l <$TRACING/set_ftrace_filter; }

# What is late all the same.
nothing_on() { sleep 1; }
nothing_off() { sleep 1; }
nothing_number() { echo 0; }

# Half of its probes are of returns.
bpftrace_number() { echo $(($(grep -vc canary $KPROBES) / 2)); }
bpftrace_on() {
	local globs end=$((SECONDS + LIMIT)) wanted
	globs=$(paste -sd ' ' "$LIST")
	env --default-signal=INT BPFTRACE_MAX_PROBES=10000 BPFTRACE_MAX_BPF_PROGS=10000 bpftrace -e "
		kprobe:${globs// /,kprobe:} { @start[tid] = nsecs; }
		kretprobe:${globs// /,kretprobe:} /@start[tid]/ { @ns = hist(nsecs - @start[tid]); delete(@start[tid]); }" \
		>$OUT.bpftrace 2>&1 &
	BPFTRACE=$!
	until wanted=$(sed -n 's/^Attaching \([0-9]*\) probes.*/\1/p' $OUT.bpftrace) && [[ -n $wanted ]] &&
		[[ $(grep -vc canary $KPROBES) -ge $wanted ]]; do
		kill -0 "$BPFTRACE" && ((SECONDS < end)) || return 1
		sleep 0.1
	done
}
bpftrace_off() {
	kill -INT "$BPFTRACE"
	wait "$BPFTRACE" || :
}

# row LIST TOOL TITLE
row() {
	local tool=$2 title=$3 i number
	LIST=$1
	rm -f $OUT.on $OUT.off
	for ((i = 0; i < ROUNDS; i++)); do
		echo "attach.sh: $SECONDS s: $title, ${LIST##*/}" >&2
		if ! timed on "${tool}_on"; then
			[[ $tool != bpftrace ]] || cp $OUT.bpftrace $OUT.log
			echo "| ${LIST##*/} | $title | failed: $(grep -v '^WARNING' $OUT.log | tail -n 1) | | | | |"
			"${tool}_off" >/dev/null 2>&1 || :
			return
		fi
		number=$("${tool}_number")
		timed off "${tool}_off"
	done
	printf '| %s | %s | %d | %d | %d | %.1f | %.1f |\n' "${LIST##*/}" "$title" "$number" \
		"$(cut -d' ' -f1 $OUT.on | median)" "$(cut -d' ' -f1 $OUT.off | median)" \
		"$(cut -d' ' -f2 $OUT.on | median | awk '{ print $1 / 1000 }')" \
		"$(cut -d' ' -f2 $OUT.off | median | awk '{ print $1 / 1000 }')"
}

load_ktlat
modprobe ip_vs
mkdir -p /tmp/lists
echo 'ip_vs_*' >/tmp/lists/ip_vs
echo 'tcp_*' >/tmp/lists/tcp
# Some two thousand functions of the kernel.
tr ' ' '\n' <<<'tcp_* ip_* udp_* sock_* inet_* dev_* skb_* netdev_* nf_* __ip_* __tcp_* fib_* neigh_* rt_* xfrm_* vfs_* do_* __do_* file_* generic_*' \
	>/tmp/lists/vmlinux
ulimit -l unlimited

echo '| functions | measured by | how many | attach, ms | detach, ms | late meanwhile, ms | late, detaching, ms |'
echo '| --- | --- | ---: | ---: | ---: | ---: | ---: |'
row /tmp/lists/none nothing 'nothing, for a second'
for list in ip_vs tcp vmlinux; do
	row /tmp/lists/$list graph 'function_graph, the same globs'
	row /tmp/lists/$list ktlat_direct 'ktlat, a group by direct'
done
ROUNDS=1
for list in tcp vmlinux; do
	row /tmp/lists/$list ktlat_kretprobe 'ktlat, a group by kretprobes'
done
for list in ip_vs tcp vmlinux; do
	row /tmp/lists/$list bpftrace 'bpftrace, kprobe and kretprobe'
done

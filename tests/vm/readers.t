#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial
#
# Readers do not disturb each other or the kernel; what a killed tool has
# added goes with it.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/coherent.sh

# By whatever backend.
armed() { grep -q "^$1 " /sys/kernel/tracing/enabled_functions; }
not_armed() { ! armed "$1"; }

load_ktlat
load_target

# kill -9 of a tool that measures.
ktlat-ctl lat ktlat_target_loop @hrtimer >/tmp/lat.out 2>&1 &
lat=$!
ok 'lat measures' wait_until 20 armed ktlat_target_loop
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'its probes are seen by nobody else'
kill -KILL "$lat"
wait "$lat" 2>/dev/null
ok 'kill -9: nothing is left on the function' wait_until 20 not_armed ktlat_target_loop
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'nor any probe'
is "$(ktlat-ctl status --json | jq .memory_bytes)" 0 'nor memory'

# Ended by Ctrl-C it prints what it has.
ktlat-ctl lat ktlat_target_loop --json >/tmp/lat.out 2>&1 &
lat=$!
ok 'lat measures again' wait_until 20 armed ktlat_target_loop
target func=loop ctx=kthread cpus=0 calls=1000
kill -INT "$lat"
wait "$lat"
is $? 0 'Ctrl-C ends it well'
is "$(grep -m 1 '^{' /tmp/lat.out | jq '.probes[0].count')" 1000 'and it prints what it has measured'
ok 'nothing is left on it' wait_until 20 not_armed ktlat_target_loop

# Around a command, with its exit status.
ktlat-ctl lat ktlat_target_loop --json -- \
	sh -c "echo func=loop ctx=task calls=77 >$TARGET_DIR/run; exit 0" >/tmp/lat.out 2>/dev/null
is "$(grep -m 1 '^{' /tmp/lat.out | jq '.probes[0].count')" 77 'around a command: its calls'
ok 'nothing is left on it after it' not_armed ktlat_target_loop

# Two readers while everything moves, and once all is quiet.
target_reset
ktlat-ctl add-probe ktlat_target_busy >/dev/null
target func=busy ctx=kthread calls=0 async=1
target func=busy ctx=hardirq calls=0 period_ns=100000 async=1
are_coherent ktlat_target_busy 'under load' 30
target_stop
for reader in 1 2; do
	ktlat-ctl hist ktlat_target_busy --json | jq -c '.probes' >"/tmp/reader$reader" &
done
wait
ok 'at rest two readers see the same' cmp /tmp/reader1 /tmp/reader2
figures=$(probe_stat ktlat_target_busy '"\(.count) \(.missed)"')
read -r count missed <<<"$figures"
cmp_ok "$((count + missed))" '<=' "$(target_stat busy .started)" 'and no more than there was'

# What came in between is the difference of two totals.
target_reset
ktlat-ctl reset all >/dev/null
target func=busy ctx=kthread calls=0 async=1
ktlat-ctl hist ktlat_target_busy --json --delta --interval 300ms --count 5 >/tmp/delta
target_stop
cmp_ok "$(jq -s '[.[].probes[0].count] | add' /tmp/delta)" '>' 0 \
	'the change since last time is not zero'
cmp_ok "$(jq -s '[.[].probes[0].count] | add' /tmp/delta)" '<' \
	"$(probe_stat ktlat_target_busy .count)" 'and all changes together are not more than the total'
is "$(ktlat-ctl hist ktlat_target_busy --json --delta --interval 100ms --count 1 |
	jq '.probes[0].count')" 0 'at rest it is zero'

# A mapping that is open does not keep the probe from being removed.
ktlat-ctl hist --json --interval 200ms --count 5 >/tmp/open &
reader=$!
ok 'removed under a reader' ktlat-ctl remove-probe all
wait "$reader"
is $? 0 'who goes on'
is "$(ktlat-ctl status --json | jq .memory_bytes)" 0 'no memory is left accounted'
done_testing

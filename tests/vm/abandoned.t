#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=300 serial
#
# Calls that never return, because their task ends inside, are accounted for as
# abandoned, and give back what they held.
. tests/vm/lib.sh
. tests/vm/target.sh

# settles SPEC ENTRIES ABANDONED NAME: once the last task is gone, every entry
# has returned or is abandoned (or was missed).
settles() {
	local figures='.in_flight == 0 and .entries == .count + .abandoned + .missed'
	ok "$4: nothing is in flight for ever" wait_until 10 \
		eval "[[ \$(probe_stat '$1' '$figures') == true ]]"
	is "$(probe_stat "$1" .entries)" "$2" "$4: every entry is seen"
	is "$(probe_stat "$1" '.abandoned + .missed')" "$3" "$4: those that ended inside are abandoned"
}

load_ktlat
load_target
ktlat-ctl add-probe ktlat_target_exit ktlat_target_killable >/dev/null

ok 'threads that end inside' target func=exit ctx=kthread threads=20
settles ktlat_target_exit 20 20 'ended inside'
is "$(probe_stat ktlat_target_exit .count)" 0 'ended inside: none has returned'
like "$(ktlat-ctl hist ktlat_target_exit)" '20 abandoned' 'hist says so'

from_zero
ok 'threads that end three calls deep' target func=exit ctx=kthread threads=20 depth=3
settles ktlat_target_exit 60 60 'three deep'

# More than the pool holds, were they not given back.
from_zero
for ((i = 0; i < 10; i++)); do
	target func=exit ctx=kthread threads=50
done
settles ktlat_target_exit 500 500 'many'

# A task that is killed in a killable wait leaves the function all the same.
from_zero
pids=()
for ((i = 0; i < 5; i++)); do
	(target func=killable ctx=task calls=1 delay_ns=1000000000000) &
	pids+=($!)
done
ok 'five tasks wait inside' wait_until 5 \
	eval '[[ $(probe_stat ktlat_target_killable .in_flight) == 5 ]]'
kill -KILL "${pids[@]}"
wait "${pids[@]}" 2>/dev/null
settles ktlat_target_killable 5 0 'killed in a killable wait'

# What it does not leave is get_signal(). The jq of lib.sh has threads, which end there
# with it; this one has none.
jq() { command jq "$@"; }
ktlat-ctl remove-probe all >/dev/null
ktlat-ctl add-probe get_signal >/dev/null
pids=()
for ((i = 0; i < 5; i++)); do
	sleep 1000 &
	pids+=($!)
done
kill -KILL "${pids[@]}"
wait "${pids[@]}" 2>/dev/null
balanced='.in_flight == 0 and .entries == .count + .abandoned'
ok 'killed processes: nothing is in flight for ever' wait_until 10 \
	eval "[[ \$(probe_stat get_signal '$balanced') == true ]]"
diag "$(probe_stat get_signal '"\(.entries) entries, \(.count) returns, \(.abandoned) abandoned"')"
is "$(probe_stat get_signal .abandoned)" 5 'killed processes: five calls are abandoned'
is "$(probe_stat get_signal .missed)" 0 'killed processes: none was missed'

done_testing

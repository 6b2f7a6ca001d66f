#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=120 serial
#
# A module goes, and another one comes to its place: a group that had functions
# of the first takes none of the second, as its trampoline would take them for
# those; another group does, and has figures of its own.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
# The target by another name of the same length, so that it can be written over.
S=ktlat_second

# add GROUP MODULE: its function "busy".
add() {
	tests/programs/member "$1" "$2" "$2_busy" "$(address_of "$2_busy" "$2")"
}

load_ktlat
needs_groups
sed "s/$F/$S/g" "$TARGET_KO" >/tmp/$S.ko

# What was loaded there once may not be there the next time.
for ((i = 0; i < 10; i++)); do
	load_target
	first=$(tests/programs/member first 2)
	is "$(add "$first" $F)" added 'a function is added to a group'
	old=$(address_of ${F}_busy $F)
	rmmod $F
	insmod /tmp/$S.ko || bail_out "cannot load the target as $S"
	[[ $(address_of ${S}_busy $S) != "$old" ]] || break
	rmmod $S
	ktlat-ctl remove-probe all >/dev/null
done
diag "$F was at $old, $S is at $(address_of ${S}_busy $S)"
is "$(address_of ${S}_busy $S)" "$old" 'its module goes, and another comes to its place'

is "$(add "$first" $S)" taken 'the group does not take a function there'
second=$(tests/programs/member second 2)
is "$(add "$second" $S)" added 'another group does'
ok 'it can be enabled' ktlat-ctl enable second
echo func=busy ctx=task calls=5 >/sys/kernel/debug/$S/run
is "$(probe_stat second '"\(.entries) \(.count)"')" '5 5' 'and counts the calls'
is "$(probe_stat first '"\(.entries) \(.count)"')" '0 0' 'the first counts none'
ktlat-ctl remove-probe all >/dev/null
done_testing

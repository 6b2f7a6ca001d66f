#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# planted.sh FOLDER SECONDS PLANT...: in a guest, by plants.sh: ktlat with each fault
# does what comes by the place where it is; until there is a report, for SECONDS.
. tests/vm/lib.sh
. tests/vm/target.sh

races() {
	dmesg | grep -q 'BUG: KCSAN: .*\[ktlat'
}

# A session of its own with rings and a probe whose calls are all slow.
record() {
	tests/programs/events slow_ns=1 64 kretprobe ktlat_target_busy -- \
		bash -c "echo 'func=busy ctx=kthread calls=$calls' >$TARGET_DIR/run" >/dev/null
}

# KCSAN watches one access in so many; here it need not spare the machine.
SKIP=/sys/module/kcsan/parameters/skip_watch
calls=200
if [[ -e $SKIP ]]; then
	calls=5000
	echo 200 >$SKIP
fi

KTLAT_KO=$1/ktlat.ko
seconds=$2
shift 2
load_target
for plant; do
	load_ktlat plant="$plant"
	end=$((SECONDS + seconds))
	record
	until [[ $SECONDS -ge $end ]] || races; do
		record
	done
	rmmod ktlat
done

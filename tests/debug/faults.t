#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=1200 serial
#
# Each call to the device with each of its allocations failing, one at a time: it
# fails with ENOMEM and changes nothing, or succeeds all the same. What is lost
# kmemleak tells in the end, and pages are counted.
. tests/vm/lib.sh

FAULTS=/sys/kernel/debug
[[ -e $FAULTS/failslab ]] || {
	echo "1..0 # SKIP Linux $KERNEL has no fault injection"
	exit 0
}

# Also those that may wait; else nothing of ours would fail.
for kind in failslab fail_page_alloc; do
	echo N >$FAULTS/$kind/ignore-gfp-wait
	echo 0 >$FAULTS/$kind/verbose
done
echo N >$FAULTS/fail_page_alloc/ignore-gfp-highmem
echo 0 >$FAULTS/fail_page_alloc/min-order

load_ktlat
load_target
insmod "$KTLAT_TREE/tests/target/ktlat_spare.ko" || bail_out 'cannot spare the kernel its own'
tests/programs/faults

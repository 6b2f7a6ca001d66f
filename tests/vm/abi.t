#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial
#
# The device contract, used rightly and wrongly, by 64-bit and 32-bit callers.
# Each program of tests/abi makes one result here; its own lines show if it
# fails.
. tests/vm/lib.sh

programs=(layout ioctls add refuse maps rings rights sessions values hostile)

# What Linux allows from 5.16 on; before, it is 64 KiB.
ulimit -l 8192
load_ktlat
load_target
for program in "${programs[@]}"; do
	for bits in 64 32; do
		ok "$program, $bits-bit" "tests/abi/$program$bits"
	done
done
free_again 'at the end'
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial cpu=Skylake-Client-v1,+rdtscp,+x2apic append=retbleed=stuff
# stock: it looks at the code of a stock kernel
#
# The trampolines as they are in memory where calls are counted against the
# underflow of the return predictor (Linux 6.2 and later, on CPUs of this kind):
# each body is called with a count of its own.
. tests/vm/lib.sh

if [[ $(</sys/devices/system/cpu/vulnerabilities/retbleed) != *Stuffing ]]; then
	echo "1..0 # SKIP Linux $KERNEL does not count calls"
	exit 0
fi
. tests/vm/text.sh
like "$(dmesg)" 'callthunks: Setting up call depth tracking' 'the kernel counts calls'
is "$(grep -cE '\| sarq +\$0x5,%gs:' /tmp/slots)" $((2 * SLOTS)) 'each call of a body is counted by the slot'
done_testing

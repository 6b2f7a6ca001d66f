#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial
# stock: it looks at the code of a stock kernel
#
# The trampolines as they are in memory, under the command line that is usual.
. tests/vm/lib.sh
. tests/vm/text.sh
like "$(</sys/devices/system/cpu/vulnerabilities/spectre_v2)" Mitigation 'the kernel uses what it has against speculation'
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial append=mitigations=off
# stock: it looks at the code of a stock kernel
#
# The trampolines as they are in memory, without anything against speculation.
. tests/vm/lib.sh
. tests/vm/text.sh
like "$(</sys/devices/system/cpu/vulnerabilities/spectre_v2)" Vulnerable 'the kernel uses nothing against speculation'
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: append=module.sig_enforce=1
#
# A kernel that takes signed modules only, as under Secure Boot: the tool says what to do.
. tests/vm/lib.sh

is "$(cat /sys/module/module/parameters/sig_enforce)" Y 'the kernel wants signatures'
fails 'load says that a signature is missing' \
	'not signed with a key that this machine trusts .*; sign it, and enrol the key with mokutil' \
	ktlat-ctl load "$KTLAT_KO"
is "$(ktlat-ctl status --json | jq .loaded)" false 'the module is not loaded'
# What Linux 5.10 says of a missing signature under Secure Boot, too.
echo 1 >/proc/sys/kernel/modules_disabled
fails 'root is told what it may be, where the kernel does not tell' \
	'does not let root load it: .*enrol the key with mokutil.*modules_disabled' \
	ktlat-ctl load "$KTLAT_KO"
fails 'others are told to be root' 'no permission; run as root$' \
	setpriv --reuid 1000 --clear-groups ktlat-ctl load "$KTLAT_KO"
done_testing

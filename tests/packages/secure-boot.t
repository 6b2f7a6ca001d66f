#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# secure-boot.t before|after PASSWORD: in a guest with Secure Boot, see tests/packages/secure-boot,
# before and after the key with which DKMS has signed the module ($KTLAT_KO) is enrolled.
. tests/vm/lib.sh
. tests/vm/target.sh

KEY=${KTLAT_KO%/*}/mok.der
PASSWORD=$2

# What README tells to do where the key is not known: the half before the reboot.
import_key() {
	mokutil "--generate-hash=$PASSWORD" >/tmp/hash && mokutil --import "$KEY" --hash-file /tmp/hash
}

# refused FILE: how insmod and ktlat-ctl tell it. Linux 5.10 does not say that it is the key.
refused() {
	fails "insmod does not take ${1##*/}" '(Key was rejected by service|Operation not permitted)$' insmod "$1"
	fails 'ktlat-ctl says what to do' 'sign it, and enrol the key with mokutil' ktlat-ctl load "$1"
}

before() {
	refused "$KTLAT_KO"
	ok 'mokutil takes the key' import_key
}

after() {
	is "$(mokutil --test-key "$KEY" | tail -n 1)" "$KEY is already enrolled" 'the key is enrolled'
	ok 'ktlat-ctl loads the module' ktlat-ctl load "$KTLAT_KO"
	for backend in direct kretprobe; do
		ktlat-ctl add-probe --backend $backend ksys_sync >/dev/null
		for _ in 1 2 3; do sync; done
		is "$(probe_stat ksys_sync .count)" 3 "$backend: three calls of sync(2)"
		ktlat-ctl remove-probe all >/dev/null
	done
	refused "$TARGET_KO" # which has no signature
}

mount -t efivarfs efivarfs /sys/firmware/efi/efivars
is "$(mokutil --sb-state)" 'SecureBoot enabled' "$1: Secure Boot is on"
is "$(</sys/kernel/security/lockdown)" 'none [integrity] confidentiality' "$1: the kernel is locked down"
like "$(modinfo -F signer "$KTLAT_KO")" . "$1: the module is signed: $(modinfo -F signer "$KTLAT_KO")"
"$1"
done_testing
[[ $TAP_FAILED -eq 0 ]] # for who started the guest

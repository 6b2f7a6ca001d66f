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

before() {
	fails 'insmod does not take it' 'Key was rejected by service$' insmod "$KTLAT_KO"
	fails 'ktlat-ctl says what to do' 'not signed with a key that this machine trusts .*mokutil$' ktlat-ctl load "$KTLAT_KO"
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
	# Linux 5.10 does not say that it is the key.
	fails 'a module without a signature is not taken' '(Key was rejected by service|Operation not permitted)$' insmod "$TARGET_KO"
	fails 'ktlat-ctl says so' 'enrol the key with mokutil' ktlat-ctl load "$TARGET_KO"
}

mount -t efivarfs efivarfs /sys/firmware/efi/efivars
is "$(mokutil --sb-state)" 'SecureBoot enabled' "$1: Secure Boot is on"
is "$(</sys/kernel/security/lockdown)" 'none [integrity] confidentiality' "$1: the kernel is locked down"
like "$(modinfo -F signer "$KTLAT_KO")" . "$1: the module is signed: $(modinfo -F signer "$KTLAT_KO")"
"$1"
done_testing
[[ $TAP_FAILED -eq 0 ]] # for who started the guest

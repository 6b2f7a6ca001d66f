# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A machine that boots as a real one does under Secure Boot: firmware with Microsoft's
# keys, shim, GRUB and Debian's kernel, each signed for the one before. Sourced by who
# starts it with QEMU. What it trusts besides is in a file of its variables.

# shellcheck source=scripts/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/cache.sh"

OVMF=/usr/share/OVMF
EFI_PROGRAMS=$CACHE/efi/root
# Unpacked and not installed, as they would make themselves this machine's boot loader.
EFI_PACKAGES=(shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed)

# efi_download FOLDER: the packages; by new lists where these have other versions by now.
efi_download() {
	local apt=(apt-get -qq -o "APT::Sandbox::User=$(id -un)")
	cd "$1" || return
	"${apt[@]}" download "${EFI_PACKAGES[@]}" 2>/dev/null ||
		{ "${apt[@]}" update && "${apt[@]}" download "${EFI_PACKAGES[@]}"; }
}

# efi_fetch: the signed programs, once; one at a time.
efi_fetch() {
	local new=$CACHE/efi/new lock status=0
	mkdir -p "$CACHE/efi" && exec {lock}>"$CACHE/efi.lock" && flock "$lock" || return
	[[ -d $EFI_PROGRAMS ]] || {
		rm -rf "$new" && mkdir "$new" && (efi_download "$new") &&
			printf '%s\n' "$new"/*.deb | xargs -I '{}' dpkg-deb -x '{}' "$new/root" &&
			mv -T "$new/root" "$EFI_PROGRAMS"
	} || status=$?
	rm -rf "$new"
	exec {lock}>&-
	return $status
}

# efi_ready: 0 once all is there that such a machine takes; else why it is not.
efi_ready() {
	local file
	for file in "$OVMF"/OVMF_{CODE_4M.secboot,VARS_4M.ms}.fd /usr/bin/{mmd,mcopy,mokutil,expect} /sbin/mkfs.fat; do
		[[ -e $file ]] || { echo "$file is missing: run scripts/deps.sh efi as root" >&2 && return 1; }
	done
	efi_fetch || { echo "cannot fetch ${EFI_PACKAGES[*]}: check the network and the package sources" >&2 && return 1; }
}

# efi_new_variables FILE: as a machine is delivered, with Secure Boot on.
efi_new_variables() {
	cp "$OVMF/OVMF_VARS_4M.ms.fd" "$1"
}

# efi_disk FILE KERNEL INITRD ARGS: what the firmware boots from.
efi_disk() {
	local size
	size=$(($(stat -Lc %s "$2") + $(stat -Lc %s "$3") + (48 << 20)))
	truncate -s $size "$1"
	/sbin/mkfs.fat -F 32 "$1" >/dev/null || return
	mmd -i "$1" ::/EFI ::/EFI/BOOT ::/EFI/debian || return
	mcopy -i "$1" "$EFI_PROGRAMS/usr/lib/shim/shimx64.efi.signed" ::/EFI/BOOT/BOOTX64.EFI &&
		mcopy -i "$1" "$EFI_PROGRAMS/usr/lib/shim/mmx64.efi.signed" ::/EFI/BOOT/mmx64.efi &&
		mcopy -i "$1" "$EFI_PROGRAMS/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" ::/EFI/BOOT/grubx64.efi &&
		mcopy -i "$1" "$2" ::/vmlinuz && mcopy -i "$1" "$3" ::/initrd &&
		mcopy -i "$1" - ::/EFI/debian/grub.cfg <<-END
			search --set=root --file /vmlinuz
			linux /vmlinuz $4
			initrd /initrd
			boot
		END
}

# efi_machine VARIABLES DISK: QEMU's arguments for it, in EFI_MACHINE; of several -M the last
# one counts. The variables can be written by the firmware alone, in system management mode.
efi_machine() {
	# shellcheck disable=SC2034 # used by who sources this
	EFI_MACHINE=(-M 'q35,smm=on' -global 'driver=cfi.pflash01,property=secure,value=on'
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$OVMF/OVMF_CODE_4M.secboot.fd"
		-drive "if=pflash,unit=1,format=raw,file=$1"
		-drive "if=none,id=efi,format=raw,readonly=on,file=$2"
		-device 'virtio-blk-pci,drive=efi,bootindex=1')
}

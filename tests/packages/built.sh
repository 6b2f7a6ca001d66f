# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What DKMS has built and installed; sourced, after lib.sh, on a machine that ktlat comes
# to.

VERSION=$(<VERSION)
RUNNING=$(uname -r)

# installed RELEASE: the file of the installed module, or nothing.
installed() {
	find "/lib/modules/$1/" -name 'ktlat.ko*'
}

# is_good RELEASE HOW: the module is there, is ours and is for that kernel.
is_good() {
	local file
	file=$(installed "$1")
	like "$file" '/updates/dkms/ktlat\.ko' "$2: the module is installed for $1"
	is "$(modinfo -F version "$file")" "$VERSION" "$2: its version"
	is "$(modinfo -F vermagic "$file" | cut -d' ' -f1)" "$1" "$2: it is for that kernel"
}

# dkms prints what it does; no word of warning is among it, nor in its logs. But it looks
# for the compiler in the headers' vmlinux, which in Debian's 6.12 has nothing but BTF.
quiet() {
	local name=$1 out
	shift
	out=$("$@" 2>&1) || { fail "$name" || diag "$out"; return; }
	out=$(grep -v "^readelf: Warning: Section '.comment'" <<<"$out")
	is "$(grep -iE 'warning|deprecated|error|bad exit' <<<"$out")" '' "$name"
}

no_warning_in_log() {
	is "$(cat "/var/lib/dkms/ktlat/$VERSION/$1"/*/log/make.log 2>&1 | grep -iE 'warning|error|no such file')" '' \
		"it was built for $1 without a warning"
}

# For guests.
keep_module() {
	mkdir -p modules
	cp "$(installed "$RUNNING")" modules/
	[[ ! -e modules/ktlat.ko.xz ]] || xz -d modules/ktlat.ko.xz
}

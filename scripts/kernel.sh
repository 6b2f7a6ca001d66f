#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetch a stock distribution kernel, without installing or booting it.
#
#   scripts/kernel.sh fetch     unpack it into the cache, if it isn't there yet
#   scripts/kernel.sh release   print its release, as in uname -r
#   scripts/kernel.sh vmlinux   print the path of its unpacked boot image (boots 2 s sooner)
#   scripts/kernel.sh image     print the path of that image as it came: packed, and signed
#   scripts/kernel.sh root      print the folder that holds lib/modules/RELEASE
#   scripts/kernel.sh kdir      print the folder with its headers
#   scripts/kernel.sh name      print its name, a row of the table below
#   scripts/kernel.sh suite     print the Debian release that it is of
#   scripts/kernel.sh tree      print the folder, below the checkout, that its modules go to
#   scripts/kernel.sh tools     install what builds modules for it, if that is not here
#   scripts/kernel.sh build [VARIABLE=VALUE]... [FOLDER]...
#                               build the modules in each FOLDER; with none, the checkout's
#                               and, where the kernel is arm64's, programs for it
#
# All but name, tree and suite fetch first where needed. KERNEL chooses a row of the
# table below.
#
# The checkout's own modules are those for the default kernel, $DEFAULT. Those for
# another one are built from a copy of the sources.
set -euo pipefail

DEFAULT=6.1
KERNEL=${KERNEL:-$DEFAULT}
SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TOP=${SCRIPTS%/*}
# shellcheck source=scripts/cache.sh
. "$SCRIPTS/cache.sh"

# name, glob its release must match, packages that depend on image and headers;
# where this machine's package sources lack the kernel: the Debian release; where
# Debian 12 lacks what builds modules for it, too: the packages with that. Of a debug
# kernel: the package with its source, and the files in tests/debug that tell its
# configuration
table() {
	cat <<-'END'
		5.10        5.10.*  linux-image-amd64             linux-headers-amd64             bullseye  gcc-10
		5.10-cloud  5.10.*  linux-image-cloud-amd64       linux-headers-cloud-amd64       bullseye  gcc-10
		5.10-rt     5.10.*  linux-image-5.10.0-32-rt-amd64  linux-headers-5.10.0-32-rt-amd64  bullseye  gcc-10
		6.1         6.1.*   linux-image-amd64             linux-headers-amd64
		6.1-cloud   6.1.*   linux-image-cloud-amd64       linux-headers-cloud-amd64
		6.1-rt      6.1.*   linux-image-rt-amd64          linux-headers-rt-amd64
		6.12        6.12.*  linux-image-6.12-amd64        linux-headers-6.12-amd64
		6.12-cloud  6.12.*  linux-image-6.12-cloud-amd64  linux-headers-6.12-cloud-amd64
		6.12-rt     6.12.*  linux-image-6.12-rt-amd64     linux-headers-6.12-rt-amd64
		6.1-arm64   6.1.*   linux-image-arm64             linux-headers-arm64             bookworm
		6.12-arm64  6.12.*  linux-image-6.12-arm64        linux-headers-6.12-arm64        bookworm
		7.2         7.2.*   linux-image-amd64             linux-headers-amd64             sid       gcc-16,pahole
		7.2-cloud   7.2.*   linux-image-cloud-amd64       linux-headers-cloud-amd64       sid       gcc-16,pahole
		7.2-rt      7.2.*   linux-image-rt-amd64          linux-headers-rt-amd64          sid       gcc-16,pahole
		6.1-debug   6.1.*   linux-source-6.1   base,kasan
		6.1-kcsan   6.1.*   linux-source-6.1   base,kcsan
		6.12-debug  6.12.*  linux-source-6.12  base,6.12,kasan
		6.12-kcsan  6.12.*  linux-source-6.12  base,6.12,kcsan
	END
}

die() {
	echo "kernel.sh: $*" >&2
	exit 1
}

say() {
	echo "kernel.sh: $*" >&2
}

# shellcheck source=scripts/suite.sh
. "$SCRIPTS/suite.sh"
# shellcheck source=scripts/debug-kernel.sh
. "$SCRIPTS/debug-kernel.sh"

# The first package named in NAME's dependencies that matches GLOB.
dependency() {
	local name=$1 glob=$2 dep
	# shellcheck disable=SC2053 # likewise
	[[ $name != $glob ]] || { echo "$name" && return; }
	while read -r dep; do
		# shellcheck disable=SC2053 # a glob is meant
		[[ $dep == $glob ]] && echo "$dep" && return
	done < <(LC_ALL=C apt-cache "${APT[@]}" depends --important "$name" 2>/dev/null |
		sed -n 's/^ *Depends: //p')
	return 1
}

# Package names of the kernel that the package lists offer now, image first. From
# 7.2 on that is an empty one, which depends on the others.
packages() {
	local image headers part
	image=$(dependency "$IMAGE" "linux-image-$GLOB") &&
		headers=$(dependency "$HEADERS" "linux-headers-$GLOB") || return 1
	echo "$image"
	for part in base binary modules; do
		dependency "$image" "linux-$part-$GLOB" || :
	done
	echo "$headers"
	dependency "$headers" 'linux-headers-*-common*' &&
		echo "$(dependency "$headers" 'linux-kbuild-*')${ARCH:+:$(dpkg --print-architecture)}" # runs here
}

update_lists() {
	[[ $EUID -eq 0 || -n $SUITE ]] ||
		die "the package lists lack Linux $KERNEL: run 'apt-get update' as root, or run this as root"
	say "reading package lists${SUITE:+ of $SUITE}"
	apt-get "${APT[@]}" -qq update || die "apt-get update failed: check the network"
}

# Download what PACKAGES name into the current folder; what is there already
# and whole is not fetched again.
download() {
	apt-get "${APT[@]}" -qq download "$@"
}

fetch_packages() {
	local list
	[[ -z $SUITE ]] || APT+=(-c "$(suite_setup "$SUITE" "$ARCH")")
	if ! list=$(packages); then
		update_lists
		list=$(packages) || die "${SUITE:-"Debian 12 (bookworm), or what else this machine's package sources name,"} offers no Linux" \
			"$KERNEL: $IMAGE is another release${SUITE:+ by now}"
	fi
	mapfile -t PACKAGES <<<"$list"
	say "downloading ${PACKAGES[0]} with headers (60 to 140 MB)"
	if ! download "${PACKAGES[@]}"; then
		update_lists # the archive has moved on since the lists were read
		mapfile -t PACKAGES < <(packages)
		download "${PACKAGES[@]}" ||
			die "downloading ${PACKAGES[*]} failed: check the network and try again"
	fi
}

# Make the tree at $1 refer to itself only, never to headers of this machine.
relocate() {
	local root=$1 kv=$2 headers common
	headers=usr/src/linux-headers-$kv
	common=$(sed -n 's|^include */usr/src/\(.*\)/Makefile$|\1|p' "$root/$headers/Makefile")
	[[ -d $root/usr/src/$common ]] || die "cannot relocate $headers: no include line as expected"
	# shellcheck disable=SC2016 # make expands this
	sed -i -e '1i here := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))' \
		-e 's|/usr/src/|$(here)../|' "$root/$headers/Makefile"
	ln -sfn "../../../$headers" "$root/lib/modules/$kv/build"
	ln -sfn "../../../usr/src/$common" "$root/lib/modules/$kv/source"
}

# A little-endian number of $3 bytes at offset $2 of file $1.
number_at() {
	od -An -v -tu"$3" -j"$2" -N"$3" "$1" | tr -d ' '
}

# image FOLDER RELEASE: what boots, as it came in the package; ours have none.
image() {
	local file=$1/root/boot/vmlinuz-$2
	[[ -e $file ]] || file=$1/root/lib/modules/$2/vmlinuz
	[[ -e $file ]] || die "Linux $KERNEL has no packed image"
	echo "$file"
}

# The ELF image in a vmlinuz. Where it lies is told by the boot protocol's header
# (Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length); four
# bytes behind it tell the length of what comes out.
extract_vmlinux() {
	local vmlinuz=$1 setup offset length unpack
	setup=$((($(number_at "$vmlinuz" $((0x1f1)) 1) + 1) * 512))
	offset=$((setup + $(number_at "$vmlinuz" $((0x248)) 4)))
	length=$(($(number_at "$vmlinuz" $((0x24c)) 4) - 4))
	case $(number_at "$vmlinuz" "$offset" 4) in
	$((0x587a37fd))) unpack='xz -dcq --single-stream' ;;
	$((0xfd2fb528))) unpack='zstd -dcq' ;;
	$((0x184c2102))) unpack='lz4 -dcq' ;;
	*) die "cannot unpack $vmlinuz: neither xz nor zstd nor lz4" ;;
	esac
	head -c $((offset + length)) "$vmlinuz" | tail -c "+$((offset + 1))" | $unpack >"$2" ||
		die "cannot unpack $vmlinuz"
}

unpack() {
	local new=$1 kv deb
	rm -rf "$new"
	mkdir -p "$new/root"
	for deb in *.deb; do
		say "unpacking ${deb%%_*}"
		dpkg-deb -x "$deb" "$new/root"
	done
	kv=${PACKAGES[0]#linux-image-}
	[[ -e $new/root/lib/modules ]] || ln -s usr/lib "$new/root/lib" # from 7.2 on
	relocate "$new/root" "$kv"
	depmod -b "$new/root" "$kv"
	if [[ $ARCH == arm64 ]]; then
		cp "$(image "$new" "$kv")" "$new/vmlinux" # nothing to unpack
	else
		extract_vmlinux "$(image "$new" "$kv")" "$new/vmlinux"
	fi
	echo "$kv" >"$new/release"
}

fetch() {
	mkdir -p "$CACHE" || die "cannot write the cache $CACHE: set KTLAT_CACHE to another folder"
	exec 9>"$CACHE/$KERNEL.lock"
	flock 9
	[[ ! -e $HERE/release ]] || return 0
	mkdir -p "$HERE.deb"
	cd "$HERE.deb"
	if [[ -n $DEBUG ]]; then
		debug_build "$HERE.new" "$IMAGE" "${CONFIGS[@]}"
	else
		fetch_packages
		keep_only_current
		unpack "$HERE.new"
	fi
	mv -T "$HERE.new" "$HERE"
	rm -rf "$HERE.deb"
	exec 9>&-
	say "Linux $(<"$HERE/release") is ready in $HERE"
}

# Left over from an interrupted run, perhaps of an older release.
keep_only_current() {
	local deb name
	for deb in *; do
		for name in "${PACKAGES[@]}"; do
			[[ $deb != "${name%:*}"_*.deb ]] || continue 2
		done
		rm -rf "$deb"
	done
}

kdir() {
	echo "$HERE/root/usr/src/linux-headers-$(<"$HERE/release")"
}

tree() {
	[[ $KERNEL == "$DEFAULT" ]] && echo . || echo "build/linux-$KERNEL"
}

# Brings the copy of the modules' sources up to date.
mirror() {
	mkdir -p "$TOP/$(tree)"
	cd "$TOP"
	find Kbuild VERSION module uapi tests/target tests/bench tests/debug \
		\( -name '*.[chS]' -o -name '*.mk' -o -name Kbuild -o -name VERSION \) ! -name '*.mod.c' \
		-exec cp -pu --parents -t "$(tree)" {} +
}

# run_make ARG...: make, with the compiler and the tools that the kernel's headers
# ask for, in the folders of build().
run_make() {
	local command=(make) tools
	[[ ${MAKEFLAGS-} == *jobserver* ]] || command+=("-j$(nproc)")
	[[ -z $ARCH ]] || command+=("ARCH=$ARCH" "CROSS_COMPILE=$CROSS")
	if [[ -z $TOOLS ]]; then
		"${command[@]}" "$@"
	else
		tools=$(suite_tools "$SUITE" "$TOOLS")
		suite_run "$tools" "$HERE/root" "${folders[@]}" -- "${command[@]}" "$@"
	fi
}

build() {
	local folders=() variables=() arg folder
	for arg; do
		if [[ $arg == *=* ]]; then variables+=("$arg"); else folders+=("$(realpath "$arg")"); fi
	done
	[[ -z $ARCH ]] || "$SCRIPTS/deps.sh" cross
	if [[ ${#folders[@]} -eq 0 ]]; then
		[[ -z $ARCH ]] || "$SCRIPTS/cross.sh" tools
		[[ $KERNEL == "$DEFAULT" ]] || mirror
		folder=$(realpath "$TOP/$(tree)")
		folders=("$folder" "$folder/tests/target" "$folder/tests/bench")
	fi
	for folder in "${folders[@]}"; do
		run_make -C "$(kdir)" "M=$folder" "${variables[@]}" modules
	done
}

read -r GLOB IMAGE HEADERS SUITE TOOLS < <(table | sed -n "s/^$KERNEL  *//p") ||
	die "unknown KERNEL '$KERNEL': one of $(table | awk '{ printf "%s ", $1 }')"
HERE=$CACHE/linux-$KERNEL DEBUG=
if [[ $IMAGE == linux-source-* ]]; then
	IFS=, read -ra CONFIGS <<<"$HEADERS"
	DEBUG=1 HERE+=-$(debug_mark "${CONFIGS[@]}")
fi
APT=(-o "APT::Sandbox::User=$(id -un)")
ARCH='' CROSS=aarch64-linux-gnu-
[[ $KERNEL != *-arm64 ]] || ARCH=arm64

case ${1-} in
name | tree | suite) ;;
*) [[ -e $HERE/release ]] || (fetch) ;;
esac
case ${1-} in
name) echo "$KERNEL" ;;
tree) tree ;;
suite) echo "${SUITE:-bookworm}" ;;
fetch) ;;
release) cat "$HERE/release" ;;
vmlinux) echo "$HERE/vmlinux" ;;
image) image "$HERE" "$(<"$HERE/release")" ;;
root) echo "$HERE/root" ;;
kdir) kdir ;;
tools) [[ -z $TOOLS ]] || suite_tools "$SUITE" "$TOOLS" >/dev/null ;;
build) build "${@:2}" ;;
*) die "usage: kernel.sh fetch|release|vmlinux|image|root|kdir|name|suite|tree|tools|build" ;;
esac

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debug kernels, built from Debian's linux-source packages; sourced by kernel.sh.
# What is in one is told by tests/debug/*.config, in any order, on top of allnoconfig.
#
# Uses $SCRIPTS, $TOP, $APT, $HERE, $KERNEL, download, update_lists, say and die of
# kernel.sh.

# debug_config NAME...: the config files of a kernel, joined.
debug_config() {
	local name
	echo "CONFIG_LOCALVERSION=\"-${KERNEL#*-}\""
	for name; do
		grep -v '^#' "$TOP/tests/debug/$name.config"
	done
}

# debug_mark NAME...: differs where any of these files does.
debug_mark() {
	debug_config "$@" | cksum | cut -d ' ' -f 1
}

# What was asked for and is not so in .config: names of another version, or what
# depends on something that is missing.
config_misses() {
	local line name
	while read -r line; do
		name=${line%%=*}
		if [[ $line == CONFIG_*=n ]]; then
			! grep -q "^$name=" .config || echo "$name"
		elif [[ $line == CONFIG_* ]]; then
			grep -qxF "$line" .config || echo "$name"
		fi
	done <"$1"
}

debug_source() {
	local package=$1
	if ! download "$package" 2>/dev/null; then
		update_lists
		download "$package" || die "downloading $package failed: check the network and try again"
	fi
	say "unpacking $package (1.5 GB, for as long as it takes to build)"
	rm -rf source
	mkdir source
	dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C source --strip-components=1 || die "cannot unpack $package"
}

debug_configure() {
	local misses
	debug_config "$@" >../all.config
	KCONFIG_ALLCONFIG=../all.config make -s allnoconfig || die "cannot configure Linux $KERNEL"
	misses=$(config_misses ../all.config)
	[[ -z $misses ]] || rm .config
	[[ -z $misses ]] || die "Linux $KERNEL does not take from tests/debug:" "${misses//$'\n'/ }"
}

# What builds modules; without vmlinux, as in the headers of a distribution.
debug_headers() {
	{
		find . arch/x86 -maxdepth 1 -name 'Makefile*'
		find arch/x86/include include scripts -type f -o -type l
		find tools/objtool/objtool Module.symvers .config
	} | cpio -pdm --quiet "$1"
}

# debug_build NEW PACKAGE NAME...: builds it in the current folder and puts what is
# needed of it in NEW. What was begun there is gone on with.
debug_build() {
	local new=$1 package=$2 kv jobs
	shift 2
	"$SCRIPTS/deps.sh" debug >&2
	unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES # a make around us is about something else
	[[ -e unpacked ]] || debug_source "$package"
	touch unpacked
	rm -rf "$new"
	cd source || return
	[[ -e .config ]] || debug_configure "$@"
	say "building Linux $KERNEL (6 to 15 min); make's output is in ${PWD%/*}/log"
	jobs=-j$(nproc)
	make "$jobs" bzImage modules >../log 2>&1 || die "building Linux $KERNEL failed: see ${PWD%/*}/log"
	kv=$(make -s kernelrelease)
	make -s INSTALL_MOD_PATH="$new/root" modules_install >>../log 2>&1 ||
		die "building Linux $KERNEL failed: see ${PWD%/*}/log"
	mkdir -p "$new/root/usr/src/linux-headers-$kv"
	debug_headers "$new/root/usr/src/linux-headers-$kv"
	ln -sfn "../../../usr/src/linux-headers-$kv" "$new/root/lib/modules/$kv/build"
	rm -f "$new/root/lib/modules/$kv/source"
	# Not vmlinux: its entry for QEMU is C code, which runs before KASAN can.
	cp arch/x86/boot/bzImage "$new/vmlinux"
	echo "$kv" >"$new/release"
}

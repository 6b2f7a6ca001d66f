#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs on the host: what is said where ktlat cannot be built, and that it is not built
# for less than the kernel has. A few seconds; TAP.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
export KERNEL=${KERNEL:-6.1}
. tests/vm/lib.sh

TMP=$(mktemp -d "${TMPDIR:-/tmp}/ktlat-kbuild.XXXXXX")
trap 'rm -rf "$TMP"' EXIT
KDIR=$(scripts/kernel.sh kdir) || exit
HAS=$PWD/module/compat/has.mk

# The kernel's headers, with a configuration that can be changed.
copy_headers() {
	local link common
	cp -a "$KDIR" "$TMP/headers"
	for link in scripts tools; do
		ln -sfn "$(realpath "$KDIR/$link")" "$TMP/headers/$link"
	done
	common=$(sed -n 's|.*/\(linux-headers.*-common[^/]*\)/Makefile$|\1|p' "$KDIR/Makefile")
	echo "include $(realpath "$KDIR/../$common")/Makefile" >"$TMP/headers/Makefile"
	mkdir "$TMP/source"
	git ls-files Kbuild VERSION module uapi | cpio -pdm --quiet "$TMP/source"
}

# build HEADERS: what make says, and how it ended.
build() {
	make -C "$1" M="$TMP/source" module/main.o 2>&1
}

# without OPTION: the kernel is built without it.
without() {
	local out status=0
	rm -rf "$TMP/lacking"
	cp -a "$TMP/headers" "$TMP/lacking"
	sed -i "/^CONFIG_$1=/d" "$TMP/lacking/include/config/auto.conf"
	sed -i "/CONFIG_$1 /d" "$TMP/lacking/include/generated/autoconf.h"
	out=$(build "$TMP/lacking") || status=$?
	ok "without CONFIG_$1 nothing is built" test "$status" -ne 0
	is "$(grep -c 'ktlat: ' <<<"$out")" 1 "  and that is said in one line" || diag "$out"
	like "$out" "ktlat: this kernel is built without CONFIG_$1, and ktlat cannot do without" '  and which it is'
	is "$(grep -ciE 'warning|undeclared|no such' <<<"$out")" 0 '  and nothing else, but that make has ended'
}

# looks FOLDER HEADER REGEX: what has.mk makes of it.
looks() {
	# shellcheck disable=SC2016 # expanded by make
	printf 'srctree := %s\ninclude %s\n$(info $(call ktlat-has,X,%s,%s))\nall:;@:\n' "$1" "$HAS" "$2" "$3" |
		make -s -f - 2>&1
}

# A small tree: a header that lacks what is looked for is not one that is missing.
probes() {
	local tree=$TMP/tree
	mkdir -p "$tree/include/"{linux,net}
	echo 'int register_kprobe(struct kprobe *p);' >"$tree/include/linux/kprobes.h"
	echo 'int there(void);' >"$tree/include/net/there.h"
	is "$(looks "$tree" net/there.h '^int there')" -DKTLAT_HAS_X=1 'a header has it'
	is "$(looks "$tree" net/there.h '^int absent')" -DKTLAT_HAS_X=0 'a header does not have it'
	like "$(looks "$tree" net/absent.h there)" 'ktlat: no net/absent.h as it should be in .*: install' \
		'a header that is missing lacks nothing, but stops the build'
	rm "$tree/include/net/there.h"
	mkdir "$tree/include/net/there.h"
	like "$(looks "$tree" net/there.h there)" 'ktlat: no net/there.h as it should be' '  so does one that cannot be read'
	: >"$tree/include/linux/kprobes.h"
	like "$(looks "$tree" net/there.h there)" 'ktlat: no linux/kprobes.h as it should be' \
		'  so does a tree whose headers are empty'
}

copy_headers
ok 'with all there is, it builds' build "$TMP/headers"
for option in KPROBES TRACEPOINTS; do
	without "$option"
done
probes
done_testing

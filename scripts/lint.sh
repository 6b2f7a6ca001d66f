#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Style and structure, checked on text and by sparse; run by make lint.
#
#   scripts/lint.sh [KDIR]
#
# Each check prints what it found, and the last line counts. checkpatch comes out
# of Debian's linux-source package and is kept in the cache.
set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/cache.sh
. "$TOP/scripts/cache.sh"
KDIR=${1-}
passed=0 failed=0
cd "$TOP"

# sources PATTERN...: the project's files, tracked or about to be
sources() {
	git ls-files -co --exclude-standard -- "$@"
}

# check NAME COMMAND: the command prints what is wrong, or nothing
check() {
	local name=$1 found
	shift
	found=$("$@" 2>&1) || found+=${found:+$'\n'}"($1 ended with status $?)"
	if [[ -z $found ]]; then
		echo "lint: $name: ok"
		passed=$((passed + 1))
	else
		echo "lint: $name: FAILED"
		printf '  %s\n' "${found//$'\n'/$'\n'  }"
		failed=$((failed + 1))
	fi
}

fetch_checkpatch() {
	local tmp
	tmp=$(mktemp -d "$CACHE/lint.XXXXXX")
	echo "lint: fetching checkpatch (linux-source-6.1, 135 MB, once)" >&2
	(
		cd "$tmp"
		apt-get -o APT::Sandbox::User="$(id -un)" -qq download linux-source-6.1
		dpkg-deb -x linux-source-6.1_*.deb .
		tar -xf usr/src/linux-source-6.1.tar.xz --strip-components=1 --wildcards \
			'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
			'*/scripts/const_structs.checkpatch'
	)
	rm -rf "$CACHE/checkpatch"
	mv "$tmp/scripts" "$CACHE/checkpatch"
	rm -rf "$tmp"
}

# run_checkpatch IGNORED PATTERN...
run_checkpatch() {
	local ignored=$1
	shift
	sources "$@" | xargs perl "$CACHE/checkpatch/checkpatch.pl" --no-tree --terse \
		--no-summary --quiet --ignore "$ignored" -f || true
}

# Ignored in the kernel: compat/ is there to know versions (a rule of ours keeps
# them there). Outside: what a libc has no macro or no other way for.
checkpatch() {
	local user=PREFER_DEFINED_ATTRIBUTE_MACRO,VOLATILE,EMBEDDED_FUNCTION_NAME,ENOSYS,COMPLEX_MACRO
	run_checkpatch LINUX_VERSION_CODE,CONSTANT_COMPARISON \
		'module/*.[ch]' ':!module/core/env.h' 'uapi/*.h' 'tests/target/*.[ch]' 'tests/bench/*.[ch]'
	run_checkpatch "$user" 'module/core/env.h' 'userspace/*.[ch]' 'tests/unit/*.[ch]' 'tests/abi/*.[ch]' \
		'tests/programs/*.[ch]' 'tests/model/*.[ch]' 'tests/stress/*.[ch]' 'tests/fuzz/*.[ch]'
}

# Errors of sparse in our files; those in the kernel's own headers are not ours.
sparse() {
	local tree
	[[ -d $KDIR ]] || { echo "no kernel to check against: call make lint" && return; }
	tree=$(mktemp -d)
	sources Kbuild module uapi | cpio -pdm --quiet "$tree"
	make -s -C "$KDIR" M="$tree" C=2 CHECK=sparse W=1 modules 2>&1 |
		grep -E "(module|uapi)/.*(warning|error)|objtool|modpost: " | sed "s|$tree/||" || true
	rm -rf "$tree"
}

kernel_versions_in_compat_only() {
	sources module userspace uapi tests/target |
		xargs grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION\(|RHEL_RELEASE' |
		grep -v '^module/compat/' || true
	sources module userspace uapi | xargs grep -n 'KTLAT_HAS_' | grep -v '^module/compat/' || true
}

# includes_of FOLDER ALLOWED: quoted includes of FOLDER that match no ALLOWED
includes_of() {
	local folder=$1 allowed=$2
	grep -nE '^#include "' -r "$folder" --include='*.[ch]' |
		grep -vE ":#include \"($allowed)\"" || true
}

# uapi <- core <- module, uapi <- core <- lib <- ctl; hot/ sees core/ and compat/.
include_direction() {
	grep -rnE '#include [<"]linux/' module/core --include='*.h' | grep -v '/env.h:' || true
	includes_of module/core '(env|hist|ring)\.h'
	includes_of module/hot '(core|compat|hot)/[a-z_]+\.h'
	includes_of module/backend '(backend|hot|compat)/[a-z_]+\.h|(account|canary|group|target)\.h'
	includes_of userspace/ctl '[a-z_]+\.h'
	grep -rnE '#include .*(module/|userspace/ctl)' userspace/lib || true
	grep -rnE '#include .*userspace' module uapi || true
}

every_file_has_a_licence() {
	sources '*.[chS]' '*.sh' '*.t' Makefile '*/Makefile' '*Kbuild' | while read -r file; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: ' || echo "$file: no SPDX line"
	done
}

nothing_left_to_do() {
	sources module userspace uapi tests scripts Makefile Kbuild |
		grep -v '^scripts/lint\.sh$' |
		xargs grep -nE '\b(TODO|FIXME|XXX|HACK)\b|#if 0' || true
}

shells() {
	sources '*.sh' '*.t' .ci/run tests/vm/run tests/vm/run-test tests/vm/check-log tests/packages/{run,boot,dkms,secure-boot} \
		userspace/completion/ktlat-ctl 'debian/*.post*' |
		sort -u | xargs shellcheck -x -s bash
}

man_pages() {
	sources '*.8' | xargs -r mandoc -T lint -W warning
}

# The version stands in four places, each read by another tool.
one_version() {
	local version place found
	version=$(<VERSION)
	{
		sed -n 's/^PACKAGE_VERSION="\(.*\)"/dkms.conf \1/p' dkms.conf
		sed -n '1s/.*(\(.*\)).*/debian\/changelog \1/p' debian/changelog
		sed -n 's/^## \([^ ]*\).*/CHANGELOG.md \1/p;T;q' CHANGELOG.md
	} | while read -r place found; do
		[[ $found == "$version" ]] || echo "$place says $found, VERSION says $version"
	done
}

# What the library gives to programs is what its package promises.
one_list_of_symbols() {
	diff <(sed -n 's/^\t\(ktlat_.*\);/\1/p' userspace/lib/libktlat.map) \
		<(sed -n 's/^ \(ktlat_.*\)@.*/\1/p' debian/libktlat1.symbols)
}

# What a check prints is what it found, so this is said before.
mkdir -p "$CACHE"
[[ -e $CACHE/checkpatch/checkpatch.pl ]] || fetch_checkpatch
check 'one version everywhere' one_version
check 'symbols of the library' one_list_of_symbols
check 'kernel versions only in module/compat' kernel_versions_in_compat_only
check 'includes run one way' include_direction
check 'licences' every_file_has_a_licence
check 'nothing left to do' nothing_left_to_do
check 'shell scripts (shellcheck)' shells
check 'manual pages (mandoc)' man_pages
check 'kernel style (checkpatch)' checkpatch
check 'sparse, W=1, objtool' sparse
echo "lint: $passed passed, $failed failed"
[[ $failed -eq 0 ]]

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A machine of some Debian release to install ktlat on, as new; sourced by run and dkms,
# which are bash scripts that need root. After it, $TOP and $SCRIPTS are set, and what
# scripts/box.sh has is there.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
SCRIPTS=$TOP/scripts

die() {
	echo "Bail out! $*"
	exit 1
}

# shellcheck source=scripts/box.sh
. "$SCRIPTS/box.sh"

# alone ARG...: the script again with these, where our mounts are seen by nobody else
# and go with the last of our processes.
alone() {
	[[ -n ${KTLAT_UNSHARED-} ]] || exec env KTLAT_UNSHARED=1 unshare --mount --propagation private "$0" "$@"
}

# mount_machine FOLDER: that system under a layer in memory that takes what is written,
# with the sources of ktlat in /ktlat; $ROOT is where.
mount_machine() {
	local memory
	memory=$(mktemp -d)
	# shellcheck disable=SC2064 # $memory as it is now
	trap "umount -R '$memory' && rmdir '$memory'" EXIT
	mount -t tmpfs -o mode=755 tmpfs "$memory"
	mkdir "$memory"/{upper,work,root}
	mount -t overlay -o "lowerdir=$1,upperdir=$memory/upper,workdir=$memory/work" overlay "$memory/root"
	ROOT=$memory/root
	mkdir "$ROOT/ktlat"
	git -C "$TOP" ls-files -co --exclude-standard -z -- . ':!tests/fuzz/corpus' |
		tar -c -C "$TOP" --null -T - | tar -x -C "$ROOT/ktlat"
}

# running RELEASE: the running kernel, as far as DKMS is concerned.
running() {
	echo "$1" >"$ROOT/ktlat/running"
	mv "$ROOT/bin/uname" "$ROOT/bin/uname.real"
	cat >"$ROOT/bin/uname" <<-'END'
		#!/bin/sh
		[ "$*" != -r ] || exec cat /ktlat/running
		exec uname.real "$@"
	END
	chmod 755 "$ROOT/bin/uname"
}

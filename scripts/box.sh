# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Systems of a Debian release, in folders of the cache: one to build the packages in, and
# one that stands for a machine that ktlat is installed on. Sourced by deb.sh and
# tests/packages/run.
#
# Uses $SCRIPTS and die of the script that reads it.

# shellcheck source=scripts/cache.sh
. "$SCRIPTS/cache.sh"
RELEASES='bullseye bookworm trixie sid'

say() {
	echo "${0##*/}: $*" >&2
}

# shellcheck source=scripts/suite.sh
. "$SCRIPTS/suite.sh"

check_release() {
	[[ " $RELEASES " == *" $1 "* ]] || die "unknown release '$1': one of $RELEASES"
}

# box_builder RELEASE: prints the folder of a system with what debian/control asks for.
box_builder() {
	local bpf=libbpf-dev dkms=dh-dkms lintian=''
	case $1 in
	# Of these two its updates do not have all parts.
	bullseye) bpf=libbpf-dev/bullseye,libbpf0/bullseye dkms=dkms ;;
	bookworm) lintian=,lintian,man-db ;;
	esac
	suite_system builder "$1" "build-essential,debhelper,$dkms,pkg-config,$bpf,libkmod-dev,libjson-c-dev,libseccomp-dev,zlib1g-dev,libnl-3-dev,libnl-genl-3-dev$lintian" \
		--dpkgopt='path-exclude=/usr/share/locale/*'
}

# box_machine RELEASE: prints the folder of a system with that release's dkms, its
# compiler and the headers of its kernel, and what the headers of newer kernels need; and
# with its package lists.
box_machine() {
	local pahole=,pahole
	[[ $1 != bullseye ]] || pahole=
	suite_system machine "$1" "adduser,dkms,linux-headers-amd64,openssl,man-db,pkg-config$pahole" \
		--dpkgopt='path-exclude=/usr/share/locale/*' --skip=cleanup/apt
}

# box_run FOLDER SEEN... -- COMMAND...: as suite_run, with a plain environment.
box_run() {
	local folders=()
	while [[ $1 != -- ]]; do
		folders+=("$1")
		shift
	done
	shift
	suite_run "${folders[@]}" -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive INITRD=No "$@"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packages of another Debian release than this machine's, and systems of that release
# in a folder, to build modules or packages in; sourced by kernel.sh and box.sh. The machine's own
# package lists stay as they are: each release has its own, in the cache.
#
# Uses $CACHE, $SCRIPTS, say and die of the script that reads it.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# suite_uri SUITE: where this machine's own sources have SUITE from.
suite_uri() {
	apt-get update --print-uris | sed -n "s|^'\(.*\)/dists/$1/InRelease'.*|\1|p" | head -n 1
}

# The archives that this machine uses serve the other releases, too.
suite_sources() {
	local suite=$1 own main security
	own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	main=$(suite_uri "$own")
	security=$(suite_uri "$own-security")
	[[ -n $main && -n $security && -e $KEYRING ]] ||
		die "this machine's package sources are not those of a Debian release: need $KEYRING," \
			"and in the sources the suites '$own' and '$own-security'"
	echo "deb [signed-by=$KEYRING] $main $suite main"
	[[ $suite == sid ]] || echo "deb [signed-by=$KEYRING] $security $suite-security main"
}

# suite_setup SUITE [ARCH]: prints a file that apt is to be given with -c, for packages
# of this machine's architecture or of another one. Lists of old releases are not
# renewed any more, and so have expired.
suite_setup() {
	local suite=$1 arch=${2-} dir=$CACHE/apt-$1${2:+-$2}
	if [[ ! -e $dir/apt.conf ]]; then
		mkdir -p "$dir"/{lists,archives}/partial
		: >"$dir/status"
		suite_sources "$suite" >"$dir/sources.list"
		cat >"$dir/apt.conf.new" <<-END
			Dir::State "$dir";
			Dir::State::lists "$dir/lists";
			Dir::State::status "$dir/status";
			Dir::Cache "$dir";
			Dir::Etc::sourcelist "$dir/sources.list";
			Dir::Etc::sourceparts "-";
			Acquire::Check-Valid-Until "false";
			Acquire::Languages "none";
		END
		[[ -z $arch ]] || cat >>"$dir/apt.conf.new" <<-END
			APT::Architecture "$arch";
			APT::Architectures { "$arch"; "$(dpkg --print-architecture)"; };
		END
		mv "$dir/apt.conf.new" "$dir/apt.conf"
	fi
	echo "$dir/apt.conf"
}

# suite_tools SUITE PACKAGE,...: prints the folder of a small system of that release
# with those packages, and what else builds modules; made if it isn't there yet.
suite_tools() {
	suite_system tools "$1" "$2,make,sparse,libelf-dev,libssl-dev" \
		--dpkgopt='path-exclude=/usr/share/'{doc,info,locale,man}'/*'
}

# suite_system NAME SUITE PACKAGE,... [OPTION...]: prints the folder of a system of
# that release with those packages; mmdebstrap makes it, with these OPTIONs besides,
# if it isn't there yet or had other packages.
suite_system() {
	local suite=$2 packages=$3 dir=$CACHE/$1-$2
	shift 3
	if [[ $(cat "$dir.packages" 2>/dev/null) != "$packages" ]]; then
		[[ $EUID -eq 0 ]] || die "installing ${packages%%,*} of $suite into $dir needs root"
		"$SCRIPTS/deps.sh" suite >&2
		suite_setup "$suite" >/dev/null
		exec 8>"$dir.lock"
		flock 8
		suite_install "$suite" "$packages" "$dir" "$@"
		exec 8>&-
	fi
	echo "$dir"
}

suite_install() {
	local suite=$1 packages=$2 dir=$3 options
	shift 3
	[[ $(cat "$dir.packages" 2>/dev/null) != "$packages" ]] || return 0
	say "installing ${packages%%,*} of $suite into $dir (400 MB or more, half a minute or more)"
	rm -rf --one-file-system "$dir" "$dir.new"
	options=(--aptopt='APT::Install-Recommends "false"'
		--aptopt='Acquire::Check-Valid-Until "false"'
		--dpkgopt=force-unsafe-io)
	mmdebstrap --quiet --mode=root --variant=apt "${options[@]}" "$@" --include="$packages" \
		"$suite" "$dir.new" - <"$CACHE/apt-$suite/sources.list" >&2 ||
		die "cannot install ${packages%%,*} of $suite: check the network"
	mv -T "$dir.new" "$dir"
	echo "$packages" >"$dir.packages"
}

# suite_run TOOLS FOLDER... -- COMMAND...: run it in TOOLS, where the FOLDERs are
# to be seen under the names that they have here.
suite_run() {
	local tools=$1 folders=()
	shift
	while [[ $1 != -- ]]; do
		folders+=("$1")
		shift
	done
	shift
	[[ $EUID -eq 0 ]] || die "running what is in $tools needs root"
	# shellcheck disable=SC2016 # expanded in there
	unshare --mount --pid --fork bash -c '
		set -e
		tools=$1
		shift
		mount -t proc proc "$tools/proc"
		mount --rbind /dev "$tools/dev"
		while [[ $1 != -- ]]; do
			mkdir -p "$tools$1"
			mount --bind "$1" "$tools$1"
			shift
		done
		shift
		exec chroot "$tools" "$@"
	' suite_run "$tools" "${folders[@]}" -- "$@"
}

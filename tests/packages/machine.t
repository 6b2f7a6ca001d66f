#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ktlat comes to a machine and goes again, by DKMS and by its packages: on a machine made by
# tests/packages/run, which has dkms and the headers of one kernel.
. tests/vm/lib.sh
. tests/packages/built.sh

# What does not belong to ktlat: logs and caches, the lists of apt and dpkg, the keys that
# dkms makes when it signs for the first time, what Python compiles, and what depmod makes
# of a kernel's modules.
OTHERS='/proc /sys /dev /run /tmp /ktlat /root /var/log /var/cache /var/lib/apt /var/lib/dpkg
	/var/backups /var/lib/dkms/mok.* */__pycache__ /etc/group- /etc/gshadow- /lib/modules/*/modules.* /usr/lib/modules/*/modules.*'

# Every file, but for the contents.
state() {
	local other hidden=() others
	read -rd '' -a others <<<"$OTHERS"
	for other in "${others[@]}"; do
		hidden+=(-path "$other" -o)
	done
	find / -xdev \( "${hidden[@]}" -false \) -prune -o -printf '%p %y %m %u:%g %l\n' | sort
	getent group | sort
}

# leaves_nothing NAME: all is as it was before.
leaves_nothing() {
	is "$(diff "$before" <(state) | grep '^[<>]' | head -n 20)" '' "$1 leaves nothing"
}

apt() {
	apt-get -q -y -o Dpkg::Use-Pty=false "$@" </dev/null
}

packages() {
	dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii *//p' | sort
}

# purge_others THESE: all packages but THESE
purge_others() {
	# shellcheck disable=SC2046 # several words are meant
	apt purge $(comm -13 <(echo "$1") <(packages))
}

# Debian 11 has its own way to say which key.
configure_key() {
	openssl req -new -x509 -nodes -days 1 -subj '/CN=a key of this machine' -newkey rsa:2048 \
		-keyout /root/mok.priv -outform DER -out /root/mok.der 2>/dev/null
	cp /etc/dkms/framework.conf /root/
	if [[ -e /etc/dkms/sign_helper.sh ]]; then
		echo 'sign_tool=/etc/dkms/sign_helper.sh'
	else
		echo 'mok_signing_key=/root/mok.priv'
		echo 'mok_certificate=/root/mok.der'
	fi >>/etc/dkms/framework.conf
}

by_dkms() {
	quiet 'make dkms-source' make -s dkms-source
	quiet 'dkms add' dkms add -m ktlat -v "$VERSION"
	configure_key
	quiet 'dkms build' dkms build -m ktlat -v "$VERSION" -k "$RUNNING"
	no_warning_in_log "$RUNNING"
	quiet 'dkms install' dkms install -m ktlat -v "$VERSION" -k "$RUNNING"
	cp /root/framework.conf /etc/dkms/framework.conf
	is_good "$RUNNING" 'dkms install'
	is "$(modinfo -F signer "$(installed "$RUNNING")")" 'a key of this machine' \
		'it is signed with the key that dkms was told'
	keep_module
	cp /root/mok.der modules/
	quiet 'dkms uninstall' dkms uninstall -m ktlat -v "$VERSION" -k "$RUNNING"
	is "$(installed "$RUNNING")" '' 'dkms uninstall: the module is gone'
}

# A kernel that is too old is passed over.
too_old() {
	local old=4.19.0-1-amd64
	mkdir -p "/lib/modules/$old"
	ln -s "/lib/modules/$RUNNING/build" "/lib/modules/$old/build"
	like "$(dkms build -m ktlat -v "$VERSION" -k "$old" 2>&1)" BUILD_EXCLUSIVE \
		'dkms does not build it for a kernel that is too old'
	rm -rf "/lib/modules/$old"
}

# That version is known to dkms already.
by_make() {
	local had
	had=$(packages)
	quiet 'make dkms-install' make -s dkms-install
	is_good "$RUNNING" 'make dkms-install'
	ok 'another kernel comes' apt install "$ANOTHER_HEADERS"
	is_good "$ANOTHER" 'another kernel'
	no_warning_in_log "$ANOTHER"
	quiet 'make dkms-uninstall' make -s dkms-uninstall
	is "$(installed "$RUNNING")$(installed "$ANOTHER")" '' 'make dkms-uninstall: the modules are gone'
	ok 'the other kernel goes' purge_others "$had"
	rm -rf "/lib/modules/$ANOTHER"
	leaves_nothing 'make dkms-uninstall'
}

completes() {
	bash -c '
		. /usr/share/bash-completion/completions/ktlat-ctl
		COMP_WORDS=(ktlat-ctl hi) COMP_CWORD=1
		_ktlat_ctl
		echo "${COMPREPLY[*]}"'
}

use_tool() {
	is "$(ktlat-ctl --version)" "ktlat-ctl $VERSION (ABI 1)" 'ktlat-ctl --version'
	ok 'ktlat-ctl --help' ktlat-ctl --help
	fails 'without the module the tool says so' 'module ktlat is not loaded' ktlat-ctl --no-load list
	like "$(man -w 8 ktlat-ctl)" '/usr/share/man/man8/ktlat-ctl\.8' 'its manual is found'
	is "$(completes)" hist 'bash completes its commands'
	like "$(getent group ktlat)" '^ktlat:' 'the group ktlat is there'
	is "$(grep -c 'GROUP="ktlat"' /usr/lib/udev/rules.d/60-ktlat.rules)" 1 'so is the rule of udev'
	is "$(find /etc/modules-load.d /usr/lib/modules-load.d -name '*ktlat*' 2>/dev/null)" '' \
		'nothing loads the module at boot'
}

use_library() {
	local had
	had=$(packages)
	cat >/tmp/program.c <<-'END'
		#include <ktlat-lib.h>
		#include <stdio.h>

		int main(void)
		{
			struct ktlat_error err;
			__u64 ns;

			if (ktlat_parse_duration("1.5ms", &ns, &err))
				return 1;
			printf("%llu\n", (unsigned long long)ns);
			return 0;
		}
	END
	ok 'the library is installed' apt install ./libktlat1_*.deb ./libktlat-dev_*.deb gcc libc6-dev
	# shellcheck disable=SC2046 # several words are meant
	ok 'a program is built with it' gcc -o /tmp/program /tmp/program.c $(pkg-config --cflags --libs libktlat)
	is "$(/tmp/program)" 1500000 'the program runs'
	like "$(ldd /tmp/program)" 'libktlat\.so\.1 => /' 'it has the library by its soname'
	ok 'the library is purged' purge_others "$had"
}

# The module's package of a version to come, which is this one by another number.
make_newer() {
	local tree=/tmp/newer
	dpkg-deb -R ktlat-dkms_*.deb "$tree" &&
		mv "$tree/usr/src/ktlat-$VERSION" "$tree/usr/src/ktlat-$NEWER" &&
		sed -i "s/${VERSION//./\\.}/$NEWER/" "$tree"/DEBIAN/{control,postinst,prerm} \
			"$tree/usr/src/ktlat-$NEWER"/{dkms.conf,VERSION} &&
		dpkg-deb -b "$tree" /tmp/newer.deb >/dev/null && rm -rf "$tree"
}

is_upgraded() {
	ok 'a newer version is made' make_newer
	ok 'apt install ./newer.deb' apt install /tmp/newer.deb
	VERSION=$NEWER is_good "$RUNNING" 'a newer version'
	is "$(cd /var/lib/dkms/ktlat && ls -d [0-9]*)" "$NEWER" 'dkms knows no other'
	is "$(find /usr/src -maxdepth 1 -name 'ktlat-*')" "/usr/src/ktlat-$NEWER" 'nor are there sources of another'
}

by_packages() {
	ok 'apt install ./ktlat-dkms_*.deb ./ktlat_*.deb' apt install ./ktlat-dkms_*.deb ./ktlat_*.deb
	is_good "$RUNNING" 'packages'
	no_warning_in_log "$RUNNING"
	use_tool
	use_library
	is_upgraded
	ok 'the packages are purged' apt purge ktlat ktlat-dkms
	ok 'and what they needed' apt autoremove --purge
	is "$(installed "$RUNNING")" '' 'the module is gone'
	is "$(find / -xdev -path /ktlat -prune -o -name '*ktlat*' -print)" '' 'no file has the name of ktlat'
	leaves_nothing 'apt purge'
}

apt update >/dev/null || bail_out 'apt-get update failed: check the network'
ANOTHER_HEADERS=$(apt-cache depends linux-headers-cloud-amd64 | sed -n 's/^ *Depends: \(linux-headers-.*\)/\1/p')
ANOTHER=${ANOTHER_HEADERS#linux-headers-}
NEWER=$VERSION.1
before=$(mktemp)
state >"$before"
diag "$(dkms --version), Linux $RUNNING and $ANOTHER"
[[ ! -e lintian.out ]] || is "$(cat lintian.out)" '' 'lintian finds nothing'
by_dkms
too_old
by_make
by_packages
done_testing

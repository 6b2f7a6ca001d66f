#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make install and uninstall put and take the same, wherever they are told; what bash
# offers is what the tool takes. Native: nothing of this machine is changed.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
. tests/vm/lib.sh
. userspace/completion/ktlat-ctl

# installs NAME FILE VARIABLE=VALUE...: those files and no others, and none is left.
installs() {
	local name=$1 wanted=$2 root
	shift 2
	root=$(mktemp -d)
	ok "$name: make install" make -s install DESTDIR="$root" "$@"
	is "$(cd "$root" && find . ! -type d | sort)" "$(sort <<<"$wanted")" "$name: what is installed"
	ok "$name: make uninstall" make -s uninstall DESTDIR="$root" "$@"
	is "$(find "$root" ! -type d)" '' "$name: nothing is left"
	rm -rf "$root"
}

installs 'by default' './usr/local/include/ktlat-lib.h
./usr/local/include/ktlat.h
./usr/local/include/ktlat_netlink.h
./usr/local/lib/libktlat.a
./usr/local/lib/libktlat.so
./usr/local/lib/libktlat.so.1
./usr/local/lib/pkgconfig/libktlat.pc
./usr/local/lib/udev/rules.d/60-ktlat.rules
./usr/local/sbin/ktlat-ctl
./usr/local/share/bash-completion/completions/ktlat-ctl
./usr/local/share/doc/ktlat/examples/ktlat.conf
./usr/local/share/man/man8/ktlat-ctl.8
./usr/local/share/zsh/site-functions/_ktlat-ctl'
installs 'elsewhere' './bin/ktlat-ctl
./opt/k/include/ktlat-lib.h
./opt/k/include/ktlat.h
./opt/k/include/ktlat_netlink.h
./opt/k/lib/udev/rules.d/60-ktlat.rules
./opt/k/lib64/libktlat.a
./opt/k/lib64/libktlat.so
./opt/k/lib64/libktlat.so.1
./opt/k/lib64/pkgconfig/libktlat.pc
./opt/k/share/bash-completion/completions/ktlat-ctl
./opt/k/share/doc/ktlat/examples/ktlat.conf
./opt/k/share/man/man8/ktlat-ctl.8
./opt/k/share/zsh/site-functions/_ktlat-ctl' PREFIX=/opt/k LIBDIR=/opt/k/lib64 BINDIR=/bin

root=$(mktemp -d)
DESTDIR=$root scripts/dkms.sh source
is "$(cd "$root/usr/src/ktlat-$(<VERSION)" && find . -type f | sort)" \
	"$(git ls-files dkms.conf Kbuild VERSION module uapi | sed 's|^|./|' | sort)" 'the sources for DKMS are all there'
is "$(find "$root" \( -type f ! -perm 644 -o -type d ! -perm 755 \) ! -path "$root")" '' 'and everybody may read them'
rm -rf "$root"

# offers WORD...: what bash offers for the last of them
offers() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	COMP_LINE=$*
	COMP_LINE=${COMP_LINE// : /:} COMP_LINE=${COMP_LINE/% :/:}
	COMP_POINT=${#COMP_LINE}
	_ktlat_ctl
	echo "${COMPREPLY[*]}"
}

is "$(offers ktlat-ctl re)" 'remove-probe reset record report' 'commands'
is "$(offers ktlat-ctl --no-load hi)" hist 'behind an option, too'
is "$(offers ktlat-ctl hist --s)" --sort 'options of the command'
is "$(offers ktlat-ctl hist --sort '')" 'total max p99 count' 'their values'
is "$(offers ktlat-ctl lat --backend k)" kretprobe 'those of a backend'
is "$(offers ktlat-ctl record --stacks '')" '' 'a number has none'
is "$(offers ktlat-ctl report --stacks '')" folded 'a word has'
is "$(offers ktlat-ctl lat @ s)" 'softirq syscall' 'tracepoints'
# A kernel's events, as the tool lists them.
mkdir "$root.bin"
trap 'rm -rf "$root.bin"' EXIT
cat >"$root.bin/ktlat-ctl" <<-'END'
	#!/bin/bash
	[[ $1 == --no-load && $2 == events ]] || exec "$KTLAT_CTL" "$@"
	for event in irq:irq_handler_entry irq:softirq_entry irq:softirq_exit sched:sched_switch; do
		[[ $event != $3 ]] || echo "$event (int field)"
	done
END
chmod +x "$root.bin/ktlat-ctl"
KTLAT_CTL=$(command -v ktlat-ctl)
export KTLAT_CTL
with_events="$root.bin/ktlat-ctl"
is "$(offers "$with_events" add-probe t :)" 'irq: sched:' 'subsystems behind t:'
is "$(offers "$with_events" add-probe t : ir)" irq: 'those that begin so'
is "$(offers "$with_events" add-probe t : irq : so)" 'softirq_entry softirq_exit' 'their events'
is "$(offers "$with_events" add-probe t : irq : softirq_entry..sc)" softirq_entry..sched: 'the second one'
is "$(offers "$with_events" add-probe t : irq : softirq_entry..irq : softirq_ex)" softirq_exit 'and its name'
is "$(offers "$with_events" events irq : softirq_en)" softirq_entry 'events, by themselves'
is "$(offers ktlat-ctl help mon)" monitor 'commands to get help on'
is "$(offers ktlat-ctl report tests/unit/Makef)" tests/unit/Makefile 'files'
# zsh_offers WORD...: the same of zsh, whose own functions are stood in for
zsh_offers() {
	zsh -f -c '
		compadd() {
			local word
			shift $((argv[(I)--] > 0 ? argv[(i)--] : 0))
			for word; do [[ $word != $words[CURRENT]* ]] || print -r -- $word; done
		}
		_files() { print -r -- "(files $*)" }
		_normal() { print -r -- "(a command)" }
		words=("$@") CURRENT=$#
		source userspace/completion/_ktlat-ctl' zsh "$@" | paste -sd ' '
}

is "$(zsh_offers ktlat-ctl re)" 'remove-probe reset record report' 'zsh: commands'
is "$(zsh_offers ktlat-ctl --no-load hi)" hist 'zsh: behind an option, too'
is "$(zsh_offers ktlat-ctl hist --s)" --sort 'zsh: options of the command'
is "$(zsh_offers ktlat-ctl hist --sort '')" 'total max p99 count' 'zsh: their values'
is "$(zsh_offers ktlat-ctl lat --backend k)" kretprobe 'zsh: those of a backend'
is "$(zsh_offers ktlat-ctl record --stacks '')" '' 'zsh: a number has none'
is "$(zsh_offers ktlat-ctl report --stacks '')" folded 'zsh: a word has'
is "$(zsh_offers ktlat-ctl lat @s)" '@softirq @syscall' 'zsh: tracepoints'
is "$(zsh_offers "$with_events" add-probe t:)" 't:irq: t:sched:' 'zsh: subsystems behind t:'
is "$(zsh_offers "$with_events" add-probe t:irq:so)" 't:irq:softirq_entry t:irq:softirq_exit' 'zsh: their events'
is "$(zsh_offers "$with_events" add-probe t:irq:softirq_entry..sc)" t:irq:softirq_entry..sched: 'zsh: the second one'
is "$(zsh_offers "$with_events" add-probe t:irq:softirq_entry..irq:softirq_ex)" t:irq:softirq_entry..irq:softirq_exit 'zsh: and its name'
is "$(zsh_offers "$with_events" events irq:softirq_en)" irq:softirq_entry 'zsh: events, by themselves'
is "$(zsh_offers ktlat-ctl help mon)" monitor 'zsh: commands to get help on'
is "$(zsh_offers ktlat-ctl report tests)" '(files )' 'zsh: files'
is "$(zsh_offers ktlat-ctl lat -- l)" '(a command)' 'zsh: a command behind --'
for command in $(offers ktlat-ctl ''); do
	[[ $command == -* ]] || is "$(zsh_offers ktlat-ctl "$command" -- | tr ' ' '\n' | sort)" \
		"$(offers ktlat-ctl "$command" -- | tr ' ' '\n' | sort)" \
		"zsh: the options of $command are those that bash offers"
done

unknown=
for command in $(offers ktlat-ctl ''); do
	[[ $command == -* || $command == *load ]] || for option in $(offers ktlat-ctl "$command" --); do
		# One that it knows it wants something of, or wants something else; --flight takes others along.
		! ktlat-ctl --no-load "$command" "$option" 2>&1 </dev/null | grep -q "unknown option" || unknown+=" $command $option"
	done
done
is "$unknown" '' 'no option is offered that the tool does not know'
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 serial
#
# A BPF program on fentry or fexit, and a livepatch: of these and a direct probe
# a function has one. Whoever comes second is refused and told so, and comes in
# when the first has gone; a probe of --backend auto is by another backend meanwhile.
# What a livepatch has patched is never bypassed.
. tests/vm/lib.sh
. tests/vm/neighbours.sh

TAKEN='another trampoline is on the function, of a BPF program or a livepatch maybe'

# What one reads in the file: "patched", or the kernel's command line.
PLAIN=$(</proc/cmdline)
declare -A READS=([fentry]=$PLAIN [fexit]=$PLAIN [livepatch]=patched)

# comes NEIGHBOUR NAME: not by ok, which has its commands in a shell of their own.
comes() {
	if "$1"_come; then pass "$2"; else fail "$2"; fi
}

# goes NEIGHBOUR CALLS NAME: it goes, and has seen so many calls.
goes() {
	if [[ $1 == livepatch ]]; then
		ok "$3" livepatch_go
	else
		bpf_go
		is "$(bpf_saw)" "$2" "$3 and has seen each of $2 calls"
	fi
}

# bodies: which bodies were called, by what was read.
bodies() {
	sort -u "$@"
}

probe_first() {
	local name=$1 i refused=0 told='Device or resource busy'
	# 7.2 tells BPF something else; that it can come without the probe is seen below.
	[[ $LINUX != 7.2 || $name == livepatch ]] || told='Invalid argument'
	"${direct[@]}" $F >/dev/null
	fails "$name: is refused where a direct probe is" "$told\$" "${name}_come"
	load_start
	for ((i = 0; i < 3; i++)); do
		"${name}_come" >/dev/null 2>&1 || refused=$((refused + 1))
	done
	load_stop
	is $refused 3 "$name: three times more under load"
	is "$(probed)" "$CALLED $CALLED 0 0" "$name: the probe saw all of $CALLED calls"
	is "$(bodies /tmp/load.[0-9])" "$PLAIN" "$name: of the body that was there"

	# A disabled probe leaves the function to others.
	ktlat-ctl disable $F >/dev/null
	comes "$name" "$name: comes when the probe is disabled"
	fails "$name: the probe cannot be enabled" 'another trampoline is on its function by now' \
		ktlat-ctl enable $F
	calls 1 >/tmp/read
	is "$(probed)" "$CALLED $CALLED 0 0" "$name: and counts nothing"
	is "$(bodies /tmp/read)" "${READS[$name]}" "$name: the body is as it should be"
	goes "$name" 50 "$name: goes"
	ok "$name: the probe can be enabled again" ktlat-ctl enable $F
	calls 1 >/tmp/read
	is "$(probed)" "$((CALLED + 50)) $((CALLED + 50)) 0 0" "$name: and counts again"
	is "$(bodies /tmp/read)" "$PLAIN" "$name: the body is the kernel's own"
	ktlat-ctl remove-probe all >/dev/null
	alone "$name, second"
}

probe_second() {
	local name=$1 i attempts=4
	# Asking once made ftrace let calls pass the livepatch by.
	[[ $name != livepatch ]] || attempts=10
	comes "$name" "$name: comes when the probe has gone"
	fails "$name: a direct probe is refused" "$TAKEN" "${direct[@]}" $F
	like "$(ktlat-ctl add-probe $F --args-in-registers)" "\($next, not direct: $TAKEN" \
		"$name: auto says why it steps back"
	load_start
	for ((i = 0; i < attempts; i++)); do
		"${direct[@]}" $F >/dev/null 2>&1 && fail "$name: a direct probe is refused"
	done
	load_stop
	is "$(bodies /tmp/load.[0-9])" "${READS[$name]}" "$name: the body is as it should be"
	is "$(probed)" "$CALLED $CALLED 0 0" "$name: the $next saw all of $CALLED calls"
	goes "$name" "$CALLED" "$name: goes with the $next there"
	ktlat-ctl reset all >/dev/null
	ok "$name: a direct probe can come then" "${direct[@]}" $F
	calls 1 >/tmp/read
	is "$(probed | xargs)" '50 50 0 0 50 50 0 0' "$name: both probes see each call"
	is "$(bodies /tmp/read)" "$PLAIN" "$name: of the kernel's own body"
	ktlat-ctl remove-probe all >/dev/null
	alone "$name, first"
	free_again "$name"
}

load_ktlat
needs_backend direct
load_target
next=$(after_direct)
for neighbour in fentry fexit livepatch; do
	probe_first $neighbour
	probe_second $neighbour
done

# A livepatch of another function: tasks that sleep below a trampoline do not
# hold it up, and auto takes no trampoline as long as it is there.
target_reset
"${direct[@]}" ktlat_target_killable >/dev/null
target func=killable ctx=kthread threads=3 calls=1 delay_ns=1000000000000 async=1
ok 'three sleep below a trampoline' wait_until 20 eval '[[ $(target_stat killable .started) == 3 ]]'
ok 'a livepatch is complete all the same' livepatch_come
like "$(ktlat-ctl add-probe vfs_fsync)" "\\($next, not direct: .* or a livepatch is loaded\\)" \
	'auto takes no trampoline anywhere while a livepatch is loaded'
target_stop
target_wait
is "$(probe_stat ktlat_target_killable '"\(.entries) \(.count)"')" '3 3' 'the sleepers return'
ok 'the livepatch goes' livepatch_go
like "$(ktlat-ctl add-probe vfs_fsync)" '\(direct\)' 'auto takes a trampoline again'
ktlat-ctl remove-probe all >/dev/null
free_again 'a livepatch elsewhere'
done_testing

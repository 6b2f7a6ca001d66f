# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Others on the function that ktlat has a trampoline on. The function is what
# fills /proc/cmdline: it is called once for each read of that file, and only
# those who sit on it know otherwise. After lib.sh.
#
# A neighbour is a word with three functions: WORD_come, WORD_go, and WORD_saw,
# which prints how many calls it has seen since it came.
. tests/vm/target.sh

F=cmdline_proc_show
TRACING=/sys/kernel/tracing
LIVEPATCH=/sys/kernel/livepatch/ktlat_livepatch
# shellcheck disable=SC2034 # for who sources this
direct=(ktlat-ctl add-probe --backend direct --args-in-registers)
mapfile -t FIFTY < <(yes /proc/cmdline | head -n 50)

event_come() {
	echo "$1:ktlat_test/neighbour ${2:-$F}" >>$TRACING/kprobe_events &&
		echo 1 >$TRACING/events/ktlat_test/neighbour/enable
}

kprobe_come() {
	event_come p "$@"
}

kprobe_go() {
	echo 0 >$TRACING/events/ktlat_test/neighbour/enable
	echo >$TRACING/kprobe_events
}

# Those that it missed are left out.
kprobe_saw() {
	awk '$1 == "neighbour" { print $2 }' $TRACING/kprobe_profile
}

kretprobe_come() {
	event_come r "$@"
}

kretprobe_go() {
	kprobe_go
}

kretprobe_saw() {
	kprobe_saw
}

tracer_come() {
	echo "${2:-$F}" >$TRACING/set_ftrace_filter
	echo >$TRACING/trace
	echo "$1" >$TRACING/current_tracer
}

function_come() {
	tracer_come function "$@"
}

function_go() {
	echo nop >$TRACING/current_tracer
	echo >$TRACING/set_ftrace_filter
}

function_saw() {
	grep -c $F $TRACING/trace
}

function_graph_come() {
	tracer_come function_graph "$@"
}

function_graph_go() {
	function_go
}

function_graph_saw() {
	function_saw
}

# bpf_come [-r]: a program on a BPF trampoline. Where it is refused: what it says.
bpf_come() {
	rm -f /tmp/bpf
	tests/programs/fentry "$@" $F >/tmp/bpf 2>&1 &
	BPF_PID=$!
	wait_until 60 test -s /tmp/bpf
	[[ $(</tmp/bpf) != attached ]] || return 0
	cat /tmp/bpf >&2
	return 1
}

bpf_go() {
	kill "$BPF_PID"
	wait "$BPF_PID"
}

# When it has gone.
bpf_saw() {
	sed 1d /tmp/bpf
}

fentry_come() {
	bpf_come
}

fexit_come() {
	bpf_come -r
}

# By busybox: that of kmod reads /proc/cmdline itself.
livepatch_come() {
	busybox insmod "$KTLAT_TREE/tests/target/ktlat_livepatch.ko" &&
		wait_until 60 eval "[[ \$(<$LIVEPATCH/transition) == 0 ]]"
}

livepatch_go() {
	echo 0 >$LIVEPATCH/enabled
	wait_until 60 eval "[[ ! -e $LIVEPATCH ]]" &&
		busybox rmmod ktlat_livepatch
}

# calls FIFTIES: that many times fifty calls.
calls() {
	local i
	for ((i = 0; i < $1; i++)); do
		cat "${FIFTY[@]}"
	done
}

# What ktlat has of the function: entries, recorded, missed, in flight.
probed() {
	ktlat-ctl hist --json $F | jq -r '.probes[] | "\(.entries) \(.count) \(.missed) \(.in_flight)"'
}

# What nothing is ever read from.
exec {NEVER}<> <(:)

# Callers on all CPUs, until load_stop; CALLED is then how often they called, and
# /tmp/load.* what they read. They rest half of the time, so that what comes and
# goes meanwhile gets on: where virtual CPUs take turns, it would have one turn of
# five.
load_start() {
	local i
	rm -f /tmp/load.*
	for ((i = 0; i < 4; i++)); do
		until [[ -e /tmp/load.stop ]]; do
			calls 1
			read -rt 0.05 -u "$NEVER"
		done >/tmp/load.$i &
		LOAD[i]=$!
	done
	wait_until 30 test -s /tmp/load.3
}

# shellcheck disable=SC2034 # CALLED is for who calls
load_stop() {
	touch /tmp/load.stop
	wait "${LOAD[@]}"
	CALLED=$(cat /tmp/load.[0-9] | wc -l)
}

# Nobody is on the function, by what ftrace itself says.
alone() {
	is "$(grep -w "$F" $TRACING/enabled_functions)" '' "$1: nobody is on the function any more"
}

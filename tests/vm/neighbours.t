#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 serial
#
# Kprobes, return probes and the tracers of ftrace share a function with a direct
# probe: whoever came first and whoever goes first, each sees every call.
. tests/vm/lib.sh
. tests/vm/neighbours.sh

KILLABLE=ktlat_target_killable

probe_come() {
	"${direct[@]}" $F >/dev/null
}

probe_go() {
	ktlat-ctl remove-probe all >/dev/null
}

# orders NEIGHBOUR FIRST SECOND LEAVES: two come, one leaves, the other stays.
orders() {
	local neighbour=$1 name="$2, $3; $4 leaves"
	if ! { "$2"_come && "$3"_come; }; then fail "$name: both come"; fi
	calls 1 >/dev/null
	is "$(probed), $("$neighbour"_saw)" '50 50 0 0, 50' "$name: both see each call"
	"$4"_go
	calls 1 >/dev/null
	if [[ $4 == probe ]]; then
		is "$("$neighbour"_saw)" 100 "$name: the other still does"
		"$neighbour"_go
	else
		is "$(probed)" '100 100 0 0' "$name: the other still does"
		probe_go
	fi
	alone "$name"
}

# busy STAYS COMES NAME: one stays and sees each call, while the other comes and
# goes.
busy() {
	local i
	"$1"_come
	load_start
	for ((i = 0; i < 3; i++)); do
		if ! { "$2"_come && "$2"_go; }; then fail "$2 comes and goes under load"; fi
	done
	load_stop
	cmp_ok "$CALLED" '>=' 200 "$2 has come and gone with $1 there, under load"
}

# enter NAME: three more calls, which stay inside.
enter() {
	ENTERED=$((ENTERED + 3))
	target func=killable ctx=kthread threads=3 calls=1 delay_ns=1000000000000 async=1
	ok "$1: three calls go in" wait_until 20 eval "[[ \$(target_stat killable .started) == $ENTERED ]]"
}

# inside NEIGHBOUR: calls that are in flight while one comes or leaves.
inside() {
	local neighbour=$1
	target_reset
	ENTERED=0
	"${direct[@]}" $KILLABLE >/dev/null
	enter "$neighbour: the probe is there"
	"$neighbour"_come $KILLABLE
	enter "$neighbour: both are there"
	probe_go
	enter "$neighbour: it is there"
	"${direct[@]}" $KILLABLE >/dev/null
	enter "$neighbour: both are there again"
	is "$(probe_stat $KILLABLE '"\(.entries) \(.count) \(.in_flight)"')" '3 0 3' \
		"$neighbour: a new probe knows of its own calls"
	"$neighbour"_go
	enter "$neighbour: it has gone"
	target_stop
	target_wait
	is "$(probe_stat $KILLABLE '"\(.entries) \(.count) \(.in_flight)"')" '6 6 0' \
		"$neighbour: these return into it"
	is "$(target_stat killable '"\(.started) \(.returned)"')" '15 15' \
		"$neighbour: all return, whoever was there when they were called"
	probe_go
	free_again "$neighbour, calls in flight"
}

load_ktlat
needs_backend direct
load_target
for neighbour in kprobe kretprobe function function_graph; do
	for leaves in probe $neighbour; do
		orders $neighbour $neighbour probe "$leaves"
		orders $neighbour probe $neighbour "$leaves"
	done

	busy probe $neighbour
	is "$(probed)" "$CALLED $CALLED 0 0" "$neighbour: the probe saw all of $CALLED calls"
	probe_go
	busy $neighbour probe
	is "$("${neighbour}"_saw)" "$CALLED" "$neighbour: it saw all of $CALLED calls"
	"$neighbour"_go
	alone "$neighbour, under load"
	inside $neighbour
done
done_testing

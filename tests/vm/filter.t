#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=300
#
# Filters: a probe records and writes the calls that it is after, and counts the
# others as filtered; of the slow calls alone it writes as many as there are.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
JSON=/tmp/events.json
# A bound of the target's buckets, and more than a call of no duration takes, mostly.
MS=1048576

# calls_from N KIND: those that the target made of busy, N ns long or longer, by the
# stamps inside the function or outside of it.
calls_from() {
	target_stat busy "[.$2.buckets[] | select(.lo_ns >= $1) | .count] | add // 0"
}

# told FILTER
told() {
	jq -r "$1" $JSON
}

# events_to_file ARG...
events_to_file() {
	tests/programs/events "$@" >$JSON
}

# filtered BACKEND OPTION... -- COMMAND
filtered() {
	local backend=$1 options=()
	shift
	while [[ $1 != -- ]]; do options+=("$1") && shift; done
	target_reset
	ok "$NAME: read to the end" events_to_file "${options[@]}" 4096 "$backend" ${F}_busy "$@"
	is "$(told '[.rings[] | .lost + .dropped + .frozen] | add')" 0 "$NAME: nothing is lost"
	is "$(told '.wrong')" 0 "$NAME: no record is wrong"
	is "$(told '.probes[0] | .returns + .filtered')" "$(target_stat busy .returned)" "$NAME: each call is recorded or filtered"
}

# passed N: so many were recorded, and the same written.
passed() {
	is "$(told '.probes[0] | "\(.returns) \(.events)"')" "$1 $1" "$NAME: $1 pass"
}

load_ktlat
load_target
ulimit -l unlimited
mkdir /tmp/cgroup
mount -t cgroup2 none /tmp/cgroup
mkdir -p /tmp/cgroup/ktlat/inner /tmp/cgroup/other

# by PROGRAM: a shell that makes 10 calls as a task; with threads beside it.
# shellcheck disable=SC2016 # expanded there
by() {
	printf 'cd %s && echo "func=busy ctx=kthread calls=100" >run && %s' "$TARGET_DIR" "$1"
}
CALL='echo "func=busy ctx=task calls=10" >run'

for backend in direct fprobe kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi

	NAME="$backend, CPU 2"
	filtered $backend cpu=2 -- bash -c "$(by true)"
	passed 100
	NAME="$backend, CPUs 0 and 3"
	filtered $backend cpu=0 cpu=3 -- bash -c "$(by true)"
	passed 200

	NAME="$backend, comm"
	filtered $backend comm=caller -- bash -c "$(by "(echo -n caller >/proc/self/comm; $CALL); $CALL")"
	passed 10
	NAME="$backend, pid of the idle tasks"
	filtered $backend pid=0 -- bash -c "$(by "$CALL")"
	passed 0
	NAME="$backend, cgroup"
	id=$(stat -c %i /tmp/cgroup/ktlat)
	# shellcheck disable=SC2016 # expanded there
	filtered $backend cgroup="$id" -- bash -c "$(by 'for g in ktlat ktlat/inner other .; do
		(echo $BASHPID >/tmp/cgroup/$g/cgroup.procs; '"$CALL"'); done')"
	passed 20

	# A process with the number that the filter was given before.
	for what in pid tgid; do
		NAME="$backend, $what"
		# shellcheck disable=SC2016 # expanded there
		filtered $backend $what=30001 -- bash -c "$(by 'echo 30000 >/proc/sys/kernel/ns_last_pid; ('"$CALL"'); '"$CALL")"
		passed 10
	done

	for what in min_ns 'slow_ns only'; do
		NAME="$backend, ${what% *}"
		options=("${what% *}=$MS")
		[[ $what == min_ns ]] || options+=(only=1)
		filtered $backend "${options[@]}" -- bash -c "$(by "echo 'func=busy ctx=kthread calls=20 delay_ns=3000000' >run")"
		events=$(told '.probes[0].events')
		cmp_ok "$events" '>=' "$(calls_from $MS inner)" "$NAME: all that took so long for sure are written"
		cmp_ok "$events" '<=' "$(calls_from $MS outer)" "$NAME: and none that did not"
		cmp_ok "$events" '>=' 80 "$NAME: the long ones are there"
		cmp_ok "$events" '<' 480 "$NAME: the short ones are not"
	done
	is "$(told '.probes[0] | "\(.slow) \(.filtered)"')" "$events 0" "$NAME: what is written is marked as slow, and the others are recorded"
	cmp_ok "$(told .wakes)" '>' 0 "$NAME: they woke the reader"
done
done_testing

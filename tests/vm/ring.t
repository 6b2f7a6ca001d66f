#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 mem=2048
#
# Calls as events in the rings of a session: as many as the target made, from each
# context, with the latencies that the histogram recorded; all that is lost where
# rings are too small is told; who ran, and in which cgroup; and CPUs that come
# after the rings were made.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
JSON=/tmp/events.json

events_to_file() {
	tests/programs/events "$@" >$JSON || { cat $JSON && return 1; }
}

# events SLOTS BACKEND FUNCTION... -- COMMAND: the target counts from zero.
events() {
	target_reset
	ok "$NAME: read to the end" events_to_file "$@"
}

# told FILTER
told() {
	jq -r "$1" $JSON
}

# in_turn SPEC...: each SPEC is a line for the target, one run after the other.
in_turn() {
	printf 'cd %s' "$TARGET_DIR"
	printf ' && echo "func=%s" >run' "$@"
}

# at_once SPEC...: likewise, all together to their end.
at_once() {
	in_turn "${@/%/ async=1}"
	printf ' && echo 1 >wait'
}

# all_is_told: what was read, and what was lost, is what was written.
all_is_told() {
	is "$(told '[.rings[] | .read + .lost - .last] | unique[]')" 0 "$NAME: read and lost is all there is"
	is "$(told '[.rings[] | .last + .dropped + .frozen] | add')" \
		"$(told '[.probes[].returns] | add')" "$NAME: written and dropped is all that was recorded"
	is "$(told '.wrong')" 0 "$NAME: no record is wrong"
	diag "$NAME: $(told '[.rings[].read] | add') read, $(told '[.rings[].lost] | add') lost, $(told '[.rings[].dropped] | add') dropped"
}

# is_whole: nothing was lost, and events and histogram agree.
is_whole() {
	all_is_told
	is "$(told '[.rings[] | .lost + .dropped + .frozen] | add')" 0 "$NAME: nothing is lost"
	is "$(told '[.probes[] | "\(.events) \(.sum_ns)"] | join(", ")')" \
		"$(told '[.probes[] | "\(.returns) \(.returns_sum_ns)"] | join(", ")')" \
		"$NAME: events and histogram have the same calls"
}

# from CONTEXT FUNCTION: all calls of it that the target made, and they are of
# this context and as long as the target says.
from() {
	local out
	out=$(jq -r --slurpfile stats "$TARGET_DIR/stats" --arg name "$F"_"$2" --arg context "$1" '
		(.probes[] | select(.name == $name)) as $p |
		($stats[0].functions[] | select(.name == $name)) as $truth |
		if $p.events == $truth.returned and $p[$context] == $truth.returned and
			$truth.inner.sum_ns <= $p.sum_ns and $p.sum_ns <= $truth.outer.sum_ns and
			$truth.inner.min_ns <= $p.min_ns and $p.min_ns <= $truth.outer.min_ns and
			$truth.inner.max_ns <= $p.max_ns and $p.max_ns <= $truth.outer.max_ns
		then "ok" else $p, ($truth | del(.inner.buckets, .outer.buckets)) end' $JSON)
	is "$out" ok "$NAME: $2 in $1: $(target_stat "$2" .returned) calls"
}

load_ktlat
load_target
ulimit -l unlimited

for backend in direct fprobe kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi

	# One context at a time, where no backend loses any.
	for run in 'task kthread' 'softirq softirq batch=20' 'hardirq hardirq' 'nmi nmi'; do
		read -r context from <<<"$run"
		NAME="$backend, $context"
		if [[ $context == nmi ]] && ! has_nmis; then
			skip "$NAME" "there are no NMIs on Linux $KERNEL"
			continue
		fi
		events 16384 $backend ${F}_{busy,outer,inner} -- \
			bash -c "$(in_turn "busy ctx=$from calls=500" "outer ctx=$from calls=500")"
		is_whole
		if [[ $backend != kretprobe || $context != nmi ]]; then
			from "$context" busy
			from "$context" outer
			from "$context" inner
		fi
	done

	every=("busy ctx=kthread calls=20000" "loop ctx=softirq batch=100 calls=10000"
		"outer ctx=hardirq period_ns=300000 calls=2000")
	! has_nmis || every+=("recurse ctx=nmi depth=3 period_ns=1000000 calls=500")
	NAME="$backend, from everywhere"
	events 131072 $backend ${F}_{busy,loop,outer,inner,recurse} -- bash -c "$(at_once "${every[@]}")"
	is_whole
	if [[ $backend != kretprobe ]]; then
		from task busy
		from softirq loop
		from hardirq outer
		from hardirq inner
		from nmi recurse
	fi

	NAME="$backend, small rings"
	events 16 $backend ${F}_{busy,loop,outer,inner,recurse} -- bash -c "$(at_once "${every[@]}")"
	all_is_told
	cmp_ok "$(told '[.rings[].lost] | add')" '>' 0 "$NAME: some are lost"
	cmp_ok "$(told '[.rings[].read] | add')" '>' 0 "$NAME: and some are read"
done

# Who ran.
mkdir /tmp/cgroup
mount -t cgroup2 none /tmp/cgroup
mkdir /tmp/cgroup/ktlat
NAME='a task'
# shellcheck disable=SC2016 # expanded there
events 1024 kretprobe ${F}_busy -- bash -c \
	'echo $$ | tee /tmp/pid >/tmp/cgroup/ktlat/cgroup.procs && echo "func=busy ctx=task calls=10" >'"$TARGET_DIR/run"
is_whole
is "$(told '.probes[0].last | "\(.pid) \(.tgid) \(.comm) \(.cgroup_id)"')" \
	"$(</tmp/pid) $(</tmp/pid) bash $(stat -c %i /tmp/cgroup/ktlat)" "$NAME: pid, tgid, name, cgroup"

# A CPU that comes after the rings were made, and goes before they are read.
before_hotplug
cpu3=/sys/devices/system/cpu/cpu3/online
ok 'CPU 3 goes' eval "echo 0 >$cpu3"
NAME='a CPU that comes and goes'
events 4096 kretprobe ${F}_busy -- bash -c \
	"echo 1 >$cpu3 && echo 'func=busy ctx=kthread cpus=3 calls=1000' >$TARGET_DIR/run && echo 0 >$cpu3"
is_whole
from task busy
is "$(told '.rings[3].read')" 1000 "$NAME: in its own ring"
ok 'CPU 3 is back' eval "echo 1 >$cpu3"
done_testing

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Driving ktlat_target.ko, and comparing what ktlat has recorded with what it
# knows; for tests/vm/*.t, after lib.sh.

TARGET_DIR=/sys/kernel/debug/ktlat_target

# target KEY=VALUE...: make the calls, as main.c of the target tells.
target() {
	echo "$*" >"$TARGET_DIR/run"
}

target_stop() {
	echo 1 >"$TARGET_DIR/stop"
}

target_wait() {
	echo 1 >"$TARGET_DIR/wait"
}

target_reset() {
	echo 1 >"$TARGET_DIR/reset"
}

# sleeper_stack: the functions on the stack of a thread of the target that sleeps,
# the innermost first.
sleeper_stack() {
	local pid
	pid=$(pgrep -f '^\[ktlat_target/' | head -n 1)
	sed 's/+.*//; s/.* //' "/proc/$pid/stack" | tr '\n' ' '
}

# target_stat FUNCTION FILTER: what the target says of a function.
target_stat() {
	jq -r --arg name "ktlat_target_$1" \
		".functions[] | select(.name == \$name) | $2" "$TARGET_DIR/stats"
}

# probe_stat SPEC FILTER: what ktlat says of a probe.
probe_stat() {
	ktlat-ctl hist --json "$1" | jq -r ".probes[0] | $2"
}

# fprobe_pool: how many calls the pool of a fprobe has room for at first; 0 where
# fprobes have none.
fprobe_pool() {
	ktlat-ctl add-probe --backend fprobe ktlat_target_busy >/dev/null
	probe_stat ktlat_target_busy .pool
	ktlat-ctl remove-probe ktlat_target_busy >/dev/null
}

# exact_by BACKEND: "true" where what it counts is all there was as long as it has
# missed nothing, "false" where it is a bound.
exact_by() {
	if [[ $1 == direct ]] || [[ $1 == fprobe && $(fprobe_pool) != 0 ]]; then
		echo true
	else
		echo false
	fi
}

# agrees FUNCTION NAME [SPEC]: everything that the probe recorded of a function
# of the target agrees with the target's own stamps; AGREED is of how many calls.
agrees() {
	local spec=${3:-ktlat_target_$1} out
	ktlat-ctl hist --json "$spec" >/tmp/hist.json
	out=$(jq -nr --slurpfile hist /tmp/hist.json --slurpfile stats "$TARGET_DIR/stats" \
		--arg spec "$spec" --arg name "ktlat_target_$1" -f tests/vm/compare.jq 2>&1)
	AGREED=${out%%$'\n'*}
	[[ $out != "$AGREED" || ! $AGREED =~ ^[0-9]+$ ]] || { pass "$2: $AGREED calls agree" && return; }
	fail "$2"
	diag "$(head -n 12 <<<"$out")"
}

# member GROUP FUNCTION FILTER: what ktlat says of a function of a group.
member() {
	ktlat-ctl hist --json "$1" |
		jq -r --arg name "$2" ".probes[0].members[] | select(.function == \$name) | $3"
}

# member_agrees GROUP FUNCTION NAME: as agrees, for a function of a group.
member_agrees() {
	local out
	ktlat-ctl hist --json "$1" | jq --arg name "ktlat_target_$2" \
		'{probes: [.probes[0] as $group | $group.members[] | select(.function == $name) |
			$group + . + {spec: $name, in_flight: (.entries - .count)}]}' >/tmp/hist.json
	out=$(jq -nr --slurpfile hist /tmp/hist.json --slurpfile stats "$TARGET_DIR/stats" \
		--arg spec "ktlat_target_$2" --arg name "ktlat_target_$2" -f tests/vm/compare.jq 2>&1)
	if [[ $out =~ ^[0-9]+$ ]]; then
		pass "$3: $out calls agree"
	else
		fail "$3"
		diag "$(head -n 12 <<<"$out")"
	fi
}

# from_zero: figures of all probes and of the target.
from_zero() {
	target_reset
	ktlat-ctl reset all >/dev/null
}

# measures NAME FUNCTION KEY=VALUE...: one run, from zero, agrees.
measures() {
	local name=$1 func=$2
	shift 2
	from_zero
	ok "$name: runs" target "func=$func" "$@"
	agrees "$func" "$name"
}

# nearly_all TOLD MADE NAME: calls that were recorded or missed are no more than were made,
# and no fewer but for 1 %: the kernel's counters of what is missed are not incremented
# atomically.
nearly_all() {
	cmp_ok "$1" '<=' "$2" "$3: they are not more than there were"
	cmp_ok "$1" '>=' "$(($2 * 99 / 100))" "$3: nor far less"
}

# cost_is_measured: what direct costs has been, by a slot of its own, which is free
# again, so that the slots of probes come one after the other from 0.
cost_is_measured() {
	ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_busy >/dev/null
	ktlat-ctl remove-probe all >/dev/null
	wait_until 20 is_free || bail_out 'slots are not free'
}

# has_nmis: can the target make calls from NMIs? Debian's arm64 kernels have none.
has_nmis() {
	[[ $KERNEL != *-arm64 ]]
}

# has_lost_none FUNCTION NAME: at rest, every call of a function was recorded, and
# that is said to be exact, or to be a bound where EXACT is false.
has_lost_none() {
	local spec=ktlat_target_$1 started
	started=$(target_stat "$1" .started)
	is "$(probe_stat "$spec" '"\(.entries) \(.count) \(.missed) \(.in_flight) \(.exact) \(.coverage)"')" \
		"$started $started 0 0 ${EXACT:-true} 1" "$2: all of $started calls, and it says so"
}

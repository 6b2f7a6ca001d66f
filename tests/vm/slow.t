#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 mem=2048
#
# The slowest calls: those that ktlat-ctl slow shows are the longest by the target's own
# stamps, from each context, each with who called it; they pass with their interval; and
# nothing is harmed where what takes the stacks has probes itself.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
JSON=/tmp/slow.json
K=5
# What the kernel's unwinder calls for each frame, and can have a probe.
UNWINDER=unwind_next_frame
[[ $KERNEL != *-arm64 ]] || UNWINDER=stack_trace_consume_entry

# told FILTER
told() {
	jq -r "$1" $JSON
}

# slow_to_file ARG...
slow_to_file() {
	ktlat-ctl slow --json "$@" >$JSON
}

# lines LINE...: shell commands that have the target make calls, one run after the other.
lines() {
	printf 'cd %s' "$TARGET_DIR"
	printf ' && echo "func=%s" >run' "$@"
}

# some_longer FUNCTION CONTEXT: many short calls and some that take longer, from there.
# The short ones come in batches, as a timer is due once a tick.
some_longer() {
	local ms runs=("$1 ctx=$2 calls=500 batch=50")
	for ms in 3 5 7 9 11 13; do
		runs+=("$1 ctx=$2 calls=1 threads=1 delay_ns=${ms}000000")
	done
	lines "${runs[@]}" "$1 ctx=$2 calls=500 batch=50"
}

# longest FUNCTION: no call of it that took longer is missing, and none that is there
# took less, as far as the target's buckets tell.
longest() {
	local out
	out=$(jq -r --slurpfile stats "$TARGET_DIR/stats" --arg name "${F}_$1" --argjson k $K '
		(.probes[] | select(.spec | endswith($name)) | [.slowest[].latency_ns]) as $got |
		($stats[0].functions[] | select(.name == $name)) as $truth |
		def above($kind; f): [$truth[$kind].buckets[] | select(f) | .count] | add // 0;
		[range($got | length) | . as $i | $got[$i] as $ns |
			above("outer"; .hi_ns >= $ns) > $i and above("inner"; .lo_ns > $ns) <= $i] as $right |
		if ($got | length) == $k and ($got | sort | reverse) == $got and ($right | all) and
			$truth.inner.max_ns <= $got[0] and $got[0] <= $truth.outer.max_ns
		then "ok" else $got, $right, $truth.inner.max_ns, $truth.outer.max_ns end' $JSON)
	is "$out" ok "$NAME: the $K longest of $(target_stat "$1" .returned) calls"
}

# calls_of FUNCTION
calls_of() {
	echo '.probes[] | select(.spec | endswith("'"${F}_$1"'")) | .slowest[]'
}

# called_by FUNCTION CALLER...: each of its calls, the innermost caller first.
called_by() {
	local function=$1
	shift
	is "$(told "$(calls_of "$function") | [.stack[:$#][]?.function] | join(\" \")" | sort -u)" "$*" \
		"$NAME: $function: its callers, and nothing of how it is measured"
}

load_ktlat
load_target
ulimit -l unlimited

for backend in direct fprobe kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi
	if [[ $backend == kretprobe && $LINUX == 5.10 ]]; then
		skip "$backend" 'the unwinder of Linux 5.10 goes no further than the trampoline of a kretprobe'
		continue
	fi
	options=(--backend "$backend" --slowest "$K")
	[[ $backend != direct ]] || options+=(--args-in-registers)

	for run in 'task kthread thread_main' 'softirq softirq timer_calls' 'hardirq hardirq hrtimer_calls'; do
		read -r context from caller <<<"$run"
		NAME="$backend, $context"
		target_reset
		begin=$(awk '/^now at/ { print $3 }' /proc/timer_list)
		ok "$NAME: shows two functions" slow_to_file "${options[@]}" ${F}_{busy,inner} -- \
			bash -c "$(some_longer busy "$from") && $(some_longer outer "$from")"
		end=$(awk '/^now at/ { print $3 }' /proc/timer_list)
		# A kretprobe may lose what comes while another one runs.
		if [[ $backend != kretprobe || $context == task ]]; then
			longest busy
			longest inner
		fi
		is "$(told '[.probes[].slowest[] | "\(.context) \(.running)"] | unique | join(", ")')" "$context false" \
			"$NAME: that is what the CPU was doing"
		is "$(told "[.probes[].slowest[] | .time_ns - .latency_ns >= $begin and .time_ns <= $end] | all")" true \
			"$NAME: at the time at which they were made"
		called_by busy target_call target_calls "$caller"
		called_by inner target_call ${F}_outer target_call target_calls "$caller"
		is "$(told '[.probes[].slowest[].stack[] | select(.function | test("target_|ktlat|_calls$|thread_main")) | .module] | unique[]')" \
			ktlat_target "$NAME: in the module that holds them"
	done

	# Both have a probe: what is ours between the callers is left out.
	NAME="$backend, one in another"
	ok "$NAME: shows" slow_to_file "${options[@]}" ${F}_{outer,inner} -- bash -c "$(some_longer outer kthread)"
	called_by inner target_call ${F}_outer target_call target_calls thread_main kthread ret_from_fork

	# For eyes.
	like "$(ktlat-ctl slow "${options[@]}" ${F}_busy -- bash -c "$(some_longer busy kthread)" 2>&1)" \
		$'\n[^\n]* task +ktlat_target/[0-9][^\n]*ms   ktlat_target_busy\n\ttarget_call\+0x[0-9a-f]+ \[ktlat_target\]\n\ttarget_calls\+0x' \
		"$backend: for eyes"

	# What a recording has of them.
	NAME="$backend, record"
	ok "$NAME: records" ktlat-ctl record "${options[@]}" ${F}_inner -o /tmp/ktlat.dat -- bash -c "$(some_longer outer kthread)"
	ktlat-ctl report --json /tmp/ktlat.dat | jq -c 'select(.stack)' >/tmp/lines.json
	cmp_ok "$(wc -l </tmp/lines.json)" '>=' $K "$NAME: the slow ones have a stack"
	is "$(jq -r '[.stack[:2][].function] | join(" ")' /tmp/lines.json | sort -u)" "target_call ${F}_outer" "$NAME: of their callers"
	like "$(ktlat-ctl report --stacks folded /tmp/ktlat.dat)" \
		"kthread;thread_main;target_calls;target_call;${F}_outer;target_call;${F}_inner [0-9]+" "$NAME: folded, too"

	# What takes the stacks has a probe, whose slow calls want a stack: it has none for
	# those on our behalf, and a kretprobe misses them.
	NAME="$backend, on the unwinder"
	for function in $UNWINDER ${F}_busy; do
		ok "$NAME: $function has a probe" ktlat-ctl add-probe "${options[@]}" "$function"
	done
	target func=busy ctx=kthread calls=500
	target func=busy ctx=hardirq calls=500
	ok "$NAME: shows" slow_to_file
	called_by busy target_call target_calls
	recursed=$(told .stacks.recursed) missed=$(probe_stat $UNWINDER .missed)
	diag "$NAME: $recursed without a stack, $missed missed"
	cmp_ok "$((recursed + missed))" '>' 0 "$NAME: calls for us are counted"
	ktlat-ctl remove-probe all >/dev/null
done

# Intervals.
NAME=intervals
ktlat-ctl add-probe --backend kretprobe --slowest $K --interval 10s ${F}_busy >/dev/null
target_reset
shows() {
	slow_to_file ${F}_busy && [[ $(told "$1") == true ]]
}
target func=busy ctx=kthread calls=100
ok "$NAME: calls are there at once, or once it is over" shows '.probes[0].slowest | length == '$K
# Who looks too seldom finds that the next one is over, too, and has them called again.
over() {
	shows '.probes[0].slowest | length == '$K' and ([.[].running] | any | not)' && return
	[[ $(told '.probes[0].slowest == []') != true ]] || target func=busy ctx=kthread calls=100
	return 1
}
ok "$NAME: and when it is over" wait_until 100 over
ok "$NAME: but not for long" wait_until 60 shows '.probes[0].slowest == []'
ok "$NAME: a session of others" eval "ktlat-ctl slow | grep -q '^no call has ended'"
target func=busy ctx=kthread calls=100
ktlat-ctl reset ${F}_busy >/dev/null
ok "$NAME: a reset starts anew" shows '.probes[0].slowest == []'
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=480 icount append=preempt=full long
#
# A traced function finds all registers as its caller left them, and its caller
# finds what it returned and what it has to preserve: tests/target/regs.c. The
# kernel preempts wherever it can, so that our trampolines call the scheduler;
# QEMU interrupts straight code only where it counts instructions. The long form
# makes four times as many rounds.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target_regs
TRACING=/sys/kernel/tracing
ROUNDS=3000
[[ -z ${KTLAT_LONG-} ]] || ROUNDS=20000
direct=(ktlat-ctl add-probe --backend direct --args-in-registers)
kretprobe=(ktlat-ctl add-probe --backend kretprobe)

# told: what came out of the last rounds.
told() {
	jq -c '[.rounds, .mismatches, .first]' $TARGET_DIR/regs
}

# rounds "NUMBER [spoil]": makes them, and tells what came out.
rounds() {
	echo "$1" >$TARGET_DIR/regs
	told
}

# right NAME: all rounds are.
right() {
	is "$(rounds $ROUNDS)" "[$ROUNDS,0,null]" "$1: $ROUNDS rounds, all registers right" ||
		diag "$(<$TARGET_DIR/regs)"
}

# counted BACKENDS [ROUNDS]: there are such probes, and each has seen every round.
counted() {
	local wanted
	wanted=$(for backend in $1; do echo "$backend ${2:-$ROUNDS} 0"; done)
	is "$(ktlat-ctl hist --json | jq -r '.probes[] | "\(.backend) \(.count) \(.missed)"')" "$wanted" \
		"$1: saw every round"
	ktlat-ctl reset all >/dev/null
}

load_ktlat
needs_backend direct
load_target
ok 'the function can be traced' grep -q "^$F \[ktlat_target\]\$" $TRACING/available_filter_functions

# That the test is right, and that it can fail.
right 'no probe'
is "$(rounds '1000 spoil')" '[1000,1000,"rbx after the return"]' 'a register that is not kept is seen'
fails 'another word is refused' 'Invalid argument' bash -c "echo 5 other >$TARGET_DIR/regs"

"${direct[@]}" $F >/dev/null
right direct
counted direct
is "$(rounds '1000 spoil')" '[1000,1000,"rbx after the return"]' 'and so it is with a probe'
counted direct 1000

for tracer in function_graph function; do
	echo $F >$TRACING/set_ftrace_filter
	echo $tracer >$TRACING/current_tracer
	right "direct and $tracer"
	counted direct
	ok "$tracer was there" grep -q $F $TRACING/trace
	echo nop >$TRACING/current_tracer
done
echo >$TRACING/set_ftrace_filter

"${kretprobe[@]}" $F >/dev/null
right 'direct and a kretprobe'
counted 'direct kretprobe'
ktlat-ctl remove-probe all >/dev/null

"${kretprobe[@]}" $F >/dev/null
right kretprobe
counted kretprobe
"${direct[@]}" $F >/dev/null
right 'a kretprobe and direct'
counted 'kretprobe direct'
ktlat-ctl remove-probe all >/dev/null

# Others wake up all the time on the CPU that makes the rounds, and push it
# aside: also where the trampoline lets them, before the body and after it. They
# rest while it is looked for in the trace, which they would hold up.
preempted() {
	echo >$TRACING/trace
	target func=sleep ctx=kthread threads=8 calls=0 delay_ns=50000 async=1
	echo $ROUNDS >$TARGET_DIR/regs
	target_stop
	told >>/tmp/rounds
	grep -A 1 preempt_schedule_notrace_thunk $TRACING/trace >>/tmp/callers
	grep -q ktlat_direct_ /tmp/callers && grep -q direct_resched /tmp/callers
}

# Does the kernel preempt itself? Where that cannot be chosen, its version tells.
preempts() {
	local chosen=/sys/kernel/debug/sched/preempt
	if [[ -e $chosen ]]; then
		grep -q '(full)' $chosen
	else
		[[ $(uname -v) == *' PREEMPT '* ]]
	fi
}

in_the_trampoline() {
	if ! preempts; then
		skip 'the trampoline calls the scheduler' "Linux $KERNEL cannot be told to preempt the kernel"
		return
	fi
	: >/tmp/rounds
	: >/tmp/callers
	"${direct[@]}" $F >/dev/null
	echo 'stacktrace if prev_comm == "bash"' >$TRACING/events/sched/sched_switch/trigger
	ok 'the trampoline has called the scheduler, before the body and after it' wait_until 100 preempted
	echo '!stacktrace' >$TRACING/events/sched/sched_switch/trigger
	is "$(sort -u /tmp/rounds)" "[$ROUNDS,0,null]" 'all registers right'
	counted direct $(($(wc -l </tmp/rounds) * ROUNDS))
	diag "$(($(wc -l </tmp/rounds) * ROUNDS)) rounds, $(grep -c ktlat_direct_ /tmp/callers) times before," \
		"$(grep -c direct_resched /tmp/callers) times after"
}

in_the_trampoline
ktlat-ctl remove-probe all >/dev/null
right 'no probe any more'

# The way of a slot that asks another clock.
ok 'unload' ktlat-ctl unload
load_ktlat clock=monotonic
"${direct[@]}" $F >/dev/null
right 'direct, by another clock'
counted direct
ktlat-ctl remove-probe all >/dev/null
[[ -z ${KTLAT_LONG-} ]] || in_the_trampoline
done_testing

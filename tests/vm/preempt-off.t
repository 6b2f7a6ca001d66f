#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount timeout=900 long
#
# For how long ktlat keeps others from running: interrupts or preemption are off for no
# more instructions than docs/realtime.md says, in each thing that it does. How
# long that is, and by whose doing, is found out by a timer and a thread that are late
# (tests/target/lateness.c), so nothing here asks ktlat. What is the longest of its
# kind is always looked at, the rest in the long form.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/late.sh

BENCH=$TARGET_DIR/bench
CALLS=20000

make_preemptible() {
	local switch=/sys/kernel/debug/sched/preempt
	[[ ! -e $switch ]] || echo full >$switch 2>/dev/null
	[[ $KERNEL == *-rt || -e $switch ]] && return
	echo "1..0 # SKIP Linux $KERNEL is not preemptible"
	exit 0
}

# most NAME LIMIT FILTER: what FILTER selects was late by LIMIT at most.
most() {
	local most
	most=$(late_most "$3")
	diag "$1: $most"
	cmp_ok "$most" '<=' "$2" "$1: $2 instructions at most" || late_diag "$3"
}

# does NAME LIMIT COMMAND...: code of ours kept others out for LIMIT at most.
does() {
	local name=$1 limit=$2
	shift 2
	late_while 300 "$@" || fail "$name: exit status"
	most "$name" "$limit" "$LATE_OURS"
	diag 'the kernel on our behalf:'
	late_diag "$LATE_FOR_US" 2
}

make_calls() {
	echo $CALLS >"$BENCH"
}

# calls NAME LIMIT [COMMAND...]: each call of a function that is measured did, made by the
# command or else here.
calls() {
	local command=("${@:3}")
	late_while 30 "${command[@]:-make_calls}"
	most "$1" "$2" "$LATE_CALLS"
	late_diag "$LATE_CALLS"
}

# 32 calls, one in the other.
make_deep_calls() {
	target func=recurse ctx=kthread calls=60 depth=32
}

exits() {
	local i
	for ((i = 0; i < 20; i++)); do
		/bin/true
	done
}

load_target
make_preemptible
sleep 8 # until the guest has come to rest

# planted NAME KIND SWITCH: who measures here is right: with that file of the target set,
# calls keep others out for as long as they take together.
planted() {
	local name=$1 mine="$LATE_CALLS and .kind == \"$2\"" switch=$TARGET_DIR/$3 calls took
	echo 1 >"$switch"
	for calls in 1000 3000; do
		took=$(for _ in {1..5}; do echo $calls >"$BENCH" && cat "$BENCH"; done | sort -n | head -n 1)
		late_while 300 eval "for _ in {1..80}; do echo $calls >$BENCH; done"
		most "planted: $name off for $took" $((took + 1500)) "$mine"
		cmp_ok "$(late_most "$mine")" '>=' $((took * 85 / 100)) 'planted: and that shows'
	done
	echo 0 >"$switch"
}
planted 'interrupts are' irq bench_cpus
planted 'preemption is' run bench_alone

# What there is without ktlat.
calls 'nothing on the function' 300
insmod "$KTLAT_TREE/tests/bench/ktlat_bare.ko" func=ktlat_target_empty
calls 'a bare kretprobe' 4000
rmmod ktlat_bare
late_while 100 exits
late_diag "$LATE_EXIT" 2
diag "a task that exits, without ktlat: $(late_most "$LATE_EXIT")"

does 'load' 1000 load_ktlat
ulimit -l unlimited

by() {
	local backend=$1 limit=4000 add=(ktlat-ctl add-probe --backend "$1" --args-in-registers)
	does "$backend: what it costs is measured, and arming" 4500 "${add[@]}" ktlat_target_empty
	calls "$backend: histogram" $limit
	if [[ -n ${KTLAT_LONG-} ]]; then
		does "$backend: reading" 1000 ktlat-ctl hist --json
		does "$backend: reset" 1000 ktlat-ctl reset all
		does "$backend: disarming" 1000 ktlat-ctl disable all
		does "$backend: arming" 1000 ktlat-ctl enable all
	fi
	does "$backend: removing" 1000 ktlat-ctl remove-probe all
	if [[ -n ${KTLAT_LONG-} ]]; then
		"${add[@]}" --events ktlat_target_empty >/dev/null
		calls "$backend: ring" $limit
		ktlat-ctl remove-probe all >/dev/null
		"${add[@]}" --slowest 32 --interval 1s ktlat_target_empty >/dev/null
		calls "$backend: the slowest" 15000
		ktlat-ctl remove-probe all >/dev/null
	fi
	"${add[@]}" --slow 1ns --slowest 32 --interval 1s --user-stack ktlat_target_{empty,recurse} >/dev/null
	calls "$backend: all are slow" 20000
	late_while 30 make_deep_calls
	most "$backend: slow and deep" 80000 "$LATE_CALLS"
	late_diag "$LATE_CALLS"
	ktlat-ctl remove-probe all >/dev/null
}

for backend in $(ktlat-ctl status --json | jq -r '.features - ["pair", "tracepoint"] | .[]'); do
	by "$backend"
done

if has_groups && [[ -n ${KTLAT_LONG-} ]]; then
	does 'group: what it costs is measured, and arming' 4500 \
		ktlat-ctl add-probe --args-in-registers --group some ktlat_target_{empty,loop,busy,recurse}
	calls 'group: histogram' 4000
	does 'group: reset' 1000 ktlat-ctl reset all
	does 'group: removing' 1000 ktlat-ctl remove-probe all
fi

# Behind the site that ftrace has, which some kernels have an ENDBR before.
end=ktlat_target_empty+0x5
ktlat-ctl add-probe "ktlat_target_empty..$end" >/dev/null 2>&1 || end=ktlat_target_empty+0x9
ktlat-ctl remove-probe all >/dev/null
does 'pair: arming' 1000 ktlat-ctl add-probe "ktlat_target_empty..$end"
calls 'pair: histogram' 4000
does 'pair: removing' 1000 ktlat-ctl remove-probe all
does 'tracepoints: arming' 4000 ktlat-ctl add-probe @wakeup @syscall @hrtimer @softirq
late_while 30 make_calls
late_while 30 exits
most 'tracepoints' 4000 "$LATE_OURS"
late_diag "$LATE_OURS"
does 'tracepoints: removing' 4000 ktlat-ctl remove-probe all

# The end of a task: returns that it owes are looked for by each backend. What the
# kernel's own part is stands above.
ktlat-ctl add-probe --backend direct --args-in-registers ktlat_target_{loop,busy} >/dev/null 2>&1
late_while 100 exits
most 'a task that exits, with a direct probe' 8000 "$LATE_EXIT"
ktlat-ctl remove-probe all >/dev/null
functions=(ktlat_target_{busy,loop,sleep,outer,inner,recurse,migrate,killable,exit,kernel})
pairs=()
for from in "${functions[@]}"; do
	for to in "${functions[@]}"; do
		[[ $from == "$to" ]] || pairs+=("$from..$to")
	done
done
ktlat-ctl add-probe "${pairs[@]}" >/dev/null
late_while 100 exits
most "a task that exits, with ${#pairs[@]} pairs by task" 12000 "$LATE_EXIT"
ktlat-ctl remove-probe all >/dev/null

# What comes after calls: readers are woken, listeners told, rings stopped; the
# percentile is looked at, and a pool grows.
after_calls() {
	ktlat-ctl record -o /tmp/late.dat --slow 1ns ktlat_target_empty >/dev/null 2>&1 &
	wait_until 20 eval '(($(references) > 1))'
	calls 'a reader waits, calls are slow' 20000
	kill -INT $!
	wait $!
	ok 'flight recorder: armed' ktlat-ctl record --flight --slow 1ns ktlat_target_empty --before 10 --after 10
	calls 'flight recorder: it stops' 20000
	does 'flight recorder: thawed' 1000 ktlat-ctl record --flight --thaw
	ktlat-ctl remove-probe all >/dev/null
	ktlat-ctl add-probe --slow p90 ktlat_target_empty >/dev/null
	does 'a percentile is followed' 15000 eval "make_calls; sleep 1.5; make_calls"
	ktlat-ctl remove-probe all >/dev/null
}
[[ -z ${KTLAT_LONG-} ]] || after_calls
# That many descriptors wait; all are told, and no interrupt takes longer for it.
ktlat-ctl add-probe --backend direct --args-in-registers --slow 1ns ktlat_target_empty >/dev/null 2>&1 ||
	ktlat-ctl add-probe --slow 1ns ktlat_target_empty >/dev/null
calls '300 descriptors wait' 25000 tests/programs/waiters 300 bash -c "for i in {1..20}; do echo 200 >$BENCH; done"
is "$(cut -d' ' -f1 /tmp/late.out)" 300 '300 descriptors wait: all were told'
ktlat-ctl remove-probe all >/dev/null
ktlat-ctl add-probe --backend kretprobe ktlat_target_sleep >/dev/null
does 'a pool grows' 2000 target func=sleep ctx=kthread threads=300 calls=4 delay_ns=300000000
cmp_ok "$(probe_stat ktlat_target_sleep .pool)" '>' 200 'a pool has grown'
ktlat-ctl remove-probe all >/dev/null

does 'unload' 1000 ktlat-ctl unload
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: timeout=300 icount
#
# The stack as an interrupt finds it in a trampoline, at whichever instruction,
# and as the body of the function finds it: through the trampoline to the true
# callers, down to the end. QEMU interrupts straight code only where it counts
# instructions. (direct.t looks at that of a task that sleeps.)
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
TRACING=/sys/kernel/tracing
CALLS=5000000
direct=(ktlat-ctl add-probe --backend direct --args-in-registers)

# stacks: those in the trace, a line each, the innermost function first.
stacks() {
	awk '/<stack trace>/ { if (line) print line; line = "" }
		/^ => / { line = line (line ? " " : "") $2 }
		END { if (line) print line }' $TRACING/trace
}

# Function and offset only: "function+0x1f".
echo 1 >$TRACING/options/sym-offset
offset='\+0x[0-9a-f]+/0x[0-9a-f]+'
callers="target_bench$offset bench_set$offset .*vfs_write$offset ksys_write$offset do_syscall_64$offset entry_SYSCALL_64_after_hwframe$offset"

# interrupted CALLS STACKS PLACES [READER]: that many calls of an empty function,
# so that nearly all of the time is spent in its trampoline. At least so many
# stacks, at so many instructions of it. READER: functions that it calls for the
# time; where it does, interrupts in these and in what calls them count as well.
interrupted() {
	local slot=ktlat_direct_00 right called
	called="((ktlat_)?direct_[a-z]+${4:+|$4})$offset "
	"${direct[@]}" ${F}_empty >/dev/null
	echo >$TRACING/trace
	# Not in step with the calls.
	target func=loop ctx=hardirq period_ns=100003 calls=0 async=1
	echo stacktrace >$TRACING/events/irq_vectors/local_timer_entry/trigger
	echo "$1" >$TARGET_DIR/bench
	target_stop
	echo '!stacktrace' >$TRACING/events/irq_vectors/local_timer_entry/trigger
	is "$(probe_stat ${F}_empty .count)" "$1" 'the probe saw all calls'

	# What the interrupt came upon, and what that was called by. In a retpoline,
	# which calls the function, the kernel itself finds no further.
	stacks | sed -n 's/.* asm_sysvec_apic_timer_interrupt+[^ ]* //p' | grep -E "ktlat_direct|${F}_empty" |
		grep -v -E '^(__pi_)?__x86_indirect_thunk' >/tmp/stacks
	# In the trampoline, also at its very end; in what it calls; in the body; at the site.
	right="^($called)*(${F}_empty$offset )?($slot$offset )?(${F}_empty$offset )?$callers\$"
	diag "$(wc -l </tmp/stacks) stacks; interrupted at $(grep -c "^$slot" /tmp/stacks) times in the trampoline," \
		"at $(grep -o "^$slot+[^/]*" /tmp/stacks | sort -u | wc -l) of its instructions"
	is "$(grep -vE "$right" /tmp/stacks | head -n 3)" '' 'each leads to the callers, to the end'
	cmp_ok "$(grep -cE "^${4:+($called)*}$slot$offset ${F}_empty$offset target_bench" /tmp/stacks)" '>=' "$2" \
		'interrupts came upon the trampoline'
	cmp_ok "$(grep -o "^$slot+[^/]*" /tmp/stacks | sort -u | wc -l)" '>=' "$3" \
		"at $3 of its instructions or more"
	ktlat-ctl remove-probe all >/dev/null
}

# What comes after the calls is not wanted.
echo 0 >$TRACING/options/overwrite
echo 4096 >$TRACING/buffer_size_kb
load_target
load_ktlat clock=monotonic
needs_backend direct
# Interrupts are off while the clock is read, and most come right behind that.
interrupted 1500000 500 10 'ktime_get_mono_fast_ns|read_tsc'
ok 'unload' ktlat-ctl unload
load_ktlat
interrupted $CALLS 500 40

# From the body: of the outer of two functions that both have a trampoline.
"${direct[@]}" ${F}_outer ${F}_inner >/dev/null
echo "p:ktlat_test/inside target_record" >$TRACING/kprobe_events
echo >$TRACING/trace
echo stacktrace >$TRACING/events/ktlat_test/inside/trigger
echo 1 >$TRACING/events/ktlat_test/inside/enable
target func=outer ctx=kthread calls=20
echo 0 >$TRACING/events/ktlat_test/inside/enable
echo '!stacktrace' >$TRACING/events/ktlat_test/inside/trigger
stacks | sed 's/+[^ ]*//g' | grep ${F}_outer >/tmp/stacks
# Which empties the trace.
echo >$TRACING/kprobe_events
is "$(wc -l </tmp/stacks)" 20 'a stack of each call, taken inside the function'
like "$(sort -u /tmp/stacks)" \
	"target_call ${F}_outer ktlat_direct_[0-9a-f]{2} ${F}_outer target_call target_calls thread_main kthread ret_from_fork( ret_from_fork_asm)?\$" \
	'through the trampoline to its callers'
ktlat-ctl remove-probe all >/dev/null
done_testing

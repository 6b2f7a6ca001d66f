#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=480 serial long
#
# Four hundred times add, hit, read, reset, remove, while all CPUs hammer the
# function from interrupts, and in the first eighty cycles from a thread, too,
# which never rests: nothing is left, neither of memory. The long form: ten thousand
# times, all of them with the thread.
#
# "serial", because code that is changed while another virtual CPU runs it is
# more than QEMU before 8.1 can do: it may keep translated code that has a
# breakpoint in it for good, on which the kernel dies.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/memory.sh

CYCLES=400 WITH_THREAD=80
[[ -z ${KTLAT_LONG-} ]] || CYCLES=10000 WITH_THREAD=10000

hammer() {
	target func=busy ctx=hardirq calls=0 period_ns=500000 async=1
	target func=pair ctx=hardirq calls=0 period_ns=500000 async=1
}

# churn WITH_THREAD WITHOUT: so many cycles of each
churn() {
	insmod "$KTLAT_KO" || return
	hammer
	target func=busy ctx=kthread cpus=1 calls=0 async=1
	tests/abi/churn64 "$1" || return
	target_stop
	if [[ $2 -gt 0 ]]; then
		hammer
		tests/abi/churn64 "$2" || return
		target_stop
	fi
	rmmod ktlat
}

load_target
ok 'a few cycles to warm up' churn 20 20
memory >/tmp/before
start=$SECONDS
ok "$CYCLES cycles under load, then rmmod" churn $WITH_THREAD $((CYCLES - WITH_THREAD))
diag "$((SECONDS - start)) s"
memory >/tmp/after
# Half a unit for each of the cycles: less is the kernel's own.
is "$(grown /tmp/before /tmp/after $((CYCLES / 2)))" '' 'memory is back to where it was'
is "$(grep -c ktlat_target /sys/kernel/debug/kprobes/list)" 0 'no kprobe is left'
is "$(awk '$1 == "ktlat"' /proc/modules)" '' 'the module is gone'
done_testing

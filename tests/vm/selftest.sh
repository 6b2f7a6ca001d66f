#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs on the host: what must fail in tests/vm/run does, and is said. About
# 40 s; TAP. (That good runs pass is what every other test shows.)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
. tests/vm/lib.sh

TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/ktlat-selftest.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# guest STATUS NAME [OPTION]... -- COMMAND...: run it, compare the exit status.
guest() {
	local wanted=$1 name=$2 got=0
	shift 2
	OUT=$TMPDIR/stdout.txt ERR=$TMPDIR/stderr.txt
	tests/vm/run "$@" >"$OUT" 2>"$ERR" || got=$?
	is "$got" "$wanted" "$name: exit status $wanted" || diag "$(tail -n 20 "$ERR")"
}

says() {
	ok "  and says so: $1" grep -qE "$1" "$ERR"
}

whole_output() {
	guest 3 'a script fails' -- bash -c 'seq 100000; exit 3'
	says 'failed: bash -c .*exit status 3'
	is "$(cksum <"$OUT")" "$(seq 100000 | cksum)" '  and its output is whole'
}

faults() {
	guest 4 'the kernel panics' -- bash -c 'echo ok; echo c >/proc/sysrq-trigger'
	says 'the guest died'
	says 'Kernel panic'
	guest 1 'the kernel log has a warning' -- \
		bash -c 'echo "<4>ktlat-selftest: WARNING: CPU: 0 PID: 1" >/dev/kmsg'
	says '! .*ktlat-selftest: WARNING'
	guest 124 'the script hangs' --timeout 12 -- sleep infinity
	says 'not done after 12 s'
	says 'running sleep infinity'
}

# A sample of what check-log must find, and of what it must let pass.
log_search() {
	local line
	while IFS= read -r line; do
		ok "check-log finds: $line" bash -c \
			"! tests/vm/check-log /dev/stdin" <<<"[    1.0] $line"
	done <<-'END'
		WARNING: CPU: 1 PID: 7 at kernel/kprobes.c:1 f+0x1/0x2
		BUG: unable to handle page fault for address: ffff
		watchdog: BUG: soft lockup - CPU#0 stuck for 26s!
		rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
		INFO: task rmmod:7 blocked for more than 120 seconds.
		refcount_t: underflow; use-after-free.
		general protection fault, probably for non-canonical address
		ktlat-ctl[9]: segfault at 0 ip 0 sp 0 error 4
		unregister_netdevice: waiting for lo to become free
		** 12 printk messages dropped **
	END
	ok 'check-log lets harmless lines pass' tests/vm/check-log /dev/stdin <<-'END'
		[    0.1] Kernel command line: console=ttyS0 oops=panic softlockup_panic=1
		[    0.2] Spectre V2 : WARNING: Unprivileged eBPF is enabled
		[    0.3] ktlat: loading out-of-tree module taints kernel.
		[    0.4] ktlat: module verification failed: signature and/or required key missing - tainting kernel
		[    0.5] clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable
		[    0.5] kcsan: non-strict mode configured - use CONFIG_KCSAN_STRICT=y to see all data races
		[    0.6] hrtimer: interrupt took 3000000 ns
		[    0.7] 	RCU CPU stall warnings timeout set to 150 (rcu_cpu_stall_timeout).
	END
}

# race FUNCTION FRAME: a report of KCSAN, with one frame below the function.
race() {
	cat <<-END
		[    1.0] ==================================================================
		[    1.0] BUG: KCSAN: data-race in $1 / tick_sched_timer

		[    1.0] write to 0xffff888003c52e98 of 8 bytes by task 110 on cpu 1:
		[    1.0]  ${1/ /+0x24/0x40 }
		[    1.0]  $2
		[    1.0]  unwind_next_frame+0x1/0x2

		[    1.0] read to 0xffff888003c52e98 of 8 bytes by interrupt on cpu 0:
		[    1.0]  tick_sched_timer+0x24/0x40
		[    1.0]  vfs_read+0x24/0x40
		[    1.0]  ktlat_show+0x24/0x40 [ktlat]

		[    1.0] value changed: 0x0000000000000001 -> 0x0000000000000002
		[    1.0]
		[    1.0] Reported by Kernel Concurrency Sanitizer on:
		[    1.0] ==================================================================
	END
}

# Data races are told if our code has a part in them.
race_search() {
	ok 'check-log lets races of the kernel pass' tests/vm/check-log /dev/stdin \
		< <(race 'lookup_fast ' 'ktlat_direct_17+0x24/0x40 [ktlat]')
	ok '  but not those of ours' bash -c '! tests/vm/check-log /dev/stdin' \
		< <(race 'hist_read [ktlat]' 'vfs_read+0x24/0x40')
	ok '  nor those in the library by ours' bash -c '! tests/vm/check-log /dev/stdin' \
		< <(race 'memcpy ' 'hist_read+0x24/0x40 [ktlat]')
	ok '  unless it is no matter of ours' tests/vm/check-log /dev/stdin \
		< <(race 'ktime_get_mono_fast_ns ' 'hist_read+0x24/0x40 [ktlat]')
	ok '  nor what comes after one' bash -c '! tests/vm/check-log /dev/stdin' \
		< <(race 'lookup_fast ' 'vfs_read+0x24/0x40' && echo '[    1.0] WARNING: CPU: 1 PID: 7')
}

# A run that is ended from outside takes its QEMU along.
ended() {
	local run qemu="^qemu-system.*$TMPDIR"
	tests/vm/run -- sleep infinity >/dev/null 2>&1 &
	run=$!
	ok 'a guest is running' wait_until 10 pgrep -f "$qemu"
	kill -TERM $run
	wait $run
	ok '  and is gone with its run' wait_until 5 bash -c "! pgrep -f '$qemu'"
	is "$(find "$TMPDIR" -name 'ktlat-vm.*')" '' 'no run left a file behind'
}

log_search
race_search
whole_output
faults
ended
done_testing

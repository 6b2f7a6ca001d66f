# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Calls of every kind of function, from one context at a time: what ktlat records
# agrees with the stamps that the functions take themselves. A quarter of a million
# calls; in the long form a million; on a debug kernel, where one takes up to twenty
# times as long, 20,000. Run by truth-2.t and truth-4.t, with as many CPUs,
# and by truth-direct.t and truth-fprobe.t, which set BACKEND.

. tests/vm/target.sh

CPUS=$(nproc)
total=0
SHARE=4
case $KERNEL in
*-debug | *-kcsan) SHARE=50 ;;
esac
[[ -z ${KTLAT_LONG-} ]] || SHARE=1

# kind NAME FUNCTION CALLS KEY=VALUE...: CALLS, or the share of them, on all CPUs
# together.
kind() {
	local name=$1 func=$2 calls=$(($3 / SHARE))
	shift 3
	measures "$name" "$func" "calls=$((calls / CPUS))" "$@"
	total=$((total + AGREED))
}

load_ktlat
needs_backend "${BACKEND:=kretprobe}"
load_target
is "$(ktlat-ctl status --json | jq -r .clock)" "$CLOCK" \
	'ktlat counts what the clock of the target counts'
ktlat-ctl add-probe --backend "$BACKEND" --args-in-registers \
	ktlat_target_{busy,loop,sleep,outer,inner,recurse,migrate} >/dev/null
is "$(ktlat-ctl list --json | jq -r '[.probes[].backend] | unique[]')" "$BACKEND" \
	"measured by $BACKEND"

kind 'threads' busy 400000 ctx=kthread delay_ns=1000
kind 'softirq' busy 100000 ctx=softirq batch=100 delay_ns=1000
kind 'hardirq' busy 150000 ctx=hardirq batch=10 delay_ns=1000
kind 'work items' loop 100000 ctx=work batch=10 delay_ns=1000
measures 'a task' busy ctx=task calls=$((50000 / SHARE)) delay_ns=1000
total=$((total + AGREED))

kind 'nested' outer 50000 ctx=kthread delay_ns=1000
agrees inner 'nested: the inner ones, too'
total=$((total + AGREED))
kind 'nested, hardirq' outer 5000 ctx=hardirq delay_ns=1000
agrees inner 'nested, hardirq: the inner ones, too'

kind 'recursive, 8 deep' recurse 10000 ctx=kthread depth=8 delay_ns=1000
is "$AGREED" $((80000 / SHARE)) 'recursive: each level is a call'
kind 'recursive, 32 deep, softirq' recurse 400 ctx=softirq batch=10 depth=32
kind 'to another CPU and back' migrate 20000 ctx=kthread delay_ns=1000
cmp_ok "$total" '>=' $((1000000 / SHARE)) "calls: $total"

for delay in 1000 100000 10000000; do
	measures "64 threads, asleep for $delay ns" sleep ctx=kthread threads=64 \
		calls=4 "delay_ns=$delay"
done
measures '64 threads, asleep for 200 ms' sleep ctx=kthread threads=64 calls=1 \
	delay_ns=200000000
for delay in 10000 1000000 200000000; do
	measures "threads, busy for $delay ns" busy ctx=kthread calls=4 "delay_ns=$delay"
done
for context in softirq hardirq; do
	for delay in 10000 1000000; do
		measures "$context, busy for $delay ns" busy "ctx=$context" calls=20 \
			"delay_ns=$delay"
	done
done
done_testing

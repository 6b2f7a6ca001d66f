#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 mem=2048 long
#
# The case that ktlat was made for: IPVS estimates the rates of many services, and
# one call of that takes long. The flight recorder catches it, with its stack, while
# nobody reads; with few services there is nothing to catch.
. tests/vm/lib.sh
. tests/vm/ipvs.sh

DAT=/tmp/estimation.dat
SERVICES=20000 SLOW=3ms SLOW_NS=3000000
[[ -z ${KTLAT_LONG-} ]] || SERVICES=120000 SLOW=50ms SLOW_NS=50000000

save() {
	ktlat-ctl record --flight --save -o $DAT
}

# saved FILTER: of the calls in the file.
saved() {
	ktlat-ctl report --json $DAT | jq -sr "[.[] | select(.latency_ns)] | $1"
}

calls() {
	ktlat-ctl hist "$FUNC" --json | jq '.probes[0].count'
}

called() {
	(($(calls) >= $1))
}

load_ktlat
modprobe ip_vs_rr
ulimit -l unlimited
FUNC=$(estimating_function)
case $FUNC in
estimation_timer) context=softirq caller='(^| )call_timer_fn .*__do_softirq|(^| )call_timer_fn .*handle_softirqs' ;;
*)
	context=task caller='(^| )kthread( |$)'
	# A part of the services at a time.
	SLOW=300us SLOW_NS=300000
	;;
esac
services 10 | ipvsadm -R
ok 'armed' ktlat-ctl record --flight "$FUNC" --slow $SLOW --before 5 --after 1 --slots 64
ok 'few services are estimated' wait_until 60 called 2
fails 'none of that is slow' 'there was no slow call yet' save
ipvsadm -C
services $SERVICES | ipvsadm -R
ok "one call for $SERVICES services is caught" wait_until 120 save
slow='map(select(.slow))[0]'
is "$(saved "$slow | .function + \" \" + .context")" "$FUNC $context" 'it says where it was'
cmp_ok "$(saved "$slow.latency_ns")" '>=' $SLOW_NS 'and how long it took'
like "$(saved "$slow.stack | map(.function) | join(\" \")")" "$caller" 'its stack says who called it'
diag "$(saved "$slow | \"\(.latency_ns) ns: \" + (.stack | map(.function) | join(\" \"))")"
is "$(ktlat-ctl list --json | jq -r '.probes | length')" 1 'it stays frozen'
ok 'thawed' ktlat-ctl record --flight --thaw
ipvsadm -C
ok 'the probe goes' ktlat-ctl remove-probe all
rmmod ip_vs_rr ip_vs
done_testing

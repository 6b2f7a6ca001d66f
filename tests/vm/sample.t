#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=180 mem=2048 serial long
#
# Where there are no groups, an even sample of the functions of the kernel proper
# that the direct backend may trace, 200 at a time: what the machine does
# meanwhile goes on, no call is missed, and when they are gone nothing holds the
# module and the kernel has complained of nothing. 2,000 in the long form, else 25.
. tests/vm/lib.sh
. tests/vm/target.sh

TRACING=/sys/kernel/tracing
SAMPLE=25 BATCH=200
[[ -z ${KTLAT_LONG-} ]] || SAMPLE=2000

load_ktlat
needs_backend direct
if has_groups; then
	echo '1..0 # SKIP groups.t traces every function here'
	exit 0
fi
load_target

# What a machine does: files, processes, threads, also some that end in a call.
load() {
	ls -lR /proc/self /sys/kernel/mm >/dev/null 2>&1
	cat /proc/self/maps /proc/meminfo /proc/vmstat /proc/modules >/dev/null
	find /sys/class /usr/lib/modprobe.d >/dev/null 2>&1
	dd if=/dev/zero of=/tmp/data bs=64k count=16 status=none && sync /tmp/data && rm /tmp/data
	(: | cat & wait)
	target func=exit ctx=kthread threads=4
	target func=busy ctx=kthread calls=1000
}

# judge WANTED: so many probes, all of them exact, none of which missed a call or
# saw one return that was not entered.
judge() {
	ktlat-ctl hist --json >/tmp/hist.json || return
	jq -e --argjson wanted "$1" '(.probes | length == $wanted) and ([.probes[] |
		select(.backend != "direct" or .state != "armed" or (.exact | not) or .missed != 0 or
			.recursed != 0 or .clock_backwards != 0 or .entries < .count) |
		{function, state, exact, entries, count, missed, recursed, clock_backwards}] |
		if . == [] then true else debug | false end)' /tmp/hist.json
}

log_is_clean() {
	dmesg >/tmp/log && tests/vm/check-log /tmp/log
}

# batch FILE: its functions come, are called, and go.
batch() {
	local name=${1##*.} refused added called
	tests/programs/sample <"$1" >/tmp/refused || fail "$name: sample" || return
	refused=$(wc -l </tmp/refused)
	added=$(($(wc -l <"$1") - refused))
	cat /tmp/refused >>/tmp/all-refused
	ADDED=$((ADDED + added))
	load
	ok "$name: $added functions miss nothing" judge "$added" || return
	called=$(jq '[.probes[] | select(.entries > 0)] | length' /tmp/hist.json)
	CALLED=$((CALLED + called))
	ktlat-ctl remove-probe all >/dev/null || fail "$name: remove" || return
	# Who copies what we print may be in one of them until we print.
	diag "$name: $called of them were called; $SECONDS s"
	free_again "$name" 60 || {
		diag "$(ktlat-ctl status)"
		return 1
	}
	ok "$name: the kernel log is clean" log_is_clean
}

ADDED=0 CALLED=0
: >/tmp/all-refused
# A call that sleeps for good holds the module, as it should: without the functions
# through which every system call goes, and then without those in which kernel
# threads wait for something to do.
grep -v ' \[' $TRACING/available_filter_functions | grep -v '^__x64_sys_\|^__ia32_' |
	tests/programs/sample $SAMPLE 2>/tmp/reasons |
	grep -vx 'schedule\|schedule_timeout.*' >/tmp/sample
diag "functions of the kernel proper that have a site, by what libktlat says of them:"
diag "$(</tmp/reasons)"
cmp_ok "$(sort -u /tmp/sample | wc -l)" '>=' $((SAMPLE * 99 / 100)) "a sample of about $SAMPLE"
split -d -l $BATCH /tmp/sample /tmp/batch.
for list in /tmp/batch.*; do
	batch "$list" || { diag "of this batch: $(paste -sd ' ' "$list")" && break; }
done
diag "$ADDED traced, $CALLED of them called, $(wc -l </tmp/all-refused) refused:"
diag "$(</tmp/all-refused)"
cmp_ok $ADDED '>=' $((SAMPLE * 95 / 100)) 'nearly all of the sample were traced'
cmp_ok $CALLED '>' 0 'and some were called'
ok 'unload' ktlat-ctl unload
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial
#
# Who may do what, as the command line tells it: without the module, without
# rights, with a tool of another ABI, with kprobes switched off, locked down.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/refused.sh

ctl=ktlat-ctl
F=ktlat_target_busy
GROUP=4242
nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"
member="setpriv --reuid=nobody --regid=$GROUP --clear-groups"
capable="$member --inh-caps=+perfmon --ambient-caps=+perfmon"

# Without the module.
keep_state
refused 1 'the module ktlat is not loaded; load it as root with: ktlat-ctl load$' $ctl --no-load list
refused 1 'the module ktlat is not loaded' $ctl add-probe --no-load $F
refused 1 'the module ktlat is not loaded' $ctl --no-load lat $F
refused 1 'it is not installed for the kernel [^;]*; install it, or give its file' $ctl hist
refused 1 'it is not installed' $ctl load
like "$(ktlat-ctl status)" 'module    not loaded.*load it as root with: ktlat-ctl load' 'status says so, too'
like "$(ktlat-ctl functions do_nanosleep)" 'do_nanosleep' 'functions are listed without it'
is "$(grep -c '^ktlat ' /proc/modules)" 0 'none of these has loaded it'

# ftrace switched off: what sits on its sites is never hit, and so is refused.
ftrace=/proc/sys/kernel/ftrace_enabled
load_target
load_ktlat
echo 0 >$ftrace
ok 'ftrace is off: a disabled probe' ktlat-ctl add-probe --disabled ktlat_target_killable
keep_state
refused 1 'ftrace is switched off; switch it on: sysctl' $ctl add-probe ktlat_target_sleep
refused 1 'ftrace is switched off' $ctl add-probe ktlat_target_begin..ktlat_target_end
refused 1 'cannot enable probe [0-9]+: ftrace is switched off' $ctl enable ktlat_target_killable
ok 'tracepoints need no ftrace' ktlat-ctl add-probe @hrtimer
ktlat-ctl remove-probe @hrtimer >/dev/null
! has_backend direct || refused 1 'ftrace is switched off' $ctl add-probe --backend direct --args-in-registers ktlat_target_sleep
refused 1 'ftrace is switched off' $ctl add-probe --backend kretprobe ktlat_target_sleep
! has_groups || refused 1 'ftrace is switched off' $ctl add-probe --group some --args-in-registers ktlat_target_{sleep,loop}
echo 1 >$ftrace
# Flags that were left on a site would be found when the last tracer goes.
tracing=/sys/kernel/tracing
echo 'p:tracer vfs_read' >$tracing/kprobe_events
echo 1 >$tracing/events/kprobes/tracer/enable
echo 0 >$tracing/events/kprobes/tracer/enable
ok 'switched on again: ftrace works' eval "echo vfs_read >$tracing/set_ftrace_filter"
echo >$tracing/set_ftrace_filter
echo >$tracing/kprobe_events
ok 'switched on again: add' ktlat-ctl add-probe --backend kretprobe ktlat_target_sleep
ok 'switched on again: enable' ktlat-ctl enable all
measures 'switched on again' sleep ctx=kthread calls=3 delay_ns=1000
ok 'unload' ktlat-ctl unload

# For root alone, then for a group.
# What Linux allows from 5.16 on; before, it is 64 KiB.
ulimit -l 8192
ok 'load from a file' ktlat-ctl load "$KTLAT_KO"
ktlat-ctl add-probe --backend kretprobe $F >/dev/null
ktlat-ctl add-probe --backend kretprobe --public ktlat_target_loop >/dev/null
target func=busy ctx=task calls=3
target func=loop ctx=task calls=5
is "$(stat -c '%a %u' /dev/ktlat)" '600 0' 'the device is for root'
keep_state
# shellcheck disable=SC2086 # words
{
	refused 1 'no permission; run as root, or as a member of the group ktlat$' $nobody $ctl list
	refused 1 'no permission; run as root, or as a member of the group ktlat$' $nobody $ctl add-probe ktlat_target_sleep
	refused 1 'cannot unload the module ktlat: no permission; run as root' $nobody $ctl unload
	refused 1 'cannot load the module ktlat: no permission' $nobody $ctl load "$KTLAT_KO"
}
ktlat-ctl remove-probe all >/dev/null
ok 'unload' ktlat-ctl unload
echo "ktlat:x:$GROUP:" >>/etc/group
ok 'load where there is a group ktlat' ktlat-ctl load "$KTLAT_KO"
is "$(stat -c '%a %u %g' /dev/ktlat)" "660 0 $GROUP" 'the device is for the group as well'
ktlat-ctl add-probe --backend kretprobe $F >/dev/null
ktlat-ctl add-probe --backend kretprobe --public ktlat_target_loop >/dev/null
target func=busy ctx=task calls=3
target func=loop ctx=task calls=5
keep_state
# shellcheck disable=SC2086 # words
{
	is "$($member ktlat-ctl list --json | jq -c '[.probes[] | [.spec, .public, .count]]')" \
		'[["ktlat_target_loop",true,5]]' 'a member sees the public probe, and no other'
	is "$($member ktlat-ctl hist ktlat_target_loop --json | jq '[.probes[0].buckets[].count] | add')" 5 \
		'and its figures'
	is "$($member ktlat-ctl status --json | jq .nr_probes)" 1 'status tells of no other'
	refused 1 "cannot find a probe \"$F\"" $member $ctl hist $F
	refused 1 'cannot find a probe "1"' $member $ctl remove-probe 1
	refused 1 'add ktlat_target_sleep: it takes CAP_PERFMON or CAP_SYS_ADMIN; run as root' \
		$member $ctl add-probe ktlat_target_sleep
	refused 1 'cannot start a session: it takes CAP_PERFMON' $member $ctl lat $F -d 1s
	for verb in remove-probe disable enable reset; do
		refused 1 "cannot ${verb%-probe} probe 2: it takes CAP_PERFMON, and CAP_SYS_ADMIN for a probe of another" \
			$member $ctl $verb ktlat_target_loop
	done

	# With the right to measure, but not over other users.
	is "$($capable ktlat-ctl list --json | jq '.probes | length')" 2 'with CAP_PERFMON: sees all'
	for verb in remove-probe disable reset; do
		refused 1 "cannot ${verb%-probe} probe 1: .*CAP_SYS_ADMIN for a probe of another user" $capable $ctl $verb $F
	done
	ok 'with CAP_PERFMON: may add' $capable ktlat-ctl add-probe ktlat_target_sleep
	is "$(ktlat-ctl list --json | jq '.probes[2].uid')" "$(id -u nobody)" 'the probe is theirs'
	ok 'with CAP_PERFMON: "all" is their own' $capable ktlat-ctl remove-probe all
	refused 1 'pass your limit of locked memory; raise ulimit -l' \
		prlimit --memlock=65536 $capable $ctl add-probe ktlat_target_sleep
}
is "$(ktlat-ctl list --json | jq -c '[.probes[].state]')" '["armed","armed"]' 'the probes of root are there'

# A tool that is older, or newer, than the module.
keep_state
for abi in 0 2; do
	old_or_new=tests/programs/ktlat-ctl-abi$abi
	message="ktlat-ctl speaks ABI $abi, the module 1: install the two from the same version$"
	refused 1 "$message" $old_or_new list
	refused 1 "$message" $old_or_new add-probe ktlat_target_sleep
	refused 1 "$message" $old_or_new remove-probe all
	refused 1 "$message" $old_or_new lat $F
	like "$($old_or_new status)" "ABI $abi" "status of a tool of ABI $abi works, and says so"
done

# Kprobes switched off; tracepoints are none. Of two on one function the kernel
# makes one.
ktlat-ctl add-probe --backend kretprobe ktlat_target_killable >/dev/null
ktlat-ctl add-probe --backend kretprobe ktlat_target_killable >/dev/null
ktlat-ctl disable ktlat_target_killable >/dev/null
echo 0 >/sys/kernel/debug/kprobes/enabled
keep_state
refused 1 'kprobes are switched off; switch them on: echo 1' $ctl add-probe --backend kretprobe ktlat_target_sleep
refused 1 'kprobes are switched off' $ctl add-probe ktlat_target_begin..ktlat_target_end
refused 1 'kprobes are switched off' $ctl lat --backend kretprobe ktlat_target_sleep -d 1s
refused 1 'cannot enable probe [0-9]+: kprobes are switched off' $ctl enable ktlat_target_killable
ok 'tracepoints can be measured' ktlat-ctl add-probe @hrtimer
ktlat-ctl remove-probe @hrtimer >/dev/null
echo 1 >/sys/kernel/debug/kprobes/enabled
ok 'switched on again: add' ktlat-ctl add-probe --backend kretprobe ktlat_target_sleep
target func=busy ctx=task calls=2
is "$(probe_stat $F .count)" 5 'and what was there measures on'
ok 'switched on again: enable' ktlat-ctl enable ktlat_target_killable
ktlat-ctl remove-probe ktlat_target_sleep ktlat_target_killable >/dev/null

# The last: there is no way back.
echo confidentiality >/sys/kernel/security/lockdown
like "$(</sys/kernel/security/lockdown)" '\[confidentiality\]' 'the kernel is locked down'
locked='the kernel is locked down and allows no probes; see /sys/kernel/security/lockdown$'
for spec in ktlat_target_sleep ktlat_target_begin..ktlat_target_end @softirq; do
	fails "locked down: $spec" "add $spec: $locked" ktlat-ctl add-probe $spec
done
fails 'locked down: lat' "$locked" ktlat-ctl lat ktlat_target_sleep -d 1s
is "$(ktlat-ctl list --json | jq -c '[.probes[].id]')" '[1,2]' 'locked down: nothing was added'
ok 'locked down: remove' ktlat-ctl remove-probe all
ok 'locked down: unload' ktlat-ctl unload
done_testing

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial
#
# Presets and pairs of any tracepoints, each against a count of the same run that is not
# ours: /proc/interrupts, /proc/softirqs, /sys/block/*/stat, /proc/PID/schedstat, the
# buffers of tracefs.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/witness.sh
. tests/vm/refused.sh

CPUS=$(nproc)
TRACE=$TRACE_INSTANCES
HIST=/tmp/presets.json

read_probe() {
	ktlat-ctl hist --json "$1" >$HIST
}

told() {
	jq -r ".probes[0] | $1" $HIST
}

# key_count KEY: by its number
key_count() {
	told "[.keys[] | select(.key == $1) | .count] | add // 0"
}

# name_count NAME
name_count() {
	told "[.keys[] | select(.name == \"$1\") | .count] | add // 0"
}

adds_up() {
	is "$(told '([.keys[].count] | add // 0) + .other.count == .count')" true "$1: keys and (other) are all"
	is "$(told '.entries == .count + .in_flight + .abandoned + .filtered and .missed + .recursed == 0 and .exact')" true \
		"$1: nothing is lost"
}

# between NAME GOT LOW HIGH
between() {
	ok "$1: $2 is from $3 to $4" eval "(($3 <= $2 && $2 <= $4))"
}

# irqs: "NUMBER COUNT" of each interrupt, by the kernel
irqs() {
	awk -v cpus="$CPUS" '$1 ~ /^[0-9]+:/ { n = 0; for (i = 2; i < 2 + cpus; i++) n += $i; print $1 + 0, n }' /proc/interrupts
}

# softirqs: the same of these, numbered as they are listed
softirqs() {
	awk -v cpus="$CPUS" 'NR > 1 { n = 0; for (i = 2; i < 2 + cpus; i++) n += $i; print NR - 2, n }' /proc/softirqs
}

# counts_keys SPEC COUNTER COMMAND...: each key has the count that COUNTER tells.
counts_keys() {
	local spec=$1 counter=$2 key count
	local -A before start end after
	shift 2
	ktlat-ctl add-probe --disabled "$spec" >/dev/null
	visit_cpus
	while read -r key count; do before[$key]=$count; done < <($counter)
	ktlat-ctl enable all >/dev/null
	visit_cpus
	while read -r key count; do start[$key]=$count; done < <($counter)
	"$@" >/dev/null
	while read -r key count; do end[$key]=$count; done < <($counter)
	visit_cpus
	ktlat-ctl disable all >/dev/null
	while read -r key count; do after[$key]=$count; done < <($counter)
	read_probe "$spec"
	is "$(told .by)" event "$spec: tells them apart by itself"
	adds_up "$spec"
	for key in "${!after[@]}"; do
		[[ ${after[$key]} != "${before[$key]}" ]] || continue
		between "$spec, $key" "$(key_count "$key")" $((end[$key] - start[$key])) $((after[$key] - before[$key]))
	done
	ktlat-ctl remove-probe all >/dev/null
}

# filter_events FILTER EVENT...: in both instances, see witness.sh; 0 for none.
filter_events() {
	local filter=$1 instance event
	shift
	for instance in outer inner; do
		for event; do
			echo "$filter" >"$TRACE/$instance/events/$event/filter"
		done
	done
}

# counts SPEC EVENTS COMMAND...: entries are as many as these events; leaves low and high.
counts() {
	local spec=$1 events=$2
	shift 2
	ktlat-ctl add-probe --disabled "$spec" >/dev/null
	# shellcheck disable=SC2086 # names of events
	{
		witness_start outer $events
		ktlat-ctl enable all >/dev/null
		witness_start inner $events
		"$@" >/dev/null
		low=$(witness_count inner $events)
		ktlat-ctl disable all >/dev/null
		high=$(witness_count outer $events)
		witness_stop inner $events
		witness_stop outer $events
	}
	read_probe "$spec"
	between "$spec" "$(told .entries)" "$low" "$high"
}

load_ktlat
ulimit -l unlimited
witness_init
# Filters, and no hist triggers, on all kernels.
WITNESS=buffer

look_up() {
	find /usr -xdev -newermt 1970-01-01 | head -n 2000
}
counts_keys @irq irqs look_up
counts_keys @softirq softirqs look_up

# What a process does from where it waits, by itself and by tracefs.
mkfifo /tmp/go
perl -e 'open F, "<", "/tmp/go"; readline F; getppid for 1 .. 321; umask for 1 .. 45; open G, "<", "/proc/self/stat" for 1 .. 7' &
pid=$!
wait_until 20 eval '[[ $(</proc/'$pid'/wchan) == *fifo* || $(</proc/'$pid'/wchan) == *pipe* || $(cut -d" " -f3 /proc/'$pid'/stat) == S ]]'
filter_events "common_pid == $pid" raw_syscalls/sys_enter
ktlat-ctl add-probe --pid $pid @syscall @syscall:getppid @syscall:umask t:raw_syscalls:sys_enter..raw_syscalls:sys_exit >/dev/null
witness_start inner raw_syscalls/sys_enter
echo >/tmp/go
wait $pid
ktlat-ctl disable all >/dev/null
# By number. exit_group does not return.
exits=$([[ $(uname -m) == aarch64 ]] && echo 94 || echo 231)
sed -n 's/.*sys_enter: NR \([0-9]*\) .*/\1/p' "$TRACE/inner/trace" | grep -vx "$exits" | sort -n | uniq -c | awk '{ print $2, $1 }' >/tmp/traced
witness_stop inner raw_syscalls/sys_enter
filter_events 0 raw_syscalls/sys_enter
read_probe @syscall
is "$(told '.keys | sort_by(.key)[] | "\(.key) \(.count)"')" "$(</tmp/traced)" '@syscall: each call as often as tracefs knows'
is "$(name_count getppid)" 321 '@syscall: and as the process has made it'
adds_up @syscall
all=$(told .count)
read_probe @syscall:getppid
is "$(told '[.spec, .count, .by] | tostring')" '["@syscall:getppid",321,null]' '@syscall:getppid: that one, and no other'
is "$(told '.entries - .filtered - .count')" 0 '@syscall:getppid: other calls are not even entries'
read_probe @syscall:umask
cmp_ok "$(told .count)" '>=' 45 '@syscall:umask'
read_probe t:raw_syscalls:sys_enter..raw_syscalls:sys_exit
is "$(told .count)" "$all" 'sys_enter..sys_exit by task: as many as @syscall'
is "$(told .kind)" tracepoint 'which is a probe on tracepoints'
ktlat-ctl remove-probe all >/dev/null

# All that begins to wait: woken, or switched out while it could run on. One that a signal
# keeps from sleeping is told by sched_switch as one that sleeps on some kernels.
runnable='prev_pid != 0 && (prev_state == 0 || prev_state == 256)'
filter_events "$runnable" sched/sched_switch
# Up to 5.17 it reads the state late: one that sleeps and is being woken on another CPU is
# told as running then, and once more when it has been woken; and 5.10-RT has the state of a
# preempted one for what waits for a spinlock. There the least is all that were woken, and
# the time that tasks wait tells the rest.
[[ $LINUX != 5.10 ]] || echo 'prev_pid < 0' >"$TRACE/inner/events/sched/sched_switch/filter"
counts @runq 'sched/sched_wakeup sched/sched_wakeup_new sched/sched_switch' look_up
is "$(told '.entries == .count + .in_flight + .abandoned and .missed == 0 and .exact')" true '@runq: it adds up'
filter_events 0 sched/sched_switch
ktlat-ctl remove-probe all >/dev/null

# Two that want one CPU: as long as one runs, the other one waits, which the scheduler
# counts for each.
spin() {
	printf spin >/proc/$BASHPID/comm
	kill -STOP $BASHPID
	while :; do :; done
}
ran() {
	awk '{ print $1 }' "/proc/$1/schedstat"
}
waited() {
	cat "/proc/$first/schedstat" "/proc/$second/schedstat" | awk '{ n += $2 } END { printf "%.0f\n", n }'
}
is_stopped() {
	[[ $(cut -d' ' -f3 "/proc/$1/stat") == T ]]
}
spin &
first=$!
spin &
second=$!
for pid in $first $second; do
	wait_until 20 is_stopped "$pid"
	taskset -pc 1 "$pid" >/dev/null
done
ktlat-ctl add-probe --comm spin @runq @wakeup >/dev/null
waited_before=$(waited)
kill -CONT $first $second
wait_until 60 eval '(($(ran $first) > 700000000 && $(ran $second) > 700000000))'
kill -STOP $first $second
wait_until 20 is_stopped $first
wait_until 20 is_stopped $second
ktlat-ctl disable all >/dev/null
delay=$(($(waited) - waited_before))
read_probe @runq
sum=$(told .sum_ns)
read_probe @wakeup
diag "waited: $delay ns by the scheduler, $sum ns by @runq, $(told .sum_ns) ns by @wakeup"
if [[ -e /proc/schedstat ]]; then
	cmp_ok "$sum" '>=' $((delay - delay / 20)) '@runq: all time that tasks wait, less 5 %'
	cmp_ok "$sum" '<=' $((delay + delay / 20)) '@runq: and no more, but for 5 %'
	cmp_ok "$(told .sum_ns)" '<' $((delay / 2)) '@wakeup: not that of those that were preempted'
else
	skip 'the time that tasks wait' "Linux $KERNEL does not count it"
fi
ktlat-ctl remove-probe all >/dev/null

# Moved to and fro.
move() {
	local i
	for i in {1..20}; do
		taskset -pc $((i % 2)) $first
	done
}
kill -CONT $first
counts @migrate sched/sched_migrate_task move
cmp_ok "$(told .entries)" '>=' 19 '@migrate: those that are known'
is "$(told '.entries == .count + .in_flight + .abandoned and .exact')" true '@migrate: it adds up'
kill -KILL $first $second
ktlat-ctl remove-probe all >/dev/null

# disk: "NAME COUNT" of each operation, by the kernel
disk() {
	awk '{ print "read", $1; print "write", $5; print "discard", $12; print "flush", $16 }' /sys/block/loop0/stat
}
if modprobe loop 2>/dev/null && truncate -s 8M /tmp/disk && losetup /dev/loop0 /tmp/disk; then
	by_rq=t:block:block_rq_issue..block:block_rq_complete@arg1
	disk >/tmp/before
	ktlat-ctl add-probe @block $by_rq >/dev/null
	dd if=/dev/loop0 of=/dev/null iflag=direct bs=4k count=100 status=none
	dd if=/dev/zero of=/dev/loop0 oflag=direct bs=4k count=57 conv=fsync,notrunc status=none
	blkdiscard -o 1M -l 1M /dev/loop0
	ktlat-ctl disable all >/dev/null
	read_probe @block
	adds_up @block
	# An empty write that stands for a flush is one to the disk; it is completed and
	# never was issued, so here it is nothing.
	is "$(told '.unmatched // 0')" 0 '@block: each end has a start'
	flushes=$(($(disk | awk '$1 == "flush" { print $2 }') - $(awk '$1 == "flush" { print $2 }' /tmp/before)))
	while read -r name was _ now; do
		if [[ $name == write ]]; then
			between "@block, $name" "$(name_count "$name")" $((now - was - flushes)) $((now - was))
		else
			is "$(name_count "$name")" $((now - was)) "@block, $name: as many as the disk has counted"
		fi
	done < <(paste -d' ' /tmp/before <(disk))
	cmp_ok "$(name_count read)" '>=' 100 '@block: the reads that are known'
	cmp_ok "$(name_count write)" '>=' 57 '@block: the writes that are known'
	all=$(told .count)
	read_probe $by_rq
	is "$(told .count)" "$all" 'issue..complete by their request: as many as @block'
	ktlat-ctl remove-probe all >/dev/null
	losetup -d /dev/loop0
else
	skip '@block' 'no loop device'
fi

# The loopback device hands each packet to the stack.
ip link set lo up
send() {
	local i
	for i in {1..200}; do
		echo x >/dev/udp/127.0.0.1/9
	done
}
entries=$(cd /sys/kernel/tracing/events && ls -d net/*_entry)
counts @netrx "${entries//$'\n'/ }" send
cmp_ok "$(name_count netif_rx)" '>=' 200 '@netrx: the packets that are known'
is "$(told .by)" event '@netrx: tells them apart by itself'
is "$(told '.unmatched // 0')" 0 '@netrx: each end has a start'
adds_up @netrx
ktlat-ctl remove-probe all >/dev/null

# Any two tracepoints.
counts t:irq:softirq_entry..irq:softirq_exit@cpu irq/softirq_entry look_up
# With PREEMPT_RT one may be preempted by another, whose start takes its place.
open=0
[[ $KERNEL != *-rt ]] || open='.in_flight + .abandoned'
is "$(told "[.count + ($open) == .entries, .exact] | tostring")" '[true,true]' 'by CPU: each has ended'
ktlat-ctl remove-probe all >/dev/null
counts t:sched:sched_switch..sched:sched_switch@cpu sched/sched_switch look_up
cmp_ok "$(told .in_flight)" '<=' "$CPUS" 'from an event to the next one of its kind'
ktlat-ctl remove-probe all >/dev/null
if [[ -e /sys/kernel/btf/vmlinux ]]; then
	wakeup=t:sched:sched_wakeup..sched:sched_switch@p,next
	counts $wakeup sched/sched_wakeup look_up
	is "$(told .spec)" t:sched:sched_wakeup..sched:sched_switch@arg1,arg3 'arguments by name: BTF tells which'
	ok 'and they find the probe again' ktlat-ctl remove-probe $wakeup
fi

# Off a CPU and on again, by task: the next task at the address of one that has ended is
# another, and nothing ends when it is switched in for the first time.
forked() { awk '$1 == "processes" { print $2 }' /proc/stat; }
offcpu=t:sched:sched_switch..sched:sched_switch@arg2,arg3
ktlat-ctl add-probe $offcpu >/dev/null
forked_before=$(forked)
for ((i = 0; i < 400; i++)); do (:); done
born=$(($(forked) - forked_before))
cmp_ok "$(probe_stat $offcpu .unmatched)" '>=' "$born" "none of $born new tasks is taken for one before it"
if [[ $KERNEL == *-debug ]]; then
	skip 'what those waited for is abandoned' 'KASAN keeps what is freed from being used again'
else
	cmp_ok "$(probe_stat $offcpu .abandoned)" '>' 0 'what those waited for is abandoned'
fi
ktlat-ctl remove-probe all >/dev/null

# Those of a module hold it.
if [[ -d /sys/kernel/tracing/events/9p && -d /sys/module/9pnet ]]; then
	held=$(</sys/module/9pnet/refcnt)
	ktlat-ctl add-probe t:9p:9p_client_req..9p:9p_client_res@arg3:s32 >/dev/null
	cmp_ok "$(</sys/module/9pnet/refcnt)" '>' "$held" 'a module is held by its tracepoints'
	find /usr/lib/modules -xdev | head -n 2000 >/dev/null
	cmp_ok "$(probe_stat t:9p:9p_client_req..9p:9p_client_res@arg3:s32 .count)" '>' 10 'requests of 9p by their tag'
	ktlat-ctl remove-probe all >/dev/null
	is "$(</sys/module/9pnet/refcnt)" "$held" 'and let go'
else
	skip 'tracepoints of a module' 'no 9p'
fi

keep_state
[[ ! -e /sys/kernel/btf/vmlinux ]] ||
	refused 2 'at character 40: the event has no argument of that name, but vec_nr' \
		ktlat-ctl add-probe t:irq:softirq_raise..irq:softirq_entry@rq
refused 1 'cannot add sched:softirq_raise: that subsystem has no such event; there is irq:softirq_raise' \
	ktlat-ctl add-probe t:sched:softirq_raise..irq:softirq_entry
refused 1 'cannot add irq:softirq_entree: there is no such event' ktlat-ctl add-probe t:irq:softirq_entry..irq:softirq_entree
refused 1 'permitted|CAP_SYSLOG' setpriv --bounding-set=-syslog --inh-caps=-syslog \
	ktlat-ctl add-probe $offcpu
refused 1 'measure @syscall:NAME' ktlat-ctl add-probe t:syscalls:sys_enter_read..irq:softirq_entry
refused 2 'at character 6: ".." and a second' ktlat-ctl add-probe t:a:b
refused 2 '"frobnicate" is no system call' ktlat-ctl add-probe @syscall:frobnicate
refused 2 '--by event is for @irq' ktlat-ctl add-probe --by event @runq
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'what was refused has added nothing'
ktlat-ctl add-probe --by none @softirq >/dev/null
is "$(ktlat-ctl list --json | jq -c '.probes[0] | [.by, .keys]')" '[null,null]' '--by none: one figure for all'
done_testing

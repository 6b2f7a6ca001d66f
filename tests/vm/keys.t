#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 serial
#
# Keys: each call is counted under the task, the CPU, the cgroup or the event that made it,
# or under (other), and there are as many as who made them has counted.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/refused.sh

F=ktlat_target_busy
HIST=/tmp/keys.json

# read_keys SPEC: one reading of a probe.
read_keys() {
	ktlat-ctl hist --json "$1" >$HIST
}

# told FILTER: what it says.
told() {
	jq -c ".probes[0] | $1" $HIST
}

# adds_up NAME: keys and (other) come to what the probe has recorded, in number and time.
adds_up() {
	is "$(told '([.keys[].count] | add // 0) + .other.count == .count')" true "$1: keys and (other) are all calls"
	is "$(told '([.keys[].sum_ns] | add // 0) + .other.sum_ns == .sum_ns')" true "$1: and all time"
}

# calls N: by the shell that runs this.
calls() {
	echo "func=busy ctx=task calls=$1" >$TARGET_DIR/run
}

# name_task NAME: the shell that runs this.
name_task() {
	printf '%s' "$1" >/proc/$BASHPID/comm
}

# five_tasks KEY: of these the i-th makes 10 * i calls, on a CPU of its own if that is what
# they are to be told apart by; their pids to /tmp/pids.
five_tasks() {
	local i
	: >/tmp/pids
	for i in 1 2 3 4 5; do
		(
			name_task "ktlat-$i"
			echo $BASHPID >>/tmp/pids
			[[ ! -e /tmp/cgroup/$i ]] || echo $BASHPID >"/tmp/cgroup/$i/cgroup.procs"
			[[ $1 != cpu ]] || taskset -pc $((i % 4)) $BASHPID >/dev/null
			calls $((i * 10))
		)
	done
}

# by KEY WANTED: what five tasks have done, told apart.
by() {
	ktlat-ctl add-probe "${OPTIONS[@]}" --by "$1" $F >/dev/null
	five_tasks "$1"
	read_keys $F
	is "$(told '[.keys | sort_by(.count)[] | [.key, .count]]')" "$2" "$BACKEND, by $1"
	is "$(told .by)" "\"$1\"" "$BACKEND, by $1: that is told"
	is "$(told .other.count)" 0 "$BACKEND, by $1: nothing is left over"
	adds_up "$BACKEND, by $1"
	ktlat-ctl remove-probe all >/dev/null
}

pids() {
	jq -sc --argjson n 0 'to_entries | map([.value, (.key + 1) * 10])' /tmp/pids
}

# Pids are not known before.
by_pid() {
	ktlat-ctl add-probe "${OPTIONS[@]}" --by "$1" $F >/dev/null
	five_tasks "$1"
	read_keys $F
	is "$(told '[.keys | sort_by(.count)[] | [.key, .count]]')" "$(pids)" "$BACKEND, by $1"
	ktlat-ctl remove-probe all >/dev/null
}

load_ktlat
load_target
ulimit -l unlimited
mkdir /tmp/cgroup
mount -t cgroup2 none /tmp/cgroup
cgroups=()
for i in 1 2 3 4 5; do
	mkdir /tmp/cgroup/$i
	cgroups+=("[$(stat -c %i /tmp/cgroup/$i),$((i * 10))]")
done
wanted_cgroups=$(IFS=,; echo "[${cgroups[*]}]")

for BACKEND in direct fprobe kretprobe; do
	if ! has_backend $BACKEND; then
		skip "$BACKEND" "ktlat has no $BACKEND backend on Linux $KERNEL"
		continue
	fi
	OPTIONS=(--backend "$BACKEND" --args-in-registers)
	by comm '[["ktlat-1",10],["ktlat-2",20],["ktlat-3",30],["ktlat-4",40],["ktlat-5",50]]'
	by cpu '[[2,20],[3,30],[0,40],[1,60]]'
	by cgroup "$wanted_cgroups"
	by_pid pid
	by_pid tgid

	# One key has what the probe has, but for the width of buckets.
	ktlat-ctl add-probe "${OPTIONS[@]}" --by comm --comm ktlat-one $F >/dev/null
	(name_task ktlat-one && calls 300)
	calls 20
	read_keys $F
	is "$(told '.keys[0] | [.key, .count]')" '["ktlat-one",300]' "$BACKEND: filtered calls have no key"
	is "$(told '[.keys[0] | .sum_ns, .min_ns, .max_ns] == [.sum_ns, .min_ns, .max_ns]')" true \
		"$BACKEND: sum, min and max of the key are those of the probe"
	is "$(told '.keys[0].p50_ns >= .min_ns and (.keys[0].p50_ns - .p50_ns | fabs) <= .keys[0].p50_ns / 4 + 1')" true \
		"$BACKEND: p50 is off by a quarter at most"
	ktlat-ctl reset all >/dev/null
	read_keys $F
	is "$(told '[.count, .keys, .other.count]')" '[0,[],0]' "$BACKEND: reset"
	(name_task ktlat-one && calls 7)
	read_keys $F
	is "$(told '[.keys[] | .key, .count]')" '["ktlat-one",7]' "$BACKEND: and again from zero"
	ktlat-ctl remove-probe all >/dev/null

	# 40 names for 16 places of one CPU.
	taskset -pc 2 $$ >/dev/null
	ktlat-ctl add-probe "${OPTIONS[@]}" --by comm --keys 9 $F >/dev/null
	for i in {1..40}; do
		(name_task "task-$i" && calls 3)
	done
	taskset -pc 0-3 $$ >/dev/null
	read_keys $F
	is "$(told '[.count, (.keys | length), .other.count]')" '[120,16,72]' "$BACKEND: more keys than places"
	is "$(told '[.keys[].count] | unique')" '[3]' "$BACKEND: a key that has a place has all of its calls"
	adds_up "$BACKEND: more keys than places"
	ktlat-ctl remove-probe all >/dev/null
done

# Tasks, softirqs and interrupts at once, with new keys all the time.
BACKEND=
has_backend direct && BACKEND='--backend direct --args-in-registers'
# shellcheck disable=SC2086 # none, or some words
ktlat-ctl add-probe $BACKEND --by pid --keys 64 ktlat_target_inner >/dev/null
target func=inner ctx=softirq batch=10 calls=0 async=1
target func=inner ctx=hardirq calls=0 period_ns=50000 async=1
for i in {1..80}; do
	(echo "func=inner ctx=task calls=20" >$TARGET_DIR/run)
done
target_stop
read_keys ktlat_target_inner
adds_up 'tasks, softirqs, interrupts'
made=$(target_stat inner .returned)
if [[ -n $BACKEND ]]; then
	is "$(told .count)" "$made" 'tasks, softirqs, interrupts: as many as the target made'
else
	# A kretprobe misses what an interrupt calls while it sees to another call.
	nearly_all "$(told '.count + .missed')" "$made" 'tasks, softirqs, interrupts'
fi
ktlat-ctl remove-probe all >/dev/null

# What came since the last time.
ktlat-ctl add-probe --by comm $F >/dev/null
(name_task before && calls 5)
ktlat-ctl hist --interval 300ms --count 1 --delta --json $F >$HIST &
hist=$!
wait_until 20 eval '(($(references) > 0))'
wait $hist
is "$(told '[.count, (.keys | length)]')" '[0,0]' 'with --delta: what came before is not there'
like "$(ktlat-ctl hist $F)" 'by comm\)' 'the text says by what'
like "$(ktlat-ctl hist $F)" '  5 .* before' 'the text has a line for the key'
ktlat-ctl remove-probe all >/dev/null

# counted FILE NAME: of all CPUs, by the kernel.
counted() {
	awk -v name="$2" '$1 == name ":" { for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum + 0 }' "$1"
}

# key_count NAME
key_count() {
	told "[.keys[] | select(.name == \"$1\") | .count] | add // 0"
}

# between NAME GOT LOW HIGH
between() {
	ok "$1: $2 is from $3 to $4" eval "(($3 <= $2 && $2 <= $4))"
}

# Each softirq and each interrupt has as many runs as the kernel says, within what came
# while we were looking.
names=(TIMER NET_RX TASKLET SCHED RCU)
ktlat-ctl add-probe @softirq --by event --disabled >/dev/null
declare -A first second third fourth
for name in "${names[@]}"; do first[$name]=$(counted /proc/softirqs "$name"); done
ktlat-ctl enable all >/dev/null
for name in "${names[@]}"; do second[$name]=$(counted /proc/softirqs "$name"); done
target func=inner ctx=softirq batch=10 calls=2000
ls -R /sys/class >/dev/null
for name in "${names[@]}"; do third[$name]=$(counted /proc/softirqs "$name"); done
ktlat-ctl disable all >/dev/null
for name in "${names[@]}"; do fourth[$name]=$(counted /proc/softirqs "$name"); done
read_keys @softirq
adds_up '@softirq'
for name in "${names[@]}"; do
	between "@softirq, $name" "$(key_count "$name")" $((third[$name] - second[$name])) $((fourth[$name] - first[$name]))
done
cmp_ok "$(told '.keys | length')" '>=' 2 '@softirq: there are some'
ktlat-ctl remove-probe all >/dev/null

# Of the system calls that nobody else makes.
ktlat-ctl add-probe @syscall --by event --comm ktlat-perl >/dev/null
perl -e 'open F, ">", "/proc/self/comm"; print F "ktlat-perl"; close F; getppid for 1 .. 321; umask for 1 .. 45'
read_keys @syscall
is "$(key_count getppid)" 321 '@syscall: getppid'
cmp_ok "$(key_count umask)" '>=' 45 '@syscall: umask'
adds_up '@syscall'
ktlat-ctl remove-probe all >/dev/null

# What keys are functions, has their names.
ktlat-ctl add-probe @timer @hrtimer @workqueue --by event >/dev/null
wait_until 20 eval '(($(probe_stat @timer .count) && $(probe_stat @hrtimer .count) && $(probe_stat @workqueue .count)))'
ktlat-ctl disable all >/dev/null
for preset in @timer @hrtimer @workqueue; do
	read_keys $preset
	adds_up $preset
	cmp_ok "$(told '.keys | length')" '>' 0 "$preset: there are keys"
	is "$(told '[.keys[] | select(.name == null) | .key]')" '[]' "$preset: each has a name"
done
ktlat-ctl remove-probe all >/dev/null

# Who may not see tasks, sees no keys.
ktlat-ctl add-probe --by comm --public $F >/dev/null
calls 5
chmod 0666 /dev/ktlat
is "$(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all \
	"$(command -v ktlat-ctl)" --no-load hist --json $F | jq -c '.probes[0] | [.count, .keys]')" '[5,null]' \
	'who has no rights sees the figures and no keys'
ktlat-ctl remove-probe all >/dev/null

keep_state
refused 2 '--by: "nobody" is none of none, cpu' ktlat-ctl add-probe --by nobody $F
refused 2 '--keys is for --by' ktlat-ctl add-probe --keys 32 $F
refused 2 '--by event is for @irq' ktlat-ctl add-probe --by event $F
refused 2 '--by event is for @irq' ktlat-ctl add-probe --by event @wakeup
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'what was refused has added nothing'
done_testing

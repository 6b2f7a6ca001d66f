#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300
#
# From one probe point to another: the latency is that of the target's own
# stamps, and each start and each end is accounted for.
. tests/vm/lib.sh
. tests/vm/target.sh

T=ktlat_target

# Offset of the last instruction of a function of the target, its only return:
# in the file, that is where the jump to the return thunk is relocated, if it is
# not a return.
return_offset() {
	local base last
	read -r base last < <(objdump -dr --no-show-raw-insn "--disassemble=${T}_$1" "$TARGET_KO" |
		awk -v name="<${T}_$1>:" '
			$2 == name { base = $1 }
			/__x86_return_thunk/ && at { last = last at }
			$2 == "ret" { last = last $1 }
			{ at = $0 ~ /^ +[0-9a-f]+:/ ? $1 : "" }
			END { print base, last }')
	[[ $last =~ ^[0-9a-f]+:$ ]] || return
	printf '0x%x\n' "$((0x${last%:} - 0x$base))"
}

# compares SPECS NAME FUNCTION KEY=VALUE...: one run, from zero; what each of the
# probes recorded agrees with the stamps of the function.
compares() {
	local specs=$1 name=$2 func=$3 spec
	shift 3
	from_zero
	ok "$name: runs" target "func=$func" "$@"
	for spec in $specs; do
		agrees "$func" "$name: $(target_stat "$func" .returned) calls, by $([[ $spec == *@cpu ]] && echo CPU || echo task)" "$spec"
	done
}

# accounts NAME SPEC FIGURES: what became of each start and each end.
accounts() {
	local name=$1 spec=$2 want=$3
	is "$(probe_stat "$spec" '"entries \(.entries) count \(.count) missed \(.missed) superseded \(.abandoned) in flight \(.in_flight) unmatched \(.unmatched)"')" \
		"$want" "$name"
}

# Behind the ftrace site, which in a kernel that is built for indirect branch tracking
# has an ENDBR before it.
behind_site() {
	local bytes=5
	[[ $KERNEL != *-arm64 ]] || bytes=8
	! objdump -d --no-show-raw-insn "--disassemble=${T}_busy" "$TARGET_KO" | grep -q endbr64 || bytes=9
	printf '0x%x\n' $bytes
}

load_ktlat
load_target
SITE=$(behind_site)
task=${T}_begin..${T}_end
cpu=$task@cpu

# Two functions, by task and by CPU.
ktlat-ctl add-probe "$task" "$cpu" >/dev/null
is "$(probe_stat "$task" '"\(.kind) \(.backend) \(.exact) \(.spec)"')" \
	"pair pair false $task" 'a pair is by task unless told otherwise, and says that it is a bound'
compares "$task" 'threads' pair ctx=kthread calls=20000 delay_ns=1000
compares "$task" 'one task' pair ctx=task calls=20000 delay_ns=1000
compares "$task $cpu" 'hardirq' pair ctx=hardirq batch=10 calls=10000 delay_ns=1000
compares "$task $cpu" 'softirq' pair ctx=softirq batch=50 calls=10000 delay_ns=1000
for delay in 10000 1000000; do
	compares "$task $cpu" "hardirq, $delay ns" pair ctx=hardirq calls=100 "delay_ns=$delay"
done
ktlat-ctl remove-probe all >/dev/null

# From behind the entry to the return: what the function's own stamps enclose.
for func in busy sleep migrate; do
	ret=$(return_offset $func) || bail_out "no single return in ${T}_$func"
	inside=$T:${T}_$func+$SITE..${T}_$func+$ret
	ktlat-ctl add-probe "$inside" >/dev/null
	compares "$inside" "$func+$SITE..+$ret" $func ctx=kthread calls=2000 delay_ns=1000
	ktlat-ctl remove-probe all >/dev/null
done

# A task that starts on one CPU and ends on the other, all the time: by CPU it
# ends what was started there by the call before.
moving=${T}_migrate..${T}_migrate+$(return_offset migrate)
ktlat-ctl add-probe "$moving" "$moving@cpu" >/dev/null
compares "$moving" 'to the other CPU' migrate ctx=kthread threads=1 calls=1000
accounts 'to the other CPU, by CPU' "$moving@cpu" \
	'entries 1000 count 999 missed 0 superseded 0 in flight 1 unmatched 1'
ktlat-ctl remove-probe all >/dev/null

# Starts without an end, ends without a start; this shell is the task.
apart=${T}_outer..${T}_recurse
ktlat-ctl add-probe "$apart" >/dev/null
target func=outer ctx=task calls=10
accounts 'a start takes the place of the one before' "$apart" \
	'entries 10 count 0 missed 0 superseded 9 in flight 1 unmatched 0'
like "$(ktlat-ctl hist)" '9 superseded' 'hist says so'
target func=recurse ctx=task calls=1
accounts 'the last one is matched' "$apart" \
	'entries 10 count 1 missed 0 superseded 9 in flight 0 unmatched 0'
target func=recurse ctx=task calls=5
accounts 'ends without a start' "$apart" \
	'entries 10 count 1 missed 0 superseded 9 in flight 0 unmatched 5'
like "$(ktlat-ctl hist)" '5 ends without a start' 'hist says so, too'

# A task that exits in between. The target's thread is gone when it is joined
# but for its last steps.
(target func=outer ctx=task calls=1)
ended='.in_flight == 0'
ok 'its start does not wait for ever' wait_until 10 \
	eval "[[ \$(probe_stat '$apart' '$ended') == true ]]"
accounts 'a task that exits between start and end' "$apart" \
	'entries 11 count 1 missed 0 superseded 10 in flight 0 unmatched 5'
ktlat-ctl reset all >/dev/null
target func=outer ctx=kthread threads=100 calls=1
ok 'nor do those of 100 threads' wait_until 10 \
	eval "[[ \$(probe_stat '$apart' '$ended') == true ]]"
accounts '100 threads that exit between start and end' "$apart" \
	'entries 100 count 0 missed 0 superseded 100 in flight 0 unmatched 0'
ktlat-ctl remove-probe all >/dev/null

# More tasks wait than the table holds.
full=${T}_sleep+$SITE..${T}_sleep+$(return_offset sleep)
ktlat-ctl add-probe --starts 16 "$full" >/dev/null
is "$(probe_stat "$full" .starts)" 16 'a table of 16'
target func=sleep ctx=kthread threads=64 calls=1 delay_ns=2000000000
figures=$(probe_stat "$full" '"\(.count) \(.missed) \(.unmatched)"')
read -r count missed unmatched <<<"$figures"
cmp_ok "$count" '<=' 16 'no more were measured than it holds'
cmp_ok "$count" '>' 0 'but some'
is "$((count + missed))" 64 'all others are missed'
is "$unmatched" "$missed" 'and their ends have no start'
is "$(probe_stat "$full" "\"\(.entries) \(.in_flight) \(.abandoned) \(.coverage == $count / 64)\"")" \
	'64 0 0 true' 'it adds up, and coverage says it'
ktlat-ctl remove-probe all >/dev/null
ktlat-ctl add-probe --starts 512 "$full" >/dev/null
compares "$full" 'with room for all none is missed' sleep ctx=kthread threads=64 calls=1 \
	delay_ns=500000000
done_testing

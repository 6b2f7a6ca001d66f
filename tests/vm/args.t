#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=480
#
# Values: what is captured of calls is what the target was told to pass, calls are chosen
# and told apart by it, and what cannot be read is counted and harms nobody.
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target_args SPEC=ktlat_target:ktlat_target_args
FILE=/tmp/args.dat

# call NUMBER NAME, or point ADDRESS: the target does so, see args.c there.
call() {
	echo "call $*" >$TARGET_DIR/args
}

point() {
	echo "point $1" >$TARGET_DIR/args
}

# at MEMBER: how far it is behind the start of the struct, by the target's compiler.
at() {
	jq -r --arg member "$1" '.[$member]' $TARGET_DIR/args
}

three_calls() {
	call 5 five
	call 6 six
	call 4660 a-long-name-of-a-call
}

# values EXPR...: the values of three calls, as JSON.
values() {
	local options=() expression
	for expression; do
		options+=(--arg "$expression")
	done
	export -f call three_calls
	export TARGET_DIR
	ktlat-ctl record "${OPTIONS[@]}" "${options[@]}" -o $FILE $SPEC -- bash -c three_calls >/dev/null 2>&1
	ktlat-ctl report --json $FILE | jq -c 'select(.values) | .values' | tr '\n' ' '
}

# captures EXPR WANTED NAME
captures() {
	is "$(values "$1")" "$2 " "$BACKEND: $3"
}

numbers() {
	is "$(values arg3:s64 arg4:s32)" '[5,-5] [6,-6] [4660,-4660] ' "$BACKEND: registers"
	is "$(values arg5:u1@0/8 arg6:s8)" '[1,-5] [0,-6] [0,-52] ' "$BACKEND: parts of registers"
	is "$(values "+$(at number)(arg1):u64" "+$(at inner.half)(arg1):u16")" \
		'[5000015,5] [6000018,6] [4660013980,4660] ' "$BACKEND: numbers in memory"
	is "$(values "+$(at inner.negative)(arg1):s32" "+$(at array)(arg1):x32")" \
		'[-5,134678021] [-6,151521030] [-4660,926299444] ' "$BACKEND: a negative one, elements of an array"
	is "$(values "+$(at half_of_inner)(+$(at other)(arg1)):u16" "+$(at bits)(arg1):u3@0/32")" \
		'[6,5] [7,6] [4661,4] ' "$BACKEND: behind a pointer, a bit field"
	is "$(values "+$(at bits)(arg1):u13@3/32" "+$(at bits)(arg1):s5@16/32")" \
		'[5,-5] [6,-6] [4660,-4] ' "$BACKEND: bit fields across bytes, with a sign"
}

texts() {
	captures "+$(at text)(arg1):string" '["five"] ["six"] ["a-long-name-of-a"]' 'a text in a struct'
	captures arg2:string '["five"] ["six"] ["a-long-name-of-a"]' 'a text'
	captures "+0(+$(at inner.name)(arg1)):string" '["five"] ["six"] ["a-long-name-of-a"]' 'behind a pointer'
	captures "+0(+$(at name_of_inner)(+$(at other)(arg1))):string" \
		'["ive"] ["ix"] ["-long-name-of-a-"]' 'behind two'
}

returned() {
	captures ret:s64 '[-5] [-6] [-4660]' 'what is returned'
	like "$(values caller)" '^(\["ktlat_target:(call|target_args_run)\+0x[0-9a-f]+"\] ){3}$' "$BACKEND: who calls"
}

# keep CONDITION COUNT NAME: of three calls, so many are recorded, and the rest is filtered.
keep() {
	ktlat-ctl add-probe "${OPTIONS[@]}" --filter "$1" $SPEC >/dev/null
	three_calls
	is "$(probe_stat $F '"\(.count) \(.filtered) \(.unread)"')" "$2 $((3 - $2)) 0" "$BACKEND: $3"
	ktlat-ctl remove-probe all >/dev/null
}

conditions() {
	keep 'arg3:s64 == 5' 1 'equal'
	keep 'arg3:s64 != 5' 2 'not equal'
	keep 'arg4:s32 < -5' 2 'less, with a sign'
	keep 'arg3 >= 6' 2 'not less'
	keep 'arg3 & 1' 1 'a bit'
	keep 'arg2:string == "six"' 1 'a text'
	keep 'arg2:string != "six"' 2 'not a text'
	keep "arg3 > 5 && +$(at bits)(arg1):u3@0/32 == 6" 1 'two of them'
	keep 'ret:s64 == -4660' 1 'what is returned'
}

# keys KEY WANTED OPTION...
keys() {
	local by=$1 wanted=$2
	shift 2
	ktlat-ctl add-probe "${OPTIONS[@]}" --by "$by" "$@" $SPEC >/dev/null
	three_calls
	call 5 five
	ktlat-ctl hist --json $F >/tmp/keys.json
	is "$(jq -c '.probes[0].keys | map([.key, .count]) | sort' /tmp/keys.json)" "$wanted" "$BACKEND, by $by $*"
	is "$(jq -c '.probes[0] | [.by, .other.count]' /tmp/keys.json)" "[\"$by\",0]" "$BACKEND, by $by $*: that is told"
	ktlat-ctl remove-probe all >/dev/null
}

keys_of_all_kinds() {
	keys arg '[[5,2],[6,1],[4660,1]]' --arg arg3
	keys arg '[["a-long-name-of-a",1],["five",2],["six",1]]' --arg arg2:string
	keys arg '[[[5,-5],2],[[6,-6],1],[[4660,-52],1]]' --arg arg3 --arg arg6:s8
	keys ret "$RETURNED"
}

# What is nowhere, not canonical, of another task's, or at the end of all memory.
hostile() {
	local address unread=0
	ktlat-ctl add-probe "${OPTIONS[@]}" --by arg --arg '+8(+16(arg1)):u64' --filter 'arg3 == 0' $SPEC >/dev/null
	for address in 0 8 1000 7ffffffff000 800000000000 dead000000000100 ffff7fffffffffff \
		ffffffffffffffff fffffffffffffff9; do
		point $address
		unread=$((unread + 1))
		is "$(probe_stat $F .unread)" $unread "$BACKEND: $address cannot be read, and is counted"
	done
	is "$(probe_stat $F '"\(.count) \(.other.count) \(.keys | length)"')" "$unread $unread 0" \
		"$BACKEND: the calls are there, under no key"
	ktlat-ctl remove-probe all >/dev/null
	ktlat-ctl record "${OPTIONS[@]}" --arg '+0(arg1):string' -o $FILE $SPEC -- bash -c "echo point dead000000000100 >$TARGET_DIR/args" >/dev/null 2>&1
	like "$(ktlat-ctl report $FILE)" " $F [^=]*=\(fault\)" "$BACKEND: it is shown as such"
}

# By name, in the kernel itself, where what is read is told by who reads.
by_name() {
	[[ -e /sys/kernel/btf/vmlinux ]] || { skip 'by name' 'no BTF' && return; }
	head -c 10000 /dev/zero >/tmp/known-name
	ktlat-ctl add-probe --by arg --arg count --filter 'file->f_path.dentry->d_name.name == "known-name"' vfs_read >/dev/null
	dd if=/tmp/known-name of=/dev/null bs=777 count=5 2>/dev/null
	dd if=/tmp/known-name of=/dev/null bs=100 count=7 2>/dev/null
	ktlat-ctl hist --json vfs_read >/tmp/keys.json
	is "$(jq -c '.probes[0].keys | map(select(.key == 777 or .key == 100) | [.key, .count]) | sort' /tmp/keys.json)" \
		'[[100,7],[777,5]]' 'by name: what dd asked for, of that file alone'
	# From Linux 6.17 on there is another name for it, in a union.
	like "$(jq -c '.probes[0] | [.args, .conditions]' /tmp/keys.json)" \
		'^\[\["count"\],\["file->f_path\.dentry->(__)?d_name\.name == \\"known-name\\""\]\]$' 'by name: that is told'
	ktlat-ctl remove-probe all >/dev/null
}

refusals() {
	local out
	if has_backend direct; then
		out=$(ktlat-ctl add-probe --backend direct --args-in-registers --arg arg1 $F 2>&1)
		is $? 1 'direct sees no arguments'
		like "$out" 'no arguments; take --backend auto' 'direct: and says so'
	fi
	out=$(ktlat-ctl add-probe --arg 'fil->f_mode' vfs_read 2>&1)
	like "$out" 'at character 1: ' 'what is wrong is told with its character'
	is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'no probe is left'
}

load_target
load_ktlat
# Without BTF nobody knows that what is returned has a sign.
RETURNED='[[18446744073709546956,1],[18446744073709551610,1],[18446744073709551611,2]]'
[[ ! -e /sys/kernel/btf/ktlat_target ]] || RETURNED='[[-4660,1],[-6,1],[-5,2]]'
BACKEND=kretprobe OPTIONS=(--backend kretprobe)
numbers
texts
returned
conditions
keys_of_all_kinds
hostile
# These see no arguments.
for BACKEND in fprobe direct; do
	has_backend "$BACKEND" || continue
	OPTIONS=(--backend "$BACKEND")
	[[ $BACKEND != direct ]] || OPTIONS+=(--args-in-registers)
	returned
	keep 'ret:s64 == -4660' 1 'what is returned'
	keys ret "$RETURNED"
done
by_name
refusals
done_testing

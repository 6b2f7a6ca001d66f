# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The text of the trampolines as it was loaded and patched, read back from
# /proc/kcore and disassembled; for tests/vm/text*.t, which differ in what the
# kernel does against speculation. After lib.sh.
. tests/vm/target.sh

TRACING=/sys/kernel/tracing
# On 5.10 the kernel has another for this CPU.
NOP5='0f 1f 44 00 00'
[[ $LINUX != 5.10 ]] || NOP5='66 66 66 66 90'
direct=(ktlat-ctl add-probe --backend direct --args-in-registers)

# The symbols that can matter here, as "0xADDRESS NAME".
SYMBOLS=/tmp/symbols
read_symbols() {
	sed -nE 's/^([0-9a-f]+) [tTrR] ([^ ]*(ktlat|direct_|ftrace_|thunk|preempt_schedule|__SCT__)[^ ]*).*/0x\1 \2/p' \
		/proc/kallsyms >$SYMBOLS
	((COUNT == 0)) || counted_symbols
}

# Where the kernel counts calls, it has them go to the instruction that does so,
# which it puts before each function, and which is so long.
COUNT=0
[[ $(</sys/devices/system/cpu/vulnerabilities/retbleed) != *Stuffing ]] || COUNT=9
counted_symbols() {
	grep -E ' (direct_|preempt_schedule)' $SYMBOLS >/tmp/helpers
	while read -r address name; do
		echo "$(sum "$address" $((-COUNT))) $name"
	done </tmp/helpers >>$SYMBOLS
}

# disassemble ADDRESS LENGTH: lines of "ADDRESS BYTES... | INSTRUCTION", spaces
# single, one for each instruction.
disassemble() {
	tests/programs/kmem "$1" "$2" >/tmp/text.bin || bail_out "cannot read the kernel's text"
	objdump -D -w -b binary -m i386:x86-64 --adjust-vma="$1" /tmp/text.bin |
		sed -nE 's/ +#.*//; s/^ *([0-9a-f]+):\t([0-9a-f ]+[0-9a-f]) *\t/0x\1 \2 | /p' |
		sed -E 's/ +/ /g; s/ $//'
}

# bytes_at ADDRESS: the five bytes that an ftrace site or a direct call takes.
bytes_at() {
	tests/programs/kmem "$1" 5 | od -An -v -tx1 | sed 's/^ //'
}

# site_of FUNCTION [MODULE]: its ftrace site. An ENDBR comes first, or what the
# kernel puts in its place where nothing calls the function through a pointer.
site_of() {
	local address
	address=$(address_of "$@")
	case $(bytes_at "$address") in
	"$NOP5" | 'e8 '*) echo "$address" ;;
	*) sum "$address" 4 ;;
	esac
}

# called_at ADDRESS: where the direct call there goes, or what else is there.
called_at() {
	disassemble "$1" 5 | sed -E 's/^[^|]*\| //; s/^call 0x/0x/'
}

# between FIRST LAST: what of $TEXT lies there, addresses being of one length.
between() {
	awk -v first="$1" -v last="$2" '($1 "") >= (first "") && ($1 "") < (last "")' <<<"$TEXT"
}

# names: the symbol of each address on stdin that has one, the last of them.
names() {
	awk 'NR == FNR { name[$1] = $2; next } { print ($1 in name) ? name[$1] : $1 }' $SYMBOLS -
}

# What is there to jump or call through a register or memory, or a thunk of it.
# A far call or jump, and a return that is none of ours, are as bad.
indirect() {
	grep -E '\| (.* )?(call|jmp|lcall|ljmp)[a-z]* +\*|\| (.* )?(lcall|ljmp|lret|iret)' <<<"$1"
	# By address: some of the thunks have other names, too.
	sed -nE 's/.*\| (.* )?(call|j[a-z]+) (0x[0-9a-f]+)$/\3/p' <<<"$1" |
		grep -Fxf <(sed -n 's/ __x86_indirect_.*//p' $SYMBOLS)
}

# targets_outside FIRST LAST TEXT: where it calls and jumps to outside of these.
targets_outside() {
	sed -nE 's/.*\| (.* )?(call|j[a-z]+) (0x[0-9a-f]+)$/\3/p' <<<"$3" | sort -u |
		while read -r target; do
			((target >= $1 && target < $2)) || echo "$target"
		done
}

# returns TEXT: how each of them leaves, a line each: "ret", or "thunk".
returns() {
	local thunks
	thunks=$(sed -nE 's/ .*(^|[ _])return_thunk$//p' $SYMBOLS | paste -sd '|')
	sed -nE "s/.*\| (.* )?ret[a-z]*$/ret/p; s/.*\| jmp ($thunks)$/thunk/p" <<<"$1"
}

# stores TEXT: each instruction that writes to memory, but to the stack by push or
# call, without displacements.
stores() {
	sed -nE 's/.*\| //p' <<<"$1" | grep -E '(\)|%gs:0x[0-9a-f]+)$' |
		grep -vE '^(cs )?(cmp|test|mul|nop|push)[a-z]* ' | sed -E 's/-?0x[0-9a-f]+//g'
}

# bound NUMBER FUNCTION [MODULE]: everything about the slot of a function that
# has a probe.
bound() {
	local slot text call site end way name=$2
	site=$(site_of "${@:2}")
	slot=$(sum "$FIRST" $(($1 * SLOT)))
	end=$(sum "$slot" $SLOT)
	text=$(disassemble "$slot" $SLOT)
	is "$(called_at "$site")" "$slot" "$name: its ftrace site calls slot $1"
	is "$(grep -cE "\| call $(sum "$site" 5)\$" <<<"$text")" 2 "$name: two direct calls of its body"
	for way in 0 1; do
		call=$(sum "$FIRST" $((RETURNS[2 * $1 + way] - 5)))
		like "$(grep "^$call " <<<"$text")" "^$call e8( ..){4} \| call $(sum "$site" 5)\$" \
			"$name: one returns to where the module knows of, way $way"
	done
	is "$(indirect "$text")" '' "$name: no indirect call or jump"
	is "$(targets_outside "$slot" "$end" "$text" | grep -vx "$(sum "$site" 5)" | names |
		grep -vxE "$RARE")" '' \
		"$name: it leads nowhere else"
	is "$(returns "$text" | wc -l)" 1 "$name: one return"
}

load_ktlat
needs_backend direct
load_target
read_symbols
diag "$(grep -H . /sys/devices/system/cpu/vulnerabilities/{spectre_v2,retbleed,indirect_target_selection} |
	sed 's|.*/||')"

FIRST=$(address_of ktlat_direct_00 ktlat)
SLOT=$(($(address_of ktlat_direct_01 ktlat) - FIRST))
SLOTS=$((($(address_of ktlat_direct_ff ktlat) - FIRST) / SLOT + 1))
END=$(sum "$FIRST" $((SLOTS * SLOT)))
# Behind these are the slots of groups, their way to the body, and the rare ways
# out of all slots; this is the last instruction of those but for the return.
RARE_END=$(sum "$(address_of direct_backwards ktlat)" 11)
# Where nothing is preempted, the call of the scheduler is a nop.
SCHEDULER='(__SCT__)?preempt_schedule_notrace(_thunk)?'
# Where else a slot may lead to.
RARE="direct_(resched|extreme|more(_group)?|backwards|now)|$SCHEDULER|[a-z0-9_]*_return_thunk"
GROUP_FIRST=$(address_of ktlat_direct_group_0 ktlat)
GROUP=$(($(address_of ktlat_direct_group_1 ktlat) - GROUP_FIRST))
GROUPS_NR=$((($(address_of ktlat_direct_group_f ktlat) - GROUP_FIRST) / GROUP + 1))
TO_BODY=$(address_of direct_to_body ktlat)
CALL_TO_BODY=$(sum "$TO_BODY" $((-COUNT)))
# Of each slot at least; 5.10 keeps no preemption count, which each of them writes.
STORES=9
[[ $LINUX != 5.10 ]] || STORES=5
is $SLOT "$(awk '$2 == "DIRECT_SLOT_BYTES" { print $3 }' module/backend/direct_layout.h)" 'size of a slot'
is $SLOTS "$(awk '$2 == "DIRECT_SLOTS" { print $3 }' module/backend/direct_layout.h)" 'number of slots'
is "$GROUP_FIRST" "$END" 'slots of groups come next'
is $GROUP "$(awk '$2 == "DIRECT_GROUP_BYTES" { print $3 }' module/backend/direct_layout.h)" 'size of a slot of a group'
is $GROUPS_NR "$(awk '$2 == "DIRECT_GROUPS" { print $3 }' module/backend/direct_layout.h)" 'number of those'
# Where the bodies return to, as the module knows it when it looks at a stack: two
# ways through each slot.
mapfile -t RETURNS < <(tests/programs/kmem "$(address_of ktlat_direct_returns ktlat)" $(((SLOTS + GROUPS_NR) * 8)) |
	od -An -v -w4 -tu4)

# That one would be seen: of the target's own, which the kernel has patched as well.
like "$(indirect "$(disassemble "$(address_of target_call ktlat_target)" 160)")" \
	'^0x' 'an indirect call elsewhere is seen'

# What a site and a call look like while nobody uses them.
busy=$(site_of ktlat_target_busy ktlat_target)
is "$(bytes_at "$busy")" "$NOP5" 'the ftrace site of a function without a probe is a nop'

cost_is_measured
"${direct[@]}" ktlat_target_busy >/dev/null
"${direct[@]}" ktlat_target_regs >/dev/null
"${direct[@]}" vfs_read >/dev/null
bound 0 ktlat_target_busy ktlat_target
bound 1 ktlat_target_regs ktlat_target
bound 2 vfs_read

# Other tracers on the function: it is ftrace that calls the slot, then.
echo ktlat_target_busy >$TRACING/set_ftrace_filter
echo function_graph >$TRACING/current_tracer
read_symbols # ftrace makes its trampolines when they are needed
like "$(called_at "$busy" | names)" '^ftrace_(regs_)?(caller|trampoline)$' 'with another tracer the site calls ftrace'
is "$(called_at "$(sum "$FIRST" $((RETURNS[0] - 5)))")" "$(sum "$busy" 5)" 'and the slot still the body'
target func=busy ctx=task calls=5
is "$(probe_stat ktlat_target_busy .count)" 5 'calls are counted'
echo nop >$TRACING/current_tracer
echo >$TRACING/set_ftrace_filter
is "$(called_at "$busy")" "$FIRST" 'without it the site calls the slot again'

if has_groups; then
	ktlat-ctl add-probe --args-in-registers --group two ktlat_target_{loop,outer} >/dev/null
	for func in loop outer; do
		is "$(called_at "$(site_of ktlat_target_$func ktlat_target)")" "$GROUP_FIRST" \
			"$func: its ftrace site calls the slot of its group"
	done
fi

# All slots, and the rare ways out.
TEXT=$(disassemble "$FIRST" $((RARE_END - FIRST)))
is "$(indirect "$TEXT")" '' 'no indirect call or jump in any slot'
is "$(grep -cE '\(bad\)|\.byte' <<<"$TEXT")" 0 'all of it could be disassembled'
between "$FIRST" "$END" >/tmp/slots
between "$GROUP_FIRST" "$TO_BODY" >/tmp/groups
KIND=$(returns "$(disassemble "$(address_of target_call ktlat_target)" 160)" | sort -u)
like "$KIND" '^(ret|thunk)$' 'the kernel has all functions return in one way'
diag "returns: $KIND"
is "$(returns "$(</tmp/slots)" | sort | uniq -c | xargs)" "$SLOTS $KIND" 'one return a slot, in that way'
is "$(returns "$(</tmp/groups)" | sort | uniq -c | xargs)" "$((2 * GROUPS_NR)) $KIND" \
	'two a slot of a group: of calls, and of those that are none of its own'

# The slots of groups: each reaches the body by one call of what returns to it.
is "$(targets_outside "$GROUP_FIRST" "$TO_BODY" "$(</tmp/groups)" | grep -vx "$CALL_TO_BODY" | names |
	grep -vxE "$RARE")" '' 'slots of groups lead nowhere else'
for ((i = SLOTS; i < SLOTS + GROUPS_NR; i++)); do
	printf '0x%x\n' $((FIRST + RETURNS[2 * i] - 5)) $((FIRST + RETURNS[2 * i + 1] - 5))
done >/tmp/calls
is "$(awk 'NR == FNR { call[$1]; next } $1 in call' /tmp/calls /tmp/groups | sed 's/.*| //' | sort | uniq -c | xargs)" \
	"$((2 * GROUPS_NR)) call $CALL_TO_BODY" 'each calls that twice, and it returns to where the module knows of'
is "$(grep -c "| call $CALL_TO_BODY\$" /tmp/groups)" $((2 * GROUPS_NR)) 'and nowhere else'
body=$(between "$TO_BODY" "$(address_of direct_now ktlat)" |
	grep -vE '\| (int3|nop.*|cs nop.*|data16 .*|sarq .*%gs:.*)$')
like "$(head -n 1 <<<"$body")" '\| push 0x20\(%rsp\)$' 'that pushes where the body is'
is "$(wc -l <<<"$body") $(returns "$body")" "2 $KIND" 'and returns to it, in the one way there is'

# What they write is of the CPU: relative to %gs, or to %r11, which was read there.
stored=$(stores "$(cat /tmp/slots /tmp/groups)")
cmp_ok "$(wc -l <<<"$stored")" '>=' $((STORES * (SLOTS + GROUPS_NR))) 'stores are found'
is "$(grep -vE '(%gs:(\(%r(ip|10)\))?|\(%r11(,[^)]*)?\))$' <<<"$stored")" '' 'they write to what their CPU has, and to the stack'
is "$(sed -nE 's/-?0x[0-9a-f]+//g; s/.*\| (.*,%r11)$/\1/p' /tmp/slots | sort | uniq -c | xargs -L 1)" \
	"$SLOTS add %rdx,%r11
$((3 * SLOTS)) mov %gs:(%r11),%r11
$((3 * SLOTS)) mov (%rip),%r11" 'where that is they read relative to %gs'

# A slot that was never in use calls nothing, or the trampoline of a static call.
for ((i = 3; i < SLOTS; i++)); do
	printf '0x%x\n' $((FIRST + RETURNS[2 * i] - 5)) $((FIRST + RETURNS[2 * i + 1] - 5))
done >/tmp/calls
is "$(awk 'NR == FNR { call[$1]; next } $1 in call' /tmp/calls <(echo "$TEXT") | wc -l)" $((2 * (SLOTS - 3))) \
	"$((SLOTS - 3)) slots have not been in use"
awk 'NR == FNR { call[$1]; next } $1 in call' /tmp/calls <(echo "$TEXT") |
	sed -E 's/^[^ ]+ //' | grep -v "^$NOP5 |" >/tmp/strange
is "$(sed 's/.*| call //' /tmp/strange | names | grep -v '^__SCT__ktlat_body_')" '' 'they call nothing'

ktlat-ctl remove-probe all >/dev/null
is "$(bytes_at "$busy")" "$NOP5" 'the site is a nop again when the probe is gone'

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=600 serial
#
# What a user calls a function leads to the functions that are meant, or to the reason
# why not. Which these are is told by /proc/kallsyms, ftrace's list and kprobes' own;
# where the probes are in the end, by the list of kprobes that are registered.
. tests/vm/lib.sh
. tests/vm/target.sh

TRACING=/sys/kernel/tracing
KPROBES=/sys/kernel/debug/kprobes
modprobe dummy
load_target
load_ktlat

# Functions: address, name, module; "-" is the kernel itself. Names with a suffix of
# the compiler's have the plain one, and the suffix, behind it.
awk '$2 ~ /^[tTwW]$/ && $4 !~ /bpf|__builtin/ {
	module = $4 == "" ? "-" : substr($4, 2, length($4) - 2)
	plain = $3; suffix = ""
	if (match($3, /[.]/) > 1) { plain = substr($3, 1, RSTART - 1); suffix = substr($3, RSTART) }
	print $1, $3, module, plain, suffix
}' /proc/kallsyms >/tmp/functions
awk '{ print $1, ($2 == "" ? "-" : substr($2, 2, length($2) - 2)) }' \
	$TRACING/available_filter_functions >/tmp/sites
awk '{ print $2 }' $KPROBES/blacklist | sort -u >/tmp/forbidden

# Those with a site, each name once and no other name at its address, and none that
# is refused for another reason.
awk 'NR == FNR { site[$1 " " $2]++; next }
	{ names[$2]++; at[$1]++; line[NR] = $0; plain[$4]++ }
	END { for (n in line) { split(line[n], f, " ")
		if (site[f[2] " " f[3]] == 1 && names[f[2]] == 1 && at[f[1]] == 1) print line[n], plain[f[4]] } }' \
	/tmp/sites /tmp/functions | sort | grep -v -wF -f /tmp/forbidden >/tmp/usable

# Where kprobes are, each address once.
probed() {
	sed 's/ .*//' $KPROBES/list | grep -v canary | sort -u
}
CANARIES=$(probed)

# is_where NAME ADDRESS...: the probes that were added sit there, and nowhere else.
# With IBT that is 4 bytes further on.
is_where() {
	local name=$1 want got
	shift
	want=$(printf '%s\n' "$@" | sort -u)
	got=$(comm -13 <(echo "$CANARIES") <(probed))
	if [[ $got != "$want" ]]; then
		got=$(for address in $got; do printf '%016x\n' $((0x$address - 4)); done)
	fi
	is "$got" "$want" "$name"
}

# found SPEC ADDRESS...: adding it makes probes there.
found() {
	local spec=$1 out
	TRIED[$1]=1
	TRIED_IN[$CATEGORY]=$((TRIED_IN[$CATEGORY] + 1))
	shift
	if ! out=$(ktlat-ctl add-probe --disabled --backend kretprobe "$spec" 2>&1); then
		fail "$spec: $out"
		return
	fi
	is_where "$spec: $# function$([[ $# -eq 1 ]] || echo s)" "$@"
	mapfile -t listed < <(ktlat-ctl list --json | jq -r '.probes[].spec')
	ktlat-ctl remove-probe all >/dev/null
}

# As ktlat-ctl list showed what was found last.
found_again() {
	ktlat-ctl add-probe --disabled --backend kretprobe "${listed[@]}" >/tmp/out 2>&1 || diag "$(</tmp/out)"
	is_where "${listed[*]}: the same again" "$@"
	is "$(ktlat-ctl list --json | jq -r '.probes[].spec')" "$(printf '%s\n' "${listed[@]}")" 'shown as it was typed'
	ktlat-ctl remove-probe all >/dev/null
}

# not_found SPEC REGEX: it is refused in one line that says this, and nothing is left.
not_found() {
	local out status=0
	TRIED[$1]=1
	TRIED_IN[$CATEGORY]=$((TRIED_IN[$CATEGORY] + 1))
	out=$(ktlat-ctl add-probe --disabled "$1" 2>&1) || status=$?
	if [[ $status -eq 1 && $(wc -l <<<"$out") -eq 1 ]]; then
		like "$out" "$2" "$1: $2"
	else
		fail "$1: exit status $status: $out"
	fi
	[[ -z $(ktlat-ctl list --json | jq -r '.probes[].id') ]] || fail "$1 left a probe"
}

# category NAME: what is tried next; of each there was something.
category() {
	diag "$1"
	TRIED_IN[$1]=0
	CATEGORY=$1
}
declare -A TRIED=() TRIED_IN=()

# some N: that many lines out of all, from everywhere.
some() {
	awk -v want="$1" '{ line[NR] = $0 } END { for (i = 0; i < want && i < NR; i++)
		print line[1 + int(i * NR / want)] }'
}

# addresses NAME [MODULE]: of all functions of this name
addresses() {
	awk -v name="$1" -v module="${2-}" '$2 == name && (module == "" || module == $3) { print $1 }' /tmp/functions
}

TEXT=$(awk '$3 == "_stext" { print $1 }' /proc/kallsyms)
from_text() {
	printf '0x%x\n' $((0x$1 - 0x$TEXT))
}

category 'plain names, names with a module, addresses'
while read -r address name _; do
	found "$name" "$address"
	found "vmlinux:$name" "$address"
	found "0x$address" "$address"
	found "vmlinux+$(from_text "$address"):$name" "$address"
	not_found "0x$(printf %x $((0x$address + 1)))" "it is 0x1 behind the start of $name"
done < <(awk '$3 == "-" && $5 == 1' /tmp/usable | some 3)
while read -r address name module _; do
	found "$name" "$address"
	found "$module:$name" "$address"
	not_found "vmlinux:$name" "no such function; did you mean $module:$name"
done < <(awk '$3 == "ktlat_target" && $5 == 1' /tmp/usable | some 2)

category 'copies under another name'
# of_suffix REGEX: plain names of which there are only such copies, each one once
of_suffix() {
	awk -v regex="$1" 'NR == FNR { of[$4]++; next } $5 ~ regex && $3 == "-" && of[$4] == 1 { print $1, $2, $4 }' \
		/tmp/functions /tmp/usable
}
while read -r address name plain; do
	found "$plain" "$address"
	found "$name" "$address"
done < <(for kind in isra constprop part; do of_suffix "^[.]${kind}[.][0-9]+\$" | some 2; done)

category 'a function and what else there is of it'
# both REGEX: plain names that can be probed, with one such copy that can be, too
both() {
	awk -v regex="$1" 'NR == FNR { of[$4]++; next }
		$3 == "-" && of[$4] == 2 { if ($5 ~ regex) copy[$4] = $1; else if ($2 == $4) plain[$4] = $1 }
		END { for (name in copy) if (name in plain) print name, plain[name], copy[name] }' \
		/tmp/functions /tmp/usable | sort
}
while read -r name plain copy; do
	found "$name" "$plain" "$copy"
done < <(both '^[.]constprop' | some 2)
while read -r name plain _; do
	found "$name" "$plain"
done < <(both '^[.]part' | some 2)

category 'several functions of one name'
# Static functions of the kernel, all of which can be probed.
while read -r name; do
	mapfile -t all < <(addresses "$name")
	found "$name" "${all[@]}"
	found_again "${all[@]}"
	found "vmlinux+$(from_text "${all[1]}"):$name" "${all[1]}"
	not_found "$name..ktlat_target_busy" "${#all[@]} functions have that name.*vmlinux\+$(from_text "${all[0]}"):$name"
done < <(awk 'NR == FNR { site[$1]++; next } { n[$2]++; if ($3 != "-" || $5 != "") no[$2] = 1; if ($2 != $4) no[$4] = 1 }
	END { for (name in n) if (n[name] == 2 && site[name] == 2 && !no[name]) print name }' \
	/tmp/sites /tmp/functions | sort | grep -v -xF -f /tmp/forbidden | some 3)
mapfile -t twins < <(addresses ktlat_target_twin)
is ${#twins[@]} 2 'the target has two functions of one name'
found ktlat_target_twin "${twins[@]}"
found_again "${twins[@]}"
found ktlat_target:ktlat_target_twin "${twins[@]}"

category 'several names of one function'
while read -r name; do
	address=$(addresses "__x64_sys_$name")
	found "__x64_sys_$name" "$address"
	found "__ia32_sys_$name" "$(addresses "__ia32_sys_$name")"
	ktlat-ctl add-probe --disabled --backend kretprobe "__x64_sys_$name" "__ia32_sys_$name" >/tmp/out 2>&1
	is_where "$name: both names, one probe" "$address"
	is "$(grep -c 'another name of' /tmp/out)" 1 'and a line says so'
	is "$(ktlat-ctl hist --json "__ia32_sys_$name" | jq -r '.probes[].id')" \
		"$(ktlat-ctl list --json | jq -r '.probes[].id')" 'which answers to both'
	ktlat-ctl remove-probe "__ia32_sys_$name" >/dev/null
	is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'and goes by both'
done < <(awk '$2 ~ /^__x64_sys_/ { x64[substr($2, 11)] = $1 } $2 ~ /^__ia32_sys_/ { ia32[substr($2, 12)] = $1 }
	END { for (name in x64) if (x64[name] == ia32[name]) print name }' /tmp/functions | sort |
	grep -vw -e exit -e exit_group | some 2)

category 'what cannot be probed'
# within BEGIN END: functions between these two symbols
within() {
	awk -v from="$1" -v to="$2" '$2 == from { a = $1 } $2 == to { b = $1 } { line[NR] = $0 }
		END { for (n in line) { split(line[n], f, " "); if (f[1] > a && f[1] < b && f[2] !~ /[.]/) print f[2] } }' \
		/tmp/functions | sort -u
}
while read -r name; do
	not_found "$name" 'the kernel allows no probe there .noinstr'
done < <(within __noinstr_text_start __noinstr_text_end | grep -vxF -e do_idle | grep -v '^__pfx' | some 2)
while read -r name; do
	not_found "$name" 'the kernel allows no probe there .ran while the kernel booted'
done < <(within _sinittext _einittext | grep -E '_init$|_setup$' | some 2)
awk '{ print $2 }' /tmp/functions | sort | uniq -u >/tmp/once
{
	within __noinstr_text_start __noinstr_text_end
	within __entry_text_start __entry_text_end
	within _sinittext _einittext
} | sort -u >/tmp/inside
while read -r name; do
	not_found "$name" 'the kernel allows no probe there .on the blacklist of kprobes'
done < <(grep -xF -f /tmp/once /tmp/forbidden | grep -vxF -f /tmp/inside | grep -v '[.]' | grep -xF -f <(awk '$3 == "-" { print $2 }' /tmp/functions) |
	grep -v -e ^__pfx -e ^__SC -e trampoline | some 2)
while read -r name; do
	not_found "$name" 'the kernel allows no probe there .no ftrace site'
done < <(awk 'NR == FNR { site[$1] = 1; next } !site[$2] && $3 == "-" && $5 == "" { print $2 }' /tmp/sites /tmp/functions |
	grep -xF -f /tmp/once | grep -vxF -f /tmp/inside | grep -vxF -f /tmp/forbidden |
	grep -E '^(copy_|clear_|rep_|__get_user|__put_user|memcmp|strlen|native_)' | some 2)
for name in do_exit panic do_task_dead; do
	not_found "$name" 'the function never returns'
done
while read -r name; do
	not_found "$name" 'inlined it wherever it is called, and left only .*[.]cold'
done < <(of_cold=$(awk '{ of[$4]++; if ($5 ~ /cold/) cold[$4] = 1 } END { for (n in cold) if (of[n] == 1) print n }' /tmp/functions | sort)
	some 2 <<<"$of_cold" | grep .)
not_found "$(awk '$3 == "ktlat" && $5 == "" && $2 ~ /^[a-z]/ { print $2; exit }' <(awk '{ $5 = $5; print }' /tmp/functions))" 'part of ktlat itself'

category 'what is no function'
for name in $(awk '$2 ~ /^[dDbBrR]$/ && $4 == "" && $3 ~ /^[a-z_]+$/ { print $3 }' /proc/kallsyms |
	sort | uniq -u | grep -vxF -f <(awk '{ print $2 }' /tmp/functions) | some 2); do
	not_found "$name" 'that is data and no function'
done
not_found sched_switch 'that is a tracepoint'
not_found sys_openat "the system call is ${SYS}openat here"
not_found SyS_read "the system call is ${SYS}read here"
not_found _do_fork 'from Linux 5.10 on kernel_clone is in its place'
not_found generic_make_request 'from Linux 5.9 on submit_bio_noacct is in its place'
not_found estimation_timer 'from Linux 6.2 on ip_vs_chain_estimation is in its place'
not_found no_module:function 'the module no_module is not loaded, and not installed'
not_found schedule_timeot 'did you mean schedule_timeout'
not_found ktlat_target_bussy 'did you mean (ktlat_target:)?ktlat_target_busy'
not_found qzx_there_is_no_such_thing 'it is not there, or the compiler inlined it'
not_found "vmlinux+0x10:schedule_timeout" 'no function begins there|at that address begins'

for category in "${!TRIED_IN[@]}"; do
	if [[ $KERNEL == *-arm64 && $category == 'several names'* ]]; then
		skip "$category" 'system calls have one name on arm64'
		continue
	fi
	cmp_ok "${TRIED_IN[$category]}" '>=' 2 "$category: enough of it"
done
cmp_ok ${#TRIED[@]} '>=' 60 'names in all'

diag 'each function of one name has its own figures'
ktlat-ctl add-probe --backend kretprobe ktlat_target_twin >/dev/null 2>&1
mapfile -t specs < <(ktlat-ctl list --json | jq -r '.probes[].spec')
is ${#specs[@]} 2 'two probes'
target_reset
target func=twin ctx=kthread cpus=0 calls=200
target func=other_twin ctx=kthread cpus=0 calls=300
if [[ $(probe_stat "${specs[0]}" .count) == 200 ]]; then
	funcs=(twin other_twin)
else
	funcs=(other_twin twin)
fi
agrees "${funcs[0]}" "${specs[0]}" "${specs[0]}"
agrees "${funcs[1]}" "${specs[1]}" "${specs[1]}"
is "$(ktlat-ctl hist --json ktlat_target_twin | jq '[.probes[].count] | add')" 500 'and the name names both'
ktlat-ctl remove-probe all >/dev/null

diag 'which module holds what a plain name stands for'
while read -r address name module _; do
	ktlat-ctl add-probe "$name" >/dev/null && echo "$name $module"
done < <(shuf -n 5 /tmp/usable; grep ' ktlat_target_busy ' /tmp/usable; grep ' dummy ' /tmp/usable | head -n 2) |
	sed 's/ -$/ vmlinux/' | sort >/tmp/holders
cmp_ok "$(wc -l </tmp/holders)" '>=' 4 'some are measured'
modules() {
	ktlat-ctl hist --json | jq -r '.probes[] | "\(.spec) \(.module)"' | sort
}
is "$(modules)" "$(</tmp/holders)" 'the modules are the ones of /proc/kallsyms'
echo 2 >/proc/sys/kernel/kptr_restrict
is "$(modules)" "$(</tmp/holders)" '  also where addresses are hidden'
echo 0 >/proc/sys/kernel/kptr_restrict
ktlat-ctl remove-probe all >/dev/null

diag 'events'
is "$(ktlat-ctl events | sed 's/ .*//' | sort)" "$(sort $TRACING/available_events)" 'all that the kernel has'
ktlat-ctl events --json >/tmp/events.json
for event in irq:softirq_entry sched:sched_switch timer:timer_start; do
	is "$(jq -r --arg event $event '.events[] | select(.subsystem + ":" + .name == $event) | .fields[] |
		"\(.name) \(.offset) \(.size)"' /tmp/events.json)" \
		"$(sed -nE 's/^\tfield:.*[ *]([a-z_0-9]+)(\[[^]]*\])?;\toffset:([0-9]+);\tsize:([0-9]+);.*/\1 \3 \4/p' \
			"$TRACING/events/${event/://}/format" | grep -v '^common_')" "the fields of $event"
done

diag 'functions --why tells the same'
ktlat-ctl functions --why >/tmp/why
ktlat-ctl functions >/tmp/can
is "$(comm -12 <(sed -n 's/ .*no ftrace site.*//p' /tmp/why | sort) <(sed 's/ .*//' /tmp/can | sort -u) | grep -xF -f /tmp/once)" '' \
	'what has no site is not among those that can be probed'
is "$(grep -cE '^(ktlat_target_busy|schedule_timeout) ' /tmp/why)" 0 'what can be measured is not in it'
done_testing

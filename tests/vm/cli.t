#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=300 serial
#
# Bad input on the command line: each with its own message, status 2 where the
# command line is wrong and 1 where it could not be done, and nothing changed.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/refused.sh

ctl=ktlat-ctl
F=ktlat_target_busy

# Functions of the kernel that can be traced. Up to 5.18 those overridden by others
# (weak ones) are listed by the name of the one before, so a name may come twice.
traceable() {
	awk '!/\[|^__ftrace_invalid/ { print $1 }' /sys/kernel/tracing/available_filter_functions | sort -u
}

# A name that several of them have.
ambiguous() {
	awk 'NF == 3 && $2 ~ /[tT]/ { print $3 }' /proc/kallsyms | sort | uniq -d | comm -12 - <(traceable) | head -n 1
}

# A function that the kernel forbids probes on, of which there is one.
blacklisted() {
	awk '{ print $2 }' /sys/kernel/debug/kprobes/blacklist | grep -x '[a-z_0-9]*' | sort | uniq -u |
		grep -v '^asm_' | tail -n 1
}

ours() {
	awk '$2 ~ /[tT]/ && $4 == "[ktlat]" && $3 !~ /[.$]/ { print $3; exit }' /proc/kallsyms
}

load_ktlat
load_target
ktlat-ctl add-probe $F >/dev/null
ktlat-ctl add-probe --public ktlat_target_begin..ktlat_target_end --disabled >/dev/null
target func=busy ctx=task calls=3
keep_state
before=$(ktlat-ctl list --json | jq -c .probes)

# Words.
refused 2 'a command is missing; see ktlat-ctl help$' $ctl
refused 2 'there is no command "nonsense"' $ctl nonsense
refused 2 'unknown option --nonsense' $ctl --nonsense list
refused 2 'add-probe: unknown option --nonsense' $ctl add-probe --nonsense $F
refused 2 'add-probe: a SPEC is missing' $ctl add-probe
refused 2 'add-probe: it takes no command after --' $ctl add-probe $F -- true
refused 2 'remove-probe: name probes by ID or NAME' $ctl remove-probe
refused 2 'enable: name probes by ID or NAME' $ctl enable
refused 2 'list: it takes no argument' $ctl list extra
refused 2 'help: there is no command "nonsense"' $ctl help nonsense
refused 2 'lat: a command is missing after --' $ctl lat $F --
refused 2 'hist: --count needs --interval' $ctl hist --count 3
refused 2 'hist: --delta needs --interval' $ctl hist --delta
refused 2 'hist: --json takes no value' $ctl hist --json=yes

# Numbers.
refused 2 '--precision: 8 is out of range, 0 to 7' $ctl add-probe --precision 8 $F
refused 2 '--precision: "-1" is not a number' $ctl add-probe --precision -1 $F
refused 2 '--precision: "five" is not a number' $ctl add-probe --precision=five $F
refused 2 '--precision needs a value' $ctl add-probe $F --precision
refused 2 '--pool: 65537 is out of range, 0 to 65536' $ctl add-probe --pool 65537 $F
refused 2 '--starts: 15 is out of range, 16 to 1048576' $ctl add-probe --starts 15 @irq
refused 2 '--starts: 99999999999999999999 is out of range' $ctl add-probe --starts 99999999999999999999 @irq
refused 2 '--starts is not for functions' $ctl add-probe --starts 16 $F
refused 2 '--pool is for functions' $ctl add-probe --pool 3 @irq
refused 2 '"uprobe" is none of auto, kretprobe, pair, tracepoint' $ctl add-probe --backend uprobe $F
refused 2 '--backend pair cannot measure '$F', --backend kretprobe can' $ctl add-probe --backend pair $F
refused 2 '--interval: .*5parsecs' $ctl hist -i 5parsecs
refused 2 '--interval: it must be longer than 0' $ctl hist -i 0s
refused 2 '--duration: ' $ctl lat $F -d forever

# SPECs.
refused 2 'malformed SPEC "" at character 1: it is empty' $ctl add-probe ''
refused 2 '"@nonsense" is none of @irq @softirq' $ctl add-probe @nonsense
refused 2 'holds another "\.\."; a pair has two points' $ctl add-probe a..b..c
refused 2 '"@cpu" goes after a pair' $ctl add-probe $F@cpu
refused 2 '"@node" after a pair is neither @task nor @cpu' $ctl add-probe a..b@node
refused 2 '"\+5" is for a pair' $ctl add-probe $F+5
refused 2 '"0xzz" is no number' $ctl add-probe $F+0xzz..b
refused 2 '"" is no number' $ctl add-probe $F..$F+
refused 2 'SPEC "\.\.b" at character 1: the name of a function is missing' $ctl add-probe ..b
refused 2 'SPEC "a\.\." at character 4: the name of a function is missing' $ctl add-probe a..
refused 2 'the name of a module is missing' $ctl add-probe :$F
refused 2 'SPEC "ktlat_target:" at character 14: the name of a function is missing' $ctl add-probe ktlat_target:
refused 2 "'-' in \"a-b\" cannot be part of a name" $ctl add-probe a-b
refused 2 "' ' in \"a b\" cannot be part of a name" $ctl add-probe 'a b'
refused 2 'in "a\?b" cannot be part of a name' $ctl add-probe $'a\nb'
refused 2 'name of a group "a\?\[2Jb": it holds a control character' $ctl add-probe $'a\e[2Jb'
refused 2 'is longer than 511 characters' $ctl add-probe "$(printf 'x%.0s' {1..600})"

# What cannot be probed.
refused 1 'add qzx_no_such: no such function: it is not there, or' $ctl add-probe qzx_no_such
refused 1 'no such function; did you mean (ktlat_target:)?'$F $ctl add-probe ${F/busy/bussy}
refused 1 'the module qzx is not loaded, and not installed for this kernel' $ctl add-probe qzx:func
refused 1 "add vmlinux:$F: no such function" $ctl add-probe vmlinux:$F
func=$(blacklisted)
refused 1 "add $func: the kernel allows no probe there" $ctl add-probe "$func"
refused 1 'add copy_page: the kernel allows no probe there .no ftrace site' $ctl add-probe copy_page
refused 1 'add do_exit: the function never returns' $ctl add-probe do_exit
func=$(ours)
refused 1 "add $func: .*part of ktlat itself" $ctl add-probe "$func"
refused 1 "add ktlat:$func: .*part of ktlat itself" $ctl add-probe "ktlat:$func"
func=$(ambiguous)
refused 1 "add $func: [0-9]+ functions have that name, and a point of a pair is in one" $ctl add-probe "$func..$F"
refused 1 "add $F\+0x1: the offset is not the start of an instruction" $ctl add-probe $F..$F+1
refused 1 "add $F\+0x100000: the offset is not" $ctl add-probe $F+1048576..$F

# All or nothing: the tool knows, or the module says, that the last is bad.
refused 1 'add qzx_nor_this: no such function' $ctl add-probe ktlat_target_loop ktlat_target_sleep qzx_nor_this
refused 1 'add do_task_dead: the function never returns' $ctl add-probe ktlat_target_loop @timer do_task_dead
refused 1 'find a probe "qzx"' $ctl remove-probe $F qzx
refused 1 'find a probe "999"' $ctl reset $F 999
refused 1 'find a probe "do_exit"' $ctl disable do_exit
refused 1 'find a probe "@irq"' $ctl hist @irq
refused 1 'cannot run /qzx: No such file' $ctl lat ktlat_target_loop -- /qzx
refused 1 'qzx\*' $ctl functions 'qzx*'
refused 1 'it is loaded already' $ctl load "$KTLAT_KO"
refused 1 'cannot load /qzx.ko' $ctl load /qzx.ko
own_messages

is "$(ktlat-ctl list --json | jq -c .probes)" "$before" 'the probes are what they were'
target func=busy ctx=task calls=2
is "$(probe_stat $F '"\(.state) \(.count)"')" 'armed 5' 'and measure on'
done_testing

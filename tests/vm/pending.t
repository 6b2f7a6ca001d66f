#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=600 serial long
#
# Probes on functions of modules that are not loaded yet: they measure from before the
# module's init function runs, let go when it goes, and count on when it comes again.
# What is to be counted is told by the target, by how often the test has done it.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/hear.sh

CYCLES=${KTLAT_LONG:+200}
CYCLES=${CYCLES:-12}
# Of ip_vs.
LOADS=${KTLAT_LONG:+200}
LOADS=${LOADS:-2}
RACES=${KTLAT_LONG:+200}
RACES=${RACES:-10}
M=ktlat_target
BUSY=$M:ktlat_target_busy

unload_target() {
	rmmod ktlat_target
}

# probe SPEC FILTER: what list says of a probe.
probe() {
	ktlat-ctl list --json | jq -r --arg spec "$1" ".probes[] | select(.spec == \$spec) | $2"
}

# becomes SPEC STATE
becomes() {
	wait_until 20 eval "[[ \$(probe '$1' .state) == $2 ]]"
}

load_ktlat
listen all

diag 'a module that modprobe does not know'
fails 'without --pending' 'the module ktlat_target is not loaded, and not installed for this kernel; .* --pending' \
	ktlat-ctl add-probe $BUSY
fails 'without a module' 'for functions of a module, and vfs_read names none' ktlat-ctl add-probe --pending vfs_read
fails 'in the kernel' 'names none; give MODULE:FUNC' ktlat-ctl add-probe --pending vmlinux:vfs_read
fails 'a tracepoint' 'names none' ktlat-ctl add-probe --pending @irq
is "$(ktlat-ctl list --json | jq '.probes | length')" 0 'none of these has left a probe'

out=$(ktlat-ctl add-probe --pending $BUSY $M:ktlat_target_init_nap $M:target_init $M:ktlat_target_loop 2>/tmp/notes)
is "$(grep -c 'pending)$' <<<"$out")" 4 'four probes wait'
is "$(grep -c 'waits for the module ktlat_target, which is not loaded' /tmp/notes)" 4 'and a line says for what'
ktlat-ctl add-probe --pending --disabled $M:ktlat_target_sleep >/dev/null 2>&1
ktlat-ctl add-probe --pending $M:no_such_function >/dev/null 2>&1
is "$(probe $BUSY '"\(.state) \(.entries) \(.backend) \(.refusal)"')" 'pending 0 auto null' 'list says so'
ID=$(probe $BUSY .id)
like "$(ktlat-ctl hist $BUSY)" 'its module is not loaded; it measures as soon as that is' 'hist says so'
is "$(heard all | jq -c "select(.probe == $ID) | [.event, .state]")" '["added","pending"]' 'listeners are told'

diag 'it comes'
load_target init_naps=2
is "$(probe $BUSY '"\(.state) \(.count)"')" 'armed 0' 'armed'
is "$(probe $M:ktlat_target_init_nap .count)" 2 'what the init function calls was measured'
is "$(probe $M:target_init .count)" 1 'so was the init function'
is "$(probe $M:ktlat_target_sleep .state)" disabled 'a disabled one is not armed'
is "$(probe $M:no_such_function '"\(.state) \(.refusal)"')" 'pending no such function' 'one that is not there waits on, and says why'
like "$(ktlat-ctl list)" 'probe [0-9]+ was not attached when its module came: no such function' 'so does list'
target func=busy ctx=kthread cpus=0 calls=7 delay_ns=1000
target func=sleep ctx=kthread cpus=0 calls=3 delay_ns=1000
is "$(probe $BUSY .count)" 7 'it measures'
is "$(probe $M:ktlat_target_sleep .count)" 0 'the disabled one does not'
ok 'until it is enabled' ktlat-ctl enable $M:ktlat_target_sleep
target func=sleep ctx=kthread cpus=0 calls=3 delay_ns=1000
is "$(probe $M:ktlat_target_sleep .count)" 3 'then it does'
ok 'init text has gone, and its probes wait again' becomes $M:target_init pending
is "$(probe $M:target_init .count)" 1 'with their figures'

diag 'it goes'
ok 'nothing holds it' unload_target
ok 'the probes wait again' becomes $BUSY pending
is "$(probe $BUSY '"\(.entries) \(.count) \(.missed) \(.in_flight)"')" '7 7 0 0' 'with their figures'
ktlat-ctl disable $M:ktlat_target_loop
ktlat-ctl reset $M:ktlat_target_init_nap
is "$(heard all | jq -c "select(.probe == $ID) | [.event, .state]")" \
	$'["added","pending"]\n["attached","armed"]\n["detached","pending"]' 'listeners are told of both'

diag 'it comes again'
load_target init_naps=1
target func=busy ctx=kthread cpus=0 calls=5 delay_ns=1000
target func=loop ctx=kthread cpus=0 calls=5
is "$(probe $BUSY .count)" 12 'the figures go on'
is "$(probe $M:target_init .count)" 2 'those of the init function, too'
is "$(probe $M:ktlat_target_init_nap .count)" 1 'from zero after a reset'
is "$(probe $M:ktlat_target_loop '"\(.state) \(.count)"')" 'disabled 0' 'and not where it was disabled meanwhile'
ktlat-ctl remove-probe all >/dev/null

diag 'who may not vouch'
chmod 666 /dev/ktlat
# Some kernels allow 64 KiB.
ulimit -l 8192
somebody='setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=+perfmon --ambient-caps=+perfmon'
$somebody ktlat-ctl add-probe --pending --args-in-registers $BUSY >/dev/null 2>/tmp/err || diag "$(</tmp/err)"
is "$(probe $BUSY .backend)" "$(after_direct)" 'gets no direct probe now'
unload_target
ok 'nor' becomes $BUSY pending
load_target
is "$(probe $BUSY '"\(.state) \(.backend)"')" "armed $(after_direct)" 'when root loads the module'
unload_target
ktlat-ctl remove-probe $BUSY >/dev/null
chmod 600 /dev/ktlat

if has_backend direct; then
	diag 'who loads it vouches for nothing'
	ktlat-ctl add-probe --pending --backend direct --args-in-registers $BUSY >/dev/null 2>&1
	setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin insmod "$TARGET_KO" init_naps=0
	is "$(probe $BUSY '"\(.state) \(.backend)"')" 'armed direct' 'and need not be who may'
	unload_target
	ktlat-ctl remove-probe $BUSY >/dev/null
else
	skip 'who loads it vouches for nothing' "ktlat has no direct backend on Linux $KERNEL"
fi

diag 'what is there only while it is loaded'
load_target
like "$(ktlat-ctl add-probe --pending $M:target_init 2>&1)" \
	'target_init was not found in the module ktlat_target, which is loaded; it is looked for each time' 'is waited for'
is "$(probe $M:target_init '"\(.state) \(.refusal)"')" 'pending no such function' 'list says why'
unload_target
load_target
is "$(probe $M:target_init .count)" 1 'the next time it is measured'
unload_target
ktlat-ctl remove-probe all >/dev/null
builtin=$(sed -n 's|.*/\(.*\)\.ko$|\1|p' "/lib/modules/$(uname -r)/modules.builtin" | tr - _ |
	while read -r name; do [[ -e /sys/module/$name ]] || { echo "$name" && break; }; done)
fails "nothing waits for $builtin, which is built in" "$builtin is no module but part of this kernel; give vmlinux:no_such_function" ktlat-ctl add-probe --pending "$builtin:no_such_function"

diag 'pairs'
load_target
pair=$M:ktlat_target_begin..$M:ktlat_target_end endless=$M:ktlat_target_begin..$M:ktlat_target_busy@cpu
ktlat-ctl add-probe --pending "$pair" "$endless" >/dev/null
target func=pair ctx=kthread cpus=0 calls=4 delay_ns=1000
is "$(probe "$pair" '"\(.entries) \(.count)"') $(probe "$endless" '"\(.entries) \(.in_flight)"')" '4 4 4 1' 'they measure'
unload_target
ok 'they wait again' becomes "$pair" pending
is "$(probe "$endless" '"\(.entries) \(.abandoned) \(.in_flight)"')" '4 4 0' 'no start waits for an end that cannot come'
load_target
target func=pair ctx=kthread cpus=0 calls=3 delay_ns=1000
is "$(probe "$pair" '"\(.entries) \(.count)"')" '7 7' 'they measure again'
unload_target
ktlat-ctl remove-probe all >/dev/null
modprobe ip_vs
load_target
between=$M:ktlat_target_begin..ip_vs:ip_vs_conn_put
ktlat-ctl add-probe --pending $M:ktlat_target_begin..ip_vs_conn_put >/dev/null
modprobe -r ip_vs
ok 'one of two modules goes' becomes $between pending
modprobe ip_vs
ok 'and comes: it is found though it was not named' becomes $between armed
ktlat-ctl remove-probe all >/dev/null
modprobe -r ip_vs
unload_target

diag "$CYCLES times, under load"
hammer() {
	while :; do
		ktlat-ctl lat vfs_read -- cat /proc/meminfo >/dev/null 2>&1
	done
}
churn() {
	while :; do
		ktlat-ctl add-probe --pending --disabled $M:ktlat_target_kernel >/dev/null 2>&1
		ktlat-ctl remove-probe $M:ktlat_target_kernel >/dev/null 2>&1
	done
}
backends=(kretprobe)
! has_backend direct || backends+=(direct)
declare -A func=([kretprobe]=busy [direct]=loop)
for backend in "${backends[@]}"; do
	vouch=()
	[[ $backend != direct ]] || vouch=(--args-in-registers)
	ktlat-ctl add-probe --pending --backend "$backend" "${vouch[@]}" $M:ktlat_target_"${func[$backend]}" >/dev/null 2>&1
done
ktlat-ctl add-probe --pending $M:target_init >/dev/null 2>&1
hammer &
churn &
for ((i = 1; i <= CYCLES; i++)); do
	load_target
	for backend in "${backends[@]}"; do
		target func="${func[$backend]}" ctx=kthread cpus=0 calls=$i
	done
	wait_until 30 unload_target || fail "cycle $i: the target cannot be unloaded"
	[[ $((i % 50)) -ne 0 ]] || diag "$i cycles"
done
kill %2 %3 2>/dev/null
wait %2 %3 2>/dev/null
for backend in "${backends[@]}"; do
	spec=$M:ktlat_target_${func[$backend]}
	ok "$backend: waits" becomes "$spec" pending
	is "$(probe "$spec" '"\(.backend) \(.entries) \(.count + .missed) \(.in_flight)"')" \
		"$backend $((CYCLES * (CYCLES + 1) / 2)) $((CYCLES * (CYCLES + 1) / 2)) 0" "$backend: every call is accounted for"
	[[ $backend != direct ]] || is "$(probe "$spec" '"\(.missed) \(.exact)"')" '0 true' "$backend: none was missed"
done
is "$(probe $M:target_init .count)" "$CYCLES" 'the init function was measured each time'
ktlat-ctl remove-probe all >/dev/null

diag 'a module that modprobe finds'
out=$(ktlat-ctl add-probe ip_vs:ip_vs_add_service 2>&1)
like "$out" 'ip_vs_add_service waits for the module ip_vs, which is not loaded' 'is waited for without --pending'
like "$(ktlat-ctl add-probe ip_vs_conn_put 2>&1)" 'ip_vs_conn_put waits for the module ip_vs' 'and is found by what it exports'
# load_and_unload N: its services are added, and it goes again.
load_and_unload() {
	modprobe ip_vs
	for port in 1 2 3; do
		ipvsadm -A -t 10.0.0.1:$port -s rr || return
	done
	[[ $(probe ip_vs:ip_vs_add_service .count) == $((3 * $1)) ]] || { probe ip_vs:ip_vs_add_service .count && return 1; }
	ipvsadm -C
	wait_until 20 modprobe -r ip_vs_rr ip_vs && becomes ip_vs:ip_vs_add_service pending
}
for ((i = 1; i <= LOADS; i++)); do
	load_and_unload $i >/tmp/loads 2>&1 || break
done
is "$((i - 1)) $(probe ip_vs:ip_vs_add_service '"\(.count) \(.missed) \(.state)"')" "$LOADS $((3 * LOADS)) 0 pending" \
	"each of $LOADS loads: three services are added, three calls are counted, and it is waited for again" || diag "$(</tmp/loads)"

diag 'ktlat goes'
ok 'while probes wait' rmmod ktlat

diag "it comes and goes $RACES times, while the module does"
come_and_go() {
	while [[ -e /tmp/races ]]; do
		insmod "$TARGET_KO" init_naps=1
		rmmod ktlat_target
	done
}
is_met() {
	[[ $(probe $M:ktlat_target_init_nap .count) -gt 0 ]]
}
: >/tmp/races
come_and_go 2>/dev/null &
for ((i = 1; i <= RACES; i++)); do
	load_ktlat
	ktlat-ctl add-probe --pending --backend kretprobe $BUSY $M:ktlat_target_init_nap >/dev/null 2>&1
	# Now right after the probes were added, now in the midst of what they wait for.
	((i % 2)) || wait_until 30 is_met || break
	wait_until 30 ktlat-ctl unload || break
done
rm /tmp/races
wait
is $((i - 1)) "$RACES" 'each time it went, and what came was measured each second time'
done_testing

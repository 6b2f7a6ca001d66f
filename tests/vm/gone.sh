# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Code that goes while there are probes on it, and CPUs that do; for backends that
# sit on ftrace sites: tests/vm/{direct,fprobe}.t, which set BACKEND. After lib.sh
# and target.sh.

NAPS=/sys/module/ktlat_target/parameters/init_naps
add=(ktlat-ctl add-probe --backend "$BACKEND" --args-in-registers)

# module_goes REMOVED: the module that holds the function goes. REMOVED is called with
# a name when the probes were removed.
module_goes() {
	local busy=ktlat_target_busy loop=ktlat_target_loop
	"${add[@]}" $busy >/dev/null
	"${add[@]}" --disabled $loop >/dev/null
	ok 'the probed module can be unloaded' rmmod ktlat_target
	is "$(ktlat-ctl list --json | jq -c '[.probes[].state]')" '["gone","gone"]' 'its probes are gone'
	fails 'one cannot be enabled' 'was unloaded' ktlat-ctl enable $loop
	load_target
	target func=busy ctx=task calls=5
	is "$(probe_stat $busy .count)" 0 'the module that is back is another one'
	ok 'the probes can be removed' ktlat-ctl remove-probe all
	"$1" 'gone'
}

# init_text_goes REMOVED: code goes when its module has come, and ftrace must not keep
# its site.
init_text_goes() {
	local loader nap=ktlat_target:ktlat_target_init_nap
	rmmod ktlat_target
	insmod "$TARGET_KO" init_naps=100 &
	loader=$!
	ok 'a function that is called while its module is loading' wait_until 5 "${add[@]}" $nap
	ok 'it is measured' wait_until 5 eval "[[ \$(probe_stat $nap .count) -gt 0 ]]"
	echo 0 >$NAPS
	wait $loader
	is "$(probe_stat $nap .state)" gone 'it is gone when the module is live'
	ok 'the probe can be removed' ktlat-ctl remove-probe all
	"$1" 'gone with the init text'
	ok 'the module comes again' eval 'rmmod ktlat_target && insmod "$TARGET_KO"'
	"${add[@]}" ktlat_target_busy >/dev/null
	target func=busy ctx=task calls=5
	has_lost_none busy 'ftrace is as it was'
	ktlat-ctl remove-probe all >/dev/null
}

# A CPU goes and comes under load.
cpus_go() {
	local i
	before_hotplug
	"${add[@]}" ktlat_target_loop >/dev/null
	target_reset
	target func=loop ctx=hardirq calls=0 period_ns=100000 async=1
	for ((i = 0; i < 3; i++)); do
		echo 0 >/sys/devices/system/cpu/cpu3/online
		echo 1 >/sys/devices/system/cpu/cpu3/online
	done
	target_stop
	target_wait
	has_lost_none loop 'hotplug'
	ktlat-ctl remove-probe all >/dev/null
}

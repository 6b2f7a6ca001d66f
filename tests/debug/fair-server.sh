#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A fault of Linux 6.12 that comes up where CPUs go, without ktlat:
#
#   KERNEL=6.12 tests/vm/run --cpus 2 -- bash tests/debug/fair-server.sh [off]
#
# A CPU that goes stops the scheduler's fair server of that CPU, though it may have
# stopped by itself, or be about to start (sched_cpu_dying(), dl_server_stop()). Here its
# period is 4 ms instead of a second, so this is so in most turns and not in few. With
# "off" the servers are off, as they are for tests in which CPUs go.
# Ends with exit status 1 and the kernel's warning, or with 0 after 20 turns.
. tests/vm/lib.sh

SERVER=/sys/kernel/debug/sched/fair_server/cpu1
CPU=/sys/devices/system/cpu/cpu1/online

if [[ ${1-} == off ]]; then
	before_hotplug
else
	# Whoever runs on the CPU keeps the server from stopping, which setting it does, too.
	taskset -c 1 sh -c "echo 4000000 >$SERVER/runtime; echo 4000000 >$SERVER/period; echo 200000 >$SERVER/runtime"
	[[ $(cat $SERVER/{period,runtime} | xargs) == '4000000 200000' ]] || bail_out "the period of CPU 1's fair server cannot be set"
fi
echo "modules: $(cut -d ' ' -f 1 /proc/modules | xargs); runtime and period: $(cat $SERVER/{runtime,period} | xargs) ns"
for ((turn = 1; turn <= 20; turn++)); do
	echo 0 >$CPU || bail_out 'CPU 1 does not go'
	echo 1 >$CPU || bail_out 'CPU 1 does not come back'
	[[ $(dmesg) != *"WARNING: CPU"* ]] || { echo "a warning in turn $turn" && exit 1; }
done
echo "no warning in 20 turns"

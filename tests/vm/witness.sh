# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A second witness of the kernel's tracepoints: its own hist triggers, in
# instances of tracefs; for tests/vm/*.t, after lib.sh. One instance is counting
# for longer than ktlat ("outer"), one for shorter ("inner"): what ktlat counts
# lies between the two, however busy the kernel is.

TRACE_INSTANCES=/sys/kernel/tracing/instances

# Both instances; making them takes a second. By what the kernel can count: not
# each has every field.
witness_init() {
	local trigger=$TRACE_INSTANCES/outer/events/irq/softirq_entry/trigger
	mkdir "$TRACE_INSTANCES"/{outer,inner}
	for WITNESS_KEY in common_cpu cpu common_pid; do
		echo "hist:keys=$WITNESS_KEY" >"$trigger" &&
			echo "!hist:keys=$WITNESS_KEY" >"$trigger" && return
	done 2>/dev/null
	bail_out 'the kernel cannot count events'
}

# witness_start INSTANCE EVENT...: count from zero.
witness_start() {
	local dir=$TRACE_INSTANCES/$1 event
	shift
	for event; do
		echo "hist:keys=$WITNESS_KEY" >"$dir/events/$event/trigger" ||
			bail_out "the kernel cannot count $event"
	done
}

# witness_count INSTANCE EVENT...: how many events there were up to now.
witness_count() {
	local dir=$TRACE_INSTANCES/$1 event
	shift
	for event; do
		cat "$dir/events/$event/hist"
	done | awk '/^ *(Hits|Dropped):/ { sum += $2 } END { print sum + 0 }'
}

# witness_stop INSTANCE EVENT...
witness_stop() {
	local dir=$TRACE_INSTANCES/$1 event
	shift
	for event; do
		echo "!hist:keys=$WITNESS_KEY" >"$dir/events/$event/trigger"
	done
}

# Waits until every CPU has run a task since: an interrupt or softirq that was
# under way is over.
visit_cpus() {
	local cpu
	for ((cpu = 0; cpu < $(nproc); cpu++)); do
		taskset -c "$cpu" true
	done
}

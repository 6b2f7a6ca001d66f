# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A second witness of the kernel's tracepoints: its own hist triggers, or, where it
# is built without (5.10), what passes through its trace buffers, in instances of
# tracefs; for tests/vm/*.t, after lib.sh. One instance is counting for longer than
# ktlat ("outer"), one for shorter ("inner"): what ktlat counts lies between the
# two, however busy the kernel is.

TRACE_INSTANCES=/sys/kernel/tracing/instances

# Both instances; making them takes a second.
witness_init() {
	mkdir "$TRACE_INSTANCES"/{outer,inner}
	WITNESS=buffer
	! grep -qw hist "$TRACE_INSTANCES/outer/events/irq/softirq_entry/trigger" || WITNESS=hist
}

# witness_set INSTANCE FILE TEXT EVENT...: write that for each event.
witness_set() {
	local dir=$TRACE_INSTANCES/$1 file=$2 text=$3 event
	shift 3
	for event; do
		echo "$text" >"$dir/events/$event/$file" || bail_out "the kernel cannot count $event"
	done
}

# witness_start INSTANCE EVENT...: count from zero.
witness_start() {
	local instance=$1
	shift
	if [[ $WITNESS == hist ]]; then
		witness_set "$instance" trigger 'hist:keys=common_cpu' "$@"
	else
		echo >"$TRACE_INSTANCES/$instance/trace"
		witness_set "$instance" enable 1 "$@"
	fi
}

# witness_count INSTANCE EVENT...: how many events there were up to now.
witness_count() {
	local dir=$TRACE_INSTANCES/$1 event
	shift
	if [[ $WITNESS == hist ]]; then
		for event; do
			cat "$dir/events/$event/hist"
		done
	else
		cat "$dir"/per_cpu/cpu*/stats
	fi | awk '/^ *(Hits|Dropped|entries|overrun|commit overrun|dropped events):/ { sum += $NF }
		END { print sum + 0 }'
}

# witness_stop INSTANCE EVENT...
witness_stop() {
	local instance=$1
	shift
	if [[ $WITNESS == hist ]]; then
		witness_set "$instance" trigger '!hist:keys=common_cpu' "$@"
	else
		witness_set "$instance" enable 0 "$@"
	fi
}

# Waits until every CPU has run a task since: an interrupt or softirq that was
# under way is over.
visit_cpus() {
	local cpu
	for ((cpu = 0; cpu < $(nproc); cpu++)); do
		taskset -c "$cpu" true
	done
}

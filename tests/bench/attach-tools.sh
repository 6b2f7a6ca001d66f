# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What attaches to the functions of the globs in the file $LIST, and lets go of them, for
# attach.sh and attach-late.sh.

TRACING=/sys/kernel/tracing

ktlat_direct_on() { ktlat-ctl add-probe --group many -f "$LIST"; }
ktlat_direct_off() { ktlat-ctl remove-probe many; }

graph_on() {
	cat "$LIST" >$TRACING/set_ftrace_filter
	echo function_graph >$TRACING/current_tracer
}
graph_off() {
	echo nop >$TRACING/current_tracer
	echo >$TRACING/set_ftrace_filter
}

# shellcheck shell=bash disable=SC2034 # variables are for scripts
# SPDX-License-Identifier: GPL-2.0-only
#
# For how long nothing else could run while a command ran, in instructions, by the file
# `late` of ktlat_target; for scripts under -icount, after lib.sh and target.sh.

LATE=$TARGET_DIR/late

# Where fprobes are made of function graph tracing, stacks are wrong for some
# instructions of this: the kernel warns of it.
LATE_BLIND=$(address_of return_to_handler)

# late_while TOLERANCE COMMAND...: what was late by so many instructions or more, to
# /tmp/late.json, as late.jq tells it.
late_while() {
	local status
	echo "8000 $1 ${LATE_BLIND:-0}" >"$LATE"
	shift
	"$@" >/tmp/late.out 2>&1
	status=$?
	echo '0 0 0' >"$LATE"
	jq -f tests/vm/late.jq "$LATE" >/tmp/late.json
	[[ $status == 0 ]] || diag "exit status $status: $*" "$(</tmp/late.out)"
	return $status
}

# late_most FILTER: by how much, of the places that FILTER selects; 0 if there are none.
late_most() {
	jq "map(select($1) | .ns) | max // 0" /tmp/late.json
}

# late_diag FILTER [N]: the worst N of these. The target's calls do not bear with the
# signal of a child that ends, so there is none left.
late_diag() {
	jq -r "map(select($1)) | .[:${2:-3}][] | \"  \(.ns) \(.kind) \(.comm): \(.stack[:6] | join(\" < \"))\"" \
		/tmp/late.json >/tmp/late.worst
	[[ ! -s /tmp/late.worst ]] || diag "$(</tmp/late.worst)"
}

# Turned off by code of ours: who turns it on again is.
LATE_OURS='.at | endswith("[ktlat]")'
# By the kernel, on our behalf.
LATE_FOR_US='(.at | endswith("[ktlat]") | not) and any(.stack[]; endswith("[ktlat]"))'
# Whoever has, while functions of the target were called; switching tasks apart.
LATE_CALLS='(.at | startswith("finish_task_switch") | not) and
	any(.stack[]; startswith("target_bench") or startswith("ktlat_target_"))'
# While a task exits.
LATE_EXIT='.at | test("^(do_exit|__traceiter_sched_process_exit)")'

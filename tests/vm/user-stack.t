#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=200 serial
#
# --user-stack: the stack of the process that made a slow call is that which the process
# knows itself; and one whose frame pointers lead nowhere costs no call.
. tests/vm/lib.sh

F=${SYS}umask
DAT=/tmp/frames.dat

# stacks FILTER: of the calls that frames made
stacks() {
	ktlat-ctl report --json $DAT | jq -rs "[.[] | select(.comm == \"frames\")] | $1"
}

figures() {
	ktlat-ctl hist --json $F | jq -r '.probes[0] | "\(.entries - .count) \(.missed_busy)"'
}

load_ktlat
ulimit -l unlimited
for backend in direct fprobe kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi
	ok "$backend: added" ktlat-ctl add-probe --backend $backend --args-in-registers --slow 1ns --user-stack $F
	ok "$backend: records" eval "ktlat-ctl record -o $DAT -- tests/programs/frames chain 20 >/tmp/callers"
	is "$(stacks length)" 20 "$backend: all calls"
	is "$(stacks '[.[].user_stack[1:3] | map(.address) | join(" ")] | unique | join(", ")')" "$(</tmp/callers)" \
		"$backend: each leads to its callers"
	ok "$backend: records with no frames" eval "ktlat-ctl record -o $DAT -- tests/programs/frames wild 20 >/tmp/callers"
	is "$(stacks '[.[].user_stack | length] | unique | join(" ")')" 1 "$backend: these have but where the call was made"
	is "$(figures)" '0 0' "$backend: and no call is missed for that"
	ktlat-ctl remove-probe all >/dev/null
done
done_testing

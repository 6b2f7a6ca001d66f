#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: icount timeout=480
# stock: it counts the instructions of a stock kernel
#
# What it costs that a call is written as an event, in guest instructions above
# the histogram alone, while somebody reads.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/bench/rounds.sh

# On 6.1, where the rest is measured, too. Elsewhere a task's fields lie farther apart
# and calls are padded: 97 on 6.12; and real-time kernels have the task say what context
# it is in: 94 on 6.1-rt. Direct has its event written by the function that it calls for
# it; the others have one more, so that those without events pay less: 96 on 6.1.
LIMIT=90
[[ $KERNEL == 6.1 ]] || LIMIT=100
declare -A limits=([direct]=$LIMIT [fprobe]=100 [kretprobe]=100)

# shellcheck disable=SC2034 # for rounds.sh
BENCH=$TARGET_DIR/bench
# Now and then some 700,000 instructions of something else, most likely the reader, fall
# into a round. Short rounds have few of it: of a thousand fprobe calls on 7.2 each second had.
CALLS=250

# settled_with_events BACKEND: to /tmp/settled.
settled_with_events() {
	tests/programs/events 4096 "$1" ktlat_target_empty -- bash -c \
		". tests/bench/rounds.sh; CALLS=$CALLS; BENCH=$BENCH; settle && echo \$SETTLED >/tmp/settled" >/tmp/events.json
}

load_ktlat
load_target
for backend in direct fprobe kretprobe; do
	if ! has_backend $backend; then
		skip "$backend" "ktlat has no $backend backend on Linux $KERNEL"
		continue
	fi
	ktlat-ctl add-probe --backend $backend --args-in-registers ktlat_target_empty >/dev/null
	settle || bail_out 'the guest does not come to rest'
	ktlat-ctl remove-probe all >/dev/null
	ok "$backend: with events" settled_with_events $backend
	cost=$((($(</tmp/settled) - SETTLED) / CALLS))
	diag "$backend: an event costs $cost instructions"
	cmp_ok "$(jq '.probes[0].returns' /tmp/events.json)" '>=' $((CALLS * ROUNDS)) "$backend: calls were written"
	cmp_ok $cost '<=' "${limits[$backend]}" "$backend: ${limits[$backend]} at most"
	cmp_ok $cost '>' 0 "$backend: and not for nothing"
done
done_testing

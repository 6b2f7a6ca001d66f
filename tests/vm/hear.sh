# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What listeners are told, from one moment to another; for tests/vm/*.t, after lib.sh.

# A function whose probe comes and goes as a mark.
MARK=do_nanosleep

# Everything that was told up to an event of the marker, which this makes.
is_told() {
	grep -qs "\"event\":\"removed\".*\"probe\":$MARKER," "$1"
}

mark() {
	MARKER=$(ktlat-ctl add-probe --disabled $MARK | sed 's/added probe \([0-9]*\):.*/\1/')
	ktlat-ctl remove-probe "$MARKER" >/dev/null
}

hears_mark() {
	mark
	wait_until 1 is_told "$1"
}

# listen NAME [OPTION...]: a monitor that prints to /tmp/NAME and is listening; its
# process is PID[NAME], and what came up to now is not in FROM[NAME].
declare -A PID FROM
listen() {
	local name=$1
	shift
	ktlat-ctl monitor --json "$@" >"/tmp/$name" 2>"/tmp/$name.err" &
	# shellcheck disable=SC2034 # for who ends it
	PID[$name]=$!
	wait_until 30 hears_mark "/tmp/$name" || bail_out "$name hears nothing: $(<"/tmp/$name.err")"
	FROM[$name]=$(tail -n 1 "/tmp/$name" | jq .sequence)
}

# heard NAME: all that has come since, up to now, one object a line.
heard() {
	mark
	wait_until 10 is_told "/tmp/$1" || diag "$1 was not told of the mark"
	jq -c --argjson from "${FROM[$1]}" --argjson mark "$MARKER" \
		'select(.sequence > $from and .probe != $mark)' "/tmp/$1"
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Readers while everything moves: each sees figures that make sense by themselves
# and never go back; for tests/vm/*.t, after lib.sh.

# are_coherent SPEC NAME READINGS: for two readers of a probe at once.
are_coherent() {
	local reader readers=() file sense forward
	sense='[.[].probes[0] | select(.count > .entries or .min_ns > .max_ns or .in_flight < 0 or
		([.buckets[].count] | add // 0) != .count)] | length'
	forward='[.[].probes[0].count] as $c | [range(1; $c | length) | select($c[.] < $c[. - 1])] | length'
	for reader in 1 2; do
		ktlat-ctl hist "$1" --json --interval 100ms --count "$3" >"/tmp/reader$reader" &
		readers[reader]=$!
	done
	for reader in 1 2; do
		file=/tmp/reader$reader
		wait "${readers[reader]}"
		is $? 0 "$2, reader $reader: ends well"
		is "$(jq -s length "$file")" "$3" "$2, reader $reader: $3 readings"
		is "$(jq -s "$sense" "$file")" 0 "$2, reader $reader: each makes sense"
		is "$(jq -s "$forward" "$file")" 0 "$2, reader $reader: none goes back"
		cmp_ok "$(jq -s '.[-1].probes[0].count' "$file")" '>' "$(jq -s '.[0].probes[0].count' "$file")" \
			"$2, reader $reader: they move"
	done
}

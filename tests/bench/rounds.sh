# shellcheck shell=bash disable=SC2034 # variables are for the other files
# SPDX-License-Identifier: GPL-2.0-only
#
# How long calls of a function take, in rounds; for the scripts here, in a guest,
# with ktlat_target.ko loaded. BENCH is the file of it that makes them. Results
# come in variables: a process for each would disturb what is measured.

CALLS=1000 # few enough that most rounds see no timer interrupt
ROUNDS=21
CALLED=0 # in all

# MEDIAN: ns of CALLS calls, the median of some rounds.
median() {
	local i ns all=()
	for ((i = 0; i < ROUNDS; i++)); do
		echo "$CALLS" >"$BENCH"
		read -r ns <"$BENCH"
		all+=("$ns")
	done
	CALLED=$((CALLED + CALLS * ROUNDS))
	MEDIAN=$(printf '%s\n' "${all[@]}" | sort -n | sed -n "$((ROUNDS / 2 + 1))p")
}

near() {
	local difference=$(($1 - $2))
	((${difference#-} * 100 <= $2))
}

# SETTLED: the median once it is the same, within 1 %, three times: start-up work
# of the kernel, and of what was just loaded, has come to its end then.
settle() {
	local last=0 same=0 tries
	for ((tries = 0; tries < 100; tries++)); do
		median
		if near "$MEDIAN" "$last"; then same=$((same + 1)); else same=0; fi
		last=$MEDIAN
		((same < 2)) || { SETTLED=$MEDIAN && return; }
	done
	return 1
}

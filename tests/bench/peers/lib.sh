# shellcheck shell=bash disable=SC2034 # variables are for the other files
# SPDX-License-Identifier: GPL-2.0-only
#
# What cost.sh and load.sh share: bringing one tool after the other to bear on
# one function of the kernel. A file for each tool sets and defines
#
#   title      what the table calls it
#   files      what it runs and loads
#   ring       set if it uses the kernel's trace buffer
#   start      begins to trace; fails with a reason in $ERR
#   ready      whether each call is traced from now on
#   finish     ends it; `gone` waits for the end
#   count      prints how many calls it has counted: before finish if `live` is
#              set, otherwise after it
#
# Lines that begin with "@" are results: peer, field, value; tab-separated. All waiting is done
# without processes, which would use the CPU that is measured.

. tests/bench/rounds.sh

FUNC=jiffies64_to_msecs
TARGET=/sys/kernel/debug/ktlat_target
BENCH=$TARGET/bench_kernel
DIR=tests/bench/peers
TREE=${KTLAT_TREE:-.}
BUILD=tests/bench/build
TRACING=/sys/kernel/tracing
OUT=/tmp/peer.out
ERR=/tmp/peer.err
LIMIT=300 # seconds to attach or to detach in
AGAIN=2   # seconds after which a tool that still traces is told again to end
TOOL=()   # its processes

tell() {
	printf '@\t%s\t%s\t%s\n' "$PEER" "$1" "$2"
}

say() {
	echo "peers: $SECONDS s: $*"
}

exec {never}<> <(:)

pause() {
	read -rt "$1" -u "$never" || :
}

# NOW: microseconds.
now() {
	NOW=${EPOCHREALTIME/./}
}

# until_true COMMAND...: false after LIMIT seconds.
until_true() {
	local end=$((SECONDS + LIMIT))
	until "$@"; do
		((SECONDS < end)) || return 1
		pause 0.005
	done
}

# tool COMMAND...: in the background, to be ended as from the keyboard.
tool() {
	command -v "$1" >/dev/null || { echo "$1 is not installed" >"$ERR" && return 1; }
	env --default-signal=INT "$@" >"$OUT" 2>"$ERR" </dev/null &
	TOOL+=($!)
}

interrupt() {
	kill -INT "${TOOL[@]}"
}

# Is there one of its processes that has not come to its end?
tool_runs() {
	local pid stat
	for pid in "${TOOL[@]}"; do
		read -r stat 2>/dev/null <"/proc/$pid/stat" || continue
		[[ $stat == *') Z '* ]] || return 0
	done
	return 1
}

# Has a line of FILE the word FUNC?
names_func() {
	local lines
	mapfile -t lines <"$1"
	[[ " ${lines[*]} " == *" $FUNC"[\ +:]* ]]
}

# Are that many kprobes on the function, all of them enabled?
kprobes_on() {
	local lines line n=0
	mapfile -t lines </sys/kernel/debug/kprobes/list
	for line in "${lines[@]}"; do
		[[ $line != *" $FUNC+"* || $line == *DISABLED* ]] || n=$((n + 1))
	done
	((n == $1))
}

# Has the tool that many BPF links?
links_on() {
	local file lines n=0
	for file in /proc/"${TOOL[0]}"/fdinfo/*; do
		mapfile -t lines 2>/dev/null <"$file" || continue
		[[ ${lines[*]} != *link_type* ]] || n=$((n + 1))
	done
	((n == $1))
}

graph_on() {
	local tracer on
	read -r tracer <"$TRACING/current_tracer"
	read -r on <"$TRACING/tracing_on"
	[[ $tracer == function_graph && $on == 1 ]]
}

# Nothing is left on the function, nor of the tool.
gone() {
	! tool_runs && kprobes_on 0 && ! graph_on && ! names_func "$TRACING/enabled_functions"
}

# gone, but a tool that goes on tracing gets the signal again. bpftrace 0.17 heeds
# one only if it interrupts epoll_wait(), which times out every 0.1 s: where CPUs are
# busy, the signal may come between that and the next wait, and is lost. Not while
# it detaches or prints, which a second signal would end.
gone_at_last() {
	gone && return
	if [[ ${#TOOL[@]} -gt 0 ]] && ((SECONDS >= again)); then
		again=$((SECONDS + AGAIN))
		! ready || ! tool_runs || interrupt
	fi
	return 1
}

left_over() {
	! tool_runs || echo -n ": a process still runs"
	kprobes_on 0 || echo -n ": a kprobe is left"
	! graph_on || echo -n ": function_graph is left"
	! names_func "$TRACING/enabled_functions" || echo -n ": ftrace still has the function"
}

# The reader of the trace buffer has come to its end, or to that of the buffer and
# waits for more.
all_read() {
	local file stat n
	for file in "$TRACING"/per_cpu/cpu*/stats; do
		read -r _ n <"$file" # the line of the entries left
		[[ $n == 0 ]] || return 1
	done
	read -r stat 2>/dev/null <"/proc/${TOOL[0]}/stat" || return 0
	[[ $stat == *') '[SZ]' '* ]]
}

# Without tracing the reader ends by itself once it has read all; on Linux 6.12 it
# does not if it is waiting already.
read_rest() {
	echo 0 >"$TRACING/tracing_on"
	[[ ${#TOOL[@]} -gt 0 ]] || return 0
	until_true all_read || :
	! tool_runs || interrupt
	wait "${TOOL[@]}" || :
}

# Calls in a table of "low -> high : calls" or "low - high | calls |".
table_sum() {
	sed -n "s/^ *[0-9]* *\(->\|-\) *[0-9.]*[ a-z]*[:|] *\([0-9]\+\) .*/\2/p" "$OUT" |
		awk '{ n += $1 } END { print n + 0 }'
}

ready_or_dead() {
	ready || { [[ ${#TOOL[@]} -gt 0 ]] && ! tool_runs; }
}

# ATTACH: microseconds until each call is traced. Otherwise, says why not.
attach() {
	local begun
	: >"$OUT"
	: >"$ERR"
	TOOL=()
	gone || { leave_out "not started, for what an earlier tool has left$(left_over)" && return 1; }
	now && begun=$NOW
	start 2>>"$ERR" || { leave_out "$(reason)" && return 1; }
	until_true ready_or_dead || { leave_out "not attached after $LIMIT s" && return 1; }
	now && ATTACH=$((NOW - begun))
	ready || { leave_out "$(reason)" && return 1; }
}

# DETACH, microseconds, and COUNT.
detach() {
	local begun again=$((SECONDS + AGAIN))
	[[ -z $live ]] || COUNT=$(count)
	now && begun=$NOW
	finish
	until_true gone_at_last || { leave_out "not detached after $LIMIT s$(left_over)" && return 1; }
	now && DETACH=$((NOW - begun))
	[[ ${#TOOL[@]} -eq 0 ]] || wait "${TOOL[@]}" || :
	[[ -n $live ]] || COUNT=$(count)
}

# The first line that tells of an error, or else the first line.
reason() {
	local text
	text=$(grep -m1 -iE 'error|unknown|not |fail|cannot|no ' "$ERR" || head -n 1 "$ERR")
	read -r text <<<"${text//$'\t'/ }"
	echo "${text:-it ended without a word}"
}

# The next tool finds nothing of this one, as far as that can be had: what does not
# even end by SIGKILL is not waited for.
leave_out() {
	tell out "$1"
	say "$PEER: left out: $1"
	[[ ${#TOOL[@]} -eq 0 ]] || kill -KILL "${TOOL[@]}" 2>/dev/null || :
	until_true eval '! tool_runs' || :
	finish 2>/dev/null || :
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/set_ftrace_filter"
	until_true gone || :
}

# What the run needs to be in place once.
prepare() {
	local headers size
	headers=$(scripts/kernel.sh kdir)
	# Where bcc looks for them, both halves of Debian's.
	ln -sfn "$headers" "/lib/modules/$(uname -r)/build"
	ln -sfn "${headers%-*}-common" "/lib/modules/$(uname -r)/source"
	# The kernel allocates its trace buffer at the first use, and keeps it.
	size=$(sed 's/.*expanded: \([0-9]*\).*/\1/' "$TRACING/buffer_size_kb")
	echo "$size" >"$TRACING/buffer_size_kb"
	insmod "$TREE/tests/target/ktlat_target.ko"
}

# each_peer FUNCTION PEER...
each_peer() {
	local function=$1
	shift
	for PEER; do
		title='' files=() ring='' live=''
		# shellcheck source=/dev/null
		. "$DIR/$PEER.sh"
		tell title "$title"
		say "$PEER"
		"$function" || :
	done
}

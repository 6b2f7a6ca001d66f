# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What is refused: exit status, message, and that nothing changed; for
# tests/vm/cli*.t, after lib.sh.

# What there is: probes with their figures, what they cost, what is armed. But
# for the references that are held while it is asked for.
state() {
	ktlat-ctl --no-load list
	ktlat-ctl status --json
	cat /sys/kernel/debug/kprobes/list
}

# state_now: into STATE.
state_now() {
	STATE=$(state 2>&1)
	[[ ! $STATE =~ \"refcnt\":[0-9]+ ]] || STATE=${STATE/"${BASH_REMATCH[0]}"/}
}

none_held() {
	ktlat-ctl --no-load status --json | jq -e '.held == []' >/dev/null
}

# From here on nothing is to change, so not before what went before has let go.
keep_state() {
	wait_until 30 none_held || diag 'something still holds the module'
	state_now
	KEPT=$STATE
	: >/tmp/messages
}

# is_kept: all is as it was, once what was armed and taken back has let go.
is_kept() {
	state_now
	[[ $STATE == "$KEPT" ]] && return
	wait_until 10 eval 'state_now; [[ $STATE == "$KEPT" ]]'
}

# refused STATUS REGEX COMMAND...: ends with that status, prints nothing, says
# why in one line, and changes nothing. It is called so often that the shell does
# here what other programs could.
refused() {
	local want=$1 regex=$2 name status=0 err
	shift 2
	printf -v name '%q ' "$@"
	"$@" >/tmp/out 2>/tmp/err || status=$?
	err=$(</tmp/err)
	echo "$err" >>/tmp/messages
	if [[ $status -eq $want && $err =~ $regex && $err != *$'\n'* &&
		$err == ktlat-ctl:* && ! -s /tmp/out ]] && is_kept; then
		pass "refused: $name"
		return
	fi
	fail "refused: $name"
	diag "exit status $status, wanted $want; message: $err"
	diag "wanted: one line that matches $regex; output: $(</tmp/out)"
	diag "$(diff <(echo "$KEPT") <(echo "$STATE"))"
	return 1
}

# Each message is its own.
own_messages() {
	is "$(sort /tmp/messages | uniq -d)" '' "each has a message of its own ($(wc -l </tmp/messages))"
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=2 timeout=400 serial
#
# What the module announces: who may listen and ask, that all listeners get all
# events in order, what one that falls behind is told, and that the answers to
# requests are what ktlat-ctl list says.
. tests/vm/lib.sh
. tests/vm/target.sh
. tests/vm/hear.sh

F=ktlat_target_busy G=ktlat_target_loop
N=tests/programs/netlink
nobody='setpriv --reuid=nobody --regid=nogroup --clear-groups'

as_nobody() {
	local caps=$1
	shift
	setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps="$caps" --ambient-caps="$caps" "$@"
}

# ends_well NAME SIGNAL TEST: it does after a signal.
ends_well() {
	kill "-$2" "${PID[$1]}"
	wait "${PID[$1]}"
	is "$?" 0 "$3"
}

# What is wrong with the command line, without the module, and where nothing is announced.
fails 'an argument' 'monitor: it takes no argument; see ktlat-ctl help monitor$' ktlat-ctl monitor extra
fails 'no event' '[-]-count: 0 is out of range' ktlat-ctl monitor -n 0
fails 'no time' '[-]-duration: it must be longer than 0' ktlat-ctl monitor -d 0
fails 'the module is not loaded' 'ktlat is not loaded; load it as root with: ktlat-ctl load$' \
	ktlat-ctl --no-load monitor
load_target
load_ktlat
fails 'another network namespace' 'nothing in this network namespace, only in the initial one' \
	unshare -n ktlat-ctl monitor

# Rights.
ktlat-ctl add-probe $F >/dev/null
ktlat-ctl add-probe --public $G >/dev/null
chmod 666 /dev/ktlat
# shellcheck disable=SC2086 # words
fails 'without rights' 'it takes CAP_SYS_ADMIN; run as root$' $nobody ktlat-ctl monitor
fails 'who may ask and not join' 'it takes CAP_SYS_ADMIN; run as root$' as_nobody +net_admin ktlat-ctl monitor
fails 'who may join and not ask' 'it takes CAP_NET_ADMIN; run as root$' as_nobody +sys_admin ktlat-ctl monitor
chmod 600 /dev/ktlat
is "$($nobody $N join)" EPERM 'joining takes rights'
is "$(as_nobody +net_admin,+perfmon $N join)" EPERM 'joining takes CAP_SYS_ADMIN'
is "$(as_nobody +sys_admin $N join)" '' 'CAP_SYS_ADMIN suffices to join'
is "$($nobody $N dump)" EPERM 'a dump takes rights'
is "$($nobody $N get 1)" EPERM 'so does a request'
is "$($nobody $N info)" EPERM 'and the question how far events have got'
is "$(as_nobody +sys_admin $N dump)" EPERM 'they take CAP_NET_ADMIN'
is "$(as_nobody +net_admin $N dump | jq -c '[.id, .function]')" "[2,\"$G\"]" \
	'who may not see all sees the public probe in a dump, and no other'
is "$(as_nobody +net_admin $N get 2 | jq .id)" 2 'and may ask for it'
is "$(as_nobody +net_admin $N get 1)" ENOENT 'and for no other'
is "$(as_nobody +net_admin,+perfmon $N dump | jq -s length)" 2 'with CAP_PERFMON all are seen'

# Requests that are wrong.
is "$($N wrong)" 'no-id EINVAL
empty-id EINVAL
short-id EINVAL
long-id EINVAL
zero-id ERANGE
no-such-id ENOENT
nested-id EINVAL
trailing EINVAL
answer-attribute EINVAL
unknown-attribute EINVAL
dump-of-one EINVAL
dump-unknown-attribute EINVAL
info-of-one EINVAL
info-unknown-attribute EINVAL
info-dump EOPNOTSUPP
event EOPNOTSUPP
unknown-command EOPNOTSUPP' 'requests that are wrong are refused'

# A dump is what list says, of probes of each kind that are at rest.
ktlat-ctl remove-probe all >/dev/null
is "$($N dump)" '' 'a dump without probes is empty'
ktlat-ctl add-probe --backend kretprobe $F >/dev/null
ktlat-ctl add-probe ktlat_target:$G ktlat_target_begin..ktlat_target_end@cpu >/dev/null
ktlat-ctl add-probe --disabled @workqueue ktlat_target_sleep >/dev/null
target func=busy ctx=task calls=500 delay_ns=2000
target func=loop ctx=hardirq calls=300 period_ns=200000
target func=pair ctx=softirq calls=50 delay_ns=1000
ktlat-ctl reset ktlat_target:$G >/dev/null
target func=loop ctx=task calls=20
if has_groups; then
	printf '%s\n' ktlat_target_outer ktlat_target_inner |
		ktlat-ctl add-probe --group twins --args-in-registers -f - >/dev/null
	target func=outer ctx=task calls=30
fi
for i in {1..25}; do
	ktlat-ctl add-probe --disabled ktlat_target_killable >/dev/null
done
$N dump >/tmp/dump
ktlat-ctl list --json >/tmp/list
# Of work items that begin and are not measured the ends go on to be counted.
same='{id, session, function, kind, backend, state, generation, exact, entries, count, sum_ns,
	min_ns, max_ns, missed, recursed, abandoned, filtered, in_flight, clock_backwards,
	unmatched: (if .kind == 3 then null else .unmatched end)}'
jq -c ".exact |= (. == 1) | $same" /tmp/dump >/tmp/dump.same
jq -c --argjson kinds '["","function","pair","tracepoint","group"]' \
	--argjson backends '["","kretprobe","pair","tracepoint","direct","fprobe"]' \
	--argjson states '["","armed","disabled","gone"]' \
	".probes[] | .function //= .spec |
		.kind as \$k | .kind = (\$kinds | index(\$k)) |
		.backend as \$b | .backend = (\$backends | index(\$b)) |
		.state as \$s | .state = (\$states | index(\$s)) | $same" /tmp/list >/tmp/list.same
ok 'a dump equals ktlat-ctl list' diff /tmp/list.same /tmp/dump.same
cmp_ok "$(jq -s 'map(.count) | add' /tmp/dump)" '>=' 570 'there were calls to be told of'
is "$($N get 3 | jq -c .)" "$(jq -c 'select(.id == 3)' /tmp/dump)" 'one alone is the same as in the dump'
ktlat-ctl remove-probe all >/dev/null

# What somebody can have in mind with a probe is told, too.
listen specs
ktlat-ctl add-probe --disabled {@syscall,@syscall:openat,t:sched:sched_wakeup..sched:sched_switch@{task,cpu,arg1,'arg1:s32,arg3:u16'}} >/dev/null
told=$(heard specs | jq -r 'select(.event == "added") | .spec')
is "$told" "$(ktlat-ctl list --json | jq -r '.probes[].spec')" 'events call probes what list calls them'
like "$(xargs <<<"$told")" ' @syscall:openat .*@arg1:s32,arg3:u16$' 'that is what was asked for'
ktlat-ctl remove-probe all >/dev/null
kill "${PID[specs]}"
wait "${PID[specs]}" 2>/dev/null

# Events come in order, to two at once, while others come and go.
listen a
listen b
(while :; do
	ktlat-ctl lat ktlat_target_sleep -d 10ms
	ktlat-ctl add-probe @irq
	ktlat-ctl remove-probe @irq
done) >/dev/null 2>&1 &
others=$!
ids=
for ((i = 0; i < 8; i++)); do
	id=$(ktlat-ctl add-probe $F | sed 's/added probe \([0-9]*\):.*/\1/')
	ids+=" $id"
	ktlat-ctl disable "$id" >/dev/null
	ktlat-ctl disable "$id" >/dev/null
	ktlat-ctl enable "$id" >/dev/null
	ktlat-ctl enable "$id" >/dev/null
	ktlat-ctl reset "$id" >/dev/null
	ktlat-ctl remove-probe "$id" >/dev/null
done
kill $others
wait $others 2>/dev/null
ktlat-ctl remove-probe @irq >/dev/null 2>&1
heard a >/tmp/a.heard
wait_until 10 is_told /tmp/b
jq -c --argjson from "${FROM[b]}" --argjson mark "$MARKER" \
	'select(.sequence > $from and .probe != $mark)' /tmp/b >/tmp/b.heard
is "$(jq -rs --arg f $F '[.[] | select(.function == $f)] | group_by(.probe) |
	map("\(.[0].probe):" + (map(.event + (if .event == "detached" then "=" + .state else "" end)) | join(","))) |
	join("\n")' /tmp/a.heard)" \
	"$(for id in $ids; do
		echo "$id:added,attached,detached=disabled,attached,detached=disabled,removed"
	done)" 'each event of each probe came, once and in order'
is "$(jq -s 'map(.sequence) | . == sort and length == (unique | length)' /tmp/a.heard)" true 'all events came in order'
is "$(jq -s 'map(select(.event == "lost")) | length' /tmp/a.heard)" 0 'none was lost'
jq -c --argjson from "${FROM[b]}" 'select(.sequence > $from)' /tmp/a.heard >/tmp/a.common
ok 'the other listener was told the same' cmp /tmp/a.common /tmp/b.heard
cmp_ok "$(jq -s '[.[] | select(.session > 1)] | length' /tmp/a.heard)" '>=' 4 'other sessions are told of, too'
is "$(jq -rs 'map(.time_ns) | . == sort' /tmp/a.heard)" true 'so is when it was'

# A listener that stands still loses its own messages, and is told how many.
listen c --buffer 1
kill -STOP "${PID[c]}"
wait_until 10 eval "[[ \$(awk '/^State/ { print \$2 }' /proc/${PID[c]}/status) == T ]]"
ktlat-ctl add-probe --disabled $F >/dev/null
for ((i = 0; i < 60; i++)); do
	ktlat-ctl enable $F >/dev/null
	ktlat-ctl disable $F >/dev/null
done
wait_until 10 eval "[[ \$(tail -n 1 /tmp/a | jq .sequence) == $($N info) ]]"
last=$($N info)
kill -CONT "${PID[c]}"
ok 'it says what it has lost without waiting for more' wait_until 10 \
	eval "[[ \$(tail -n 1 /tmp/c | jq -r '\"\(.event) \(.sequence)\"') == 'lost $last' ]]"
is "$(jq -s --argjson from "${FROM[c]}" 'map(select(.sequence > $from) | .lost // 1) | add' /tmp/c)" \
	"$((last - FROM[c]))" 'what it got and what it lost is all there was'
cmp_ok "$(jq -s 'map(.lost // 0) | add' /tmp/c)" '>' 60 'it lost most'
is "$(jq -s --argjson from "${FROM[c]}" --argjson last "$last" \
	'[.[] | select(.sequence > $from and .sequence <= $last and .event != "lost")] | length' /tmp/a)" \
	"$((last - FROM[c]))" 'the listener beside it lost nothing'
heard c >/dev/null
is "$(is_told /tmp/c && jq -s 'last.event' /tmp/c)" '"removed"' 'it hears what comes after that'
like "$(ktlat-ctl enable $F; tail -n 1 /tmp/c)" "\"function\":\"$F\"" 'line by line'

# One that is killed disturbs nobody.
kill -9 "${PID[c]}"
wait "${PID[c]}" 2>/dev/null
FROM[a]=$(tail -n 1 /tmp/a | jq .sequence)
ktlat-ctl remove-probe all >/dev/null
is "$(heard a | jq -r .event | xargs)" 'detached removed' 'one was killed: the other listens on'

# How it ends.
ends_well a INT 'an interrupt ends it well'
ends_well b TERM 'so does a request to end'
ok 'so does its time' ktlat-ctl monitor -d 50ms
mark
ktlat-ctl monitor -n 3 >/tmp/three &
pid=$!
until ! kill -0 $pid 2>/dev/null; do mark; done
wait $pid
is "$? $(wc -l </tmp/three)" '0 3' 'so does the number of events that was asked for'
like "$(</tmp/three)" "[0-9]+\.[0-9]{6} (added|removed) probe [0-9]+ $MARK" 'as text, a line has time, event and probe'
ktlat-ctl monitor >/dev/full 2>/tmp/full.err &
pid=$!
until ! kill -0 $pid 2>/dev/null; do mark; done
wait $pid
is "$? $(wc -l </tmp/full.err)" '1 1' 'what cannot be written ends it with a message'

# Missed calls: 64 callers and room for one.
listen a
ktlat-ctl add-probe --backend kretprobe --pool 1 ktlat_target_sleep >/dev/null
target func=sleep ctx=kthread threads=64 calls=4 delay_ns=20000000
missed=$(probe_stat ktlat_target_sleep .missed)
cmp_ok "$missed" '>' 0 'calls are missed'
told_missed() {
	[[ $(jq -s 'map(select(.event == "missed")) | last.missed' /tmp/a) == "$missed" ]]
}
ok 'and told' wait_until 10 told_missed
is "$(jq -s 'map(.missed_new // 0) | add' /tmp/a)" "$missed" 'each once'
cmp_ok "$(jq -s '[.[] | select(.event == "missed") | .time_ns] | [., .[1:]] | transpose |
	map(select(.[1]) | .[1] - .[0]) | min // 1e9 | . / 1e9' /tmp/a)" '>=' 0.99 'at most once a second'
ktlat-ctl remove-probe all >/dev/null

# Code goes.
FROM[a]=$(tail -n 1 /tmp/a | jq .sequence)
backends='kretprobe'
for backend in fprobe direct; do
	has_backend $backend && backends+=" $backend"
done
for backend in $backends; do
	ktlat-ctl add-probe --backend "$backend" --args-in-registers $F >/dev/null
done
ktlat-ctl add-probe --disabled --backend kretprobe $F >/dev/null
rmmod ktlat_target
told_gone() {
	[[ $(heard_gone) == $(wc -w <<<"$backends") ]]
}
heard_gone() {
	jq -s --argjson from "${FROM[a]}" \
		'[.[] | select(.sequence > $from and .event == "detached" and .state == "gone")] | length' /tmp/a
}
ok "their code is gone, and that is told: $backends" wait_until 10 told_gone
ktlat-ctl remove-probe all >/dev/null
load_target
is "$(heard a | jq -r .event | sort | uniq -c | xargs)" \
	"$(wc -w <<<"$backends $backends" | awk -v n="$(wc -w <<<"$backends")" \
		'{ print n + 1, "added", n, "attached", n, "detached", n + 1, "removed" }')" 'once for each'

# The module goes while somebody listens. A kretprobe does not hold it.
ktlat-ctl add-probe --backend kretprobe --disabled $F >/dev/null
wait_until 20 eval '[[ $(</sys/module/ktlat/refcnt) == 0 ]]' || diag "$(ktlat-ctl status)"
ok 'the module can be unloaded while somebody listens' rmmod ktlat || kill "${PID[a]}"
wait "${PID[a]}"
is "$?" 1 'the listener ends, and fails'
is "$(</tmp/a.err)" 'ktlat-ctl: the module ktlat was unloaded: nothing more will come; load it, and listen again' \
	'it says why'
is "$(tail -n 1 /tmp/a | jq -r .event)" removed 'and has told the end of the last probe'
is "$($N info 2>&1)" 'netlink: family: Object not found' 'the family is gone'
load_ktlat
is "$($N info)" 0 'it comes again, and begins anew'
ktlat-ctl unload >/dev/null
done_testing

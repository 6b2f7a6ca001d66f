/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * ktlat_netlink.h - what ktlat.ko announces, to any number of listeners.
 *
 * DOC: The family
 *
 * Generic netlink, family %KTLAT_NL_FAMILY, version %KTLAT_NL_VERSION, in the
 * initial network namespace and in no other. Probes are configured by ioctl and
 * their figures mapped (ktlat.h); here a listener is told what happens to them,
 * of all sessions.
 *
 * Messages hold attributes of &enum ktlat_nl_attr and no family header. Where the
 * machine needs it, 64-bit numbers are aligned to 8 bytes by attributes
 * %KTLAT_NL_A_PAD. Attributes are only ever added; a listener skips what it does not
 * know. No message holds an address.
 *
 * DOC: Who may do what
 *
 * To join the multicast group %KTLAT_NL_GROUP a caller needs CAP_SYS_ADMIN in the
 * initial user namespace (else EPERM). Where a kernel cannot check that, the
 * family has no group. Requests take CAP_NET_ADMIN (else EPERM). Whoever makes one
 * without CAP_PERFMON and CAP_SYS_ADMIN is told of the probes of the default session
 * that are marked %KTLAT_PROBE_PUBLIC, as if no others existed.
 *
 * DOC: Requests
 *
 * Of a request every attribute must be known to it and of the right length, else
 * EINVAL or ERANGE.
 *
 * DOC: Events
 *
 * Each event is one multicast message. It holds %KTLAT_NL_A_SEQUENCE, which is one
 * more than that of the event before, and %KTLAT_NL_A_TIME. A socket gets events in
 * their order. What does not fit into its receive buffer is lost to it alone, and
 * the next call to receive fails with ENOBUFS; the gap in the sequence tells how
 * many were lost. Where nothing comes behind the gap, %KTLAT_NL_CMD_INFO_GET tells
 * how far the sequence has got: a listener that has asked, and has then received all
 * there is, has lost what it lacks up to there.
 *
 * The sequence goes on only while there are listeners. Events that a lack of memory
 * prevents count in it, and so are lost to all listeners.
 */
#ifndef _UAPI_KTLAT_NETLINK_H
#define _UAPI_KTLAT_NETLINK_H

#define KTLAT_NL_FAMILY		"ktlat"
#define KTLAT_NL_VERSION	1
#define KTLAT_NL_GROUP		"events"

/* Slow calls that are told of a probe in a second, at most. */
#define KTLAT_NL_SLOW_MAX	10

/**
 * enum ktlat_nl_cmd - Requests and events
 * @KTLAT_NL_CMD_INFO_GET: request: how far events have got. Without attributes. The
 *	answer holds %KTLAT_NL_A_SEQUENCE, that of the last event, 0 before the first.
 *	A listener asks once it has joined: calls that are missed are looked for from
 *	then on, as long as anybody listens
 * @KTLAT_NL_CMD_PROBE_GET: request: a probe and its figures; %KTLAT_NL_A_PROBE_ID
 *	tells which (EINVAL without it; ENOENT if there is no such probe that the
 *	caller may see). As a dump (NLM_F_DUMP), without attributes: all of them, a
 *	message each, in the order of their ids. The answer holds *the probe* and
 *	*the figures* as listed in &enum ktlat_nl_attr. A dump is no snapshot: each
 *	message is true at its moment, and a probe that is added or removed
 *	meanwhile may be in it or not. It holds the module until it is read to its
 *	end or its socket is closed
 * @KTLAT_NL_CMD_ADDED: event: a probe was added. Holds *the probe*, as do the next
 *	four
 * @KTLAT_NL_CMD_REMOVED: event: a probe was removed, and is measured no more
 * @KTLAT_NL_CMD_ATTACHED: event: a probe measures from now on, as it was added so, or
 *	was enabled, or its module came; follows %KTLAT_NL_CMD_ADDED
 * @KTLAT_NL_CMD_DETACHED: event: a probe that measured does so no more, for it was
 *	disabled or is being removed; or, with a state of %KTLAT_STATE_GONE or
 *	%KTLAT_STATE_PENDING, the module that held its function was unloaded. Comes
 *	once for each
 *	%KTLAT_NL_CMD_ATTACHED, before %KTLAT_NL_CMD_REMOVED
 * @KTLAT_NL_CMD_MISSED: event: a probe missed calls since the last such message
 *	about it, or since it was added or reset. At most one a second for each
 *	probe, and only looked for while there are listeners. Also holds
 *	%KTLAT_NL_A_MISSED and %KTLAT_NL_A_MISSED_NEW
 * @KTLAT_NL_CMD_SLOW: event: a slow call. At most %KTLAT_NL_SLOW_MAX in a second for
 *	each probe; the others are counted, and their number told with the next one
 *	of that probe that is not. Holds *the call*
 * @KTLAT_NL_CMD_FROZEN: event: the rings of a session are frozen: what led up to a
 *	slow call stays in them until they are thawed. Holds
 *	%KTLAT_NL_A_SESSION_ID and, if it was a probe that had them frozen, *the
 *	probe*
 */
enum ktlat_nl_cmd {
	KTLAT_NL_CMD_INFO_GET	= 1,
	KTLAT_NL_CMD_PROBE_GET	= 2,

	KTLAT_NL_CMD_ADDED	= 32,
	KTLAT_NL_CMD_REMOVED	= 33,
	KTLAT_NL_CMD_ATTACHED	= 34,
	KTLAT_NL_CMD_DETACHED	= 35,
	KTLAT_NL_CMD_MISSED	= 36,
	KTLAT_NL_CMD_SLOW	= 37,
	KTLAT_NL_CMD_FROZEN	= 38,
};

/**
 * enum ktlat_nl_attr - Attributes
 * @KTLAT_NL_A_UNSPEC: never used
 * @KTLAT_NL_A_PROBE_ID: u64: *the probe*, up to %KTLAT_NL_A_FUNCTIONS, with
 *	%KTLAT_NL_A_SYSCALL and %KTLAT_NL_A_SYSCALL_32: its id; the only attribute of it
 *	that is there in each case
 * @KTLAT_NL_A_PAD: no data
 * @KTLAT_NL_A_SEQUENCE: u64: number of the event
 * @KTLAT_NL_A_TIME: u64: when it happened, CLOCK_MONOTONIC in ns; of a slow call, its
 *	end
 * @KTLAT_NL_A_SESSION_ID: u64: the session that the probe is in
 * @KTLAT_NL_A_KIND: u32: &enum ktlat_kind
 * @KTLAT_NL_A_MATCH: u32: &enum ktlat_match, of a pair or two tracepoints
 * @KTLAT_NL_A_BACKEND: u32: &enum ktlat_backend_id
 * @KTLAT_NL_A_STATE: u32: &enum ktlat_state; not of a probe that was removed, nor with
 *	a slow call or frozen rings
 * @KTLAT_NL_A_POINT: nested, of &enum ktlat_nl_point_attr: where it is, or begins
 * @KTLAT_NL_A_END_POINT: likewise: where a pair ends, or the second tracepoint
 * @KTLAT_NL_A_FUNCTIONS: u32: how many functions a group has
 * @KTLAT_NL_A_GENERATION: u64: *the figures*, up to %KTLAT_NL_A_CLOCK_BACKWARDS: how
 *	often the probe was reset
 * @KTLAT_NL_A_EXACT: u8: 1 if what was missed is known to the last call, 0 if it is
 *	a lower bound
 * @KTLAT_NL_A_ENTRIES: u64: calls entered, with those that were missed
 * @KTLAT_NL_A_RETURNS: u64: calls returned and recorded
 * @KTLAT_NL_A_SUM: u64: sum of their latencies, in ns
 * @KTLAT_NL_A_MIN: u64: shortest of them, in ns; not there if there is none
 * @KTLAT_NL_A_MAX: u64: longest of them, in ns; likewise
 * @KTLAT_NL_A_MISSED: u64: calls entered and not measured, however they were lost;
 *	in this generation
 * @KTLAT_NL_A_RECURSED: u64: calls from inside ktlat's own path
 * @KTLAT_NL_A_ABANDONED: u64: calls that will never return
 * @KTLAT_NL_A_FILTERED: u64: calls returned that the probe is not after
 * @KTLAT_NL_A_IN_FLIGHT: u64: calls entered that have not returned
 * @KTLAT_NL_A_UNMATCHED: u64: ends without a start; not part of the entries
 * @KTLAT_NL_A_CLOCK_BACKWARDS: u64: calls recorded as 0 ns, as the clock went back
 * @KTLAT_NL_A_MISSED_NEW: u64: those missed that no message has told before
 * @KTLAT_NL_A_LATENCY: u64: *the call*, up to %KTLAT_NL_A_SUPPRESSED, with *the
 *	probe* as far as that is still there: how long it took, in ns
 * @KTLAT_NL_A_FUNCTION: u32: which function of a group, from 0 up
 * @KTLAT_NL_A_CPU: u32: on which CPU it ended
 * @KTLAT_NL_A_CONTEXT: u32: &enum ktlat_context at its end
 * @KTLAT_NL_A_PID: u32: the task that ran at its end, in the initial pid namespace;
 *	0 for an idle one
 * @KTLAT_NL_A_TGID: u32: its process
 * @KTLAT_NL_A_COMM: string: its name
 * @KTLAT_NL_A_STACK_ID: u32: kernel stack at its end; not there if there is none
 * @KTLAT_NL_A_SUPPRESSED: u64: slow calls of the probe since the last message about
 *	one that were told by none
 * @KTLAT_NL_A_SYSCALL: u32: part of *the probe*, of a "syscall" that measures one call
 *	alone: its number for processes of the kernel's own kind; not there if it has none
 * @KTLAT_NL_A_SYSCALL_32: u32: likewise, its number for 32-bit processes
 * @KTLAT_NL_A_NR: one more than the highest
 */
enum ktlat_nl_attr {
	KTLAT_NL_A_UNSPEC		= 0,
	KTLAT_NL_A_PROBE_ID		= 1,
	KTLAT_NL_A_PAD			= 2,
	KTLAT_NL_A_SEQUENCE		= 3,
	KTLAT_NL_A_TIME			= 4,
	KTLAT_NL_A_SESSION_ID		= 5,
	KTLAT_NL_A_KIND			= 6,
	KTLAT_NL_A_MATCH		= 7,
	KTLAT_NL_A_BACKEND		= 8,
	KTLAT_NL_A_STATE		= 9,
	KTLAT_NL_A_POINT		= 10,
	KTLAT_NL_A_END_POINT		= 11,
	KTLAT_NL_A_FUNCTIONS		= 12,
	KTLAT_NL_A_GENERATION		= 13,
	KTLAT_NL_A_EXACT		= 14,
	KTLAT_NL_A_ENTRIES		= 15,
	KTLAT_NL_A_RETURNS		= 16,
	KTLAT_NL_A_SUM			= 17,
	KTLAT_NL_A_MIN			= 18,
	KTLAT_NL_A_MAX			= 19,
	KTLAT_NL_A_MISSED		= 20,
	KTLAT_NL_A_RECURSED		= 21,
	KTLAT_NL_A_ABANDONED		= 22,
	KTLAT_NL_A_FILTERED		= 23,
	KTLAT_NL_A_IN_FLIGHT		= 24,
	KTLAT_NL_A_UNMATCHED		= 25,
	KTLAT_NL_A_CLOCK_BACKWARDS	= 26,
	KTLAT_NL_A_MISSED_NEW		= 27,
	KTLAT_NL_A_LATENCY		= 28,
	KTLAT_NL_A_FUNCTION		= 29,
	KTLAT_NL_A_CPU			= 30,
	KTLAT_NL_A_CONTEXT		= 31,
	KTLAT_NL_A_PID			= 32,
	KTLAT_NL_A_TGID			= 33,
	KTLAT_NL_A_COMM			= 34,
	KTLAT_NL_A_STACK_ID		= 35,
	KTLAT_NL_A_SUPPRESSED		= 36,
	KTLAT_NL_A_SYSCALL		= 37,
	KTLAT_NL_A_SYSCALL_32		= 38,
	KTLAT_NL_A_NR
};

/**
 * enum ktlat_nl_point_attr - A point, nested; see struct ktlat_point of ktlat.h
 * @KTLAT_NL_POINT_A_UNSPEC: never used
 * @KTLAT_NL_POINT_A_MODULE: string: the module; not there if none was named
 * @KTLAT_NL_POINT_A_NAME: string: the function, tracepoint or group
 * @KTLAT_NL_POINT_A_OFFSET: u64: from its start, in bytes; not there if it is 0
 * @KTLAT_NL_POINT_A_PAD: no data
 * @KTLAT_NL_POINT_A_ARGUMENT: u32: of one of two tracepoints that are matched by an
 *	argument: which one, see struct ktlat_argument of ktlat.h; else not there
 * @KTLAT_NL_POINT_A_BYTES: u32: how long that is
 * @KTLAT_NL_POINT_A_SIGNED: flag: there if it is a signed number
 * @KTLAT_NL_POINT_A_NR: one more than the highest
 */
enum ktlat_nl_point_attr {
	KTLAT_NL_POINT_A_UNSPEC		= 0,
	KTLAT_NL_POINT_A_MODULE		= 1,
	KTLAT_NL_POINT_A_NAME		= 2,
	KTLAT_NL_POINT_A_OFFSET		= 3,
	KTLAT_NL_POINT_A_PAD		= 4,
	KTLAT_NL_POINT_A_ARGUMENT	= 5,
	KTLAT_NL_POINT_A_BYTES		= 6,
	KTLAT_NL_POINT_A_SIGNED		= 7,
	KTLAT_NL_POINT_A_NR
};

#endif /* _UAPI_KTLAT_NETLINK_H */

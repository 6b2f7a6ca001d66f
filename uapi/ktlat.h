/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * ktlat.h - the whole contract between ktlat.ko and its users.
 *
 * DOC: The device
 *
 * /dev/ktlat is opened, asked by ioctl and read by mmap. Three objects exist:
 *
 *   file descriptor --> session --> probes --> one histogram each (mapped)
 *                          |------> event rings, one for each CPU (mapped)
 *
 * A *session* is a set of probes. A fresh descriptor is bound to the *default*
 * session, which lasts as long as the module. %KTLAT_IOC_SESSION_NEW binds the
 * descriptor to an *anonymous* session instead, which ends, probes and all,
 * with the last descriptor and mapping that refer to it, however they go.
 *
 * A *probe* measures one thing: the calls of a function, the time from one
 * probe point to another, or the time from one tracepoint to its partner.
 * Its id is never used again while the module is loaded.
 *
 * A *group* is a probe on many functions, each with its own figures, which are
 * armed in one step. It is added empty and disabled (%KTLAT_KIND_GROUP), given
 * its functions one by one (%KTLAT_IOC_FUNCTION_ADD), and then enabled.
 *
 * DOC: Rules for every call
 *
 * - Every argument is a pointer to a struct whose first member, @size, holds
 *   the size of that struct as the caller knows it. The same layout serves
 *   32-bit and 64-bit callers.
 * - Structs only ever grow at the end. A shorter one than version 1 defined is
 *   refused with EINVAL. A longer one than the module knows is taken if all
 *   the bytes that the module does not know are zero, else refused with E2BIG.
 * - On return the module fills in what it knows, at most @size bytes.
 * - Members called @reserved, and flags that are not defined, must be zero,
 *   else EINVAL. A refused call changes nothing.
 * - Errors that every call can give: EFAULT (bad pointer), EINVAL, E2BIG,
 *   ENOTTY (no such call), EINTR (a fatal signal while waiting for our lock).
 *
 * DOC: Who may do what
 *
 * To configure (every call that changes something) a caller needs a descriptor
 * opened for writing (else EBADF) and CAP_PERFMON or CAP_SYS_ADMIN (else
 * EPERM). Probes belong to the real user id that added them, which also pays
 * for their memory; changing the probe of
 * another user needs CAP_SYS_ADMIN (else EPERM). Without CAP_PERFMON and
 * CAP_SYS_ADMIN a reader sees the probes marked %KTLAT_PROBE_PUBLIC and no
 * other, and no rings, as if no others existed. Kernel addresses read as 0
 * without CAP_SYSLOG.
 *
 * DOC: The mapping of a probe
 *
 * mmap(PROT_READ, MAP_SHARED) at @map_offset of struct ktlat_probe_info shows,
 * page by page, @map_size bytes: one struct ktlat_map_header, and at
 * @cpu_offset one area of @cpu_stride bytes for each CPU number below @nr_cpus.
 * An area holds two *generations*, @generation_stride bytes apart, each a
 * struct ktlat_counters followed, at @bucket_offset, by @nr_buckets __u64. A
 * generation of a group has @nr_functions of these, @function_stride bytes
 * apart, in the order in which the functions were added.
 *
 * The current figures are those of generation (@generation & 1). A reset
 * clears the other one, adds one to @generation, and so moves every new call
 * over; a call is counted in the generation in which it was entered, and not
 * at all if that has ended before the call does.
 *
 * A reader that wants whole figures from a live probe
 *   1. loads @generation (acquire order),
 *   2. over all areas reads everything but @entries,
 *   3. issues a read barrier, then over all areas reads @entries,
 *   4. issues a read barrier and loads @generation again; if it has changed,
 *      starts again.
 * Reading returns and losses before entries makes a live reading err to one
 * known side: a call may be seen in flight that has just returned, never the
 * reverse. Min is all ones as long as nothing was recorded.
 *
 * Mappings are read-only for good: PROT_WRITE, then or by mprotect later, is
 * refused with EACCES. A mapping outlives the probe: once the probe has been
 * removed it shows the final figures.
 *
 * DOC: The event ring
 *
 * A session has rings once %KTLAT_IOC_RINGS_MAKE has made them, one for each CPU
 * number below @nr_rings, so also for CPUs that come later. mmap(PROT_READ,
 * MAP_SHARED) at @map_offset of struct ktlat_rings_info shows them, page by page,
 * each @ring_stride bytes behind the one before; the rules are those for the
 * mapping of a probe. A mapping outlives its rings.
 *
 * A ring holds the last records of one CPU: one struct ktlat_ring_header, and at
 * @slot_offset @nr_slots slots of @slot_size bytes, each a struct ktlat_event or
 * longer. Records are numbered from 1 without a gap; number n lies in the slot
 * n modulo @nr_slots until number n + @nr_slots takes its place. @sequence of a
 * slot is the number of the record in it, and 0 while it is being written and
 * before it is written first.
 *
 * The kernel never waits for a reader and knows of none. A reader keeps its own
 * cursor, the number that it wants next, and
 *   1. loads @sequence of that number's slot (acquire order); if it is less than
 *      the number, the record is not there yet;
 *   2. if it is the number, copies the slot, issues a read barrier and loads
 *      @sequence again: the copy is the record if it is still the number;
 *   3. in any other case has been overtaken: the record is lost to this reader,
 *      and so are all up to @sequence - @nr_slots. The cursor goes on behind
 *      them, and what it leaps over is what was lost.
 * Records of nested contexts come in the order in which they were begun.
 *
 * At a quiet moment, of the records that were to be written since the ring was
 * made,
 *
 *   all = @last + @dropped + @frozen
 *
 * and a reader that began with number 1 and has come to @last has
 *
 *   read + lost = @last
 *
 * DOC: The stack table
 *
 * Stacks are stored once each, in a table that all CPUs write, and named by an id:
 * one struct ktlat_stacks_header, and at @slot_offset @nr_slots slots of @slot_size
 * bytes, each a struct ktlat_stack or longer. The id of a stack is the index of its
 * slot plus 1; 0 stands for none. The rules for the mapping are those for the mapping
 * of a probe.
 *
 * @state of a slot is 0 while it is free and %KTLAT_STACK_FILLING while a stack is
 * being stored. Any other value says that the stack is whole, and from then on
 * nothing in the slot ever changes. A reader
 *   1. loads @state (acquire order), and goes no further if it is one of those two;
 *   2. reads the rest, of @frames the first @nr, whenever it likes.
 * A stack that a record in a ring names is whole when a reader has that record.
 *
 * Two CPUs that meet with the same new stack at the same time may store it twice, and
 * so may a CPU that is interrupted while it does: what is the same stack is told by
 * its frames and not by its id. Of a stack for which there was no room, @dropped tells
 * that there was one, and its id is 0.
 *
 * DOC: The slowest calls
 *
 * A probe can keep the slowest calls of each interval of time, whatever the rate: no
 * threshold has to be guessed. Intervals are numbered from 1; the kernel goes on to
 * the next one about every @interval_ns. In each, every context of every CPU keeps the
 * @nr_slots slowest of its calls that end in it; the slowest of all are among them.
 *
 * The mapping is one struct ktlat_slowest_header, and at @cpu_offset one area of
 * @cpu_stride bytes for each CPU number below @nr_cpus. An area has a part of
 * @context_stride bytes for each &enum ktlat_context, which is a struct
 * ktlat_slowest_context, and at @bank_offset two *banks*, @bank_stride bytes apart,
 * for even intervals and for odd ones. A bank is a struct ktlat_slowest_bank, and at
 * @slot_offset @nr_slots slots of @slot_size bytes, each a struct ktlat_event or longer.
 * The rules for the mapping are those for the mapping of a probe.
 *
 * A slot is empty, or being written, while its @sequence is 0, which else tells one
 * record from the next. A reader that wants interval n chooses one from @first to
 * @complete (loaded in acquire order), and for each context of each CPU
 *   1. loads @interval of bank (n & 1) (acquire order); if it is less than n, no call
 *      ended there in interval n; if it is more, it is too late;
 *   2. for each slot, loads @sequence (acquire order), copies the slot unless that is
 *      0, issues a read barrier and loads @sequence again: if it has changed, it does
 *      that anew;
 *   3. issues a read barrier and loads @interval again: if it is not n any more, it is
 *      too late, and what was copied is worth nothing.
 * There is time for that until the next interval is over. A reader may look at
 * interval @interval, too, which is the present one; a call that is just being put in
 * the place of a faster one is missed then, and so is that one.
 *
 * DOC: The keys of a probe
 *
 * A probe can tell its calls apart, by the task that made them for example (&enum
 * ktlat_by). Each CPU has a table of so many *keys*, each with figures of its own, which
 * is mapped apart from the probe's own figures, at @keys_offset. The mapping is laid out
 * as that of a group, and read in the same way; what is called a function there is a
 * slot of the table here, of which the first is for what found no room.
 *
 * @key_state of a slot's counters is %KTLAT_KEY_USED if @key is whole, and then neither
 * changes until the next reset, for which a reader looks at @generation again. It loads
 * @key_state in acquire order. The same key has a slot on each CPU where it was met, and
 * not the same one. In slots @entries and all losses are 0.
 *
 * Each call that is recorded is counted in one slot: that of its key, or the first one
 * if the table has no room near the key's place, if the call comes in the midst of
 * the making of a new key on its CPU, or if a value that is its key could not be read
 * (@unread of that slot). So at a quiet moment @returns and @sum_ns of a
 * CPU's slots add up to those of the probe on that CPU.
 *
 * DOC: What adds up
 *
 * At a quiet moment, for each probe,
 *
 *   entries = returns + in_flight + missed + recursed + abandoned + filtered
 *
 * where entries is the sum of the mapped @entries and of what the mechanism
 * itself says it missed (@missed_pool, @missed_busy), and missed is the sum of
 * the mapped @missed and those two. in_flight is what is left over.
 */
#ifndef _UAPI_KTLAT_H
#define _UAPI_KTLAT_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Raised by any change that an older tool or module would misread. */
#ifndef KTLAT_ABI_VERSION
#define KTLAT_ABI_VERSION	1
#endif

#define KTLAT_DEVICE_NAME	"ktlat"
#define KTLAT_DEVICE_PATH	"/dev/ktlat"

/* Longest names, with their terminating zero. */
#define KTLAT_MODULE_LEN	64
#define KTLAT_NAME_LEN		512
/* That of a task. */
#define KTLAT_COMM_LEN		16

/**
 * enum ktlat_clock - What the stamps of this module load are taken from
 * @KTLAT_CLOCK_MONOTONIC: CLOCK_MONOTONIC, by the kernel's NMI-safe reader
 * @KTLAT_CLOCK_SCHED: the scheduler's per-CPU clock, because the clocksource
 *	takes a lock at each reading (HPET); a call that changes CPU may be off
 *	by what the clocks of the two CPUs differ
 * @KTLAT_CLOCK_TSC: the CPU's own counter, where that is what CLOCK_MONOTONIC
 *	counts, in ns by the kernel's own factor
 */
enum ktlat_clock {
	KTLAT_CLOCK_MONOTONIC	= 1,
	KTLAT_CLOCK_SCHED	= 2,
	KTLAT_CLOCK_TSC		= 3,
};

/**
 * enum ktlat_session_kind - Which session a descriptor is bound to
 * @KTLAT_SESSION_DEFAULT: the one that lasts as long as the module
 * @KTLAT_SESSION_ANONYMOUS: one that ends with its last descriptor and mapping
 */
enum ktlat_session_kind {
	KTLAT_SESSION_DEFAULT	= 1,
	KTLAT_SESSION_ANONYMOUS	= 2,
};

/**
 * enum ktlat_kind - What a probe measures
 * @KTLAT_KIND_FUNCTION: each call of the function point[0], entry to return
 * @KTLAT_KIND_PAIR: from each passage of point[0] to the next one of point[1]
 *	with the same key (see enum ktlat_match)
 * @KTLAT_KIND_TRACEPOINT: the tracepoint pair named by point[0].name, one of
 *	"irq_handler", "softirq", "timer_expire", "hrtimer_expire",
 *	"workqueue_execute", "sched_wakeup" (wake-up to switch-in), "sched_runq" (the
 *	same, and from where a task was switched out that could run on: all waits on
 *	run queues; a wake-up in the midst of one begins it anew), "sched_migrate" (from
 *	where a task was moved to another CPU to switch-in), "block_rq" (a request is
 *	issued to its driver, until all of it is complete), "net_receive" (a packet, or a
 *	list of these, is handed to the
 *	stack, until the call returns) and "syscall" (sys_enter to sys_exit). Or,
 *	where point[1] is not empty, from each passage of the tracepoint point[0].name
 *	to the next one of the tracepoint point[1].name with the same key (see &enum
 *	ktlat_match); @module of each is the subsystem that tracefs shows it in, which
 *	is told back and of no account otherwise. Where they are those of a module,
 *	which has to be live, the probe holds that
 * @KTLAT_KIND_GROUP: each call of each function of the group; point[0].name is
 *	what the group is called, any text
 */
enum ktlat_kind {
	KTLAT_KIND_FUNCTION	= 1,
	KTLAT_KIND_PAIR		= 2,
	KTLAT_KIND_TRACEPOINT	= 3,
	KTLAT_KIND_GROUP	= 4,
};

/**
 * enum ktlat_backend_id - The mechanism that calls us at entry and return
 * @KTLAT_BACKEND_AUTO: let the module choose; never reported
 * @KTLAT_BACKEND_KRETPROBE: a kretprobe; functions only. Its two loss counters
 *	are not atomic in the kernel, so its figures are marked as a bound
 * @KTLAT_BACKEND_PAIR: two kprobes; pairs only
 * @KTLAT_BACKEND_TRACEPOINT: two or more tracepoint handlers
 * @KTLAT_BACKEND_DIRECT: a trampoline of ktlat's own on the function's ftrace
 *	site; functions and groups. Costs least and loses nothing; see
 *	%KTLAT_PROBE_REGISTERS. Deleting its probe is over when new calls are not
 *	measured any more; those in flight go on to hold the module, see
 *	%KTLAT_IOC_HELD_NEXT
 * @KTLAT_BACKEND_FPROBE: a fprobe; functions only. What it loses is counted as
 *	@missed_pool. The kernel does not count it atomically, so its figures
 *	are marked as a bound as soon as that is not 0. Where fprobes have no
 *	pool (from Linux 6.14 on) the kernel does not count all of it, and they
 *	are always marked
 */
enum ktlat_backend_id {
	KTLAT_BACKEND_AUTO		= 0,
	KTLAT_BACKEND_KRETPROBE		= 1,
	KTLAT_BACKEND_PAIR		= 2,
	KTLAT_BACKEND_TRACEPOINT	= 3,
	KTLAT_BACKEND_DIRECT		= 4,
	KTLAT_BACKEND_FPROBE		= 5,
};

/**
 * enum ktlat_match - By what the two points of a pair, or two tracepoints, find each
 * other
 * @KTLAT_MATCH_TASK: the same task passes both; it may sleep and change CPU
 * @KTLAT_MATCH_CPU: the same CPU passes both, whatever runs on it
 * @KTLAT_MATCH_ARGUMENT: an argument of one is equal to an argument of the other, see
 *	struct ktlat_argument; for two tracepoints alone. Takes CAP_SYSLOG (else EPERM), as
 *	it tells of addresses which they are. What an address was may be something else
 *	by the time of the end; but if it was a task, its start is abandoned when the
 *	next one begins there
 */
enum ktlat_match {
	KTLAT_MATCH_TASK	= 1,
	KTLAT_MATCH_CPU		= 2,
	KTLAT_MATCH_ARGUMENT	= 3,
};

/**
 * enum ktlat_by - By what the calls of a probe are told apart
 * @KTLAT_BY_NOTHING: they are not
 * @KTLAT_BY_CPU: the CPU on which they end
 * @KTLAT_BY_PID: the task that runs when they end, in the initial pid namespace
 * @KTLAT_BY_TGID: its process, likewise
 * @KTLAT_BY_COMM: its name, which are both words of the key, as 16 bytes
 * @KTLAT_BY_CGROUP: its cgroup (v2), by the inode number of its folder
 * @KTLAT_BY_EVENT: what the tracepoint that starts them is about. irq_handler: the
 *	number of the interrupt; softirq: the vector; timer_expire and hrtimer_expire:
 *	the address of the timer's function, 0 for one that is being shut down;
 *	workqueue_execute: that of the work's; block_rq: &enum ktlat_block_op;
 *	net_receive: &enum ktlat_net_entry; syscall: the number, and in the second
 *	word 1 for one that a 32-bit process makes. Not for the others
 * @KTLAT_BY_VALUES: what the probe captures of it, as both words of the key; calls of
 *	which a value could not be read are counted in the first slot
 */
enum ktlat_by {
	KTLAT_BY_NOTHING	= 0,
	KTLAT_BY_CPU		= 1,
	KTLAT_BY_PID		= 2,
	KTLAT_BY_TGID		= 3,
	KTLAT_BY_COMM		= 4,
	KTLAT_BY_CGROUP		= 5,
	KTLAT_BY_EVENT		= 6,
	KTLAT_BY_VALUES		= 7,
};

/**
 * enum ktlat_block_op - What a request asks for, a key of "block_rq"
 * @KTLAT_BLOCK_OTHER: anything else: what is done to zones, for one
 * @KTLAT_BLOCK_READ: data
 * @KTLAT_BLOCK_WRITE: data
 * @KTLAT_BLOCK_FLUSH: that the device's cache is written back
 * @KTLAT_BLOCK_DISCARD: that data is forgotten
 * @KTLAT_BLOCK_SECURE_ERASE: that data is forgotten for good
 * @KTLAT_BLOCK_WRITE_ZEROES: zeroes, without passing them
 * @KTLAT_BLOCK_DRIVER: something between the driver and its users
 */
enum ktlat_block_op {
	KTLAT_BLOCK_OTHER		= 0,
	KTLAT_BLOCK_READ		= 1,
	KTLAT_BLOCK_WRITE		= 2,
	KTLAT_BLOCK_FLUSH		= 3,
	KTLAT_BLOCK_DISCARD		= 4,
	KTLAT_BLOCK_SECURE_ERASE	= 5,
	KTLAT_BLOCK_WRITE_ZEROES	= 6,
	KTLAT_BLOCK_DRIVER		= 7,
};

/**
 * enum ktlat_net_entry - How packets come to the stack, a key of "net_receive"
 * @KTLAT_NET_NAPI_GRO_FRAGS: napi_gro_frags()
 * @KTLAT_NET_NAPI_GRO_RECEIVE: napi_gro_receive()
 * @KTLAT_NET_NETIF_RECEIVE_SKB: netif_receive_skb()
 * @KTLAT_NET_NETIF_RECEIVE_SKB_LIST: netif_receive_skb_list()
 * @KTLAT_NET_NETIF_RX: netif_rx()
 * @KTLAT_NET_NETIF_RX_NI: netif_rx_ni(), up to Linux 5.17
 */
enum ktlat_net_entry {
	KTLAT_NET_NAPI_GRO_FRAGS		= 1,
	KTLAT_NET_NAPI_GRO_RECEIVE		= 2,
	KTLAT_NET_NETIF_RECEIVE_SKB		= 3,
	KTLAT_NET_NETIF_RECEIVE_SKB_LIST	= 4,
	KTLAT_NET_NETIF_RX			= 5,
	KTLAT_NET_NETIF_RX_NI			= 6,
};

/**
 * enum ktlat_state - The state of a probe
 * @KTLAT_STATE_ARMED: measuring
 * @KTLAT_STATE_DISABLED: new calls are not measured; those in flight still are
 * @KTLAT_STATE_GONE: the module that held the function was unloaded; the
 *	figures stay until the probe is removed
 * @KTLAT_STATE_PENDING: it waits for its module (%KTLAT_PROBE_PENDING)
 */
enum ktlat_state {
	KTLAT_STATE_ARMED	= 1,
	KTLAT_STATE_DISABLED	= 2,
	KTLAT_STATE_GONE	= 3,
	KTLAT_STATE_PENDING	= 4,
};

/**
 * enum ktlat_refusal - Why a probe was not added (the errno in brackets)
 * @KTLAT_REFUSED_NOT: it was not refused, or the errno says it all
 * @KTLAT_REFUSED_UNKNOWN: no such function or tracepoint, or its module is not
 *	loaded (ENOENT)
 * @KTLAT_REFUSED_BLACKLIST: the kernel forbids probes there, see
 *	/sys/kernel/debug/kprobes/blacklist, or the name is that of data, not of
 *	a function (EADDRNOTAVAIL)
 * @KTLAT_REFUSED_NOTRACE: the function has no ftrace site: it was compiled
 *	notrace or written in assembler (EOPNOTSUPP)
 * @KTLAT_REFUSED_NORETURN: the function never returns (ENOTRECOVERABLE)
 * @KTLAT_REFUSED_OURS: the function is part of ktlat, or calls it (ELOOP)
 * @KTLAT_REFUSED_OFFSET: not the start of an instruction, or beyond the end of
 *	the function (EILSEQ)
 * @KTLAT_REFUSED_LOCKDOWN: the kernel is locked down (EPERM)
 * @KTLAT_REFUSED_MEMLOCK: it would pass RLIMIT_MEMLOCK of this user (ENOMEM)
 * @KTLAT_REFUSED_LIMIT: this user has max_probes probes already (EDQUOT)
 * @KTLAT_REFUSED_OFF: kprobes are switched off, by a 0 in
 *	/sys/kernel/debug/kprobes/enabled (EBUSY)
 * @KTLAT_REFUSED_PROTOTYPE: the direct backend may not call the function, as
 *	nobody vouches for its arguments (EPROTOTYPE)
 * @KTLAT_REFUSED_RIGHTS: the direct backend takes CAP_SYS_ADMIN, and so does a
 *	function that is told by its address (EACCES)
 * @KTLAT_REFUSED_CLOCK: the probes that are there stamp by the CPU's own
 *	counter, which the kernel has given up since, so the direct backend starts
 *	no more of them (ENODATA)
 * @KTLAT_REFUSED_TAKEN: another trampoline is on the function, that of a BPF
 *	program maybe, or ftrace is switched off (EADDRINUSE)
 * @KTLAT_REFUSED_SLOTS: all trampolines of the direct backend are in use
 *	(ENOSPC)
 * @KTLAT_REFUSED_EXCLUDED: no trampoline may call the function (EXDEV)
 * @KTLAT_REFUSED_ABSENT: the module has no such backend on this kernel
 *	(EPROTONOSUPPORT)
 * @KTLAT_REFUSED_FTRACE: ftrace is switched off, by a 0 in
 *	/proc/sys/kernel/ftrace_enabled (EUNATCH)
 * @KTLAT_REFUSED_ADDRESS: no function begins at the address that was given, or
 *	another one than was named (ENXIO)
 * @KTLAT_REFUSED_SITES: groups have as many functions as this kernel's ftrace can
 *	serve, all together (ENFILE)
 * @KTLAT_REFUSED_INIT: the function is in code that goes once its module is
 *	loaded, and no group takes it (ESTALE)
 * @KTLAT_REFUSED_CROWDED: as many fprobes of ktlat's as can share a function are
 *	on it; only where fprobes have no pool (EUSERS)
 * @KTLAT_REFUSED_RINGS: it is to write events or slow calls, and the session has no rings
 *	(ENOLINK)
 * @KTLAT_REFUSED_VALUES: the backend does not see what the probe is to capture or to
 *	look at (EBADSLT): arguments are seen by %KTLAT_BACKEND_KRETPROBE alone
 * @KTLAT_REFUSED_HANDLER: two tracepoints of any kind cannot be measured on this kernel:
 *	it checks the type of each function that it calls (kCFI), or its architecture
 *	is one of which it is not known that all arguments come in registers (ENOEXEC)
 * @KTLAT_REFUSED_SYSLOG: what it asks for can tell addresses, which takes CAP_SYSLOG
 *	(EPERM)
 */
enum ktlat_refusal {
	KTLAT_REFUSED_NOT	= 0,
	KTLAT_REFUSED_UNKNOWN	= 1,
	KTLAT_REFUSED_BLACKLIST	= 2,
	KTLAT_REFUSED_NOTRACE	= 3,
	KTLAT_REFUSED_NORETURN	= 4,
	KTLAT_REFUSED_OURS	= 5,
	KTLAT_REFUSED_OFFSET	= 6,
	KTLAT_REFUSED_LOCKDOWN	= 7,
	KTLAT_REFUSED_MEMLOCK	= 8,
	KTLAT_REFUSED_LIMIT	= 9,
	KTLAT_REFUSED_OFF	= 10,
	KTLAT_REFUSED_PROTOTYPE	= 11,
	KTLAT_REFUSED_RIGHTS	= 12,
	KTLAT_REFUSED_CLOCK	= 13,
	KTLAT_REFUSED_TAKEN	= 14,
	KTLAT_REFUSED_SLOTS	= 15,
	KTLAT_REFUSED_EXCLUDED	= 16,
	KTLAT_REFUSED_ABSENT	= 17,
	KTLAT_REFUSED_FTRACE	= 18,
	KTLAT_REFUSED_ADDRESS	= 19,
	KTLAT_REFUSED_SITES	= 20,
	KTLAT_REFUSED_INIT	= 21,
	KTLAT_REFUSED_CROWDED	= 22,
	KTLAT_REFUSED_RINGS	= 23,
	KTLAT_REFUSED_VALUES	= 24,
	KTLAT_REFUSED_HANDLER	= 25,
	KTLAT_REFUSED_SYSLOG	= 26,
};

/* ktlat_info.features: what this module can do; bits are only ever added. */
#define KTLAT_FEATURE_KRETPROBE		(1ULL << 0)
#define KTLAT_FEATURE_PAIR		(1ULL << 1)
#define KTLAT_FEATURE_TRACEPOINT	(1ULL << 2)
#define KTLAT_FEATURE_DIRECT		(1ULL << 3)
#define KTLAT_FEATURE_FPROBE		(1ULL << 4)
#define KTLAT_FEATURE_DIRECT_GROUP	(1ULL << 5)
#define KTLAT_FEATURE_KRETPROBE_GROUP	(1ULL << 6)

/* ktlat_probe_add.flags and ktlat_probe_info.flags */
#define KTLAT_PROBE_PUBLIC	(1U << 0) /* readers without rights may see it,
					   * and keep its memory charged to the
					   * owner by keeping it mapped
					   */
#define KTLAT_PROBE_DISABLED	(1U << 1) /* add only: do not arm it yet */
#define KTLAT_PROBE_INEXACT	(1U << 2) /* info only: loss is a lower bound */
#define KTLAT_PROBE_REGISTERS	(1U << 3) /* add only: the caller vouches that all
					   * arguments of the function come in
					   * registers and that no other function
					   * has its name, unless its address is
					   * told, so that a trampoline may call
					   * it. Wrongly said, the function reads
					   * garbage
					   */

#define KTLAT_PROBE_EVENTS	(1U << 4) /* each call that is recorded is
					   * written to the session's rings,
					   * too
					   */
#define KTLAT_PROBE_USER_STACK	(1U << 5) /* with the stack of a slow call goes
					   * that of its process
					   */
#define KTLAT_PROBE_NO_HISTOGRAM (1U << 6)
					  /* its calls are counted and go to the
					   * rings (KTLAT_PROBE_EVENTS), but into
					   * no buckets: its mapping has none
					   */
#define KTLAT_PROBE_BY_ADDRESS	(1U << 7) /* info only: a point of it was told by
					   * its address
					   */
#define KTLAT_PROBE_PENDING	(1U << 8) /* where the module of a point is not loaded
					   * it waits for it, and again after that
					   * has gone; each time it measures from
					   * before the module's init function on,
					   * into the same figures. So it does
					   * where the module is loaded and has
					   * no such function now
					   */

/* ktlat_probe_ref.flags */
#define KTLAT_REF_ALL		(1U << 0) /* every probe of this session that is
					   * the caller's own; id must be 0
					   */

/* Sizes and counts that the module takes; beyond them: EINVAL. */
#define KTLAT_PRECISION_MAX	7
#define KTLAT_PRECISION_DEFAULT	5
#define KTLAT_POOL_MAX		65536
#define KTLAT_STARTS_MIN	16
#define KTLAT_STARTS_MAX	(1U << 20)
#define KTLAT_STARTS_DEFAULT	8192
#define KTLAT_FUNCTIONS_MAX	32768
#define KTLAT_SLOTS_MIN		16
#define KTLAT_SLOTS_MAX		(1U << 20)
#define KTLAT_STACKS_MIN	16
#define KTLAT_STACKS_MAX	(1U << 16)
#define KTLAT_SLOWEST_MAX	32
#define KTLAT_KEYS_MIN		16
#define KTLAT_KEYS_MAX		4096
#define KTLAT_KEYS_DEFAULT	256
#define KTLAT_INTERVAL_MIN	10000000ULL /* ns */
#define KTLAT_INTERVAL_MAX	86400000000000ULL

/**
 * struct ktlat_info - What this module is and what it can do
 * @size: in: size of this struct; see "Rules for every call"
 * @abi_version: out: %KTLAT_ABI_VERSION of the module; a tool that was built
 *	for another one must not go on
 * @features: out: KTLAT_FEATURE_*
 * @session_id: out: the session that the descriptor is bound to
 * @session_kind: out: &enum ktlat_session_kind of it
 * @clock: out: &enum ktlat_clock
 * @page_size: out: unit of mappings, in bytes
 * @nr_cpus: out: one more than the highest CPU number that there can be
 * @precision_max: out: highest precision p of a histogram
 * @precision_default: out: the precision to use where the user gave none
 * @max_probes: out: how many probes one user may have at once
 * @nr_probes: out: how many probes there are now that the caller may see, in
 *	the session of the descriptor
 * @memory_bytes: out: memory held by the probes and rings of the calling user, in
 *	bytes; without what mappings keep of those that were removed
 * @memory_max: out: how far it may grow together with all else that the user
 *	has locked (RLIMIT_MEMLOCK), in bytes; all ones for no limit
 * @reserved: must be zero
 */
struct ktlat_info {
	__u32 size;
	__u32 abi_version;
	__u64 features;
	__u64 session_id;
	__u32 session_kind;
	__u32 clock;
	__u32 page_size;
	__u32 nr_cpus;
	__u32 precision_max;
	__u32 precision_default;
	__u32 max_probes;
	__u32 nr_probes;
	__u64 memory_bytes;
	__u64 memory_max;
	__u64 reserved[4];
};

/**
 * struct ktlat_session_new - A new anonymous session
 * @size: in: size of this struct
 * @reserved: must be zero
 * @id: out: id of the session that the descriptor is bound to from now on
 */
struct ktlat_session_new {
	__u32 size;
	__u32 reserved;
	__u64 id;
};

/**
 * struct ktlat_point - A place in the kernel's code
 * @address: out: where that is, or 0 for a caller without CAP_SYSLOG; in: for
 *	%KTLAT_KIND_FUNCTION and %KTLAT_KIND_PAIR where the function begins, if
 *	its name is not enough to tell it; that takes CAP_SYS_ADMIN (else
 *	%KTLAT_REFUSED_RIGHTS), and it must be called @name there, by the first
 *	name that /proc/kallsyms has for it, and be in @module, empty for the
 *	kernel itself (else %KTLAT_REFUSED_ADDRESS). Else 0
 * @offset: bytes from the start of the function; 0 for %KTLAT_KIND_FUNCTION
 * @module: name of the kernel module that holds the function, zero-terminated;
 *	empty for any
 * @name: name of the function, of the tracepoint pair or of one of two tracepoints,
 *	zero-terminated
 */
struct ktlat_point {
	__u64 address;
	__u64 offset;
	char module[KTLAT_MODULE_LEN];
	char name[KTLAT_NAME_LEN];
};

/* ktlat_filter.flags: which of its members are of account */
#define KTLAT_FILTER_PID	(1U << 0)
#define KTLAT_FILTER_TGID	(1U << 1)
#define KTLAT_FILTER_COMM	(1U << 2)
#define KTLAT_FILTER_CGROUP	(1U << 3)
#define KTLAT_FILTER_CPU	(1U << 4)

/* How many CPUs a filter can tell apart; it passes none above. */
#define KTLAT_FILTER_CPUS	8192

/**
 * struct ktlat_filter - Which calls a probe is after; all of this must hold
 * @min_ns: shorter ones are filtered, in ns; 0 for none
 * @cgroup_id: calls of tasks in this cgroup (v2; the inode number of its folder),
 *	or in one below it
 * @pid: calls of this task, in the initial pid namespace; 0 is the idle tasks
 * @tgid: calls of this process, likewise
 * @comm: calls of tasks of this name, padded with zeroes
 * @flags: KTLAT_FILTER_*; what is not asked for must be zero
 * @reserved: must be zero
 * @cpus: calls that end on these CPUs; bit n of word m is CPU 64 m + n
 *
 * Calls are looked at when they end, see also struct ktlat_condition. Filtered ones are counted as @filtered, are in
 * no histogram, and are not written.
 */
struct ktlat_filter {
	__u64 min_ns;
	__u64 cgroup_id;
	__u32 pid;
	__u32 tgid;
	char comm[KTLAT_COMM_LEN];
	__u32 flags;
	__u32 reserved;
	__u64 cpus[KTLAT_FILTER_CPUS / 64];
};

/* How many loads lead to a value, at most, and the longest text it is compared with. */
#define KTLAT_FETCH_STEPS	8
#define KTLAT_TEXT_LEN		32
/* How many values are captured of a call, and how many conditions there are. */
#define KTLAT_VALUES		2
#define KTLAT_CONDITIONS	4

/**
 * enum ktlat_fetch_from - What a value begins with
 * @KTLAT_FETCH_NOTHING: there is no value
 * @KTLAT_FETCH_ARGUMENT: the argument register @index, 0 to 5, at entry
 * @KTLAT_FETCH_RETURN: the register of what is returned
 * @KTLAT_FETCH_CALLER: the address that the function returns to. With the direct
 *	backend this may be a trampoline of the kernel's where another tracer has put a
 *	hook on the same return
 */
enum ktlat_fetch_from {
	KTLAT_FETCH_NOTHING	= 0,
	KTLAT_FETCH_ARGUMENT	= 1,
	KTLAT_FETCH_RETURN	= 2,
	KTLAT_FETCH_CALLER	= 3,
};

/**
 * enum ktlat_fetch_type - What a value is
 * @KTLAT_FETCH_UNSIGNED: a number
 * @KTLAT_FETCH_SIGNED: a number, whose highest bit is its sign
 * @KTLAT_FETCH_STRING: a text in the kernel's memory that ends with a zero
 * @KTLAT_FETCH_USER_STRING: one in the memory of the process
 */
enum ktlat_fetch_type {
	KTLAT_FETCH_UNSIGNED	= 1,
	KTLAT_FETCH_SIGNED	= 2,
	KTLAT_FETCH_STRING	= 3,
	KTLAT_FETCH_USER_STRING	= 4,
};

/**
 * struct ktlat_fetch - How a value of a call is found
 * @from: &enum ktlat_fetch_from
 * @index: which argument; else 0
 * @type: &enum ktlat_fetch_type
 * @nr_steps: number of @offset, at most %KTLAT_FETCH_STEPS; 0 for the register
 *	itself. Each is added to what there is, which is then the address of what is
 *	loaded next: a pointer, or by the last one the value. A text is not loaded but
 *	begins there, and so takes one at least
 * @bytes: of a number, how many the last step loads: 1, 2, 4 or 8; of a register or a
 *	text 0
 * @shift: of a number, how many of its bits lie below the value
 * @bits: of a number, how many bits the value has; with @shift no more than there are
 * @reserved: must be zero
 * @offset: bytes; those beyond @nr_steps must be zero
 *
 * Numbers are extended to 64 bits, by their sign if they have one. Arguments are looked
 * at when a call begins, and what is returned when it ends. Memory is read without
 * faults: an address that cannot be read makes a value that could not be read, see
 * @unread of struct ktlat_counters. A %KTLAT_FETCH_USER_STRING outside of a process is
 * one, too, as is one whose page is not in memory.
 */
struct ktlat_fetch {
	__u32 from;
	__u32 index;
	__u32 type;
	__u32 nr_steps;
	__u32 bytes;
	__u32 shift;
	__u32 bits;
	__u32 reserved;
	__s64 offset[KTLAT_FETCH_STEPS];
};

/**
 * ktlat_fetch_is_text() - Is a value a text, and not a number?
 * @fetch: a value
 */
static inline _Bool ktlat_fetch_is_text(const struct ktlat_fetch *fetch)
{
	return fetch->type == KTLAT_FETCH_STRING ||
	       fetch->type == KTLAT_FETCH_USER_STRING;
}

/**
 * ktlat_fetch_ends() - Is a value known when a call ends, and not before?
 * @fetch: a value
 */
static inline _Bool ktlat_fetch_ends(const struct ktlat_fetch *fetch)
{
	return fetch->from == KTLAT_FETCH_RETURN ||
	       fetch->from == KTLAT_FETCH_CALLER;
}

/**
 * enum ktlat_op - How a value is compared
 * @KTLAT_OP_EQ: it is equal
 * @KTLAT_OP_NE: it is not
 * @KTLAT_OP_LT: it is less; not for text, like all below
 * @KTLAT_OP_LE: it is not more
 * @KTLAT_OP_GT: it is more
 * @KTLAT_OP_GE: it is not less
 * @KTLAT_OP_AND: they have a bit in common
 */
enum ktlat_op {
	KTLAT_OP_EQ	= 1,
	KTLAT_OP_NE	= 2,
	KTLAT_OP_LT	= 3,
	KTLAT_OP_LE	= 4,
	KTLAT_OP_GT	= 5,
	KTLAT_OP_GE	= 6,
	KTLAT_OP_AND	= 7,
};

/**
 * struct ktlat_condition - What must be true of a call
 * @fetch: a value; from %KTLAT_FETCH_NOTHING: there is no condition, and all else must
 *	be zero
 * @op: &enum ktlat_op
 * @reserved: must be zero
 * @value: what a number is compared with, signed if it is
 * @text: what a text is compared with, up to its zero and padded with zeroes; of one
 *	that is longer, the first %KTLAT_TEXT_LEN - 1 bytes are compared
 *
 * It does not hold for a value that could not be read.
 */
struct ktlat_condition {
	struct ktlat_fetch fetch;
	__u32 op;
	__u32 reserved;
	__u64 value;
	char text[KTLAT_TEXT_LEN];
};

/**
 * struct ktlat_slow - Which calls of a probe are slow
 * @ns: those of this length or longer, in ns; 0 for none
 * @ppm: or the longest ones: as many of a million calls are shorter; the kernel
 *	follows the histogram, once a second. 1 to 999999, or 0 for none. Not both,
 *	and not for a group
 * @slowest: besides, keep so many of the slowest calls of each interval, up to
 *	%KTLAT_SLOWEST_MAX, see "The slowest calls"; 0 for none
 * @interval_ns: how long that is, in ns, %KTLAT_INTERVAL_MIN to
 *	%KTLAT_INTERVAL_MAX; 0 without @slowest
 * @reserved: must be zero
 *
 * Slow calls, and those that are kept, come with their stack where the session's
 * rings have a stack table.
 */
struct ktlat_slow {
	__u64 ns;
	__u32 ppm;
	__u32 slowest;
	__u64 interval_ns;
	__u64 reserved;
};

/* How many arguments of a tracepoint can be looked at. */
#define KTLAT_ARGUMENTS_MAX	5

/**
 * struct ktlat_argument - An argument of a tracepoint
 * @index: 1 for the first, up to %KTLAT_ARGUMENTS_MAX; each takes one register
 * @bytes: how long it is: 1, 2, 4 or 8
 * @is_signed: 1 if it is a signed number, so that it equals one of another length, or 0
 * @reserved: must be zero
 *
 * Who says something wrong has the wrong values compared, and no worse. The value 0 is
 * one with all bits but the highest and the lowest 0, as a key, and all ones are one
 * with all bits but the highest.
 */
struct ktlat_argument {
	__u8 index;
	__u8 bytes;
	__u8 is_signed;
	__u8 reserved;
};

/**
 * struct ktlat_probe_add - A probe to add
 * @size: in: size of this struct
 * @flags: in: KTLAT_PROBE_PUBLIC, KTLAT_PROBE_DISABLED, KTLAT_PROBE_EVENTS,
 *	KTLAT_PROBE_USER_STACK, KTLAT_PROBE_REGISTERS (for %KTLAT_KIND_FUNCTION),
 *	KTLAT_PROBE_PENDING (for %KTLAT_KIND_FUNCTION and %KTLAT_KIND_PAIR, by names
 *	alone, of which one at least has a module),
 *	KTLAT_PROBE_NO_HISTOGRAM (with %KTLAT_PROBE_EVENTS, and not where what is slow
 *	is a share of the calls)
 * @kind: in: &enum ktlat_kind
 * @backend: in: &enum ktlat_backend_id; one that cannot serve @kind: EINVAL
 * @precision: in: p of the histogram, 0 to %KTLAT_PRECISION_MAX: each power of
 *	two is split into 2^p buckets
 * @match: in: &enum ktlat_match for a pair and for two tracepoints, else 0
 * @pool: in: for a kretprobe, how many calls may be in flight at once, at most
 *	%KTLAT_POOL_MAX; 0 lets the module size it by the number of CPUs and
 *	register a larger pool when calls were missed. The same for a fprobe; it
 *	is of no account where fprobes have no pool. Else 0
 * @starts: in: for pairs and tracepoints, how many starts may wait for their
 *	end at once (%KTLAT_STARTS_MIN to %KTLAT_STARTS_MAX, rounded up to a
 *	power of two for all CPUs, or for each one where start and end pass on
 *	the same CPU); 0 for %KTLAT_STARTS_DEFAULT, or %KTLAT_STARTS_MIN a CPU.
 *	Else 0
 * @id: out: id of the new probe
 * @refusal: out, also where the call fails: &enum ktlat_refusal
 * @refused_point: out: which of @point was refused
 * @functions: in: for a group, how many functions it has room for, 1 to
 *	%KTLAT_FUNCTIONS_MAX; their memory is taken now. A group is added with
 *	%KTLAT_PROBE_DISABLED. Else 0
 * @reserved1: must be zero
 * @reserved: must be zero
 * @point: in: what to probe; point[1] is all zero unless @kind is a pair, or there are
 *	two tracepoints
 * @filter: in: which calls it is after
 * @slow: in: which of them are slow. These are written to the rings of the session
 *	even without %KTLAT_PROBE_EVENTS, and wake who waits for records
 * @by: in: &enum ktlat_by; %KTLAT_BY_EVENT for %KTLAT_KIND_TRACEPOINT alone
 * @keys: in: how many keys there is room for on each CPU, a power of two,
 *	%KTLAT_KEYS_MIN to %KTLAT_KEYS_MAX, or 0 for %KTLAT_KEYS_DEFAULT; 0 without @by
 * @value: in: what is captured of each call, for @values of its events and for
 *	%KTLAT_BY_VALUES, which takes the first one at least. A text takes both words,
 *	for its first 16 bytes, and the second one is then from %KTLAT_FETCH_NOTHING. For
 *	%KTLAT_KIND_FUNCTION, and for %KTLAT_KIND_GROUP what does not come from
 *	%KTLAT_FETCH_ARGUMENT. Values, and conditions, take CAP_SYSLOG (else EPERM), as
 *	they can tell addresses; so does mapping what a probe with values writes to, from
 *	then on, and EPERM is also given where the rings have been mapped without
 * @condition: in: what must be true of it besides @filter, likewise
 * @argument: in: for %KTLAT_MATCH_ARGUMENT, which argument of each of the two; else 0
 * @syscall: in: for "syscall", the number, plus 1, of the only call that is measured:
 *	that of processes of the kernel's own kind, and that of 32-bit processes; 0 for
 *	none of that kind; both 0 for all calls. Else 0
 *
 * Further errors: see &enum ktlat_refusal; ENOMEM; ENOSPC (there is no place left to map
 * it at).
 */
struct ktlat_probe_add {
	__u32 size;
	__u32 flags;
	__u32 kind;
	__u32 backend;
	__u32 precision;
	__u32 match;
	__u32 pool;
	__u32 starts;
	__u64 id;
	__u32 refusal;
	__u32 refused_point;
	__u32 functions;
	__u32 reserved1;
	__u64 reserved;
	struct ktlat_point point[2];
	struct ktlat_filter filter;
	struct ktlat_slow slow;
	__u32 by;
	__u32 keys;
	struct ktlat_fetch value[KTLAT_VALUES];
	struct ktlat_condition condition[KTLAT_CONDITIONS];
	struct ktlat_argument argument[2];
	__u32 syscall[2];
};

/**
 * struct ktlat_function - A function of a group
 * @size: in: size of this struct
 * @flags: in: %KTLAT_IOC_FUNCTION_ADD: %KTLAT_PROBE_REGISTERS, and %KTLAT_PROBE_DISABLED
 *	where the group is not to be enabled soon: a kretprobe, which takes a while to
 *	arm, is armed when it is added unless this is set
 * @id: in: the group (ENOENT if there is no such probe, EINVAL if it is none)
 * @index: out: %KTLAT_IOC_FUNCTION_ADD: its place in the mapping, from 0 up;
 *	in: %KTLAT_IOC_FUNCTION_GET (ENOENT after the last)
 * @refusal: out, also where the call fails: &enum ktlat_refusal
 * @reserved: must be zero
 * @point: %KTLAT_IOC_FUNCTION_ADD: in; @address is that of the function's symbol.
 *	%KTLAT_IOC_FUNCTION_GET: out; see struct ktlat_probe_info. An empty
 *	@module means the kernel proper here
 *
 * Adding takes CAP_SYS_ADMIN (see %KTLAT_REFUSED_RIGHTS), as the address is
 * answered for. Further errors of it: see &enum ktlat_refusal; ENOBUFS (the group
 * has no room); EALREADY (the group has been enabled); EEXIST (a group by kretprobes has
 * a function at that address).
 */
struct ktlat_function {
	__u32 size;
	__u32 flags;
	__u64 id;
	__u32 index;
	__u32 refusal;
	__u64 reserved[2];
	struct ktlat_point point;
};

/**
 * struct ktlat_probe_ref - Which probe to delete, enable, disable or reset
 * @size: in: size of this struct
 * @flags: in: %KTLAT_REF_ALL or 0
 * @id: in: id of a probe of this session (ENOENT if there is none), or 0
 * @count: out, also where the call fails: how many probes it was done to
 * @reserved: must be zero
 *
 * Further errors, of %KTLAT_IOC_PROBE_ENABLE: ENODEV (the probed code was
 * unloaded, or the group is empty), EPERM (the kernel was locked down), EBUSY
 * (kprobes are switched off, see %KTLAT_REFUSED_OFF), EADDRINUSE, ENODATA and
 * EUNATCH (see %KTLAT_REFUSED_TAKEN, %KTLAT_REFUSED_CLOCK, %KTLAT_REFUSED_FTRACE), EINTR
 * (a signal with a handler, of a group by kretprobes; a second call goes on there).
 */
struct ktlat_probe_ref {
	__u32 size;
	__u32 flags;
	__u64 id;
	__u32 count;
	__u32 reserved;
};

/**
 * struct ktlat_probe_info - What a probe is and what its mechanism lost
 * @size: in: size of this struct
 * @flags: out: KTLAT_PROBE_PUBLIC, KTLAT_PROBE_INEXACT, KTLAT_PROBE_EVENTS,
 *	KTLAT_PROBE_USER_STACK, KTLAT_PROBE_NO_HISTOGRAM, KTLAT_PROBE_BY_ADDRESS,
 *	KTLAT_PROBE_PENDING
 * @id: in and out: %KTLAT_IOC_PROBE_GET: the probe (ENOENT if there is none);
 *	%KTLAT_IOC_PROBE_NEXT: the probe with the lowest id above this one
 *	(ENOENT after the last)
 * @kind: out: &enum ktlat_kind
 * @backend: out: &enum ktlat_backend_id; what was asked for as long as it waits for
 *	its module for the first time
 * @state: out: &enum ktlat_state
 * @precision: out: p of the histogram
 * @match: out: &enum ktlat_match, or 0
 * @pool: out: calls that may be in flight at once now (kretprobe, and fprobe
 *	where those have a pool), or 0
 * @starts: out: starts that may wait at once (pair, tracepoint), or 0
 * @uid: out: owner, in the caller's user namespace
 * @generation: out: how often the probe was reset
 * @missed_pool: out: entries that found no free instance since the last reset;
 *	for a fprobe: that were lost in any way
 * @missed_busy: out: entries that came while another kprobe was running on that
 *	CPU, since the last reset; a lower bound
 * @pool_grown: out: how often a larger pool was registered
 * @map_offset: out: offset to mmap at; may be used again for another probe
 *	once this one is removed, so check @probe_id of the map header
 * @map_size: out: size of the mapping, in bytes
 * @passed_over: out: why a cheaper backend was not taken by
 *	%KTLAT_BACKEND_AUTO, as &enum ktlat_refusal, or 0
 * @functions: out: how many functions a group has; else 0
 * @cost_ps: out: time that the backend adds to each call, measured on this
 *	machine when its first probe was added, in ps; 0 if it is not known. Without
 *	what %KTLAT_PROBE_EVENTS adds
 * @share_ps: out: the part of it that lies between entry and return as the probe
 *	stamps them, and so in each latency, in ps; 0 if it is not known
 * @refusal: out: why it measures nothing although its module came, for
 *	%KTLAT_STATE_PENDING, as &enum ktlat_refusal, or 0
 * @reserved: must be zero
 * @point: out: as it was added, with addresses where they may be seen
 * @filter: out: as it was added
 * @slow: out: as it was added; @ns is what is slow now where @ppm tells it,
 *	0 as long as there are too few calls to tell
 * @slowest_offset: out: offset to mmap the slowest calls at, or 0
 * @slowest_size: out: size of that mapping, in bytes, or 0
 * @by: out: as it was added
 * @keys: out: how many keys there is room for on each CPU; 0 without @by
 * @keys_offset: out: offset to mmap the keys at, or 0. For callers with CAP_PERFMON or
 *	CAP_SYS_ADMIN (else ENXIO); where keys are addresses, CAP_SYSLOG as well (else
 *	EPERM)
 * @keys_size: out: size of that mapping, in bytes, or 0
 * @value: out: as it was added; without CAP_SYSLOG all zero, like the next one
 * @condition: out: as it was added, those that there are in front
 * @argument: out: as it was added
 * @syscall: out: as it was added
 */
struct ktlat_probe_info {
	__u32 size;
	__u32 flags;
	__u64 id;
	__u32 kind;
	__u32 backend;
	__u32 state;
	__u32 precision;
	__u32 match;
	__u32 pool;
	__u32 starts;
	__u32 uid;
	__u64 generation;
	__u64 missed_pool;
	__u64 missed_busy;
	__u64 pool_grown;
	__u64 map_offset;
	__u64 map_size;
	__u32 passed_over;
	__u32 functions;
	__u64 cost_ps;
	__u64 share_ps;
	__u32 refusal;
	__u32 reserved;
	struct ktlat_point point[2];
	struct ktlat_filter filter;
	struct ktlat_slow slow;
	__u64 slowest_offset;
	__u64 slowest_size;
	__u32 by;
	__u32 keys;
	__u64 keys_offset;
	__u64 keys_size;
	struct ktlat_fetch value[KTLAT_VALUES];
	struct ktlat_condition condition[KTLAT_CONDITIONS];
	struct ktlat_argument argument[2];
	__u32 syscall[2];
};

/**
 * struct ktlat_held - A function whose calls hold the module
 * @size: in: size of this struct
 * @cursor: in: 0 at first, then what came out last; out: where to go on
 * @in_flight: out: its calls that have not returned since its probe was removed
 * @reserved: must be zero
 * @point: out: the function
 *
 * A task may sleep in a function for as long as it likes, with a return in its
 * stack that leads into ktlat. ENOENT after the last one, and for callers who
 * see public probes only.
 */
struct ktlat_held {
	__u32 size;
	__u32 cursor;
	__u64 in_flight;
	__u64 reserved[2];
	struct ktlat_point point;
};

/**
 * struct ktlat_clock_now - The module's clock beside others, at one moment
 * @size: in: size of this struct
 * @clock: out: &enum ktlat_clock, see struct ktlat_info
 * @ticks: out: the module's clock, which stamps @start of events
 * @ns_per_tick: out: ns for each tick, as a fixed-point number with 32 bits
 *	behind the point
 * @monotonic_ns: out: CLOCK_MONOTONIC, in ns
 * @realtime_ns: out: CLOCK_REALTIME, in ns since 1970
 * @uncertainty_ns: out: the moments of @ticks and @monotonic_ns lie this far
 *	apart at most, in ns
 * @reserved: must be zero
 *
 * CLOCK_MONOTONIC is steered, the TSC is not: who asks before and after, and draws
 * a straight line, is closer to it than who trusts @ns_per_tick over long times.
 * The clock is the same one as long as the module has probes or rings.
 */
struct ktlat_clock_now {
	__u32 size;
	__u32 clock;
	__u64 ticks;
	__u64 ns_per_tick;
	__u64 monotonic_ns;
	__u64 realtime_ns;
	__u64 uncertainty_ns;
	__u64 reserved[2];
};

/**
 * enum ktlat_flight_state - The state of a flight recorder
 * @KTLAT_FLIGHT_OFF: rings go on for ever
 * @KTLAT_FLIGHT_ARMED: they stop after the next slow call
 * @KTLAT_FLIGHT_TRIGGERED: there was one, and they are about to stop
 * @KTLAT_FLIGHT_FROZEN: they have stopped, and nothing is being written
 */
enum ktlat_flight_state {
	KTLAT_FLIGHT_OFF	= 0,
	KTLAT_FLIGHT_ARMED	= 1,
	KTLAT_FLIGHT_TRIGGERED	= 2,
	KTLAT_FLIGHT_FROZEN	= 3,
};

/**
 * struct ktlat_flight_info - The flight recorder of the session's rings
 * @size: in: size of this struct
 * @flags: must be zero
 * @state: out: &enum ktlat_flight_state
 * @cpu: out: where the slow call ended, once there is one
 * @before: %KTLAT_IOC_FLIGHT_ARM: in: how many records before that call are wanted;
 *	%KTLAT_IOC_FLIGHT_GET: out
 * @after: likewise, how many after it. Its ring stops there exactly, those of other
 *	CPUs as many records after they have heard of it. Together less than a ring
 *	has slots, else EINVAL
 * @after_ns: likewise, how long to wait for these, in ns; then all rings stop
 * @number: out: number of the call's record in the ring of @cpu
 * @time_ns: out: when the trigger was seen, CLOCK_MONOTONIC, in ns
 * @reserved: must be zero
 *
 * %KTLAT_IOC_FLIGHT_ARM wants it off (else EBUSY). Frozen rings stay as they are
 * until %KTLAT_IOC_FLIGHT_THAW, which switches it off in any state, and fills in
 * nothing; what calls would have been written meanwhile is counted as @frozen.
 *
 * Further errors: ENOENT (the session has no rings that the caller may see), and of
 * arming and thawing EPERM (see struct ktlat_rings_info).
 */
struct ktlat_flight_info {
	__u32 size;
	__u32 flags;
	__u32 state;
	__u32 cpu;
	__u64 before;
	__u64 after;
	__u64 after_ns;
	__u64 number;
	__u64 time_ns;
	__u64 reserved[2];
};

/**
 * struct ktlat_rings_seen - What poll() is to wait for
 * @size: in: size of this struct
 * @reserved: must be zero
 *
 * From this call on the descriptor is readable (POLLIN) once a ring of its session
 * has come to its next watermark, a slow call was written, or the rings have
 * frozen. A reader makes the
 * call, reads the rings, and then waits: whatever was written too late for its
 * reading makes it readable. POLLHUP: there was no such call, or the rings have
 * gone since.
 *
 * Further errors: ENOENT (the session has no rings that the caller may see).
 */
struct ktlat_rings_seen {
	__u32 size;
	__u32 reserved[3];
};

/**
 * struct ktlat_rings_info - The event rings of the session
 * @size: in: size of this struct
 * @flags: must be zero
 * @nr_slots: %KTLAT_IOC_RINGS_MAKE: in: how many records each ring holds, a power of
 *	two, %KTLAT_SLOTS_MIN to %KTLAT_SLOTS_MAX; %KTLAT_IOC_RINGS_GET: out
 * @nr_rings: out: one more than the highest CPU number that there can be
 * @map_offset: out: offset to mmap at
 * @map_size: out: size of the mapping, in bytes
 * @ring_stride: out: from the ring of one CPU to the next, in bytes
 * @refusal: out: %KTLAT_IOC_RINGS_MAKE, also where it fails: &enum ktlat_refusal
 * @uid: out: who made them and pays for them, in the caller's user namespace
 * @watermark: %KTLAT_IOC_RINGS_MAKE: in: wake readers each time that a ring has got
 *	this many records more, a power of two, at most @nr_slots; 0 for a quarter
 *	of it; %KTLAT_IOC_RINGS_GET: out
 * @nr_stacks: %KTLAT_IOC_RINGS_MAKE: in: how many stacks the stack table has room
 *	for, a power of two, %KTLAT_STACKS_MIN to %KTLAT_STACKS_MAX, or 0 for no table;
 *	%KTLAT_IOC_RINGS_GET: out
 * @stacks_offset: out: offset to mmap the stack table at, which takes CAP_SYSLOG, too
 *	(else EPERM)
 * @stacks_size: out: size of that mapping, in bytes; 0 without a table
 * @reserved: must be zero
 *
 * %KTLAT_IOC_RINGS_DELETE fills in nothing. The rings of an anonymous session go
 * with it, those of the default session with the module.
 *
 * Further errors: EEXIST (%KTLAT_IOC_RINGS_MAKE: it has some); ENOMEM; of the other
 * calls, ENOENT (it has none that the caller may see); of %KTLAT_IOC_RINGS_DELETE,
 * EPERM (another user made them, and the caller lacks CAP_SYS_ADMIN) and EBUSY (a
 * probe writes to them, which may be one of another user).
 */
struct ktlat_rings_info {
	__u32 size;
	__u32 flags;
	__u32 nr_slots;
	__u32 nr_rings;
	__u64 map_offset;
	__u64 map_size;
	__u64 ring_stride;
	__u32 refusal;
	__u32 uid;
	__u32 watermark;
	__u32 nr_stacks;
	__u64 stacks_offset;
	__u64 stacks_size;
	__u64 reserved[2];
};

/*
 * The calls. As the size travels in the struct, the numbers do not hold it and
 * stay the same when a struct grows.
 */
#define KTLAT_IOC_MAGIC		0xBD
#define KTLAT_IOC_INFO		_IO(KTLAT_IOC_MAGIC, 0x00) /* ktlat_info */
#define KTLAT_IOC_SESSION_NEW	_IO(KTLAT_IOC_MAGIC, 0x01) /* ktlat_session_new */
#define KTLAT_IOC_PROBE_ADD	_IO(KTLAT_IOC_MAGIC, 0x10) /* ktlat_probe_add */
#define KTLAT_IOC_PROBE_DELETE	_IO(KTLAT_IOC_MAGIC, 0x11) /* ktlat_probe_ref */
#define KTLAT_IOC_PROBE_ENABLE	_IO(KTLAT_IOC_MAGIC, 0x12) /* ktlat_probe_ref */
#define KTLAT_IOC_PROBE_DISABLE	_IO(KTLAT_IOC_MAGIC, 0x13) /* ktlat_probe_ref */
#define KTLAT_IOC_PROBE_RESET	_IO(KTLAT_IOC_MAGIC, 0x14) /* ktlat_probe_ref */
#define KTLAT_IOC_PROBE_GET	_IO(KTLAT_IOC_MAGIC, 0x15) /* ktlat_probe_info */
#define KTLAT_IOC_PROBE_NEXT	_IO(KTLAT_IOC_MAGIC, 0x16) /* ktlat_probe_info */
#define KTLAT_IOC_HELD_NEXT	_IO(KTLAT_IOC_MAGIC, 0x17) /* ktlat_held */
#define KTLAT_IOC_FUNCTION_ADD	_IO(KTLAT_IOC_MAGIC, 0x18) /* ktlat_function */
#define KTLAT_IOC_FUNCTION_GET	_IO(KTLAT_IOC_MAGIC, 0x19) /* ktlat_function */

#define KTLAT_IOC_RINGS_MAKE	_IO(KTLAT_IOC_MAGIC, 0x20) /* ktlat_rings_info */
#define KTLAT_IOC_RINGS_GET	_IO(KTLAT_IOC_MAGIC, 0x21) /* ktlat_rings_info */
#define KTLAT_IOC_RINGS_DELETE	_IO(KTLAT_IOC_MAGIC, 0x22) /* ktlat_rings_info */
#define KTLAT_IOC_CLOCK_GET	_IO(KTLAT_IOC_MAGIC, 0x23) /* ktlat_clock_now */
#define KTLAT_IOC_RINGS_SEEN	_IO(KTLAT_IOC_MAGIC, 0x24) /* ktlat_rings_seen */
#define KTLAT_IOC_FLIGHT_ARM	_IO(KTLAT_IOC_MAGIC, 0x25) /* ktlat_flight_info */
#define KTLAT_IOC_FLIGHT_GET	_IO(KTLAT_IOC_MAGIC, 0x26) /* ktlat_flight_info */
#define KTLAT_IOC_FLIGHT_THAW	_IO(KTLAT_IOC_MAGIC, 0x27) /* ktlat_flight_info */

#define KTLAT_MAP_MAGIC		0x54414c544bULL /* "KTLAT", little-endian */

/**
 * struct ktlat_map_header - Start of a probe's mapping
 * @magic: %KTLAT_MAP_MAGIC
 * @probe_id: the probe whose figures these are
 * @generation: how often the probe was reset; its lowest bit is the current
 *	generation of every area
 * @cpu_offset: from the start of the mapping to the area of CPU 0, in bytes
 * @cpu_stride: from one area to the next, in bytes
 * @generation_stride: from one generation to the next in an area, in bytes
 * @bucket_offset: from the start of a generation to its buckets, in bytes
 * @nr_cpus: number of areas
 * @precision: p of the histogram
 * @nr_buckets: number of buckets, ktlat_nr_buckets(@precision); or 0 by
 *	%KTLAT_PROBE_NO_HISTOGRAM
 * @removed: 1 once the probe is gone and the figures are final
 * @function_stride: from one function of a group to the next in a generation,
 *	in bytes
 * @nr_functions: how many functions of a group there is room for, 1 if it is
 *	none; the last ones are all zero where it has fewer
 * @reserved: zero
 */
struct ktlat_map_header {
	__u64 magic;
	__u64 probe_id;
	__u64 generation;
	__u64 cpu_offset;
	__u64 cpu_stride;
	__u64 generation_stride;
	__u64 bucket_offset;
	__u32 nr_cpus;
	__u32 precision;
	__u32 nr_buckets;
	__u32 removed;
	__u64 function_stride;
	__u32 nr_functions;
	__u32 reserved;
};

/**
 * struct ktlat_counters - What one CPU counted in one generation
 * @entries: calls entered, except those that the mechanism missed
 * @returns: calls returned and recorded
 * @sum_ns: sum of their latencies, in ns
 * @min_ns: shortest of them, in ns; all ones if there is none
 * @max_ns: longest of them, in ns
 * @clock_backwards: returns stamped before their entry, recorded as 0 ns
 * @missed: starts for which there was no room
 * @recursed: starts that came from inside ktlat's own path
 * @abandoned: calls that will never return, because their task has exited or
 *	a new start took the place of the one that was waiting
 * @unmatched: ends for which there was no start; not part of @entries
 * @filtered: calls that the probe is not after, see struct ktlat_filter and struct
 *	ktlat_condition: counted when they return, or when they begin if a condition on
 *	an argument does not hold, and then they are not in flight
 * @key_state: of a key: KTLAT_KEY_*; else 0
 * @key: of a key: its words; else 0
 * @unread: calls of which a value that was looked at could not be read; part of @returns
 *	or of @filtered. Of a key's slot: the first one counts those that are in it for
 *	that
 * @reserved: zero
 */
struct ktlat_counters {
	__u64 entries;
	__u64 returns;
	__u64 sum_ns;
	__u64 min_ns;
	__u64 max_ns;
	__u64 clock_backwards;
	__u64 missed;
	__u64 recursed;
	__u64 abandoned;
	__u64 unmatched;
	__u64 filtered;
	__u64 key_state;
	__u64 key[2];
	__u64 unread;
	__u64 reserved[1];
};

/* ktlat_counters.key_state of a key; 0 where there is none. */
#define KTLAT_KEY_FILLING	1
#define KTLAT_KEY_USED		2

/* The event ring; written and read by module/core/ring.h. */
#define KTLAT_RING_MAGIC	0x474e4952544bULL /* "KTRING", little-endian */

/* ktlat_ring_header.stop of a ring that is not to be frozen. */
#define KTLAT_RING_NEVER	(~0ULL)

/* ktlat_event.start_cpu where nobody knows. */
#define KTLAT_CPU_UNKNOWN	0xffff

/**
 * enum ktlat_context - What a CPU was doing, in @context of struct ktlat_event
 * @KTLAT_CONTEXT_TASK: a task, or the idle loop
 * @KTLAT_CONTEXT_SOFTIRQ: a softirq
 * @KTLAT_CONTEXT_HARDIRQ: an interrupt
 * @KTLAT_CONTEXT_NMI: a non-maskable interrupt
 */
enum ktlat_context {
	KTLAT_CONTEXT_TASK	= 0,
	KTLAT_CONTEXT_SOFTIRQ	= 1,
	KTLAT_CONTEXT_HARDIRQ	= 2,
	KTLAT_CONTEXT_NMI	= 3,
};

/* ktlat_event.flags */
#define KTLAT_EVENT_SLOW	(1U << 0) /* it took as long as the probe's
					   * threshold, or longer
					   */
#define KTLAT_EVENT_VALUES	(1U << 1) /* it has values */
#define KTLAT_EVENT_UNREAD_1	(1U << 2) /* values[0], or the text in both, could not
					   * be read, and is 0
					   */
#define KTLAT_EVENT_UNREAD_2	(1U << 3) /* values[1] could not be read, and is 0 */

/**
 * struct ktlat_event - One call, as a slot of a ring holds it
 * @sequence: number of the record; 0 if there is none
 * @probe_id: the probe
 * @start: when the call began, in ticks of the module's clock; what that is of
 *	other clocks is told by %KTLAT_IOC_CLOCK_GET
 * @latency_ns: how long it took, in ns
 * @cgroup_id: cgroup of the task (v2), which is the inode number of its folder; or
 *	0
 * @comm: name of the task that ran at the end, zero-terminated
 * @pid: that task, in the initial pid namespace; 0 for an idle one
 * @tgid: its process
 * @stack_id: kernel stack at the end, or 0
 * @user_stack_id: user stack at the end, or 0
 * @cpu: CPU on which the call ended, which is the ring's
 * @start_cpu: CPU on which it began, or %KTLAT_CPU_UNKNOWN
 * @function: which function of a group, from 0 up; else 0
 * @context: &enum ktlat_context at the end
 * @flags: KTLAT_EVENT_*
 * @values: with %KTLAT_EVENT_VALUES what was captured of the call, see struct
 *	ktlat_probe_add; else they say nothing
 * @reserved: zero; where the time went (on a CPU, preempted, blocked,
 *	interrupted)
 */
struct ktlat_event {
	__u64 sequence;
	__u64 probe_id;
	__u64 start;
	__u64 latency_ns;
	__u64 cgroup_id;
	char comm[KTLAT_COMM_LEN];
	__u32 pid;
	__u32 tgid;
	__u32 stack_id;
	__u32 user_stack_id;
	__u16 cpu;
	__u16 start_cpu;
	__u16 function;
	__u8 context;
	__u8 flags;
	__u64 values[2];
	__u64 reserved[4];
};

/**
 * struct ktlat_ring_header - Start of a ring
 * @magic: %KTLAT_RING_MAGIC
 * @session_id: the session whose records these are
 * @slot_offset: from the start of this header to slot 0, in bytes
 * @nr_slots: number of slots, a power of two
 * @slot_size: from one slot to the next, in bytes
 * @cpu: the CPU that writes
 * @reserved1: zero
 * @reserved2: zero
 * @last: number of the last record that was begun, 0 before the first
 * @open: of the records that are being written now, the lowest number; or 0
 * @stop: the last number before the ring freezes, or %KTLAT_RING_NEVER. The ring
 *	is frozen once @last has reached it, and keeps its records
 * @dropped: records that were not written because the slot that was next was
 *	still being written, by what this CPU was doing when it was interrupted;
 *	or because one interrupt after the other came while it was taken; or
 *	because the call was one by the clock while that was read for a record
 * @frozen: records that were not written because the ring was frozen
 * @reserved3: zero
 *
 * The first half is constant. The second half is written for each record: a
 * reader that looks at it for each record, too, slows down the writer.
 */
struct ktlat_ring_header {
	__u64 magic;
	__u64 session_id;
	__u64 slot_offset;
	__u32 nr_slots;
	__u32 slot_size;
	__u32 cpu;
	__u32 reserved1;
	__u64 reserved2[3];
	__u64 last;
	__u64 open;
	__u64 stop;
	__u64 dropped;
	__u64 frozen;
	__u64 reserved3[3];
};

/* The stack table; written and read by module/core/stacks.h. */
#define KTLAT_STACKS_MAGIC	0x4b435453544bULL /* "KTSTCK", little-endian */

/* ktlat_stack.state of a stack that is not whole yet; 0 where there is none. */
#define KTLAT_STACK_FILLING	1

/* How many frames of a stack are kept, those of the innermost calls. */
#define KTLAT_STACK_DEPTH	60

/* ktlat_stack.flags */
#define KTLAT_STACK_USER	(1U << 0) /* of a process, whose addresses these
					   * are; else the kernel's
					   */
#define KTLAT_STACK_TRUNCATED	(1U << 1) /* there are more frames */

/**
 * struct ktlat_stack - A stack
 * @state: 0, %KTLAT_STACK_FILLING, or any other value if the stack is whole
 * @nr: number of frames
 * @flags: KTLAT_STACK_*
 * @reserved: zero
 * @frames: where each call goes on when it is returned to, the innermost call first;
 *	in a user stack, @frames[0] is where the process entered the kernel. In a kernel
 *	stack, what runs between the return of a function and the probe may come first
 */
struct ktlat_stack {
	__u64 state;
	__u64 nr;
	__u64 flags;
	__u64 reserved;
	__u64 frames[KTLAT_STACK_DEPTH];
};

/**
 * struct ktlat_stacks_header - Start of a stack table
 * @magic: %KTLAT_STACKS_MAGIC
 * @session_id: the session whose stacks these are
 * @slot_offset: from the start of this header to slot 0, in bytes
 * @nr_slots: number of slots, a power of two
 * @slot_size: from one slot to the next, in bytes
 * @depth: how many frames of a stack are kept
 * @reserved1: zero
 * @reserved2: zero
 * @stored: how many stacks there are
 * @dropped: how often there was no room for a stack that was not there
 * @recursed: how often no stack was taken, as the call was one by what ktlat itself
 *	called: by the kernel's unwinder, or by the clock
 * @reserved3: zero
 */
struct ktlat_stacks_header {
	__u64 magic;
	__u64 session_id;
	__u64 slot_offset;
	__u32 nr_slots;
	__u32 slot_size;
	__u32 depth;
	__u32 reserved1;
	__u64 reserved2[3];
	__u64 stored;
	__u64 dropped;
	__u64 recursed;
	__u64 reserved3[5];
};

/* The slowest calls; written and read by module/core/slowest.h. */
#define KTLAT_SLOWEST_MAGIC	0x574f4c53544bULL /* "KTSLOW", little-endian */

/* ktlat_slowest_bank.interval while that changes. */
#define KTLAT_SLOWEST_NEVER	(~0ULL)

/**
 * struct ktlat_slowest_bank - Calls of an interval, in front of their slots
 * @interval: which; 0 for none yet, %KTLAT_SLOWEST_NEVER while the bank is cleared
 * @reserved: zero
 */
struct ktlat_slowest_bank {
	__u64 interval;
	__u64 reserved[7];
};

/**
 * struct ktlat_slowest_context - What a context of a CPU knows of its calls
 * @interval: that it kept a call in last
 * @floor: a call as slow as that, in ns, would be kept in that interval
 * @last: how many calls it has kept so far, in all intervals
 * @busy: 1 while it keeps one
 * @dropped: calls that may have been slow, but came in the midst of the keeping of
 *	another one in the same context
 * @nr: how many slots are in use in that interval
 * @least: index of the slot with the fastest call, if all are
 * @reserved: zero
 *
 * All of this is the writer's; a reader needs @dropped at most.
 */
struct ktlat_slowest_context {
	__u64 interval;
	__u64 floor;
	__u64 last;
	__u64 busy;
	__u64 dropped;
	__u64 nr;
	__u64 least;
	__u64 reserved[1];
};

/**
 * struct ktlat_slowest_header - Start of the mapping of a probe's slowest calls
 * @magic: %KTLAT_SLOWEST_MAGIC
 * @probe_id: the probe whose calls these are
 * @interval_ns: how long an interval is, about, in ns
 * @cpu_offset: from the start of the mapping to the area of CPU 0, in bytes
 * @cpu_stride: from one area to the next, in bytes
 * @context_stride: from one context to the next in an area, in bytes
 * @bank_offset: from the start of a context to its bank 0, in bytes
 * @bank_stride: from bank 0 to bank 1, in bytes
 * @slot_offset: from the start of a bank to its slot 0, in bytes
 * @nr_cpus: number of areas
 * @nr_contexts: number of contexts in an area
 * @nr_slots: number of slots in a bank
 * @slot_size: from one slot to the next, in bytes
 * @reserved1: zero
 * @interval: the present interval
 * @complete: the last one that nobody writes to any more; 0 if there is none
 * @first: the first one since the last reset; of a call that came while the probe was
 *	being reset it may say nothing
 * @reserved2: zero
 */
struct ktlat_slowest_header {
	__u64 magic;
	__u64 probe_id;
	__u64 interval_ns;
	__u64 cpu_offset;
	__u64 cpu_stride;
	__u64 context_stride;
	__u64 bank_offset;
	__u64 bank_stride;
	__u64 slot_offset;
	__u32 nr_cpus;
	__u32 nr_contexts;
	__u32 nr_slots;
	__u32 slot_size;
	__u64 reserved1[5];
	__u64 interval;
	__u64 complete;
	__u64 first;
	__u64 reserved2[5];
};

/*
 * Bucket arithmetic: log-linear, exact to 2^-p over the whole range of __u64.
 *
 * With p = @precision, values below 2^(p+1) have a bucket each. Above, each
 * power of two is split into 2^p buckets of equal width. The scheme is that of
 * HdrHistogram (G. Tene), with the sub-bucket count a power of two given
 * directly.
 */

/**
 * ktlat_nr_buckets() - Number of buckets of a histogram
 * @precision: 0 to %KTLAT_PRECISION_MAX
 */
static inline __u32 ktlat_nr_buckets(__u32 precision)
{
	return (65 - precision) << precision;
}

/**
 * ktlat_bucket_index() - The bucket that a value falls into
 * @value: any
 * @precision: 0 to %KTLAT_PRECISION_MAX
 *
 * With e the position of the highest bit of value, but at least p, and
 * shift = e - p, the result is (shift << p) + (value >> shift).
 */
static inline __u32 ktlat_bucket_index(__u64 value, __u32 precision)
{
	/* 63 ^ clz is 63 - clz, and what compilers make one instruction of. */
	__u32 shift = (63 ^ (__u32)__builtin_clzll(value | 1ULL << precision)) -
		      precision;

	return (shift << precision) + (__u32)(value >> shift);
}

/**
 * ktlat_bucket_low() - The lowest value in a bucket
 * @index: below ktlat_nr_buckets(@precision)
 * @precision: 0 to %KTLAT_PRECISION_MAX
 */
static inline __u64 ktlat_bucket_low(__u32 index, __u32 precision)
{
	__u32 row = index >> precision;
	__u64 sub = index & ((1U << precision) - 1);

	return row ? (sub + (1ULL << precision)) << (row - 1) : sub;
}

/**
 * ktlat_bucket_high() - The highest value in a bucket
 * @index: below ktlat_nr_buckets(@precision)
 * @precision: 0 to %KTLAT_PRECISION_MAX
 */
static inline __u64 ktlat_bucket_high(__u32 index, __u32 precision)
{
	__u32 row = index >> precision;

	return ktlat_bucket_low(index, precision) +
	       (row ? (1ULL << (row - 1)) - 1 : 0);
}

#endif /* _UAPI_KTLAT_H */

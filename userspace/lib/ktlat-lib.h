/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ktlat-lib.h - libktlat: measure how long kernel functions take.
 *
 * DOC: How it is used
 *
 * ktlat_open(), ktlat_parse_spec(), ktlat_resolve_specs(), ktlat_add_probe(),
 * ktlat_map_probe(); then ktlat_take_snapshot() as often as wanted, and
 * ktlat_percentile() and friends on what it gave.
 *
 * Calls return 0 or more where they succeed and a negative errno where they
 * fail. The last argument of a call that can fail is where it puts one line
 * that says what failed, why, and what to do next; it may be NULL. A handle
 * is not to be used by two threads at once; two handles are independent.
 *
 * A group is added by ktlat_name_member() for each function,
 * ktlat_resolve_members() and ktlat_add_group(). What is left out of it is told
 * function by function, and is no error as long as one is left.
 */
#ifndef KTLAT_LIB_H
#define KTLAT_LIB_H

#include <ktlat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define KTLAT_ERROR_LEN		1024
/* "MODULE+OFF:FUNC+OFF..MODULE+OFF:FUNC+OFF@task" with its terminating zero */
#define KTLAT_SPEC_LEN		1280
#define KTLAT_DURATION_LEN	24
#define KTLAT_VERSION_LEN	64

/* What the kernel itself is called where a module is asked for. */
#define KTLAT_VMLINUX		"vmlinux"

/* The precision for groups where the user gave none. */
#define KTLAT_GROUP_PRECISION	2

/*
 * In ktlat_point.address of a request that is not resolved: the rest tells how many
 * bytes behind the start of its module's code a function begins. No address of a
 * kernel has this bit and not the one above.
 */
#define KTLAT_TEXT_OFFSET	(1ULL << 62)

/* ktlat_open() flags */
#define KTLAT_OPEN_WRITE	(1U << 0)

/**
 * struct ktlat_error - Why a call failed
 * @code: the errno, positive
 * @position: of a text that was refused, which of its characters is wrong, from 1 up, or
 *	one more than it has; else 0
 * @text: "what failed: why; what to do next", without a newline
 */
struct ktlat_error {
	int code;
	unsigned int position;
	char text[KTLAT_ERROR_LEN];
};

/**
 * enum ktlat_change - What ktlat_change_probe() does to a probe
 * @KTLAT_CHANGE_DELETE: remove it
 * @KTLAT_CHANGE_ENABLE: measure new calls
 * @KTLAT_CHANGE_DISABLE: measure no new calls
 * @KTLAT_CHANGE_RESET: start again from zero
 */
enum ktlat_change {
	KTLAT_CHANGE_DELETE,
	KTLAT_CHANGE_ENABLE,
	KTLAT_CHANGE_DISABLE,
	KTLAT_CHANGE_RESET,
};

/**
 * struct ktlat_snapshot - The figures of one probe at one moment
 * @probe_id: the probe
 * @generation: how often it had been reset
 * @time_ns: CLOCK_MONOTONIC at which the figures had been read
 * @precision: p of the histogram
 * @nr_buckets: length of @buckets; 0 where the probe has no histogram, and no
 *	percentiles then
 * @delta: made by ktlat_subtract(): @min_ns and @max_ns are the edges of the
 *	outermost buckets, so bounds and not exact; without buckets, those of all
 *	calls
 * @net: made by ktlat_take_share()
 * @net_ns: what that has taken off each latency
 * @entries: calls entered, with those that the mechanism missed
 * @count: calls recorded, the sum of @buckets if there are any
 * @sum_ns: sum of their latencies
 * @min_ns: shortest of them; all ones if there is none
 * @max_ns: longest of them
 * @missed: calls entered and not measured, @missed_pool and @missed_busy
 *	included
 * @missed_pool: calls that found no free instance
 * @missed_busy: calls that came while another kprobe ran on that CPU
 * @recursed: hits from inside ktlat's own path
 * @abandoned: calls that will never return
 * @filtered: calls returned that the probe is not after
 * @unread: calls returned of which a value could not be read; part of @count or of
 *	@filtered
 * @unmatched: ends without a start; not part of @entries
 * @clock_backwards: calls recorded as 0 ns because the clock went back
 * @in_flight: calls entered that have not returned
 * @buckets: number of calls in each bucket, see ktlat_get_bounds()
 * @nr_members: how many functions a group has; else 0
 * @members: the figures of each of them, of which all the others are the sum;
 *	not to be freed or moved one by one
 */
struct ktlat_snapshot {
	__u64 probe_id;
	__u64 generation;
	__u64 time_ns;
	__u32 precision;
	__u32 nr_buckets;
	bool delta;
	bool net;
	__u64 net_ns;
	__u64 entries;
	__u64 count;
	__u64 sum_ns;
	__u64 min_ns;
	__u64 max_ns;
	__u64 missed;
	__u64 missed_pool;
	__u64 missed_busy;
	__u64 recursed;
	__u64 abandoned;
	__u64 filtered;
	__u64 unread;
	__u64 unmatched;
	__u64 clock_backwards;
	__u64 in_flight;
	__u64 *buckets;
	__u32 nr_members;
	struct ktlat_snapshot *members;
};

/**
 * struct ktlat_symbol - A function of the running kernel
 * @name: its name
 * @module: the module that holds it, or %KTLAT_VMLINUX
 * @address: where it begins, or 0 where that is not told
 */
struct ktlat_symbol {
	const char *name;
	const char *module;
	__u64 address;
};

/**
 * struct ktlat_event_name - A tracepoint that tracefs shows as an event
 * @subsystem: what it belongs to
 * @name: its name
 * @place: where tracefs is
 */
struct ktlat_event_name {
	const char *subsystem;
	const char *name;
	const char *place;
};

/**
 * struct ktlat_field - A field of an event
 * @name: its name
 * @type: its type as in C, with the length of an array, as "char[16]"
 * @offset: where it lies in a record of the event, in bytes
 * @size: its size there, in bytes
 * @is_signed: it is a signed number
 */
struct ktlat_field {
	char name[64];
	char type[128];
	unsigned int offset;
	unsigned int size;
	bool is_signed;
};

/* Called for each; a value other than 0 ends the scan. */
typedef int (*ktlat_event_name_fn)(const struct ktlat_event_name *event,
				   void *data);
typedef int (*ktlat_field_fn)(const struct ktlat_field *field, void *data);

/**
 * struct ktlat_member - A function that is to be in a group
 * @point: the function, or the pattern, as it was named, and once it was found a
 *	function that the name stands for, with its address
 * @flags: for struct ktlat_function
 * @code: why it was left out, an errno; 0 as long as it was not
 * @reason: the same in a few words; NULL as long as it was not
 * @shares_name: others of its module have its name, too
 */
struct ktlat_member {
	struct ktlat_point point;
	__u32 flags;
	int code;
	const char *reason;
	bool shares_name;
};

/* Called when @done of @nr functions were added; a value other than 0 ends it. */
typedef int (*ktlat_progress_fn)(void *data, __u32 done, __u32 nr);

/**
 * struct ktlat_group - A group to add
 * @name: what it is called, see ktlat_check_group_name()
 * @backend: &enum ktlat_backend_id: direct, kretprobe, or auto
 * @precision: p of the histograms
 * @flags: KTLAT_PROBE_PUBLIC, KTLAT_PROBE_EVENTS, KTLAT_PROBE_USER_STACK,
 *	KTLAT_PROBE_NO_HISTOGRAM, KTLAT_PROBE_DISABLED, and KTLAT_PROBE_REGISTERS
 *	if the caller vouches for functions of which BTF tells nothing
 * @filter: which of their calls it is after
 * @slow: which of these are slow
 * @by: &enum ktlat_by, what they are told apart by
 * @keys: how many keys there is room for on each CPU, as in struct ktlat_probe_add
 * @value: what is captured of them; no arguments
 * @condition: what must be true of them besides, likewise
 * @nr_members: length of @members
 * @members: its functions; filled in by ktlat_name_member() and
 *	ktlat_read_members()
 * @progress: told how far it is, or NULL
 * @data: for @progress
 */
struct ktlat_group {
	const char *name;
	__u32 backend;
	__u32 precision;
	__u32 flags;
	struct ktlat_filter filter;
	struct ktlat_slow slow;
	__u32 by;
	__u32 keys;
	struct ktlat_fetch value[KTLAT_VALUES];
	struct ktlat_condition condition[KTLAT_CONDITIONS];
	__u32 nr_members;
	struct ktlat_member *members;
	ktlat_progress_fn progress;
	void *data;
};

/**
 * struct ktlat_owner - A function, and where to put the module that holds it
 * @function: its name
 * @module: %KTLAT_MODULE_LEN bytes
 * @address: where it is now, or 0 if that is not known
 */
struct ktlat_owner {
	const char *function;
	char *module;
	__u64 address;
};

/* Called for each symbol; a value above 0 ends the scan and is returned. */
typedef int (*ktlat_symbol_fn)(const struct ktlat_symbol *symbol, void *data);

/* Called for each function that cannot be measured, likewise. */
typedef int (*ktlat_why_fn)(const struct ktlat_symbol *symbol,
			    const char *reason, void *data);

/* Called with a line that is worth telling, without a newline. */
typedef void (*ktlat_note_fn)(const char *text, void *data);

/**
 * struct ktlat_module - The module ktlat as the kernel sees it
 * @loaded: it is loaded and ready
 * @refcnt: how many references are held on it
 * @version: its version, or an empty string
 */
struct ktlat_module {
	bool loaded;
	int refcnt;
	char version[KTLAT_VERSION_LEN];
};

/**
 * struct ktlat_ring_counts - What became of the records of a CPU
 * @read: they were read
 * @lost: they were overwritten before they could be
 * @dropped: they were not written, see @dropped of struct ktlat_ring_header
 * @frozen: they were not written because the ring was frozen
 */
struct ktlat_ring_counts {
	__u64 read;
	__u64 lost;
	__u64 dropped;
	__u64 frozen;
};

/**
 * struct ktlat_timeline - What the module's clock is of other clocks
 * @moments: readings of all of them, in the order of @ticks
 * @nr: how many
 */
struct ktlat_timeline {
	struct ktlat_clock_now *moments;
	size_t nr;
};

/* Longest expression, and longest condition, with its terminating zero. */
#define KTLAT_EXPRESSION_LEN	256
#define KTLAT_CONDITION_LEN	(KTLAT_EXPRESSION_LEN + 4 * KTLAT_TEXT_LEN + 8)
/* Longest value as it is shown, likewise. */
#define KTLAT_VALUE_LEN		384

/**
 * enum ktlat_show - How a value is shown
 * @KTLAT_SHOW_NUMBER: as a number, with a sign if its fetch says so
 * @KTLAT_SHOW_HEX: in hexadecimal, as addresses are
 * @KTLAT_SHOW_BOOL: as true or false
 * @KTLAT_SHOW_TEXT: as a text
 * @KTLAT_SHOW_SYMBOL: as a place in a function
 */
enum ktlat_show {
	KTLAT_SHOW_NUMBER,
	KTLAT_SHOW_HEX,
	KTLAT_SHOW_BOOL,
	KTLAT_SHOW_TEXT,
	KTLAT_SHOW_SYMBOL,
};

/**
 * struct ktlat_value - A value that is captured of calls
 * @text: the expression
 * @fetch: how it is found
 * @show: &enum ktlat_show
 */
struct ktlat_value {
	char text[KTLAT_EXPRESSION_LEN];
	struct ktlat_fetch fetch;
	__u32 show;
};

/**
 * struct ktlat_file_host - Where and when a file was recorded
 * @version: of ktlat-ctl
 * @node: name of the machine
 * @release: of its kernel
 * @machine: what kind it is, as uname -m has it
 * @boot_id: of that boot
 * @clock: &enum ktlat_clock
 * @nr_rings: how many rings there were
 * @nr_slots: how many slots each had
 */
struct ktlat_file_host {
	char version[KTLAT_VERSION_LEN];
	char node[65];
	char release[65];
	char machine[65];
	char boot_id[40];
	__u32 clock;
	__u32 nr_rings;
	__u32 nr_slots;
};

/**
 * struct ktlat_file_probe - A probe whose calls are in a file
 * @info: what it was; no mapping, and nothing that was missed
 * @spec: its canonical SPEC
 * @module: the module that holds its function; empty for a group
 * @functions: of a group, what its functions are
 * @nr_functions: how many of them are known
 * @values: what is captured of its calls; none from the first empty @text on
 * @conditions: what must be true of them, as ktlat_parse_conditions() takes it; none
 *	from the first empty one on
 * @figures: what it counted besides while it was recorded: @entries, @count, and
 *	what was missed, recursed, abandoned, unmatched and filtered; no buckets
 * @ended: @figures are known
 */
struct ktlat_file_probe {
	struct ktlat_probe_info info;
	char spec[KTLAT_SPEC_LEN];
	char module[KTLAT_MODULE_LEN];
	struct ktlat_point *functions;
	__u32 nr_functions;
	struct ktlat_value values[KTLAT_VALUES];
	char conditions[KTLAT_CONDITIONS][KTLAT_CONDITION_LEN];
	struct ktlat_snapshot figures;
	bool ended;
};

/**
 * struct ktlat_frame - A place on a stack
 * @address: the address, or 0 where it may not be told
 * @name: the function that it is in; empty if none is known
 * @module: the module that holds it, or %KTLAT_VMLINUX
 * @offset: from the start of the function, in bytes
 */
struct ktlat_frame {
	__u64 address;
	const char *name;
	const char *module;
	__u64 offset;
};

/**
 * struct ktlat_file_stack - A stack that events name
 * @id: as in @stack_id and @user_stack_id of struct ktlat_event
 * @nr_frames: how many places
 * @frames: the innermost first
 */
struct ktlat_file_stack {
	__u32 id;
	__u32 nr_frames;
	struct ktlat_frame *frames;
};

/**
 * struct ktlat_call - A call that was read from a file
 * @event: as the ring had it
 * @time_ns: CLOCK_MONOTONIC at its end
 * @probe: what measured it; never NULL
 * @stack: the kernel's, or NULL
 * @user_stack: that of the process, or NULL
 * @symbols: of values that are addresses, where those are; or NULL
 */
struct ktlat_call {
	struct ktlat_event event;
	__u64 time_ns;
	const struct ktlat_file_probe *probe;
	const struct ktlat_file_stack *stack;
	const struct ktlat_file_stack *user_stack;
	const struct ktlat_frame *symbols[KTLAT_VALUES];
};

/**
 * enum ktlat_news_kind - What listeners are told, see ktlat_netlink.h
 * @KTLAT_NEWS_LOST: this listener has lost events
 * @KTLAT_NEWS_ADDED: a probe was added
 * @KTLAT_NEWS_REMOVED: a probe was removed
 * @KTLAT_NEWS_ATTACHED: a probe measures from now on
 * @KTLAT_NEWS_DETACHED: a probe does not measure any more
 * @KTLAT_NEWS_MISSED: a probe missed calls
 * @KTLAT_NEWS_SLOW: a call was slow
 * @KTLAT_NEWS_FROZEN: the rings of a session are frozen
 */
enum ktlat_news_kind {
	KTLAT_NEWS_LOST,
	KTLAT_NEWS_ADDED,
	KTLAT_NEWS_REMOVED,
	KTLAT_NEWS_ATTACHED,
	KTLAT_NEWS_DETACHED,
	KTLAT_NEWS_MISSED,
	KTLAT_NEWS_SLOW,
	KTLAT_NEWS_FROZEN,
};

/**
 * struct ktlat_news - One event
 * @kind: what it tells
 * @sequence: its number; of %KTLAT_NEWS_LOST, that of the last one lost
 * @time_ns: when it happened, CLOCK_MONOTONIC in ns; of a slow call, its end
 * @session_id: of the probe, or whose rings are frozen; 0 if that is not told
 * @probe: the probe, as far as it is told: @id, 0 if there is none; @kind, 0 if it is
 *	not there any more; @match, @backend, @state, 0 if that is not told;
 *	@functions and @point
 * @lost: %KTLAT_NEWS_LOST: how many
 * @missed: %KTLAT_NEWS_MISSED: calls missed since the last reset
 * @missed_new: %KTLAT_NEWS_MISSED: those that were not told before
 * @call: %KTLAT_NEWS_SLOW: the call; @latency_ns, @comm, @pid, @tgid, @stack_id,
 *	@cpu, @function and @context
 * @suppressed: %KTLAT_NEWS_SLOW: slow calls of the probe before it that were told by
 *	no event
 */
struct ktlat_news {
	enum ktlat_news_kind kind;
	__u64 sequence;
	__u64 time_ns;
	__u64 session_id;
	struct ktlat_probe_info probe;
	__u64 lost;
	__u64 missed;
	__u64 missed_new;
	struct ktlat_event call;
	__u64 suppressed;
};

/* Longest name of a key, with its terminating zero. */
#define KTLAT_KEY_LEN	256

/**
 * struct ktlat_key - A key, and the calls that have it
 * @words: the key, see &enum ktlat_by
 * @figures: these calls
 */
struct ktlat_key {
	__u64 words[2];
	struct ktlat_snapshot figures;
};

/**
 * struct ktlat_keys - The keys of a probe at one moment
 * @generation: how often the probe had been reset
 * @nr: how many keys there are
 * @list: these
 * @other: the calls whose keys found no room; @buckets is NULL if there are none
 */
struct ktlat_keys {
	__u64 generation;
	size_t nr;
	struct ktlat_key **list;
	struct ktlat_snapshot other;
};

/**
 * struct ktlat_slowest_calls - The slowest calls that a probe has kept
 * @complete: the last interval that is over
 * @dropped: calls of all intervals that came in the midst of the keeping of another
 *	one, and may have been slow
 * @nr: how many there are
 * @events: the slowest first; @sequence is the interval in which it ended
 */
struct ktlat_slowest_calls {
	__u64 complete;
	__u64 dropped;
	__u32 nr;
	struct ktlat_event events[KTLAT_SLOWEST_MAX];
};

/**
 * struct ktlat_stack_counts - What became of the stacks of slow calls
 * @stored: they are in the table, each once
 * @dropped: there was no room for them
 * @recursed: they were not taken, as the call was one by the kernel's unwinder, say,
 *	on behalf of ktlat
 */
struct ktlat_stack_counts {
	__u64 stored;
	__u64 dropped;
	__u64 recursed;
};

struct ktlat;
struct ktlat_listener;
struct ktlat_map;
struct ktlat_rings;
struct ktlat_stack_map;
struct ktlat_slowest_map;
struct ktlat_keys_map;
struct ktlat_key_names;

/**
 * enum ktlat_from - From where on rings are read
 * @KTLAT_FROM_NOW: what comes from now on
 * @KTLAT_FROM_OLDEST: what is there, too
 * @KTLAT_FROM_START: all that was ever written; what is gone is lost
 */
enum ktlat_from {
	KTLAT_FROM_NOW,
	KTLAT_FROM_OLDEST,
	KTLAT_FROM_START,
};

struct ktlat_writer;
struct ktlat_reader;

/* device.c */
int ktlat_open(struct ktlat **out, unsigned int flags, struct ktlat_error *err);
void ktlat_close(struct ktlat *k);
int ktlat_get_fd(const struct ktlat *k);
int ktlat_get_info(struct ktlat *k, struct ktlat_info *info,
		   struct ktlat_error *err);
int ktlat_new_session(struct ktlat *k, __u64 *id, struct ktlat_error *err);

/* probe.c */
int ktlat_add_probe(struct ktlat *k, const struct ktlat_probe_add *request,
		    __u64 *id, struct ktlat_error *err);
int ktlat_change_probe(struct ktlat *k, enum ktlat_change what, __u64 id,
		       struct ktlat_error *err);
int ktlat_change_all(struct ktlat *k, enum ktlat_change what,
		     struct ktlat_error *err);
int ktlat_get_probe(struct ktlat *k, __u64 id, struct ktlat_probe_info *info,
		    struct ktlat_error *err);
int ktlat_next_probe(struct ktlat *k, __u64 after,
		     struct ktlat_probe_info *info, struct ktlat_error *err);

/* map.c */
int ktlat_map_probe(struct ktlat *k, const struct ktlat_probe_info *info,
		    struct ktlat_map **out, struct ktlat_error *err);
void ktlat_unmap(struct ktlat_map *map);
int ktlat_take_snapshot(struct ktlat *k, struct ktlat_map *map,
			struct ktlat_snapshot *snap, struct ktlat_error *err);

/* read.c */
int ktlat_read_figures(const void *base, size_t size, __u64 probe_id,
		       struct ktlat_snapshot *snap, struct ktlat_error *err);
int ktlat_read_group(const void *base, size_t size, __u64 group_id,
		     struct ktlat_snapshot *snap, struct ktlat_error *err);

/* snapshot.c */
void ktlat_free_snapshot(struct ktlat_snapshot *snap);
int ktlat_subtract(const struct ktlat_snapshot *newer,
		   const struct ktlat_snapshot *older,
		   struct ktlat_snapshot *delta, struct ktlat_error *err);
int ktlat_merge(struct ktlat_snapshot *into, const struct ktlat_snapshot *from,
		struct ktlat_error *err);
bool ktlat_get_share(const struct ktlat_probe_info *info, __u64 *share_ns);
int ktlat_take_share(const struct ktlat_snapshot *gross, __u64 share_ns,
		     struct ktlat_snapshot *net, struct ktlat_error *err);
void ktlat_get_bounds(const struct ktlat_snapshot *snap, __u32 bucket,
		      __u64 *low, __u64 *high);
__u64 ktlat_percentile(const struct ktlat_snapshot *snap, __u32 ppm);
bool ktlat_coverage(const struct ktlat_snapshot *snap, double *coverage);

/* tally.c */
int ktlat_begin_tally(struct ktlat_snapshot *snap, __u32 precision,
		      __u32 nr_members, struct ktlat_error *err);
void ktlat_tally(struct ktlat_snapshot *snap, __u32 function, __u64 latency_ns);

/* presets.c */
void ktlat_list_presets(bool events, char *text, size_t size);
bool ktlat_tells_events(const struct ktlat_probe_add *request);

/* spec.c */
int ktlat_parse_spec(const char *text, struct ktlat_probe_add *request,
		     struct ktlat_error *err);
void ktlat_format_spec(const struct ktlat_probe_info *info,
		       char spec[KTLAT_SPEC_LEN]);
void ktlat_format_request(const struct ktlat_probe_add *request,
			  char spec[KTLAT_SPEC_LEN]);

/* symbols.c */
int ktlat_scan_symbols(ktlat_symbol_fn fn, void *data, struct ktlat_error *err);
int ktlat_scan_functions(ktlat_symbol_fn fn, void *data, const char **source,
			 struct ktlat_error *err);

/* hints.c */
const char *ktlat_find_successor(const char *name, const char **version);

/* events.c */
int ktlat_scan_events(ktlat_event_name_fn fn, void *data,
		      struct ktlat_error *err);
int ktlat_scan_fields(const struct ktlat_event_name *event, ktlat_field_fn fn,
		      void *data);

/* why.c */
int ktlat_scan_refused(ktlat_why_fn fn, void *data, struct ktlat_error *err);

/* resolve.c */
int ktlat_resolve_specs(struct ktlat_probe_add **list, size_t *nr,
			ktlat_note_fn note, void *data,
			struct ktlat_error *err);
int ktlat_find_functions(const char *spec, struct ktlat_point **list,
			 struct ktlat_error *err);

/* owners.c */
void ktlat_find_modules(struct ktlat_owner *list, size_t nr);

/* members.c */
int ktlat_name_member(struct ktlat_group *group, const char *text,
		      struct ktlat_error *err);
int ktlat_read_members(struct ktlat_group *group, FILE *file, const char *name,
		       struct ktlat_error *err);
int ktlat_resolve_members(struct ktlat_group *group, struct ktlat_error *err);
__u32 ktlat_count_left_out(const struct ktlat_group *group);
void ktlat_free_members(struct ktlat_group *group);

/* group.c */
int ktlat_check_group_name(const char *name, struct ktlat_error *err);
int ktlat_check_groups(struct ktlat *k, struct ktlat_group *group,
		       struct ktlat_error *err);
__u64 ktlat_group_memory(const struct ktlat_group *group,
			 const struct ktlat_info *info);
int ktlat_add_group(struct ktlat *k, struct ktlat_group *group, __u64 *id,
		    struct ktlat_error *err);
int ktlat_get_function(struct ktlat *k, __u64 id, __u32 index,
		       struct ktlat_function *function,
		       struct ktlat_error *err);

void ktlat_tell_apart(struct ktlat_point *functions, __u32 nr);
void ktlat_format_function(const struct ktlat_point *function,
			   char text[KTLAT_SPEC_LEN]);

/* flight.c */
int ktlat_arm_flight(struct ktlat *k, __u64 before, __u64 after, __u64 after_ns,
		     struct ktlat_error *err);
int ktlat_get_flight(struct ktlat *k, struct ktlat_flight_info *info,
		     struct ktlat_error *err);
int ktlat_thaw_flight(struct ktlat *k, struct ktlat_error *err);

/* ring.c */
int ktlat_make_rings(struct ktlat *k, __u32 nr_slots, __u32 nr_stacks,
		     struct ktlat_error *err);
int ktlat_get_rings(struct ktlat *k, struct ktlat_rings_info *info,
		    struct ktlat_error *err);
int ktlat_delete_rings(struct ktlat *k, struct ktlat_error *err);
int ktlat_note_rings_seen(struct ktlat *k, struct ktlat_error *err);
int ktlat_open_rings(struct ktlat *k, enum ktlat_from from, struct ktlat_rings **out,
		     struct ktlat_error *err);
void ktlat_close_rings(struct ktlat_rings *rings);
__u32 ktlat_nr_rings(const struct ktlat_rings *rings);
__u64 ktlat_last_event(const struct ktlat_rings *rings, __u32 cpu);
bool ktlat_read_event(struct ktlat_rings *rings, __u32 cpu, __u64 until,
		      struct ktlat_event *event);
void ktlat_count_ring(const struct ktlat_rings *rings, __u32 cpu,
		      struct ktlat_ring_counts *counts);

/* stacks.c */
int ktlat_open_stacks(struct ktlat *k, struct ktlat_stack_map **out,
		      struct ktlat_error *err);
void ktlat_close_stacks(struct ktlat_stack_map *map);
bool ktlat_read_stack(struct ktlat_stack_map *map, __u32 id,
		      struct ktlat_frame frames[KTLAT_STACK_DEPTH],
		      struct ktlat_file_stack *stack);

void ktlat_count_stacks(const struct ktlat_stack_map *map,
			struct ktlat_stack_counts *counts);

/* slowest.c */
int ktlat_map_slowest(struct ktlat *k, const struct ktlat_probe_info *info,
		      struct ktlat_slowest_map **out, struct ktlat_error *err);
void ktlat_unmap_slowest(struct ktlat_slowest_map *map);
int ktlat_read_slowest(const struct ktlat_slowest_map *map,
		       struct ktlat_slowest_calls *calls,
		       struct ktlat_error *err);

/* keys.c */
int ktlat_map_keys(struct ktlat *k, const struct ktlat_probe_info *info,
		   struct ktlat_keys_map **out, struct ktlat_error *err);
void ktlat_unmap_keys(struct ktlat_keys_map *map);
int ktlat_read_keys(const struct ktlat_keys_map *map, struct ktlat_keys *keys,
		    struct ktlat_error *err);
int ktlat_subtract_keys(const struct ktlat_keys *newer,
			const struct ktlat_keys *older, struct ktlat_keys *delta,
			struct ktlat_error *err);
void ktlat_free_keys(struct ktlat_keys *keys);

/* keynames.c */
struct ktlat_key_names *ktlat_open_key_names(const struct ktlat_probe_info *info);
void ktlat_close_key_names(struct ktlat_key_names *names);
bool ktlat_name_key(struct ktlat_key_names *names, const struct ktlat_key *key,
		    char text[KTLAT_KEY_LEN]);
bool ktlat_key_is_address(const struct ktlat_key_names *names);
bool ktlat_key_is_syscall(const struct ktlat_key_names *names);
bool ktlat_find_place(struct ktlat_key_names *names, __u64 address,
		      struct ktlat_frame *place);

/* value.c */
int ktlat_check_value(const char *text, struct ktlat_error *err);
int ktlat_parse_value(const char *text, const struct ktlat_point *function,
		      struct ktlat_value *value, struct ktlat_error *err);
void ktlat_name_value(const struct ktlat_point *function,
		      const struct ktlat_fetch *fetch,
		      struct ktlat_value *value);
void ktlat_name_values(const struct ktlat_probe_info *info,
		       struct ktlat_value values[KTLAT_VALUES],
		       char conditions[KTLAT_CONDITIONS][KTLAT_CONDITION_LEN]);

/* show.c */
__u64 ktlat_extend_value(const struct ktlat_fetch *fetch, __u64 word);
void ktlat_format_text(const __u64 words[2], char text[KTLAT_VALUE_LEN]);
void ktlat_format_value(const struct ktlat_value *value, const __u64 *words,
			const struct ktlat_frame *place,
			char text[KTLAT_VALUE_LEN]);

/* condition.c */
int ktlat_check_conditions(const char *text, struct ktlat_error *err);
int ktlat_parse_conditions(const char *text, const struct ktlat_point *function,
			   struct ktlat_condition list[KTLAT_CONDITIONS],
			   struct ktlat_error *err);
void ktlat_format_condition(const struct ktlat_condition *condition,
			    const char *expression,
			    char text[KTLAT_CONDITION_LEN]);

/* timeline.c */
int ktlat_get_clock(struct ktlat *k, struct ktlat_clock_now *now,
		    struct ktlat_error *err);
int ktlat_add_moment(struct ktlat_timeline *line,
		     const struct ktlat_clock_now *now,
		     struct ktlat_error *err);
void ktlat_free_timeline(struct ktlat_timeline *line);
__u64 ktlat_ticks_to_monotonic(const struct ktlat_timeline *line, __u64 ticks);

/* file_write.c */
int ktlat_create_file(const char *path, struct ktlat_writer **out,
		      struct ktlat_error *err);
void ktlat_write_host(struct ktlat_writer *w,
		      const struct ktlat_file_host *host);
void ktlat_write_clock(struct ktlat_writer *w,
		       const struct ktlat_clock_now *now);
void ktlat_write_probe(struct ktlat_writer *w,
		       const struct ktlat_file_probe *probe);
void ktlat_write_stack(struct ktlat_writer *w,
		       const struct ktlat_file_stack *stack);
void ktlat_write_symbol(struct ktlat_writer *w,
			const struct ktlat_frame *frame);
void ktlat_write_event(struct ktlat_writer *w, const struct ktlat_event *event);
void ktlat_write_counts(struct ktlat_writer *w,
			const struct ktlat_ring_counts *counts, __u32 nr);
void ktlat_write_figures(struct ktlat_writer *w, __u64 probe_id,
			 const struct ktlat_snapshot *figures);
int ktlat_flush_file(struct ktlat_writer *w, __u64 *size,
		     struct ktlat_error *err);
int ktlat_end_file(struct ktlat_writer *w, __u64 *size,
		   struct ktlat_error *err);
void ktlat_close_file(struct ktlat_writer *w);

/* file_read.c */
int ktlat_open_file(const char *path, struct ktlat_reader **out,
		    struct ktlat_error *err);
void ktlat_end_reading(struct ktlat_reader *r);
bool ktlat_file_is_whole(const struct ktlat_reader *r, struct ktlat_error *err);
const struct ktlat_file_host *ktlat_file_host(const struct ktlat_reader *r);
const struct ktlat_timeline *ktlat_file_timeline(const struct ktlat_reader *r);
size_t ktlat_file_probes(const struct ktlat_reader *r,
			 struct ktlat_file_probe * const **probes);
__u32 ktlat_file_counts(const struct ktlat_reader *r,
			const struct ktlat_ring_counts **counts);

/* file_merge.c */
int ktlat_next_call(struct ktlat_reader *r, struct ktlat_call *call,
		    struct ktlat_error *err);

/* duration.c */
int ktlat_parse_duration(const char *text, __u64 *ns, struct ktlat_error *err);
void ktlat_format_duration(__u64 ns, char text[KTLAT_DURATION_LEN]);

/* refusal.c */
bool ktlat_format_refusal(__u32 refusal, char text[KTLAT_ERROR_LEN]);

/* held.c */
int ktlat_next_held(struct ktlat *k, struct ktlat_held *held,
		    struct ktlat_error *err);
void ktlat_list_sleepers(const char *function, char *text, size_t size);

/* listen.c */
int ktlat_listen(struct ktlat_listener **out, __u32 buffer,
		 struct ktlat_error *err);
void ktlat_stop_listening(struct ktlat_listener *l);
int ktlat_get_listener_fd(const struct ktlat_listener *l);
int ktlat_next_news(struct ktlat_listener *l, struct ktlat_news *news,
		    struct ktlat_error *err);

/* module.c */
void ktlat_get_module(struct ktlat_module *module);
int ktlat_load_module(const char *path, const char *parameters,
		      struct ktlat_error *err);
int ktlat_unload_module(struct ktlat_error *err);

#endif /* KTLAT_LIB_H */

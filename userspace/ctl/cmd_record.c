// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "flight.h"
#include "recording.h"

#define PROGRESS_INTERVAL	NS_PER_S
/* How many CPUs are named that lost something. */
#define CPUS_NAMED		8

/**
 * struct record - What to record, and how long
 * @requests: the probes; none for those of the default session
 * @flight: what is to be done with the flight recorder
 * @room: of the rings
 * @duration: how long in ns, or 0
 * @command: what to run meanwhile, then NULL; or NULL
 * @outcome: how the command ended
 * @pid: its process id, or 0
 * @recording: the rest
 * @terminal: somebody looks on
 * @shown_ns: when the progress was last shown
 * @shown: how many events there were then
 */
struct record {
	struct requests requests;
	struct flight_options flight;
	struct room room;
	__u64 duration;
	char **command;
	struct outcome outcome;
	pid_t pid;
	struct recording recording;
	bool terminal;
	__u64 shown_ns;
	__u64 shown;
};

/* In place of the line before. */
static void show_progress(struct record *record)
{
	const struct recording *rec = &record->recording;
	char events[NUMBER_LEN], rate[NUMBER_LEN], lost[NUMBER_LEN];
	struct ktlat_ring_counts sum;
	__u64 now = monotonic_ns();

	if (!record->terminal || now - record->shown_ns < PROGRESS_INTERVAL)
		return;
	sum = recording_sum(rec);
	fprintf(stderr, "\r%s calls, %s a second, %s lost, %llu KiB\033[K",
		format_number(rec->nr_events, events),
		format_number((rec->nr_events - record->shown) *
			      (double)NS_PER_S / (now - record->shown_ns), rate),
		format_number(sum.lost + sum.dropped, lost),
		(unsigned long long)rec->size >> 10);
	record->shown_ns = now;
	record->shown = rec->nr_events;
}

static void end_progress(const struct record *record)
{
	if (record->terminal)
		fputs("\r\033[K", stderr);
}

/* Has somebody or something ended it? */
static bool is_over(struct record *record, int sig)
{
	if (sig == SIGCHLD)
		return record->pid &&
		       child_ended(record->pid, &record->outcome);
	return sig > 0;
}

/* Until the time is over, the command has ended, or the user says so. */
static int read_on(struct record *record, struct ktlat_error *err)
{
	struct recording *rec = &record->recording;
	__u64 until = FOREVER, wake;
	int ret, sig = 0;

	if (record->duration)
		until = monotonic_ns() + record->duration;
	do {
		ret = recording_read(rec, err);
		/* Somebody took the rings away; their last records are there. */
		if (ret)
			return ret == -ENOENT ? 0 : ret;
		show_progress(record);
		wake = record->terminal ? record->shown_ns + PROGRESS_INTERVAL :
					  FOREVER;
		sig = wait_for_input(ktlat_get_fd(rec->k),
				     wake < until ? wake : until);
	} while (!is_over(record, sig) && monotonic_ns() < until);
	return 0;
}

static int start_command(struct record *record, const sigset_t *mask,
			 struct ktlat_error *err)
{
	if (!record->command)
		return 0;
	record->outcome.running = true;
	return child_start(record->command, mask, &record->pid, err);
}

static int stop_probes(struct record *record, struct ktlat_error *err)
{
	int ret;

	if (!record->recording.own)
		return 0;
	ret = ktlat_change_all(record->recording.k, KTLAT_CHANGE_DISABLE, err);
	return ret < 0 ? ret : 0;
}

static int record_calls(struct record *record, const sigset_t *mask,
			struct ktlat_error *err)
{
	int ret = recording_begin(&record->recording, err);

	if (!ret)
		ret = start_command(record, mask, err);
	if (ret)
		return ret;
	record->terminal = isatty(STDERR_FILENO);
	record->shown_ns = monotonic_ns();
	if (!record->flight.save)
		ret = read_on(record, err);
	if (!ret)
		ret = stop_probes(record, err);
	if (!ret)
		ret = recording_end(&record->recording, err);
	end_progress(record);
	if (record->pid)
		child_stop(record->pid, &record->outcome);
	return ret;
}

/* The session, with its rings and probes. */
static int prepare(struct record *record, struct ktlat *k,
		   struct ktlat_error *err)
{
	int ret;

	record->recording.k = k;
	if (record->flight.save)
		return need_frozen(k, err);
	if (!record->recording.own)
		return 0;
	ret = ktlat_new_session(k, NULL, err);
	if (!ret)
		ret = need_rings(k, &record->room, err);
	if (!ret)
		ret = add_requests(k, &record->requests, err);
	return ret;
}

/* " on CPU 1, 3 and others", those where @which_of its counts is not 0. */
static void name_cpus(const struct recording *rec, size_t which_of, char *text,
		      size_t size)
{
	__u32 cpu, named = 0;
	size_t len = 0;

	*text = '\0';
	for (cpu = 0; cpu < ktlat_nr_rings(rec->rings); cpu++) {
		const __u64 *count = (const void *)((const char *)
				     &rec->counts[cpu] + which_of);

		if (!*count)
			continue;
		if (named++ == CPUS_NAMED) {
			snprintf(text + len, size - len, " and others");
			return;
		}
		len += snprintf(text + len, size - len, "%s%u",
				named == 1 ? " on CPU " : ", ", cpu);
	}
}

/* Says what is in the file, and what is not. */
static void sum_up(const struct record *record)
{
	const struct recording *rec = &record->recording;
	struct ktlat_ring_counts sum = recording_sum(rec);
	char calls[NUMBER_LEN], size[NUMBER_LEN], lost[NUMBER_LEN];
	char dropped[NUMBER_LEN], frozen[NUMBER_LEN];
	char lost_on[128], dropped_on[128], frozen_part[192] = "";

	name_cpus(rec, offsetof(struct ktlat_ring_counts, lost), lost_on,
		  sizeof(lost_on));
	name_cpus(rec, offsetof(struct ktlat_ring_counts, dropped), dropped_on,
		  sizeof(dropped_on));
	if (sum.frozen)
		snprintf(frozen_part, sizeof(frozen_part),
			 ", %s while frozen",
			 format_number(sum.frozen, frozen));
	note("%s call%s in %s (%s bytes), %s lost%s, %s dropped%s%s%s",
	     format_number(rec->nr_events, calls),
	     rec->nr_events == 1 ? "" : "s", rec->path,
	     format_number(rec->size, size), format_number(sum.lost, lost),
	     lost_on, format_number(sum.dropped, dropped), dropped_on,
	     frozen_part, sum.lost ? "; more --slots lose less" : "");
}

static int run(const struct ctl *ctl, struct record *record)
{
	struct ktlat_error err;
	struct ktlat *k;
	sigset_t mask;
	int ret;

	ret = connect_device(ctl, record->recording.own ? KTLAT_OPEN_WRITE : 0,
			     &k, &err);
	if (ret)
		return fail_with(&err);
	hold_signals(&mask);
	ret = prepare(record, k, &err);
	if (!ret)
		ret = record_calls(record, &mask, &err);
	if (!ret)
		sum_up(record);
	if (!ret && record->command)
		child_report(record->command[0], &record->outcome);
	recording_free(&record->recording);
	ktlat_close(k);
	return ret ? fail_with(&err) : DONE;
}

/* What goes on when we have ended. */
static int run_flight(const struct ctl *ctl, struct record *record)
{
	struct ktlat_error err;
	struct ktlat *k;
	int ret;

	ret = connect_device(ctl, KTLAT_OPEN_WRITE, &k, &err);
	if (ret)
		return fail_with(&err);
	if (record->flight.thaw)
		ret = thaw_flight(k, &err);
	else
		ret = arm_flight(k, &record->flight, &record->room,
				 &record->requests, &err);
	ktlat_close(k);
	return ret ? fail_with(&err) : finish_output();
}

int cmd_record(struct ctl *ctl, char **argv)
{
	struct probe_options probe;
	struct record record = {
		.recording.path = "ktlat.dat",
		.flight = { .before = NOT_GIVEN, .after = NOT_GIVEN },
	};
	static const char * const triggers[] = { "slow", NULL };
	struct room room = ROOM_NOT_GIVEN;
	__u32 trigger = 0;
	const struct option options[] = {
		{ OPTION_TEXT, "--output", "-o", &record.recording.path, 0, 0,
		  NULL },
		{ OPTION_DURATION, "--duration", "-d", &record.duration, 0, 0,
		  NULL },
		SLOTS_OPTION(&room),
		STACKS_OPTION(&room),
		FLAG_OPTION("--flight", &record.flight.on),
		FLAG_OPTION("--save", &record.flight.save),
		FLAG_OPTION("--thaw", &record.flight.thaw),
		{ OPTION_CHOICE, "--trigger", NULL, &trigger, 0, 0, triggers },
		{ OPTION_NUMBER, "--before", NULL, &record.flight.before, 0,
		  KTLAT_SLOTS_MAX, NULL },
		{ OPTION_NUMBER, "--after", NULL, &record.flight.after, 0,
		  KTLAT_SLOTS_MAX, NULL },
		{ OPTION_DURATION, "--wait", NULL, &record.flight.after_ns, 0, 0,
		  NULL },
		MORE_OPTIONS(probe.options)
	};
	struct ktlat_error err;
	struct args args;
	int status, ret = 0;

	init_probe_options(&probe, ctl);
	if (!take_args(ctl, argv, options, &args, &status))
		return status;
	if (args.rest && !*args.rest)
		return usage(ctl, "a command is missing after --");
	if (check_flight(&record.flight, &args, &probe.wanted, &err))
		return usage(ctl, "%s", err.text);
	if (!args.nr && room_is_given(&room))
		return usage(ctl, "--slots and --stacks are for the rings of a SPEC; add-probe --events makes those of the default session");
	record.command = args.rest;
	record.room = room_or_default(&room);
	record.recording.own = args.nr;
	record.recording.from = record.flight.save ? KTLAT_FROM_OLDEST :
				args.nr ? KTLAT_FROM_START : KTLAT_FROM_NOW;
	probe.events = true;
	wanted_without_keys(&probe.wanted);
	if (args.nr)
		ret = make_requests(&args, &probe, &record.requests, &err);
	if (ret)
		status = usage(ctl, "%s", err.text);
	else if (record.flight.on && !record.flight.save)
		status = run_flight(ctl, &record);
	else
		status = run(ctl, &record);
	free_requests(&record.requests);
	return status;
}

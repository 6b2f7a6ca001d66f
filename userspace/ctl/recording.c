// SPDX-License-Identifier: GPL-2.0-only
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "clock.h"
#include "recording.h"
#include "slots.h"

/* The clocks are written this often, at most, and the counts with them. */
#define CLOCK_INTERVAL	NS_PER_S

static const struct args everything;

static void read_boot_id(char *text, int size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file)
		return;
	if (fgets(text, size, file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

static int write_host(struct recording *rec, struct ktlat_error *err)
{
	struct ktlat_file_host host = { .version = KTLAT_VERSION };
	struct ktlat_rings_info rings;
	struct ktlat_info info;
	struct utsname system;
	int ret;

	ret = ktlat_get_info(rec->k, &info, err);
	if (!ret)
		ret = ktlat_get_rings(rec->k, &rings, err);
	if (ret)
		return ret;
	uname(&system);
	memcpy(host.node, system.nodename, sizeof(host.node));
	memcpy(host.release, system.release, sizeof(host.release));
	memcpy(host.machine, system.machine, sizeof(host.machine));
	read_boot_id(host.boot_id, sizeof(host.boot_id));
	host.clock = info.clock;
	host.nr_rings = rings.nr_rings;
	host.nr_slots = rings.nr_slots;
	ktlat_write_host(rec->file, &host);
	return 0;
}

static int write_clock(struct recording *rec, struct ktlat_error *err)
{
	struct ktlat_clock_now now;
	int ret = ktlat_get_clock(rec->k, &now, err);

	if (!ret)
		ktlat_write_clock(rec->file, &now);
	rec->clock_ns = monotonic_ns();
	return ret;
}

static void write_counts(struct recording *rec)
{
	__u32 nr = ktlat_nr_rings(rec->rings), cpu;

	for (cpu = 0; cpu < nr; cpu++)
		ktlat_count_ring(rec->rings, cpu, &rec->counts[cpu]);
	ktlat_write_counts(rec->file, rec->counts, nr);
}

/* Where the id is among those told of, or would be. */
static size_t place_of(const struct recording *rec, __u64 id)
{
	size_t low = 0, high = rec->nr_told;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rec->told[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_told(const struct recording *rec, __u64 id)
{
	size_t place = place_of(rec, id);

	return place < rec->nr_told && rec->told[place] == id;
}

static int note_told(struct recording *rec, __u64 id, struct ktlat_error *err)
{
	size_t place = place_of(rec, id);
	__u64 *told;

	if (is_told(rec, id))
		return 0;
	told = reallocarray(rec->told, rec->nr_told + 1, sizeof(*told));
	if (!told)
		return explain(err, "out of memory");
	rec->told = told;
	memmove(&told[place + 1], &told[place],
		(rec->nr_told++ - place) * sizeof(*told));
	told[place] = id;
	return 0;
}

static int write_probe(struct recording *rec, const struct watch *watch,
		       struct ktlat_error *err)
{
	struct ktlat_file_probe probe = {
		.info = watch->info,
		.functions = watch->functions,
		.nr_functions = watch->nr_functions,
	};

	memcpy(probe.spec, watch->spec, sizeof(probe.spec));
	memcpy(probe.module, watch->module, sizeof(probe.module));
	memcpy(probe.values, watch->values, sizeof(probe.values));
	memcpy(probe.conditions, watch->conditions, sizeof(probe.conditions));
	ktlat_write_probe(rec->file, &probe);
	return note_told(rec, watch->info.id, err);
}

static bool is_recorded(const struct watch *watch)
{
	return watch->info.flags & KTLAT_PROBE_EVENTS || watch->info.slow.ns ||
	       watch->info.slow.ppm;
}

/* All of them, or those that the file does not tell of. */
static int write_probes(struct recording *rec, bool all,
			struct ktlat_error *err)
{
	size_t i;
	int ret = watch_find_functions(rec->k, &rec->watches, err);

	for (i = 0; !ret && i < rec->watches.nr; i++) {
		const struct watch *watch = rec->watches.list[i];

		if (is_recorded(watch) && (all || !is_told(rec, watch->info.id)))
			ret = write_probe(rec, watch, err);
	}
	return ret;
}

/* One that came later, and may be gone again. */
static int write_new_probe(struct recording *rec, __u64 id,
			   struct ktlat_error *err)
{
	int ret = watch_probes(rec->k, &everything, &rec->watches, err);

	if (!ret)
		ret = write_probes(rec, false, err);
	return ret ?: note_told(rec, id, err);
}

static void write_figures(struct recording *rec)
{
	size_t i;

	for (i = 0; i < rec->watches.nr; i++) {
		const struct watch *watch = rec->watches.list[i];

		if (is_recorded(watch))
			ktlat_write_figures(rec->file, watch->info.id,
					    watch->shown);
	}
}

static int write_beginning(struct recording *rec, struct ktlat_error *err)
{
	int ret = write_host(rec, err);

	if (!ret)
		ret = write_clock(rec, err);
	if (!ret)
		ret = write_probes(rec, true, err);
	if (!ret)
		ret = ktlat_flush_file(rec->file, &rec->size, err);
	return ret;
}

/**
 * recording_begin() - Begin to record
 * @rec: @k, @path, @own and @from are filled in, all else is zero
 * @err: why it failed; recording_free() is to be called all the same
 */
int recording_begin(struct recording *rec, struct ktlat_error *err)
{
	int ret;

	ret = ktlat_open_rings(rec->k, rec->from, &rec->rings, err);
	if (!ret)
		ret = need_stacks(rec->k, &rec->stacks, err);
	if (!ret)
		ret = watch_probes(rec->k, &everything, &rec->watches, err);
	if (!ret && !rec->own)
		ret = watch_read(rec->k, &rec->watches, false, err);
	if (!ret)
		ret = ktlat_create_file(rec->path, &rec->file, err);
	if (ret)
		return ret;
	rec->counts = calloc(ktlat_nr_rings(rec->rings), sizeof(*rec->counts));
	if (!rec->counts)
		return explain(err, "out of memory");
	return write_beginning(rec, err);
}

static void write_stack(struct recording *rec, __u32 id)
{
	struct ktlat_frame frames[KTLAT_STACK_DEPTH];
	struct ktlat_file_stack stack;

	if (id > KTLAT_STACKS_MAX || rec->told_stacks[id] ||
	    !ktlat_read_stack(rec->stacks, id, frames, &stack))
		return;
	ktlat_write_stack(rec->file, &stack);
	rec->told_stacks[id] = true;
}

static int by_address(const void *a, const void *b)
{
	const __u64 *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static int write_symbol(struct recording *rec, const struct watch *watch,
			__u64 address, struct ktlat_error *err)
{
	struct ktlat_frame place;
	__u64 *own;

	if (tfind(&address, &rec->told_symbols, by_address))
		return 0;
	rec->names = rec->names ?: ktlat_open_key_names(&watch->info);
	own = malloc(sizeof(*own));
	if (own)
		*own = address;
	if (!rec->names || !own ||
	    !tsearch(own, &rec->told_symbols, by_address)) {
		free(own);
		return explain(err, "out of memory");
	}
	if (ktlat_find_place(rec->names, address, &place))
		ktlat_write_symbol(rec->file, &place);
	return 0;
}

static const struct watch *find_watch(const struct recording *rec, __u64 id)
{
	size_t i;

	for (i = 0; i < rec->watches.nr; i++)
		if (rec->watches.list[i]->info.id == id)
			return rec->watches.list[i];
	return NULL;
}

/* Tells of addresses among the values of an event; @watch: of what came before it. */
static int write_symbols(struct recording *rec, const struct watch **watch,
			 const struct ktlat_event *event, struct ktlat_error *err)
{
	int ret = 0, i;

	if (!*watch || (*watch)->info.id != event->probe_id)
		*watch = find_watch(rec, event->probe_id);
	for (i = 0; *watch && !ret && i < KTLAT_VALUES; i++)
		if ((*watch)->values[i].show == KTLAT_SHOW_SYMBOL &&
		    event->values[i])
			ret = write_symbol(rec, *watch, event->values[i], err);
	return ret;
}

/* What there is now, and no more, however fast more comes. */
static int read_cpu(struct recording *rec, __u32 cpu, struct ktlat_error *err)
{
	__u64 until = ktlat_last_event(rec->rings, cpu);
	const struct watch *watch = NULL;
	struct ktlat_event event;
	int ret = 0;

	while (!ret && ktlat_read_event(rec->rings, cpu, until, &event)) {
		if (!is_told(rec, event.probe_id)) {
			ret = write_new_probe(rec, event.probe_id, err);
			watch = NULL;
		}
		if (!ret)
			ret = write_symbols(rec, &watch, &event, err);
		write_stack(rec, event.stack_id);
		write_stack(rec, event.user_stack_id);
		ktlat_write_event(rec->file, &event);
		rec->nr_events++;
	}
	return ret;
}

static int read_rings(struct recording *rec, struct ktlat_error *err)
{
	__u32 cpu;
	int ret = 0;

	for (cpu = 0; !ret && cpu < ktlat_nr_rings(rec->rings); cpu++)
		ret = read_cpu(rec, cpu, err);
	return ret;
}

/**
 * recording_read() - Put into the file what came since the last time
 * @rec: the recording
 * @err: why it failed
 *
 * What comes from now on makes the device readable.
 */
int recording_read(struct recording *rec, struct ktlat_error *err)
{
	int ret = ktlat_note_rings_seen(rec->k, err);

	if (!ret)
		ret = read_rings(rec, err);
	if (!ret && monotonic_ns() - rec->clock_ns >= CLOCK_INTERVAL) {
		write_counts(rec);
		ret = write_clock(rec, err);
	}
	if (!ret)
		ret = ktlat_flush_file(rec->file, &rec->size, err);
	return ret;
}

/* Probes that came meanwhile to a session of others are told of, too. */
static int read_figures(struct recording *rec, struct ktlat_error *err)
{
	int ret = 0;

	if (!rec->own)
		ret = watch_probes(rec->k, &everything, &rec->watches, err);
	return ret ?: watch_read(rec->k, &rec->watches, !rec->own, err);
}

/**
 * recording_end() - Put into the file what is left, and end it
 * @rec: the recording; in a session of our own its probes are disabled by now
 * @err: why it failed
 */
int recording_end(struct recording *rec, struct ktlat_error *err)
{
	int ret = read_figures(rec, err);

	if (!ret)
		ret = read_rings(rec, err);
	if (ret)
		return ret;
	watch_find_modules(&rec->watches);
	ret = write_probes(rec, true, err);
	if (!ret)
		ret = write_clock(rec, err);
	write_counts(rec);
	write_figures(rec);
	return ret ?: ktlat_end_file(rec->file, &rec->size, err);
}

/* Lets go of everything; the file stays as it is. */
void recording_free(struct recording *rec)
{
	ktlat_close_file(rec->file);
	ktlat_close_rings(rec->rings);
	ktlat_close_stacks(rec->stacks);
	watch_end(&rec->watches);
	tdestroy(rec->told_symbols, free);
	ktlat_close_key_names(rec->names);
	free(rec->told);
	free(rec->counts);
}

/* What became of the records of all CPUs so far. */
struct ktlat_ring_counts recording_sum(const struct recording *rec)
{
	struct ktlat_ring_counts sum = { 0 }, counts;
	__u32 cpu;

	for (cpu = 0; cpu < ktlat_nr_rings(rec->rings); cpu++) {
		ktlat_count_ring(rec->rings, cpu, &counts);
		sum.read += counts.read;
		sum.lost += counts.lost;
		sum.dropped += counts.dropped;
		sum.frozen += counts.frozen;
	}
	return sum;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the figures of a probe out of its mapping, while every CPU goes on
 * counting and somebody may reset the probe. The writer is the module; what
 * it promises stands in ktlat.h, "The mapping of a probe".
 */
#include <time.h>

#include "internal.h"

/* Each try but the last was cut short by a reset. */
#define MAX_TRIES	64

/**
 * struct view - A mapping whose layout was checked
 * @base: start of the mapping
 * @header: a copy of its header; the checks hold for this copy only
 * @area: the generation that is read, in the area of CPU 0
 * @group: it is that of a group
 */
struct view {
	const unsigned char *base;
	struct ktlat_map_header header;
	const unsigned char *area;
	bool group;
};

static __u64 load(const __u64 *figure)
{
	return __atomic_load_n(figure, __ATOMIC_RELAXED);
}

static const struct ktlat_counters *counters_of(const struct view *view,
						__u32 function, __u32 cpu)
{
	return (const void *)(view->area + cpu * view->header.cpu_stride +
			      function * view->header.function_stride);
}

static const __u64 *buckets_of(const struct view *view,
			       const struct ktlat_counters *counters)
{
	return (const void *)((const unsigned char *)counters +
			      view->header.bucket_offset);
}

/* Where the figures of a function go. */
static struct ktlat_snapshot *target(const struct view *view, __u32 function,
				     struct ktlat_snapshot *snap)
{
	return view->group ? &snap->members[function] : snap;
}

/* @nr things of @size bytes, @stride apart: how long is that? */
static bool row_fits(__u64 nr, __u64 stride, __u64 size, __u64 *all)
{
	return (nr == 1 || size <= stride) &&
	       !__builtin_mul_overflow(stride, nr - 1, all) &&
	       !__builtin_add_overflow(*all, size, all);
}

/* Do the areas as the header lays them out end within @size bytes? */
static bool areas_fit(const struct ktlat_map_header *h, __u64 size)
{
	__u64 buckets = (__u64)h->nr_buckets * sizeof(__u64);
	__u64 function, generation, area, end;

	return !__builtin_add_overflow(h->bucket_offset, buckets, &function) &&
	       row_fits(h->nr_functions, h->function_stride, function,
			&generation) &&
	       row_fits(2, h->generation_stride, generation, &area) &&
	       row_fits(h->nr_cpus, h->cpu_stride, area, &end) &&
	       !__builtin_add_overflow(end, h->cpu_offset, &end) && end <= size;
}

static bool layout_is_sound(const struct ktlat_map_header *h, __u64 size,
			    bool group)
{
	__u32 most = group ? KTLAT_FUNCTIONS_MAX : 1;
	__u64 offsets = h->cpu_offset | h->cpu_stride | h->generation_stride |
			h->bucket_offset | h->function_stride;

	return h->precision <= KTLAT_PRECISION_MAX &&
	       (!h->nr_buckets ||
		h->nr_buckets == ktlat_nr_buckets(h->precision)) &&
	       h->nr_cpus > 0 &&
	       h->nr_functions > 0 && h->nr_functions <= most &&
	       offsets % sizeof(__u64) == 0 &&
	       h->cpu_offset >= sizeof(*h) &&
	       h->bucket_offset >= sizeof(struct ktlat_counters) &&
	       areas_fit(h, size);
}

static int look(struct view *view, const void *base, size_t size,
		__u64 probe_id, struct ktlat_error *err)
{
	view->base = base;
	if (size >= sizeof(view->header))
		memcpy(&view->header, base, sizeof(view->header));
	if (size < sizeof(view->header) ||
	    view->header.magic != KTLAT_MAP_MAGIC)
		return ktl_fail(err, EPROTO,
				"cannot read the figures of probe %llu: the mapping does not begin as one of ktlat; install ktlat-ctl and the module from the same version",
				(unsigned long long)probe_id);
	if (view->header.probe_id != probe_id)
		return ktl_fail(err, ESTALE,
				"cannot read the figures of probe %llu: it was removed and probe %llu took its place; try again",
				(unsigned long long)probe_id,
				(unsigned long long)view->header.probe_id);
	if (!layout_is_sound(&view->header, size, view->group))
		return ktl_fail(err, EPROTO,
				"cannot read the figures of probe %llu: the header of the mapping contradicts itself or its size; install ktlat-ctl and the module from the same version",
				(unsigned long long)probe_id);
	return 0;
}

static void read_recorded(const struct view *view,
			  const struct ktlat_counters *counters,
			  struct ktlat_snapshot *snap)
{
	const __u64 *buckets = buckets_of(view, counters);
	__u64 min, max;
	__u32 i;

	/* Pairs with the barrier of ktlat_hist_return(). */
	if (!snap->nr_buckets)
		snap->count += __atomic_load_n(&counters->returns,
					       __ATOMIC_ACQUIRE);
	for (i = 0; i < snap->nr_buckets; i++) {
		__u64 count = load(&buckets[i]);

		snap->buckets[i] += count;
		snap->count += count;
	}
	snap->sum_ns += load(&counters->sum_ns);
	min = load(&counters->min_ns);
	max = load(&counters->max_ns);
	if (min < snap->min_ns)
		snap->min_ns = min;
	if (max > snap->max_ns)
		snap->max_ns = max;
}

static void read_returned(const struct view *view,
			  const struct ktlat_counters *counters,
			  struct ktlat_snapshot *snap)
{
	snap->missed += load(&counters->missed);
	snap->recursed += load(&counters->recursed);
	snap->abandoned += load(&counters->abandoned);
	snap->filtered += load(&counters->filtered);
	snap->unread += load(&counters->unread);
	snap->unmatched += load(&counters->unmatched);
	snap->clock_backwards += load(&counters->clock_backwards);
	/*
	 * Most functions of a group are not called on most CPUs; a call that
	 * is about to be counted here may be seen in flight.
	 */
	if (!view->group || load(&counters->returns))
		read_recorded(view, counters, snap);
}

static void read_entered(const struct view *view,
			 const struct ktlat_counters *counters,
			 struct ktlat_snapshot *snap)
{
	(void)view;
	snap->entries += load(&counters->entries);
}

/* Reads a part of the figures of all functions on all CPUs. */
static void read_all(const struct view *view, struct ktlat_snapshot *snap,
		     void (*read)(const struct view *view,
				  const struct ktlat_counters *counters,
				  struct ktlat_snapshot *snap))
{
	__u32 i, cpu;

	for (i = 0; i < view->header.nr_functions; i++)
		for (cpu = 0; cpu < view->header.nr_cpus; cpu++)
			read(view, counters_of(view, i, cpu),
			     target(view, i, snap));
}

/*
 * A call may be seen in its bucket and not yet in min or max. Buckets decide:
 * the extremes lie in the outermost ones that hold a call. Where there are none,
 * what is counted is in min and max.
 */
static void settle_extremes(struct ktlat_snapshot *snap)
{
	__u32 first = 0, last = snap->nr_buckets - 1;
	__u64 high, low;

	if (!snap->count) {
		snap->min_ns = ~0ULL;
		snap->max_ns = 0;
		return;
	}
	if (!snap->nr_buckets)
		return;
	while (!snap->buckets[first])
		first++;
	while (!snap->buckets[last])
		last--;
	high = ktlat_bucket_high(first, snap->precision);
	low = ktlat_bucket_low(last, snap->precision);
	if (snap->min_ns > high)
		snap->min_ns = high;
	if (snap->max_ns < low)
		snap->max_ns = low;
}

static void clear(struct ktlat_snapshot *snap, const struct view *view)
{
	struct ktlat_snapshot room = *snap;

	memset(room.buckets, 0,
	       view->header.nr_buckets * sizeof(*room.buckets));
	*snap = (struct ktlat_snapshot){
		.probe_id = view->header.probe_id,
		.precision = view->header.precision,
		.nr_buckets = view->header.nr_buckets,
		.min_ns = ~0ULL,
		.buckets = room.buckets,
		.nr_members = room.nr_members,
		.members = room.members,
	};
}

/* Returns false if a reset came in between. */
static bool read_once(struct view *view, struct ktlat_snapshot *snap)
{
	const struct ktlat_map_header *live = (const void *)view->base;
	__u32 i;

	for (i = 0; i < snap->nr_members; i++)
		clear(&snap->members[i], view);
	clear(snap, view);
	/*
	 * Before the figures of the generation that it names. Pairs with the
	 * release by which a reset publishes a generation once it is cleared.
	 */
	snap->generation = __atomic_load_n(&live->generation, __ATOMIC_ACQUIRE);
	view->area = view->base + view->header.cpu_offset +
		     (snap->generation & 1) * view->header.generation_stride;

	read_all(view, snap, read_returned);
	/*
	 * B: returns and losses before entries. Pairs with barrier A of the
	 * module, which lies between the entry of a call and all that its
	 * return or its loss changes.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	read_all(view, snap, read_entered);
	/*
	 * All figures before the second look at the generation. Pairs with the
	 * grace period of a reset, between the announcement of a generation
	 * and the clearing of the one before.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return load(&live->generation) == snap->generation;
}

static __u64 monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void settle(struct ktlat_snapshot *snap)
{
	settle_extremes(snap);
	ktl_settle_in_flight(snap);
}

static void settle_all(struct ktlat_snapshot *snap)
{
	__u64 now = monotonic_ns();
	__u32 i;

	for (i = 0; i < snap->nr_members; i++) {
		settle(&snap->members[i]);
		snap->members[i].generation = snap->generation;
		snap->members[i].time_ns = now;
	}
	if (snap->nr_members)
		ktl_sum_members(snap);
	else
		settle(snap);
	snap->time_ns = now;
}

static int read_figures(struct view *view, const void *base, size_t size,
			__u64 probe_id, struct ktlat_snapshot *snap,
			struct ktlat_error *err)
{
	int ret, tries;

	ret = look(view, base, size, probe_id, err);
	if (ret)
		return ret;
	ret = ktl_make_room(snap, view->group ? view->header.nr_functions : 0,
			    view->header.nr_buckets, err);
	if (ret)
		return ret;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		if (!read_once(view, snap))
			continue;
		settle_all(snap);
		return 0;
	}
	return ktl_fail(err, EAGAIN,
			"cannot read the figures of probe %llu: it is reset all the time; try again",
			(unsigned long long)probe_id);
}

/**
 * struct ktl_slot - A slot of a CPU's table of keys
 * @view: the table
 * @counters: its figures
 */
struct ktl_slot {
	const struct view *view;
	const struct ktlat_counters *counters;
};

/* Whose the slot is; false if it is nobody's. */
bool ktl_get_slot_key(const struct ktl_slot *slot, __u64 key[2])
{
	const struct ktlat_counters *counters = slot->counters;

	/* B: pairs with A in core/keys.h. */
	if (__atomic_load_n(&counters->key_state, __ATOMIC_ACQUIRE) !=
	    KTLAT_KEY_USED)
		return false;
	key[0] = load(&counters->key[0]);
	key[1] = load(&counters->key[1]);
	return true;
}

/* Adds its figures to those of other CPUs; @snap is as ktl_begin_slots() makes it. */
void ktl_add_slot(const struct ktl_slot *slot, struct ktlat_snapshot *snap)
{
	read_recorded(slot->view, slot->counters, snap);
}

/* Makes a snapshot ready for the figures of slots. */
int ktl_begin_slots(const struct ktl_slot *slot, struct ktlat_snapshot *snap,
		    struct ktlat_error *err)
{
	int ret = ktl_make_room(snap, 0, slot->view->header.nr_buckets, err);

	if (!ret)
		clear(snap, slot->view);
	return ret;
}

/* All slots that were counted in, of each CPU the one of what found no room first. */
static int visit_slots(struct view *view, ktl_slot_fn visit, void *data)
{
	__u32 cpu, i;
	int ret = 0;

	for (cpu = 0; cpu < view->header.nr_cpus; cpu++) {
		for (i = 0; !ret && i < view->header.nr_functions; i++) {
			const struct ktl_slot slot = {
				view, counters_of(view, i, cpu),
			};

			/* Pairs with the barrier of ktlat_hist_return(). */
			if (__atomic_load_n(&slot.counters->returns,
					    __ATOMIC_ACQUIRE))
				ret = visit(data, &slot, !i);
		}
	}
	return ret;
}

/**
 * ktl_read_slots() - Go through a table of keys
 * @base: start of the mapping, aligned to 8 bytes
 * @size: its size in bytes
 * @probe_id: the probe that it must be of
 * @visit: called for each slot; anything but 0 ends it, and is returned
 * @data: for @visit
 * @generation: where to put which one it was
 * @err: why it failed; EAGAIN if it was reset meanwhile
 */
int ktl_read_slots(const void *base, size_t size, __u64 probe_id,
		   ktl_slot_fn visit, void *data, __u64 *generation,
		   struct ktlat_error *err)
{
	const struct ktlat_map_header *live = base;
	struct view view = { .group = true };
	int ret = look(&view, base, size, probe_id, err);

	if (ret)
		return ret;
	/* As in read_once(): what a reset does to the table pairs with both. */
	*generation = __atomic_load_n(&live->generation, __ATOMIC_ACQUIRE);
	view.area = view.base + view.header.cpu_offset +
		    (*generation & 1) * view.header.generation_stride;
	ret = visit_slots(&view, visit, data);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (!ret && load(&live->generation) != *generation)
		ret = ktl_fail(err, EAGAIN,
			       "cannot read the keys of probe %llu: it is being reset; try again",
			       (unsigned long long)probe_id);
	return ret;
}

/* The figures are complete. */
void ktl_end_slots(struct ktlat_snapshot *snap, __u64 generation)
{
	snap->generation = generation;
	snap->entries = snap->count;
	settle(snap);
	snap->time_ns = monotonic_ns();
}

/**
 * ktlat_read_figures() - Read the figures out of a mapping
 * @base: start of the mapping, aligned to 8 bytes
 * @size: its size in bytes
 * @probe_id: the probe that it must be of
 * @snap: what was read; all zero or filled in before, then its memory is used
 *	again
 * @err: why it failed
 *
 * What the mechanism itself missed is not part of the mapping and not yet
 * counted; ktlat_take_snapshot() adds it.
 */
int ktlat_read_figures(const void *base, size_t size, __u64 probe_id,
		       struct ktlat_snapshot *snap, struct ktlat_error *err)
{
	struct view view = { .group = false };

	return read_figures(&view, base, size, probe_id, snap, err);
}

/**
 * ktlat_read_group() - Read the figures of a group out of its mapping
 * @base: start of the mapping, aligned to 8 bytes
 * @size: its size in bytes
 * @group_id: the group that it must be of
 * @snap: what was read; as for ktlat_read_figures()
 * @err: why it failed
 *
 * All functions are read from the same generation. There are as many members
 * as the group has room for, be there a function or not.
 */
int ktlat_read_group(const void *base, size_t size, __u64 group_id,
		     struct ktlat_snapshot *snap, struct ktlat_error *err)
{
	struct view view = { .group = true };

	return read_figures(&view, base, size, group_id, snap, err);
}

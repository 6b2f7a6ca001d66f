// SPDX-License-Identifier: GPL-2.0-only
/*
 * The figures: per CPU, written by that CPU only, and apart from those that its
 * NMIs write, which nothing keeps out.
 *
 * The buckets have the edges of ktlat's at precision 5, but are computed here
 * from the definition and not with the arithmetic under test.
 */
#include <linux/bits.h>
#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include "target.h"

/* Values below 64 have a bucket each; the 58 powers from 64 on have 32 each. */
#define NR_BUCKETS	(64 + 58 * 32)

struct dist {
	u64 sum;
	u64 min;
	u64 max;
	u64 buckets[NR_BUCKETS];
};

struct stats {
	struct dist inner;
	struct dist outer;
};

struct counts {
	u64 started;
	u64 returned;
};

static DEFINE_PER_CPU(struct counts, counts[TARGET_NR_FUNCS]);
/* For each possible CPU one for each function, and again for calls from NMIs. */
static struct stats **stats;
#define NR_STATS (2 * TARGET_NR_FUNCS)

static u64 power_width(unsigned int power)
{
	return BIT_ULL(power) / 32;
}

static unsigned int bucket_of(u64 ns)
{
	unsigned int power;

	if (ns < 64)
		return ns;
	power = ilog2(ns);
	return 64 + (power - 6) * 32 +
	       div64_u64(ns - BIT_ULL(power), power_width(power));
}

static u64 bucket_low(unsigned int bucket)
{
	unsigned int power = 6 + (bucket - 64) / 32;

	if (bucket < 64)
		return bucket;
	return BIT_ULL(power) + (bucket % 32) * power_width(power);
}

static u64 bucket_high(unsigned int bucket)
{
	if (bucket == NR_BUCKETS - 1)
		return U64_MAX;
	return bucket_low(bucket + 1) - 1;
}

void target_count_start(const struct target_func *func)
{
	this_cpu_inc(counts[func - target_funcs].started);
}

void target_count_return(const struct target_func *func)
{
	this_cpu_inc(counts[func - target_funcs].returned);
}

/* Only this CPU writes there; who waits for calls reads meanwhile. */
static void dist_add(struct dist *dist, u64 ns)
{
	u64 *bucket = &dist->buckets[bucket_of(ns)];

	WRITE_ONCE(dist->sum, dist->sum + ns);
	WRITE_ONCE(dist->min, min(dist->min, ns));
	WRITE_ONCE(dist->max, max(dist->max, ns));
	WRITE_ONCE(*bucket, *bucket + 1);
}

/**
 * target_record() - Record a call that has returned
 * @func: what was called
 * @call: with its four stamps
 */
void target_record(const struct target_func *func,
		   const struct target_call *call)
{
	unsigned long flags;
	struct stats *s;

	/* Against the calls that come from interrupts of this CPU. */
	local_irq_save(flags);
	s = &stats[raw_smp_processor_id()][func - target_funcs];
	if (in_nmi())
		s += TARGET_NR_FUNCS;
	dist_add(&s->inner, call->end - call->start);
	dist_add(&s->outer, call->outer_end - call->outer_start);
	local_irq_restore(flags);
}

/**
 * target_stats_reset() - Start again from zero; nothing may be running
 */
void target_stats_reset(void)
{
	int cpu, id;

	for_each_possible_cpu(cpu) {
		memset(per_cpu_ptr(&counts[0], cpu), 0, sizeof(counts));
		memset(stats[cpu], 0, NR_STATS * sizeof(struct stats));
		for (id = 0; id < NR_STATS; id++) {
			stats[cpu][id].inner.min = U64_MAX;
			stats[cpu][id].outer.min = U64_MAX;
		}
	}
}

void target_stats_free(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvfree(stats[cpu]);
	kfree(stats);
}

/**
 * target_stats_alloc() - Allocate the figures
 *
 * Return: 0 or -ENOMEM.
 */
int target_stats_alloc(void)
{
	int cpu;

	stats = kcalloc(nr_cpu_ids, sizeof(*stats), GFP_KERNEL);
	if (!stats)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		stats[cpu] = kvmalloc_node(NR_STATS * sizeof(struct stats),
					   GFP_KERNEL, cpu_to_node(cpu));
		if (!stats[cpu]) {
			target_stats_free();
			return -ENOMEM;
		}
	}
	target_stats_reset();
	return 0;
}

static void dist_merge(struct dist *to, const struct dist *from)
{
	unsigned int i;

	to->sum += READ_ONCE(from->sum);
	to->min = min(to->min, READ_ONCE(from->min));
	to->max = max(to->max, READ_ONCE(from->max));
	for (i = 0; i < NR_BUCKETS; i++)
		to->buckets[i] += READ_ONCE(from->buckets[i]);
}

static void dist_show(struct seq_file *file, const char *name,
		      const struct dist *dist)
{
	const char *sep = "";
	unsigned int i;

	seq_printf(file, ",\"%s\":{\"sum_ns\":%llu", name, dist->sum);
	if (dist->min != U64_MAX)
		seq_printf(file, ",\"min_ns\":%llu,\"max_ns\":%llu",
			   dist->min, dist->max);
	seq_puts(file, ",\"buckets\":[");
	for (i = 0; i < NR_BUCKETS; i++) {
		if (!dist->buckets[i])
			continue;
		seq_printf(file, "%s{\"lo_ns\":%llu,\"hi_ns\":%llu,\"count\":%llu}",
			   sep, bucket_low(i), bucket_high(i),
			   dist->buckets[i]);
		sep = ",";
	}
	seq_puts(file, "]}");
}

static void counts_show(struct seq_file *file, int id)
{
	struct counts total = {};
	const char *sep = "";
	int cpu;

	seq_puts(file, "\"cpus\":[");
	for_each_possible_cpu(cpu) {
		struct counts *c = per_cpu_ptr(&counts[id], cpu);
		u64 started = READ_ONCE(c->started);
		u64 returned = READ_ONCE(c->returned);

		total.started += started;
		total.returned += returned;
		seq_printf(file, "%s{\"cpu\":%d,\"started\":%llu,\"returned\":%llu}",
			   sep, cpu, started, returned);
		sep = ",";
	}
	seq_printf(file, "],\"started\":%llu,\"returned\":%llu",
		   total.started, total.returned);
}

static void func_show(struct seq_file *file, int id, struct stats *total)
{
	int cpu, set;

	memset(total, 0, sizeof(*total));
	total->inner.min = U64_MAX;
	total->outer.min = U64_MAX;
	for_each_possible_cpu(cpu) {
		for (set = id; set < NR_STATS; set += TARGET_NR_FUNCS) {
			dist_merge(&total->inner, &stats[cpu][set].inner);
			dist_merge(&total->outer, &stats[cpu][set].outer);
		}
	}
	seq_printf(file, "{\"name\":\"ktlat_target_%s\",",
		   target_funcs[id].name);
	counts_show(file, id);
	dist_show(file, "inner", &total->inner);
	dist_show(file, "outer", &total->outer);
	seq_puts(file, "}");
}

/**
 * target_stats_show() - Print all figures as one JSON object
 * @file: where to
 *
 * Return: 0 or -ENOMEM.
 */
int target_stats_show(struct seq_file *file)
{
	struct stats *total = kvmalloc(sizeof(*total), GFP_KERNEL);
	int id;

	if (!total)
		return -ENOMEM;
	seq_puts(file, "{\"functions\":[");
	for (id = 0; id < TARGET_NR_FUNCS; id++) {
		seq_puts(file, id ? ",\n" : "");
		func_show(file, id, total);
	}
	seq_puts(file, "]}\n");
	kvfree(total);
	return 0;
}

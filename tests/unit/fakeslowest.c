// SPDX-License-Identifier: GPL-2.0-only
/* Kept as in the module, by core/slowest.h. */
#include <string.h>

#include "core/slowest.h"
#include "fakemap.h"
#include "fakeslowest.h"

#define CPU_OFFSET	4096
#define CONTEXTS	4

static struct ktlat_slowest writer_of(struct ktlat_slowest_header *header)
{
	return (struct ktlat_slowest){
		.header = header,
		.areas = (char *)header + header->cpu_offset,
		.cpu_stride = header->cpu_stride,
		.context_stride = header->context_stride,
		.bank_stride = header->bank_stride,
		.nr_slots = header->nr_slots,
	};
}

void fakeslowest_make(void *base, const struct ktlat_probe_info *info)
{
	struct ktlat_slowest_header *header = base;
	struct ktlat_slowest slowest;

	memset(base, 0, FAKE_SLOWEST_STRIDE);
	header->probe_id = info->id;
	header->interval_ns = info->slow.interval_ns;
	header->cpu_offset = CPU_OFFSET;
	header->nr_cpus = FAKEMAP_CPUS;
	header->nr_contexts = CONTEXTS;
	header->nr_slots = info->slow.slowest;
	header->cpu_stride = CONTEXTS *
			     ktlat_slowest_context_bytes(header->nr_slots);
	ktlat_slowest_init(&slowest, header);
}

void fakeslowest_keep(void *base, const struct ktlat_event *event)
{
	struct ktlat_slowest slowest = writer_of(base);
	struct ktlat_slowest_context *context =
		ktlat_slowest_context(&slowest, event->cpu, event->context);
	struct ktlat_slowest_record record;

	if (!ktlat_slowest_wants(&slowest, context, event->latency_ns) ||
	    !ktlat_slowest_reserve(&slowest, context, event->latency_ns,
				   &record))
		return;
	*record.slot = *event;
	record.slot->sequence = 0;
	ktlat_slowest_commit(&slowest, context, &record);
}

/* An interval is over. */
void fakeslowest_next(void *base)
{
	struct ktlat_slowest_header *header = base;

	header->complete = header->interval++;
}

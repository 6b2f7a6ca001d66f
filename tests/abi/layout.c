// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layout of the contract, pinned: the same for 64-bit and 32-bit callers.
 */
#include "abi.h"

#define SIZE(type, want) \
	{ "sizeof " #type, sizeof(struct type), want }
#define OFFSET(type, member, want) \
	{ #type "." #member, offsetof(struct type, member), want }
#define VALUE(name, want) \
	{ #name, name, want }

static const struct {
	const char *what;
	unsigned long long got, want;
} pinned[] = {
	VALUE(KTLAT_ABI_VERSION, 1),
	SIZE(ktlat_info, 104),
	OFFSET(ktlat_info, abi_version, 4),
	OFFSET(ktlat_info, features, 8),
	OFFSET(ktlat_info, session_id, 16),
	OFFSET(ktlat_info, session_kind, 24),
	OFFSET(ktlat_info, clock, 28),
	OFFSET(ktlat_info, page_size, 32),
	OFFSET(ktlat_info, nr_cpus, 36),
	OFFSET(ktlat_info, precision_max, 40),
	OFFSET(ktlat_info, precision_default, 44),
	OFFSET(ktlat_info, max_probes, 48),
	OFFSET(ktlat_info, nr_probes, 52),
	OFFSET(ktlat_info, memory_bytes, 56),
	OFFSET(ktlat_info, memory_max, 64),
	OFFSET(ktlat_info, reserved, 72),
	SIZE(ktlat_session_new, 16),
	OFFSET(ktlat_session_new, reserved, 4),
	OFFSET(ktlat_session_new, id, 8),
	SIZE(ktlat_point, 592),
	OFFSET(ktlat_point, offset, 8),
	OFFSET(ktlat_point, module, 16),
	OFFSET(ktlat_point, name, 80),
	SIZE(ktlat_probe_add, 1248),
	OFFSET(ktlat_probe_add, flags, 4),
	OFFSET(ktlat_probe_add, kind, 8),
	OFFSET(ktlat_probe_add, backend, 12),
	OFFSET(ktlat_probe_add, precision, 16),
	OFFSET(ktlat_probe_add, match, 20),
	OFFSET(ktlat_probe_add, pool, 24),
	OFFSET(ktlat_probe_add, starts, 28),
	OFFSET(ktlat_probe_add, id, 32),
	OFFSET(ktlat_probe_add, refusal, 40),
	OFFSET(ktlat_probe_add, refused_point, 44),
	OFFSET(ktlat_probe_add, functions, 48),
	OFFSET(ktlat_probe_add, reserved1, 52),
	OFFSET(ktlat_probe_add, reserved, 56),
	OFFSET(ktlat_probe_add, point, 64),
	SIZE(ktlat_probe_ref, 24),
	OFFSET(ktlat_probe_ref, flags, 4),
	OFFSET(ktlat_probe_ref, id, 8),
	OFFSET(ktlat_probe_ref, count, 16),
	OFFSET(ktlat_probe_ref, reserved, 20),
	SIZE(ktlat_probe_info, 1312),
	OFFSET(ktlat_probe_info, id, 8),
	OFFSET(ktlat_probe_info, uid, 44),
	OFFSET(ktlat_probe_info, generation, 48),
	OFFSET(ktlat_probe_info, missed_pool, 56),
	OFFSET(ktlat_probe_info, missed_busy, 64),
	OFFSET(ktlat_probe_info, pool_grown, 72),
	OFFSET(ktlat_probe_info, map_offset, 80),
	OFFSET(ktlat_probe_info, map_size, 88),
	OFFSET(ktlat_probe_info, passed_over, 96),
	OFFSET(ktlat_probe_info, functions, 100),
	OFFSET(ktlat_probe_info, cost_ps, 104),
	OFFSET(ktlat_probe_info, share_ps, 112),
	OFFSET(ktlat_probe_info, reserved, 120),
	OFFSET(ktlat_probe_info, point, 128),
	SIZE(ktlat_held, 624),
	OFFSET(ktlat_held, cursor, 4),
	OFFSET(ktlat_held, in_flight, 8),
	OFFSET(ktlat_held, reserved, 16),
	OFFSET(ktlat_held, point, 32),
	SIZE(ktlat_function, 632),
	OFFSET(ktlat_function, flags, 4),
	OFFSET(ktlat_function, id, 8),
	OFFSET(ktlat_function, index, 16),
	OFFSET(ktlat_function, refusal, 20),
	OFFSET(ktlat_function, reserved, 24),
	OFFSET(ktlat_function, point, 40),
	SIZE(ktlat_map_header, 88),
	OFFSET(ktlat_map_header, generation, 16),
	OFFSET(ktlat_map_header, cpu_offset, 24),
	OFFSET(ktlat_map_header, cpu_stride, 32),
	OFFSET(ktlat_map_header, generation_stride, 40),
	OFFSET(ktlat_map_header, bucket_offset, 48),
	OFFSET(ktlat_map_header, nr_cpus, 56),
	OFFSET(ktlat_map_header, precision, 60),
	OFFSET(ktlat_map_header, nr_buckets, 64),
	OFFSET(ktlat_map_header, removed, 68),
	OFFSET(ktlat_map_header, function_stride, 72),
	OFFSET(ktlat_map_header, nr_functions, 80),
	SIZE(ktlat_counters, 128),
	OFFSET(ktlat_counters, returns, 8),
	OFFSET(ktlat_counters, sum_ns, 16),
	OFFSET(ktlat_counters, min_ns, 24),
	OFFSET(ktlat_counters, max_ns, 32),
	OFFSET(ktlat_counters, clock_backwards, 40),
	OFFSET(ktlat_counters, missed, 48),
	OFFSET(ktlat_counters, recursed, 56),
	OFFSET(ktlat_counters, abandoned, 64),
	OFFSET(ktlat_counters, unmatched, 72),
	OFFSET(ktlat_counters, reserved, 80),
	VALUE(KTLAT_IOC_INFO, 0xbd00),
	VALUE(KTLAT_IOC_SESSION_NEW, 0xbd01),
	VALUE(KTLAT_IOC_PROBE_ADD, 0xbd10),
	VALUE(KTLAT_IOC_PROBE_DELETE, 0xbd11),
	VALUE(KTLAT_IOC_PROBE_ENABLE, 0xbd12),
	VALUE(KTLAT_IOC_PROBE_DISABLE, 0xbd13),
	VALUE(KTLAT_IOC_PROBE_RESET, 0xbd14),
	VALUE(KTLAT_IOC_PROBE_GET, 0xbd15),
	VALUE(KTLAT_IOC_PROBE_NEXT, 0xbd16),
	VALUE(KTLAT_IOC_HELD_NEXT, 0xbd17),
	VALUE(KTLAT_IOC_FUNCTION_ADD, 0xbd18),
	VALUE(KTLAT_IOC_FUNCTION_GET, 0xbd19),
};

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pinned); i++) {
		if (!ok(pinned[i].got == pinned[i].want, "%s is %llu",
			pinned[i].what, pinned[i].want))
			note("it is %llu", pinned[i].got);
	}
	return done();
}

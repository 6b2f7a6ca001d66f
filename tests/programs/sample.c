// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct probes on many functions of the kernel proper, whose names come on stdin,
 * one a line:
 *
 *   sample NR   prints NR of those that BTF vouches for, at even distances, and on
 *               stderr how many there are of these, and how many are left out why
 *   sample      puts a probe on each, which BTF has vouched for; prints the name
 *               and the reason of each that is refused
 */
#include <ktlat-lib.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void die(const struct ktlat_error *err)
{
	fprintf(stderr, "%s\n", err->text);
	exit(2);
}

static void read_names(struct ktlat_group *group)
{
	struct ktlat_error err;

	if (ktlat_read_members(group, stdin, "stdin", &err))
		die(&err);
}

static bool is_vouched_for(const struct ktlat_member *member)
{
	return !member->code && member->flags & KTLAT_PROBE_REGISTERS;
}

static const char *why_not(const struct ktlat_member *member)
{
	return member->code ? member->reason : "BTF does not tell";
}

/* Each reason once: where it comes first, it is counted. */
static void tell_reasons(const struct ktlat_group *group)
{
	__u32 i, j;

	for (i = 0; i < group->nr_members; i++) {
		const struct ktlat_member *first = &group->members[i];
		__u32 nr = 0;

		if (is_vouched_for(first))
			continue;
		for (j = 0; j < group->nr_members; j++) {
			const struct ktlat_member *other = &group->members[j];

			if (is_vouched_for(other) ||
			    strcmp(why_not(other), why_not(first)))
				continue;
			if (j < i)
				break;
			nr++;
		}
		if (nr)
			fprintf(stderr, "%u: %s\n", nr, why_not(first));
	}
}

static void choose(struct ktlat_group *group, __u32 wanted)
{
	__u32 i, seen = 0, nr = 0;
	struct ktlat_error err;

	if (ktlat_resolve_members(group, &err))
		die(&err);
	for (i = 0; i < group->nr_members; i++)
		nr += is_vouched_for(&group->members[i]);
	fprintf(stderr, "%u: may be traced\n", nr);
	tell_reasons(group);
	if (wanted > nr)
		wanted = nr;
	for (i = 0; i < group->nr_members; i++) {
		if (!is_vouched_for(&group->members[i]))
			continue;
		/* The share of the sample that is due grows past a whole one. */
		if ((__u64)(seen + 1) * wanted / nr > (__u64)seen * wanted / nr)
			puts(group->members[i].point.name);
		seen++;
	}
}

static void add(const struct ktlat_group *group)
{
	struct ktlat_error err;
	struct ktlat *k;
	__u64 id;
	__u32 i;

	if (ktlat_open(&k, KTLAT_OPEN_WRITE, &err))
		die(&err);
	for (i = 0; i < group->nr_members; i++) {
		struct ktlat_probe_add request = {
			.kind = KTLAT_KIND_FUNCTION,
			.backend = KTLAT_BACKEND_DIRECT,
			.flags = KTLAT_PROBE_REGISTERS,
			.precision = KTLAT_GROUP_PRECISION,
			.point[0] = group->members[i].point,
		};

		if (ktlat_add_probe(k, &request, &id, &err))
			printf("%s: %s\n", request.point[0].name, err.text);
	}
	ktlat_close(k);
}

int main(int argc, char **argv)
{
	struct ktlat_group group = { .name = "sample" };

	read_names(&group);
	if (argc > 1)
		choose(&group, strtoul(argv[1], NULL, 10));
	else
		add(&group);
	ktlat_free_members(&group);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Groups: many functions, armed in one step. */
#include <stdlib.h>

#include "internal.h"

#define MIB	(1024 * 1024.0)

static int fail_name(const char *name, const char *why, struct ktlat_error *err)
{
	return ktl_fail(err, EINVAL, "malformed name of a group \"%s\": %s",
			name, why);
}

/**
 * ktlat_check_group_name() - Can a group be called so?
 * @name: the name
 * @err: what is wrong with it (EINVAL)
 *
 * Any text that does not look like the id of a probe, nor like all probes.
 */
int ktlat_check_group_name(const char *name, struct ktlat_error *err)
{
	const char *c;

	if (!*name)
		return fail_name(name, "it is empty", err);
	if (strlen(name) >= KTLAT_NAME_LEN)
		return fail_name("...", "it is too long", err);
	if (strspn(name, "0123456789") == strlen(name))
		return fail_name(name, "a number is the id of a probe", err);
	if (!strcmp(name, "all"))
		return fail_name(name, "all stands for all probes", err);
	for (c = name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return fail_name(name, "it holds a control character",
					 err);
	return 0;
}

static __u32 count_kept(const struct ktlat_group *group)
{
	return group->nr_members - ktlat_count_left_out(group);
}

/*
 * What a kretprobe has besides figures, about: itself, and its instances, which newer
 * kernels have in pages for each CPU.
 */
#define KRETPROBE_BYTES		1024
#define KRETPROBE_CPU_BYTES	4096

/**
 * ktlat_group_memory() - How much memory a group takes
 * @group: the group; counted are the functions that are not left out
 * @info: the module, as ktlat_get_info() tells
 *
 * Returns bytes, but for what the module rounds up to pages; of kretprobes no more
 * than an estimate.
 */
__u64 ktlat_group_memory(const struct ktlat_group *group,
			 const struct ktlat_info *info)
{
	__u32 nr_buckets = group->flags & KTLAT_PROBE_NO_HISTOGRAM ?
			   0 : ktlat_nr_buckets(group->precision);
	__u64 function = sizeof(struct ktlat_counters) +
			 sizeof(__u64) * nr_buckets;

	__u64 kretprobe = group->backend == KTLAT_BACKEND_KRETPROBE ?
			  KRETPROBE_BYTES + KRETPROBE_CPU_BYTES * info->nr_cpus :
			  0;

	return (2 * function * info->nr_cpus + kretprobe) * count_kept(group);
}

static int fail_group(const struct ktlat_group *group, int code,
		      const char *why, struct ktlat_error *err)
{
	return ktl_fail(err, code, "cannot add group %s: %s", group->name, why);
}

static int fail_memory(const struct ktlat_group *group,
		       const struct ktlat_info *info, __u32 refusal,
		       struct ktlat_error *err)
{
	bool limit = refusal == KTLAT_REFUSED_MEMLOCK;

	return ktl_fail(err, ENOMEM,
			"cannot add group %s: its functions take %.1f MiB, and %s; %slower --precision or name fewer functions",
			group->name, ktlat_group_memory(group, info) / MIB,
			limit ? "that would pass your limit of locked memory" :
				"the kernel has no room for that",
			limit ? "raise ulimit -l, " : "");
}

/* Is that of a group the same as of any other probe? */
static bool says_what_to_do(__u32 refusal)
{
	return refusal == KTLAT_REFUSED_OFF || refusal == KTLAT_REFUSED_FTRACE ||
	       refusal == KTLAT_REFUSED_SYSLOG;
}

/*
 * What the module refuses a group as a whole for. What to do about it is another
 * thing than for other probes, which may have another backend.
 */
static int fail_refused(const struct ktlat_group *group, __u32 refusal,
			int code, struct ktlat_error *err)
{
	const char *reason = NULL;
	char text[KTLAT_ERROR_LEN];

	if (refusal == KTLAT_REFUSED_RIGHTS)
		reason = "a group takes CAP_SYS_ADMIN; run as root";
	else if (refusal == KTLAT_REFUSED_SLOTS)
		reason = "all trampolines for groups are in use; remove a group, or take --backend kretprobe";
	else if (says_what_to_do(refusal))
		reason = ktl_reason_of_refusal(refusal);
	else if (ktlat_format_refusal(refusal, text))
		return ktl_fail(err, code,
				"cannot add group %s: %s; see ktlat-ctl status",
				group->name, text);
	else
		reason = ktl_reason_of_errno(code);
	if (!reason)
		return ktl_fail(err, code,
				"cannot add group %s: %s; see ktlat-ctl status and the kernel log",
				group->name, strerror(code));
	return fail_group(group, code, reason, err);
}

static int fail_none_left(const struct ktlat_group *group,
			  struct ktlat_error *err)
{
	const struct ktlat_member *first = group->members;
	char name[KTL_POINT_LEN];

	ktl_format_point(&first->point, name);
	return ktl_fail(err, first->code,
			"cannot add group %s: none of its functions can be measured, as %s: %s; ktlat-ctl functions lists those there are",
			group->name, name, first->reason);
}

/*
 * The backend that takes a group, or why there is none. A trampoline for all is not
 * there on all kernels, and could get in a livepatch's way.
 */
static int choose_backend(struct ktlat_group *group,
			  const struct ktlat_info *info,
			  struct ktlat_error *err)
{
	bool direct = info->features & KTLAT_FEATURE_DIRECT_GROUP;

	if (group->backend == KTLAT_BACKEND_AUTO)
		group->backend = direct && !ktl_is_livepatched() ?
				 KTLAT_BACKEND_DIRECT : KTLAT_BACKEND_KRETPROBE;
	if (group->backend == KTLAT_BACKEND_DIRECT && !direct)
		return fail_group(group, EPROTONOSUPPORT,
				  "the module has no trampolines for groups on this kernel; leave out --backend, for kretprobes",
				  err);
	if (group->backend == KTLAT_BACKEND_KRETPROBE &&
	    !(info->features & KTLAT_FEATURE_KRETPROBE_GROUP))
		return fail_group(group, EPROTONOSUPPORT,
				  "the module is older than this program, and cannot measure groups by kretprobes; load the one that belongs to it",
				  err);
	return 0;
}

/**
 * ktlat_check_groups() - Can the module measure a group now, and by what?
 * @k: handle
 * @group: as far as it is named; its backend is chosen if it is auto
 * @err: why not
 */
int ktlat_check_groups(struct ktlat *k, struct ktlat_group *group,
		       struct ktlat_error *err)
{
	struct ktlat_info info;
	int ret = ktlat_get_info(k, &info, err);

	return ret ? ret : choose_backend(group, &info, err);
}

static int start_group(struct ktlat *k, const struct ktlat_group *group,
		       const struct ktlat_info *info, __u64 *id,
		       struct ktlat_error *err)
{
	struct ktlat_probe_add add = {
		.size = sizeof(add),
		.flags = (group->flags &
			  (KTLAT_PROBE_PUBLIC | KTLAT_PROBE_EVENTS |
			   KTLAT_PROBE_USER_STACK |
			   KTLAT_PROBE_NO_HISTOGRAM)) |
			 KTLAT_PROBE_DISABLED,
		.kind = KTLAT_KIND_GROUP,
		.backend = group->backend,
		.precision = group->precision,
		.functions = count_kept(group),
		.filter = group->filter,
		.slow = group->slow,
		.by = group->by,
		.keys = group->keys,
	};
	int ret;

	memcpy(add.value, group->value, sizeof(add.value));
	memcpy(add.condition, group->condition, sizeof(add.condition));
	snprintf(add.point[0].name, sizeof(add.point[0].name), "%s",
		 group->name);
	ret = ktl_ioctl(k, KTLAT_IOC_PROBE_ADD, &add);
	if (ret == -ENOMEM)
		return fail_memory(group, info, add.refusal, err);
	if (ret)
		return fail_refused(group, add.refusal, -ret, err);
	*id = add.id;
	return 0;
}

/* Only kretprobes are armed one by one, and only modules that have groups of them know. */
static __u32 arm_later(const struct ktlat_group *group)
{
	return group->backend == KTLAT_BACKEND_KRETPROBE ?
	       group->flags & KTLAT_PROBE_DISABLED : 0;
}

static int add_member(struct ktlat *k, const struct ktlat_group *group,
		      const struct ktlat_info *info, __u64 id,
		      struct ktlat_member *member, struct ktlat_error *err)
{
	struct ktlat_function function = {
		.size = sizeof(function),
		.flags = member->flags | arm_later(group),
		.id = id,
		.point = member->point,
	};
	int ret = ktl_ioctl(k, KTLAT_IOC_FUNCTION_ADD, &function);

	if (!ret)
		return 0;
	if (function.refusal == KTLAT_REFUSED_MEMLOCK)
		return fail_memory(group, info, function.refusal, err);
	member->reason = ktl_refusal_in_short(function.refusal);
	if (!member->reason)
		return fail_refused(group, function.refusal, -ret, err);
	member->code = -ret;
	return 0;
}

static int fail_enable(const struct ktlat_group *group, int code,
		       struct ktlat_error *err)
{
	switch (code) {
	case EADDRINUSE:
		return fail_group(group, code,
				  "another trampoline is on one of its functions by now, of a BPF program maybe, or kernel.ftrace_enabled is 0; try again, or take --backend kretprobe",
				  err);
	case ENODEV:
		return fail_group(group, code,
				  "a module that held functions of it was unloaded meanwhile; try again",
				  err);
	case ENODATA:
		return fail_refused(group, KTLAT_REFUSED_CLOCK, code, err);
	case EBUSY:
		return fail_refused(group, KTLAT_REFUSED_OFF, code, err);
	case EUNATCH:
		return fail_refused(group, KTLAT_REFUSED_FTRACE, code, err);
	default:
		return fail_refused(group, KTLAT_REFUSED_NOT, code, err);
	}
}

static int enable(struct ktlat *k, const struct ktlat_group *group, __u64 id,
		  struct ktlat_error *err)
{
	int ret;

	if (group->flags & KTLAT_PROBE_DISABLED)
		return 0;
	ret = ktlat_change_probe(k, KTLAT_CHANGE_ENABLE, id, NULL);
	return ret < 0 ? fail_enable(group, -ret, err) : 0;
}

/* Goes on, unless who adds it has had enough. */
static int go_on(const struct ktlat_group *group, __u32 done,
		 struct ktlat_error *err)
{
	if (!group->progress ||
	    !group->progress(group->data, done, group->nr_members))
		return 0;
	return ktl_fail(err, EINTR,
			"cannot add group %s: interrupted after %u of %u functions; it was taken back, add it again",
			group->name, done, group->nr_members);
}

static int fill(struct ktlat *k, struct ktlat_group *group,
		const struct ktlat_info *info, __u64 id, struct ktlat_error *err)
{
	__u32 i;

	for (i = 0; i < group->nr_members; i++) {
		struct ktlat_member *member = &group->members[i];
		int ret = 0;

		if (!member->code)
			ret = add_member(k, group, info, id, member, err);
		if (!ret)
			ret = go_on(group, i + 1, err);
		if (ret)
			return ret;
	}
	if (!count_kept(group))
		return fail_none_left(group, err);
	return enable(k, group, id, err);
}

/**
 * ktlat_add_group() - Add a group to the session
 * @k: handle, opened for writing
 * @group: the group, as ktlat_resolve_members() left it; functions that the
 *	module refuses one by one are left out
 * @id: where to put the id of the group
 * @err: why it failed; there is no group then
 */
int ktlat_add_group(struct ktlat *k, struct ktlat_group *group, __u64 *id,
		    struct ktlat_error *err)
{
	struct ktlat_info info;
	int ret = ktlat_get_info(k, &info, err);

	if (!ret)
		ret = choose_backend(group, &info, err);
	if (ret)
		return ret;
	if (!count_kept(group))
		return fail_none_left(group, err);
	ret = start_group(k, group, &info, id, err);
	if (ret)
		return ret;
	ret = fill(k, group, &info, *id, err);
	if (ret)
		ktlat_change_probe(k, KTLAT_CHANGE_DELETE, *id, NULL);
	return ret;
}

/**
 * ktlat_get_function() - Ask for a function of a group
 * @k: handle
 * @id: the group
 * @index: its place among the members of a snapshot
 * @function: the answer
 * @err: why it failed; ENOENT if there is none, or no such group
 */
int ktlat_get_function(struct ktlat *k, __u64 id, __u32 index,
		       struct ktlat_function *function, struct ktlat_error *err)
{
	int ret;

	*function = (struct ktlat_function){
		.size = sizeof(*function),
		.id = id,
		.index = index,
	};
	ret = ktl_ioctl(k, KTLAT_IOC_FUNCTION_GET, function);
	if (ret)
		return ktl_fail(err, -ret,
				"cannot ask for the functions of group %llu: %s; see ktlat-ctl list",
				(unsigned long long)id, strerror(-ret));
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct ktlat_point *left = *(struct ktlat_point * const *)a;
	const struct ktlat_point *right = *(struct ktlat_point * const *)b;
	int order = strcmp(left->name, right->name);

	return order ? order : strcmp(left->module, right->module);
}

/**
 * ktlat_tell_apart() - Have functions of one name differ in what they are called
 * @functions: of a group, with addresses where these may be seen
 * @nr: how many
 *
 * Those that share their name within their module get in the place of their address
 * what ktlat_format_function() shows of it. Without memory nothing is done.
 */
void ktlat_tell_apart(struct ktlat_point *functions, __u32 nr)
{
	struct ktlat_point **list = calloc(nr, sizeof(*list));
	__u32 first = 0, end, i;

	for (i = 0; list && i < nr; i++)
		list[i] = &functions[i];
	if (list)
		qsort(list, nr, sizeof(*list), by_name);
	for (; list && first < nr; first = end) {
		for (end = first + 1; end < nr; end++)
			if (by_name(&list[first], &list[end]))
				break;
		for (i = first; end > first + 1 && i < end; i++)
			ktl_set_place(list[i]);
	}
	free(list);
}

/**
 * ktlat_format_function() - What a function of a group is called
 * @function: as ktlat_tell_apart() left it
 * @text: where to put its SPEC
 */
void ktlat_format_function(const struct ktlat_point *function,
			   char text[KTLAT_SPEC_LEN])
{
	ktl_format_point(function, text);
}

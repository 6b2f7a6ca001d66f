// SPDX-License-Identifier: GPL-2.0-only
/* The functions that a group is to have: from names to addresses. */
#include <stdlib.h>

#include "internal.h"

static const char no_such_function[] = "no such function";
static const char several_functions[] = "several functions of that name";
static const char other_name[] = "another name of one that is in the group";
static const char on_the_stack[] = "not all arguments in registers";

static void leave_out(struct ktlat_member *member, int code, const char *reason)
{
	member->code = code;
	member->reason = reason;
}

static int append(struct ktlat_group *group, const struct ktlat_point *point,
		  struct ktlat_error *err)
{
	__u32 nr = group->nr_members;

	/* Powers of two are where the room has just been used up. */
	if (!(nr & (nr - 1))) {
		struct ktlat_member *members;

		members = reallocarray(group->members, nr ? 2 * nr : 1,
				       sizeof(*members));
		if (!members)
			return ktl_fail(err, ENOMEM, "out of memory");
		group->members = members;
	}
	group->members[nr] = (struct ktlat_member){ .point = *point };
	group->nr_members++;
	return 0;
}

static int name_member(struct ktlat_group *group, const char *text, size_t len,
		       struct ktlat_error *err)
{
	struct ktlat_point point;
	int ret = ktl_parse_point(text, len, &point, err);

	if (ret)
		return ret;
	if (memchr(text, '+', len))
		return ktl_fail(err, EINVAL,
				"a function is measured from its entry, without an offset");
	return append(group, &point, err);
}

/**
 * ktlat_name_member() - Name a function that is to be in a group
 * @group: the group
 * @text: "FUNC" or "MODULE:FUNC"
 * @err: which part is wrong (EINVAL)
 */
int ktlat_name_member(struct ktlat_group *group, const char *text,
		      struct ktlat_error *err)
{
	struct ktlat_error why;
	int ret = name_member(group, text, strlen(text), &why);

	if (ret)
		return ktl_fail(err, -ret, "malformed function \"%s\": %s",
				text, why.text);
	return 0;
}

/* The function that a line names, without what stands around it. */
static const char *trim(const char *line, size_t *len)
{
	line += strspn(line, " \t");
	*len = strcspn(line, "#\r\n");
	while (*len && strchr(" \t", line[*len - 1]))
		--*len;
	return line;
}

/**
 * ktlat_read_members() - Name the functions of a group by a file
 * @group: the group
 * @file: one function a line as for ktlat_name_member(); # begins a comment
 * @name: what to call the file in an error
 * @err: what is wrong, and in which line
 */
int ktlat_read_members(struct ktlat_group *group, FILE *file, const char *name,
		       struct ktlat_error *err)
{
	unsigned int nr = 0;
	struct ktlat_error why;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int ret = 0;

	while (!ret && (len = getline(&line, &size, file)) > 0) {
		size_t length;
		const char *text = trim(line, &length);

		nr++;
		if (strlen(line) != (size_t)len)
			ret = ktl_fail(&why, EINVAL, "it holds a zero byte");
		else if (length)
			ret = name_member(group, text, length, &why);
	}
	free(line);
	if (ret)
		return ktl_fail(err, -ret, "cannot take line %u of %s: %s", nr,
				name, why.text);
	if (ferror(file))
		return ktl_fail(err, EIO,
				"cannot read %s: %s; give a file with one function a line",
				name, strerror(errno));
	return 0;
}

static bool is_hidden(const struct ktl_lookup *lookup)
{
	return lookup->nr && !lookup->matches[0].point.address;
}

/* Takes the function of that very name, if there is just one. */
static void settle(struct ktlat_member *member, const struct ktl_lookup *lookup)
{
	const struct ktl_match *found = NULL;
	size_t i, nr = 0;

	for (i = 0; i < lookup->nr; i++) {
		if (lookup->matches[i].copy != KTL_COPY_PLAIN)
			continue;
		found = &lookup->matches[i];
		nr++;
	}
	if (!nr) {
		leave_out(member, ENOENT, no_such_function);
	} else if (nr > 1) {
		leave_out(member, ENOTUNIQ, several_functions);
	} else {
		member->point = found->point;
		if (!strcmp(member->point.module, KTLAT_VMLINUX))
			memset(member->point.module, 0,
			       sizeof(member->point.module));
	}
}

static int settle_all(struct ktlat_group *group, struct ktl_lookup *list,
		      struct ktlat_error *err)
{
	__u32 i;
	int ret;

	for (i = 0; i < group->nr_members; i++)
		list[i].point = &group->members[i].point;
	ret = ktl_look_up(list, group->nr_members, err);
	if (ret < 0)
		return ret;
	for (i = 0; i < group->nr_members; i++)
		if (is_hidden(&list[i]))
			return ktl_fail(err, EPERM,
					"cannot add group %s: /proc/kallsyms hides the addresses of its functions; run as root, with sysctl kernel.kptr_restrict at 0 or 1",
					group->name);
	for (i = 0; i < group->nr_members; i++)
		settle(&group->members[i], &list[i]);
	return 0;
}

static int find_functions(struct ktlat_group *group, struct ktlat_error *err)
{
	struct ktl_lookup *list = calloc(group->nr_members, sizeof(*list));
	int ret;

	if (!list)
		return ktl_fail(err, ENOMEM, "out of memory");
	ret = settle_all(group, list, err);
	ktl_free_lookups(list, group->nr_members);
	return ret;
}

static int compare_names(const struct ktlat_member *left,
			 const struct ktlat_member *right)
{
	int order = strcmp(left->point.name, right->point.name);

	return order ? order : strcmp(left->point.module, right->point.module);
}

/* Of two of one name, or at one address, the one that was named first is first. */
static int by_function(const void *a, const void *b)
{
	const struct ktlat_member *left = *(struct ktlat_member * const *)a;
	const struct ktlat_member *right = *(struct ktlat_member * const *)b;
	int order = compare_names(left, right);

	return order ? order : (left > right) - (left < right);
}

static int by_address(const void *a, const void *b)
{
	const struct ktlat_member *left = *(struct ktlat_member * const *)a;
	const struct ktlat_member *right = *(struct ktlat_member * const *)b;
	__u64 one = left->point.address, other = right->point.address;

	if (one != other)
		return one < other ? -1 : 1;
	return (left > right) - (left < right);
}

/* Takes out of @list what was named before, and marks it by an empty name. */
static size_t drop_named_twice(struct ktlat_member **list, size_t nr)
{
	size_t i, kept = 0;

	qsort(list, nr, sizeof(*list), by_function);
	for (i = 0; i < nr; i++) {
		if (kept && !compare_names(list[kept - 1], list[i]))
			*list[i]->point.name = '\0';
		else
			list[kept++] = list[i];
	}
	return kept;
}

static void leave_out_aliases(struct ktlat_member **list, size_t nr)
{
	size_t i;

	qsort(list, nr, sizeof(*list), by_address);
	for (i = 1; i < nr; i++)
		if (list[i]->point.address &&
		    list[i]->point.address == list[i - 1]->point.address)
			leave_out(list[i], EEXIST, other_name);
}

static void drop_marked(struct ktlat_group *group)
{
	__u32 i, kept = 0;

	for (i = 0; i < group->nr_members; i++)
		if (*group->members[i].point.name)
			group->members[kept++] = group->members[i];
	group->nr_members = kept;
}

static int make_unique(struct ktlat_group *group, struct ktlat_error *err)
{
	size_t nr = group->nr_members, i;
	struct ktlat_member **list = calloc(nr, sizeof(*list));

	if (!list)
		return ktl_fail(err, ENOMEM, "out of memory");
	for (i = 0; i < nr; i++)
		list[i] = &group->members[i];
	nr = drop_named_twice(list, nr);
	leave_out_aliases(list, nr);
	drop_marked(group);
	free(list);
	return 0;
}

static void take_answer(struct ktlat_group *group, struct ktlat_member *member,
			enum ktl_prototype answer)
{
	switch (answer) {
	case KTL_PROTOTYPE_REGISTERS:
		member->flags |= KTLAT_PROBE_REGISTERS;
		break;
	case KTL_PROTOTYPE_STACK:
		leave_out(member, EPROTOTYPE, on_the_stack);
		break;
	default:
		member->flags |= group->flags & KTLAT_PROBE_REGISTERS;
	}
}

static int vouch(struct ktlat_group *group, struct ktlat_error *err)
{
	size_t nr = group->nr_members, i;
	struct ktl_question *questions = calloc(nr, sizeof(*questions));
	struct ktl_question **list = calloc(nr, sizeof(*list));
	int ret = 0;

	if (questions && list) {
		for (i = 0; i < nr; i++) {
			questions[i].point = &group->members[i].point;
			list[i] = &questions[i];
		}
		ktl_find_prototypes(list, nr);
		for (i = 0; i < nr; i++)
			if (!group->members[i].code)
				take_answer(group, &group->members[i],
					    questions[i].answer);
	} else {
		ret = ktl_fail(err, ENOMEM, "out of memory");
	}
	free(questions);
	free(list);
	return ret;
}

/**
 * ktlat_resolve_members() - Find the functions of a group
 * @group: the group; what is named twice is taken out
 * @err: why it failed
 *
 * Reads all symbols, once, and the BTF of the kernel and of each module, once.
 * A name of no function or of several is left out, and so is what the kernel's
 * BTF does not vouch for; see &struct ktlat_member.
 */
int ktlat_resolve_members(struct ktlat_group *group, struct ktlat_error *err)
{
	int ret;

	if (!group->nr_members)
		return ktl_fail(err, EINVAL,
				"cannot add group %s: it has no functions; name some",
				group->name);
	ret = find_functions(group, err);
	if (!ret)
		ret = make_unique(group, err);
	return ret ? ret : vouch(group, err);
}

/**
 * ktlat_count_left_out() - How many functions were left out of a group so far
 * @group: the group
 */
__u32 ktlat_count_left_out(const struct ktlat_group *group)
{
	__u32 i, nr = 0;

	for (i = 0; i < group->nr_members; i++)
		nr += !!group->members[i].code;
	return nr;
}

/**
 * ktlat_free_members() - Free what a group holds
 * @group: the group; it may be used again
 */
void ktlat_free_members(struct ktlat_group *group)
{
	free(group->members);
	group->members = NULL;
	group->nr_members = 0;
}

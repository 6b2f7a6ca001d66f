// SPDX-License-Identifier: GPL-2.0-only
/* The functions that a group is to have: from names to addresses. */
#include <stdlib.h>

#include "internal.h"

static const char no_such_function[] = "no such function";
static const char other_name[] = "another name of one that is in the group";
static const char on_the_stack[] = "not all arguments in registers";

static void leave_out(struct ktlat_member *member, int code, const char *reason)
{
	member->code = code;
	member->reason = reason;
}

int ktl_append_member(struct ktlat_group *group, const struct ktlat_point *point,
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
	bool glob = ktl_is_glob(text, len);
	int ret = glob ? ktl_parse_glob(text, len, &point, err) :
			 ktl_parse_point(text, len, &point, err);
	const char *plus;

	if (ret)
		return ret;
	plus = glob ? NULL : memchr(text, '+', len);
	if (plus)
		return ktl_fail_at(err, plus - text,
				   "a function is measured from its entry, without an offset");
	return ktl_append_member(group, &point, err);
}

/**
 * ktlat_name_member() - Name a function that is to be in a group
 * @group: the group
 * @text: "FUNC" or "MODULE:FUNC", either with * ? [...] for many
 * @err: which part is wrong, and at which character (EINVAL)
 */
int ktlat_name_member(struct ktlat_group *group, const char *text,
		      struct ktlat_error *err)
{
	struct ktlat_error why;

	return name_member(group, text, strlen(text), &why) ?
	       ktl_fail_text(err, "malformed function", text, 0, &why) : 0;
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

/* Memory may be short, too, which is at no character. */
static int fail_line(struct ktlat_error *err, unsigned int nr, const char *name,
		     const struct ktlat_error *why)
{
	char where[32] = "";

	if (why->position)
		snprintf(where, sizeof(where), " at character %u",
			 why->position);
	ktl_fail(err, why->code, "cannot take line %u of %s%s: %s", nr, name,
		 where, why->text);
	if (err)
		err->position = why->position;
	return -why->code;
}

/**
 * ktlat_read_members() - Name the functions of a group by a file
 * @group: the group
 * @file: one function a line as for ktlat_name_member(); # begins a comment
 * @name: what to call the file in an error
 * @err: what is wrong, in which line, and at which character of it
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
			ret = ktl_fail_at(&why, strlen(line),
					  "it holds a zero byte");
		else if (length)
			ret = ktl_shift(&why, text - line,
					name_member(group, text, length, &why));
	}
	free(line);
	if (ret)
		return fail_line(err, nr, name, &why);
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

/* Has another function of its module that very name? */
static bool shares_name(const struct ktl_lookup *lookup,
			const struct ktl_match *match)
{
	size_t i;

	for (i = 0; i < lookup->nr; i++)
		if (&lookup->matches[i] != match &&
		    lookup->matches[i].copy == KTL_COPY_PLAIN &&
		    !strcmp(lookup->matches[i].point.module, match->point.module))
			return true;
	return false;
}

static void take_match(struct ktlat_member *member,
		       const struct ktl_lookup *lookup,
		       const struct ktl_match *match)
{
	member->point = match->point;
	member->shares_name = shares_name(lookup, match);
	if (!strcmp(member->point.module, KTLAT_VMLINUX))
		memset(member->point.module, 0, sizeof(member->point.module));
}

/* What is part of ktlat is meant where it is asked for, or there is nothing else. */
static bool is_meant(const struct ktl_lookup *lookup,
		     const struct ktl_match *match, const char *module)
{
	size_t i;

	if (match->copy != KTL_COPY_PLAIN)
		return false;
	if (!ktl_is_ours(match) || *module)
		return true;
	for (i = 0; i < lookup->nr; i++)
		if (lookup->matches[i].copy == KTL_COPY_PLAIN &&
		    !ktl_is_ours(&lookup->matches[i]))
			return false;
	return true;
}

/* Takes all functions of that very name: the first in its place, others at the end. */
static int settle(struct ktlat_group *group, __u32 place,
		  const struct ktl_lookup *lookup, struct ktlat_error *err)
{
	char module[KTLAT_MODULE_LEN];
	bool found = false;
	size_t i;

	memcpy(module, group->members[place].point.module, sizeof(module));
	for (i = 0; i < lookup->nr; i++) {
		const struct ktl_match *match = &lookup->matches[i];

		if (!is_meant(lookup, match, module))
			continue;
		if (found) {
			if (ktl_append_member(group, &match->point, err))
				return -ENOMEM;
			place = group->nr_members - 1;
		}
		take_match(&group->members[place], lookup, match);
		found = true;
	}
	if (!found)
		leave_out(&group->members[place], ENOENT, no_such_function);
	return 0;
}

static int settle_all(struct ktlat_group *group, struct ktl_lookup *list,
		      struct ktlat_error *err)
{
	__u32 nr = group->nr_members, i;
	int ret;

	for (i = 0; i < nr; i++)
		list[i].point = &group->members[i].point;
	ret = ktl_look_up(list, nr, err);
	if (ret < 0)
		return ret;
	for (i = 0; i < nr; i++)
		if (is_hidden(&list[i]))
			return ktl_fail(err, EPERM,
					"cannot add group %s: /proc/kallsyms hides the addresses of its functions; run as root, with sysctl kernel.kptr_restrict at 0 or 1",
					group->name);
	for (i = 0; !ret && i < nr; i++)
		ret = settle(group, i, &list[i], err);
	return ret;
}

static int find_functions(struct ktlat_group *group, struct ktlat_error *err)
{
	__u32 nr = group->nr_members;
	struct ktl_lookup *list = calloc(nr, sizeof(*list));
	int ret;

	if (!list)
		return ktl_fail(err, ENOMEM, "out of memory");
	ret = settle_all(group, list, err);
	ktl_free_lookups(list, nr);
	return ret;
}

static bool is_same_name(const struct ktlat_member *one,
			 const struct ktlat_member *other)
{
	return !strcmp(one->point.name, other->point.name) &&
	       !strcmp(one->point.module, other->point.module);
}

/*
 * Those at one address together, the one that was named first ahead; those that were
 * not found by name.
 */
static int by_place(const void *a, const void *b)
{
	const struct ktlat_member *left = *(struct ktlat_member * const *)a;
	const struct ktlat_member *right = *(struct ktlat_member * const *)b;
	__u64 one = left->point.address, other = right->point.address;
	int order = 0;

	if (one != other)
		return one < other ? -1 : 1;
	if (!one)
		order = strcmp(left->point.name, right->point.name);
	if (!one && !order)
		order = strcmp(left->point.module, right->point.module);
	return order ? order : (left > right) - (left < right);
}

static bool is_same_place(const struct ktlat_member *one,
			  const struct ktlat_member *other)
{
	return one->point.address == other->point.address &&
	       (one->point.address || is_same_name(one, other));
}

/*
 * Marks what was named twice by an empty name, and leaves out other names. @list is
 * sorted, so that names of one place are one behind the other.
 */
static void drop_repeated(struct ktlat_member **list, size_t nr)
{
	size_t first = 0, i, j;

	for (i = 1; i < nr; i++) {
		if (!is_same_place(list[first], list[i])) {
			first = i;
			continue;
		}
		for (j = first; j < i && !is_same_name(list[j], list[i]); j++)
			;
		if (j == i)
			leave_out(list[i], EEXIST, other_name);
		else
			*list[i]->point.name = '\0';
	}
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
	qsort(list, nr, sizeof(*list), by_place);
	drop_repeated(list, nr);
	drop_marked(group);
	free(list);
	return 0;
}

static void take_answer(struct ktlat_group *group, struct ktlat_member *member,
			enum ktl_prototype answer)
{
	/* BTF knows names, and not which of those that share one it means. */
	switch (member->shares_name ? KTL_PROTOTYPE_UNKNOWN : answer) {
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

/* Only a trampoline of ours calls a function, and needs to know how. */
static bool needs_vouching(const struct ktlat_group *group)
{
	return group->backend != KTLAT_BACKEND_KRETPROBE;
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

static int check_size(const struct ktlat_group *group, struct ktlat_error *err)
{
	__u32 nr = group->nr_members - ktlat_count_left_out(group);

	if (nr <= KTLAT_FUNCTIONS_MAX)
		return 0;
	return ktl_fail(err, E2BIG,
			"cannot add group %s: it has %u functions, and a group can have %u; make several groups",
			group->name, nr, KTLAT_FUNCTIONS_MAX);
}

/**
 * ktlat_resolve_members() - Find the functions of a group
 * @group: the group; what is named twice is taken out, and a name or a pattern
 *	becomes as many members as there are functions that it stands for
 * @err: why it failed
 *
 * Reads all symbols, once, and the BTF of the kernel and of each module, once.
 * A name of no function is left out, and so is what the kernel's BTF does not vouch
 * for; see &struct ktlat_member.
 */
int ktlat_resolve_members(struct ktlat_group *group, struct ktlat_error *err)
{
	int ret;

	if (!group->nr_members)
		return ktl_fail(err, EINVAL,
				"cannot add group %s: it has no functions; name some",
				group->name);
	ret = ktl_expand_globs(group, err);
	/* By name, so that each is looked up once; and what they stand for by address. */
	if (!ret)
		ret = make_unique(group, err);
	if (!ret)
		ret = find_functions(group, err);
	if (!ret)
		ret = make_unique(group, err);
	if (!ret)
		ret = check_size(group, err);
	return ret || !needs_vouching(group) ? ret : vouch(group, err);
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

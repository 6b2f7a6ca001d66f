// SPDX-License-Identifier: GPL-2.0-only
/* From what a user calls a function to the functions that are meant. */
#include <stdlib.h>

#include "internal.h"

/* A note on two names. */
#define NOTE_LEN	(2 * KTLAT_NAME_LEN + 160)

/* Functions of one name that an error tells; there may be dozens. */
#define MAX_NAMED	4

/**
 * struct resolution - Requests on their way
 * @asked: as they were parsed
 * @nr_asked: how many
 * @lookups: two places for each of these, one for each of its points
 * @list: what came of them
 * @nr: how many
 * @room: how many there is room for
 * @note: whom to tell what is worth knowing
 * @data: handed to it
 */
struct resolution {
	const struct ktlat_probe_add *asked;
	size_t nr_asked;
	struct ktl_lookup *lookups;
	struct ktlat_probe_add *list;
	size_t nr;
	size_t room;
	ktlat_note_fn note;
	void *data;
};

static int fail_prototype(const char *name, struct ktlat_error *err)
{
	return ktl_fail(err, EPROTOTYPE,
			"cannot add %s: the kernel's BTF tells that not all its arguments come in registers, so no trampoline may call it; take --backend auto",
			name);
}

/*
 * Vouches for a function if the kernel's BTF does and its trampoline is wanted, unless
 * it may be another one when its module comes again. Refuses what somebody vouches for
 * and BTF does not.
 */
static int vouch(struct ktlat_probe_add *request,
		 const struct ktlat_point *function, struct ktlat_error *err)
{
	bool claimed = request->flags & KTLAT_PROBE_REGISTERS;
	bool direct = request->backend == KTLAT_BACKEND_DIRECT;

	if (!direct && request->backend != KTLAT_BACKEND_AUTO)
		return 0;
	switch (ktl_find_prototype(function)) {
	case KTL_PROTOTYPE_REGISTERS:
		if (!(request->flags & KTLAT_PROBE_PENDING) &&
		    (direct || !ktl_is_livepatched()))
			request->flags |= KTLAT_PROBE_REGISTERS;
		return 0;
	case KTL_PROTOTYPE_STACK:
		return claimed || direct ?
		       fail_prototype(function->name, err) : 0;
	default:
		return 0;
	}
}

static bool is_same_module(const struct ktl_match *one,
			   const struct ktl_match *other)
{
	return !strcmp(one->point.module, other->point.module);
}

/* How many of @lookup's matches in the module of @match are @copy of the function. */
static size_t count_copies(const struct ktl_lookup *lookup,
			   const struct ktl_match *match, enum ktl_copy copy)
{
	size_t i, nr = 0;

	for (i = 0; i < lookup->nr; i++)
		nr += lookup->matches[i].copy == copy &&
		      is_same_module(&lookup->matches[i], match);
	return nr;
}

/* What is part of ktlat has a name of its own, or is not meant. */
static bool has_others(const struct ktl_lookup *lookup)
{
	size_t i;

	for (i = 0; i < lookup->nr; i++)
		if (!ktl_is_ours(&lookup->matches[i]))
			return true;
	return false;
}

/*
 * Is a function meant by the plain name? Copies are called in place of the function,
 * so they are, too. A part is called by it, and only where there is nothing else
 * stands for it.
 */
static bool is_meant(const struct ktl_lookup *lookup,
		     const struct ktl_match *match)
{
	if (ktl_is_ours(match) && !*lookup->point->module &&
	    has_others(lookup))
		return false;
	if (match->copy == KTL_COPY_PART)
		return !count_copies(lookup, match, KTL_COPY_PLAIN) &&
		       !count_copies(lookup, match, KTL_COPY_WHOLE);
	return match->copy != KTL_COPY_COLD;
}

/* Have several functions of its module the name of this one? */
static bool is_ambiguous(const struct ktl_lookup *lookup,
			 const struct ktl_match *match)
{
	size_t i, nr = 0;

	for (i = 0; i < lookup->nr; i++)
		nr += is_same_module(&lookup->matches[i], match) &&
		      !strcmp(lookup->matches[i].point.name, match->point.name);
	return nr > 1;
}

static size_t count_meant(const struct ktl_lookup *lookup)
{
	size_t i, nr = 0;

	for (i = 0; i < lookup->nr; i++)
		nr += is_meant(lookup, &lookup->matches[i]);
	return nr;
}

static int fail_hidden(const char *name, struct ktlat_error *err)
{
	return ktl_fail(err, EPERM,
			"cannot add %s: its address is needed to tell which function that is, and /proc/kallsyms hides it; run as root, with sysctl kernel.kptr_restrict at 0 or 1",
			name);
}

/*
 * What the module is told to find @match: its name where that is enough, and else its
 * address. A module that was not asked for is not named as long as there is no need.
 */
static int aim(const struct ktl_lookup *lookup, const struct ktl_match *match,
	       struct ktlat_point *point, struct ktlat_error *err)
{
	bool kernel = !strcmp(match->point.module, KTLAT_VMLINUX);
	bool asked = *lookup->point->module;
	bool by_address = lookup->point->address || is_ambiguous(lookup, match);
	__u64 offset = point->offset;

	if (by_address && !match->point.address)
		return fail_hidden(match->point.name, err);
	*point = match->point;
	point->offset = offset;
	if (!by_address)
		point->address = 0;
	/* Without a module the kernel looks into itself first. */
	if (kernel || (!by_address && !asked && count_meant(lookup) == 1))
		memset(point->module, 0, sizeof(point->module));
	return 0;
}

/* What waits for a module is by names alone, as addresses do not last. */
static int check_names(const struct ktlat_probe_add *request,
		       struct ktlat_error *err)
{
	int i;

	for (i = 0; i < 2 && request->flags & KTLAT_PROBE_PENDING; i++)
		if (request->point[i].address)
			return ktl_fail(err, ENOTUNIQ,
					"cannot add a probe that waits for a module: it is by name, and several functions are called %s, or it was given by its address",
					request->point[i].name);
	return 0;
}

static int append(struct resolution *all, const struct ktlat_probe_add *request,
		  struct ktlat_error *err)
{
	if (check_names(request, err))
		return -ENOTUNIQ;
	if (all->nr == all->room) {
		size_t room = 2 * all->room + all->nr_asked;
		void *list = reallocarray(all->list, room, sizeof(*all->list));

		if (!list)
			return ktl_fail(err, ENOMEM, "out of memory");
		all->list = list;
		all->room = room;
	}
	all->list[all->nr++] = *request;
	return 0;
}

/* What stands for the function, or for a part of it, under another name. */
static void tell_copy(const struct resolution *all,
		      const struct ktl_match *match,
		      const struct ktl_lookup *lookup)
{
	char text[NOTE_LEN];

	if (match->copy == KTL_COPY_PLAIN || !all->note ||
	    lookup->point->address)
		return;
	snprintf(text, sizeof(text), match->copy == KTL_COPY_PART ?
		 "%s is what the compiler left of %s where it inlined its beginning; calls that end there are not seen" :
		 "%s is a copy of %s that the compiler made",
		 match->point.name, lookup->point->name);
	all->note(text, all->data);
}

static int add_function(struct resolution *all,
			const struct ktlat_probe_add *request,
			const struct ktl_lookup *lookup,
			const struct ktl_match *match, struct ktlat_error *err)
{
	struct ktlat_probe_add add = *request;
	int ret = aim(lookup, match, &add.point[0], err);

	/* BTF knows names and not addresses, and plain names only. */
	if (!ret && !add.point[0].address && !strchr(match->point.name, '.'))
		ret = vouch(&add, &match->point, err);
	if (!ret)
		ret = append(all, &add, err);
	if (!ret)
		tell_copy(all, match, lookup);
	return ret;
}

/* Of functions at one address, the one that was asked for first. */
static const struct ktlat_point *find_earlier(const struct resolution *all,
					      size_t before,
					      const struct ktl_match *match)
{
	size_t i, j;

	for (i = 0; match->point.address && i < before; i++) {
		const struct ktl_lookup *lookup = &all->lookups[2 * i];

		if (all->asked[i].kind != KTLAT_KIND_FUNCTION)
			continue;
		for (j = 0; j < lookup->nr; j++)
			if (is_meant(lookup, &lookup->matches[j]) &&
			    lookup->matches[j].point.address ==
			    match->point.address)
				return &lookup->matches[j].point;
	}
	return NULL;
}

static bool is_told_before(const struct resolution *all, size_t request,
			   const struct ktl_match *match)
{
	const struct ktlat_point *earlier = find_earlier(all, request, match);
	char text[NOTE_LEN];

	if (!earlier || !strcmp(earlier->name, match->point.name))
		return false;
	if (all->note) {
		snprintf(text, sizeof(text),
			 "%s is another name of %s, and one probe serves both",
			 match->point.name, earlier->name);
		all->note(text, all->data);
	}
	return true;
}

/* What begins at an address has to be what was said to. */
static int check_address(const struct ktl_lookup *lookup,
			 struct ktlat_error *err)
{
	const struct ktlat_point *asked = lookup->point;
	const struct ktlat_point *found = &lookup->matches[0].point;

	if (!asked->address ||
	    ((!*asked->name || !strcmp(asked->name, found->name)) &&
	     (!*asked->module || !strcmp(asked->module, found->module))))
		return 0;
	return ktl_fail(err, ENOENT,
			"cannot add %s: at that address begins %s:%s; after another kernel is booted offsets are others",
			asked->name, found->module, found->name);
}

/*
 * The module that a probe on @point can wait for is noted there, if there is one. Where
 * waiting was asked for, whether that is loaded by now is the kernel's to say: it may
 * have come since its functions were looked up.
 */
static bool can_wait(struct ktlat_point *point, bool asked)
{
	if (point->address || !strcmp(point->module, KTLAT_VMLINUX))
		return false;
	if (!*point->module)
		return ktl_find_exporter(point->name, point->module);
	if (asked)
		return !ktl_is_built_in(point->module);
	return !ktl_is_loaded(point->module) && ktl_is_installed(point->module);
}

static const char *say_waits(const struct ktlat_point *point)
{
	return ktl_is_loaded(point->module) ?
	       "%s was not found in the module %s, which is loaded; it is looked for each time that is loaded" :
	       "%s waits for the module %s, which is not loaded";
}

/*
 * Nothing that is loaded has the name of @point: have it wait for its module, or say
 * why not.
 */
static int wait_for(const struct resolution *all, struct ktlat_probe_add *add,
		    struct ktlat_point *point, const struct ktl_lookup *lookup,
		    struct ktlat_error *err)
{
	char text[NOTE_LEN];

	if (lookup->nr || !can_wait(point, add->flags & KTLAT_PROBE_PENDING))
		return ktl_fail_lookup(lookup, err);
	add->flags |= KTLAT_PROBE_PENDING;
	if (all->note) {
		snprintf(text, sizeof(text), say_waits(point), point->name,
			 point->module);
		all->note(text, all->data);
	}
	return 0;
}

static int resolve_pending(struct resolution *all, size_t request,
			   struct ktlat_error *err)
{
	struct ktlat_probe_add add = all->asked[request];
	int ret = wait_for(all, &add, &add.point[0], &all->lookups[2 * request],
			   err);

	return ret ? ret : append(all, &add, err);
}

static int resolve_function(struct resolution *all, size_t request,
			    struct ktlat_error *err)
{
	const struct ktl_lookup *lookup = &all->lookups[2 * request];
	size_t i;
	int ret;

	if (!count_meant(lookup))
		return resolve_pending(all, request, err);
	ret = check_address(lookup, err);
	for (i = 0; !ret && i < lookup->nr; i++) {
		const struct ktl_match *match = &lookup->matches[i];

		if (is_meant(lookup, match) &&
		    !is_told_before(all, request, match))
			ret = add_function(all, &all->asked[request], lookup,
					   match, err);
	}
	return ret;
}

/* Lists some of the functions that a name stands for, as SPECs that tell them apart. */
static int fail_several(const struct ktl_lookup *lookup, struct ktlat_error *err)
{
	char names[KTLAT_ERROR_LEN / 2] = "", one[KTL_POINT_LEN];
	struct ktlat_point place;
	size_t i, len = 0, nr = 0;

	for (i = 0; i < lookup->nr && nr < MAX_NAMED; i++) {
		const struct ktl_match *match = &lookup->matches[i];

		if (!is_meant(lookup, match))
			continue;
		place = match->point;
		if (is_ambiguous(lookup, match))
			ktl_set_place(&place);
		ktl_format_point(&place, one);
		len += snprintf(names + len, sizeof(names) - len, "%s%s",
				nr++ ? ", " : "", one);
		if (len >= sizeof(names))
			break;
	}
	return ktl_fail(err, ENOTUNIQ,
			"cannot add %s: %zu functions have that name, and a point of a pair is in one; say which: %s%s",
			lookup->point->name, count_meant(lookup), names,
			count_meant(lookup) > nr ? ", ..." : "");
}

static int resolve_point(const struct resolution *all,
			 struct ktlat_probe_add *add, struct ktlat_point *point,
			 const struct ktl_lookup *lookup, struct ktlat_error *err)
{
	size_t nr = count_meant(lookup), i = 0;

	if (!nr)
		return wait_for(all, add, point, lookup, err);
	if (nr > 1)
		return fail_several(lookup, err);
	while (!is_meant(lookup, &lookup->matches[i]))
		i++;
	if (check_address(lookup, err))
		return -ENOENT;
	return aim(lookup, &lookup->matches[i], point, err);
}

/*
 * A point that was given without its module has to have it where the probe waits: it is
 * by that name that it is found again when the module has gone and come.
 */
static void name_module(const struct ktl_lookup *lookup, struct ktlat_point *point)
{
	size_t i;

	for (i = 0; !*point->module && i < lookup->nr; i++)
		if (is_meant(lookup, &lookup->matches[i]) &&
		    strcmp(lookup->matches[i].point.module, KTLAT_VMLINUX))
			memcpy(point->module, lookup->matches[i].point.module,
			       sizeof(point->module));
}

static int resolve_request(struct resolution *all, size_t request,
			   struct ktlat_error *err)
{
	const struct ktl_lookup *lookups = &all->lookups[2 * request];
	struct ktlat_probe_add add = all->asked[request];
	bool pair = add.kind == KTLAT_KIND_PAIR;
	int ret = 0, i;

	if (add.kind == KTLAT_KIND_FUNCTION)
		return resolve_function(all, request, err);
	for (i = 0; !ret && pair && i < 2; i++)
		ret = resolve_point(all, &add, &add.point[i], &lookups[i], err);
	/* Only now, as it may be the second one that has the probe wait. */
	for (i = 0; pair && add.flags & KTLAT_PROBE_PENDING && i < 2; i++)
		name_module(&lookups[i], &add.point[i]);
	if (!ret)
		ret = ktl_check_tracepoints(&add, err);
	return ret ? ret : append(all, &add, err);
}

static unsigned int count_points(const struct ktlat_probe_add *request)
{
	switch (request->kind) {
	case KTLAT_KIND_TRACEPOINT:
		return 0;
	case KTLAT_KIND_PAIR:
		return 2;
	default:
		return 1;
	}
}

/* Turns "so far behind where the code of the module begins" into an address. */
static int settle_address(struct ktlat_point *point, struct ktlat_error *err)
{
	__u64 base;

	if (!(point->address & KTLAT_TEXT_OFFSET) || point->address >> 63)
		return 0;
	base = ktl_text_base(point->module);
	if (!base && *point->module && !ktl_is_loaded(point->module))
		return ktl_fail(err, ENOENT,
				"cannot add %s: the module %s is not loaded, and offsets in it last as long as it is",
				point->name, point->module);
	if (!base)
		return fail_hidden(point->name, err);
	point->address = base + (point->address & ~KTLAT_TEXT_OFFSET);
	return 0;
}

/* Looks all names up, in one pass over the symbols. */
static int look_up_all(struct resolution *all, struct ktlat_error *err)
{
	struct ktl_lookup **at = calloc(all->nr_asked, 2 * sizeof(*at));
	struct ktl_lookup *list = calloc(all->nr_asked, 2 * sizeof(*list));
	size_t i, nr = 0;
	unsigned int point;
	int ret = 0;

	for (i = 0; at && list && i < all->nr_asked; i++)
		for (point = 0; point < count_points(&all->asked[i]); point++) {
			list[nr].point = &all->asked[i].point[point];
			at[nr++] = &all->lookups[2 * i + point];
		}
	if (at && list)
		ret = ktl_look_up(list, nr, err);
	else
		ret = ktl_fail(err, ENOMEM, "out of memory");
	while (at && list && nr--)
		*at[nr] = list[nr];
	free(at);
	free(list);
	return ret;
}

static int resolve_all(struct resolution *all, struct ktlat_error *err)
{
	size_t i;
	int ret = look_up_all(all, err);

	for (i = 0; !ret && i < all->nr_asked; i++)
		ret = resolve_request(all, i, err);
	return ret;
}

/**
 * ktlat_resolve_specs() - Find the functions that requests are about
 * @list: requests, as ktlat_parse_spec() left them; what becomes of them is put in
 *	its place, to be freed by the caller either way
 * @nr: how many; the symbols are read once for all of them
 * @note: told, in a line, what is worth knowing of a name, or NULL
 * @data: handed to @note
 * @err: why it failed; ENOTUNIQ if a point of a pair is in several functions
 *
 * A name stands for all functions that have it, and for the copies that the compiler
 * made of them under another name; each becomes a request of its own, by its address
 * where the name does not tell it from others. The kernel itself may be given as
 * module "vmlinux", which is taken out here as the contract knows it as no module.
 * Where the kernel's BTF vouches for %KTLAT_PROBE_REGISTERS of a function, the flag
 * is set.
 */
int ktlat_resolve_specs(struct ktlat_probe_add **list, size_t *nr,
			ktlat_note_fn note, void *data, struct ktlat_error *err)
{
	struct resolution all = {
		.asked = *list,
		.nr_asked = *nr,
		.lookups = calloc(*nr + !*nr, 2 * sizeof(*all.lookups)),
		.note = note,
		.data = data,
	};
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < 2 * *nr; i++)
		ret = settle_address(&(*list)[i / 2].point[i % 2], err);
	if (!ret && !all.lookups)
		ret = ktl_fail(err, ENOMEM, "out of memory");
	if (!ret)
		ret = resolve_all(&all, err);
	ktl_free_lookups(all.lookups, 2 * *nr);
	if (ret) {
		free(all.list);
		return ret;
	}
	free(*list);
	*list = all.list;
	*nr = all.nr;
	return 0;
}

/**
 * ktlat_find_functions() - Which functions a SPEC stands for
 * @spec: as for ktlat_parse_spec(); only one of a function stands for any
 * @list: where to put them, to be freed by the caller; with addresses, unless these
 *	are hidden
 * @err: why it failed
 *
 * Returns how many there are, or a negative errno.
 */
int ktlat_find_functions(const char *spec, struct ktlat_point **list,
			 struct ktlat_error *err)
{
	struct ktl_lookup *lookup = calloc(1, sizeof(*lookup));
	struct ktlat_probe_add request;
	int ret = ktlat_parse_spec(spec, &request, err), nr = 0;
	size_t i;

	*list = NULL;
	if (!ret && !lookup)
		ret = ktl_fail(err, ENOMEM, "out of memory");
	if (!ret)
		ret = settle_address(&request.point[0], err);
	if (!ret && request.kind == KTLAT_KIND_FUNCTION) {
		lookup->point = &request.point[0];
		ret = ktl_look_up(lookup, 1, err);
	}
	if (!ret && lookup->nr) {
		*list = calloc(lookup->nr, sizeof(**list));
		if (!*list)
			ret = ktl_fail(err, ENOMEM, "out of memory");
	}
	for (i = 0; !ret && i < lookup->nr; i++)
		if (is_meant(lookup, &lookup->matches[i]))
			(*list)[nr++] = lookup->matches[i].point;
	ktl_free_lookups(lookup, 1);
	return ret ? ret : nr;
}

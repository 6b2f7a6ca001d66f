// SPDX-License-Identifier: GPL-2.0-only
/* Which function of the running kernel an address is in. */
#include <stdlib.h>

#include "internal.h"

/* No function is that long: further on is code that has no name. */
#define FUNCTION_MAX	(1U << 20)

/**
 * struct place - Where a function begins
 * @address: its address
 * @name: its name, from the start of the names
 * @module: that of its module, likewise
 */
struct place {
	__u64 address;
	size_t name;
	size_t module;
};

/**
 * struct ktl_addresses - The functions of the kernel
 * @places: by address
 * @nr: how many
 * @names: all names, each with its zero
 * @len: how long they are
 * @room: how long they can be
 */
struct ktl_addresses {
	struct place *places;
	size_t nr;
	char *names;
	size_t len;
	size_t room;
};

/* Returns where it is put; the caller has seen to the room. */
static size_t put_name(struct ktl_addresses *to, const char *name)
{
	size_t at = to->len;

	strcpy(to->names + at, name);
	to->len += strlen(name) + 1;
	return at;
}

/* Room is made by powers of two. */
static bool make_room(struct ktl_addresses *to, size_t len)
{
	struct place *places = to->places;

	if (!(to->nr & (to->nr - 1))) {
		places = reallocarray(places, to->nr ? 2 * to->nr : 1,
				      sizeof(*places));
		if (!places)
			return false;
		to->places = places;
	}
	if (to->room - to->len < len) {
		size_t room = 2 * to->room + len;
		char *names = realloc(to->names, room);

		if (!names)
			return false;
		to->names = names;
		to->room = room;
	}
	return true;
}

static int add(const struct ktlat_symbol *symbol, void *data)
{
	struct ktl_addresses *to = data;
	const struct place *last;
	struct place place = { .address = symbol->address };

	if (!symbol->address)
		return 0;
	if (!make_room(to, strlen(symbol->name) + strlen(symbol->module) + 2))
		return -ENOMEM;
	place.name = put_name(to, symbol->name);
	/* Symbols of a module come one after the other. */
	last = to->nr ? &to->places[to->nr - 1] : NULL;
	place.module = last && !strcmp(to->names + last->module,
				       symbol->module) ?
		       last->module : put_name(to, symbol->module);
	to->places[to->nr++] = place;
	return 0;
}

/* Of several names for the same, the kernel's first one comes last. */
static int compare(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->address != right->address)
		return left->address < right->address ? -1 : 1;
	return left->name < right->name ? 1 : -1;
}

/* As far as they may be told; NULL if there is no memory for them. */
struct ktl_addresses *ktl_read_addresses(void)
{
	struct ktl_addresses *addresses = calloc(1, sizeof(*addresses));

	if (!addresses)
		return NULL;
	ktl_scan_code(add, addresses);
	if (addresses->nr)
		qsort(addresses->places, addresses->nr,
		      sizeof(*addresses->places), compare);
	return addresses;
}

void ktl_free_addresses(struct ktl_addresses *addresses)
{
	if (!addresses)
		return;
	free(addresses->places);
	free(addresses->names);
	free(addresses);
}

/* The last one that begins at @address or before; NULL if none does. */
static const struct place *find(const struct ktl_addresses *addresses,
				__u64 address)
{
	size_t low = 0, high = addresses ? addresses->nr : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addresses->places[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &addresses->places[low - 1] : NULL;
}

/**
 * ktl_find_address() - Which function a return address belongs to
 * @addresses: the functions, or NULL if none is known
 * @address: the address, behind a call, which may be the last thing in its function
 * @frame: the answer; its names are good for as long as @addresses
 */
void ktl_find_address(const struct ktl_addresses *addresses, __u64 address,
		      struct ktlat_frame *frame)
{
	const struct place *place = find(addresses, address - 1);

	*frame = (struct ktlat_frame){
		.address = address,
		.name = "",
		.module = "",
	};
	if (!place || address - place->address > FUNCTION_MAX)
		return;
	frame->name = addresses->names + place->name;
	frame->module = addresses->names + place->module;
	frame->offset = address - place->address;
}

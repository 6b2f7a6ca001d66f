// SPDX-License-Identifier: GPL-2.0-only
/* What addresses that were captured are called, on the machine of a recording. */
#include <stdlib.h>

#include "file.h"

static char *get_string(struct ktl_in *in)
{
	char text[KTLAT_NAME_LEN];

	ktl_get_text(in, text, sizeof(text));
	return strdup(text);
}

static void free_symbol(struct ktlat_frame *symbol)
{
	free((char *)symbol->name);
	free((char *)symbol->module);
}

void ktl_free_symbols(struct ktlat_reader *r)
{
	while (r->nr_symbols)
		free_symbol(&r->symbols[--r->nr_symbols]);
	free(r->symbols);
}

/* Room is made by powers of two. */
static struct ktlat_frame *append(struct ktlat_reader *r)
{
	struct ktlat_frame *list = r->symbols;
	size_t nr = r->nr_symbols;

	if (!(nr & (nr - 1))) {
		list = reallocarray(list, nr ? 2 * nr : 1, sizeof(*list));
		if (!list)
			return NULL;
		r->symbols = list;
	}
	r->sorted = false;
	return &list[nr];
}

int ktl_take_symbol(struct ktlat_reader *r, struct ktl_in *in,
		    struct ktlat_error *err)
{
	struct ktlat_frame symbol = { .address = ktl_get(in) }, *own;

	symbol.name = get_string(in);
	symbol.module = get_string(in);
	symbol.offset = ktl_get(in);
	own = symbol.name && symbol.module && !in->bad ? append(r) : NULL;
	if (own) {
		*own = symbol;
		r->nr_symbols++;
		return 0;
	}
	free_symbol(&symbol);
	return in->bad ? 0 : ktl_fail(err, ENOMEM, "out of memory");
}

static int by_address(const void *a, const void *b)
{
	const struct ktlat_frame *left = a, *right = b;

	if (left->address != right->address)
		return left->address < right->address ? -1 : 1;
	return 0;
}

static const struct ktlat_frame *find(struct ktlat_reader *r, __u64 address)
{
	const struct ktlat_frame wanted = { .address = address };

	if (!r->sorted && r->nr_symbols)
		qsort(r->symbols, r->nr_symbols, sizeof(*r->symbols), by_address);
	r->sorted = true;
	return r->nr_symbols ? bsearch(&wanted, r->symbols, r->nr_symbols,
				       sizeof(wanted), by_address) : NULL;
}

/* Notes what is called which of what was captured of a call. */
void ktl_find_symbols(struct ktlat_reader *r, struct ktlat_call *call)
{
	int i;

	for (i = 0; i < KTLAT_VALUES; i++) {
		call->symbols[i] = NULL;
		if (call->probe->values[i].show == KTLAT_SHOW_SYMBOL)
			call->symbols[i] = find(r, call->event.values[i]);
	}
}

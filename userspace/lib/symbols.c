// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

#define KALLSYMS	"/proc/kallsyms"
#define READ_SIZE	65536

/* Where tracefs is: its own place, and the one it had before. */
static const char * const filter_functions[] = {
	"/sys/kernel/tracing/available_filter_functions",
	"/sys/kernel/debug/tracing/available_filter_functions",
};

#define BLACKLIST	"/sys/kernel/debug/kprobes/blacklist"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/*
 * Ends the word at @text, and returns where the next one begins. There are
 * hundreds of thousands of words, and strcspn() makes a table for each.
 */
static char *next_word(char *text)
{
	while (*text && !is_blank(*text))
		text++;
	if (*text)
		*text++ = '\0';
	while (is_blank(*text))
		text++;
	return text;
}

/*
 * Takes "[module]" for a module, no word for the kernel itself. Generated code
 * is listed as if it were in modules [bpf] and [__builtin__...]: it is not to
 * be probed by name.
 */
static bool take_module(char *word, struct ktlat_symbol *symbol)
{
	symbol->module = KTLAT_VMLINUX;
	if (*word != '[')
		return true;
	word[strcspn(word, "]\n")] = '\0';
	symbol->module = word + 1;
	return strcmp(word + 1, "bpf") &&
	       strncmp(word + 1, "__builtin__", 11);
}

/*
 * "address type name [module]"; false where it is no code, or a mark for where code
 * begins, which modules of arm64 have ("$x"). @named: it can be probed by its name.
 */
static bool parse_code(char *line, struct ktlat_symbol *symbol, bool *named)
{
	char *type = next_word(line);
	char *name = next_word(type);
	char *module = next_word(name);

	symbol->name = name;
	symbol->address = strtoull(line, NULL, 16);
	*named = take_module(module, symbol);
	return strchr("tTwW", *type) && *name && *name != '$';
}

static bool parse_any_code(char *line, struct ktlat_symbol *symbol)
{
	bool named;

	return parse_code(line, symbol, &named);
}

static bool parse_kallsyms(char *line, struct ktlat_symbol *symbol)
{
	bool named;

	return parse_code(line, symbol, &named) && named;
}

/* What is no code. */
static bool parse_other(char *line, struct ktlat_symbol *symbol)
{
	bool named;

	return !parse_code(line, symbol, &named) && *symbol->name && named;
}

/*
 * "name [module]", in some kernels with more to follow. Sites of functions that the
 * linker has dropped have a name that says so.
 */
static bool parse_function(char *line, struct ktlat_symbol *symbol)
{
	char *module = next_word(line);

	symbol->name = line;
	symbol->address = 0;
	return *line && strncmp(line, "__ftrace_invalid_address__", 26) &&
	       take_module(module, symbol);
}

static int scan(const char *path, bool (*parse)(char *, struct ktlat_symbol *),
		ktlat_symbol_fn fn, void *data)
{
	FILE *file = fopen(path, "re");
	struct ktlat_symbol symbol;
	char *line = NULL, *buffer;
	size_t size = 0;
	int ret = 0;

	if (!file)
		return -errno;
	/*
	 * Files of /proc ask to be read in much smaller pieces than they can. Without a
	 * buffer of ours glibc does not heed its size.
	 */
	buffer = malloc(READ_SIZE);
	if (buffer)
		setvbuf(file, buffer, _IOFBF, READ_SIZE);
	while (!ret && getline(&line, &size, file) > 0)
		if (parse(line, &symbol))
			ret = fn(&symbol, data);
	if (!ret && ferror(file))
		ret = -EIO;
	free(line);
	fclose(file);
	free(buffer);
	return ret;
}

static int scan_file(const char *path,
		     bool (*parse)(char *, struct ktlat_symbol *),
		     ktlat_symbol_fn fn, void *data, struct ktlat_error *err)
{
	int ret = scan(path, parse, fn, data);

	if (ret < 0)
		return ktl_fail(err, -ret, "cannot read %s: %s; run as root",
				path, strerror(-ret));
	return ret;
}

/**
 * ktlat_scan_symbols() - Go over all functions that the kernel has a name for
 * @fn: called for each
 * @data: handed to it
 * @err: why it failed
 *
 * Returns what @fn returned last, or a negative errno.
 */
int ktlat_scan_symbols(ktlat_symbol_fn fn, void *data, struct ktlat_error *err)
{
	return scan_file(KALLSYMS, parse_kallsyms, fn, data, err);
}

/* The same, with generated code, and without saying why it failed. */
int ktl_scan_code(ktlat_symbol_fn fn, void *data)
{
	return scan(KALLSYMS, parse_any_code, fn, data);
}

/* Goes over what has a name and is no code. */
int ktl_scan_others(ktlat_symbol_fn fn, void *data)
{
	return scan(KALLSYMS, parse_other, fn, data);
}

/**
 * struct blacklist - Functions that must not be probed
 * @names: sorted
 * @nr: how many
 * @fn: where the others go
 * @data: handed to @fn
 */
struct blacklist {
	char **names;
	size_t nr;
	ktlat_symbol_fn fn;
	void *data;
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

/* "0xbegin-0xend name" */
static bool parse_blacklist(char *line, struct ktlat_symbol *symbol)
{
	symbol->name = next_word(line);
	symbol->module = KTLAT_VMLINUX;
	symbol->address = strtoull(line, NULL, 16);
	next_word((char *)symbol->name);
	return *symbol->name;
}

/* Goes over what kprobes refuse; of each, where it begins, or 0 where that is hidden. */
int ktl_scan_blacklist(ktlat_symbol_fn fn, void *data)
{
	return scan(BLACKLIST, parse_blacklist, fn, data);
}

static int blacklist_name(const struct ktlat_symbol *symbol, void *data)
{
	struct blacklist *list = data;
	char **names = realloc(list->names, (list->nr + 1) * sizeof(*names));

	if (!names)
		return -ENOMEM;
	list->names = names;
	names[list->nr] = strdup(symbol->name);
	if (!names[list->nr])
		return -ENOMEM;
	list->nr++;
	return 0;
}

static int pass_unlisted(const struct ktlat_symbol *symbol, void *data)
{
	struct blacklist *list = data;

	if (list->nr && bsearch(&symbol->name, list->names, list->nr,
				sizeof(*list->names), compare))
		return 0;
	return list->fn(symbol, list->data);
}

static int scan_unlisted(ktlat_symbol_fn fn, void *data,
			 struct ktlat_error *err)
{
	struct blacklist list = { .fn = fn, .data = data };
	int ret;

	/* Where it cannot be read, the kernel still refuses what is in it. */
	ktl_scan_blacklist(blacklist_name, &list);
	if (list.nr)
		qsort(list.names, list.nr, sizeof(*list.names), compare);
	ret = ktlat_scan_symbols(pass_unlisted, &list, err);
	while (list.nr)
		free(list.names[--list.nr]);
	free(list.names);
	return ret;
}

/* Where ftrace tells the functions that it knows, or NULL. */
static const char *find_sites(void)
{
	size_t i;

	for (i = 0; i < KTL_ARRAY_SIZE(filter_functions); i++)
		if (!access(filter_functions[i], R_OK))
			return filter_functions[i];
	return NULL;
}

/* Goes over what ftrace knows, without addresses; a negative errno if it is not told. */
int ktl_scan_sites(ktlat_symbol_fn fn, void *data)
{
	const char *path = find_sites();

	return path ? scan(path, parse_function, fn, data) : -ENOENT;
}

/**
 * ktlat_scan_functions() - Go over all functions that can be probed
 * @fn: called for each
 * @data: handed to it
 * @source: where to put the name of the file they were read from, or NULL
 * @err: why it failed
 *
 * ftrace knows them exactly. Where its list cannot be read, they are all the
 * functions with a name that are not in the blacklist of kprobes.
 *
 * Returns what @fn returned last, or a negative errno.
 */
int ktlat_scan_functions(ktlat_symbol_fn fn, void *data, const char **source,
			 struct ktlat_error *err)
{
	const char *path = find_sites();

	if (source)
		*source = path ? path : KALLSYMS;
	return path ? scan_file(path, parse_function, fn, data, err) :
		      scan_unlisted(fn, data, err);
}

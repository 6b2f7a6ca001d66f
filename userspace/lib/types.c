// SPDX-License-Identifier: GPL-2.0-only
/* Loads the BTF of the kernel and of modules, and finds functions in it. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "types.h"

#define BTF_DIR		"/sys/kernel/btf/"

/* For the BTF that is kept, and for what libbpf keeps of its own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void ktl_lock_types(void)
{
	pthread_mutex_lock(&lock);
}

void ktl_unlock_types(void)
{
	pthread_mutex_unlock(&lock);
}

#ifdef KTLAT_NO_BTF_TYPE_CNT
/* Up to libbpf 0.5, Debian 11 among them. */
static __u32 btf__type_cnt(const struct btf *btf)
{
	return btf__get_nr_types(btf) + 1;
}
#endif

static const char *function_name(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	return btf_is_func(type) ? btf__name_by_offset(btf, type->name_off) :
				   NULL;
}

/* Of a module only what it brings: what has a name there is another one. */
static __u32 first_type(const struct btf *btf)
{
	const struct btf *base = btf__base_btf(btf);

	return base ? btf__type_cnt(base) : 1;
}

/* No more than half of the slots are taken, so a search always ends. */
static bool make_slots(struct ktl_types *types)
{
	__u32 end = btf__type_cnt(types->btf), id, nr = 0;

	for (id = first_type(types->btf); id < end; id++)
		nr += !!function_name(types->btf, id);
	for (types->mask = 1; types->mask / 2 < nr; types->mask *= 2)
		;
	types->slots = calloc(types->mask--, sizeof(*types->slots));
	return types->slots;
}

/* FNV-1a. */
static __u32 hash(const char *name)
{
	__u32 value = 2166136261U;

	for (; *name; name++)
		value = (value ^ (unsigned char)*name) * 16777619U;
	return value;
}

/* Makes @types ready, whose @btf is there. */
bool ktl_index_types(struct ktl_types *types)
{
	__u32 end = btf__type_cnt(types->btf), id, slot;

	if (!make_slots(types))
		return false;
	for (id = first_type(types->btf); id < end; id++) {
		const char *name = function_name(types->btf, id);

		if (!name)
			continue;
		slot = hash(name) & types->mask;
		while (types->slots[slot])
			slot = (slot + 1) & types->mask;
		types->slots[slot] = id;
	}
	return true;
}

/* The one function of that name, or NULL. */
static const struct btf_type *find_function(const struct ktl_types *types,
					    const char *name)
{
	__u32 slot = hash(name) & types->mask, found = 0, id;

	for (; (id = types->slots[slot]); slot = (slot + 1) & types->mask) {
		if (strcmp(function_name(types->btf, id), name))
			continue;
		if (found)
			return NULL;
		found = id;
	}
	return found ? btf__type_by_id(types->btf, found) : NULL;
}

/* What the one function of that name takes and returns, or NULL. */
const struct btf_type *ktl_find_proto(const struct ktl_types *types,
				      const char *function)
{
	const struct btf_type *type = find_function(types, function);

	if (type)
		type = btf__type_by_id(types->btf, type->type);
	return type && btf_is_func_proto(type) ? type : NULL;
}

/*
 * libbpf opens files by name only. It logs to stderr by itself; here the answer
 * says enough.
 */
static struct btf *parse(int fd, struct btf *base)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	char path[sizeof("/proc/self/fd/") + 12];
	struct btf *btf;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	btf = btf__parse_raw_split(path, base);
	libbpf_set_print(print);
	return btf;
}

/* What the kernel tells of itself (without @base) or of a module, or NULL. */
static struct btf *load(const char *module, struct btf *base)
{
	char path[sizeof(BTF_DIR) + KTLAT_MODULE_LEN];
	struct btf *btf;
	int fd;

	snprintf(path, sizeof(path), BTF_DIR "%.*s", KTLAT_MODULE_LEN - 1,
		 module);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	btf = parse(fd, base);
	close(fd);
	return btf;
}

void ktl_close_types(struct ktl_types *types)
{
	btf__free(types->btf);
	free(types->slots);
	*types = (struct ktl_types){ 0 };
}

static bool open_types(struct ktl_types *types, const char *module,
		       struct btf *base)
{
	types->btf = load(module, base);
	if (types->btf && ktl_index_types(types))
		return true;
	ktl_close_types(types);
	return false;
}

/*
 * What the kernel tells of itself, or NULL. It stays the same until the next boot, and
 * is long: it is read once.
 */
const struct ktl_types *ktl_kernel_types(void)
{
	static struct ktl_types vmlinux;

	if (!vmlinux.btf)
		open_types(&vmlinux, KTLAT_VMLINUX, NULL);
	return vmlinux.btf ? &vmlinux : NULL;
}

/* Does a module tell anything? Those that were built elsewhere often do not. */
static bool has_types(const char *module)
{
	char path[sizeof(BTF_DIR) + KTLAT_MODULE_LEN];

	snprintf(path, sizeof(path), BTF_DIR "%.*s", KTLAT_MODULE_LEN - 1,
		 module);
	return !access(path, R_OK);
}

/* What a module tells; @types is all zero, and stays so if that is nothing. */
bool ktl_open_types(struct ktl_types *types, const char *module)
{
	const struct ktl_types *vmlinux;

	/* First, as the kernel's own, on which they build, take long to read. */
	if (!has_types(module))
		return false;
	vmlinux = ktl_kernel_types();
	return vmlinux && open_types(types, module, vmlinux->btf);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"
#include "core/stacks.h"

/*
 * A return address no further than that into a function is that of its ftrace site: of
 * the call there, behind an instruction that some CPUs want first.
 */
#define SITE_LEN	9

/**
 * struct ktlat_stack_map - A mapping of the stack table of a session
 * @base: where it is
 * @size: its size in bytes
 * @addresses: what is where in the kernel
 */
struct ktlat_stack_map {
	void *base;
	size_t size;
	struct ktl_addresses *addresses;
};

static int fail_stacks(int code, struct ktlat_error *err)
{
	const char *advice = "see ktlat-ctl status";

	if (code == EPERM || code == EACCES)
		advice = "it takes CAP_SYSLOG, as stacks tell addresses; run as root";
	else if (code == ENOENT)
		advice = "choose --stacks when its rings are made";
	return ktl_fail(err, code, "cannot map the stack table: %s; %s",
			code == ENOENT ? "the session has none" :
					 strerror(code), advice);
}

/* Does the table lie where the header says, and within the mapping? */
static bool is_sound(const struct ktlat_stack_map *map)
{
	const struct ktlat_stacks_header *h = map->base;

	return map->size >= sizeof(*h) && h->magic == KTLAT_STACKS_MAGIC &&
	       h->slot_size >= sizeof(struct ktlat_stack) &&
	       !((h->slot_size | h->slot_offset) % sizeof(__u64)) &&
	       h->slot_offset >= sizeof(*h) && h->slot_offset <= map->size &&
	       (__u64)h->nr_slots * h->slot_size <= map->size - h->slot_offset;
}

/**
 * ktlat_open_stacks() - Map the stack table of the session
 * @k: handle
 * @out: where to put it
 * @err: why it failed; ENOENT if the session has none, EPERM if it may not be seen
 */
int ktlat_open_stacks(struct ktlat *k, struct ktlat_stack_map **out,
		      struct ktlat_error *err)
{
	struct ktlat_rings_info info;
	struct ktlat_stack_map *map;
	int ret = ktlat_get_rings(k, &info, err);

	if (ret)
		return ret;
	if (!info.stacks_size)
		return fail_stacks(ENOENT, err);
	map = calloc(1, sizeof(*map));
	if (!map)
		return ktl_fail(err, ENOMEM, "out of memory");
	map->size = info.stacks_size;
	map->base = mmap(NULL, map->size, PROT_READ, MAP_SHARED, k->fd,
			 (off_t)info.stacks_offset);
	if (map->base == MAP_FAILED)
		ret = fail_stacks(errno, err);
	else if (!is_sound(map))
		ret = ktl_fail(err, EPROTO,
			       "cannot read the stack table: its header contradicts itself or the size of the mapping; install ktlat-ctl and the module from the same version");
	if (ret) {
		ktlat_close_stacks(map);
		return ret;
	}
	*out = map;
	return 0;
}

/**
 * ktlat_close_stacks() - Let go of the mapping, and of the names in its frames
 * @map: mapping, or NULL
 */
void ktlat_close_stacks(struct ktlat_stack_map *map)
{
	if (!map)
		return;
	if (map->base != MAP_FAILED)
		munmap(map->base, map->size);
	ktl_free_addresses(map->addresses);
	free(map);
}

static bool is_one_of(const char *name, const char * const *names, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* What the kernel runs between the return of a function and a probe on it. */
static bool is_mechanism(const char *name)
{
	static const char * const names[] = {
		/* kretprobes, and fprobes that have a pool */
		"kretprobe_rethook_handler", "fprobe_exit_handler",
		"rethook_trampoline_handler",
		"arch_rethook_trampoline_callback", "arch_rethook_trampoline",
		/* kretprobes up to 5.17 */
		"__kretprobe_trampoline_handler", "trampoline_handler",
		"kretprobe_trampoline", "__kretprobe_trampoline",
		/* kretprobes of arm64 up to 6.9 */
		"trampoline_probe_handler",
		/* fprobes that have none */
		"fprobe_return", "__ftrace_return_to_handler",
		"ftrace_return_to_handler", "return_to_handler",
	};

	return is_one_of(name, names, KTL_ARRAY_SIZE(names));
}

/*
 * The same of kretprobes of arm64 since 6.10: an exception, from its innermost function
 * to the entry. *@in says whether the frames so far have led into one.
 */
static bool is_exception(const char *name, bool *in)
{
	static const char * const handlers[] = {
		"kretprobe_breakpoint_handler", "kretprobe_brk_handler",
	};
	bool was_in = *in;

	if (!was_in)
		*in = is_one_of(name, handlers, KTL_ARRAY_SIZE(handlers));
	else if (!strcmp(name, "el1h_64_sync"))
		*in = false;
	return was_in || *in;
}

/*
 * Without what is ours: the mechanism that comes first; our trampolines wherever they
 * are, and the ftrace site behind each, which is where the function called it. What the
 * kernel stored begins behind our trampoline, too, if it is that.
 */
static __u32 take_kernel(struct ktlat_stack_map *map,
			 const struct ktlat_stack *stack, __u32 nr,
			 struct ktlat_frame *frames)
{
	bool first = true, behind_ours = true, in_exception = false;
	__u32 i, kept = 0;

	for (i = 0; i < nr; i++) {
		struct ktlat_frame *frame = &frames[kept];
		bool ours, site, kernels;

		ktl_find_address(map->addresses, env_read(&stack->frames[i]),
				 frame);
		ours = !strcmp(frame->module, "ktlat");
		site = behind_ours && *frame->name && frame->offset <= SITE_LEN;
		behind_ours = ours;
		kernels = !strcmp(frame->module, KTLAT_VMLINUX);
		if (ours || site ||
		    (first && kernels &&
		     (is_exception(frame->name, &in_exception) ||
		      is_mechanism(frame->name))))
			continue;
		first = false;
		kept++;
	}
	return kept;
}

static __u32 take_user(const struct ktlat_stack *stack, __u32 nr,
		       struct ktlat_frame *frames)
{
	__u32 i;

	for (i = 0; i < nr; i++)
		frames[i] = (struct ktlat_frame){
			.address = env_read(&stack->frames[i]),
			.name = "",
			.module = "",
		};
	return nr;
}

/**
 * ktlat_read_stack() - What a stack is that an event names
 * @map: mapping of the stack table, or NULL
 * @id: @stack_id or @user_stack_id of an event
 * @frames: room for its frames; their names are good for as long as @map
 * @stack: the stack, in @frames
 *
 * Frames are return addresses: the function is that of the call before it. Those of
 * ktlat itself, and of how it is called, are left out. The first call of it reads the
 * names of the kernel's functions.
 *
 * Returns false if there is no such stack.
 */
bool ktlat_read_stack(struct ktlat_stack_map *map, __u32 id,
		      struct ktlat_frame frames[KTLAT_STACK_DEPTH],
		      struct ktlat_file_stack *stack)
{
	const struct ktlat_stack *found = map ? ktlat_stacks_get(map->base, id) :
						NULL;
	__u64 nr;

	if (!found)
		return false;
	if (!map->addresses)
		map->addresses = ktl_read_addresses();
	nr = env_read(&found->nr);
	if (nr > KTLAT_STACK_DEPTH)
		nr = KTLAT_STACK_DEPTH;
	stack->id = id;
	stack->frames = frames;
	if (env_read(&found->flags) & KTLAT_STACK_USER)
		stack->nr_frames = take_user(found, nr, frames);
	else
		stack->nr_frames = take_kernel(map, found, nr, frames);
	return true;
}

/**
 * ktlat_count_stacks() - What became of the stacks of the session's slow calls
 * @map: mapping of the stack table, or NULL
 * @counts: the answer; all 0 without a table
 */
void ktlat_count_stacks(const struct ktlat_stack_map *map,
			struct ktlat_stack_counts *counts)
{
	const struct ktlat_stacks_header *header = map ? map->base : NULL;

	*counts = (struct ktlat_stack_counts){ 0 };
	if (!header)
		return;
	counts->stored = env_read(&header->stored);
	counts->dropped = env_read(&header->dropped);
	counts->recursed = env_read(&header->recursed);
}

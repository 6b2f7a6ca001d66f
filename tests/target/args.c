// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls whose arguments are known: file "args" of ktlat_target in debugfs.
 *
 * Write "call NUMBER NAME" to have ktlat_target_args() called with them, and with a struct
 * made of them; or "point ADDRESS" to have it called with that for a struct, which it does
 * not look at. Read: how often it was called, and where the members of the struct are, as
 * JSON: what the compiler says, which no test works out.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "target.h"

#define NAME_LEN	24

/* As its members are filled in, see fill(). */
struct target_inner {
	u16 half;
	s32 negative;
	const char *name;
};

struct target_args {
	u64 number;
	struct target_inner inner;
	struct target_inner *other;
	char text[NAME_LEN];
	unsigned int low : 3;
	unsigned int middle : 13;
	int high : 5;
	u8 array[4];
};

static atomic64_t calls = ATOMIC64_INIT(0);

/* What it is given, in this order; returns its number, negative. */
static noinline __noclone long ktlat_target_args(struct target_args *args,
						 const char *name, long number,
						 int flags, bool odd, s8 small)
{
	atomic64_inc(&calls);
	/* All of them are of account, so that none is left out. */
	barrier_data(args);
	barrier_data(name);
	OPTIMIZER_HIDE_VAR(flags);
	OPTIMIZER_HIDE_VAR(odd);
	OPTIMIZER_HIDE_VAR(small);
	return -number;
}

static long (*call_args)(struct target_args *args, const char *name,
			 long number, int flags, bool odd, s8 small) =
	ktlat_target_args;

static void fill(struct target_args *args, struct target_inner *other,
		 const char *name, long number)
{
	*other = (struct target_inner){
		.half = number + 1,
		.negative = -number - 1,
		.name = name + 1,
	};
	*args = (struct target_args){
		.number = number * 1000003,
		.inner = { number, -number, name },
		.other = other,
		.low = number & 7,
		.middle = number & 0x1fff,
		.high = -(number & 15),
		.array = { number, number + 1, number + 2, number + 3 },
	};
	strscpy(args->text, name, sizeof(args->text));
}

static int call(const char *name, long number)
{
	struct target_inner *other = kmalloc(sizeof(*other), GFP_KERNEL);
	struct target_args *args = kmalloc(sizeof(*args), GFP_KERNEL);
	int ret = -ENOMEM;

	if (args && other) {
		fill(args, other, name, number);
		READ_ONCE(call_args)(args, name, number, -number, number & 1,
				     -number);
		ret = 0;
	}
	kfree(other);
	kfree(args);
	return ret;
}

/**
 * target_args_run() - Make a call
 * @line: which, as above
 */
int target_args_run(char *line)
{
	unsigned long address;
	char name[NAME_LEN];
	long number;

	if (sscanf(line, "call %ld %23s", &number, name) == 2)
		return call(name, number);
	if (sscanf(line, "point %lx", &address) != 1)
		return -EINVAL;
	READ_ONCE(call_args)((void *)address, (void *)address, 0, 0, false, 0);
	return 0;
}

#define SHOW(file, member)						\
	seq_printf(file, ",\"%s\":%zu", #member, offsetof(struct target_args, member))

/* Where the members are. */
int target_args_show(struct seq_file *file)
{
	seq_printf(file, "{\"calls\":%lld", (long long)atomic64_read(&calls));
	SHOW(file, number);
	SHOW(file, inner.half);
	SHOW(file, inner.negative);
	SHOW(file, inner.name);
	SHOW(file, other);
	SHOW(file, text);
	SHOW(file, array);
	/* Bit fields have none; they lie behind the text, in what it was declared as. */
	seq_printf(file, ",\"bits\":%zu", ALIGN(offsetofend(struct target_args, text), 4));
	seq_printf(file, ",\"half_of_inner\":%zu,\"name_of_inner\":%zu}\n",
		   offsetof(struct target_inner, half),
		   offsetof(struct target_inner, name));
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sampletypes.h"

enum id {
	VOID, CHAR, UCHAR, U8, S16, INT, UINT, U32, S32, LONG, U64, S64, BOOL,
	INT128, VOIDP, CHARP, UCHARP, MODE, QSTR, DENTRY, DENTRYP, FILE_, FILEP,
	BITS, BITSP, PACKED, PACKEDP, BY_VALUE, LINES, U64P, FWDP, LOOP, USERP,
	PERCPUP, FUNCP, WIDE_ENUM, U32P, DENTRYPP, NR_IDS,
};

static int ids[NR_IDS];

/* A type that was refused leaves the sample without meaning. */
static int added(int id)
{
	if (id < 0)
		abort();
	return id;
}

static int pointer(struct btf *btf, int id)
{
	return added(btf__add_ptr(btf, id));
}

static void field(struct btf *btf, const char *name, int id, size_t bytes)
{
	added(btf__add_field(btf, name, id, CHAR_BIT * bytes, 0));
}

static void bits(struct btf *btf, const char *name, int id, size_t bit,
		 int nr)
{
	added(btf__add_field(btf, name, id, bit, nr));
}

#define FIELD(type, member, id)						\
	field(btf, #member, id, offsetof(struct type, member))

static int array(struct btf *btf, int id, unsigned int nr)
{
	return added(btf__add_array(btf, ids[U32], id, nr));
}

static void add_numbers(struct btf *btf)
{
	ids[CHAR] = added(btf__add_int(btf, "char", 1, BTF_INT_SIGNED));
	ids[UCHAR] = added(btf__add_int(btf, "unsigned char", 1, 0));
	ids[U8] = added(btf__add_typedef(btf, "u8", ids[UCHAR]));
	ids[S16] = added(btf__add_int(btf, "short", 2, BTF_INT_SIGNED));
	ids[INT] = added(btf__add_int(btf, "int", 4, BTF_INT_SIGNED));
	ids[S32] = added(btf__add_typedef(btf, "s32", ids[INT]));
	ids[UINT] = added(btf__add_int(btf, "unsigned int", 4, 0));
	ids[U32] = added(btf__add_volatile(btf, added(btf__add_typedef(btf, "u32",
								  ids[UINT]))));
	ids[LONG] = added(btf__add_int(btf, "long", 8, BTF_INT_SIGNED));
	ids[U64] = added(btf__add_int(btf, "unsigned long", 8, 0));
	ids[S64] = added(btf__add_const(btf, ids[LONG]));
	ids[BOOL] = added(btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL));
	ids[INT128] = added(btf__add_int(btf, "__int128", 16, BTF_INT_SIGNED));
	ids[MODE] = added(btf__add_enum(btf, "s_mode", 4));
	added(btf__add_enum_value(btf, "S_MODE_NONE", S_MODE_NONE));
	added(btf__add_enum_value(btf, "S_MODE_READ", S_MODE_READ));
	added(btf__add_enum_value(btf, "S_MODE_BAD", S_MODE_BAD));
	ids[WIDE_ENUM] = added(btf__add_enum64(btf, "wide", 8, false));
	added(btf__add_enum64_value(btf, "WIDE_HIGH", 1ULL << 40));
}

static void add_pointers(struct btf *btf)
{
	int tag;

	ids[VOIDP] = pointer(btf, 0);
	ids[CHARP] = pointer(btf, added(btf__add_const(btf, ids[CHAR])));
	ids[UCHARP] = pointer(btf, added(btf__add_const(btf, ids[UCHAR])));
	ids[LINES] = pointer(btf, added(btf__add_const(btf, ids[CHARP])));
	ids[U64P] = pointer(btf, ids[U64]);
	ids[U32P] = pointer(btf, ids[U32]);
	ids[FWDP] = pointer(btf, added(btf__add_fwd(btf, "s_fwd", BTF_FWD_STRUCT)));
	/* It is called what it is called. */
	ids[LOOP] = added(btf__add_typedef(btf, "loop_t", btf__type_cnt(btf)));
	tag = added(btf__add_type_tag(btf, "user",
				      added(btf__add_const(btf, ids[CHAR]))));
	ids[USERP] = pointer(btf, tag);
	ids[PERCPUP] = pointer(btf, added(btf__add_type_tag(btf, "percpu",
							    ids[INT])));
	ids[FUNCP] = pointer(btf, added(btf__add_func_proto(btf, ids[INT])));
}

static void add_qstr(struct btf *btf)
{
	int inner = added(btf__add_struct(btf, NULL, 8)), whole;

	field(btf, "hash", ids[U32], 0);
	field(btf, "len", ids[U32], 4);
	whole = added(btf__add_union(btf, NULL, 8));
	field(btf, NULL, inner, 0);
	field(btf, "hash_len", ids[U64], 0);
	ids[QSTR] = added(btf__add_struct(btf, "s_qstr", sizeof(struct s_qstr)));
	field(btf, NULL, whole, 0);
	FIELD(s_qstr, name, ids[UCHARP]);
}

static void add_dentry(struct btf *btf)
{
	int iname = array(btf, ids[UCHAR], 32);

	/* It points to what comes behind the pointer. */
	ids[DENTRYP] = pointer(btf, btf__type_cnt(btf) + 1);
	ids[DENTRY] = added(btf__add_struct(btf, "s_dentry",
					    sizeof(struct s_dentry)));
	FIELD(s_dentry, flags, ids[INT]);
	FIELD(s_dentry, d_name, ids[QSTR]);
	FIELD(s_dentry, parent, ids[DENTRYP]);
	FIELD(s_dentry, iname, iname);
	ids[DENTRYPP] = pointer(btf, ids[DENTRYP]);
}

static void add_file(struct btf *btf)
{
	int comm = array(btf, ids[CHAR], 16), slots = array(btf, ids[DENTRYP], 4);
	int table = array(btf, ids[QSTR], 3), bytes = pointer(btf, ids[U8]);
	int grid = array(btf, array(btf, ids[INT], 3), 2);
	int path = added(btf__add_struct(btf, NULL, 16));

	field(btf, "mnt", ids[VOIDP], 0);
	field(btf, "dentry", ids[DENTRYP], 8);
	ids[FILE_] = added(btf__add_struct(btf, "s_file", sizeof(struct s_file)));
	FIELD(s_file, count, ids[U64]);
	FIELD(s_file, f_path, path);
	FIELD(s_file, comm, comm);
	FIELD(s_file, mode, ids[MODE]);
	FIELD(s_file, ok, ids[BOOL]);
	FIELD(s_file, low, ids[S16]);
	FIELD(s_file, lines, ids[LINES]);
	FIELD(s_file, slots, slots);
	FIELD(s_file, table, table);
	FIELD(s_file, grid, grid);
	FIELD(s_file, bytes, bytes);
	FIELD(s_file, unread, ids[USERP]);
	ids[FILEP] = pointer(btf, ids[FILE_]);
}

static void add_bits(struct btf *btf)
{
	int words = array(btf, ids[LONG], 3);

	ids[BITS] = added(btf__add_struct(btf, "s_bits", sizeof(struct s_bits)));
	bits(btf, "first", ids[UINT], 0, 3);
	bits(btf, "second", ids[UINT], 3, 13);
	bits(btf, "third", ids[INT], 16, 5);
	bits(btf, "byte_a", ids[UCHAR], 21, 1);
	bits(btf, "byte_b", ids[UCHAR], 24, 7);
	bits(btf, "wide", ids[U64], 64, 40);
	bits(btf, "rest", ids[LONG], 104, 24);
	bits(btf, "flag", ids[BOOL], 128, 1);
	ids[BITSP] = pointer(btf, ids[BITS]);
	ids[PACKED] = added(btf__add_struct(btf, "s_packed",
					    sizeof(struct s_packed)));
	bits(btf, "before", ids[CHAR], 0, 0);
	bits(btf, "across", ids[UINT], 8, 30);
	bits(btf, "last", ids[UINT], 38, 26);
	/* Broken: it is not where anything can be, and made of itself. */
	field(btf, NULL, btf__type_cnt(btf) - 1, 0);
	ids[PACKEDP] = pointer(btf, ids[PACKED]);
	ids[BY_VALUE] = added(btf__add_struct(btf, "s_by_value",
					      sizeof(struct s_by_value)));
	FIELD(s_by_value, words, words);
}

/* Names and types of parameters, up to one without a name. */
struct param {
	const char *name;
	enum id id;
};

static void function(struct btf *btf, const char *name, enum id result,
		     const struct param *params)
{
	int proto = added(btf__add_func_proto(btf, ids[result]));

	for (; params->name; params++)
		added(btf__add_func_param(btf, params->name, ids[params->id]));
	added(btf__add_func(btf, name, BTF_FUNC_STATIC, proto));
}

static void add_functions(struct btf *btf)
{
	static const struct param open[] = {
		{ "file", FILEP }, { "name", CHARP }, { "count", INT },
		{ "on", BOOL }, { "mode", MODE }, { "pos", U64P },
		{ "seventh", INT }, { NULL, VOID },
	};
	static const struct param bit_fields[] = {
		{ "bits", BITSP }, { "packed", PACKEDP }, { NULL, VOID },
	};
	static const struct param odd[] = {
		{ "value", BY_VALUE }, { "wide", INT128 }, { "after", INT },
		{ "fwd", FWDP }, { "loop", LOOP }, { "behind", INT },
		{ NULL, VOID },
	};
	static const struct param pointers[] = {
		{ "buf", USERP }, { "percpu", PERCPUP }, { "data", VOIDP },
		{ "call", FUNCP }, { "wide", WIDE_ENUM }, { "list", DENTRYPP },
		{ NULL, VOID },
	};

	function(btf, "f_idle", INT, open);
	function(btf, "f_busy", VOID, bit_fields);
	function(btf, "f_two", DENTRYP, odd);
	function(btf, "f_odd", DENTRYP, odd);
	function(btf, "f_pointers", VOID, pointers);
	function(btf, "f_large", BY_VALUE, open);
	function(btf, "f_copied.isra.0", INT, open);
}

/* What the kernel would tell. */
struct btf *sample_types(void)
{
	struct btf *btf = btf__new_empty();

	if (!btf)
		abort();
	add_numbers(btf);
	add_pointers(btf);
	add_qstr(btf);
	add_dentry(btf);
	add_file(btf);
	add_bits(btf);
	add_functions(btf);
	return btf;
}

/* What a module would; after the kernel. */
struct btf *sample_module_types(struct btf *base)
{
	struct btf *btf = btf__new_empty_split(base);
	static const struct param params[] = {
		{ "thing", NR_IDS - 1 }, { "count", LONG }, { NULL, VOID },
	};
	int before = ids[NR_IDS - 1], thing;

	if (!btf)
		abort();
	ids[NR_IDS - 1] = pointer(btf, btf__type_cnt(btf) + 1);
	thing = added(btf__add_struct(btf, "s_thing", sizeof(struct s_thing)));
	FIELD(s_thing, inner, ids[DENTRY]);
	FIELD(s_thing, next, ids[NR_IDS - 1]);
	FIELD(s_thing, own, ids[S32]);
	function(btf, "f_busy_too", LONG, params);
	ids[NR_IDS - 1] = before;
	return thing ? btf : NULL;
}

static int install(const char *module, const struct btf *btf)
{
	char path[4200];
	const void *data;
	__u32 size;
	FILE *out;

	data = btf__raw_data(btf, &size);
	snprintf(path, sizeof(path), "%s/sys/kernel/btf/%s",
		 getenv("KTLAT_FAKE_ROOT"), module);
	out = fopen(path, "w");
	if (!out || fwrite(data, 1, size, out) != size)
		abort();
	return fclose(out);
}

int sample_install_types(void)
{
	struct btf *vmlinux = sample_types();
	struct btf *module = sample_module_types(vmlinux);
	char path[4200];
	int ret;

	snprintf(path, sizeof(path), "%s/sys/kernel/btf",
		 getenv("KTLAT_FAKE_ROOT"));
	ret = mkdir(path, 0755);
	if (!ret)
		ret = install("vmlinux", vmlinux);
	if (!ret)
		ret = install("mod_b", module);
	btf__free(module);
	btf__free(vmlinux);
	return ret;
}

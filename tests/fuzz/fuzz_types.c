// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types that contradict themselves, as far as libbpf lets them pass: the input is what is
 * behind the header of a file of BTF, types and strings, with two bytes before that say
 * where the strings begin. Each function in it is asked for all that is asked for.
 */
#include <bpf/libbpf.h>
#include <string.h>

#include "fetch.h"
#include "fuzz.h"

#define MAX_FUNCTIONS	16
#define MAX_PARAMS	8
#define MAX_MEMBERS	16

static struct ktl_types types;

/* In place of what the kernel tells of itself. */
const struct ktl_types *__wrap_ktl_kernel_types(void);
const struct ktl_types *__wrap_ktl_kernel_types(void)
{
	return &types;
}

static int be_silent(enum libbpf_print_level level, const char *format,
		     va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* The strings begin and end with a zero. */
static struct btf *make_btf(const uint8_t *data, size_t size)
{
	size_t at = (data[0] | data[1] << 8) & ~3UL;
	struct btf_header *header;
	char *bytes, *strings;
	struct btf *btf;

	data += 2;
	size -= 2;
	if (at > size)
		at = size & ~3UL;
	bytes = calloc(1, sizeof(*header) + size + 2);
	MUST(bytes);
	header = (void *)bytes;
	*header = (struct btf_header){
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(*header),
		.type_len = at,
		.str_off = at,
		.str_len = size - at + 2,
	};
	strings = bytes + sizeof(*header) + at;
	memcpy(bytes + sizeof(*header), data, at);
	memcpy(strings + 1, data + at, size - at);
	btf = btf__new(bytes, sizeof(*header) + size + 2);
	free(bytes);
	return libbpf_get_error(btf) ? NULL : btf;
}

static void ask(const struct ktlat_point *point, const char *format,
		const char *first, const char *second)
{
	struct ktlat_value value, named, again;
	struct ktlat_error err;
	char text[KTLAT_EXPRESSION_LEN];

	if ((size_t)snprintf(text, sizeof(text), format, first, second) >=
	    sizeof(text))
		return;
	if (ktlat_parse_value(text, point, &value, &err)) {
		MUST(err.position && err.position <= strlen(text) + 1);
		return;
	}
	ktlat_name_value(point, &value.fetch, &named);
	MUST(!ktlat_parse_value(named.text, point, &again, &err));
	MUST(!memcmp(&again.fetch, &value.fetch, sizeof(again.fetch)));
}

/* Members of what a parameter points to, and what these point to. */
static void ask_for_members(const struct ktlat_point *point, const char *param,
			    __u32 id)
{
	const struct btf_type *type = ktl_strip_type(types.btf, id);
	__u32 i;

	if (type && btf_is_ptr(type))
		type = ktl_strip_type(types.btf, type->type);
	if (!type || !btf_is_composite(type))
		return;
	for (i = 0; i < btf_vlen(type) && i < MAX_MEMBERS; i++) {
		const char *name = btf__name_by_offset(types.btf,
						       btf_members(type)[i].name_off);

		if (!name)
			continue;
		ask(point, "%s->%s", param, name);
		ask(point, "*%s->%s", param, name);
		ask(point, "%s->%s[1]", param, name);
		ask(point, "%s->%s:string", param, name);
	}
}

static void ask_for_parameter(const struct ktlat_point *point, const char *name,
			      __u32 id)
{
	struct ktlat_condition list[KTLAT_CONDITIONS] = { 0 };
	char text[KTLAT_EXPRESSION_LEN];

	ask(point, "%s%s", name, "");
	ask(point, "*%s%s", name, "");
	ask(point, "%s[3]%s", name, "");
	ask(point, "%s->no_such_member%s", name, "");
	ask(point, "+8(%s):s16%s", name, "");
	ask_for_members(point, name, id);
	if ((size_t)snprintf(text, sizeof(text), "%s == NAME", name) < sizeof(text))
		ktlat_parse_conditions(text, point, list, NULL);
}

static void ask_for_function(const char *name, const struct btf_type *proto)
{
	struct ktlat_point point = { .module = KTLAT_VMLINUX };
	__u32 i;

	if (strlen(name) >= sizeof(point.name))
		return;
	strcpy(point.name, name);
	ktl_find_prototype(&point);
	ask(&point, "+0(arg1):u32%s%s", "", "");
	ask(&point, "+16(+8(arg1)):u64%s%s", "", "");
	ask(&point, "+0(+0(arg2)):string%s%s", "", "");
	if (!proto || !btf_is_func_proto(proto))
		return;
	ask_for_parameter(&point, "ret", proto->type);
	for (i = 0; i < btf_vlen(proto) && i < MAX_PARAMS; i++) {
		const struct btf_param *param = &btf_params(proto)[i];
		const char *own = btf__name_by_offset(types.btf, param->name_off);

		if (own)
			ask_for_parameter(&point, own, param->type);
	}
}

static void ask_for_all(void)
{
	const struct btf_type *type;
	int nr = 0;
	__u32 id;

	for (id = 1; nr < MAX_FUNCTIONS &&
	     (type = btf__type_by_id(types.btf, id)); id++) {
		const char *name = btf__name_by_offset(types.btf, type->name_off);

		if (!btf_is_func(type) || !name)
			continue;
		ask_for_function(name, btf__type_by_id(types.btf, type->type));
		nr++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	libbpf_set_print(be_silent);
	types.btf = make_btf(data, size);
	if (!types.btf)
		return 0;
	if (ktl_index_types(&types))
		ask_for_all();
	ktl_close_types(&types);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * seeds FOLDER: writes what the corpora begin with: the sample of the unit tests, a longer
 * recording, and one without a call; the types of the unit tests; and texts.
 */
#include <stdlib.h>

#include "internal.h"
#include "sample.h"
#include "sampletypes.h"

/* The first byte says what it is, see fuzz_words.c and fuzz_expression.c. */
static const char * const words[] = {
	"0f", "0mod:f", "0mod+0x10:f+4..g@cpu", "0a..b@task", "0@irq", "0@syscall",
	"00xffffffff81000000", "0a..b..c", "0f+", "0mod-a:f.isra.0",
	"11.5ms", "140us", "12", "118446744073s", "11.0001us", "199999999999999999999s",
	"2f", "2mod:f*", "2[a-z]*_f?", "2f+3", "2:f", "2m-o:[!x]",
	"3f\n# none\n  mod:g # here\r\n\nf*\n", "3f\nf g\n",
};

static const char * const expressions[] = {
	"0file->f_path.dentry->d_name.name", "0file->grid[1][2]:x8",
	"0+8(+16(arg1)):u3@5/32", "0*pos", "0(*file).comm", "0ret:s16", "0caller",
	"0-9223372036854775808(arg6):ustring", "0file->f_path.dentri",
	"2bits->wide", "2packed->across", "2+4(bits):s8", "4ret->d_name.len",
	"6list[1]->flags", "6buf", "6data:string", "8count", ":arg1", "<+0(arg1)",
	">ret:u8", "1count == -5 && name != \"x\\x41'\"",
	"1mode == S_MODE_BAD && file->count & 0xff", "1ret < 0",
	"3bits->third >= -16", "7wide == WIDE_HIGH", "?ret == 1 && caller != 0",
};

static void die(const struct ktlat_error *err)
{
	fprintf(stderr, "seeds: %s\n", err->text);
	exit(1);
}

static void write_calls(struct ktlat_writer *w, unsigned int nr)
{
	struct ktlat_event event;
	unsigned int call;

	for (call = 0; call < nr; call++) {
		sample_event(call, &event);
		/* In chunks of several calls. */
		event.cpu = call / 50 % SAMPLE_CPUS;
		event.sequence = call + 1;
		ktlat_write_event(w, &event);
	}
}

static void write_plain(const char *path, unsigned int nr)
{
	struct ktlat_writer *w;
	struct ktlat_error err;

	if (ktlat_create_file(path, &w, &err))
		die(&err);
	write_calls(w, nr);
	if (ktlat_end_file(w, NULL, &err))
		die(&err);
	ktlat_close_file(w);
}

static void write_bytes(const char *folder, const char *name, const void *head,
			size_t head_len, const void *bytes, size_t len)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s_%s", folder, name);
	out = fopen(path, "w");
	if (!out || fwrite(head, 1, head_len, out) != head_len ||
	    fwrite(bytes, 1, len, out) != len || fclose(out)) {
		perror(path);
		exit(1);
	}
}

static void write_texts(const char *folder, const char *what,
			const char * const *texts, size_t nr)
{
	char name[64];
	size_t i;

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "%s/seed-%02zu", what, i);
		write_bytes(folder, name, "", 0, texts[i], strlen(texts[i]));
	}
}

/* See fuzz_types.c for what becomes of the header. */
static void write_types(const char *folder)
{
	struct btf *btf = sample_types();
	const struct btf_header *header;
	unsigned char head[1 << 16];
	const char *strings;
	__u32 size;

	header = btf__raw_data(btf, &size);
	head[0] = header->type_len;
	head[1] = header->type_len >> 8;
	memcpy(head + 2, header + 1, header->type_len);
	/* The zero before the first of them is put there. */
	strings = (const char *)(header + 1) + header->str_off + 1;
	write_bytes(folder, "types/sample", head, 2 + header->type_len, strings,
		    header->str_len - 1);
	btf__free(btf);
}

int main(int argc, char **argv)
{
	struct ktlat_error err;
	char path[4096];

	if (argc != 2)
		return 2;
	snprintf(path, sizeof(path), "%s/sample", argv[1]);
	if (sample_write(path, &err))
		die(&err);
	snprintf(path, sizeof(path), "%s/long", argv[1]);
	write_plain(path, 300);
	snprintf(path, sizeof(path), "%s/empty", argv[1]);
	write_plain(path, 0);
	write_texts(argv[1], "words", words, KTL_ARRAY_SIZE(words));
	write_texts(argv[1], "expression", expressions,
		    KTL_ARRAY_SIZE(expressions));
	write_types(argv[1]);
	return 0;
}

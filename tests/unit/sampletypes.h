/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structs as the kernel has them, and BTF that tells of them as pahole would: what
 * expressions come to is held against what the compiler makes of the same.
 */
#ifndef SAMPLETYPES_H
#define SAMPLETYPES_H

#include <bpf/btf.h>
#include <linux/types.h>
#include <stdbool.h>

enum s_mode { S_MODE_NONE = 0, S_MODE_READ = 1, S_MODE_BAD = -5 };

/* One without a name in one without a name. */
struct s_qstr {
	union {
		struct {
			__u32 hash;
			__u32 len;
		};
		__u64 hash_len;
	};
	const unsigned char *name;
};

struct s_dentry {
	int flags;
	struct s_qstr d_name;
	struct s_dentry *parent;
	unsigned char iname[32];
};

struct s_file {
	__u64 count;
	struct {
		void *mnt;
		struct s_dentry *dentry;
	} f_path;
	char comm[16];
	enum s_mode mode;
	bool ok;
	__s16 low;
	const char *const *lines;
	struct s_dentry *slots[4];
	struct s_qstr table[3];
	int grid[2][3];
	__u8 *bytes;
	const char *unread;
};

struct s_bits {
	unsigned int first:3;
	unsigned int second:13;
	int third:5;
	unsigned char byte_a:1;
	unsigned char byte_b:7;
	__u64 wide:40;
	__s64 rest:24;
	bool flag:1;
};

/* Fields that lie across what they were declared as, up to the last byte. */
struct s_packed {
	char before;
	unsigned int across:30;
	unsigned int last:26;
} __attribute__((packed));

struct s_by_value {
	long words[3];
};

/* In the module. */
struct s_thing {
	struct s_dentry inner;
	struct s_thing *next;
	__s32 own;
};

struct btf *sample_types(void);
struct btf *sample_module_types(struct btf *base);
/* Puts them where a test looks for those of its kernel, those of mod_b being a module's. */
int sample_install_types(void);

#endif /* SAMPLETYPES_H */

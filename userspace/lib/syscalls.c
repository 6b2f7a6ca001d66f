// SPDX-License-Identifier: GPL-2.0-only
/* The system calls of this machine, by name and by number. */
#include <seccomp.h>
#include <stdlib.h>

#include "internal.h"

/* Of which architecture the 32-bit calls of this one are. */
static __u32 arch_of(bool compat)
{
	switch (compat ? seccomp_arch_native() : 0) {
	case SCMP_ARCH_X86_64:
		return SCMP_ARCH_X86;
	case SCMP_ARCH_AARCH64:
		return SCMP_ARCH_ARM;
	default:
		return SCMP_ARCH_NATIVE;
	}
}

/* How a call of a process of this kind is called; false for none that is known. */
bool ktl_name_syscall(__u64 number, bool compat, char text[KTLAT_KEY_LEN])
{
	char *name = number <= INT32_MAX ?
		     seccomp_syscall_resolve_num_arch(arch_of(compat), number) :
		     NULL;

	if (!name)
		return false;
	snprintf(text, KTLAT_KEY_LEN, "%s", name);
	free(name);
	return true;
}

/* What it has no number for has one below 0. */
static __u32 number_of(const char *name, bool compat)
{
	int number = seccomp_syscall_resolve_name_arch(arch_of(compat), name);

	return number >= 0 ? number + 1 : 0;
}

/*
 * Fills in which call is meant by a name, or by a number, which is that of processes of
 * the kernel's own kind. Returns false for none.
 */
bool ktl_find_syscall(const char *text, __u32 call[2])
{
	char name[KTLAT_KEY_LEN];
	unsigned long number;
	char *end;

	snprintf(name, sizeof(name), "%s", text);
	if (*text >= '0' && *text <= '9') {
		number = strtoul(text, &end, 10);
		if (*end || number >= INT32_MAX)
			return false;
		call[0] = number + 1;
		if (!ktl_name_syscall(number, false, name))
			return true;
	} else {
		call[0] = number_of(name, false);
	}
	if (arch_of(true) != SCMP_ARCH_NATIVE)
		call[1] = number_of(name, true);
	return call[0] || call[1];
}

/* The reverse. */
void ktl_format_syscall(const __u32 call[2], char text[KTLAT_KEY_LEN])
{
	bool compat = !call[0];

	if (!ktl_name_syscall(call[compat] - 1, compat, text))
		snprintf(text, KTLAT_KEY_LEN, "%u", call[compat] - 1);
}

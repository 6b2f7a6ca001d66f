// SPDX-License-Identifier: GPL-2.0-only
/* Where the code of the kernel, and of each of its modules, begins. */
#include <stdlib.h>

#include "internal.h"

static int take_text(const struct ktlat_symbol *symbol, void *data)
{
	/* Not _text, which not every kernel lists. */
	if (strcmp(symbol->name, "_stext") ||
	    strcmp(symbol->module, KTLAT_VMLINUX))
		return 0;
	*(__u64 *)data = symbol->address;
	return 1;
}

static __u64 kernel_base(void)
{
	static __u64 base;

	if (!base)
		ktlat_scan_symbols(take_text, &base, NULL);
	return base;
}

static __u64 module_base(const char *module)
{
	char path[sizeof("/sys/module//sections/.text") + KTLAT_MODULE_LEN];
	unsigned long long base = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/%.*s/sections/.text",
		 KTLAT_MODULE_LEN, module);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%llx", &base) != 1)
		base = 0;
	fclose(file);
	return base;
}

/**
 * ktl_text_base() - Where the code of a module begins
 * @module: its name; %KTLAT_VMLINUX, or none, is the kernel itself
 *
 * Returns 0 where that is hidden, or there is no such module.
 */
__u64 ktl_text_base(const char *module)
{
	if (!*module || !strcmp(module, KTLAT_VMLINUX))
		return kernel_base();
	return module_base(module);
}

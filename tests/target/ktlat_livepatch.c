// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktlat_livepatch.ko: a livepatch whose work can be seen.
 *
 * It patches what fills /proc/cmdline, which then reads "patched". As in every
 * livepatch the module can go once it was disabled in /sys/kernel/livepatch.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static int ktlat_livepatch_cmdline_proc_show(struct seq_file *file,
					     void *unused)
{
	seq_puts(file, "patched\n");
	return 0;
}

static struct klp_func funcs[] = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = ktlat_livepatch_cmdline_proc_show,
	},
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);
MODULE_DESCRIPTION("ktlat: a livepatch of a function that is measured");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktlat_spare.c - what the kernel allocates while it disarms a kprobe on an ftrace
 * site does not fail, and does not count towards fail-nth.
 *
 * Were it to fail, the kernel would warn and take the kprobe for armed ever after,
 * which is no matter of who disables it. For tests/debug/faults.t.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>

static int spare_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	unsigned int *left = (unsigned int *)ri->data;

	*left = current->fail_nth;
	current->fail_nth = 0;
	return 0;
}

static int spare_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	current->fail_nth = *(unsigned int *)ri->data;
	return 0;
}

static struct kretprobe spare = {
	.kp.symbol_name = "__disarm_kprobe_ftrace",
	.entry_handler = spare_entry,
	.handler = spare_return,
	.data_size = sizeof(unsigned int),
};

static int __init spare_init(void)
{
	return register_kretprobe(&spare);
}
module_init(spare_init);

static void __exit spare_exit(void)
{
	unregister_kretprobe(&spare);
}
module_exit(spare_exit);

MODULE_DESCRIPTION("spares the kernel failures that it cannot cope with");
MODULE_LICENSE("GPL");

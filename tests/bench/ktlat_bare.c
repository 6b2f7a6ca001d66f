// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktlat_bare.ko: a kretprobe that stamps, subtracts and counts, nothing else.
 */
#include <linux/bitops.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>

static char func[KSYM_NAME_LEN];
module_param_string(func, func, sizeof(func), 0444);
MODULE_PARM_DESC(func, "function to measure");

/* Calls by the highest bit of their ns. */
static DEFINE_PER_CPU(u64, log2_ns[65]);

static int bare_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	*(u64 *)ri->data = ktime_get_mono_fast_ns();
	return 0;
}
NOKPROBE_SYMBOL(bare_entry);

static int bare_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	u64 ns = ktime_get_mono_fast_ns() - *(u64 *)ri->data;

	this_cpu_inc(log2_ns[fls64(ns)]);
	return 0;
}
NOKPROBE_SYMBOL(bare_return);

static struct kretprobe bare = {
	.entry_handler = bare_entry,
	.handler = bare_return,
	.data_size = sizeof(u64),
	.kp.symbol_name = func,
};

/* Read from /sys/module/ktlat_bare/parameters/count. */
static int count_get(char *buffer, const struct kernel_param *kp)
{
	u64 sum = 0;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		for (i = 0; i < 65; i++)
			sum += *per_cpu_ptr(&log2_ns[i], cpu);
	}
	return sysfs_emit(buffer, "%llu\n", sum);
}

static const struct kernel_param_ops count_ops = { .get = count_get };
module_param_cb(count, &count_ops, NULL, 0444);
MODULE_PARM_DESC(count, "calls measured so far (read only)");

static int __init bare_init(void)
{
	return register_kretprobe(&bare);
}

static void __exit bare_exit(void)
{
	unregister_kretprobe(&bare);
}

module_init(bare_init);
module_exit(bare_exit);
MODULE_DESCRIPTION("ktlat: the least that a kretprobe can cost");
MODULE_LICENSE("GPL");

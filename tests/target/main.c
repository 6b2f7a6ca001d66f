// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of ktlat_target in debugfs.
 *
 * run:   write one line (see struct target_params); returns when all calls
 *        were made, or with EINTR at a signal
 * wait:  write anything; returns when all asynchronous runs have ended
 * stop:  write anything; ends all asynchronous runs and waits for it
 * stats: read: the figures, as JSON
 * reset: write anything; figures to zero, EBUSY while something is running
 * bench: write a number of calls to make; read: ns that they took in all
 * bench_kernel: the same for a function of the kernel, jiffies64_to_msecs()
 * bench_cpus: write how many CPUs make that number of calls each, at once and
 *        with interrupts off; 0: just the writer, with interrupts on
 * bench_alone: whether that writer has preemption off
 * regs:  write a number of rounds (see target_regs_run()); read: in how many a
 *        register was not what it has to be, and the first one, as JSON
 * late:  write a line (see target_late_set()) to have a timer expire again and again,
 *        and to end that; read: how late it was, as JSON, EBUSY before the end
 * value: write a line (see target_value_run()) to have ktlat_target_value() called
 * args:  write a line (see args.c) to have a function called with known arguments; read:
 *        how often it was, and where they are
 * sundial: read: how often the clocksource ktlat_sundial was read
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "target.h"

#define LINE_MAX 256

static unsigned int init_naps;
module_param(init_naps, uint, 0644);
MODULE_PARM_DESC(init_naps, "how often to sleep for 0.1 s before the module is live; 0 ends it (default: 0)");

static struct dentry *dir;
static u64 bench_ns;
static u32 bench_cpus;
static bool bench_alone;

/* What is written, to be freed, or an error pointer. */
static char *read_line(const char __user *user, size_t count)
{
	return count > LINE_MAX ? ERR_PTR(-E2BIG) : memdup_user_nul(user, count);
}

/* Have @func do what a line says. */
static ssize_t write_line(const char __user *user, size_t count,
			  int (*func)(char *line))
{
	char *line = read_line(user, count);
	int ret;

	if (IS_ERR(line))
		return PTR_ERR(line);
	ret = func(line);
	kfree(line);
	return ret ?: count;
}

static ssize_t run_write(struct file *file, const char __user *user,
			 size_t count, loff_t *pos)
{
	return write_line(user, count, target_run);
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = run_write,
};

static ssize_t wait_write(struct file *file, const char __user *user,
			  size_t count, loff_t *pos)
{
	return target_wait() ?: count;
}

static const struct file_operations wait_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = wait_write,
};

static ssize_t stop_write(struct file *file, const char __user *user,
			  size_t count, loff_t *pos)
{
	target_stop();
	return target_wait() ?: count;
}

static const struct file_operations stop_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = stop_write,
};

static ssize_t reset_write(struct file *file, const char __user *user,
			   size_t count, loff_t *pos)
{
	if (target_running())
		return -EBUSY;
	target_stats_reset();
	return count;
}

static const struct file_operations reset_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = reset_write,
};

static int stats_show(struct seq_file *file, void *unused)
{
	return target_stats_show(file);
}
DEFINE_SHOW_ATTRIBUTE(stats);

/* Of its own, so that stacks tell of it. */
static noinline u64 target_bench_alone(u64 calls)
{
	u64 ns;

	preempt_disable();
	ns = target_bench(calls);
	preempt_enable();
	return ns;
}

static int bench_set(void *data, u64 calls)
{
	if (bench_cpus)
		bench_ns = target_bench_together(calls, bench_cpus);
	else
		bench_ns = bench_alone ? target_bench_alone(calls) :
					 target_bench(calls);
	return 0;
}

static int bench_get(void *data, u64 *ns)
{
	*ns = bench_ns;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(bench_fops, bench_get, bench_set, "%llu\n");

static int bench_kernel_set(void *data, u64 calls)
{
	bench_ns = target_bench_kernel(calls);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(bench_kernel_fops, bench_get, bench_kernel_set,
			 "%llu\n");

/* A file that takes lines, and tells what has come of them: fops of that name. */
#define DEFINE_LINE_FILE(name, run, tell)				\
static ssize_t name##_write(struct file *file, const char __user *user,	\
			    size_t count, loff_t *pos)			\
{									\
	return write_line(user, count, run);				\
}									\
									\
static int name##_show(struct seq_file *file, void *unused)		\
{									\
	return tell(file);						\
}									\
									\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return single_open(file, name##_show, NULL);			\
}									\
									\
static const struct file_operations name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = name##_open,						\
	.read = seq_read,						\
	.write = name##_write,						\
	.llseek = seq_lseek,						\
	.release = single_release,					\
}

DEFINE_LINE_FILE(regs, target_regs_run, target_regs_show);
DEFINE_LINE_FILE(late, target_late_set, target_late_show);
DEFINE_LINE_FILE(args, target_args_run, target_args_show);

static ssize_t value_write(struct file *file, const char __user *user,
			   size_t count, loff_t *pos)
{
	char *line = read_line(user, count);
	int ret;

	if (IS_ERR(line))
		return PTR_ERR(line);
	ret = target_value_run(line, user);
	kfree(line);
	return ret ?: count;
}

static const struct file_operations value_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = value_write,
};

static int sundial_get(void *data, u64 *readings)
{
	*readings = target_sundial_readings();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(sundial_fops, sundial_get, NULL, "%llu\n");

/* In text that goes once the module is live. */
static noinline __noclone void __init ktlat_target_init_nap(void)
{
	msleep(100);
}

static int __init target_init(void)
{
	int ret = target_stats_alloc();
	unsigned int n;

	if (ret)
		return ret;
	ret = target_nmi_init();
	if (ret)
		goto free;
	ret = target_sundial_register();
	if (ret)
		goto nmi_exit;
	for (n = 0; n < READ_ONCE(init_naps); n++)
		ktlat_target_init_nap();
	dir = debugfs_create_dir("ktlat_target", NULL);
	debugfs_create_file("run", 0200, dir, NULL, &run_fops);
	debugfs_create_file("wait", 0200, dir, NULL, &wait_fops);
	debugfs_create_file("stop", 0200, dir, NULL, &stop_fops);
	debugfs_create_file("reset", 0200, dir, NULL, &reset_fops);
	debugfs_create_file("stats", 0400, dir, NULL, &stats_fops);
	debugfs_create_file("bench", 0600, dir, NULL, &bench_fops);
	debugfs_create_file("bench_kernel", 0600, dir, NULL,
			    &bench_kernel_fops);
	debugfs_create_u32("bench_cpus", 0600, dir, &bench_cpus);
	debugfs_create_bool("bench_alone", 0600, dir, &bench_alone);
	debugfs_create_file("regs", 0600, dir, NULL, &regs_fops);
	debugfs_create_file("late", 0600, dir, NULL, &late_fops);
	debugfs_create_file("value", 0200, dir, NULL, &value_fops);
	debugfs_create_file("args", 0600, dir, NULL, &args_fops);
	debugfs_create_file("sundial", 0400, dir, NULL, &sundial_fops);
	return 0;

nmi_exit:
	target_nmi_exit();
free:
	target_stats_free();
	return ret;
}

/* An open file holds the module: only asynchronous runs can be left. */
static void __exit target_exit(void)
{
	debugfs_remove_recursive(dir);
	target_end();
	target_late_end();
	target_sundial_unregister();
	target_nmi_exit();
	target_stats_free();
}

module_init(target_init);
module_exit(target_exit);
MODULE_DESCRIPTION("ktlat: functions whose duration and calls are known");
MODULE_LICENSE("GPL");

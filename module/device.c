// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - /dev/ktlat: takes orders, and checks the rights of whoever gives
 * them and the form of every value. What it hands on is well-formed.
 */
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "account.h"
#include "backend/backend.h"
#include "device.h"
#include "mmap.h"
#include "offsets.h"
#include "probe.h"
#include "rings.h"
#include "session.h"
#include "waiters.h"
#include "wish.h"

/* A struct can grow; one of more than this is no struct of ours. */
#define DEVICE_STRUCT_MAX	16384

/**
 * struct device_file - An open file
 * @session: what it is bound to; guarded by ktlat_lock and ktlat_map_lock
 * @ended: what it was bound to before, to be ended; guarded by ktlat_lock
 * @waiter: what it waits for
 */
struct device_file {
	struct ktlat_session *session;
	struct ktlat_session *ended;
	struct ktlat_waiter waiter;
};

static int device_info(struct device_file *df, void *arg)
{
	struct ktlat_info *info = arg;

	if (memchr_inv(info->reserved, 0, sizeof(info->reserved)))
		return -EINVAL;
	info->abi_version = KTLAT_ABI_VERSION;
	info->features = ktlat_backend_features();
	info->session_id = df->session->id;
	info->session_kind = df->session->kind;
	info->clock = ktlat_clock_id();
	info->page_size = PAGE_SIZE;
	info->nr_cpus = nr_cpu_ids;
	info->precision_max = KTLAT_PRECISION_MAX;
	info->precision_default = KTLAT_PRECISION_DEFAULT;
	info->memory_max = ktlat_account_limit_bytes();
	ktlat_probe_totals(df->session, info);
	info->memory_bytes += ktlat_rings_bytes_mine();
	return 0;
}

static int device_session_new(struct device_file *df, void *arg)
{
	struct ktlat_session_new *session = arg;
	struct ktlat_session *new;

	if (session->reserved)
		return -EINVAL;
	new = ktlat_session_new();
	if (!new)
		return -ENOMEM;
	session->id = new->id;
	mutex_lock(&ktlat_map_lock);
	ktlat_waiter_leave(&df->waiter);
	df->ended = df->session;
	df->session = new;
	mutex_unlock(&ktlat_map_lock);
	return 0;
}

static int device_probe_add(struct device_file *df, void *arg)
{
	struct ktlat_probe_add *add = arg;

	add->refusal = KTLAT_REFUSED_NOT;
	add->refused_point = 0;
	if (!ktlat_wish_is_sound(add))
		return -EINVAL;
	return ktlat_probe_add(df->session, add);
}

static int device_apply(struct device_file *df, struct ktlat_probe_ref *ref,
			ktlat_probe_action *action)
{
	if (ref->flags & ~KTLAT_REF_ALL || ref->reserved ||
	    (ref->flags & KTLAT_REF_ALL && ref->id))
		return -EINVAL;
	ref->count = 0;
	return ktlat_probe_apply(df->session, ref, action);
}

static int device_probe_delete(struct device_file *df, void *arg)
{
	return device_apply(df, arg, ktlat_probe_remove);
}

static int device_probe_enable(struct device_file *df, void *arg)
{
	return device_apply(df, arg, ktlat_probe_enable);
}

static int device_probe_disable(struct device_file *df, void *arg)
{
	return device_apply(df, arg, ktlat_probe_disable);
}

static int device_probe_reset(struct device_file *df, void *arg)
{
	return device_apply(df, arg, ktlat_probe_reset);
}

static int device_tell(struct device_file *df, struct ktlat_probe_info *info,
		       bool next)
{
	if (info->reserved)
		return -EINVAL;
	return ktlat_probe_get(df->session, info, next);
}

static int device_probe_get(struct device_file *df, void *arg)
{
	return device_tell(df, arg, false);
}

static int device_probe_next(struct device_file *df, void *arg)
{
	return device_tell(df, arg, true);
}

static int device_held_next(struct device_file *df, void *arg)
{
	struct ktlat_held *held = arg;

	if (memchr_inv(held->reserved, 0, sizeof(held->reserved)))
		return -EINVAL;
	return ktlat_probe_held(held);
}

static int device_function_add(struct device_file *df, void *arg)
{
	struct ktlat_function *function = arg;

	function->refusal = KTLAT_REFUSED_NOT;
	if (function->flags & ~(KTLAT_PROBE_REGISTERS | KTLAT_PROBE_DISABLED) ||
	    function->index ||
	    memchr_inv(function->reserved, 0, sizeof(function->reserved)) ||
	    function->point.offset || !ktlat_point_is_named(&function->point))
		return -EINVAL;
	return ktlat_probe_function_add(df->session, function);
}

static int device_function_get(struct device_file *df, void *arg)
{
	struct ktlat_function *function = arg;

	if (function->flags ||
	    memchr_inv(function->reserved, 0, sizeof(function->reserved)))
		return -EINVAL;
	return ktlat_probe_function_get(df->session, function);
}

static bool rings_are_sound(const struct ktlat_rings_info *info)
{
	return !info->flags &&
	       !memchr_inv(info->reserved, 0, sizeof(info->reserved));
}

static bool is_size(u32 nr, u32 min, u32 max)
{
	return is_power_of_2(nr) && nr >= min && nr <= max;
}

static int device_rings_make(struct device_file *df, void *arg)
{
	struct ktlat_rings_info *info = arg;

	info->refusal = KTLAT_REFUSED_NOT;
	if (!rings_are_sound(info) ||
	    !is_size(info->nr_slots, KTLAT_SLOTS_MIN, KTLAT_SLOTS_MAX) ||
	    (info->watermark &&
	     !is_size(info->watermark, 1, info->nr_slots)) ||
	    (info->nr_stacks &&
	     !is_size(info->nr_stacks, KTLAT_STACKS_MIN, KTLAT_STACKS_MAX)))
		return -EINVAL;
	return ktlat_session_rings_make(df->session, info);
}

static int device_rings_get(struct device_file *df, void *arg)
{
	if (!rings_are_sound(arg))
		return -EINVAL;
	return ktlat_session_rings_get(df->session, arg);
}

static int device_rings_delete(struct device_file *df, void *arg)
{
	if (!rings_are_sound(arg))
		return -EINVAL;
	return ktlat_session_rings_delete(df->session);
}

static int device_rings_seen(struct device_file *df, void *arg)
{
	const struct ktlat_rings_seen *seen = arg;

	if (memchr_inv(seen->reserved, 0, sizeof(seen->reserved)))
		return -EINVAL;
	return ktlat_session_rings_seen(df->session, &df->waiter);
}

static bool flight_is_sound(const struct ktlat_flight_info *info)
{
	return !info->flags &&
	       !memchr_inv(info->reserved, 0, sizeof(info->reserved));
}

static int device_flight_arm(struct device_file *df, void *arg)
{
	if (!flight_is_sound(arg))
		return -EINVAL;
	return ktlat_session_flight_arm(df->session, arg);
}

static int device_flight_get(struct device_file *df, void *arg)
{
	if (!flight_is_sound(arg))
		return -EINVAL;
	return ktlat_session_flight_get(df->session, arg);
}

static int device_flight_thaw(struct device_file *df, void *arg)
{
	if (!flight_is_sound(arg))
		return -EINVAL;
	return ktlat_session_flight_thaw(df->session);
}

static int device_clock_get(struct device_file *df, void *arg)
{
	struct ktlat_clock_now *now = arg;

	if (memchr_inv(now->reserved, 0, sizeof(now->reserved)))
		return -EINVAL;
	ktlat_clock_tell(now);
	return 0;
}

/**
 * struct device_call - One ioctl
 * @cmd: its number
 * @size: of its struct today
 * @size_v1: of its struct in version 1, the least that is taken
 * @configures: it changes something, and takes the rights to do so
 * @tells_why: its struct is handed back where it fails, too
 * @run: what it does; under ktlat_lock, with a kernel copy of the struct
 */
struct device_call {
	unsigned int cmd;
	u32 size;
	u32 size_v1;
	bool configures;
	bool tells_why;
	int (*run)(struct device_file *df, void *arg);
};

static const struct device_call device_calls[] = {
	{ KTLAT_IOC_INFO, sizeof(struct ktlat_info), 104,
	  .run = device_info },
	{ KTLAT_IOC_SESSION_NEW, sizeof(struct ktlat_session_new), 16,
	  .configures = true, .run = device_session_new },
	{ KTLAT_IOC_PROBE_ADD, sizeof(struct ktlat_probe_add), 1248,
	  .configures = true, .tells_why = true, .run = device_probe_add },
	{ KTLAT_IOC_PROBE_DELETE, sizeof(struct ktlat_probe_ref), 24,
	  .configures = true, .tells_why = true, .run = device_probe_delete },
	{ KTLAT_IOC_PROBE_ENABLE, sizeof(struct ktlat_probe_ref), 24,
	  .configures = true, .tells_why = true, .run = device_probe_enable },
	{ KTLAT_IOC_PROBE_DISABLE, sizeof(struct ktlat_probe_ref), 24,
	  .configures = true, .tells_why = true, .run = device_probe_disable },
	{ KTLAT_IOC_PROBE_RESET, sizeof(struct ktlat_probe_ref), 24,
	  .configures = true, .tells_why = true, .run = device_probe_reset },
	{ KTLAT_IOC_PROBE_GET, sizeof(struct ktlat_probe_info), 1312,
	  .run = device_probe_get },
	{ KTLAT_IOC_PROBE_NEXT, sizeof(struct ktlat_probe_info), 1312,
	  .run = device_probe_next },
	{ KTLAT_IOC_HELD_NEXT, sizeof(struct ktlat_held), 624,
	  .run = device_held_next },
	{ KTLAT_IOC_FUNCTION_ADD, sizeof(struct ktlat_function), 632,
	  .configures = true, .tells_why = true, .run = device_function_add },
	{ KTLAT_IOC_FUNCTION_GET, sizeof(struct ktlat_function), 632,
	  .run = device_function_get },
	{ KTLAT_IOC_RINGS_MAKE, sizeof(struct ktlat_rings_info), 88,
	  .configures = true, .tells_why = true, .run = device_rings_make },
	{ KTLAT_IOC_RINGS_GET, sizeof(struct ktlat_rings_info), 88,
	  .run = device_rings_get },
	{ KTLAT_IOC_RINGS_DELETE, sizeof(struct ktlat_rings_info), 88,
	  .configures = true, .run = device_rings_delete },
	{ KTLAT_IOC_CLOCK_GET, sizeof(struct ktlat_clock_now), 64,
	  .run = device_clock_get },
	{ KTLAT_IOC_FLIGHT_ARM, sizeof(struct ktlat_flight_info), 72,
	  .configures = true, .run = device_flight_arm },
	{ KTLAT_IOC_FLIGHT_GET, sizeof(struct ktlat_flight_info), 72,
	  .run = device_flight_get },
	{ KTLAT_IOC_FLIGHT_THAW, sizeof(struct ktlat_flight_info), 72,
	  .configures = true, .run = device_flight_thaw },
	{ KTLAT_IOC_RINGS_SEEN, sizeof(struct ktlat_rings_seen), 16,
	  .run = device_rings_seen },
};

static const struct device_call *device_call_find(unsigned int cmd)
{
	for (int i = 0; i < ARRAY_SIZE(device_calls); i++)
		if (device_calls[i].cmd == cmd)
			return &device_calls[i];
	return NULL;
}

static int device_may(const struct file *file, const struct device_call *call)
{
	if (!call->configures)
		return 0;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	return perfmon_capable() ? 0 : -EPERM;
}

static int device_copy_out(const struct device_call *call, void __user *user,
			   const void *arg, u32 size)
{
	return copy_to_user(user, arg, min(size, call->size)) ? -EFAULT : 0;
}

/* Fetches the caller's struct; *size becomes how long the caller thinks it is. */
static void *device_copy_in(const struct device_call *call,
			    const void __user *user, u32 *size)
{
	void *arg;
	int err;

	if (get_user(*size, (const u32 __user *)user))
		return ERR_PTR(-EFAULT);
	if (*size < call->size_v1)
		return ERR_PTR(-EINVAL);
	if (*size > DEVICE_STRUCT_MAX)
		return ERR_PTR(-E2BIG);
	arg = kzalloc(call->size, GFP_KERNEL);
	if (!arg)
		return ERR_PTR(-ENOMEM);
	err = copy_struct_from_user(arg, call->size, user, *size);
	if (err) {
		kfree(arg);
		return ERR_PTR(err);
	}
	/* It may have changed since we read it; the first reading counts. */
	*(u32 *)arg = *size;
	return arg;
}

static int device_run(struct device_file *df, const struct device_call *call,
		      void *arg)
{
	struct ktlat_session *ended;
	int err;

	if (mutex_lock_killable(&ktlat_lock))
		return -EINTR;
	err = call->run(df, arg);
	ended = df->ended;
	df->ended = NULL;
	mutex_unlock(&ktlat_lock);
	if (ended)
		ktlat_session_end(ended);
	return err;
}

static long device_ioctl(struct file *file, unsigned int cmd,
			 unsigned long user)
{
	const struct device_call *call = device_call_find(cmd);
	void *arg;
	u32 size;
	int err;

	if (!call)
		return -ENOTTY;
	err = device_may(file, call);
	if (err)
		return err;
	arg = device_copy_in(call, (const void __user *)user, &size);
	if (IS_ERR(arg))
		return PTR_ERR(arg);
	/* A struct that cannot be written is refused before anything is done. */
	err = device_copy_out(call, (void __user *)user, arg, size);
	if (err)
		goto free;
	err = device_run(file->private_data, call, arg);
	if (!err || call->tells_why)
		err = device_copy_out(call, (void __user *)user, arg, size) ?: err;
free:
	kfree(arg);
	return err;
}

/* What may be mapped at an offset, which becomes one in it. */
static struct ktlat_memory *device_memory(struct ktlat_session *session,
					  u64 *offset)
{
	if (*offset < KTLAT_OFFSET_RINGS)
		return ktlat_probe_memory(session, offset);
	if (*offset < KTLAT_OFFSET_STACKS) {
		*offset -= KTLAT_OFFSET_RINGS;
		return ktlat_session_rings_memory(session);
	}
	if (*offset < KTLAT_OFFSET_SLOWEST) {
		*offset -= KTLAT_OFFSET_STACKS;
		return ktlat_session_stacks_memory(session);
	}
	if (*offset < KTLAT_OFFSET_KEYS)
		return ktlat_probe_slowest_memory(session, offset);
	return ktlat_probe_keys_memory(session, offset);
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct device_file *df = file->private_data;
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	struct ktlat_memory *memory;

	if (offset >> PAGE_SHIFT != vma->vm_pgoff)
		return -ENXIO;
	if (mutex_lock_killable(&ktlat_map_lock))
		return -EINTR;
	memory = device_memory(df->session, &offset);
	mutex_unlock(&ktlat_map_lock);
	if (IS_ERR(memory))
		return PTR_ERR(memory);
	return ktlat_mmap(vma, offset >> PAGE_SHIFT, memory);
}

static __poll_t device_poll(struct file *file, poll_table *table)
{
	struct device_file *df = file->private_data;

	return ktlat_waiter_poll(&df->waiter, file, table);
}

static int device_open(struct inode *inode, struct file *file)
{
	struct device_file *df = kzalloc(sizeof(*df), GFP_KERNEL_ACCOUNT);

	if (!df)
		return -ENOMEM;
	df->session = &ktlat_session_default;
	ktlat_waiter_init(&df->waiter);
	file->private_data = df;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct device_file *df = file->private_data;

	ktlat_waiter_leave(&df->waiter);
	ktlat_session_end(df->session);
	kfree(df);
	return 0;
}

static const struct file_operations device_fops = {
	.owner		= THIS_MODULE,
	.open		= device_open,
	.release	= device_release,
	.unlocked_ioctl	= device_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= device_mmap,
	.poll		= device_poll,
};

/* A group that may read is given the device by udev or by ktlat-ctl load. */
static struct miscdevice device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= KTLAT_DEVICE_NAME,
	.fops	= &device_fops,
	.mode	= 0600,
};

int ktlat_device_init(void)
{
	return misc_register(&device);
}

void ktlat_device_exit(void)
{
	misc_deregister(&device);
}

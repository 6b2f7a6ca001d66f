/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ktlat_target.ko: functions whose duration and calls are known.
 *
 * A call takes four stamps: the caller's own just before and just after it
 * (outer), the function's own at its start and end (inner). Whatever measures
 * the call from outside must find a duration between the two. main.c has the
 * files in debugfs, run.c the lines written to `run`, context.c and nmi.c who
 * calls, funcs.c what is called, stats.c the figures; regs.c, sundial.c,
 * lateness.c and values.c are other tests.
 */
#ifndef KTLAT_TARGET_H
#define KTLAT_TARGET_H

#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/timekeeping.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct seq_file;

#define TARGET_MAX_DELAY_NS	(1000ULL * NSEC_PER_SEC)
#define TARGET_MAX_DEPTH	32
#define TARGET_MAX_THREADS	1024

/* In the order of target_funcs[]. */
enum target_func_id {
	TARGET_BUSY,
	TARGET_LOOP,
	TARGET_SLEEP,
	TARGET_OUTER,
	TARGET_INNER,
	TARGET_RECURSE,
	TARGET_MIGRATE,
	TARGET_KILLABLE,
	TARGET_EXIT,
	TARGET_PAIR,
	TARGET_KERNEL,
	TARGET_TWIN,
	TARGET_OTHER_TWIN,
	TARGET_NR_FUNCS
};

/**
 * struct target_call - One call of a function, on the stack of its caller
 * @worker: on whose behalf
 * @depth: how many more levels a recursive function shall go down
 * @outer_start: stamp before the call
 * @start: stamp at the start of the function
 * @end: stamp at its end
 * @outer_end: stamp after the call
 */
struct target_call {
	struct target_worker *worker;
	u32 depth;
	u64 outer_start;
	u64 start;
	u64 end;
	u64 outer_end;
};

/* struct target_func.flags */
#define TARGET_F_SLEEPS		0x1	/* not from softirq, hardirq or NMI */
#define TARGET_F_MIGRATES	0x2	/* nor from a worker of a workqueue */
#define TARGET_F_EXITS		0x4	/* only from a thread of our own */
/* What nobody calls but a task. */
#define TARGET_F_TASK	(TARGET_F_SLEEPS | TARGET_F_MIGRATES | TARGET_F_EXITS)

/**
 * struct target_func - What can be called
 * @name: in a `run` line: func=NAME; the symbol is ktlat_target_NAME
 * @flags: TARGET_F_*
 * @call: the function
 */
struct target_func {
	const char *name;
	unsigned int flags;
	void (*call)(struct target_call *call);
};

/**
 * struct target_params - A line written to `run`
 * @func: func=NAME
 * @context: ctx=task|kthread|softirq|hardirq|work|nmi
 * @cpus: cpus=LIST; workers are bound to these CPUs in turn; default: online
 * @threads: threads=N workers; default: as many as @cpus has, 1 for a task
 * @calls: calls=N by each worker; 0: until stopped
 * @batch: batch=N calls in one expiry of a timer, one work item; default 1
 * @delay_ns: delay_ns=N that each function takes; default 0
 * @period_ns: period_ns=N from one hrtimer expiry to the next; default 100 us
 * @depth: depth=N levels of recursion; default 1
 * @async: async=1 returns at once; see `wait` and `stop`
 */
struct target_params {
	const struct target_func *func;
	const struct target_context *context;
	struct cpumask cpus;
	u64 threads;
	u64 calls;
	u64 batch;
	u64 delay_ns;
	u64 period_ns;
	u64 depth;
	u64 async;
};

/**
 * struct target_nmi - What a worker in NMI context has besides
 * @timer: on another CPU, if there is one: sends the NMIs
 * @due: one was sent, and has not made its calls yet
 * @ended: it made the last ones
 */
struct target_nmi {
	struct hrtimer timer;
	bool due;
	bool ended;
};

/**
 * struct target_worker - One source of calls
 * @run: the run it belongs to
 * @cpu: the CPU it is bound to
 * @left: calls still to make
 * @joined: @done was waited for
 * @done: completed as its last act
 * @timer: in softirq
 * @hrtimer: in hardirq
 * @work: on a workqueue
 * @nmi: in NMI
 */
struct target_worker {
	struct target_run *run;
	int cpu;
	u64 left;
	bool joined;
	struct completion done;
	union {
		struct timer_list timer;
		struct hrtimer hrtimer;
		struct work_struct work;
		struct target_nmi nmi;
	};
};

/**
 * struct target_run - What one line written to `run` has started
 * @params: the line
 * @list: among the asynchronous runs
 * @stop: make no further call
 * @stopped: who sleeps in a call until then
 * @first_jiffy: when all its timers expire for the first time
 * @nr_workers: workers that were started
 * @workers: all of them
 */
struct target_run {
	struct target_params params;
	struct list_head list;
	bool stop;
	wait_queue_head_t stopped;
	unsigned long first_jiffy;
	u64 nr_workers;
	struct target_worker workers[];
};

/**
 * struct target_context - Who calls
 * @name: in a `run` line: ctx=NAME
 * @refuses: TARGET_F_* of functions that cannot be called from there
 * @start: start a worker, on its CPU
 * @release: called once the worker is done; afterwards nothing of it runs
 */
struct target_context {
	const char *name;
	unsigned int refuses;
	int (*start)(struct target_worker *worker);
	void (*release)(struct target_worker *worker);
};

void target_other_twin(struct target_call *call);
extern const struct target_func target_funcs[TARGET_NR_FUNCS];
extern const struct target_context target_contexts[];
extern const unsigned int target_nr_contexts;

static inline u64 target_clock(void)
{
	return ktime_get_mono_fast_ns();
}

/* context.c */
bool target_calls(struct target_worker *worker);

/* nmi.c, which knows how one architecture sends them */
#ifdef CONFIG_X86_64
int target_nmi_start(struct target_worker *worker);
void target_nmi_release(struct target_worker *worker);
int target_nmi_init(void);
void target_nmi_exit(void);
#else
static inline int target_nmi_start(struct target_worker *worker)
{
	return -EOPNOTSUPP;
}

static inline void target_nmi_release(struct target_worker *worker)
{
}

static inline int target_nmi_init(void)
{
	return 0;
}

static inline void target_nmi_exit(void)
{
}
#endif

/* funcs.c */
void target_call(const struct target_func *func, struct target_worker *worker,
		 u32 depth);
u64 target_bench(u64 calls);
u64 target_bench_kernel(u64 calls);
u64 target_bench_together(u64 calls, unsigned int nr_cpus);

/* stats.c */
int target_stats_alloc(void);
void target_stats_free(void);
void target_stats_reset(void);
void target_count_start(const struct target_func *func);
void target_count_return(const struct target_func *func);
void target_record(const struct target_func *func,
		   const struct target_call *call);
int target_stats_show(struct seq_file *file);

/* lateness.c */
int target_late_set(char *line);
void target_late_end(void);
int target_late_show(struct seq_file *file);

/* values.c */
int target_value_run(char *line, const char __user *user);

/* args.c */
int target_args_run(char *line);
int target_args_show(struct seq_file *file);

/* regs.c and sundial.c, which know the registers and clock of one architecture */
#ifdef CONFIG_X86_64
int target_regs_run(char *line);
int target_regs_show(struct seq_file *file);
int target_sundial_register(void);
void target_sundial_unregister(void);
u64 target_sundial_readings(void);
#else
static inline int target_sundial_register(void)
{
	return 0;
}

static inline void target_sundial_unregister(void)
{
}

static inline u64 target_sundial_readings(void)
{
	return 0;
}

static inline int target_regs_run(char *line)
{
	return -EOPNOTSUPP;
}

static inline int target_regs_show(struct seq_file *file)
{
	return -EOPNOTSUPP;
}
#endif

/* run.c */
int target_run(char *line);
int target_wait(void);
void target_stop(void);
void target_end(void);
bool target_running(void);

#endif /* KTLAT_TARGET_H */

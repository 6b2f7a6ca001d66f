// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "ctl.h"

#define SPEC_HELP							\
	"SPEC says what to measure:\n"					\
	"  FUNC, MODULE:FUNC   each call of the function, entry to return\n" \
	"  0xADDRESS, MODULE+OFFSET:FUNC  the same, where one name has several\n" \
	"  POINT..POINT[@task] from one point to another, in the same task\n" \
	"  POINT..POINT@cpu    the same, on the same CPU\n"		\
	"  @irq @softirq @timer @hrtimer @workqueue\n"			\
	"                      each run of such a handler\n"		\
	"  @runq               each wait on a run queue, wake-up or preemption to switch-in\n" \
	"  @wakeup             of these those after a wake-up\n"	\
	"  @migrate            a task that is moved to another CPU, until it runs\n" \
	"  @syscall            each system call; @syscall:NAME, or its number: of one kind\n" \
	"  @block              each request to a disk, issue to completion\n" \
	"  @netrx              each packet, as long as the network stack has it at once\n" \
	"  t:SUBSYS:EVENT..SUBSYS:EVENT[@KEY]  from one tracepoint to another; KEY is\n" \
	"                      task, cpu, or an argument of both by its name or as\n" \
	"                      argN[:u32], two with a comma for different ones\n" \
	"POINT is [MODULE:]FUNC[+OFFSET].\n\n"

#define PROBE_OPTIONS_HELP						\
	"  --precision P  split each power of two into 2^P buckets, 0 to 7\n" \
	"  --pool N       calls that may be in flight at once (functions)\n" \
	"  --starts N     starts that may wait for their end (all others)\n" \
	"  --backend B    auto, direct, fprobe, kretprobe, pair, tracepoint\n"	\
	"  --public       users without rights may see the figures\n"	\
	"  --pending      wait for the module whenever it is not loaded\n" \
	"  --min DUR      only calls as long or longer; the others are counted as\n" \
	"                 filtered, here and below\n"			\
	"  --pid N, --tgid N, --comm NAME  of a task, process, tasks of a name\n" \
	"  --cpu LIST     that end on these CPUs, as 0-3,5\n"		\
	"  --cgroup PATH  of tasks in this cgroup (version 2), or below it\n" \
	"  --slow DUR|pN  calls of this length, or beyond this percentile, are slow:\n" \
	"                 they are written with their stack, and announced\n" \
	"  --slowest K    keep the K slowest calls of each interval, for slow\n" \
	"  --interval DUR  how long that is (10s)\n"			\
	"  --user-stack   with the stack of the process\n"		\
	"  --by KEY       tell calls apart by cpu, pid, tgid, comm or cgroup; those of\n" \
	"                 presets by event: interrupt, softirq, function, system call, disk\n" \
	"                 operation, entry of the network stack, which they are by\n" \
	"                 themselves; none turns that off; those of functions by arg (see\n" \
	"                 --arg), caller or ret\n"			\
	"  --keys N       keys that each CPU has room for (256; presets fewer)\n" \
	"  --arg EXPR     keep this of each call that is written, twice at most: a\n" \
	"                 parameter and what it leads to, as skb->len, file->f_mode,\n" \
	"                 *pos; ret; caller; or arg1 to arg6 and +OFFSET(arg1):u32\n" \
	"  --filter COND  only calls of which that is true, as 'skb->len > 1000 &&\n" \
	"                 ret == 0', by == != < <= > >= and &\n"

#define REF_HELP							\
	"A probe is named by its id, by its SPEC, by the name of its function or, if\n" \
	"it is a group, by its own;\n"					\
	"all stands for all of one's own.\n"

#define JSON_HELP	"  --json         print JSON, one object a line\n"

const struct command commands[] = {
	{ "add-probe", cmd_add_probe,
	  "SPEC... | GLOB | --group NAME [-f FILE] [FUNC|GLOB...] [OPTION...]",
	  "Add probes, which stay until they are removed",
	  SPEC_HELP
	  PROBE_OPTIONS_HELP
	  "  --disabled     do not measure yet\n"
	  "  --events       write each call to event rings, for record\n"
	  "  --no-hist      with --events: only there, into no histogram\n"
	  "  --slots N      calls that the ring of a CPU holds, if it has none yet\n"
	  "  --stacks N     stacks that there is room for, likewise\n"
	  "  GLOB           all functions that fit, in one group of that name\n"
	  "  --group NAME   one group of many functions, each with its own figures\n"
	  "  -f, --file FILE  its functions, one a line; - for standard input\n"
	  "  --why          say which functions are left out of it, and why\n" },
	{ "remove-probe", cmd_remove_probe, "ID|NAME...|all",
	  "Remove probes and their figures", REF_HELP },
	{ "enable", cmd_enable, "ID|NAME...|all",
	  "Measure again with probes that were disabled", REF_HELP },
	{ "disable", cmd_disable, "ID|NAME...|all",
	  "Measure no new calls, and keep the figures", REF_HELP },
	{ "reset", cmd_reset, "ID|NAME...|all",
	  "Set the figures of probes to zero", REF_HELP },
	{ "list", cmd_list, "[--json]",
	  "List the probes with their most important figures", JSON_HELP },
	{ "hist", cmd_hist, "[ID|NAME...] [OPTION...]",
	  "Show the latency histograms of probes",
	  "  -i, --interval DUR  show them again and again, each DUR\n"
	  "  -n, --count N  so many times\n"
	  "  --delta        what came since the last time, not the totals\n"
	  "  --net          without the part of each latency that is the probe's own\n"
	  "  --top N        of a group, the first N functions (20)\n"
	  "  --sort KEY     sorted by total (time), max, p99 or count\n"
	  JSON_HELP
	  "DUR is 500ms or 2s; a number without a unit is in seconds.\n" },
	{ "lat", cmd_lat, "SPEC... [OPTION...] [-- COMMAND...]",
	  "Measure until a time is over, a command ends, or Ctrl-C",
	  SPEC_HELP
	  "  -d, --duration DUR  measure so long\n"
	  PROBE_OPTIONS_HELP
	  JSON_HELP
	  "Its probes are seen by nobody else, save in what monitor announces, and are\n"
	  "gone when it ends.\n" },
	{ "record", cmd_record, "[SPEC...] [OPTION...] [-- COMMAND...]",
	  "Write each call to a file, until as with lat",
	  "Without a SPEC, the calls of probes that were added with --events.\n"
	  SPEC_HELP
	  "  -o, --output FILE  the file (ktlat.dat)\n"
	  "  -d, --duration DUR  record so long\n"
	  "  --slots N      calls that the ring of a CPU holds (8192)\n"
	  "  --flight       write no file: add probes that stay, and have the rings stop\n"
	  "                 after the next slow call, with nobody reading\n"
	  "    --before N, --after N, --wait DUR  with so many calls before and after it\n"
	  "                 (half a ring each), for so long (1s)\n"
	  "  --flight --save  write to a file what the rings have stopped with\n"
	  "  --flight --thaw  let them go on, and switch it off\n"
	  "  --stacks N     stacks that there is room for (4096); 0 for none\n"
	  PROBE_OPTIONS_HELP },
	{ "report", cmd_report, "[FILE] [OPTION...]",
	  "Show the calls in a file that record wrote (ktlat.dat)",
	  "  --json         JSON, one object a line\n"
	  "  --hist         the histograms of these calls; with --json, too\n"
	  "  --stacks folded  time by stack, for flame graphs\n"
	  "  --format F     text, json, or chrome for Perfetto and chrome://tracing\n"
	  "Of all calls only those\n"
	  "  --min DUR      as long or longer\n"
	  "  --pid N, --tgid N, --comm NAME  of a task, process, tasks of a name\n"
	  "  --cpu LIST     that ended on these CPUs, as 0-3,5\n"
	  "  --probe NAME   of a probe: its id, SPEC or function\n" },
	{ "monitor", cmd_monitor, "[OPTION...]",
	  "Announce what happens to probes, and slow calls, until Ctrl-C",
	  "  -d, --duration DUR  listen so long\n"
	  "  -n, --count N  end after so many events\n"
	  "  --buffer KIB   how much may wait to be printed (1024)\n"
	  JSON_HELP
	  "It tells of all sessions, and takes CAP_SYS_ADMIN.\n" },
	{ "slow", cmd_slow, "[ID|NAME...] | SPEC... [OPTION...] [-- COMMAND...]",
	  "Show the slowest calls, each with who called it",
	  "Of probes that were added with --slowest, those of the present interval and of\n"
	  "the one before. Of new ones, those of all the time, until as with lat.\n"
	  SPEC_HELP
	  "  -d, --duration DUR  measure so long\n"
	  "  --stacks N     stacks that there is room for (4096); 0 for none\n"
	  PROBE_OPTIONS_HELP
	  JSON_HELP },
	{ "functions", cmd_functions, "[GLOB] [--why] [--json]",
	  "List the functions that can be probed, with their module",
	  "  --why          those that cannot be instead, and why not\n"
	  JSON_HELP },
	{ "events", cmd_events, "[GLOB] [--json]",
	  "List the kernel's events, with their fields",
	  "GLOB is for names, or, with a colon in it, for SUBSYSTEM:NAME.\n"
	  JSON_HELP },
	{ "status", cmd_status, "[--json]",
	  "Say whether the module is loaded, and what it can do", JSON_HELP },
	{ "load", cmd_load, "[PATH-OF-KO] [PARAMETER=VALUE...]",
	  "Load the module, the installed one or a file", "" },
	{ "unload", cmd_unload, "",
	  "Unload the module, and with it all probes", "" },
	{ "help", cmd_help, "[COMMAND]", "Print help on a command", "" },
	{ NULL, NULL, NULL, NULL, NULL },
};

const struct command *find_command(const char *name)
{
	const struct command *command;

	for (command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

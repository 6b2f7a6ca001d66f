// SPDX-License-Identifier: GPL-2.0-only
#include "internal.h"

/* Why, and what to do next, for each enum ktlat_refusal. */
static const char * const reasons[] = {
	[KTLAT_REFUSED_BLACKLIST] =
		"the kernel forbids probes there; it is listed in /sys/kernel/debug/kprobes/blacklist, probe a caller instead",
	[KTLAT_REFUSED_NOTRACE] =
		"the function has no ftrace site (compiled notrace, or assembler); probe a caller instead, ktlat-ctl functions lists what can be probed",
	[KTLAT_REFUSED_NORETURN] =
		"the function never returns, so it has no latency; measure from it to another point with FUNC..OTHER",
	[KTLAT_REFUSED_OURS] =
		"the function is part of ktlat itself, or calls it; choose another",
	[KTLAT_REFUSED_OFFSET] =
		"the offset is not the start of an instruction of the function; take one from its disassembly",
	[KTLAT_REFUSED_LOCKDOWN] =
		"the kernel is locked down and allows no probes; see /sys/kernel/security/lockdown",
	[KTLAT_REFUSED_MEMLOCK] =
		"its histogram would pass your limit of locked memory; raise ulimit -l, lower --precision or remove a probe",
	[KTLAT_REFUSED_LIMIT] =
		"you have as many probes as one user may have; remove some, or raise the module parameter max_probes",
	[KTLAT_REFUSED_PROTOTYPE] =
		"no BTF of the kernel tells that all its arguments come in registers, or a livepatch is loaded; if its source does, add --args-in-registers, else take --backend auto",
	[KTLAT_REFUSED_RIGHTS] =
		"the direct backend takes CAP_SYS_ADMIN; run as root, or take --backend auto",
	[KTLAT_REFUSED_CLOCK] =
		"the kernel has given up the TSC, by which the probes that are there stamp; remove them all first, or take --backend auto",
	[KTLAT_REFUSED_TAKEN] =
		"another trampoline is on the function, of a BPF program or a livepatch maybe, or kernel.ftrace_enabled is 0; take --backend auto",
	[KTLAT_REFUSED_SLOTS] =
		"all trampolines are in use; remove a probe, or take --backend auto",
	[KTLAT_REFUSED_EXCLUDED] =
		"no trampoline may call this function; take --backend auto",
	[KTLAT_REFUSED_ABSENT] =
		"the module has no such backend on this kernel; take --backend auto",
	[KTLAT_REFUSED_FTRACE] =
		"ftrace is switched off; switch it on: sysctl kernel.ftrace_enabled=1",
	[KTLAT_REFUSED_ADDRESS] =
		"no function begins where /proc/kallsyms says, or it is another one; if its module was loaded again just now, try again",
	[KTLAT_REFUSED_SITES] =
		"groups have as many functions as the kernel can serve; remove a group",
	[KTLAT_REFUSED_INIT] =
		"the function goes once its module is loaded; measure it by a probe of its own",
	[KTLAT_REFUSED_CROWDED] =
		"this function has as many fprobes as it can; remove one of its probes, or take --backend auto",
	[KTLAT_REFUSED_RINGS] =
		"it is to write events, and its session has no rings; make rings first",
	[KTLAT_REFUSED_HANDLER] =
		"this kernel checks the type of each function that it calls (kCFI), or is one of another architecture, so no handler fits any tracepoint; measure a preset, @irq for one",
	[KTLAT_REFUSED_VALUES] =
		"the direct backend sees what a function returns and who calls it, and no arguments; take --backend auto",
	[KTLAT_REFUSED_SYSLOG] =
		"what it asks for can tell addresses of the kernel, which takes CAP_SYSLOG besides; run as root",
	[KTLAT_REFUSED_OFF] =
		"kprobes are switched off; switch them on: echo 1 > /sys/kernel/debug/kprobes/enabled",
};

/* The same in a few words, for what lies in the function itself. */
static const char * const reasons_in_short[] = {
	[KTLAT_REFUSED_UNKNOWN]		= "no such function",
	[KTLAT_REFUSED_BLACKLIST]	= "on the kernel's blacklist",
	[KTLAT_REFUSED_NOTRACE]		= "no ftrace site",
	[KTLAT_REFUSED_NORETURN]	= "never returns",
	[KTLAT_REFUSED_OURS]		= "part of ktlat",
	[KTLAT_REFUSED_PROTOTYPE]	= "arguments not known from BTF",
	[KTLAT_REFUSED_TAKEN]		= "another trampoline on it",
	[KTLAT_REFUSED_EXCLUDED]	= "not for trampolines",
	[KTLAT_REFUSED_ADDRESS]		= "another function at its address",
	[KTLAT_REFUSED_SITES]		= "as many as the kernel can serve are there",
	[KTLAT_REFUSED_INIT]		= "goes once its module is loaded",
};

/* The text of a reason, or NULL where it has none. */
const char *ktl_reason_of_refusal(__u32 refusal)
{
	return refusal < KTL_ARRAY_SIZE(reasons) ? reasons[refusal] : NULL;
}

/* The same where the errno says it all. */
const char *ktl_reason_of_errno(int code)
{
	switch (code) {
	case EPERM:
		return "it takes CAP_PERFMON or CAP_SYS_ADMIN; run as root";
	case EBADF:
		return "the device was opened for reading only; open it for writing";
	case ENOMEM:
		return "the kernel is out of memory; lower --precision, --pool or --starts";
	case EINVAL:
		return "the module does not take these options for it; see ktlat-ctl help add-probe";
	case E2BIG:
		return "the module is older than this tool; install the two from the same version";
	case ENOBUFS:
		return "the group has no room left; somebody else has added functions to it, so try again";
	case EALREADY:
		return "somebody else has enabled the group, and it takes no more functions; try again";
	case EOPNOTSUPP:
		return "this kernel does not support it; ktlat-ctl status says what it can do";
	default:
		return NULL;
	}
}

/*
 * Why one function of a group was refused, or NULL where that is not for one of
 * them.
 */
const char *ktl_refusal_in_short(__u32 refusal)
{
	return refusal < KTL_ARRAY_SIZE(reasons_in_short) ?
	       reasons_in_short[refusal] : NULL;
}

/**
 * ktlat_format_refusal() - Say in a few words why a backend, or a probe, was refused
 * @refusal: &enum ktlat_refusal
 * @text: where to put it: the reason without what to do about it
 *
 * Returns whether there is anything to say.
 */
bool ktlat_format_refusal(__u32 refusal, char text[KTLAT_ERROR_LEN])
{
	const char *reason = ktl_reason_of_refusal(refusal);

	if (!refusal)
		return false;
	if (!reason)
		reason = ktl_refusal_in_short(refusal);
	snprintf(text, KTLAT_ERROR_LEN, "%s", reason ? reason : "unknown");
	text[strcspn(text, ";")] = '\0';
	return true;
}

/* Would another point be taken? If not, it is no use to say which it was. */
static bool lies_in_point(__u32 refusal)
{
	return refusal >= KTLAT_REFUSED_BLACKLIST &&
	       refusal <= KTLAT_REFUSED_OFFSET;
}

/* The kernel has one word for much of what it forbids; the symbols tell more. */
static const char *say_closer(const struct ktlat_point *point,
			      const char *reason, char text[KTLAT_ERROR_LEN / 2])
{
	char why[KTLAT_ERROR_LEN / 4];

	if (!ktl_find_reason(point, why, sizeof(why)))
		return reason;
	snprintf(text, KTLAT_ERROR_LEN / 2, "the kernel allows no probe there (%s); probe a caller instead, ktlat-ctl functions --why tells of others",
		 why);
	return text;
}

/* Turns the refusal of a probe into one line; returns -@code. */
int ktl_refused(const struct ktlat_probe_add *answer, int code,
		struct ktlat_error *err)
{
	__u32 refusal = answer->refusal;
	char spec[KTLAT_SPEC_LEN], closer[KTLAT_ERROR_LEN / 2];
	const char *reason;

	if (refusal == KTLAT_REFUSED_UNKNOWN &&
	    answer->kind != KTLAT_KIND_TRACEPOINT)
		return ktl_fail_unknown(&answer->point[answer->refused_point &
						       1], err);

	if (refusal == KTLAT_REFUSED_UNKNOWN)
		reason = "this kernel has no such tracepoint; measure the function itself";
	else
		reason = ktl_reason_of_refusal(refusal);
	if (refusal == KTLAT_REFUSED_MEMLOCK && answer->by)
		reason = "its histogram and keys would pass your limit of locked memory; raise ulimit -l, give --by none or fewer --keys, or remove a probe";
	if (!reason)
		reason = ktl_reason_of_errno(code);
	if (refusal == KTLAT_REFUSED_BLACKLIST || refusal == KTLAT_REFUSED_NOTRACE)
		reason = say_closer(&answer->point[answer->refused_point & 1],
				    reason, closer);

	if (answer->kind == KTLAT_KIND_PAIR && lies_in_point(refusal))
		ktl_format_point(&answer->point[answer->refused_point & 1],
				 spec);
	else
		ktlat_format_request(answer, spec);
	if (!reason)
		return ktl_fail(err, code,
				"cannot add %s: %s; see ktlat-ctl status and the kernel log",
				spec, strerror(code));
	return ktl_fail(err, code, "cannot add %s: %s", spec, reason);
}

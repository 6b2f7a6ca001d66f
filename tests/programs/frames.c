// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames chain|wild N: makes N system calls (umask) from a function whose callers are
 * known: prints where each of them goes on, the innermost first. "wild" makes them
 * with a frame pointer that leads nowhere. x86-64 and arm64, with frame pointers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define NOINLINE __attribute__((noinline, noclone))

static void *callers[2];
static int wild;

/* The system call, made in the function that has this in it. */
#ifdef __x86_64__
static inline __attribute__((always_inline)) void umask_here(void)
{
	long ret = SYS_umask;

	asm volatile("syscall" : "+a"(ret) : "D"(022L) : "rcx", "r11", "memory");
}

static inline __attribute__((always_inline)) void umask_wild(void)
{
	long ret = SYS_umask;

	asm volatile("pushq %%rbp\n\t"
		     "movl $0x1238, %%ebp\n\t"
		     "syscall\n\t"
		     "popq %%rbp"
		     : "+a"(ret) : "D"(022L) : "rcx", "r11", "memory");
}
#else
static inline __attribute__((always_inline)) void umask_here(void)
{
	register long nr asm("x8") = SYS_umask;
	register long mask asm("x0") = 022;

	asm volatile("svc #0" : "+r"(mask) : "r"(nr) : "memory");
}

static inline __attribute__((always_inline)) void umask_wild(void)
{
	register long nr asm("x8") = SYS_umask;
	register long mask asm("x0") = 022;

	asm volatile("mov x9, x29\n\t"
		     "mov x29, #0x1238\n\t"
		     "svc #0\n\t"
		     "mov x29, x9"
		     : "+r"(mask) : "r"(nr) : "x9", "memory");
}
#endif

static NOINLINE void inner(unsigned long nr)
{
	callers[0] = __builtin_return_address(0);
	while (nr--) {
		if (wild)
			umask_wild();
		else
			umask_here();
	}
	asm volatile("");
}

static NOINLINE void middle(unsigned long nr)
{
	callers[1] = __builtin_return_address(0);
	inner(nr);
	asm volatile("");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	wild = !strcmp(argv[1], "wild");
	middle(strtoul(argv[2], NULL, 0));
	printf("%p %p\n", callers[0], callers[1]);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames chain|wild N: makes N system calls (umask) from a function whose callers are
 * known: prints where each of them goes on, the innermost first. "wild" makes them
 * with a frame pointer that leads nowhere. x86-64, with frame pointers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define NOINLINE __attribute__((noinline, noclone))

static void *callers[2];
static int wild;

static NOINLINE void inner(unsigned long nr)
{
	callers[0] = __builtin_return_address(0);
	while (nr--) {
		long ret = SYS_umask;

		if (wild)
			asm volatile("pushq %%rbp\n\t"
				     "movl $0x1238, %%ebp\n\t"
				     "syscall\n\t"
				     "popq %%rbp"
				     : "+a"(ret) : "D"(022L)
				     : "rcx", "r11", "memory");
		else
			asm volatile("syscall" : "+a"(ret) : "D"(022L)
				     : "rcx", "r11", "memory");
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BPF program that counts the calls of a kernel function, as small as can be:
 *
 *   fentry FUNCTION        counts entries, by a BPF trampoline
 *   fentry -r FUNCTION     counts returns; that trampoline calls the function
 *
 * Prints "attached", and when it is told to end (SIGTERM) the number of calls.
 * Where it cannot attach: one line, exit status 1.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <errno.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The one value of an array map, which the program adds to. */
static int make_counter(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "calls", sizeof(__u32),
				sizeof(__u64), 1, &opts);

	if (fd < 0)
		err(1, "bpf_map_create");
	return fd;
}

static __u64 read_counter(int map)
{
	const __u32 key = 0;
	__u64 calls;

	if (bpf_map_lookup_elem(map, &key, &calls))
		err(1, "bpf_map_lookup_elem");
	return calls;
}

static int load(int map, enum bpf_attach_type type, const char *function)
{
	const struct bpf_insn program[] = {
		/* r1 = address of the value: two slots */
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2,
		  .imm = 1 },
		{ .code = BPF_STX | BPF_DW | BPF_ATOMIC, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_REG_2, .imm = BPF_ADD },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = type);
	int fd;

	fd = libbpf_find_vmlinux_btf_id(function, type);
	if (fd < 0)
		errx(1, "%s: BTF does not know it", function);
	opts.attach_btf_id = fd;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "count", "GPL", program,
			   sizeof(program) / sizeof(*program), &opts);
	if (fd < 0)
		err(1, "bpf_prog_load");
	return fd;
}

int main(int argc, char *argv[])
{
	enum bpf_attach_type type = BPF_TRACE_FENTRY;
	int map, signal;
	sigset_t set;

	if (argc == 3 && !strcmp(argv[1], "-r")) {
		type = BPF_TRACE_FEXIT;
		argv++;
	} else if (argc != 2) {
		errx(2, "usage: fentry [-r] FUNCTION");
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	map = make_counter();
	if (bpf_raw_tracepoint_open(NULL, load(map, type, argv[1])) < 0)
		err(1, "%s", argv[1]);
	puts("attached");
	fflush(stdout);
	sigwait(&set, &signal);
	printf("%llu\n", read_counter(map));
	return 0;
}

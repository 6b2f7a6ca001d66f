// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer that is interrupted at each of its instructions, three levels deep, while
 * other threads read.
 *
 * The trap flag makes the CPU send us a signal after every instruction. At one of them
 * the handler is an interrupt that writes records itself, and is stepped in its turn.
 * So every window between two instructions is hit, and none by chance.
 */
#include "stress.h"

#if defined(__x86_64__)

#include <signal.h>
#include <ucontext.h>
#include <x86intrin.h>

#define SLOTS		8
#define READERS		2
#define LEVELS		3 /* of interrupts */
#define ROOM		3000000ULL
#define NR_BURSTS	6
#define TRAP_FLAG	0x100UL

static struct stress_ring ring;
static bool blind; /* interrupts do not see what the outermost writer has open */

/**
 * struct level - What happens in a level of interrupts
 * @at: it comes before this instruction of the one below, counted from 1; 0: not
 * @burst: records that it writes, the first one stepped
 * @steps: instructions of the one below so far
 */
static struct level {
	unsigned int at, burst, steps;
} levels[LEVELS + 1];
static unsigned int level; /* how many there are now */

/* How often an interrupt came in all, and with a record of an outer one open. */
static unsigned long interrupts, in_window, at_depth[LEVELS + 1];

/* With a step after each instruction, if a further level is to come. */
static void write_stepped(void)
{
	unsigned long flags = __readeflags();

	if (level < LEVELS && levels[level + 1].at) {
		levels[level + 1].steps = 0;
		__writeeflags(flags | TRAP_FLAG);
	}
	stress_write(&ring, NULL);
	__writeeflags(flags);
}

static void interrupt(void)
{
	struct ktlat_ring_header *header = ring.ring.header;
	__u64 open = header->open;

	interrupts++;
	in_window += !!open;
	at_depth[level]++;
	if (blind)
		header->open = 0;
	for (unsigned int i = 0; i < levels[level].burst; i++)
		if (!i)
			write_stepped();
		else
			stress_write(&ring, NULL);
	if (blind)
		header->open = open;
}

static void on_step(int signal, siginfo_t *info, void *context)
{
	ucontext_t *below = context;

	(void)signal;
	(void)info;
	if (++levels[level + 1].steps != levels[level + 1].at)
		return;
	level++;
	interrupt();
	level--;
	/* It goes on without steps. */
	below->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
}

/* Is everything that the ring should hold there? Nobody writes now. */
static bool all_there(void)
{
	const struct ktlat_ring_header *header = ring.ring.header;
	struct ktlat_ring_reader reader;
	struct ktlat_event event;

	ktlat_ring_reader_init(&reader, header, ktlat_ring_oldest(header));
	while (reader.cursor <= header->last) {
		__u64 number = reader.cursor;

		if (ktlat_ring_read(&reader, &event) != KTLAT_RING_EVENT ||
		    !stress_right(&ring, &event, number))
			return false;
	}
	return header->open == 0 && header->last == ring.taken &&
	       header->last + header->dropped == ring.attempts;
}

static bool run(unsigned int first, unsigned int second, unsigned int third,
		unsigned int burst)
{
	levels[1] = (struct level){ .at = first, .burst = burst };
	levels[2] = (struct level){ .at = second, .burst = burst };
	levels[3] = (struct level){ .at = third, .burst = burst };
	write_stepped();
	return all_there();
}

/* Instructions of a record that nobody interrupts, and of the step around it. */
static unsigned int instructions(void)
{
	levels[1] = (struct level){ .at = -1 };
	write_stepped();
	return levels[1].steps;
}

/* More than a lap from each level, exactly one, and less. */
static const unsigned int bursts[NR_BURSTS] = { SLOTS + 1, 1, SLOTS, 2, SLOTS - 1, 3 };

/*
 * Every instruction for the first level; with each, every eleventh for the second one,
 * not the same ones for the next; and another one for the third each time.
 */
static unsigned long run_all(unsigned int nr)
{
	unsigned long wrong = 0, turn = 0;

	for (unsigned int first = 1; first <= nr; first++)
		for (unsigned int second = 1 + first % 11; second <= nr;
		     second += 11, turn++)
			wrong += !run(first, second, 1 + turn * 7 % nr,
				      bursts[turn % NR_BURSTS]);
	return wrong;
}

static void begin(void)
{
	struct sigaction action = {
		.sa_sigaction = on_step, .sa_flags = SA_NODEFER | SA_SIGINFO,
	};

	stress_init(&ring, SLOTS, ROOM);
	sigaction(SIGTRAP, &action, NULL);
	interrupts = in_window = 0;
	memset(at_depth, 0, sizeof(at_depth));
}

static void test_every_instruction(void **state)
{
	struct stress_reader readers[READERS];
	unsigned long wrong;
	unsigned int nr;

	(void)state;
	blind = false;
	begin();
	for (unsigned int i = 0; i < READERS; i++)
		stress_start(&readers[i], &ring);
	nr = instructions();
	wrong = run_all(nr);
	__atomic_store_n(&ring.done, 1, __ATOMIC_RELEASE);
	printf("# %u instructions; %lu interrupts, %lu of them with a record open, %lu, %lu and %lu one, two and three deep; %llu records written, %llu dropped\n",
	       nr, interrupts, in_window, at_depth[1], at_depth[2], at_depth[3],
	       (unsigned long long)ring.taken,
	       (unsigned long long)ring.ring.header->dropped);
	for (unsigned int i = 0; i < READERS; i++) {
		stress_check(&readers[i]);
		printf("# reader %u: %llu read, %llu lost\n", i,
		       (unsigned long long)readers[i].reader.read,
		       (unsigned long long)readers[i].reader.lost);
	}
	assert_int_equal(wrong, 0);
	assert_true(at_depth[3] > nr && in_window > interrupts / 2);
	assert_true(ring.ring.header->dropped > 0);
	stress_free(&ring);
}

/* The replay of the hole: without the guard, a lap goes wrong, and it is seen. */
static void test_without_guard(void **state)
{
	unsigned int nr, wrong = 0;

	(void)state;
	blind = true;
	begin();
	nr = instructions();
	for (unsigned int first = 1; first <= nr; first++)
		wrong += !run(first, 0, 0, SLOTS);
	printf("# without the guard, %u of %u windows go wrong\n", wrong, nr);
	assert_true(wrong > 0);
	stress_free(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_instruction),
		cmocka_unit_test(test_without_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	printf("1..0 # SKIP single steps are known on x86-64 only\n");
	return 0;
}

#endif

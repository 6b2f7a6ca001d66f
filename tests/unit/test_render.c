// SPDX-License-Identifier: GPL-2.0-only
/* The text that is made for eyes, letter by letter. */
#include "unit.h"

#include "../../userspace/ctl/render.h"
#include "../../userspace/ctl/rows.h"
#include "fakemap.h"

static struct watch watch;
static struct ktlat_snapshot snap;
static void *map;

static void begin(__u32 precision)
{
	free(map);
	map = malloc(fakemap_size(precision));
	fakemap_init(map, 3, precision);
	memset(&watch, 0, sizeof(watch));
	watch.info.id = 3;
	watch.info.kind = KTLAT_KIND_FUNCTION;
	watch.info.backend = KTLAT_BACKEND_KRETPROBE;
	watch.info.state = KTLAT_STATE_ARMED;
	watch.info.flags = KTLAT_PROBE_INEXACT;
	strcpy(watch.spec, "estimation_timer");
	watch.shown = &snap;
}

static void record(__u64 latency, unsigned int times)
{
	while (times--)
		fakemap_record(map, times % FAKEMAP_CPUS, latency);
}

static void read_figures(void)
{
	const struct ktlat_map_header *header = map;

	assert_int_equal(ktlat_read_figures(map,
					    fakemap_size(header->precision), 3,
					    &snap, NULL), 0);
}

static void expect(void (*render)(FILE *, const struct watch *),
		   const char *want)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	render(file, &watch);
	fclose(file);
	assert_string_equal(text, want);
	free(text);
}

static void test_wide(void **state)
{
	(void)state;
	begin(5);
	record(300, 10);
	record(1500, 12000);
	record(3000, 3000);
	record(2500000, 1);
	read_figures();
	expect(text_hist,
	       "probe 3: estimation_timer (kretprobe, armed)\n"
	       "          latency               calls\n"
	       "    256ns .. 512ns                 10   0.07 % .\n"
	       "    512ns .. 1.02us                 0   0.00 %\n"
	       "   1.02us .. 2.05us            12,000  79.94 % ##############################\n"
	       "   2.05us .. 4.10us             3,000  19.99 % ########\n"
	       "         ...\n"
	       "   2.10ms .. 4.19ms                 1   0.01 % .\n"
	       "  count 15,011  mean 1.97us  min 300ns  max 2.50ms\n"
	       "  p50 1.50us  p90 3.01us  p99 3.01us  p99.9 3.01us (true value 0 to 3.1 % lower)\n"
	       "  coverage <= 100 %: 15,011 entered, 15,011 returned, 0 missed\n");
}

static void test_narrow(void **state)
{
	(void)state;
	begin(0);
	record(0, 1);
	record(1, 1);
	record(5, 2);
	read_figures();
	watch.info.flags = 0;
	expect(text_hist,
	       "probe 3: estimation_timer (kretprobe, armed)\n"
	       "          latency               calls\n"
	       "      0ns .. 1ns                    1  25.00 % ###############\n"
	       "      1ns .. 2ns                    1  25.00 % ###############\n"
	       "      2ns .. 4ns                    0   0.00 %\n"
	       "      4ns .. 8ns                    2  50.00 % ##############################\n"
	       "  count 4  mean 3ns  min 0ns  max 5ns\n"
	       "  p50 1ns  p90 5ns  p99 5ns  p99.9 5ns (true value 0 to 100.0 % lower)\n"
	       "  coverage 100 %: 4 entered, 4 returned, 0 missed\n");
}

static void test_whole_range(void **state)
{
	struct row rows[MAX_ROWS];
	unsigned int nr, i;
	__u64 sum = 0;
	__u32 p;

	(void)state;
	for (p = 0; p <= KTLAT_PRECISION_MAX; p++) {
		begin(p);
		record(0, 1);
		record(~0ULL, 1);
		for (i = 0; i < 64; i += 2)
			record(1ULL << i, 1);
		read_figures();
		nr = make_rows(&snap, rows);
		assert_true(nr > 10 && nr <= MAX_ROWS);
		for (i = 0, sum = 0; i < nr; i++) {
			sum += rows[i].count;
			assert_true(rows[i].low == (i ? rows[i - 1].high + 1 :
							0));
		}
		assert_int_equal(sum, 34);
		assert_true(rows[nr - 1].high == ~0ULL);
	}
}

static void test_losses(void **state)
{
	(void)state;
	begin(5);
	record(1000, 999);
	fakemap_counters(map, 0, 0)->entries += 22;
	fakemap_counters(map, 0, 0)->filtered = 8;
	fakemap_counters(map, 0, 0)->missed = 1;
	fakemap_counters(map, 0, 0)->recursed = 2;
	fakemap_counters(map, 0, 0)->abandoned = 4;
	fakemap_counters(map, 0, 0)->unmatched = 5;
	fakemap_counters(map, 0, 0)->clock_backwards = 6;
	read_figures();
	expect(text_coverage,
	       "  coverage <= 99.70 %: 1,021 entered, 999 returned, 1 missed, 2 recursed, 4 abandoned, 8 filtered, 7 in flight, 5 ends without a start, 6 with the clock going back\n");
	watch.info.kind = KTLAT_KIND_PAIR;
	watch.info.flags = 0;
	snap.missed_busy = 1;
	snap.recursed = snap.unmatched = snap.clock_backwards = 0;
	expect(text_coverage,
	       "  coverage 99.90 %: 1,021 entered, 999 returned, 1 missed (0 for want of pool, 1 behind other kprobes), 4 superseded, 8 filtered, 7 in flight\n");
}

/* Rounding must not make a loss disappear. */
static void test_share_is_cut_off(void **state)
{
	char text[SHARE_LEN];

	(void)state;
	snap.count = 1000000000000ULL;
	snap.missed = 1;
	snap.recursed = 0;
	format_share(&snap, true, text);
	assert_string_equal(text, "99.99 %");
	snap.count = ~0ULL - 1;
	format_share(&snap, true, text);
	assert_string_equal(text, "99.99 %");
	snap.missed = 0;
	format_share(&snap, true, text);
	assert_string_equal(text, "100 %");
	snap.count = 0;
	format_share(&snap, true, text);
	assert_string_equal(text, "-");
	snap.missed = 1;
	format_share(&snap, false, text);
	assert_string_equal(text, "<= 0.00 %");
}

static void test_numbers(void **state)
{
	char text[NUMBER_LEN];

	(void)state;
	assert_string_equal(format_number(0, text), "0");
	assert_string_equal(format_number(999, text), "999");
	assert_string_equal(format_number(1000, text), "1,000");
	assert_string_equal(format_number(123456, text), "123,456");
	assert_string_equal(format_number(~0ULL, text),
			    "18,446,744,073,709,551,615");
}

static void test_change(void **state)
{
	struct ktlat_snapshot before = { 0 }, delta = { 0 };

	(void)state;
	begin(5);
	record(100, 5);
	assert_int_equal(ktlat_read_figures(map, fakemap_size(5), 3, &before,
					    NULL), 0);
	record(1000, 2);
	read_figures();
	assert_int_equal(ktlat_subtract(&snap, &before, &delta, NULL), 0);
	watch.shown = &delta;
	expect(text_hist,
	       "probe 3: estimation_timer (kretprobe, armed)\n"
	       "          latency               calls\n"
	       "    992ns .. 1.01us                 2 100.00 % ##############################\n"
	       "  count 2  mean 1.00us  min >=992ns  max <=1.00us\n"
	       "  p50 1.00us  p90 1.00us  p99 1.00us  p99.9 1.00us (true value 0 to 3.1 % lower)\n"
	       "  coverage <= 100 %: 2 entered, 2 returned, 0 missed\n");
	ktlat_free_snapshot(&before);
	ktlat_free_snapshot(&delta);
}

static struct ktlat_snapshot net;

static void take_share(__u64 ns)
{
	assert_int_equal(ktlat_take_share(&snap, ns, &net, NULL), 0);
	watch.shown = &net;
}

static void test_net(void **state)
{
	(void)state;
	begin(5);
	record(10, 2);
	record(40, 1);
	record(100, 5);
	record(300, 2);
	read_figures();
	take_share(50);
	expect(text_hist,
	       "probe 3: estimation_timer (kretprobe, armed), net of 50 ns per call\n"
	       "          latency               calls\n"
	       "      0ns .. 2ns                    3  30.00 % ##################\n"
	       "         ...\n"
	       "     46ns .. 54ns                   5  50.00 % ##############################\n"
	       "         ...\n"
	       "    238ns .. 270ns                  2  20.00 % ############\n"
	       "  count 10  mean 66ns  min 0ns  max 250ns\n"
	       "  p50 51ns  p90 250ns  p99 250ns  p99.9 250ns (true value 0 to 3.1 % of value + 50 ns lower)\n"
	       "  coverage <= 100 %: 10 entered, 10 returned, 0 missed\n");
	take_share(0);
	expect(text_no_call,
	       "  no call recorded yet: is it called at all? Wait, or make the kernel call it; a copy that the compiler put into a caller is not seen, so try a caller\n");
	assert_true(net.net);
}

static void test_cost(void **state)
{
	char text[KTLAT_DURATION_LEN];

	(void)state;
	format_cost(0, text);
	assert_string_equal(text, "-");
	format_cost(1, text);
	assert_string_equal(text, "0ns");
	format_cost(58499, text);
	assert_string_equal(text, "58ns");
	format_cost(58500, text);
	assert_string_equal(text, "59ns");
	format_cost(1234567, text);
	assert_string_equal(text, "1.24us");
}

static int release(void **state)
{
	(void)state;
	free(map);
	ktlat_free_snapshot(&snap);
	ktlat_free_snapshot(&net);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_whole_range),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_share_is_cut_off),
		cmocka_unit_test(test_net),
		cmocka_unit_test(test_cost),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}

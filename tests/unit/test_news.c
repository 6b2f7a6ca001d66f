// SPDX-License-Identifier: GPL-2.0-only
/* From the messages of the module to lines of text and JSON. */
#include <ktlat_netlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "../../userspace/ctl/news.h"
#include "../../userspace/lib/internal.h"
#include "unit.h"

static struct nl_msg *message;
static struct ktlat_news news;
static char *line;

static void begin(int command)
{
	nlmsg_free(message);
	message = nlmsg_alloc();
	genlmsg_put(message, 0, 0, 33, 0, 0, command, KTLAT_NL_VERSION);
	nla_put_u64(message, KTLAT_NL_A_SEQUENCE, 7);
	nla_put_u64(message, KTLAT_NL_A_TIME, 12000345678ULL);
}

static void put_point(int attribute, const char *module, const char *name,
		      __u64 offset)
{
	struct nlattr *nest = nla_nest_start(message, attribute);

	if (module)
		nla_put_string(message, KTLAT_NL_POINT_A_MODULE, module);
	nla_put_string(message, KTLAT_NL_POINT_A_NAME, name);
	if (offset)
		nla_put_u64(message, KTLAT_NL_POINT_A_OFFSET, offset);
	nla_nest_end(message, nest);
}

static void put_probe(__u32 kind, __u32 backend)
{
	nla_put_u64(message, KTLAT_NL_A_PROBE_ID, 3);
	nla_put_u64(message, KTLAT_NL_A_SESSION_ID, 1);
	nla_put_u32(message, KTLAT_NL_A_KIND, kind);
	nla_put_u32(message, KTLAT_NL_A_BACKEND, backend);
}

static void put_function(void)
{
	put_probe(KTLAT_KIND_FUNCTION, KTLAT_BACKEND_DIRECT);
	put_point(KTLAT_NL_A_POINT, "ip_vs", "estimation_timer", 0);
}

static void expect(const char *text, const char *json)
{
	size_t size;
	FILE *out;
	int i;

	assert_int_equal(ktl_read_news(nlmsg_hdr(message), &news), 1);
	for (i = 0; i < 2; i++) {
		out = open_memstream(&line, &size);
		if (i)
			json_news(out, &news);
		else
			text_news(out, &news);
		fclose(out);
		assert_string_equal(line, i ? json : text);
		free(line);
	}
}

static void test_function(void **state)
{
	(void)state;
	begin(KTLAT_NL_CMD_ADDED);
	put_function();
	nla_put_u32(message, KTLAT_NL_A_STATE, KTLAT_STATE_ARMED);
	expect("12.000345 added probe 3 ip_vs:estimation_timer (direct)\n",
	       "{\"event\":\"added\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"ip_vs:estimation_timer\",\"function\":\"estimation_timer\",\"kind\":\"function\",\"backend\":\"direct\",\"state\":\"armed\"}\n");
	begin(KTLAT_NL_CMD_DETACHED);
	put_function();
	nla_put_u32(message, KTLAT_NL_A_STATE, KTLAT_STATE_GONE);
	expect("12.000345 detached probe 3 ip_vs:estimation_timer (gone)\n",
	       "{\"event\":\"detached\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"ip_vs:estimation_timer\",\"function\":\"estimation_timer\",\"kind\":\"function\",\"backend\":\"direct\",\"state\":\"gone\"}\n");
	begin(KTLAT_NL_CMD_REMOVED);
	put_function();
	expect("12.000345 removed probe 3 ip_vs:estimation_timer\n",
	       "{\"event\":\"removed\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"ip_vs:estimation_timer\",\"function\":\"estimation_timer\",\"kind\":\"function\",\"backend\":\"direct\"}\n");
}

static void test_pair(void **state)
{
	(void)state;
	begin(KTLAT_NL_CMD_ATTACHED);
	put_probe(KTLAT_KIND_PAIR, KTLAT_BACKEND_PAIR);
	nla_put_u32(message, KTLAT_NL_A_STATE, KTLAT_STATE_ARMED);
	nla_put_u32(message, KTLAT_NL_A_MATCH, KTLAT_MATCH_CPU);
	put_point(KTLAT_NL_A_POINT, NULL, "a", 16);
	put_point(KTLAT_NL_A_END_POINT, "m", "b", 0);
	expect("12.000345 attached probe 3 a+0x10..m:b@cpu\n",
	       "{\"event\":\"attached\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"a+0x10..m:b@cpu\",\"function\":\"a\",\"kind\":\"pair\",\"backend\":\"pair\",\"state\":\"armed\"}\n");
}

static void put_argument_point(int attribute, const char *name, __u32 index,
			       __u32 bytes, bool is_signed)
{
	struct nlattr *nest = nla_nest_start(message, attribute);

	nla_put_string(message, KTLAT_NL_POINT_A_MODULE, "block");
	nla_put_string(message, KTLAT_NL_POINT_A_NAME, name);
	nla_put_u32(message, KTLAT_NL_POINT_A_ARGUMENT, index);
	nla_put_u32(message, KTLAT_NL_POINT_A_BYTES, bytes);
	if (is_signed)
		nla_put_flag(message, KTLAT_NL_POINT_A_SIGNED);
	nla_nest_end(message, nest);
}

static void test_tracepoints(void **state)
{
	(void)state;
	begin(KTLAT_NL_CMD_REMOVED);
	put_probe(KTLAT_KIND_TRACEPOINT, KTLAT_BACKEND_TRACEPOINT);
	nla_put_u32(message, KTLAT_NL_A_MATCH, KTLAT_MATCH_ARGUMENT);
	put_argument_point(KTLAT_NL_A_POINT, "a", 2, 4, true);
	put_argument_point(KTLAT_NL_A_END_POINT, "b", 3, 8, false);
	expect("12.000345 removed probe 3 t:block:a..block:b@arg2:s32,arg3\n",
	       "{\"event\":\"removed\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"t:block:a..block:b@arg2:s32,arg3\",\"function\":\"a\",\"kind\":\"tracepoint\",\"backend\":\"tracepoint\"}\n");
}

static void put_syscall(int attribute, __u32 number)
{
	begin(KTLAT_NL_CMD_REMOVED);
	put_probe(KTLAT_KIND_TRACEPOINT, KTLAT_BACKEND_TRACEPOINT);
	put_point(KTLAT_NL_A_POINT, NULL, "syscall", 0);
	nla_put_u32(message, attribute, number);
}

/* 0 is a number like any other; what has no name keeps its number. */
static void test_syscall(void **state)
{
	(void)state;
	put_syscall(KTLAT_NL_A_SYSCALL, 0);
	expect("12.000345 removed probe 3 @syscall:read\n",
	       "{\"event\":\"removed\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"@syscall:read\",\"function\":\"syscall\",\"kind\":\"tracepoint\",\"backend\":\"tracepoint\"}\n");
	put_syscall(KTLAT_NL_A_SYSCALL_32, 65535);
	expect("12.000345 removed probe 3 @syscall:65535\n",
	       "{\"event\":\"removed\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"@syscall:65535\",\"function\":\"syscall\",\"kind\":\"tracepoint\",\"backend\":\"tracepoint\"}\n");
}

static void test_missed(void **state)
{
	(void)state;
	begin(KTLAT_NL_CMD_MISSED);
	put_probe(KTLAT_KIND_TRACEPOINT, KTLAT_BACKEND_TRACEPOINT);
	put_point(KTLAT_NL_A_POINT, NULL, "syscall", 0);
	nla_put_u64(message, KTLAT_NL_A_MISSED, 40);
	nla_put_u64(message, KTLAT_NL_A_MISSED_NEW, 12);
	expect("12.000345 missed probe 3 @syscall: 12 calls, 40 in all\n",
	       "{\"event\":\"missed\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"@syscall\",\"function\":\"syscall\",\"kind\":\"tracepoint\",\"backend\":\"tracepoint\",\"missed_new\":12,\"missed\":40}\n");
}

static void put_call(void)
{
	nla_put_u64(message, KTLAT_NL_A_LATENCY, 50200000);
	nla_put_u32(message, KTLAT_NL_A_FUNCTION, 5);
	nla_put_u32(message, KTLAT_NL_A_CPU, 2);
	nla_put_u32(message, KTLAT_NL_A_CONTEXT, KTLAT_CONTEXT_SOFTIRQ);
	nla_put_u32(message, KTLAT_NL_A_PID, 17);
	nla_put_u32(message, KTLAT_NL_A_TGID, 16);
	nla_put_string(message, KTLAT_NL_A_COMM, "a name of 15 ch");
	nla_put_u32(message, KTLAT_NL_A_STACK_ID, 9);
	nla_put_u64(message, KTLAT_NL_A_SUPPRESSED, 12);
}

static void test_slow(void **state)
{
	(void)state;
	begin(KTLAT_NL_CMD_SLOW);
	put_function();
	put_call();
	expect("12.000345 slow probe 3 ip_vs:estimation_timer: 50.2ms, CPU 2, softirq, a name of 15 ch[17]; 12 more were not told\n",
	       "{\"event\":\"slow\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"ip_vs:estimation_timer\",\"function\":\"estimation_timer\",\"kind\":\"function\",\"backend\":\"direct\",\"latency_ns\":50200000,\"cpu\":2,\"context\":\"softirq\",\"pid\":17,\"tgid\":16,\"comm\":\"a name of 15 ch\",\"stack_id\":9,\"suppressed\":12}\n");
}

static void test_slow_in_group(void **state)
{
	(void)state;
	begin(KTLAT_NL_CMD_SLOW);
	put_probe(KTLAT_KIND_GROUP, KTLAT_BACKEND_DIRECT);
	put_point(KTLAT_NL_A_POINT, NULL, "net", 0);
	nla_put_u32(message, KTLAT_NL_A_FUNCTIONS, 12);
	put_call();
	expect("12.000345 slow probe 3 net, function 5: 50.2ms, CPU 2, softirq, a name of 15 ch[17]; 12 more were not told\n",
	       "{\"event\":\"slow\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"net\",\"function\":null,\"kind\":\"group\",\"backend\":\"direct\",\"latency_ns\":50200000,\"member\":5,\"cpu\":2,\"context\":\"softirq\",\"pid\":17,\"tgid\":16,\"comm\":\"a name of 15 ch\",\"stack_id\":9,\"suppressed\":12}\n");
	assert_int_equal(news.probe.functions, 12);
}

/* The probe was removed meanwhile. */
static void test_slow_of_nobody(void **state)
{
	(void)state;
	begin(KTLAT_NL_CMD_SLOW);
	nla_put_u64(message, KTLAT_NL_A_PROBE_ID, 3);
	nla_put_u64(message, KTLAT_NL_A_LATENCY, 1000);
	expect("12.000345 slow probe 3: 1.00us, CPU 0, task, [0]\n",
	       "{\"event\":\"slow\",\"time_ns\":12000345678,\"sequence\":7,\"session\":null,\"probe\":3,\"spec\":null,\"function\":null,\"latency_ns\":1000,\"cpu\":0,\"context\":\"task\",\"pid\":0,\"tgid\":0,\"comm\":\"\",\"stack_id\":null,\"suppressed\":0}\n");
}

static void test_frozen(void **state)
{
	(void)state;
	begin(KTLAT_NL_CMD_FROZEN);
	nla_put_u64(message, KTLAT_NL_A_SESSION_ID, 4);
	expect("12.000345 frozen: the rings of session 4\n",
	       "{\"event\":\"frozen\",\"time_ns\":12000345678,\"sequence\":7,\"session\":4,\"probe\":null,\"spec\":null,\"function\":null}\n");
	begin(KTLAT_NL_CMD_FROZEN);
	put_function();
	expect("12.000345 frozen probe 3 ip_vs:estimation_timer: the rings of session 1\n",
	       "{\"event\":\"frozen\",\"time_ns\":12000345678,\"sequence\":7,\"session\":1,\"probe\":3,\"spec\":\"ip_vs:estimation_timer\",\"function\":\"estimation_timer\",\"kind\":\"function\",\"backend\":\"direct\"}\n");
}

static void test_lost(void **state)
{
	size_t size;
	FILE *out = open_memstream(&line, &size);

	(void)state;
	news = (struct ktlat_news){ .kind = KTLAT_NEWS_LOST, .sequence = 9,
				    .time_ns = 1000000, .lost = 5 };
	text_news(out, &news);
	json_news(out, &news);
	fclose(out);
	assert_string_equal(line,
			    "0.001000 lost 5 events, as they came faster than they were read\n"
			    "{\"event\":\"lost\",\"time_ns\":1000000,\"sequence\":9,\"session\":null,\"probe\":null,\"spec\":null,\"function\":null,\"lost\":5}\n");
	free(line);
}

/* Names are bounded, whoever wrote them. */
static void test_long_names(void **state)
{
	char name[2 * KTLAT_NAME_LEN];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	begin(KTLAT_NL_CMD_SLOW);
	put_probe(KTLAT_KIND_FUNCTION, 99);
	put_point(KTLAT_NL_A_POINT, name, name, 0);
	nla_put_string(message, KTLAT_NL_A_COMM, name);
	assert_int_equal(ktl_read_news(nlmsg_hdr(message), &news), 1);
	assert_int_equal(strlen(news.probe.point[0].name), KTLAT_NAME_LEN - 1);
	assert_int_equal(strlen(news.probe.point[0].module),
			 KTLAT_MODULE_LEN - 1);
	assert_int_equal(strlen(news.call.comm), KTLAT_COMM_LEN - 1);
}

/* However short a message is cut off, nothing beyond its end is looked at. */
static void test_cut_off(void **state)
{
	struct nlmsghdr *header;
	__u32 len, cut;

	(void)state;
	begin(KTLAT_NL_CMD_SLOW);
	put_function();
	put_call();
	len = nlmsg_hdr(message)->nlmsg_len;
	for (cut = sizeof(*header); cut <= len; cut++) {
		header = malloc(cut);
		memcpy(header, nlmsg_hdr(message), cut);
		header->nlmsg_len = cut;
		ktl_read_news(header, &news);
		free(header);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_function),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_tracepoints),
		cmocka_unit_test(test_syscall),
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_slow_in_group),
		cmocka_unit_test(test_slow_of_nobody),
		cmocka_unit_test(test_frozen),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

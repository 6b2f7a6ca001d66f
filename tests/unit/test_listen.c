// SPDX-License-Identifier: GPL-2.0-only
/* What a listener makes of what it receives, over sockets that are made up. */
#include <ktlat_netlink.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

#include "unit.h"

#define FAMILY		33
#define OVERFLOW	((struct nl_msg *)-1)
#define NOTHING		((struct nl_msg *)NULL)

/* What is received, call by call; the last one is followed by nothing. */
static struct nl_msg *script[32];
static int script_nr, script_at;
static __u32 sender;

/* What the module answers to the question how far it has got. */
static __u64 answer;
static int answer_error;
static int questions;
static __u64 *answer_to;

static struct ktlat_listener *l;
static struct ktlat_news news;
static struct ktlat_error error;

int __wrap_genl_connect(struct nl_sock *socket)
{
	(void)socket;
	return 0;
}

int __wrap_genl_ctrl_resolve(struct nl_sock *socket, const char *name)
{
	(void)socket;
	(void)name;
	return FAMILY;
}

int __wrap_genl_ctrl_resolve_grp(struct nl_sock *socket, const char *family,
				 const char *group)
{
	(void)socket;
	(void)family;
	(void)group;
	return 5;
}

int __wrap_nl_socket_add_memberships(struct nl_sock *socket, int group, ...)
{
	(void)socket;
	(void)group;
	return 0;
}

int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind,
			       nl_recvmsg_msg_cb_t callback, void *data)
{
	(void)socket;
	(void)type;
	(void)kind;
	(void)callback;
	answer_to = data;
	return 0;
}

int __wrap_genl_send_simple(struct nl_sock *socket, int family, int command,
			    int version, int flags)
{
	(void)socket;
	(void)version;
	(void)flags;
	assert_int_equal(family, FAMILY);
	assert_int_equal(command, KTLAT_NL_CMD_INFO_GET);
	questions++;
	return 0;
}

int __wrap_nl_recvmsgs_default(struct nl_sock *socket)
{
	(void)socket;
	if (answer_error)
		return answer_error;
	*answer_to = answer;
	return 0;
}

ssize_t __wrap_recvfrom(int fd, void *buffer, size_t size, int flags,
			struct sockaddr *from, socklen_t *from_len)
{
	struct sockaddr_nl *address = (struct sockaddr_nl *)from;
	struct nl_msg *message = NOTHING;
	size_t len;

	(void)fd;
	(void)from_len;
	assert_true(flags & MSG_DONTWAIT);
	if (script_at < script_nr)
		message = script[script_at++];
	if (message == NOTHING || message == OVERFLOW) {
		errno = message ? ENOBUFS : EAGAIN;
		return -1;
	}
	address->nl_pid = sender;
	len = nlmsg_hdr(message)->nlmsg_len;
	assert_true(len <= size);
	memcpy(buffer, nlmsg_hdr(message), len);
	nlmsg_free(message);
	return len;
}

static struct nl_msg *make_of(int family, int command, int attribute, int len,
			      __u64 value)
{
	struct nl_msg *message = nlmsg_alloc();

	genlmsg_put(message, 0, 0, family, 0, 0, command, 1);
	nla_put(message, attribute, len, &value);
	return message;
}

static struct nl_msg *event(__u64 sequence)
{
	return make_of(FAMILY, KTLAT_NL_CMD_ADDED, KTLAT_NL_A_SEQUENCE, 8,
		       sequence);
}

static struct nl_msg *going(__u16 family)
{
	return make_of(GENL_ID_CTRL, CTRL_CMD_DELFAMILY, CTRL_ATTR_FAMILY_ID,
		       2, family);
}

/* A listener that begins behind event 10. */
static void begin(void)
{
	ktlat_stop_listening(l);
	script_nr = 0;
	script_at = 0;
	sender = 0;
	questions = 0;
	answer_error = 0;
	answer = 10;
	assert_int_equal(ktlat_listen(&l, 4096, &error), 0);
	assert_int_equal(questions, 1);
}

static void receives(struct nl_msg *message)
{
	script[script_nr++] = message;
}

static void expect_event(__u64 sequence)
{
	assert_int_equal(ktlat_next_news(l, &news, &error), 1);
	assert_int_equal(news.kind, KTLAT_NEWS_ADDED);
	assert_int_equal(news.sequence, sequence);
}

static void expect_lost(__u64 lost)
{
	assert_int_equal(ktlat_next_news(l, &news, &error), 1);
	assert_int_equal(news.kind, KTLAT_NEWS_LOST);
	assert_int_equal(news.lost, lost);
}

static void expect_nothing(void)
{
	assert_int_equal(ktlat_next_news(l, &news, &error), 0);
}

static void expect_error(int code, const char *text)
{
	assert_int_equal(ktlat_next_news(l, &news, &error), -code);
	assert_non_null(strstr(error.text, text));
}

static void test_all_of_them(void **state)
{
	(void)state;
	begin();
	expect_nothing();
	receives(event(11));
	receives(event(12));
	expect_event(11);
	expect_event(12);
	expect_nothing();
	assert_int_equal(questions, 1);
}

/* It came between joining and asking. */
static void test_older_than_the_answer(void **state)
{
	(void)state;
	begin();
	receives(event(9));
	receives(event(10));
	receives(event(11));
	expect_event(9);
	expect_event(10);
	expect_event(11);
	expect_nothing();
}

static void test_gap(void **state)
{
	(void)state;
	begin();
	receives(event(14));
	receives(event(15));
	receives(event(17));
	expect_lost(3);
	assert_int_equal(news.sequence, 13);
	assert_true(news.time_ns);
	expect_event(14);
	expect_event(15);
	expect_lost(1);
	expect_event(17);
	expect_nothing();
}

/* Nothing comes behind what was lost. */
static void test_overflow_at_the_end(void **state)
{
	(void)state;
	begin();
	receives(OVERFLOW);
	receives(event(11));
	receives(NOTHING);
	answer = 20;
	expect_event(11);
	assert_int_equal(questions, 1);
	expect_lost(9);
	assert_int_equal(questions, 2);
	expect_nothing();
	receives(event(21));
	expect_event(21);
	expect_nothing();
	assert_int_equal(questions, 2);
}

/* What comes while the module is asked is not lost. */
static void test_overflow_and_more(void **state)
{
	(void)state;
	begin();
	answer = 14;
	receives(OVERFLOW);
	receives(NOTHING);
	receives(event(13));
	receives(event(14));
	receives(event(15));
	expect_lost(2);
	expect_event(13);
	expect_event(14);
	expect_event(15);
	expect_nothing();
	assert_int_equal(questions, 2);
}

static void test_overflow_of_nothing(void **state)
{
	(void)state;
	begin();
	receives(OVERFLOW);
	expect_nothing();
	assert_int_equal(questions, 2);
}

/* The socket overflows again while it is found out what was lost before. */
static void test_overflow_twice(void **state)
{
	(void)state;
	begin();
	answer = 12;
	receives(OVERFLOW);
	receives(NOTHING);
	receives(OVERFLOW);
	expect_lost(2);
	answer = 15;
	expect_lost(3);
	assert_int_equal(questions, 3);
	expect_nothing();
}

static void test_unknown_event(void **state)
{
	(void)state;
	begin();
	receives(make_of(FAMILY, 99, KTLAT_NL_A_SEQUENCE, 8, 11));
	receives(make_of(FAMILY, 99, KTLAT_NL_A_SEQUENCE, 8, 13));
	receives(event(14));
	expect_lost(1);
	expect_event(14);
	expect_nothing();
}

static void test_not_from_the_kernel(void **state)
{
	(void)state;
	begin();
	sender = 1234;
	receives(event(99));
	expect_nothing();
}

static void test_others(void **state)
{
	(void)state;
	begin();
	receives(make_of(FAMILY + 1, 1, 1, 8, 1));
	receives(going(FAMILY + 1));
	receives(event(11));
	expect_event(11);
	expect_nothing();
}

static void test_module_goes(void **state)
{
	(void)state;
	begin();
	receives(event(11));
	receives(going(FAMILY));
	expect_event(11);
	expect_error(ENODEV, "the module ktlat was unloaded");
}

/* The notice of it was among what was lost. */
static void test_module_goes_unheard(void **state)
{
	(void)state;
	begin();
	receives(OVERFLOW);
	answer_error = -NLE_OBJ_NOTFOUND;
	expect_error(ENODEV, "the module ktlat was unloaded");
}

static void test_nonsense(void **state)
{
	(void)state;
	begin();
	receives(make_of(FAMILY, KTLAT_NL_CMD_ADDED, KTLAT_NL_A_SEQUENCE, 4,
			 11));
	expect_error(EPROTO, "contradicts itself");
	begin();
	receives(make_of(FAMILY, KTLAT_NL_CMD_ADDED, KTLAT_NL_A_TIME, 8, 11));
	expect_error(EPROTO, "contradicts itself");
	begin();
	receives(event(0));
	expect_error(EPROTO, "contradicts itself");
	begin();
	receives(make_of(FAMILY, KTLAT_NL_CMD_ADDED, KTLAT_NL_A_POINT, 3, 0));
	expect_error(EPROTO, "contradicts itself");
}

static void test_may_not(void **state)
{
	(void)state;
	begin();
	ktlat_stop_listening(l);
	l = NULL;
	answer_error = -NLE_PERM;
	assert_int_equal(ktlat_listen(&l, 4096, &error), -EPERM);
	assert_non_null(strstr(error.text, "CAP_NET_ADMIN"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_them),
		cmocka_unit_test(test_older_than_the_answer),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_overflow_at_the_end),
		cmocka_unit_test(test_overflow_and_more),
		cmocka_unit_test(test_overflow_of_nothing),
		cmocka_unit_test(test_overflow_twice),
		cmocka_unit_test(test_unknown_event),
		cmocka_unit_test(test_not_from_the_kernel),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_module_goes),
		cmocka_unit_test(test_module_goes_unheard),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_may_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

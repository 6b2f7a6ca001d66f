// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening to what the module announces, and counting what was lost of it.
 *
 * Events are numbered; a gap is what was lost. Where a socket has overflowed, and all
 * that it held has been read, the module is asked on a second socket how far it has
 * got: what is not there by then will not come.
 */
#include <ktlat_netlink.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "internal.h"

/* No message is longer. */
#define BUFFER_SIZE	32768

/**
 * struct ktlat_listener - A listener
 * @events: the socket that is in the group
 * @requests: another one, for questions
 * @family: number of the module's family
 * @last: number of the last event that was received, or is known to be lost
 * @overflown: the socket has said that it lost something
 * @settling: what comes up to @until is there by now, or lost
 * @until: number of an event
 * @holding: @held is to be told next, before anything is received
 * @held: an event
 * @buffer: what was received last
 * @next: the next message in it
 * @left: how many bytes there are from there on
 */
struct ktlat_listener {
	struct nl_sock *events;
	struct nl_sock *requests;
	int family;
	__u64 last;
	bool overflown;
	bool settling;
	__u64 until;
	bool holding;
	struct ktlat_news held;
	struct nlmsghdr *next;
	int left;
	char buffer[BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static int fail_libnl(const char *what, int code, struct ktlat_error *err)
{
	return ktl_fail(err, EIO, "cannot listen to the module ktlat: %s: %s",
			what, nl_geterror(code));
}

static int fail_missing(struct ktlat_error *err)
{
	struct ktlat_module module;

	ktlat_get_module(&module);
	if (!module.loaded)
		return ktl_fail(err, ENOENT,
				"cannot listen to the module ktlat: it is not loaded; load it as root with: ktlat-ctl load");
	return ktl_fail(err, ENXIO,
			"cannot listen to the module ktlat: it announces nothing in this network namespace, only in the initial one; run this there: nsenter -t 1 -n ktlat-ctl monitor");
}

static int fail_unloaded(struct ktlat_error *err)
{
	return ktl_fail(err, ENODEV,
			"the module ktlat was unloaded: nothing more will come; load it, and listen again");
}

static int take_answer(struct nl_msg *message, void *data)
{
	struct nlattr *a[KTLAT_NL_A_NR];
	__u64 *sequence = data;

	if (genlmsg_parse(nlmsg_hdr(message), 0, a, KTLAT_NL_A_NR - 1, NULL) ||
	    !a[KTLAT_NL_A_SEQUENCE] ||
	    nla_len(a[KTLAT_NL_A_SEQUENCE]) != sizeof(*sequence))
		return -NLE_MSG_TOOSHORT;
	*sequence = nla_get_u64(a[KTLAT_NL_A_SEQUENCE]);
	return NL_STOP;
}

/* How far has the module got? Returns 0 or a negative code of libnl. */
static int ask(struct ktlat_listener *l, __u64 *sequence)
{
	int ret = nl_socket_modify_cb(l->requests, NL_CB_VALID, NL_CB_CUSTOM,
				      take_answer, sequence);

	if (!ret)
		ret = genl_send_simple(l->requests, l->family,
				       KTLAT_NL_CMD_INFO_GET, KTLAT_NL_VERSION,
				       0);
	return ret < 0 ? ret : nl_recvmsgs_default(l->requests);
}

static struct nl_sock *connect_socket(void)
{
	struct nl_sock *socket = nl_socket_alloc();

	if (socket && genl_connect(socket)) {
		nl_socket_free(socket);
		return NULL;
	}
	if (socket)
		nl_socket_disable_auto_ack(socket);
	return socket;
}

static int fail_join(int ret, struct ktlat_error *err)
{
	if (ret == -NLE_PERM)
		return ktl_fail(err, EPERM,
				"cannot listen to the module ktlat: it takes CAP_SYS_ADMIN; run as root");
	return fail_libnl("its events", ret, err);
}

/* Whose going is announced tells when the module goes. */
static int join(struct ktlat_listener *l, struct ktlat_error *err)
{
	int group, goings, ret;

	l->family = genl_ctrl_resolve(l->requests, KTLAT_NL_FAMILY);
	if (l->family == -NLE_OBJ_NOTFOUND)
		return fail_missing(err);
	if (l->family < 0)
		return fail_libnl("its family", l->family, err);
	group = genl_ctrl_resolve_grp(l->requests, KTLAT_NL_FAMILY,
				      KTLAT_NL_GROUP);
	if (group == -NLE_OBJ_NOTFOUND)
		return ktl_fail(err, EOPNOTSUPP,
				"cannot listen to the module ktlat: it announces nothing, as this kernel would let anybody listen");
	goings = genl_ctrl_resolve_grp(l->requests, "nlctrl", "notify");
	if (group < 0 || goings < 0)
		return fail_libnl("its group", group < 0 ? group : goings, err);
	ret = nl_socket_add_memberships(l->events, group, goings, 0);
	return ret ? fail_join(ret, err) : 0;
}

/* More than the system's limit takes CAP_NET_ADMIN. */
static void set_buffer(struct ktlat_listener *l, __u32 buffer)
{
	int fd = nl_socket_get_fd(l->events), bytes = buffer;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static int begin(struct ktlat_listener *l, __u32 buffer,
		 struct ktlat_error *err)
{
	int ret;

	l->events = connect_socket();
	l->requests = connect_socket();
	if (!l->events || !l->requests)
		return ktl_fail(err, errno,
				"cannot listen to the module ktlat: no netlink socket: %s",
				strerror(errno));
	set_buffer(l, buffer);
	ret = join(l, err);
	if (ret)
		return ret;
	/* What comes from here on is counted. */
	ret = ask(l, &l->last);
	if (ret == -NLE_PERM)
		return ktl_fail(err, EPERM,
				"cannot listen to the module ktlat: it takes CAP_NET_ADMIN; run as root");
	return ret < 0 ? fail_libnl("a question", ret, err) : 0;
}

/**
 * ktlat_listen() - Listen to what the module announces
 * @out: where to put the listener
 * @buffer: how many bytes may wait to be received, as far as the kernel gives them
 * @err: why it failed: ENOENT (the module is not loaded), ENXIO (this is not the
 *	initial network namespace), EPERM
 *
 * A listener does not hold the module.
 */
int ktlat_listen(struct ktlat_listener **out, __u32 buffer,
		 struct ktlat_error *err)
{
	struct ktlat_listener *l = calloc(1, sizeof(*l));
	int ret;

	if (!l)
		return ktl_fail(err, ENOMEM, "out of memory");
	ret = begin(l, buffer, err);
	if (ret) {
		ktlat_stop_listening(l);
		return ret;
	}
	*out = l;
	return 0;
}

void ktlat_stop_listening(struct ktlat_listener *l)
{
	if (!l)
		return;
	nl_socket_free(l->events);
	nl_socket_free(l->requests);
	free(l);
}

/* To wait for: when it is readable, ktlat_next_news() may have something. */
int ktlat_get_listener_fd(const struct ktlat_listener *l)
{
	return nl_socket_get_fd(l->events);
}

/* Is it the news that our family goes? */
static bool tells_end(const struct ktlat_listener *l, struct nlmsghdr *message)
{
	struct nlattr *a[CTRL_ATTR_MAX + 1];

	return genlmsg_valid_hdr(message, 0) &&
	       genlmsg_hdr(message)->cmd == CTRL_CMD_DELFAMILY &&
	       !genlmsg_parse(message, 0, a, CTRL_ATTR_MAX, NULL) &&
	       a[CTRL_ATTR_FAMILY_ID] &&
	       nla_len(a[CTRL_ATTR_FAMILY_ID]) == sizeof(__u16) &&
	       nla_get_u16(a[CTRL_ATTR_FAMILY_ID]) == l->family;
}

/* Returns 0, also where it is told that something is lost; -EAGAIN: nothing there. */
static int receive(struct ktlat_listener *l, struct ktlat_error *err)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_len = sizeof(from);
	ssize_t len;

	len = recvfrom(nl_socket_get_fd(l->events), l->buffer,
		       sizeof(l->buffer), MSG_DONTWAIT,
		       (struct sockaddr *)&from, &from_len);
	if (len < 0 && errno == EAGAIN)
		return -EAGAIN;
	if (len < 0 && errno != ENOBUFS)
		return ktl_fail(err, errno,
				"cannot listen to the module ktlat: %s",
				strerror(errno));
	if (len < 0)
		l->overflown = true;
	l->next = (struct nlmsghdr *)l->buffer;
	/* Only the kernel is believed. */
	l->left = len < 0 || from.nl_pid ? 0 : len;
	return 0;
}

static __u64 monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* All up to a number that did not come is lost. Returns whether that is any. */
static bool tell_lost(struct ktlat_listener *l, __u64 until,
		      struct ktlat_news *news)
{
	if (until <= l->last)
		return false;
	memset(news, 0, sizeof(*news));
	news->kind = KTLAT_NEWS_LOST;
	news->sequence = until;
	news->time_ns = monotonic_ns();
	news->lost = until - l->last;
	l->last = until;
	return true;
}

/* Takes an event out of a message; what was lost before it comes first. */
static int take_event(struct ktlat_listener *l, struct nlmsghdr *message,
		      struct ktlat_news *news, struct ktlat_error *err)
{
	int ret = ktl_read_news(message, &l->held);

	if (ret < 0)
		return ktl_fail(err, EPROTO,
				"cannot read what the module ktlat announces: a message contradicts itself; install ktlat-ctl and the module from the same version");
	l->holding = ret;
	ret = tell_lost(l, l->held.sequence - 1, news);
	if (l->held.sequence > l->last)
		l->last = l->held.sequence;
	return ret;
}

static int take_message(struct ktlat_listener *l, struct ktlat_news *news,
			struct ktlat_error *err)
{
	struct nlmsghdr *message = l->next;

	l->next = nlmsg_next(message, &l->left);
	if (message->nlmsg_type == GENL_ID_CTRL)
		return tells_end(l, message) ? fail_unloaded(err) : 0;
	if (message->nlmsg_type != l->family)
		return 0;
	return take_event(l, message, news, err);
}

/*
 * There is nothing to receive. After an overflow the module is asked, what has come
 * meanwhile is received, and what is not there then is lost.
 */
static int settle(struct ktlat_listener *l, struct ktlat_news *news,
		  struct ktlat_error *err)
{
	int ret;

	if (l->settling) {
		l->settling = false;
		return tell_lost(l, l->until, news);
	}
	if (!l->overflown)
		return -EAGAIN;
	ret = ask(l, &l->until);
	if (ret == -NLE_OBJ_NOTFOUND)
		return fail_unloaded(err);
	if (ret < 0)
		return fail_libnl("a question", ret, err);
	l->overflown = false;
	l->settling = true;
	return 0;
}

/* Returns 1 with an event, 0 if there may be more, -EAGAIN if there is not. */
static int get_on(struct ktlat_listener *l, struct ktlat_news *news,
		  struct ktlat_error *err)
{
	int ret;

	if (l->holding) {
		*news = l->held;
		l->holding = false;
		return 1;
	}
	if (nlmsg_ok(l->next, l->left))
		return take_message(l, news, err);
	ret = receive(l, err);
	return ret == -EAGAIN ? settle(l, news, err) : ret;
}

/**
 * ktlat_next_news() - The next event
 * @l: listener
 * @news: where to put it
 * @err: why it failed; ENODEV if the module was unloaded
 *
 * Does not wait. Returns 1, or 0 if there is none.
 */
int ktlat_next_news(struct ktlat_listener *l, struct ktlat_news *news,
		    struct ktlat_error *err)
{
	int ret;

	do
		ret = get_on(l, news, err);
	while (!ret);
	return ret == -EAGAIN ? 0 : ret;
}

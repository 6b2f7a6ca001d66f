// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the module's netlink family, right ones and wrong ones.
 *
 *   netlink info       the number of the last event
 *   netlink dump       all probes, a JSON object a line
 *   netlink get ID     one of them
 *   netlink join       joins the group of events, and leaves it
 *   netlink wrong      requests that must be refused: "NAME ERRNO", a line each
 *
 * What is refused is printed as the name of its errno.
 */
#include <errno.h>
#include <ktlat_netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct request - A request
 * @name: what is wrong with it
 * @command: &enum ktlat_nl_cmd
 * @flags: NLM_F_*
 * @attribute: its attribute, or 0 for none
 * @length: of that, in bytes
 * @id: what it holds
 * @trailing: so many bytes more behind it, that are no attribute
 */
struct request {
	const char *name;
	int command;
	int flags;
	int attribute;
	int length;
	uint64_t id[2];
	int trailing;
};

static const struct request wrong[] = {
	{ "no-id", KTLAT_NL_CMD_PROBE_GET, 0, 0, 0, { 0 }, 0 },
	{ "empty-id", KTLAT_NL_CMD_PROBE_GET, 0, KTLAT_NL_A_PROBE_ID, 0, { 0 }, 0 },
	{ "short-id", KTLAT_NL_CMD_PROBE_GET, 0, KTLAT_NL_A_PROBE_ID, 4, { 1 }, 0 },
	{ "long-id", KTLAT_NL_CMD_PROBE_GET, 0, KTLAT_NL_A_PROBE_ID, 16, { 1 }, 0 },
	{ "zero-id", KTLAT_NL_CMD_PROBE_GET, 0, KTLAT_NL_A_PROBE_ID, 8, { 0 }, 0 },
	{ "no-such-id", KTLAT_NL_CMD_PROBE_GET, 0, KTLAT_NL_A_PROBE_ID, 8,
	  { ~0ULL }, 0 },
	{ "nested-id", KTLAT_NL_CMD_PROBE_GET, 0,
	  KTLAT_NL_A_PROBE_ID | NLA_F_NESTED, 8, { 1 }, 0 },
	{ "trailing", KTLAT_NL_CMD_PROBE_GET, 0, KTLAT_NL_A_PROBE_ID, 8, { 1 },
	  3 },
	{ "answer-attribute", KTLAT_NL_CMD_PROBE_GET, 0, KTLAT_NL_A_ENTRIES, 8,
	  { 1 }, 0 },
	{ "unknown-attribute", KTLAT_NL_CMD_PROBE_GET, 0, 200, 8, { 1 }, 0 },
	{ "dump-of-one", KTLAT_NL_CMD_PROBE_GET, NLM_F_DUMP,
	  KTLAT_NL_A_PROBE_ID, 8, { 1 }, 0 },
	{ "dump-unknown-attribute", KTLAT_NL_CMD_PROBE_GET, NLM_F_DUMP, 200, 8,
	  { 1 }, 0 },
	{ "info-of-one", KTLAT_NL_CMD_INFO_GET, 0, KTLAT_NL_A_PROBE_ID, 8,
	  { 1 }, 0 },
	{ "info-unknown-attribute", KTLAT_NL_CMD_INFO_GET, 0, 200, 8, { 1 }, 0 },
	{ "info-dump", KTLAT_NL_CMD_INFO_GET, NLM_F_DUMP, 0, 0, { 0 }, 0 },
	{ "event", KTLAT_NL_CMD_ADDED, 0, 0, 0, { 0 }, 0 },
	{ "unknown-command", 99, 0, 0, 0, { 0 }, 0 },
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static struct nl_sock *sock;
static int family;

static int quit(const char *what, int code)
{
	fprintf(stderr, "netlink: %s: %s\n", what, nl_geterror(code));
	exit(2);
}

static struct nl_msg *make(const struct request *request)
{
	struct nl_msg *message = nlmsg_alloc();
	void *trailing;

	genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0,
		    request->flags, request->command, KTLAT_NL_VERSION);
	if (request->attribute)
		nla_put(message, request->attribute, request->length,
			request->id);
	if (request->trailing) {
		trailing = nlmsg_reserve(message, request->trailing, 1);
		memset(trailing, 0x55, request->trailing);
	}
	return message;
}

static void print_point(const char *name, const char *module,
			struct nlattr *nested)
{
	struct nlattr *a[KTLAT_NL_POINT_A_NR] = { NULL };

	if (nested)
		nla_parse_nested(a, KTLAT_NL_POINT_A_NR - 1, nested, NULL);
	printf(",\"%s\":\"%s\"", name, a[KTLAT_NL_POINT_A_NAME] ?
	       nla_get_string(a[KTLAT_NL_POINT_A_NAME]) : "");
	printf(",\"%s\":\"%s\"", module, a[KTLAT_NL_POINT_A_MODULE] ?
	       nla_get_string(a[KTLAT_NL_POINT_A_MODULE]) : "");
}

static void print_number(const char *key, struct nlattr *attribute)
{
	if (!attribute)
		printf(",\"%s\":null", key);
	else if (nla_len(attribute) == sizeof(uint64_t))
		printf(",\"%s\":%llu", key,
		       (unsigned long long)nla_get_u64(attribute));
	else if (nla_len(attribute) == sizeof(uint32_t))
		printf(",\"%s\":%u", key, nla_get_u32(attribute));
	else
		printf(",\"%s\":%u", key, nla_get_u8(attribute));
}

static int print_answer(struct nl_msg *message, void *data)
{
	static const struct {
		const char *key;
		int attribute;
	} numbers[] = {
		{ "id", KTLAT_NL_A_PROBE_ID },
		{ "session", KTLAT_NL_A_SESSION_ID },
		{ "kind", KTLAT_NL_A_KIND },
		{ "backend", KTLAT_NL_A_BACKEND },
		{ "state", KTLAT_NL_A_STATE },
		{ "functions", KTLAT_NL_A_FUNCTIONS },
		{ "generation", KTLAT_NL_A_GENERATION },
		{ "exact", KTLAT_NL_A_EXACT },
		{ "entries", KTLAT_NL_A_ENTRIES },
		{ "count", KTLAT_NL_A_RETURNS },
		{ "sum_ns", KTLAT_NL_A_SUM },
		{ "min_ns", KTLAT_NL_A_MIN },
		{ "max_ns", KTLAT_NL_A_MAX },
		{ "missed", KTLAT_NL_A_MISSED },
		{ "recursed", KTLAT_NL_A_RECURSED },
		{ "abandoned", KTLAT_NL_A_ABANDONED },
		{ "filtered", KTLAT_NL_A_FILTERED },
		{ "in_flight", KTLAT_NL_A_IN_FLIGHT },
		{ "unmatched", KTLAT_NL_A_UNMATCHED },
		{ "clock_backwards", KTLAT_NL_A_CLOCK_BACKWARDS },
	};
	struct nlattr *a[KTLAT_NL_A_NR];
	size_t i;

	(void)data;
	genlmsg_parse(nlmsg_hdr(message), 0, a, KTLAT_NL_A_NR - 1, NULL);
	if (a[KTLAT_NL_A_SEQUENCE]) {
		printf("%llu\n", (unsigned long long)
		       nla_get_u64(a[KTLAT_NL_A_SEQUENCE]));
		return NL_OK;
	}
	printf("{\"version\":1");
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		print_number(numbers[i].key, a[numbers[i].attribute]);
	print_point("function", "module", a[KTLAT_NL_A_POINT]);
	print_point("end", "end_module", a[KTLAT_NL_A_END_POINT]);
	printf("}\n");
	return NL_OK;
}

/* libnl has errors of its own; the kernel's is what is wanted. */
static int keep_error(struct sockaddr_nl *from, struct nlmsgerr *error,
		      void *data)
{
	(void)from;
	*(int *)data = -error->error;
	return NL_STOP;
}

/* Returns the errno that it was refused with, or 0. */
static int send_request(const struct request *request)
{
	struct nl_msg *message = make(request);
	int code = 0, ret;

	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, keep_error, &code);
	ret = nl_send_auto(sock, message);
	nlmsg_free(message);
	if (ret < 0)
		quit("send", ret);
	ret = nl_recvmsgs_default(sock);
	if (ret < 0 && !code)
		quit("receive", ret);
	return code;
}

static int ask(const struct request *request)
{
	int code = send_request(request);

	if (code)
		printf("%s\n", strerrorname_np(code));
	return code ? 1 : 0;
}

static int ask_wrong(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		int code = send_request(&wrong[i]);

		printf("%s %s\n", wrong[i].name,
		       code ? strerrorname_np(code) : "taken");
	}
	return 0;
}

static int join(void)
{
	int group = genl_ctrl_resolve_grp(sock, KTLAT_NL_FAMILY,
					  KTLAT_NL_GROUP);

	if (group < 0)
		quit("group", group);
	errno = 0;
	if (!nl_socket_add_membership(sock, group))
		return 0;
	printf("%s\n", strerrorname_np(errno));
	return 1;
}

static int usage(void)
{
	fprintf(stderr, "usage: netlink info | dump | get ID | join | wrong\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct request request = { .command = KTLAT_NL_CMD_PROBE_GET };

	if (argc < 2 || (argc > 2) != !strcmp(argv[1], "get"))
		return usage();
	sock = nl_socket_alloc();
	if (!sock || genl_connect(sock))
		quit("connect", NLE_BAD_SOCK);
	nl_socket_disable_auto_ack(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, print_answer,
			    NULL);
	family = genl_ctrl_resolve(sock, KTLAT_NL_FAMILY);
	if (family < 0)
		quit("family", family);
	if (!strcmp(argv[1], "wrong"))
		return ask_wrong();
	if (!strcmp(argv[1], "join"))
		return join();
	if (!strcmp(argv[1], "info"))
		request.command = KTLAT_NL_CMD_INFO_GET;
	else if (!strcmp(argv[1], "dump"))
		request.flags = NLM_F_DUMP;
	else if (!strcmp(argv[1], "get"))
		request = (struct request){ "", KTLAT_NL_CMD_PROBE_GET, 0,
			KTLAT_NL_A_PROBE_ID, sizeof(request.id[0]),
			{ strtoull(argv[2], NULL, 10) }, 0 };
	else
		return usage();
	return ask(&request);
}

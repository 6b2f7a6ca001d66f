// SPDX-License-Identifier: GPL-2.0-only
/* What is announced: a line each, as text or as JSON. */
#include "ctl.h"
#include "json.h"
#include "names.h"
#include "news.h"

static const char *event_name(enum ktlat_news_kind kind)
{
	static const char * const names[] = {
		[KTLAT_NEWS_LOST]	= "lost",
		[KTLAT_NEWS_ADDED]	= "added",
		[KTLAT_NEWS_REMOVED]	= "removed",
		[KTLAT_NEWS_ATTACHED]	= "attached",
		[KTLAT_NEWS_DETACHED]	= "detached",
		[KTLAT_NEWS_MISSED]	= "missed",
		[KTLAT_NEWS_SLOW]	= "slow",
		[KTLAT_NEWS_FROZEN]	= "frozen",
	};

	return names[kind];
}

static void print_probe(FILE *out, const struct ktlat_news *news)
{
	char spec[KTLAT_SPEC_LEN];

	if (!news->probe.id)
		return;
	fprintf(out, " probe %llu", (unsigned long long)news->probe.id);
	if (!news->probe.kind)
		return;
	ktlat_format_spec(&news->probe, spec);
	fprintf(out, " %s", spec);
}

static void print_call(FILE *out, const struct ktlat_news *news)
{
	const struct ktlat_event *call = &news->call;
	char latency[KTLAT_DURATION_LEN];

	ktlat_format_duration(call->latency_ns, latency);
	if (news->probe.kind == KTLAT_KIND_GROUP)
		fprintf(out, ", function %u", call->function);
	fprintf(out, ": %s, CPU %u, %s, %s[%u]", latency, call->cpu,
		context_name(call->context), call->comm, call->pid);
	if (news->suppressed)
		fprintf(out, "; %llu more were not told",
			(unsigned long long)news->suppressed);
}

static void print_details(FILE *out, const struct ktlat_news *news)
{
	switch (news->kind) {
	case KTLAT_NEWS_LOST:
		fprintf(out, " %llu events, as they came faster than they were read",
			(unsigned long long)news->lost);
		break;
	case KTLAT_NEWS_ADDED:
		fprintf(out, " (%s)", backend_name(news->probe.backend));
		break;
	case KTLAT_NEWS_DETACHED:
		fprintf(out, " (%s)", state_name(news->probe.state));
		break;
	case KTLAT_NEWS_MISSED:
		fprintf(out, ": %llu calls, %llu in all",
			(unsigned long long)news->missed_new,
			(unsigned long long)news->missed);
		break;
	case KTLAT_NEWS_SLOW:
		print_call(out, news);
		break;
	case KTLAT_NEWS_FROZEN:
		fprintf(out, ": the rings of session %llu",
			(unsigned long long)news->session_id);
		break;
	default:
		break;
	}
}

/* The time is that of the kernel's log. */
void text_news(FILE *out, const struct ktlat_news *news)
{
	fprintf(out, "%llu.%06llu %s",
		(unsigned long long)(news->time_ns / NS_PER_S),
		(unsigned long long)(news->time_ns % NS_PER_S / 1000),
		event_name(news->kind));
	print_probe(out, news);
	print_details(out, news);
	putc('\n', out);
}

/* A key that is not told of is null. */
static void add_word(struct json_object *to, const char *key, bool told,
		     const char *word)
{
	json_object_object_add(to, key, told ? json_object_new_string(word) :
					       NULL);
}

static void add_count(struct json_object *to, const char *key, __u64 count)
{
	json_object_object_add(to, key, count ? json_object_new_uint64(count) :
						NULL);
}

static void add_probe(struct json_object *event, const struct ktlat_news *news)
{
	const struct ktlat_probe_info *probe = &news->probe;
	char spec[KTLAT_SPEC_LEN] = "";

	if (probe->kind)
		ktlat_format_spec(probe, spec);
	add_count(event, "session", news->session_id);
	add_count(event, "probe", probe->id);
	add_word(event, "spec", probe->kind, spec);
	add_word(event, "function",
		 probe->kind && probe->kind != KTLAT_KIND_GROUP,
		 probe->point[0].name);
	if (!probe->kind)
		return;
	add_string(event, "kind", kind_name(probe->kind));
	add_string(event, "backend", backend_name(probe->backend));
	if (probe->state)
		add_string(event, "state", state_name(probe->state));
}

static void add_call(struct json_object *event, const struct ktlat_news *news)
{
	const struct ktlat_event *call = &news->call;

	add_number(event, "latency_ns", call->latency_ns);
	if (news->probe.kind == KTLAT_KIND_GROUP)
		add_number(event, "member", call->function);
	add_number(event, "cpu", call->cpu);
	add_string(event, "context", context_name(call->context));
	add_number(event, "pid", call->pid);
	add_number(event, "tgid", call->tgid);
	add_string(event, "comm", call->comm);
	add_count(event, "stack_id", call->stack_id);
	add_number(event, "suppressed", news->suppressed);
}

void json_news(FILE *out, const struct ktlat_news *news)
{
	struct json_object *event = json_object_new_object();

	add_string(event, "event", event_name(news->kind));
	add_number(event, "time_ns", news->time_ns);
	add_number(event, "sequence", news->sequence);
	add_probe(event, news);
	if (news->kind == KTLAT_NEWS_LOST)
		add_number(event, "lost", news->lost);
	if (news->kind == KTLAT_NEWS_MISSED) {
		add_number(event, "missed_new", news->missed_new);
		add_number(event, "missed", news->missed);
	}
	if (news->kind == KTLAT_NEWS_SLOW)
		add_call(event, news);
	json_print(out, event);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the file of a recording; file.h has the layout. All of it is looked at
 * once, and what is not events is remembered; then file_merge.c reads those.
 * Nothing in it is believed: it may have been damaged, or made to do harm.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

#define SEARCH_SIZE	65536

/* Reads so many bytes; false if they are not there. */
bool ktl_read_at(const struct ktlat_reader *r, __u64 at, void *bytes, size_t len)
{
	while (len) {
		ssize_t done = pread(r->fd, bytes, len, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes = (char *)bytes + done;
		at += done;
		len -= done;
	}
	return true;
}

/* Some chunks cannot be read, the first of them at @at. */
void ktl_note_damage(struct ktlat_reader *r, __u64 at, __u64 nr)
{
	if (nr && !r->nr_bad)
		r->bad_at = at;
	r->nr_bad += nr;
}

/**
 * struct head - The head of a chunk
 * @type: its type
 * @number: its number
 * @len: how long it is without its head
 * @checksum: of what follows
 */
struct head {
	__u32 type;
	__u32 number;
	__u32 len;
	__u32 checksum;
};

static bool parse_head(const unsigned char *bytes, struct head *head)
{
	if (memcmp(bytes, KTL_CHUNK_MAGIC, 4) ||
	    ktl_get_word(bytes + 20) != ktl_checksum(bytes, 20))
		return false;
	head->type = ktl_get_word(bytes + 4);
	head->number = ktl_get_word(bytes + 8);
	head->len = ktl_get_word(bytes + 12);
	head->checksum = ktl_get_word(bytes + 16);
	return head->len <= KTL_CHUNK_MAX;
}

/* Where the first whole head is in so many bytes; @len if there is none. */
static size_t search_head(const unsigned char *bytes, size_t len)
{
	const unsigned char *at = bytes;
	struct head head;

	while ((at = memmem(at, bytes + len - at, KTL_CHUNK_MAGIC, 4))) {
		if (bytes + len - at < KTL_CHUNK_HEAD)
			break;
		if (parse_head(at, &head))
			return at - bytes;
		at++;
	}
	return len;
}

/* Where the next whole head is from @at on; the size of the file if nowhere. */
static __u64 find_head(const struct ktlat_reader *r, __u64 at)
{
	unsigned char *bytes = malloc(SEARCH_SIZE);
	__u64 found = r->size;

	while (bytes && found == r->size && r->size - at >= KTL_CHUNK_HEAD) {
		size_t len = r->size - at < SEARCH_SIZE ? r->size - at :
							  SEARCH_SIZE;
		size_t place;

		if (!ktl_read_at(r, at, bytes, len))
			break;
		place = search_head(bytes, len);
		if (place < len)
			found = at + place;
		/* One may lie across the edge. */
		at += len - KTL_CHUNK_HEAD + 1;
	}
	free(bytes);
	return found;
}

static int fail_strange(const char *path, struct ktlat_error *err)
{
	return ktl_fail(err, EPROTO,
			"cannot read %s: it is no recording of ktlat-ctl, or nothing in it is whole; give the file that ktlat-ctl record wrote",
			path);
}

/*
 * Where the first chunk begins. A header that is not whole says nothing; then it
 * depends on whether any chunk is.
 */
static int check_header(struct ktlat_reader *r, __u64 *at,
			struct ktlat_error *err)
{
	unsigned char header[KTL_FILE_HEADER];
	__u32 version;

	*at = KTL_FILE_HEADER;
	if (r->size < KTL_FILE_HEADER ||
	    !ktl_read_at(r, 0, header, sizeof(header)))
		return fail_strange(r->path, err);
	version = ktl_get_word(header + 8);
	if (memcmp(header, KTL_FILE_MAGIC, 8) ||
	    ktl_get_word(header + 16) != ktl_checksum(header, 16)) {
		*at = find_head(r, 1);
		if (*at == r->size)
			return fail_strange(r->path, err);
		ktl_note_damage(r, 0, 1);
	} else if (version != KTL_FILE_VERSION) {
		return ktl_fail(err, EPROTO,
				"cannot read %s: it is of version %u, and this ktlat-ctl reads version %u; use the ktlat-ctl that wrote it, or a later one",
				r->path, version, KTL_FILE_VERSION);
	}
	return 0;
}

static int take_payload(struct ktlat_reader *r, const struct head *head,
			__u64 at, unsigned char *payload,
			struct ktlat_error *err)
{
	struct ktl_in in = { payload, payload + head->len, false };
	const struct ktl_piece piece = { at, head->len };

	if (!ktl_read_at(r, at, payload, head->len) ||
	    ktl_checksum(payload, head->len) != head->checksum)
		return -EBADMSG;
	return ktl_take_chunk(r, head->type, &in, piece, err);
}

/*
 * Reads the chunk at @at. Returns 1 and where the next one is, 0 if the file ends
 * here, or an error.
 */
static int read_chunk(struct ktlat_reader *r, __u64 *at,
		      struct ktlat_error *err)
{
	unsigned char bytes[KTL_CHUNK_HEAD], *payload;
	struct head head;
	int ret;

	if (r->size - *at < KTL_CHUNK_HEAD ||
	    !ktl_read_at(r, *at, bytes, sizeof(bytes)))
		return 0;
	if (!parse_head(bytes, &head)) {
		/* Those that are left out are told by the numbers. */
		*at = find_head(r, *at + 1);
		return *at < r->size;
	}
	if (r->size - *at - KTL_CHUNK_HEAD < head.len)
		return 0;
	payload = malloc(head.len ?: 1);
	if (!payload)
		return ktl_fail(err, ENOMEM, "out of memory");
	ret = take_payload(r, &head, *at + KTL_CHUNK_HEAD, payload, err);
	free(payload);
	if (ret && ret != -EBADMSG)
		return ret;
	ktl_note_damage(r, r->whole, (__u32)(head.number - r->number));
	ktl_note_damage(r, *at, ret ? 1 : 0);
	r->number = head.number + 1;
	*at += KTL_CHUNK_HEAD + head.len;
	r->whole = *at;
	return 1;
}

static int read_chunks(struct ktlat_reader *r, struct ktlat_error *err)
{
	__u64 at;
	int ret = check_header(r, &at, err);

	if (ret)
		return ret;
	r->whole = at;
	while ((ret = read_chunk(r, &at, err)) > 0 && !r->ended)
		;
	return ret < 0 ? ret : 0;
}

static int open_path(struct ktlat_reader *r, const char *path,
		     struct ktlat_error *err)
{
	struct stat stat;

	r->path = strdup(path);
	if (!r->path)
		return ktl_fail(err, ENOMEM, "out of memory");
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0 || fstat(r->fd, &stat))
		return ktl_fail(err, errno,
				"cannot read %s: %s; give the file that ktlat-ctl record wrote",
				path, strerror(errno));
	if (!S_ISREG(stat.st_mode))
		return ktl_fail(err, EINVAL,
				"cannot read %s: it is not a regular file, and must be read in any order; write it to one first",
				path);
	r->size = stat.st_size;
	return 0;
}

/**
 * ktlat_open_file() - Open a recording
 * @path: its name
 * @out: where to put the handle
 * @err: why it failed; that something in it is not whole is no reason, see
 *	ktlat_file_is_whole()
 */
int ktlat_open_file(const char *path, struct ktlat_reader **out,
		    struct ktlat_error *err)
{
	struct ktlat_reader *r = calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return ktl_fail(err, ENOMEM, "out of memory");
	r->fd = -1;
	strcpy(r->unknown.spec, "?");
	strcpy(r->unknown.info.point[0].name, "?");
	ret = open_path(r, path, err);
	if (!ret)
		ret = read_chunks(r, err);
	if (ret) {
		ktlat_end_reading(r);
		return ret;
	}
	*out = r;
	return 0;
}

static void free_probes(struct ktlat_reader *r)
{
	while (r->nr_probes) {
		free(r->probes[--r->nr_probes]->functions);
		free(r->probes[r->nr_probes]);
	}
	free(r->probes);
}

static void free_stacks(struct ktlat_reader *r)
{
	while (r->nr_stacks)
		ktl_free_frames(&r->stacks[--r->nr_stacks]);
	free(r->stacks);
}

static void free_streams(struct ktlat_reader *r)
{
	while (r->nr_streams) {
		struct ktl_stream *stream = &r->streams[--r->nr_streams];

		free(stream->pieces);
		ktl_free_window(stream->window);
	}
	free(r->streams);
	free(r->queue.list);
}

/**
 * ktlat_end_reading() - Let go of a recording
 * @r: handle, or NULL; what was asked of it is gone, too
 */
void ktlat_end_reading(struct ktlat_reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	ktlat_free_timeline(&r->timeline);
	free_probes(r);
	free_stacks(r);
	ktl_free_symbols(r);
	free(r->counts);
	free_streams(r);
	free(r);
}

static void format_damage(const struct ktlat_reader *r, char *text, size_t size)
{
	size_t len = 0;

	*text = '\0';
	if (r->nr_bad)
		len = snprintf(text, size,
			       "%llu chunk%s cannot be read, the first at byte %llu",
			       (unsigned long long)r->nr_bad,
			       r->nr_bad == 1 ? "" : "s",
			       (unsigned long long)r->bad_at);
	if (!r->ended)
		snprintf(text + len, size - len, "%sit ends too early, %llu of its %llu bytes are whole",
			 len ? ", and " : "", (unsigned long long)r->whole,
			 (unsigned long long)r->size);
}

/**
 * ktlat_file_is_whole() - Is all there that was recorded?
 * @r: the recording; ask again once all calls were read
 * @err: what is not, if it is not
 */
bool ktlat_file_is_whole(const struct ktlat_reader *r, struct ktlat_error *err)
{
	char text[256];

	if (r->ended && !r->nr_bad)
		return true;
	format_damage(r, text, sizeof(text));
	ktl_fail(err, EBADMSG,
		 "%s is not whole: %s; what is whole has been shown", r->path,
		 text);
	return false;
}

const struct ktlat_file_host *ktlat_file_host(const struct ktlat_reader *r)
{
	return &r->host;
}

const struct ktlat_timeline *ktlat_file_timeline(const struct ktlat_reader *r)
{
	return &r->timeline;
}

/**
 * ktlat_file_probes() - Which probes the calls are of
 * @r: the recording
 * @probes: where to put the list, in the order of their ids
 *
 * Returns how many there are.
 */
size_t ktlat_file_probes(const struct ktlat_reader *r,
			 struct ktlat_file_probe * const **probes)
{
	*probes = r->probes;
	return r->nr_probes;
}

/**
 * ktlat_file_counts() - What became of the records of each CPU
 * @r: the recording
 * @counts: where to put the list
 *
 * Returns of how many CPUs it is known.
 */
__u32 ktlat_file_counts(const struct ktlat_reader *r,
			const struct ktlat_ring_counts **counts)
{
	*counts = r->counts;
	return r->nr_counts;
}

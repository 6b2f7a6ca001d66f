/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs that test the device contract share.
 */
#ifndef KTLAT_TEST_ABI_H
#define KTLAT_TEST_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>
#include <ktlat.h>

#define __printf(fmt, args) __attribute__((format(printf, fmt, args)))
#define __noreturn __attribute__((noreturn))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* What somebody else may write meanwhile. */
#define LOAD(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)

/* A function that can be probed: of ktlat_target.ko, quiet until asked. */
#define TARGET "ktlat_target_busy"

/* Test Anything Protocol. */
bool __printf(2, 3) ok(bool good, const char *fmt, ...);
void __printf(1, 2) note(const char *fmt, ...);
int done(void);
void __noreturn die(const char *what);

/* Return: 0 or a negative errno. */
int call(int fd, unsigned long request, void *arg);
/* Call, and test that it gives @want and, unless that is 0, changes nothing. */
bool expect(int want, int fd, unsigned long request, void *arg,
	    const char *what);
const char *error_name(int error);

int open_device(int flags);
struct ktlat_info get_info(int fd);
void new_session(int fd);

/* A probe on @function with nothing unusual about it. */
struct ktlat_probe_add function_probe(const char *function);
struct ktlat_probe_add pair_probe(const char *from, const char *to);
struct ktlat_probe_add tracepoint_probe(const char *name);
/* From one tracepoint of the scheduler to another. */
struct ktlat_probe_add between_tracepoints(const char *from, const char *to, __u32 match);
/* Return: id, or the program ends. */
__u64 add_probe(int fd, struct ktlat_probe_add add);
int on_probe(int fd, unsigned long request, __u64 id);
int get_probe(int fd, __u64 id, struct ktlat_probe_info *info);

/* What the next rings will be made of. */
struct ktlat_rings_info rings_of(__u32 nr_slots);

/* Maps the figures of a probe read-only. NULL on failure, with errno set. */
void *map_probe(int fd, __u64 id, size_t *size);
/* Sum over all CPUs of one member of the current generation. */
__u64 sum_of(const void *map, size_t member);
#define SUM_OF(map, member) sum_of(map, offsetof(struct ktlat_counters, member))

/* Let the function that TARGET names be called @calls times. */
void run_target(unsigned int calls);

/*
 * Run @func in a child process; whatever it does to its rights, mappings and
 * descriptors is gone afterwards. Return: what @func returned, which has to be
 * 0 to 127 or a negative errno; 1000 + signal if it was killed.
 */
int in_child(int (*func)(int fd, void *arg), int fd, void *arg);

/* Poll until @func gives true, for 10 s at most. Return: whether it did. */
bool eventually(bool (*func)(void *arg), void *arg);

#endif /* KTLAT_TEST_ABI_H */

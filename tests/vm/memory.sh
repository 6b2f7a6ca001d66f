# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the kernel holds, before and after; for tests/vm/*.t.

# Pages and objects that the kernel holds and cannot give back, each with what a
# reading may be off by: SLUB takes all of the slab that a CPU allocates from for
# used, so all is read on one CPU, and one slab means nothing.
memory() (
	taskset -pc 0 $BASHPID >/dev/null
	sync
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache" 2>/dev/null
	done
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { print $1, $2, 0 }' /proc/meminfo
	awk '/^kmalloc-/ { print $1, $2, $5 }' /proc/slabinfo
)

# grown BEFORE AFTER SLACK: of two readings one line for each thing that grew by
# more: than so many kB of memory, or objects of a cache.
grown() {
	join <(sort "$1") <(sort "$2") |
		awk -v slack="$3" '$4 - $2 > slack && $4 - $2 > $3 { print $1, $2, "->", $4 }'
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# presets.sh: @runq, @block and @syscall beside runqlat and biolatency of libbpf-tools
# and `strace -c`, of one load, in a guest (make bench-presets). Prints a table in Markdown.
#
# A tool begins to count, and ends, at moments of its own. So the table has two figures of
# ktlat's: from when the tool had begun until the load was done, which it has seen all of, and
# from before it began until it had ended, of which it has seen a part.
set -euo pipefail
. tests/vm/lib.sh

OUT=/tmp/presets
counted() {
	ktlat-ctl hist --json "$1" | jq '.probes[0].count'
}

# All the counts in a histogram of libbpf-tools.
table_sum() {
	sed -n 's/^ *[0-9]* *-> *[0-9]* *: *\([0-9]*\) .*/\1/p' "$1" | awk '{ n += $1 } END { print n + 0 }'
}

# attached FILE: has it all its BPF programs? It prints a line then.
attached() {
	grep -q '^Tracing' "$1"
}

# beside PRESET TITLE LOAD TOOL...: the table's row.
beside() {
	local preset=$1 title=$2 load=$3 before begun ended tool
	shift 3
	ktlat-ctl add-probe "$preset" >/dev/null
	before=$(counted "$preset")
	stdbuf -oL env --default-signal=INT "$@" >$OUT.tool 2>&1 &
	tool=$!
	wait_until 60 attached $OUT.tool
	begun=$(counted "$preset")
	$load >/dev/null 2>&1 || :
	ended=$(counted "$preset")
	kill -INT $tool
	wait $tool || :
	echo "| $preset | $title | $((ended - begun)) to $(($(counted "$preset") - before)) | $(table_sum $OUT.tool) |"
	ktlat-ctl remove-probe all >/dev/null
}

look_up() { find /usr -xdev -newermt 1970-01-01 | head -n 3000 | sort; }
blocks() {
	dd if=/dev/loop0 of=/dev/null iflag=direct bs=4k count=500
	dd if=/dev/zero of=/dev/loop0 oflag=direct bs=4k count=300 conv=fsync,notrunc
}

load_ktlat
ulimit -l unlimited
modprobe loop
truncate -s 8M /tmp/disk
losetup /dev/loop0 /tmp/disk
echo '| preset | beside | counted by ktlat | counted by the tool |'
echo '| --- | --- | ---: | ---: |'
beside @runq runqlat look_up runqlat
beside @block biolatency blocks biolatency

# strace counts what its process makes, from its exec on; so does ktlat, by the name.
cp /usr/bin/perl /tmp/caller
ktlat-ctl add-probe --comm caller @syscall >/dev/null
strace -fc -o $OUT.strace /tmp/caller -e 'getppid for 1 .. 1000; umask for 1 .. 300; open F, "<", "/proc/self/stat" for 1 .. 50' >/dev/null
ktlat-ctl disable all >/dev/null
ktlat-ctl hist --json @syscall | jq -r '.probes[0].keys[] | "\(.name // .key) \(.count)"' | sort >$OUT.ours
awk 'NR > 2 && $NF != "total" && $4 ~ /^[0-9]+$/ { print $NF, $4 }' $OUT.strace | sort >$OUT.theirs
echo "| @syscall | strace -c, by call | $(awk '{ n += $2 } END { print n }' $OUT.ours) | $(awk '{ n += $2 } END { print n }' $OUT.theirs) |"
echo
echo 'Calls that differ, by ktlat and by strace (0 lines if there are none):'
join -a 1 -a 2 -e 0 -o 0,1.2,2.2 $OUT.ours $OUT.theirs | awk '$2 != $3 { print "- " $0 }'

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# record.sh: one load, recorded call by call by ktlat and by other tools, one after
# the other in one boot; in a guest (make bench-record). Prints a table in Markdown.
#
# The load: a thread on each of two of the CPUs calls ktlat_target_busy as fast as it can. What
# a tool kept is counted in its own report; what it says to have lost is what it
# prints. CPU is what its processes took, user and system, by the shell's times.
set -euo pipefail
. tests/vm/lib.sh
. tests/vm/target.sh

CALLS=${1:-50000} # of each CPU
FUNC=ktlat_target_busy
OUT=/tmp/record
TIMEFORMAT='%U %S'

# The command that each tool runs while it records.
cat >/tmp/load <<END
#!/bin/sh
echo func=busy ctx=kthread cpus=0-1 calls=$CALLS >$TARGET_DIR/run
sleep 2 # for those that end with it, and not with what there was to read
END
chmod +x /tmp/load

ktlat_record() {
	ktlat-ctl record --backend "$1" --args-in-registers "$FUNC" --slots "$2" -o $OUT -- /tmp/load
}

# Sets KEPT and SAID of what ktlat recorded.
ktlat_count() {
	read -r KEPT SAID < <(ktlat-ctl report --json $OUT | tail -n 1 | jq -r '"\(.read) \(.lost + .dropped)"')
}

ktlat_direct() { ktlat_record direct 8192; }
ktlat_direct_count() { ktlat_count; }
ktlat_small() { ktlat_record direct 64; }
ktlat_small_count() { ktlat_count; }
ktlat_large() { ktlat_record direct 65536; }
ktlat_large_count() { ktlat_count; }
ktlat_kretprobe() { ktlat_record kretprobe 8192; }
ktlat_kretprobe_count() { ktlat_count; }

trace_cmd() {
	trace-cmd record -q -p function_graph -l "$FUNC" -o $OUT /tmp/load
}

# Only this function is traced, so a call is a line with a duration.
trace_cmd_count() {
	trace-cmd report $OUT >$OUT.txt 2>&1
	KEPT=$(grep -cE 'funcgraph_(entry|exit): .* us ' $OUT.txt)
	# Two events a call.
	SAID=$(awk '/EVENTS DROPPED/ { gsub(/[^0-9 ]/, " "); n += $NF } END { print int(n / 2) }' $OUT.txt)
	[[ $SAID -gt 0 ]] || SAID=$(awk '/overrun:|dropped events:/ { n += $NF } END { print int(n / 2) }' $OUT.log)
}

bpftrace_print() {
	bpftrace -c "/bin/sh /tmp/load" -e "
		kprobe:$FUNC { @start[tid] = nsecs; }
		kretprobe:$FUNC /@start[tid]/ {
			printf(\"call %d %d %s %d\\n\", cpu, tid, comm, nsecs - @start[tid]);
			delete(@start[tid]);
		}" >$OUT
}

bpftrace_print_count() {
	KEPT=$(grep -c '^call' $OUT)
	SAID=$(cat $OUT $OUT.log | awk '/^Lost/ { n += $2 } END { print n + 0 }')
}

row() {
	local name=$1 tool=$2 user system made
	shift 2
	target_reset
	{ time "$tool" >$OUT.log 2>&1; } 2>$OUT.time || { echo "| $name | failed: $(tail -n 1 $OUT.log) | | | | |" && return; }
	read -r user system < <(tail -n 1 $OUT.time)
	made=$(target_stat busy .returned)
	"${tool}_count" || :
	printf "| %s | %d | %d | %d | %d | %.2f |\n" "$name" "$made" "$KEPT" "$((made - KEPT))" "$SAID" \
		"$(awk -v a="$user" -v b="$system" 'BEGIN { print a + b }')"
	rm -f $OUT*
}

load_ktlat
load_target
ulimit -l unlimited
echo "| recorded by | calls | kept | lost | said to be lost | CPU, s |"
echo "| --- | ---: | ---: | ---: | ---: | ---: |"
row 'ktlat-ctl record, direct' ktlat_direct
row 'ktlat-ctl record, direct, --slots 64' ktlat_small
row 'ktlat-ctl record, direct, --slots 65536' ktlat_large
row 'ktlat-ctl record, kretprobe' ktlat_kretprobe
row 'trace-cmd record, function_graph' trace_cmd
row 'bpftrace, a line for each call' bpftrace_print

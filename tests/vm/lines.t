#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=300 serial
#
# No line that a call with a direct probe writes is one that another CPU writes or
# reads: calls on one CPU change the pages that this CPU counts the function in,
# and nothing else of ktlat's. (text.sh looks at all that the trampolines can
# write. A kretprobe takes its instances from a pool of the kernel's that all
# CPUs share; what ktlat adds to that goes to the same pages as here.)
. tests/vm/lib.sh
. tests/vm/target.sh

F=ktlat_target
LINE=64
SLOTS=$(awk '$2 == "DIRECT_SLOTS" || $2 == "DIRECT_GROUPS" { slots += $3 } END { print slots }' \
	module/backend/direct_layout.h)
SECTIONS=/sys/module/ktlat/sections
FUNCTIONS=(busy loop)

# word ADDRESS [BYTES]: what is there.
word() {
	tests/programs/kmem "$1" "${2:-8}" | od -An -v "-tx${2:-8}" | sed 's/^ */0x/'
}

# What of the module can be written, as "SECTION BYTES"; not what each CPU has.
writable() {
	size -A -d "$KTLAT_KO" | awk '$1 ~ /^\.(data|bss)/ && $1 !~ /percpu/ && $2 { print $1, $2 }'
}

# Where it all is: lines of "NAME ADDRESS BYTES".
places() {
	local cpu slot meter cpus area
	for ((slot = 0; slot < ${#FUNCTIONS[@]}; slot++)); do
		meter=$(word "$(sum "$(address_of ktlat_direct_meters ktlat)" $((8 * slot)))")
		echo "meter.$slot $meter $LINE"
		for ((cpu = 0; cpu < 4; cpu++)); do
			cpus=$(sum "$(word "$(address_of ktlat_direct_percpu ktlat)")" \
				"$(word "$(sum "$(address_of __per_cpu_offset)" $((8 * cpu)))")")
			[[ $slot -gt 0 ]] || echo "cpu.$cpu $cpus $((16 * SLOTS))"
			area=$(word "$(sum "$cpus" $((8 * slot)))")
			echo "area.$slot.$cpu $area $(($(word "$(sum "$meter" 0x14)" 4)))"
		done
	done
	while read -r section bytes; do
		echo "$section $(<"$SECTIONS/$section") $bytes"
	done < <(writable)
}

# What they hold, by a sum for each.
contents() {
	while read -r name address bytes; do
		echo "$name $(tests/programs/kmem "$address" "$bytes" | sha1sum)"
	done </tmp/places
}

# changed: the names of those that differ between two readings.
changed() {
	diff /tmp/before /tmp/after | sed -n 's/^> \([^ ]*\).*/\1/p'
}

load_ktlat
needs_backend direct
load_target
cost_is_measured
ktlat-ctl add-probe --backend direct --args-in-registers "${FUNCTIONS[@]/#/${F}_}" >/dev/null
places | sort -k 2 >/tmp/places
diag "$(</tmp/places)"
is "$(cut -d . -f 1 /tmp/places | grep -c '^area')" 8 'two probes count on four CPUs'
is "$(awk '$3 < 1' /tmp/places)" '' 'all sizes are known'
ok 'what can be written of the module is among them' grep -q '^\.bss ' /tmp/places

while read -r name address bytes; do
	case $name in
	area.*) is "$((address % 4096 + bytes % 4096))" 0 "$name: whole pages" ;;
	meter.*) is "$((address % LINE))" 0 "$name: a line of its own" ;;
	esac
done </tmp/places
# Sorted by address, which all have the same number of digits.
end=0 overlap=''
while read -r name address bytes; do
	((end == 0 || address >= end)) || overlap+="$name "
	end=$((address + bytes))
done </tmp/places
is "$overlap" '' 'none of it lies in another'

# From every context on each CPU in turn.
contents >/tmp/before
contents >/tmp/after
is "$(changed)" '' 'without calls nothing changes'
for ((cpu = 0; cpu < 4; cpu++)); do
	for context in kthread softirq 'hardirq batch=10'; do
		# shellcheck disable=SC2086 # words
		target func=busy ctx=$context cpus=$cpu calls=1000
	done
	contents >/tmp/after
	is "$(changed)" "area.0.$cpu" "CPU $cpu: 3000 calls there change what it counts in, and nothing else"
	mv /tmp/after /tmp/before
done
is "$(probe_stat ${F}_busy .count)" 12000 'all were counted'
ktlat-ctl remove-probe all >/dev/null
done_testing

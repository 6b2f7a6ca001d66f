# SPDX-License-Identifier: GPL-2.0-only
#
# compare.jq: what the probe SPEC recorded, against the stamps that FUNCTION of
# ktlat_target.ko took itself. Prints the number of calls, and then a line for
# each thing that does not hold.
#
#   jq -nr --slurpfile hist FILE --slurpfile stats FILE --arg spec SPEC \
#      --arg name FUNCTION -f compare.jq
#
# Of each call, the target knows a time that lies inside (inner) and one that
# lies around (outer) what ktlat measures. So sum, min and max are between those
# of the two, and for any duration x as many calls took x or longer by inner as
# by ktlat at most, and by ktlat as by outer at most. Buckets are the same in
# all three, so their lower edges are all the x there are to look at.

($hist[0].probes[] | select(.spec == $spec)) as $probe |
($stats[0].functions[] | select(.name == $name)) as $truth |

def between($what; $low; $value; $high):
	if $low <= $value and $value <= $high then empty
	else "\($what): \($value) is not between \($low) and \($high)" end;

def same($what; $value; $want):
	if $value == $want then empty
	else "\($what): \($value) is not \($want)" end;

def edges($key): .buckets[] | {lo: .lo_ns, ($key): .count};

# At each edge, from the top: how many calls took that long or longer.
def cumulated:
	[foreach (group_by(-.lo)[] | add) as $edge ({};
		.lo = $edge.lo | .inner += $edge.inner |
		.probe += $edge.probe | .outer += $edge.outer)];

$truth.returned,
same("count"; $probe.count; $truth.returned),
same("entries"; $probe.entries; $truth.started),
same("missed"; $probe.missed; 0),
same("in flight"; $probe.in_flight; 0),
same("recursed"; $probe.recursed; 0),
same("clock backwards"; $probe.clock_backwards; 0),
same("sum of buckets"; [$probe.buckets[].count] | add // 0; $probe.count),
if $probe.count > 0 then
	between("sum_ns"; $truth.inner.sum_ns; $probe.sum_ns; $truth.outer.sum_ns),
	between("min_ns"; $truth.inner.min_ns; $probe.min_ns; $truth.outer.min_ns),
	between("max_ns"; $truth.inner.max_ns; $probe.max_ns; $truth.outer.max_ns),
	([$probe | edges("probe")] + [$truth.inner | edges("inner")] +
	 [$truth.outer | edges("outer")] | cumulated[] |
	 between("calls of \(.lo) ns or longer"; .inner // 0; .probe // 0; .outer // 0))
else empty end

#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# render.pl BUILD DOCS: the results of cost.sh and load.sh in BUILD become a table
# on stdout, DOCS/PAGE.md and DOCS/PAGE.svg. PAGE is "bench" for the default kernel,
# whose page also tells how it is measured, and bench-KERNEL for another.
use strict;
use warnings;

my ($build, $docs) = @ARGV;
my (@peers, %row, %about, @packages);

sub lines_of {
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!\n";
	chomp(my @lines = <$in>);
	return @lines;
}

sub write_file {
	my ($file, $text) = @_;
	open my $out, '>', $file or die "$file: $!\n";
	print $out $text;
	close $out or die "$file: $!\n";
}

# A tool that was left out in one guest is left out, whatever the other said.
sub read_results {
	for my $file ('cost.tsv', 'load.tsv') {
		for (lines_of("$build/$file")) {
			my (undef, $peer, $field, $value) = split /\t/, $_, 4;
			push @peers, $peer unless $row{$peer};
			$row{$peer}{$field} //= $value;
		}
	}
	for (lines_of("$build/about")) {
		my ($key, $value) = split / /, $_, 2;
		if ($key eq 'package') { push @packages, $value } else { $about{$key} = $value }
	}
}

# What was not measured is told apart from what is zero.
sub known {
	my ($format, $value) = @_;
	return defined $value ? $format->($value) : 'n/a';
}

sub thousands {
	my ($text) = @_;
	1 while $text =~ s/^(-?\d+)(\d{3})/$1,$2/;
	return $text;
}

# Tenths, as a whole number where that says enough.
sub tenths {
	my ($n) = @_;
	return $n < 1000 ? sprintf '%.1f', $n / 10 : thousands(sprintf '%.0f', $n / 10);
}

sub ms {
	my ($us) = @_;
	return $us < 10000 ? sprintf '%.1f', $us / 1000 : thousands(sprintf '%.0f', $us / 1000);
}

sub megabytes {
	my ($kb) = @_;
	my $text = sprintf '%.1f', $kb / 1024;
	return $text eq '-0.0' ? '0.0' : $text;
}

# How many of how many calls a tool did not count.
sub lost {
	my ($counted, $made) = split m{/}, $_[0];
	my $lost = $made - $counted;
	return sprintf '%s of %s', thousands($lost), thousands($made) if $lost <= 0;
	return sprintf '%s of %s (%.1f %%)', thousands($lost), thousands($made), 100 * $lost / $made;
}

sub cells {
	my ($peer) = @_;
	my $r = $row{$peer};
	return ($r->{title}, 'left out, see below', ('') x 7) if defined $r->{out};
	my @lost = map { $peer eq 'nothing' ? '-' : known(\&lost, $r->{$_}) } 'task', 'hardirq';
	return ($r->{title}, known(\&tenths, $r->{added}), known(\&tenths, $r->{beside}),
		known(sub { sprintf '%.1f', $_[0] / 100 }, $r->{ratio}), @lost,
		known(\&ms, $r->{attach}), known(\&ms, $r->{detach}),
		known(\&megabytes, $r->{rss}) . ' / ' . known(\&megabytes, $r->{kb}));
}

my @heads = ('measured by', 'added to the call', 'beside it', 'time of a call, ratio', 'lost, tasks alone',
	'lost, with interrupts', 'attach, ms', 'detach, ms', 'memory, MB');

sub text_table {
	my @table = (\@heads, map { [cells($_)] } @peers);
	my @width;
	for my $line (@table) {
		for (0 .. $#$line) {
			my $n = length $line->[$_];
			$width[$_] = $n if $n > ($width[$_] // 0);
		}
	}
	my $text = '';
	for my $line (@table) {
		$text .= join('  ', map { my $w = $_ ? $width[$_] : -$width[$_]; sprintf "%${w}s", $line->[$_] }
			0 .. $#$line) . "\n";
		$text =~ s/ +\n$/\n/;
	}
	$text =~ tr/`//d;
	return $text . join '', map { "left out: $row{$_}{title}: $row{$_}{out}\n" =~ tr/`/'/r } left_out();
}

sub left_out {
	return grep { defined $row{$_}{out} } @peers;
}

sub markdown_table {
	my $text = '| ' . join(' | ', @heads) . " |\n|" . ' --- |' . ' ---: |' x $#heads . "\n";
	$text .= '| ' . join(' | ', cells($_)) . " |\n" for @peers;
	return $text;
}

sub markdown {
	my $table = markdown_table();
	my $out = join '', map { "- $row{$_}{title}: `" . ($row{$_}{out} =~ tr/`/'/r) . "`\n" } left_out();
	$out ||= "Nothing.\n";
	my $packages = join ', ', @packages;
	my $text = <<"END";
# What it costs to measure one function

$about{date}, Linux $about{kernel} (Debian's own, in QEMU without hardware virtualisation), by `$about{command}`, which wrote
this page and the chart. Debian's packages of the peers: $packages.

![Guest instructions added to each call]($about{page}.svg)

$table
## Left out

$out
END
	return $text . ($about{page} eq 'bench' ? others() . method() : <<"END");
What the columns mean, and how it is measured: [bench.md](bench.md#how-it-is-measured), which is the same for another kernel.
END
}

# Pages of other kernels that are there.
sub others {
	my @others = map { m{/(bench-(.*)\.md)$} ? "[$2]($1)" : () } sort glob "$docs/bench-*.md";
	return @others ? 'The same on other kernels: ' . join(', ', @others) . ".\n\n" : '';
}

sub method {
	return <<"END";
## How it is measured

All tools measure the same function, `jiffies64_to_msecs()`, one after the other in one boot: a multiplication, in the kernel
proper and not in a module, so that tools find it in the kernel's BTF; hardly anything else calls it. `ktlat_target.ko` calls it,
and counts. "Nothing" is the same without a tool; what its row shows is the noise. "n/a" was not measured in this run.

- **Added to the call**: guest instructions that tracing adds to each call, where it is made. A guest of one CPU whose time is
  counted in instructions (`tests/vm/run --icount`); rounds of 1,000 calls, the median of 21 rounds, once three such medians in a
  row are within 1 %; less the same without a tool. From run to run within 1 %.
- **Beside it**: instructions that the processes of the tool run for each call, user space and kernel, in the same guest: what
  `/proc/PID/schedstat` shows as run for 1,000 calls, the median of 5 times; they come slowly enough for the tool to keep up.
  Tools that count in the kernel have next to nothing to do here; those that read every call from the trace buffer pay most of
  their cost here.
- **Time, ratio**: how many times as long a call takes as without the tool, in a guest with 2 virtual CPUs of which one calls:
  median of 101 rounds of 50 calls, over the mean of the medians of such rounds before attaching and after detaching. The
  function itself is a few instructions, so this is the worst case. The CPUs are emulated and share one thread of a machine that
  may do other work, and a tool that reads runs meanwhile: take it as an order of magnitude.
- **Lost, tasks alone**: calls that the tool did not count, of those made while it was attached: by a task on each of the 2 CPUs,
  as fast as it can.
- **Lost, with interrupts**: the same, while a timer interrupt every 20 us calls the function on each CPU, too: 5,000 calls on
  each, so a tool that loses 5,000 has lost as many as half of them. It may refuse the call that came inside another one, or
  mistake which of the two returns. The tasks go on until the interrupts are done: as many calls as the tool lets them make.
- **Where they are lost**, as checked on Linux 6.1 in a run with interrupts of its own. function_graph, kprobe_events, perf: what
  they miss was overwritten in the trace buffer before it was read, to within one call (`overrun` in `per_cpu/cpu*/stats`), apart
  from what came while another kprobe was running (3,941 calls, `kprobe_profile`). ktlat's kretprobe shows all that it misses:
  3,380 of 3,380. bpftrace fentry/fexit says nothing; the kernel runs no BPF program on a CPU where it is running already, which
  it counts as `recursion_misses`: 5,823 where 5,904 were lost.
- **Attach, detach**: ms of guest time, in the guest that counts instructions (10^9 a second, on one CPU that is never idle): from
  the start of the command until each call is traced, and from its end until nothing is left on the function. What the command
  reads from disk is in memory before. For ktlat and the bare module, loading and unloading the module is included; for ktlat also
  that it measures what a call costs, as it does at the first probe of each backend; for tools that read a buffer, reading the
  rest of it. The load has stopped by then. A tool that goes on tracing for 2 s gets the signal to end again: bpftrace 0.17 misses
  one that comes while it is not in `epoll_wait()`, as may be where CPUs are busy.
- **Memory**: resident set of the tool's processes, shared libraries included / what the whole guest has less available
  (`MemAvailable` and the free pages held back for each CPU) than before attaching, 2 CPUs; for tools that use the kernel's trace
  buffer, that is added, as the kernel allocates it once and keeps it.

ktlat, the bare kretprobe module (stamps and counts by powers of two), perf, bpftrace and funclatency all make a histogram. With
function_graph and kprobe_events, a `cat` of `trace_pipe` into a file in memory does the reading, and makes none.
END
}

sub escape {
	my ($text) = @_;
	$text =~ tr/`//d;
	$text =~ s/&/&amp;/g;
	$text =~ s/</&lt;/g;
	return $text;
}

# Bars of what is added to the call, on a linear scale; what comes beside is told.
sub svg {
	my @bars = grep { defined $row{$_}{added} && !defined $row{$_}{out} && $_ ne 'nothing' } @peers;
	my ($max) = sort { $b <=> $a } map { $row{$_}{added} } @bars;
	my ($left, $full, $step, $top) = (320, 360, 26, 62);
	my ($y, $body) = ($top, '');
	for my $peer (@bars) {
		my $r = $row{$peer};
		my $width = sprintf '%.1f', $r->{added} * $full / $max;
		my $note = tenths($r->{added});
		$note .= ' + ' . tenths($r->{beside}) . ' beside' if $r->{beside} >= 100;
		my $class = $peer =~ /^ktlat/ ? 'own' : 'peer';
		$body .= sprintf qq(<text x="%d" y="%d" text-anchor="end">%s</text>\n), $left - 8, $y + 14,
			escape($r->{title});
		$body .= qq(<rect class="$class" x="$left" y="$y" width="$width" height="18"/>\n);
		$body .= sprintf qq(<text x="%.1f" y="%d">%s</text>\n), $left + $width + 6, $y + 14, $note;
		$y += $step;
	}
	my ($w, $h) = ($left + $full + 150, $y + 12);
	return <<"END";
<svg xmlns="http://www.w3.org/2000/svg" width="$w" height="$h" viewBox="0 0 $w $h" role="img" aria-labelledby="title desc">
<title id="title">Guest instructions added to each call of a traced function</title>
<desc id="desc">Bars, linear scale; Linux $about{kernel}, $about{date}. The figures are in $about{page}.md.</desc>
<style>
text { font: 13px sans-serif; fill: #57606a }
.head { font-size: 16px; font-weight: bold }
.own { fill: #1a7f37 }
.peer { fill: #8c959f }
\@media (prefers-color-scheme: dark) { text { fill: #c9d1d9 } .own { fill: #3fb950 } .peer { fill: #6e7681 } }
</style>
<text class="head" x="12" y="24">Guest instructions added to each call of a traced function</text>
<text x="12" y="44">Linux $about{kernel}; "beside": what the tool's own process runs for each call</text>
$body</svg>
END
}

read_results();
print text_table();
write_file("$docs/$about{page}.md", markdown());
write_file("$docs/$about{page}.svg", svg());
print "written: $docs/$about{page}.md, $docs/$about{page}.svg\n";

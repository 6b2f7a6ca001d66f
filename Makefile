# SPDX-License-Identifier: GPL-2.0-only
#
# make          the module for the running kernel, and the tools
# make KDIR=... the same for another kernel; its headers lie in that folder
# make help     the rest
#
# What the module is made of is told in Kbuild, which kbuild reads instead of
# this file. KERNELRELEASE may be set by DKMS.

RELEASE = $(or $(KERNELRELEASE),$(shell uname -r))
KDIR ?= /lib/modules/$(RELEASE)/build
# Debian releases that make check-packages takes.
RELEASES ?= bullseye bookworm trixie sid
# Of the .t scripts, those whose name has this in it.
T ?=
# What check-matrix runs on, and of its scripts the ground-truth suite: what ktlat tells
# is compared with what the target module has counted, for each backend and each way to
# have it told; and the short one.
KERNELS ?= $(foreach version,5.10 6.1 6.12 7.2,$(version) $(version)-cloud $(version)-rt) 6.1-arm64 6.12-arm64
TRUTH := 00-boot abi args events filter keys krp-groups loss nmi pairs presets record ring slow \
	truth-2 truth-4 truth-direct truth-fprobe unload
ENDS := 5.10 7.2
SHORT := 00-boot abi krp-groups presets truth-direct
# What check leaves to check-vm, which has more time: the same truths on more CPUs, the
# same trampolines with other mitigations, the same comings and goings more often.
LEFT := cycles lines readers text-off truth-4
# Test guests at once: more than there are CPUs here, as each waits now and then.
JOBS ?= 3
# How long make fuzz goes on.
SECONDS ?= 600
# What make check-debug boots, and how many seconds of stress there are on each.
DEBUG_KERNELS ?= 6.1-debug 6.1-kcsan 6.12-debug 6.12-kcsan
STRESS ?= 600

MODULE_DIRS := $(CURDIR) $(CURDIR)/tests/target $(CURDIR)/tests/bench
VM_TESTS = $(sort $(wildcard tests/vm/*$(T)*.t))
LONG_TESTS = $(shell grep -l '^\# vm:.*\blong\b' $(VM_TESTS) /dev/null)
SUB = $(MAKE) --no-print-directory
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
say = @echo "==> $(1)"

all: modules tools	## modules and tools

modules: kdir		## ktlat.ko, for the running kernel or with KDIR
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:			## ktlat-ctl and libktlat
	$(MAKE) -C userspace

kdir:
	@[ -e $(KDIR)/Makefile ] || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$(RELEASE), or set KDIR to another kernel's" >&2; \
		exit 1; }

install uninstall:	## the tools, the library and the manual; DESTDIR and PREFIX are heeded
	$(MAKE) -C userspace $@

dkms-install:		## the module by DKMS, for the running kernel and each that comes
	@scripts/dkms.sh install $(RELEASE)

dkms-source dkms-uninstall:	## its sources alone, with DESTDIR; and all of it away
	@scripts/dkms.sh $(@:dkms-%=%)

deb:			## Debian packages, to build/deb; FOR=trixie: those of another release
	@$(if $(FOR),,scripts/deps.sh build packages)
	@scripts/deb.sh $(FOR)

# Everything below works on the stock kernel that scripts/kernel.sh fetches: 6.1,
# or the one that KERNEL names, as in "make check-vm KERNEL=6.12". Modules for
# others than 6.1 go to build/linux-$(KERNEL).

deps-%:
	@scripts/deps.sh kernel build $*

vm-modules: deps-vm
	$(call say,the kernel to test on)
	@scripts/kernel.sh fetch
	$(call say,building the modules for Linux $$(scripts/kernel.sh release))
	+@scripts/kernel.sh build

vm-tools: deps-vm
	$(call say,building the tools)
	@$(SUB) $(PARALLEL) -C userspace

test-programs: deps-test
	$(call say,building the test programs)
	@$(SUB) $(PARALLEL) -C tests/unit all
	@$(SUB) $(PARALLEL) -C tests/unit all SAN=1
	@$(SUB) $(PARALLEL) -C tests/abi
	@$(SUB) $(PARALLEL) -C tests/programs
	@$(SUB) $(PARALLEL) -C tests/model
	@$(SUB) $(PARALLEL) -C tests/stress

# One after the other, cheap ones first; all of them, whichever fail. What check-ends
# needs is fetched while guests run, when there is nothing left to install for them; if
# that fails, it is tried again, and said, there.
check:			## install what is missing, build, and test all but what is left to check-vm (about 21 min)
	@failed=; for step in lint check-unit check-harness check-most check-ends; do \
		[ $$step != check-most ] || $(SUB) fetch-ends >/dev/null 2>&1 & \
		$(SUB) $$step || failed="$$failed $$step"; done; \
	[ -z "$$failed" ] || { echo "make check: failed:$$failed" >&2; exit 1; }

check-unit: test-programs vm-tools	## native tests (half a minute)
	$(call say,unit tests$(,) plain and with sanitizers$(,) and the ring on model CPUs (half a minute))
	@cd tests/unit && CMOCKA_MESSAGE_OUTPUT=TAP ../tap $$(find build build-san ../model/build \
		../stress/build -maxdepth 1 -name 'test_*' ! -name '*.*' | sort) \
		../abi/layout64 ../abi/layout32
	@tests/tap tests/packages/install.sh

check-harness: deps-vm deps-test	## what must fail in a guest does (30 s)
	$(call say,tests of the guest harness (30 s))
	@scripts/kernel.sh fetch
	@tests/tap tests/kbuild.sh tests/vm/selftest.sh

check-most:
	@$(SUB) check-vm VM_TESTS='$(if $(T),$(VM_TESTS),$(filter-out $(LEFT:%=tests/vm/%.t),$(VM_TESTS)))'

check-vm: vm-modules vm-tools test-programs	## tests in guests, all of them (20 min); T=PART chooses by name
	$(call say,tests in guests ($(words $(VM_TESTS)) scripts$(,) 5 s to 2 min each))
	@tests/tap -j $(JOBS) -e tests/vm/run-test $(VM_TESTS)

# Rows of a table; T=PART as above, SUITE=all for all of the scripts, SUITE=short for a
# few. The module is the one that DKMS has built, unless DKMS is empty.
SUITE ?= truth
DKMS ?= 1
SCRIPTS_truth = $(filter $(VM_TESTS),$(TRUTH:%=tests/vm/%.t))
SCRIPTS_short = $(SHORT:%=tests/vm/%.t)
SCRIPTS_all = $(VM_TESTS)
check-matrix: $(if $(DKMS),deps-suite) deps-vm vm-tools test-programs	## build and test on all KERNELS, print a table (5 to 8 min each); SUITE=short, truth or all
	@JOBS=$(JOBS) DKMS=$(DKMS) scripts/matrix.sh "$(KERNELS)" $(SCRIPTS_$(SUITE))

check-ends:		## the short suite on the oldest and the newest kernel (5 min)
	$(call say,the short suite on the oldest and the newest kernel)
	@$(SUB) check-matrix KERNELS="$(ENDS)" SUITE=short DKMS=

fetch-ends:
	@for kernel in $(ENDS); do \
		KERNEL=$$kernel scripts/kernel.sh fetch && KERNEL=$$kernel scripts/kernel.sh tools; done

check-long: vm-modules vm-tools test-programs	## the long form of those that have one (an hour)
	$(call say,long tests$(,) natively and in guests: $(LONG_TESTS))
	@KTLAT_LONG=1 tests/tap tests/model/build/test_ring_model
	@KTLAT_LONG=1 tests/tap -e tests/vm/run-test $(LONG_TESTS)

check-packages: deps-suite deps-vm deps-efi deps-test vm-tools	## DKMS and packages on a machine of each release (RELEASES=...; 30 min)
	$(call say,DKMS and packages on Debian $(RELEASES): 5 to 10 min each)
	@tests/tap -e tests/packages/run $(RELEASES)
	@tests/tap -e tests/packages/boot $(RELEASES)
	@tests/tap -e tests/packages/secure-boot $(RELEASES)

# The same table, then what each detector was to find. A kernel that has passed is not
# run again in the same clean checkout, here, too.
check-debug: deps-vm vm-tools test-programs	## the suite, stress and failing allocations on debug kernels (DEBUG_KERNELS=..., STRESS=600; an hour each)
	@status=0; \
	KTLAT_STRESS=$(STRESS) JOBS=$(JOBS) DKMS= scripts/matrix.sh "$(DEBUG_KERNELS)" \
		$(SCRIPTS_$(SUITE)) $(wildcard tests/debug/*$(T)*.t) || status=1; \
	for kernel in $(DEBUG_KERNELS); do KERNEL=$$kernel tests/tap tests/debug/plants.sh || status=1; done; \
	exit $$status

fuzz: deps-build deps-fuzz	## parsers and readers against damaged input, SECONDS=600 each; F=words for one
	$(call say,fuzzing recordings$(,) expressions$(,) BTF and SPECs for $(SECONDS) seconds each)
	@$(SUB) -C tests/fuzz run SECONDS=$(SECONDS) $(if $(F),F=$(F))

bench: vm-modules vm-tools bench-ring	## guest instructions that a traced call costs, and bench-ring (1 min)
	$(call say,counting instructions in a guest (1 min))
	@tests/vm/run-test tests/bench/bench.sh

bench-ring: deps-bench	## the event ring beside memcpy and LTTng-UST, natively (seconds)
	$(call say,the cost of a record in the event ring (seconds))
	@tests/bench/ring.sh

bench-peers: vm-modules vm-tools deps-peers	## ktlat beside other tools; writes docs/bench.md (10 min)
	$(call say,the cost of one traced call$(,) by each tool$(,) in two guests (10 min))
	@tests/bench/peers.sh

bench-record: vm-modules vm-tools deps-peers	## each call recorded, beside trace-cmd and bpftrace (3 min)
	$(call say,recording every call of one load$(,) by each tool$(,) in a guest (3 min))
	@tests/vm/run --cpus 4 --mem 3072 --timeout 900 -- bash tests/bench/record.sh

bench-attach: vm-modules vm-tools deps-peers	## thousands of functions at once, beside function_graph and bpftrace (10 min)
	$(call say,attaching to many functions$(,) by each tool$(,) in two guests (10 min))
	@tests/vm/run --icount --mem 3072 --timeout 300 -- bash tests/bench/attach-late.sh
	@tests/vm/run --cpus 2 --mem 4096 --serial --timeout 2400 -- bash tests/bench/attach.sh

bench-presets: vm-modules vm-tools deps-peers	## presets beside runqlat, biolatency and strace (1 min)
	$(call say,presets beside other tools$(,) in a guest (1 min))
	@tests/vm/run --mem 2048 --timeout 300 -- bash tests/bench/presets.sh

demo: vm-modules vm-tools	## ktlat measures IPVS in a guest (2 min)
	$(call say,booting a guest for the demonstration)
	@tests/vm/run --serial --timeout 300 -- bash tests/vm/demo.sh

lint: deps-lint		## style and structure of the sources
	$(call say,style and structure)
	@scripts/kernel.sh fetch
	@scripts/lint.sh "$$(scripts/kernel.sh kdir)"

clean:			## remove what was built
	rm -rf build
	for dir in $(MODULE_DIRS); do \
		find $$dir -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '*.o' \
			-o -name '.*.cmd' -o -name Module.symvers -o -name modules.order | \
			xargs rm -f; done
	rm -rf tests/bench/build
	$(MAKE) -C userspace clean
	$(MAKE) -C tests/unit clean
	$(MAKE) -C tests/abi clean
	$(MAKE) -C tests/programs clean
	$(MAKE) -C tests/model clean
	$(MAKE) -C tests/stress clean
	$(MAKE) -C tests/fuzz clean

help:			## this list
	@sed -n 's/^\([a-z-]*\)[ a-z-]*:[^#]*## \(.*\)/\1\t\2/p' Makefile | expand -t 16
	@echo "KERNEL=6.1-debug, 6.1-kcsan, 6.12-debug or 6.12-kcsan is a debug kernel that is built first"
	@echo "KERNEL=5.10, 6.1, 6.12 or 7.2, also with -cloud or -rt, and 6.1-arm64 or 6.12-arm64, chooses the kernel that check-vm, check-long, bench, bench-peers, bench-record and demo boot (6.1)"

, := ,

.PHONY: all modules tools kdir install uninstall dkms-install dkms-source dkms-uninstall deb vm-modules vm-tools \
	test-programs check check-unit check-harness check-most check-vm check-matrix check-ends fetch-ends check-long check-packages check-debug \
	fuzz bench bench-ring bench-peers bench-record bench-attach bench-presets demo lint clean help

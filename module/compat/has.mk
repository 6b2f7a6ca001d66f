# SPDX-License-Identifier: GPL-2.0-only
# What the kernel being built for has is looked up in its headers, not told from
# its version: vendors take things back. For Kbuild files.
#
#   $(call ktlat-has,NAME,HEADER,REGEX)	is -DKTLAT_HAS_NAME=1 if a line of
#					include/HEADER matches REGEX, else ...=0
#   $(call ktlat-needs,OPTION...)	stops the build, in one line, if the kernel
#					is built without one of these CONFIG_s

ktlat-include := $(srctree)/include

# A tree that cannot be read, or not in part, is none that lacks everything. Each header
# that is looked at has some line.
ktlat-unreadable = $(error ktlat: no $(1) as it should be in $(ktlat-include): install the kernel's headers again)
ifeq ($(shell grep -s register_kprobe $(ktlat-include)/linux/kprobes.h),)
$(call ktlat-unreadable,linux/kprobes.h)
endif
ktlat-header = $(ktlat-include)/$(if $(shell grep -sm1 . $(ktlat-include)/$(1)),$(1),$(call ktlat-unreadable,$(1)))

ktlat-has = -DKTLAT_HAS_$(1)=$(if $(shell grep -sE '$(3)' $(call ktlat-header,$(2))),1,0)

# make clean knows no configuration, not even CONFIG_MODULES.
ktlat-lacks = $(if $(CONFIG_MODULES),$(foreach option,$(1),$(if $(CONFIG_$(option)),,CONFIG_$(option))))
ktlat-needs = $(if $(strip $(call ktlat-lacks,$(1))),$(error \
	ktlat: this kernel is built without $(strip $(call ktlat-lacks,$(1))), and ktlat cannot do without))

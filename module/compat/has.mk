# SPDX-License-Identifier: GPL-2.0-only
# What the kernel being built for has is looked up in its headers, not told from
# its version: vendors take things back. For Kbuild files.
#
#   $(call ktlat-has,NAME,HEADER,REGEX)	is -DKTLAT_HAS_NAME=1 if a line of
#					include/HEADER matches REGEX, else ...=0

ktlat-include := $(srctree)/include

# A tree that cannot be read is none that lacks everything.
ifeq ($(shell grep -s register_kprobe $(ktlat-include)/linux/kprobes.h),)
$(error ktlat: the kernel's headers cannot be read in $(ktlat-include): install them again)
endif

ktlat-has = -DKTLAT_HAS_$(1)=$(if $(shell grep -sE '$(3)' $(ktlat-include)/$(2)),1,0)

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# DKMS installs the module for one kernel; on a machine made by tests/packages/dkms.
. tests/vm/lib.sh
. tests/packages/built.sh

diag "$(dkms --version), Linux $RUNNING"
quiet 'make dkms-install' make -s dkms-install
is_good "$RUNNING" 'make dkms-install'
no_warning_in_log "$RUNNING"
keep_module
done_testing

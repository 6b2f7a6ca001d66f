#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Run in a guest: what ktlat can measure by on its kernel, on one line.
set -euo pipefail
insmod "${KTLAT_TREE-.}/ktlat.ko"
userspace/ktlat-ctl status --json | jq -r '.features | join(" ")'

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm: cpus=4 timeout=480 long
BACKEND=direct
. tests/vm/lib.sh
. tests/vm/truth.sh

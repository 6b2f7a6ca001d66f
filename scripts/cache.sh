# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where downloads are kept, outside the checkout; sourced. It may be deleted at any time.

CACHE=${KTLAT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ktlat}

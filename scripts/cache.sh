# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where downloads are kept, outside the checkout; sourced. It may be deleted at any time.

# shellcheck disable=SC2034 # used by who sources it
CACHE=${KTLAT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ktlat}

#!/usr/bin/env bash
# iproute2 for the tests of workers with network addresses of their own, from Debian's package. Where that is impossible
# (no apt-get, not root) it says so and ends with 0: those tests then skip, and say so as well.
set -euo pipefail

skip() {
    printf '\nSKIPPED: iproute2 was not installed, and the tests in network namespaces will not run: %s\n' "$*" >&2
    exit 0
}

command -v ip >/dev/null && exit 0
command -v apt-get >/dev/null || skip "there is no apt-get"
[ "$(id -u)" -eq 0 ] || skip "only root can install it (apt-get install iproute2), and only root can run those tests"
echo "iproute2: installing Debian's package" >&2
apt-get update -qq || skip "apt-get update failed"
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends iproute2 >/dev/null ||
    skip "apt-get install failed"

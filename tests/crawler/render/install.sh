#!/usr/bin/env bash
# Chromium for the tests of rendering, from Debian's packages. Where that is impossible (no apt-get, not root) it says so
# and ends with 0: those tests then skip, and say so as well.
set -euo pipefail

skip() {
    printf '\nSKIPPED: Chromium was not installed, and the tests of rendering will not run: %s\n' "$*" >&2
    exit 0
}

for program in chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$program" >/dev/null && exit 0
done
command -v apt-get >/dev/null || skip "there is no apt-get"
[ "$(id -u)" -eq 0 ] || skip "only root can install it (apt-get install chromium)"
echo "chromium: installing Debian's package" >&2
apt-get update -qq || skip "apt-get update failed"
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null ||
    skip "apt-get install failed"

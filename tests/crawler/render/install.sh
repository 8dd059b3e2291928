#!/usr/bin/env bash
# Chromium for the tests of rendering.
set -euo pipefail

package=chromium what=Chromium tests="the tests of rendering"
. "$(dirname "$0")/../../apt.sh"

for program in chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$program" >/dev/null && exit 0
done
need_apt
apt_install

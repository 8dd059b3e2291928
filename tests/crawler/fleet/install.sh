#!/usr/bin/env bash
# iproute2 for the tests of workers with network addresses of their own.
set -euo pipefail

package=iproute2 what=iproute2 tests="the tests in network namespaces"
also=", and only root can run those tests"
. "$(dirname "$0")/../../apt.sh"

command -v ip >/dev/null && exit 0
need_apt
apt_install

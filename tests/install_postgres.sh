#!/usr/bin/env bash
# PostgreSQL's programs for the tests of shared stores; the tests start a server of their own.
set -euo pipefail

package=postgresql what=PostgreSQL tests="the tests of shared stores"
. "$(dirname "$0")/apt.sh"

[ -n "${NEWSMINT_TEST_POSTGRES:-}" ] && exit 0
command -v initdb >/dev/null && exit 0
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && exit 0
need_apt
# No cluster of the machine's own: it would only run.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt_install

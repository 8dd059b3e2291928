#!/usr/bin/env bash
# PostgreSQL's programs for the tests of shared stores, from Debian's package; the tests start a server of their own.
# Where that is impossible (no apt-get, not root) it says so and ends with 0: those tests then skip, and say so as well.
set -euo pipefail

skip() {
    printf '\nSKIPPED: PostgreSQL was not installed, and the tests of shared stores will not run: %s\n' "$*" >&2
    exit 0
}

[ -n "${NEWSMINT_TEST_POSTGRES:-}" ] && exit 0
command -v initdb >/dev/null && exit 0
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && exit 0
command -v apt-get >/dev/null || skip "there is no apt-get"
[ "$(id -u)" -eq 0 ] || skip "only root can install it (apt-get install postgresql)"
echo "postgresql: installing Debian's package" >&2
# No cluster of the machine's own: it would only run.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get update -qq || skip "apt-get update failed"
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >/dev/null ||
    skip "apt-get install failed"

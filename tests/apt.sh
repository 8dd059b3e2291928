# Sourced by the scripts that install what some tests need, from Debian's packages. These set ``package``, ``what`` it is for
# people, the ``tests`` that need it, and ``also`` what else to say of root. Where it cannot be installed (no apt-get, not
# root) they say so and end with 0: those tests then skip, and say so as well.
# shellcheck shell=bash disable=SC2154

skip() {
    printf '\nSKIPPED: %s was not installed, and %s will not run: %s\n' "$what" "$tests" "$*" >&2
    exit 0
}

need_apt() {
    command -v apt-get >/dev/null || skip "there is no apt-get"
    [ "$(id -u)" -eq 0 ] || skip "only root can install it (apt-get install $package)${also:-}"
    echo "$package: installing Debian's package" >&2
}

apt_install() {
    apt-get update -qq || skip "apt-get update failed"
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$package" >/dev/null ||
        skip "apt-get install failed"
}

#!/usr/bin/env bash
# A real WordPress on loopback, filled with a seeded newsroom, and the tests that need it.
#
#   tests/wordpress/run.sh [PYTEST OPTION…]       runs the tests marked `wordpress`, then stops everything
#   tests/wordpress/run.sh --serve                prints the address and waits for Ctrl-C
#   tests/wordpress/run.sh --dump DIR             writes every post as the site prints it, with what its clean text is
#
# NEWSROOM_POSTS (120) is the number of published posts. What is missing is installed with apt-get; where that is
# impossible (no apt-get, not root) it says so and ends with 0. Nothing is started as a service, nothing listens beyond
# 127.0.0.1, and all data lies in a temporary folder that is removed at the end.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
python=${PYTHON:-$repository/.venv/bin/python}
posts=${NEWSROOM_POSTS:-120}
packages=$repository/build/wordpress
started=()

say() { printf 'wordpress: %s\n' "$*" >&2; }

skip() {
    printf '\nSKIPPED: the tests on a real WordPress were not run: %s\n' "$*" >&2
    exit 0
}

programs_are_there() {
    command -v php mariadbd mariadb-install-db >/dev/null &&
        php -r 'exit((int) !(extension_loaded("mysqli") && extension_loaded("dom") && extension_loaded("mbstring")));'
}

install_programs() {
    export PATH=$PATH:/usr/sbin:/sbin
    programs_are_there && return
    command -v apt-get >/dev/null || skip "php or mariadbd is missing and there is no apt-get to install them"
    [ "$(id -u)" -eq 0 ] || skip "php or mariadbd is missing and only root can install them (apt-get install php-cli php-mysql php-xml php-mbstring mariadb-server-core mariadb-client-core)"
    say "installing PHP and MariaDB (programs only, no services)"
    apt-get update -qq || skip "apt-get update failed"
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        php-cli php-mysql php-xml php-mbstring mariadb-server-core mariadb-client-core >/dev/null ||
        skip "apt-get install failed"
    programs_are_there || skip "php and mariadbd are still missing after apt-get install"
}

# WordPress itself is unpacked, not installed: its package would bring a web server and start it.
unpack_wordpress() {
    wordpress=$packages/root/usr/share/wordpress
    [ -f "$wordpress/wp-load.php" ] && return
    command -v apt-get >/dev/null || skip "there is no apt-get to fetch WordPress with"
    say "fetching Debian's WordPress"
    mkdir -p "$packages/root"
    local names
    names=$(apt-cache --names-only search '^wordpress-theme-twentytwenty' | cut -d' ' -f1)
    # shellcheck disable=SC2086
    (cd "$packages" && apt-get download -qq wordpress libjs-cropper libjs-underscore php-getid3 $names 2>/dev/null) ||
        skip "apt-get download wordpress failed (no such package, or no network)"
    for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$packages/root"; done
}

newest_theme() {
    local name
    for name in "$@"; do
        [ -d "$docroot/wp-content/themes/$name" ] && printf '%s' "$name" && return
    done
    return 0
}

stop() {
    local status=$?
    trap - EXIT INT TERM
    for process in "${started[@]}"; do kill -- "-$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    [ -n "${scratch:-}" ] && rm -rf "$scratch"
    exit "$status"
}

# Every server is the leader of a process group of its own (set -m), so that its workers end with it.
in_background() {
    set -m
    "$@" &
    started+=($!)
    set +m
}

# Like a plain call, but a signal stops it at once: bash runs no trap before a foreground program has ended.
watched() {
    in_background "$@"
    wait "${started[-1]}"
}

start_database() {
    local user=()
    [ "$(id -u)" -eq 0 ] && user=(--user=root)
    mariadb-install-db --no-defaults "${user[@]}" --datadir="$scratch/db" --skip-test-db --auth-root-authentication-method=normal \
        >"$scratch/install-db.log" 2>&1 || { cat "$scratch/install-db.log" >&2; exit 1; }
    printf '%s\n' "CREATE DATABASE newsroom CHARACTER SET utf8mb4;" \
        "CREATE USER newsroom@localhost IDENTIFIED BY 'newsroom';" \
        "GRANT ALL ON newsroom.* TO newsroom@localhost;" >"$scratch/init.sql"
    export NEWSROOM_SOCKET=$scratch/db.sock
    in_background mariadbd --no-defaults "${user[@]}" --datadir="$scratch/db" --socket="$NEWSROOM_SOCKET" \
        --pid-file="$scratch/db.pid" --skip-networking --skip-log-bin --innodb-flush-log-at-trx-commit=0 \
        --innodb-buffer-pool-size=64M --init-file="$scratch/init.sql" >"$scratch/db.log" 2>&1
    wait_for "the database" "$scratch/db.log" \
        php -r 'mysqli_report(0); exit((int) !@mysqli_connect("localhost", "newsroom", "newsroom", "newsroom", 0, $argv[1]));' \
        "$NEWSROOM_SOCKET"
}

wait_for() {
    local what=$1 log=$2
    shift 2
    for _ in $(seq 150); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.2
    done
    say "$what did not start within 30 s:"
    tail -20 "$log" >&2
    exit 1
}

start_site() {
    docroot=$scratch/www
    cp -rL "$wordpress" "$docroot" 2>/dev/null || true
    rm -rf "$docroot/wp-content/plugins"
    mkdir -p "$docroot/wp-content/mu-plugins" "$docroot/wp-content/plugins"
    cp "$here/site/"{router,wp-config,fill,style,edit}.php "$docroot/"
    cp "$here/site/newsroom.php" "$docroot/wp-content/mu-plugins/"
    local port
    port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    export NEWSROOM_URL=http://127.0.0.1:$port NEWSROOM_ROOT=$docroot NEWSROOM_POSTS=$posts
    (cd "$repository" && "$python" -m tests.wordpress.newsroom --posts "$posts" --out "$scratch/newsroom.json")
    php "$docroot/fill.php" "$scratch/newsroom.json" >&2
    NEWSROOM_CLASSIC_THEME=$(newest_theme twentytwentyone twentytwenty)
    NEWSROOM_BLOCK_THEME=$(newest_theme twentytwentyfive twentytwentyfour twentytwentythree twentytwentytwo)
    export NEWSROOM_CLASSIC_THEME NEWSROOM_BLOCK_THEME
    php "$docroot/style.php" "${NEWSROOM_CLASSIC_THEME:-$NEWSROOM_BLOCK_THEME}" seed
    in_background env PHP_CLI_SERVER_WORKERS=3 php -d opcache.enable_cli=1 -d expose_php=0 \
        -S "127.0.0.1:$port" -t "$docroot" "$docroot/router.php" >"$scratch/php.log" 2>&1
    wait_for "the site" "$scratch/php.log" php -r 'exit((int) !@file_get_contents($argv[1]));' "$NEWSROOM_URL/"
    say "$NEWSROOM_URL has $posts posts; themes: ${NEWSROOM_CLASSIC_THEME:-no classic one}, ${NEWSROOM_BLOCK_THEME:-no block one}"
}

[ -x "$python" ] || { say "no Python at $python; set PYTHON or run make first"; exit 1; }
install_programs
unpack_wordpress
scratch=$(mktemp -d)
trap stop EXIT
trap 'exit 130' INT TERM
start_database
start_site
cd "$repository"
case ${1:-} in
    --serve)
        say "switch with: NEWSROOM_SOCKET=$NEWSROOM_SOCKET NEWSROOM_URL=$NEWSROOM_URL php $docroot/style.php THEME seed|other"
        printf '%s\n' "$NEWSROOM_URL"
        watched sleep infinity
        ;;
    --dump) watched "$python" -m tests.wordpress.dump "$2" ;;
    *) watched "$python" -m pytest -m wordpress tests/wordpress -p no:cacheprovider "$@" ;;
esac

<?php
// Read by run.sh's WordPress only: database on a private socket, nothing that reaches outside.
define('DB_NAME', 'newsroom');
define('DB_USER', 'newsroom');
define('DB_PASSWORD', 'newsroom');
define('DB_HOST', 'localhost:' . getenv('NEWSROOM_SOCKET'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', getenv('NEWSROOM_URL'));
define('WP_SITEURL', getenv('NEWSROOM_URL'));
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define($name . '_KEY', 'newsroom-' . $name);
    define($name . '_SALT', 'loopback-' . $name);
}
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_POST_REVISIONS', false);
define('WP_DEBUG', false);
$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';

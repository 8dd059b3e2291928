<?php
// php fill.php NEWSROOM.json: installs WordPress into an empty database and inserts the newsroom's posts, ids as given.
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

add_filter('pre_wp_mail', '__return_true');
wp_install('The Newsroom', 'editor', 'editor@example.org', true, '', 'newsroom');
$text = str_replace('https://newsroom.invalid', home_url(), file_get_contents($argv[1]));
$newsroom = json_decode($text, true, 512, JSON_THROW_ON_ERROR);

update_option('timezone_string', 'Europe/Vienna');
update_option('posts_per_page', 10);
update_option('thread_comments', 1);
update_option('comment_moderation', 0);
wp_delete_post(1, true);
wp_delete_post(2, true);
global $wp_rewrite;
$wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%postname%/');
flush_rewrite_rules(false);

wp_defer_term_counting(true);
wp_defer_comment_counting(true);
wp_suspend_cache_invalidation(true);
$wpdb->query('SET autocommit = 0');

$authors = [];
foreach ($newsroom['authors'] as $name) {
    $authors[$name] = wp_insert_user(['user_login' => sanitize_title($name), 'user_pass' => 'newsroom',
        'display_name' => $name, 'role' => 'author', 'description' => "$name writes for the Newsroom."]);
}
$categories = [];
foreach ($newsroom['categories'] as $name) {
    $categories[$name] = wp_insert_term($name, 'category')['term_id'];
}
foreach (['About Us', 'Contact', 'Imprint'] as $page) {
    wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_title' => $page, 'post_author' => 1,
        'post_content' => "The Newsroom is a small desk in Trieste. $page: write to us by letter, we answer within a week."]);
}

$uploads = WP_CONTENT_DIR . '/uploads';
wp_mkdir_p($uploads);
$pixel = base64_decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==');
$pictures = [];
for ($number = 1; $number <= 6; $number++) {
    file_put_contents("$uploads/picture-$number.png", $pixel);
    $pictures[] = wp_insert_attachment(['import_id' => 9000 + $number, 'post_title' => "picture-$number",
        'post_mime_type' => 'image/png', 'post_status' => 'inherit',
        'post_excerpt' => "A trading floor, photographed for the Newsroom"], "$uploads/picture-$number.png");
}

foreach ($newsroom['posts'] as $row) {
    newsroom_insert($row, $authors, $categories, $pictures);
}

wp_suspend_cache_invalidation(false);
wp_defer_term_counting(false);
wp_defer_comment_counting(false);
$wpdb->query('COMMIT');
printf("%d posts\n", count($newsroom['posts']));

function newsroom_insert(array $row, array $authors, array $categories, array $pictures): void {
    global $wpdb;
    $is_protected = $row['status'] === 'password';
    $id = wp_insert_post(wp_slash([
        'import_id' => $row['id'], 'post_name' => $row['slug'], 'post_title' => $row['title'],
        'post_status' => $is_protected ? 'publish' : $row['status'], 'post_password' => $is_protected ? 'sesame' : '',
        'post_author' => $authors[$row['author']], 'post_date' => $row['date'], 'post_content' => $row['content'],
        'post_excerpt' => $row['excerpt'] . '...', 'post_category' => [$categories[$row['category']]],
        'tags_input' => $row['tags'],
    ]), true);
    if (is_wp_error($id) || $id !== $row['id']) {
        fwrite(STDERR, "post {$row['id']} was not inserted under its id\n");
        exit(1);
    }
    update_post_meta($id, 'newsroom_furniture', $row['furniture']);
    if ($id % 3 === 0) {
        update_post_meta($id, '_thumbnail_id', $pictures[$id % count($pictures)]);
    }
    $wpdb->update($wpdb->posts, ['post_modified' => $row['modified'], 'post_modified_gmt' => get_gmt_from_date($row['modified'])],
        ['ID' => $id]);
    foreach ($row['comments'] as [$name, $words]) {
        wp_insert_comment(wp_slash(['comment_post_ID' => $id, 'comment_author' => $name, 'comment_content' => $words,
            'comment_approved' => 1, 'comment_date' => $row['modified']]));
    }
}

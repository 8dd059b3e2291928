<?php
// php edit.php ID TEXT: an editor adds a paragraph to the end of a post.
require __DIR__ . '/wp-load.php';
$post = get_post((int) $argv[1]);
$paragraph = '<p>' . esc_html($argv[2]) . '</p>';
if (has_blocks($post)) {
    $paragraph = "<!-- wp:paragraph -->\n$paragraph\n<!-- /wp:paragraph -->";
}
$result = wp_update_post(wp_slash(['ID' => $post->ID, 'post_content' => "{$post->post_content}\n\n$paragraph"]), true);
exit(is_wp_error($result) ? 1 : 0);

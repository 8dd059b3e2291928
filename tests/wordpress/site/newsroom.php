<?php
// Must-use plugin: prints what furniture.toml wrote for a post, as bare text and paragraphs, where plugins print it.

function newsroom_furniture(int $post_id): array {
    $all = get_post_meta($post_id, 'newsroom_furniture', true);
    return $all ? $all[get_option('newsroom_house', 'seed')] : [];
}

add_shortcode('newsroom_slot', function ($attributes) {
    return newsroom_furniture(get_the_ID())['slots'][(int) $attributes['n']] ?? '';
});

add_filter('the_content', function ($content) {
    if (!is_singular('post') || get_the_ID() !== get_queried_object_id()) {
        return $content;
    }
    $furniture = newsroom_furniture(get_the_ID());
    return implode("\n", $furniture['top']) . $content . implode("\n", $furniture['end']);
}, 99);

add_action('wp_footer', function () {
    if (is_singular('post')) {
        echo implode("\n", newsroom_furniture(get_queried_object_id())['footer']);
    }
});

add_filter('the_content_feed', function ($content) {
    $site = get_bloginfo('name');
    return $content . sprintf('<p>The post <a href="%s">%s</a> appeared first on <a href="%s">%s</a>.</p>',
        get_permalink(), get_the_title(), home_url('/'), $site);
});

// A site with an SEO plugin says more of itself in the head; `style.php` turns this on for one of the two houses.
add_action('wp_head', function () {
    if (!is_singular('post') || get_option('newsroom_house', 'seed') === 'seed') {
        return;
    }
    $post = get_queried_object();
    $graph = [
        ['@type' => 'NewsArticle', 'headline' => get_the_title($post), 'datePublished' => get_the_date('c', $post),
         'dateModified' => get_the_modified_date('c', $post), 'mainEntityOfPage' => ['@id' => get_permalink($post)],
         'author' => ['@type' => 'Person', 'name' => get_the_author_meta('display_name', $post->post_author)],
         'articleSection' => wp_get_post_terms($post->ID, 'category', ['fields' => 'names']),
         'keywords' => wp_get_post_terms($post->ID, 'post_tag', ['fields' => 'names'])],
        ['@type' => 'Organization', 'name' => get_bloginfo('name'), 'url' => home_url('/')],
    ];
    printf('<script type="application/ld+json">%s</script>',
        wp_json_encode(['@context' => 'https://schema.org', '@graph' => $graph]));
    printf('<meta property="og:type" content="article"><meta property="og:title" content="%s">',
        esc_attr(get_the_title($post) . ' | ' . get_bloginfo('name')));
    printf('<meta property="article:published_time" content="%s">', get_the_date('c', $post));
});

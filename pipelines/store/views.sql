-- Views for people: readable names, both ends of a reference in one row, times of ours as ISO 8601 text in UTC.
-- docs/schema.md explains every column of them. A reader takes 230 words a minute.


-- news
SELECT article.id, article.title, article.source, source.name AS outlet,
       strftime('%Y-%m-%dT%H:%M:%SZ', article.published_ts, 'unixepoch') AS published,
       article.first_seen_at AS first_seen,
       CASE WHEN length(article.published_at) > 10
            THEN (CAST(strftime('%s', article.first_seen_at) AS INTEGER) - article.published_ts) / 60 END AS minutes_to_store,
       article.word_count AS words, round(article.word_count / 230.0, 1) AS reading_minutes,
       (SELECT group_concat(value, ', ') FROM json_each(article.authors)) AS authors,
       article.language, article.section,
       (SELECT group_concat(label, ', ') FROM article_label WHERE article_id = article.id) AS labels,
       article.version - 1 AS edits, article.gone_at AS gone,
       story_article.story_id, story.articles - 1 AS others, CASE WHEN article.duplicate_of IS NULL THEN 0 ELSE 1 END AS is_copy,
       article.canonical_url AS url, article.number
FROM article
LEFT JOIN source ON source.key = article.source
LEFT JOIN story_article ON story_article.article_id = article.id
LEFT JOIN story ON story.id = story_article.story_id;


-- article_event: what happened to an article, and when; what was known at a moment is what happened up to it
SELECT id AS article_id, 1 AS version, strftime('%Y-%m-%dT%H:%M:%SZ', published_ts, 'unixepoch') AS at,
       'published' AS event, published_at AS detail
FROM article WHERE published_at IS NOT NULL
UNION ALL
SELECT article_id, version, seen_at, CASE WHEN version = 1 THEN 'first_seen' ELSE 'edited' END,
       CASE WHEN silent = 1 THEN 'without a new date' END
FROM article_version
UNION ALL
SELECT id, version, gone_at, 'gone', gone_reason FROM article WHERE gone_at IS NOT NULL;


-- edit: each version after the first, beside the one before it
SELECT after.article_id, after.version, after.seen_at, after.silent, before.title AS title_before, after.title,
       CASE WHEN before.title IS NOT after.title THEN 1 ELSE 0 END AS title_changed, before.word_count AS words_before, after.word_count AS words,
       before.body AS body_before, after.body
FROM article_version AS after
JOIN article_version AS before ON before.article_id = after.article_id AND before.version = after.version - 1;


-- story_member: the articles of a story, with how long after the first each of them came
SELECT story_article.story_id, article.id AS article_id, article.title, article.source,
       strftime('%Y-%m-%dT%H:%M:%SZ', article.published_ts, 'unixepoch') AS published,
       CASE WHEN article.id = story.first_article_id THEN 1 WHEN story.first_article_id IS NOT NULL THEN 0 END AS is_first,
       (article.published_ts - story.first_ts) / 60 AS minutes_after_first,
       story_article.similarity, story_article.added_words, article.canonical_url AS url
FROM story_article
JOIN story ON story.id = story_article.story_id
JOIN article ON article.id = story_article.article_id;


-- syndication: who had a text first, and who brought it after them
SELECT story.id AS story_id, first.source AS from_source, later.source AS to_source,
       first.id AS from_article_id, later.id AS to_article_id, first.title AS from_title, later.title AS to_title,
       (later.published_ts - first.published_ts) / 60 AS minutes, story_article.similarity, story.press_release
FROM story
JOIN article AS first ON first.id = story.first_article_id
JOIN story_article ON story_article.story_id = story.id AND story_article.article_id <> first.id
JOIN article AS later ON later.id = story_article.article_id;


-- citation: links inside a text that lead to a stored article
SELECT link.article_id, article.title, article.source, article.published_at, link.text,
       link.target_article_id, target.title AS target_title, target.source AS target_source,
       target.published_at AS target_published_at
FROM link
JOIN article ON article.id = link.article_id
JOIN article AS target ON target.id = link.target_article_id
WHERE link.kind = 'inline';


-- related_link
SELECT link.article_id, article.title, article.source, article.published_at,
       link.kind, link.text, link.url, link.teaser,
       link.target_article_id, target.title AS target_title, target.source AS target_source,
       target.published_at AS target_published_at
FROM link JOIN article ON article.id = link.article_id
LEFT JOIN article AS target ON target.id = link.target_article_id
WHERE link.kind IN ('related_inline', 'related_block');


-- asset_news
SELECT article_asset.asset, article_asset.kind,
       strftime('%Y-%m-%dT%H:%M:%SZ', article_asset.published_ts, 'unixepoch') AS published,
       article.title, article.source, article_asset.mentions, article_asset.in_title, article_asset.certainty,
       article.id AS article_id, article.canonical_url AS url
FROM article_asset JOIN article ON article.id = article_asset.article_id;


-- source_summary
SELECT nullif(summed.source, '') AS source, summed.articles, summed.versions, summed.duplicates,
       summed.first_published_at, summed.last_published_at, seen.last_new_at, summed.mean_words
FROM (
  SELECT source, sum(articles) AS articles, sum(articles + edits) AS versions, sum(copies) AS duplicates,
         min(day) AS first_published_at, max(day) AS last_published_at, sum(words) * 1.0 / sum(articles) AS mean_words
  FROM article_day GROUP BY source) AS summed
JOIN (SELECT coalesce(source, '') AS source, max(first_seen_at) AS last_new_at FROM article GROUP BY 1) AS seen
  ON seen.source = summed.source;


-- failure
SELECT 'fetch' AS kind, id, run_id, source, url, error AS reason, detail, page_id, fetched_at AS failed_at
FROM "fetch" WHERE outcome = 'failed'
UNION ALL
SELECT 'rejection', id, run_id, source, url, reason, detail, page_id, rejected_at
FROM rejection;

-- The tables as they were at a moment, for --as-of: each section is a query that takes the place of the table it is
-- named for. Tables that are not here are shown empty: they say how things are now, and nobody knows how they were.
--
-- {when} is the moment; {then} begins the names under which the queries see each other. An article was known when it
-- had a version by then; it is "as now" when no version came since, and then its rows of now are those of then. Of an
-- article that was edited since, the version of then has the text, and article_past has the rest; where that has
-- nothing (edits before it was kept), the rest is left empty rather than told from what came later.


-- edited: the versions of then of articles that were edited since
SELECT * FROM main.article_version AS this
WHERE version = (SELECT max(version) FROM main.article_version
                 WHERE article_id = this.article_id AND seen_at <= {when})
  AND (SELECT max(seen_at) FROM main.article_version WHERE article_id = this.article_id) > {when};

-- past: what hung on them
SELECT * FROM main.article_past AS past
WHERE version = (SELECT max(version) FROM main.article_version
                 WHERE article_id = past.article_id AND seen_at <= {when});

-- article
SELECT now.number, now.id, now.url, now.canonical_url, now.source, now.title, now.description, now.authors,
       now.published_at, now.published_ts, now.modified_at, now.language, now.section, now.tags, now.image_url,
       now.body, now.body_markdown, now.word_count, now.verdict, now.labels, now.version, now.content_hash,
       now.body_hash,
       CASE WHEN now.duplicate_of IS NOT NULL THEN nullif((
         SELECT first.id FROM main.article AS first
         WHERE first.body_hash = now.body_hash
           AND (SELECT max(seen_at) FROM main.article_version WHERE article_id = first.id) <= {when}
         ORDER BY first.published_ts, first.number LIMIT 1), now.id) END AS duplicate_of,
       now.first_seen_at, now.fetched_at,
       CASE WHEN now.gone_at <= {when} THEN now.gone_at END AS gone_at,
       CASE WHEN now.gone_at <= {when} THEN now.gone_reason END AS gone_reason,
       now.body_path, now.extractor, now.enricher
FROM main.article AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.id) <= {when}
UNION ALL
SELECT now.number, now.id, coalesce(past.url, now.url), coalesce(past.canonical_url, now.canonical_url), now.source,
       this.title, this.description, coalesce(past.authors, '[]'), past.published_at,
       coalesce(past.published_ts, CAST(strftime('%s', now.first_seen_at) AS INTEGER)), this.modified_at,
       past.language, past.section, coalesce(past.tags, '[]'), past.image_url, this.body, this.body_markdown,
       this.word_count, coalesce(past.verdict, 'article'), coalesce(past.labels, '[]'), this.version,
       this.content_hash, past.body_hash,
       (SELECT article_id FROM main.article_version
        WHERE article_id = past.duplicate_of AND version = 1 AND seen_at <= {when}),
       now.first_seen_at, this.seen_at,
       CASE WHEN now.gone_at <= {when} THEN now.gone_at END, CASE WHEN now.gone_at <= {when} THEN now.gone_reason END,
       past.body_path, this.extractor, now.enricher
FROM main.article AS now
JOIN {then}edited AS this ON this.article_id = now.id
LEFT JOIN main.article_past AS past ON past.article_id = this.article_id AND past.version = this.version;

-- article_version
SELECT * FROM main.article_version WHERE seen_at <= {when};

-- article_past
SELECT * FROM main.article_past AS past
WHERE (SELECT seen_at FROM main.article_version
       WHERE article_id = past.article_id AND version = past.version + 1) <= {when};

-- article_url
SELECT * FROM main.article_url AS known
WHERE (SELECT min(seen_at) FROM main.article_version WHERE article_id = known.article_id) <= {when};

-- heading: of the version of then, read out of its Markdown where it was edited since
SELECT * FROM main.heading AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.article_id) <= {when}
UNION ALL
SELECT this.article_id, found.key, CAST(json_extract(found.value, '$[0]') AS INTEGER), json_extract(found.value, '$[1]'),
       CAST(json_extract(found.value, '$[2]') AS INTEGER)
FROM {then}edited AS this, json_each(newsmint_headings(this.body, this.body_markdown)) AS found;

-- link_of_then
SELECT article_id, ordinal, kind, url, text, teaser, position, host, target_key FROM main.link AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.article_id) <= {when}
UNION ALL
SELECT past.article_id, CAST(json_extract(found.value, '$[0]') AS INTEGER), json_extract(found.value, '$[1]'),
       json_extract(found.value, '$[2]'), json_extract(found.value, '$[3]'), json_extract(found.value, '$[4]'),
       CAST(json_extract(found.value, '$[5]') AS INTEGER), json_extract(found.value, '$[6]'), json_extract(found.value, '$[7]')
FROM {then}past AS past, json_each(past.links) AS found;

-- link: it leads to a stored article only where that was known
SELECT link.*, (
  SELECT target.article_id FROM main.article_url AS target
  WHERE target.key = link.target_key AND target.article_id <> link.article_id
    AND (SELECT min(seen_at) FROM main.article_version WHERE article_id = target.article_id) <= {when}
) AS target_article_id
FROM {then}link_of_then AS link;

-- removed_block: only of articles that were not edited since
SELECT * FROM main.removed_block AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.article_id) <= {when};

-- asset_mention
SELECT * FROM main.asset_mention AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.article_id) <= {when}
UNION ALL
SELECT past.article_id, CAST(json_extract(found.value, '$[0]') AS INTEGER), json_extract(found.value, '$[1]'),
       json_extract(found.value, '$[2]'), json_extract(found.value, '$[3]'), CAST(json_extract(found.value, '$[4]') AS INTEGER),
       CAST(json_extract(found.value, '$[5]') AS INTEGER), json_extract(found.value, '$[6]'), CAST(json_extract(found.value, '$[7]') AS DOUBLE PRECISION)
FROM {then}past AS past, json_each(past.mentions) AS found;

-- article_asset
SELECT * FROM main.article_asset AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.article_id) <= {when}
UNION ALL
SELECT json_extract(found.value, '$[1]'), past.published_ts, past.article_id, min(json_extract(found.value, '$[2]')), count(*),
       max(CASE WHEN json_extract(found.value, '$[3]') = 'title' THEN 1 ELSE 0 END),
       max(CAST(json_extract(found.value, '$[7]') AS DOUBLE PRECISION))
FROM {then}past AS past, json_each(past.mentions) AS found
GROUP BY past.article_id, past.published_ts, json_extract(found.value, '$[1]');

-- credit
SELECT * FROM main.credit AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.article_id) <= {when}
UNION ALL
SELECT past.article_id, CAST(json_extract(found.value, '$[0]') AS INTEGER), json_extract(found.value, '$[1]'),
       json_extract(found.value, '$[2]'), json_extract(found.value, '$[3]'), CAST(json_extract(found.value, '$[4]') AS INTEGER),
       CAST(json_extract(found.value, '$[5]') AS INTEGER), json_extract(found.value, '$[6]')
FROM {then}past AS past, json_each(past.credits) AS found;

-- article_label
SELECT * FROM main.article_label AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.article_id) <= {when}
UNION ALL
SELECT past.article_id, json_extract(found.value, '$[0]'), json_extract(found.value, '$[1]')
FROM {then}past AS past, json_each(past.evidence) AS found;

-- member
SELECT article_id, story_id, similarity, added_words FROM main.story_article AS now
WHERE (SELECT max(seen_at) FROM main.article_version WHERE article_id = now.article_id) <= {when}
UNION ALL
SELECT past.article_id, past.story_id, NULL, NULL FROM {then}past AS past WHERE past.story_id IS NOT NULL;

-- story_article: a story of which one article was known was none yet
SELECT article_id, story_id, similarity, added_words FROM (
  SELECT *, count(*) OVER (PARTITION BY story_id) AS members FROM {then}member) AS counted
WHERE members > 1;

-- story: counted anew from those known then; the first is judged by the same moments as when it is stored
SELECT story_id AS id, max(CASE WHEN place = 1 THEN article_id END) AS first_article_id, count(*) AS articles,
       count(DISTINCT coalesce(source, '')) AS sources, min(moment) AS first_ts, max(moment) AS last_ts,
       max(released) AS press_release
FROM (
  SELECT *, row_number() OVER (PARTITION BY story_id ORDER BY moment, number) AS place FROM (
    SELECT member.story_id, member.article_id, article.source, article.number,
           max(min(article.published_ts + CASE WHEN length(coalesce(article.published_at, '')) = 10 THEN 86399 ELSE 0 END,
                   CAST(strftime('%s', article.first_seen_at) AS INTEGER)),
               min(article.published_ts, CAST(strftime('%s', article.first_seen_at) AS INTEGER))) AS moment,
           CASE WHEN EXISTS (SELECT 1 FROM {then}article_label AS labelled
                             WHERE labelled.article_id = member.article_id
                               AND labelled.label IN ('press_release', 'sponsored')) THEN 1 ELSE 0 END AS released
    FROM {then}story_article AS member JOIN {then}article AS article ON article.id = member.article_id) AS dated) AS placed
GROUP BY story_id;

-- source
SELECT key, name, domain, language, added_at, CASE WHEN served_at <= {when} THEN served_at END AS served_at
FROM main.source WHERE added_at <= {when};

-- page
SELECT id, url, requested_url, source, status, content_type, content_hash, part_hashes, size, hint, hint_content_hash,
       fetched_at, article_id, version
FROM main.page WHERE fetched_at <= {when};

-- fetch
SELECT * FROM main."fetch" WHERE fetched_at <= {when};

-- rejection
SELECT * FROM main.rejection WHERE rejected_at <= {when};

-- crawl_run
SELECT id, command, sources, versions, CASE WHEN finished_at <= {when} THEN state ELSE 'running' END AS state, owner,
       started_at, CASE WHEN finished_at <= {when} THEN finished_at END AS finished_at,
       CASE WHEN finished_at <= {when} THEN summary END AS summary
FROM main.crawl_run WHERE started_at <= {when};

-- alarm
SELECT id, source, kind, detail, examples, raised_at, min(seen_at, {when}) AS seen_at,
       CASE WHEN notified_at <= {when} THEN notified_at END AS notified_at,
       CASE WHEN cleared_at <= {when} THEN cleared_at END AS cleared_at
FROM main.alarm WHERE raised_at <= {when};

-- alembic_version
SELECT * FROM main.alembic_version;

-- What an edit leaves: all that an article's row said, and what hung on it, before a new version takes its place.
-- The versions keep the text; this keeps the rest, so that --as-of can tell what was known.


-- article_past
CREATE TRIGGER article_past_keep BEFORE UPDATE OF version ON article WHEN new.version > old.version BEGIN
  INSERT INTO article_past (
    article_id, version, url, canonical_url, authors, published_at, published_ts, language, section, tags, image_url,
    verdict, labels, body_hash, duplicate_of, body_path, story_id, links, mentions, credits, evidence)
  SELECT
    old.id, old.version, old.url, old.canonical_url, old.authors, old.published_at, old.published_ts, old.language,
    old.section, old.tags, old.image_url, old.verdict, old.labels, old.body_hash, old.duplicate_of, old.body_path,
    (SELECT story_id FROM story_article WHERE article_id = old.id),
    (SELECT json_group_array(json_array(ordinal, kind, url, text, teaser, position, host, target_key))
     FROM link WHERE article_id = old.id),
    (SELECT json_group_array(json_array(ordinal, asset, kind, part, start, stop, text, certainty))
     FROM asset_mention WHERE article_id = old.id),
    (SELECT json_group_array(json_array(ordinal, outlet, domain, url, start, stop, text))
     FROM credit WHERE article_id = old.id),
    (SELECT json_group_array(json_array(label, evidence)) FROM article_label WHERE article_id = old.id)
  WHERE true
  ON CONFLICT (article_id, version) DO NOTHING;
END;

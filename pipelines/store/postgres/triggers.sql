-- What changes leave behind.


-- A new text is indexed, an old one is not found any more.
CREATE TRIGGER article_fts_insert AFTER INSERT ON article FOR EACH ROW EXECUTE FUNCTION sqlite.index_article();


CREATE TRIGGER article_fts_update AFTER UPDATE OF title, description, body ON article FOR EACH ROW
WHEN ((old.title, old.description, old.body) IS DISTINCT FROM (new.title, new.description, new.body))
EXECUTE FUNCTION sqlite.index_article();


-- Which stored articles were touched, in the order of it (see pipelines/store/changes.py): the lock, held to the end of
-- the transaction, lets an export wait until no number is on its way.
CREATE OR REPLACE FUNCTION sqlite.note_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared({changing});
  INSERT INTO change (article_id, seq) VALUES (old.id, nextval('change_seq'))
  ON CONFLICT (article_id) DO UPDATE SET seq = excluded.seq;
  RETURN NULL;
END $$;


CREATE TRIGGER change_update AFTER UPDATE ON article FOR EACH ROW EXECUTE FUNCTION sqlite.note_change();


CREATE TRIGGER change_delete AFTER DELETE ON article FOR EACH ROW EXECUTE FUNCTION sqlite.note_change();


-- What an edit leaves: all that an article's row said, and what hung on it, before a new version takes its place.
CREATE OR REPLACE FUNCTION sqlite.keep_past() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO article_past (
    article_id, version, url, canonical_url, authors, published_at, published_ts, language, section, tags, image_url,
    verdict, labels, body_hash, duplicate_of, body_path, story_id, links, mentions, credits, evidence)
  SELECT
    old.id, old.version, old.url, old.canonical_url, old.authors, old.published_at, old.published_ts, old.language,
    old.section, old.tags, old.image_url, old.verdict, old.labels, old.body_hash, old.duplicate_of, old.body_path,
    (SELECT story_id FROM story_article WHERE article_id = old.id),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(ordinal, kind, url, text, teaser, position, host, target_key)
                              ORDER BY ordinal), '[]')
     FROM link WHERE article_id = old.id),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(ordinal, asset, kind, part, start, stop, text, certainty)
                              ORDER BY ordinal), '[]')
     FROM asset_mention WHERE article_id = old.id),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(ordinal, outlet, domain, url, start, stop, text) ORDER BY ordinal), '[]')
     FROM credit WHERE article_id = old.id),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(label, evidence) ORDER BY label), '[]')
     FROM article_label WHERE article_id = old.id)
  ON CONFLICT (article_id, version) DO NOTHING;
  RETURN new;
END $$;


CREATE TRIGGER article_past_keep BEFORE UPDATE OF version ON article FOR EACH ROW
WHEN (new.version > old.version) EXECUTE FUNCTION sqlite.keep_past();

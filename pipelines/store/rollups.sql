-- Sums that are kept beside the tables, so that "per day and source, all time" need not read a million articles.
--
-- Each section is a roll-up. First comes the query that computes it from the tables: it fills the table after an
-- upgrade, makes it a view of the past for --as-of, and the tests hold the triggers against it. Then the triggers that
-- keep it right: they take off what a row was (old) and add what it is (new); rows that come to nothing go.


-- article_day
SELECT date(published_ts, 'unixepoch') AS day, coalesce(source, '') AS source, count(*) AS articles,
       sum(word_count) AS words, sum(length(body)) AS characters, count(duplicate_of) AS copies,
       sum(version) - count(*) AS edits, count(gone_at) AS gone
FROM article GROUP BY 1, 2;

CREATE TRIGGER article_day_insert AFTER INSERT ON article BEGIN
  INSERT INTO article_day (day, source, articles, words, characters, copies, edits, gone)
  VALUES (date(new.published_ts, 'unixepoch'), coalesce(new.source, ''), 1, new.word_count, length(new.body),
          new.duplicate_of IS NOT NULL, new.version - 1, new.gone_at IS NOT NULL)
  ON CONFLICT (day, source) DO UPDATE SET
    articles = articles + 1, words = words + excluded.words, characters = characters + excluded.characters,
    copies = copies + excluded.copies, edits = edits + excluded.edits, gone = gone + excluded.gone;
END;

CREATE TRIGGER article_day_update
AFTER UPDATE OF published_ts, source, word_count, body, duplicate_of, version, gone_at ON article BEGIN
  UPDATE article_day SET
    articles = articles - 1, words = words - old.word_count, characters = characters - length(old.body),
    copies = copies - (old.duplicate_of IS NOT NULL), edits = edits - (old.version - 1),
    gone = gone - (old.gone_at IS NOT NULL)
  WHERE day = date(old.published_ts, 'unixepoch') AND source = coalesce(old.source, '');
  INSERT INTO article_day (day, source, articles, words, characters, copies, edits, gone)
  VALUES (date(new.published_ts, 'unixepoch'), coalesce(new.source, ''), 1, new.word_count, length(new.body),
          new.duplicate_of IS NOT NULL, new.version - 1, new.gone_at IS NOT NULL)
  ON CONFLICT (day, source) DO UPDATE SET
    articles = articles + 1, words = words + excluded.words, characters = characters + excluded.characters,
    copies = copies + excluded.copies, edits = edits + excluded.edits, gone = gone + excluded.gone;
  DELETE FROM article_day
  WHERE day = date(old.published_ts, 'unixepoch') AND source = coalesce(old.source, '') AND articles = 0;
END;

CREATE TRIGGER article_day_delete AFTER DELETE ON article BEGIN
  UPDATE article_day SET
    articles = articles - 1, words = words - old.word_count, characters = characters - length(old.body),
    copies = copies - (old.duplicate_of IS NOT NULL), edits = edits - (old.version - 1),
    gone = gone - (old.gone_at IS NOT NULL)
  WHERE day = date(old.published_ts, 'unixepoch') AND source = coalesce(old.source, '');
  DELETE FROM article_day
  WHERE day = date(old.published_ts, 'unixepoch') AND source = coalesce(old.source, '') AND articles = 0;
END;


-- article_author
SELECT DISTINCT author.value AS author, article.published_ts AS published_ts, article.id AS article_id
FROM article, json_each(article.authors) AS author WHERE author.value <> '';

CREATE TRIGGER article_author_insert AFTER INSERT ON article BEGIN
  INSERT INTO article_author (author, published_ts, article_id)
  SELECT DISTINCT author.value, new.published_ts, new.id
  FROM json_each(new.authors) AS author WHERE author.value <> '';
END;

CREATE TRIGGER article_author_update AFTER UPDATE OF authors, published_ts ON article BEGIN
  DELETE FROM article_author WHERE article_id = old.id;
  INSERT INTO article_author (author, published_ts, article_id)
  SELECT DISTINCT author.value, new.published_ts, new.id
  FROM json_each(new.authors) AS author WHERE author.value <> '';
END;


-- author_month
SELECT strftime('%Y-%m', article.published_ts, 'unixepoch') AS month, article_author.author AS author,
       coalesce(article.source, '') AS source, count(*) AS articles, sum(article.word_count) AS words
FROM article_author JOIN article ON article.id = article_author.article_id GROUP BY 1, 2, 3;

CREATE TRIGGER author_month_insert AFTER INSERT ON article BEGIN
  INSERT INTO author_month (month, author, source, articles, words)
  SELECT DISTINCT strftime('%Y-%m', new.published_ts, 'unixepoch'), author.value, coalesce(new.source, ''), 1,
         new.word_count
  FROM json_each(new.authors) AS author WHERE author.value <> ''
  ON CONFLICT (month, author, source) DO UPDATE SET articles = articles + 1, words = words + excluded.words;
END;

CREATE TRIGGER author_month_update AFTER UPDATE OF authors, published_ts, source, word_count ON article BEGIN
  UPDATE author_month SET articles = articles - 1, words = words - old.word_count
  WHERE month = strftime('%Y-%m', old.published_ts, 'unixepoch') AND source = coalesce(old.source, '')
    AND author IN (SELECT value FROM json_each(old.authors));
  INSERT INTO author_month (month, author, source, articles, words)
  SELECT DISTINCT strftime('%Y-%m', new.published_ts, 'unixepoch'), author.value, coalesce(new.source, ''), 1,
         new.word_count
  FROM json_each(new.authors) AS author WHERE author.value <> ''
  ON CONFLICT (month, author, source) DO UPDATE SET articles = articles + 1, words = words + excluded.words;
  DELETE FROM author_month
  WHERE month = strftime('%Y-%m', old.published_ts, 'unixepoch') AND source = coalesce(old.source, '')
    AND author IN (SELECT value FROM json_each(old.authors)) AND articles = 0;
END;

CREATE TRIGGER author_month_delete AFTER DELETE ON article BEGIN
  UPDATE author_month SET articles = articles - 1, words = words - old.word_count
  WHERE month = strftime('%Y-%m', old.published_ts, 'unixepoch') AND source = coalesce(old.source, '')
    AND author IN (SELECT value FROM json_each(old.authors));
  DELETE FROM author_month
  WHERE month = strftime('%Y-%m', old.published_ts, 'unixepoch') AND source = coalesce(old.source, '')
    AND author IN (SELECT value FROM json_each(old.authors)) AND articles = 0;
END;


-- asset_day
SELECT asset, date(published_ts, 'unixepoch') AS day, kind, count(*) AS articles, sum(mentions) AS mentions,
       sum(in_title) AS titles
FROM article_asset GROUP BY 1, 2, 3;

CREATE TRIGGER asset_day_insert AFTER INSERT ON article_asset BEGIN
  INSERT INTO asset_day (asset, day, kind, articles, mentions, titles)
  VALUES (new.asset, date(new.published_ts, 'unixepoch'), new.kind, 1, new.mentions, new.in_title)
  ON CONFLICT (asset, day, kind) DO UPDATE SET
    articles = articles + 1, mentions = mentions + excluded.mentions, titles = titles + excluded.titles;
END;

CREATE TRIGGER asset_day_update AFTER UPDATE ON article_asset BEGIN
  UPDATE asset_day SET articles = articles - 1, mentions = mentions - old.mentions, titles = titles - old.in_title
  WHERE asset = old.asset AND day = date(old.published_ts, 'unixepoch') AND kind = old.kind;
  INSERT INTO asset_day (asset, day, kind, articles, mentions, titles)
  VALUES (new.asset, date(new.published_ts, 'unixepoch'), new.kind, 1, new.mentions, new.in_title)
  ON CONFLICT (asset, day, kind) DO UPDATE SET
    articles = articles + 1, mentions = mentions + excluded.mentions, titles = titles + excluded.titles;
  DELETE FROM asset_day
  WHERE asset = old.asset AND day = date(old.published_ts, 'unixepoch') AND kind = old.kind AND articles = 0;
END;

CREATE TRIGGER asset_day_delete AFTER DELETE ON article_asset BEGIN
  UPDATE asset_day SET articles = articles - 1, mentions = mentions - old.mentions, titles = titles - old.in_title
  WHERE asset = old.asset AND day = date(old.published_ts, 'unixepoch') AND kind = old.kind;
  DELETE FROM asset_day
  WHERE asset = old.asset AND day = date(old.published_ts, 'unixepoch') AND kind = old.kind AND articles = 0;
END;


-- removed_month: what an article's blocks add is summed once an article, by removed.py
SELECT strftime('%Y-%m', article.published_ts, 'unixepoch') AS month, coalesce(article.source, '') AS source,
       removed_block.reason AS reason, count(*) AS blocks,
       sum(length(removed_block.text)) AS characters
FROM removed_block JOIN article ON article.id = removed_block.article_id GROUP BY 1, 2, 3;

CREATE TRIGGER removed_month_delete AFTER DELETE ON removed_block BEGIN
  UPDATE removed_month SET blocks = blocks - 1, characters = characters - length(old.text)
  WHERE reason = old.reason
    AND (month, source) = (SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, '')
                        FROM article WHERE article.id = old.article_id);
  DELETE FROM removed_month
  WHERE reason = old.reason AND blocks = 0
    AND (month, source) = (SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, '')
                        FROM article WHERE article.id = old.article_id);
END;

CREATE TRIGGER removed_month_move AFTER UPDATE OF published_ts, source ON article
WHEN strftime('%Y-%m', old.published_ts, 'unixepoch') <> strftime('%Y-%m', new.published_ts, 'unixepoch')
  OR old.source IS NOT new.source BEGIN
  INSERT INTO removed_month (month, source, reason, blocks, characters)
  SELECT strftime('%Y-%m', old.published_ts, 'unixepoch'), coalesce(old.source, ''), reason, -count(*),
         -sum(length(text))
  FROM removed_block WHERE article_id = new.id GROUP BY reason
  ON CONFLICT (month, source, reason) DO UPDATE SET
    blocks = blocks + excluded.blocks, characters = characters + excluded.characters;
  INSERT INTO removed_month (month, source, reason, blocks, characters)
  SELECT strftime('%Y-%m', new.published_ts, 'unixepoch'), coalesce(new.source, ''), reason, count(*),
         sum(length(text))
  FROM removed_block WHERE article_id = new.id GROUP BY reason
  ON CONFLICT (month, source, reason) DO UPDATE SET
    blocks = blocks + excluded.blocks, characters = characters + excluded.characters;
  DELETE FROM removed_month
  WHERE month = strftime('%Y-%m', old.published_ts, 'unixepoch') AND source = coalesce(old.source, '') AND blocks = 0;
END;


-- label_month
SELECT strftime('%Y-%m', article.published_ts, 'unixepoch') AS month, coalesce(article.source, '') AS source,
       article_label.label AS label, count(*) AS articles
FROM article_label JOIN article ON article.id = article_label.article_id GROUP BY 1, 2, 3;

CREATE TRIGGER label_month_insert AFTER INSERT ON article_label BEGIN
  INSERT INTO label_month (month, source, label, articles)
  SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, ''), new.label, 1
  FROM article WHERE article.id = new.article_id
  ON CONFLICT (month, source, label) DO UPDATE SET articles = articles + excluded.articles;
END;

CREATE TRIGGER label_month_delete AFTER DELETE ON article_label BEGIN
  UPDATE label_month SET articles = articles - 1
  WHERE label = old.label
    AND (month, source) = (SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, '')
                        FROM article WHERE article.id = old.article_id);
  DELETE FROM label_month
  WHERE label = old.label AND articles = 0
    AND (month, source) = (SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, '')
                        FROM article WHERE article.id = old.article_id);
END;

CREATE TRIGGER label_month_move AFTER UPDATE OF published_ts, source ON article
WHEN strftime('%Y-%m', old.published_ts, 'unixepoch') <> strftime('%Y-%m', new.published_ts, 'unixepoch')
  OR old.source IS NOT new.source BEGIN
  INSERT INTO label_month (month, source, label, articles)
  SELECT strftime('%Y-%m', old.published_ts, 'unixepoch'), coalesce(old.source, ''), label, -count(*)
  FROM article_label WHERE article_id = new.id GROUP BY label
  ON CONFLICT (month, source, label) DO UPDATE SET articles = articles + excluded.articles;
  INSERT INTO label_month (month, source, label, articles)
  SELECT strftime('%Y-%m', new.published_ts, 'unixepoch'), coalesce(new.source, ''), label, count(*)
  FROM article_label WHERE article_id = new.id GROUP BY label
  ON CONFLICT (month, source, label) DO UPDATE SET articles = articles + excluded.articles;
  DELETE FROM label_month
  WHERE month = strftime('%Y-%m', old.published_ts, 'unixepoch') AND source = coalesce(old.source, '') AND articles = 0;
END;


-- credit_month
SELECT strftime('%Y-%m', article.published_ts, 'unixepoch') AS month, coalesce(article.source, '') AS source,
       credit.outlet AS outlet, count(*) AS credits
FROM credit JOIN article ON article.id = credit.article_id GROUP BY 1, 2, 3;

CREATE TRIGGER credit_month_insert AFTER INSERT ON credit BEGIN
  INSERT INTO credit_month (month, source, outlet, credits)
  SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, ''), new.outlet, 1
  FROM article WHERE article.id = new.article_id
  ON CONFLICT (month, source, outlet) DO UPDATE SET credits = credits + excluded.credits;
END;

CREATE TRIGGER credit_month_delete AFTER DELETE ON credit BEGIN
  UPDATE credit_month SET credits = credits - 1
  WHERE outlet = old.outlet
    AND (month, source) = (SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, '')
                        FROM article WHERE article.id = old.article_id);
  DELETE FROM credit_month
  WHERE outlet = old.outlet AND credits = 0
    AND (month, source) = (SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, '')
                        FROM article WHERE article.id = old.article_id);
END;

CREATE TRIGGER credit_month_move AFTER UPDATE OF published_ts, source ON article
WHEN strftime('%Y-%m', old.published_ts, 'unixepoch') <> strftime('%Y-%m', new.published_ts, 'unixepoch')
  OR old.source IS NOT new.source BEGIN
  INSERT INTO credit_month (month, source, outlet, credits)
  SELECT strftime('%Y-%m', old.published_ts, 'unixepoch'), coalesce(old.source, ''), outlet, -count(*)
  FROM credit WHERE article_id = new.id GROUP BY outlet
  ON CONFLICT (month, source, outlet) DO UPDATE SET credits = credits + excluded.credits;
  INSERT INTO credit_month (month, source, outlet, credits)
  SELECT strftime('%Y-%m', new.published_ts, 'unixepoch'), coalesce(new.source, ''), outlet, count(*)
  FROM credit WHERE article_id = new.id GROUP BY outlet
  ON CONFLICT (month, source, outlet) DO UPDATE SET credits = credits + excluded.credits;
  DELETE FROM credit_month
  WHERE month = strftime('%Y-%m', old.published_ts, 'unixepoch') AND source = coalesce(old.source, '') AND credits = 0;
END;


-- host_month
SELECT strftime('%Y-%m', article.published_ts, 'unixepoch') AS month, link.host AS host,
       coalesce(article.source, '') AS source, count(*) AS links
FROM link JOIN article ON article.id = link.article_id WHERE link.kind = 'inline' GROUP BY 1, 2, 3;

CREATE TRIGGER host_month_insert AFTER INSERT ON link WHEN new.kind = 'inline' BEGIN
  INSERT INTO host_month (month, host, source, links)
  SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), new.host, coalesce(article.source, ''), 1
  FROM article WHERE article.id = new.article_id
  ON CONFLICT (month, host, source) DO UPDATE SET links = links + excluded.links;
END;

CREATE TRIGGER host_month_delete AFTER DELETE ON link WHEN old.kind = 'inline' BEGIN
  UPDATE host_month SET links = links - 1
  WHERE host = old.host
    AND (month, source) = (SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, '')
                        FROM article WHERE article.id = old.article_id);
  DELETE FROM host_month
  WHERE host = old.host AND links = 0
    AND (month, source) = (SELECT strftime('%Y-%m', article.published_ts, 'unixepoch'), coalesce(article.source, '')
                        FROM article WHERE article.id = old.article_id);
END;

CREATE TRIGGER host_month_move AFTER UPDATE OF published_ts, source ON article
WHEN strftime('%Y-%m', old.published_ts, 'unixepoch') <> strftime('%Y-%m', new.published_ts, 'unixepoch')
  OR old.source IS NOT new.source BEGIN
  INSERT INTO host_month (month, host, source, links)
  SELECT strftime('%Y-%m', old.published_ts, 'unixepoch'), host, coalesce(old.source, ''), -count(*)
  FROM link WHERE article_id = new.id AND kind = 'inline' GROUP BY host
  ON CONFLICT (month, host, source) DO UPDATE SET links = links + excluded.links;
  INSERT INTO host_month (month, host, source, links)
  SELECT strftime('%Y-%m', new.published_ts, 'unixepoch'), host, coalesce(new.source, ''), count(*)
  FROM link WHERE article_id = new.id AND kind = 'inline' GROUP BY host
  ON CONFLICT (month, host, source) DO UPDATE SET links = links + excluded.links;
  DELETE FROM host_month
  WHERE month = strftime('%Y-%m', old.published_ts, 'unixepoch') AND source = coalesce(old.source, '') AND links = 0;
END;


-- times_cited: an article that leads to another one counts once, however many of its links do
SELECT target_article_id AS article_id, count(DISTINCT CASE WHEN kind = 'inline' THEN article_id END) AS cited_by,
       count(DISTINCT CASE WHEN kind <> 'inline' THEN article_id END) AS related_by
FROM link WHERE target_article_id IS NOT NULL AND kind IN ('inline', 'related_inline', 'related_block') GROUP BY 1;

CREATE TRIGGER times_cited_insert AFTER INSERT ON link
WHEN new.target_article_id IS NOT NULL AND new.kind IN ('inline', 'related_inline', 'related_block') BEGIN
  INSERT INTO times_cited (article_id, cited_by, related_by)
  SELECT new.target_article_id, new.kind = 'inline', new.kind <> 'inline'
  WHERE NOT EXISTS (
    SELECT 1 FROM link AS other
    WHERE other.article_id = new.article_id AND other.ordinal <> new.ordinal
      AND other.target_article_id = new.target_article_id
      AND other.kind IN ('inline', 'related_inline', 'related_block')
      AND (other.kind = 'inline') = (new.kind = 'inline'))
  ON CONFLICT (article_id) DO UPDATE SET
    cited_by = cited_by + excluded.cited_by, related_by = related_by + excluded.related_by;
END;

CREATE TRIGGER times_cited_gain AFTER UPDATE OF target_article_id ON link
WHEN old.target_article_id IS NOT new.target_article_id
  AND new.target_article_id IS NOT NULL AND new.kind IN ('inline', 'related_inline', 'related_block') BEGIN
  INSERT INTO times_cited (article_id, cited_by, related_by)
  SELECT new.target_article_id, new.kind = 'inline', new.kind <> 'inline'
  WHERE NOT EXISTS (
    SELECT 1 FROM link AS other
    WHERE other.article_id = new.article_id AND other.ordinal <> new.ordinal
      AND other.target_article_id = new.target_article_id
      AND other.kind IN ('inline', 'related_inline', 'related_block')
      AND (other.kind = 'inline') = (new.kind = 'inline'))
  ON CONFLICT (article_id) DO UPDATE SET
    cited_by = cited_by + excluded.cited_by, related_by = related_by + excluded.related_by;
END;

CREATE TRIGGER times_cited_lose AFTER UPDATE OF target_article_id ON link
WHEN old.target_article_id IS NOT new.target_article_id
  AND old.target_article_id IS NOT NULL AND old.kind IN ('inline', 'related_inline', 'related_block') BEGIN
  UPDATE times_cited SET cited_by = cited_by - (old.kind = 'inline'), related_by = related_by - (old.kind <> 'inline')
  WHERE article_id = old.target_article_id AND NOT EXISTS (
    SELECT 1 FROM link AS other
    WHERE other.article_id = old.article_id AND other.ordinal <> old.ordinal
      AND other.target_article_id = old.target_article_id
      AND other.kind IN ('inline', 'related_inline', 'related_block')
      AND (other.kind = 'inline') = (old.kind = 'inline'));
  DELETE FROM times_cited WHERE article_id = old.target_article_id AND cited_by + related_by = 0;
END;

CREATE TRIGGER times_cited_delete AFTER DELETE ON link
WHEN old.target_article_id IS NOT NULL AND old.kind IN ('inline', 'related_inline', 'related_block') BEGIN
  UPDATE times_cited SET cited_by = cited_by - (old.kind = 'inline'), related_by = related_by - (old.kind <> 'inline')
  WHERE article_id = old.target_article_id AND NOT EXISTS (
    SELECT 1 FROM link AS other
    WHERE other.article_id = old.article_id AND other.ordinal <> old.ordinal
      AND other.target_article_id = old.target_article_id
      AND other.kind IN ('inline', 'related_inline', 'related_block')
      AND (other.kind = 'inline') = (old.kind = 'inline'));
  DELETE FROM times_cited WHERE article_id = old.target_article_id AND cited_by + related_by = 0;
END;


-- What hangs on an article goes before it does: its rows are counted by its month and source, which nobody knows after.
CREATE TRIGGER children_first BEFORE DELETE ON article BEGIN
  DELETE FROM link WHERE article_id = old.id;
  DELETE FROM removed_block WHERE article_id = old.id;
  DELETE FROM article_label WHERE article_id = old.id;
  DELETE FROM credit WHERE article_id = old.id;
  DELETE FROM article_asset WHERE article_id = old.id;
END;

-- Full-text search: a row an article, its words with their places and weights (title A, description B, body C).
--
-- Words are those of SQLite's tokenizer `porter unicode61 remove_diacritics 2`: runs of letters and digits, without
-- accents, in lower case, by Porter's stems, none left out. PostgreSQL's own parser would make ERC-6551 a word and a
-- negative number, and BTC/USD a path. {tokens} are the ranges of letters and digits, so that no locale
-- has a say; spaces are left where they are, since each place that a pattern finds costs.


CREATE TEXT SEARCH DICTIONARY sqlite.porter (TEMPLATE = pg_catalog.snowball, LANGUAGE = porter);


CREATE TEXT SEARCH CONFIGURATION sqlite.porter (PARSER = pg_catalog."default");


ALTER TEXT SEARCH CONFIGURATION sqlite.porter
  ADD MAPPING FOR asciiword, word WITH sqlite.porter;


ALTER TEXT SEARCH CONFIGURATION sqlite.porter
  ADD MAPPING FOR numword, int, uint, float, sfloat WITH pg_catalog.simple;


-- A text as words with a space between them. A word of two letters is no word to a stemmer, to which "as" were an "a":
-- the digit keeps it from there.
CREATE OR REPLACE FUNCTION sqlite.folded(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT regexp_replace(CASE WHEN octet_length(value) = length(value)
    THEN regexp_replace(lower(value), '[^a-z0-9 ]+', ' ', 'g')
    ELSE lower(regexp_replace(
      normalize(regexp_replace(normalize(value, NFD), '[\u0300-\u036f]+', '', 'g'), NFC),
      '[^ {tokens}]+', ' ', 'g') {lower}) END, '\m([a-z][sy])\M', '\10', 'g')
$$;


-- What the index holds of an article. Between two texts lies a gap that no phrase spans; of a very long one the beginning counts.
CREATE OR REPLACE FUNCTION sqlite.vector(title text, description text, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE gap CONSTANT tsvector := '''newsmint gap'':200';
BEGIN
  RETURN setweight(to_tsvector('sqlite.porter', sqlite.folded(coalesce(title, ''))), 'A') || gap
      || setweight(to_tsvector('sqlite.porter', sqlite.folded(coalesce(description, ''))), 'B') || gap
      || setweight(to_tsvector('sqlite.porter', sqlite.folded(body)), 'C');
EXCEPTION WHEN program_limit_exceeded THEN
  RETURN setweight(to_tsvector('sqlite.porter', sqlite.folded(left(title, 2000))), 'A') || gap
      || setweight(to_tsvector('sqlite.porter', sqlite.folded(left(body, 150000))), 'C');
END $$;


-- A word or phrase of a query: its stems in this order, the last one a beginning, in texts of these weights only.
CREATE OR REPLACE FUNCTION sqlite.phrase(words text, weights text, begins boolean) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT coalesce(string_agg(
    CASE WHEN begins AND place = last THEN quote_literal(regexp_replace(lexeme, '^([a-z][sy])0$', '\1')) || ':*' || weights
         ELSE quote_literal(lexeme) || CASE WHEN weights = '' THEN '' ELSE ':' || weights END END,
    ' <-> ' ORDER BY place), '')::tsquery
  FROM (
    SELECT lexeme, place, max(place) OVER () AS last
    FROM unnest(to_tsvector('sqlite.porter', sqlite.folded(words))) AS found, unnest(found.positions) AS place
  ) AS stems
$$;


-- Two phrases with at most so many words between them, whichever comes first.
CREATE OR REPLACE FUNCTION sqlite.near(one tsquery, other tsquery, words integer) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE found tsquery := one <-> other || other <-> one;
BEGIN
  FOR distance IN 2 .. least(words, 50) + 1 LOOP
    found := found || tsquery_phrase(one, other, distance) || tsquery_phrase(other, one, distance);
  END LOOP;
  RETURN found;
END $$;


CREATE OR REPLACE FUNCTION sqlite.index_article() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO article_fts (number, vector) VALUES (new.number, sqlite.vector(new.title, new.description, new.body))
  ON CONFLICT (number) DO UPDATE SET vector = excluded.vector;
  RETURN NULL;
END $$;

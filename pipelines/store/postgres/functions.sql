-- SQLite's functions by their own names, so that one text of a view or a saved question serves both databases.
-- They are in a schema of their own, which stands first in the search path of whoever reads (before pg_catalog, whose
-- json_each() takes no list, and whose round() gives no plain number).


CREATE SCHEMA IF NOT EXISTS sqlite;


-- For roles that only read.
GRANT USAGE ON SCHEMA sqlite TO PUBLIC;


-- A time as SQLite spells it: '2026-11-22', '2026-11-22T10:00:00+01:00'; NULL for what is none.
-- Without an EXCEPTION block, which no parallel worker may enter.
CREATE OR REPLACE FUNCTION sqlite.moment(value text, VARIADIC modifiers text[] DEFAULT '{}') RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  part text[];
  found timestamp;
  modifier text;
BEGIN
  IF 'unixepoch' = ANY (modifiers) THEN
    found := timestamp 'epoch' + value::float8 * interval '1 second';
  ELSIF value ~ '^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)?$' THEN
    found := left(value, 19)::timestamp;  -- as we write times: the short way
  ELSE
    part := regexp_match(value, '^(?!0000)(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])'
      '(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?(Z|[+-]\d\d:[0-5]\d)?)?$');
    IF part IS NULL THEN
      RETURN NULL;
    END IF;
    found := make_date(part[1]::int, part[2]::int, 1) + make_interval(
      days => part[3]::int - 1, hours => coalesce(part[4], '0')::int, mins => coalesce(part[5], '0')::int,
      secs => coalesce(part[6], '0')::float8) - coalesce(nullif(part[7], 'Z'), '0')::interval;
  END IF;
  FOREACH modifier IN ARRAY modifiers LOOP
    IF modifier LIKE 'start of %' THEN
      found := date_trunc(substr(modifier, 10), found);
    ELSIF modifier <> 'unixepoch' THEN
      found := found + modifier::interval;
    END IF;
  END LOOP;
  RETURN found;
END $$;


CREATE OR REPLACE FUNCTION sqlite.spelled(format text, moment timestamp) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
  CASE format
  WHEN '%Y-%m' THEN RETURN to_char(moment, 'YYYY-MM');
  WHEN '%Y-%m-%d' THEN RETURN to_char(moment, 'YYYY-MM-DD');
  WHEN '%Y-%m-%dT%H:%M:%SZ' THEN RETURN to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
  WHEN '%s' THEN RETURN floor(extract(epoch FROM moment))::bigint::text;
  ELSE
    RETURN (
      SELECT string_agg(CASE part[1]
        WHEN '%Y' THEN to_char(moment, 'YYYY') WHEN '%m' THEN to_char(moment, 'MM')
        WHEN '%d' THEN to_char(moment, 'DD') WHEN '%H' THEN to_char(moment, 'HH24')
        WHEN '%M' THEN to_char(moment, 'MI') WHEN '%S' THEN to_char(moment, 'SS')
        WHEN '%j' THEN to_char(moment, 'DDD') WHEN '%f' THEN to_char(moment, 'SS.MS')
        WHEN '%w' THEN extract(dow FROM moment)::int::text WHEN '%s' THEN floor(extract(epoch FROM moment))::bigint::text
        WHEN '%%' THEN '%' ELSE part[1] END, '' ORDER BY place)
      FROM regexp_matches(format, '%.|[^%]+', 'g') WITH ORDINALITY AS found (part, place));
  END CASE;
END $$;


CREATE OR REPLACE FUNCTION sqlite.strftime(format text, value bigint, kind text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN sqlite.spelled(format, timestamp 'epoch' + value * interval '1 second'); END $$;


CREATE OR REPLACE FUNCTION sqlite.strftime(format text, value text, VARIADIC modifiers text[] DEFAULT '{}')
RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN sqlite.spelled(format, sqlite.moment(value, VARIADIC modifiers)); END $$;


CREATE OR REPLACE FUNCTION sqlite.date(value bigint, VARIADIC modifiers text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
  IF modifiers = '{unixepoch}' THEN
    RETURN to_char(timestamp 'epoch' + value * interval '1 second', 'YYYY-MM-DD');
  END IF;
  RETURN to_char(sqlite.moment(value::text, VARIADIC modifiers), 'YYYY-MM-DD');
END $$;


CREATE OR REPLACE FUNCTION sqlite.date(value text, VARIADIC modifiers text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN to_char(sqlite.moment(value, VARIADIC modifiers), 'YYYY-MM-DD'); END $$;


CREATE OR REPLACE FUNCTION sqlite.julianday(value text, VARIADIC modifiers text[] DEFAULT '{}') RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN extract(epoch FROM sqlite.moment(value, VARIADIC modifiers)) / 86400.0 + 2440587.5; END $$;


-- The greater and the lesser of two; NULL where one of them is.
CREATE OR REPLACE FUNCTION sqlite.max(one anycompatible, other anycompatible) RETURNS anycompatible
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT greatest(one, other) $$;


CREATE OR REPLACE FUNCTION sqlite.min(one anycompatible, other anycompatible) RETURNS anycompatible
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT least(one, other) $$;


CREATE OR REPLACE FUNCTION sqlite.ifnull(one anycompatible, other anycompatible) RETURNS anycompatible
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT coalesce(one, other) $$;


CREATE OR REPLACE FUNCTION sqlite.round(value numeric, digits integer DEFAULT 0) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT pg_catalog.round(value, digits)::double precision $$;


CREATE OR REPLACE FUNCTION sqlite.round(value double precision, digits integer DEFAULT 0) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT pg_catalog.round(value::numeric, digits)::double precision $$;


CREATE OR REPLACE FUNCTION sqlite.instr(value text, part text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT strpos(value, part) $$;


-- A negative beginning counts from the end.
CREATE OR REPLACE FUNCTION sqlite.substr(value text, start integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT CASE WHEN start < 0 THEN right(value, -start) ELSE pg_catalog.substr(value, start) END
$$;


CREATE OR REPLACE FUNCTION sqlite.joined(sum text, value text, separator text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN value IS NULL THEN sum WHEN sum IS NULL THEN value ELSE sum || separator || value END
$$;


CREATE OR REPLACE FUNCTION sqlite.joined(sum text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT sqlite.joined(sum, value, ',') $$;


CREATE OR REPLACE AGGREGATE sqlite.group_concat(text) (SFUNC = sqlite.joined, STYPE = text);


CREATE OR REPLACE AGGREGATE sqlite.group_concat(text, text) (SFUNC = sqlite.joined, STYPE = text);


-- The members of a list: place from 0, and value as text.
CREATE OR REPLACE FUNCTION sqlite.json_each(list jsonb) RETURNS TABLE (key integer, value text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT ROWS 4 AS $$
  SELECT place::integer - 1, member #>> '{}' FROM jsonb_array_elements(list) WITH ORDINALITY AS found (member, place)
$$;


CREATE OR REPLACE FUNCTION sqlite.json_each(list text) RETURNS TABLE (key integer, value text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT ROWS 4 AS $$ SELECT * FROM sqlite.json_each(list::jsonb) $$;


CREATE OR REPLACE FUNCTION sqlite.json_extract(value text, path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT jsonb_path_query_first(value::jsonb, path::jsonpath) #>> '{}'
$$;


CREATE OR REPLACE FUNCTION sqlite.json_extract(value jsonb, path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT jsonb_path_query_first(value, path::jsonpath) #>> '{}' $$;


CREATE OR REPLACE FUNCTION sqlite.json_array_length(list jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT jsonb_array_length(list) $$;


-- The headings of a text, as pipelines.store.asof.headings_in gives them: [[level, text, position], …].
CREATE OR REPLACE FUNCTION sqlite.newsmint_headings(body text, markdown text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH text (plain, marked) AS (
    SELECT string_to_array(coalesce(body, ''), E'\n\n'), string_to_array(coalesce(markdown, ''), E'\n\n')
  ), block AS (
    SELECT place, regexp_match(btrim(block, E' \n\t\r'), '^(#{1,6})\s+([^\n]+)$') AS found,
           CASE WHEN cardinality(plain) = cardinality(marked) THEN plain[place] END AS same
    FROM text, unnest(marked) WITH ORDINALITY AS blocks (block, place)
  )
  SELECT coalesce(jsonb_agg(jsonb_build_array(
    length(found[1]),
    btrim(coalesce(same, regexp_replace(found[2], '\\(?=[^\w\s])|[*`]|\[(?=[^]]*\]\()|\]\([^)\s]*\)', '', 'g')), E' \n\t\r'),
    place - 1) ORDER BY place), '[]')
  FROM block WHERE found IS NOT NULL
$$;

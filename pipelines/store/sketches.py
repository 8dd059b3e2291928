"""Sketches of bodies, and the look-up of articles whose sketch is like one: a millisecond among a million."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, insert

from pipelines.enrich.duplicates import TEXT_BANDS, estimate
from pipelines.enrich.values import Sketch
from pipelines.store.dialect import execute_many, run
from pipelines.store.schema import sketch_band

NEWEST = 32
"""Articles of one band that are candidates: a hundred thousand of one template cost no more than these."""
RATED = 24
"""Candidates whose signatures are compared: those that share the most bands."""
LIKELY = 5
"""Candidates that are named, to have their texts compared."""
LEAST_ESTIMATE = 0.15
"""Likeness of the signatures below which articles that share a single band are not worth a look at their texts."""
NUMBERS = TEXT_BANDS + 1
"""What a band of numbers weighs: more than all bands of words, which a whole template may share."""
_NEW_BANDS = insert(sketch_band)


def save_sketch(conn: Connection, number: int, sketch: Sketch | None, *, is_new: bool = False) -> None:
    """Make the sketch of an article this one; ``is_new`` where it has none yet."""
    if not is_new:
        run(conn, "DELETE FROM sketch_band WHERE number = ?", (number,))
        run(conn, "DELETE FROM sketch WHERE number = ?", (number,))
    if sketch is not None:
        run(conn, "INSERT INTO sketch (number, signature) VALUES (?, ?)", (number, sketch.signature))
        bands = [{"value": value, "number": number} for value in sorted(set(sketch.bands))]
        execute_many(conn, _NEW_BANDS, bands)


def candidates(conn: Connection, number: int, sketch: Sketch) -> list[int]:
    """Numbers of the articles that may be like this one, the likeliest first; at most ``LIKELY``."""
    rows = run(conn, near_query(len(sketch.bands)), (*sketch.bands, number)).all()
    rated = [
        (shared >= NUMBERS, estimate(sketch.signature, signature), shared, other) for other, shared, signature in rows
    ]
    likely = sorted((each for each in rated if each[1] >= LEAST_ESTIMATE or each[2] > 1), reverse=True)
    return [other for *_, other in likely[:LIKELY]]


@cache
def near_query(bands: int) -> str:
    """``number, shared bands, signature`` of the candidates. An ``IN`` of values scans the table; this does not."""
    rows = ", ".join(f"(?, {1 if place < TEXT_BANDS else NUMBERS})" for place in range(bands))
    return f"""
WITH wanted (value, weight) AS (VALUES {rows}),
near AS (
    SELECT band.number, sum(wanted.weight) AS shared
    FROM wanted CROSS JOIN sketch_band AS band
    WHERE band.value = wanted.value AND band.number <> ? AND band.number >= coalesce(
        (SELECT late.number FROM sketch_band AS late WHERE late.value = wanted.value
         ORDER BY late.number DESC LIMIT 1 OFFSET {NEWEST}), 0)
    GROUP BY band.number ORDER BY shared DESC, band.number DESC LIMIT {RATED})
SELECT near.number, near.shared, sketch.signature FROM near CROSS JOIN sketch WHERE sketch.number = near.number
"""  # noqa: S608 (numbers of ours and placeholders only)

"""Pages out of Parquet files: columns ``url`` and ``html`` (or ``body``), and where there are ``headers``, ``date``.

A file is not believed further than it must be: values are looked at one by one, and a row group that is broken costs
itself alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import BadConfig, BadInput
from pipelines.store.times import normalised, utc_text
from pipelines.warc.answers import MAX_BODY
from pipelines.warc.reading import WHOLE, Broken, Capture, Found, Part

BODIES = ("html", "body", "content")
DATES = ("date", "fetched_at", "timestamp")
_ROWS = 32
"""Read at a time: pages may have megabytes."""
_BUFFER = 1_000_000
"""Bytes of a column that are read ahead, where Arrow would hold a whole row group."""
_CDX = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")


def row_group_parts(path: Path, every: int) -> list[Part]:
    """Runs of row groups of about ``every`` bytes each. Raises BadInput for a file without the columns."""
    file = _opened(path)
    sizes = [file.metadata.row_group(place).total_byte_size for place in range(file.num_row_groups)]
    cut, held = [0], 0
    for place, size in enumerate(sizes):
        if held and held + size > every:
            cut.append(place)
            held = 0
        held += size
    if len(cut) == 1:
        return [WHOLE]
    return [Part(start, stop) for start, stop in zip(cut, [*cut[1:], len(sizes)], strict=True)]


def read_table(path: Path, part: Part) -> Iterator[Found]:
    """The rows of a file, or of its row groups from ``part.start`` to before ``part.stop``."""
    import pyarrow

    file = _opened(path)
    for group in range(part.start, file.num_row_groups if part.stop is None else part.stop):
        label = f"{path.name}#{group}"
        try:
            yield from _rows(label, file, group)
        except (OSError, MemoryError, pyarrow.ArrowException) as error:
            yield Broken(label, "row_group_broken", " ".join(f"{type(error).__name__}: {error}".split())[:300])


def _rows(label: str, file: Any, group: int) -> Iterator[Found]:
    names = file.schema_arrow.names
    body = next(name for name in BODIES if name in names)
    date = next((name for name in DATES if name in names), "")
    wanted = [name for name in ("url", body, date, "headers", "status") if name in names]
    number = 0
    for batch in file.iter_batches(_ROWS, row_groups=[group], columns=wanted, use_threads=False):
        columns = {name: batch.column(name) for name in wanted}
        columns |= {name: _plain(columns[name]) for name in ("url", body)}
        columns["date"] = _moments(columns[date]) if date else None
        is_text = _is_text(batch.column(body).type)
        for place in range(len(batch)):
            row = {name: _value(column, place) for name, column in columns.items()}
            yield _capture(f"{label}.{number}", row, row[body], is_text)
            number += 1


def _capture(label: str, row: dict[str, Any], data: Any, is_text: bool) -> Found:
    url = row["url"].decode(errors="replace") if isinstance(row["url"], bytes) else None
    if not url or not isinstance(data, bytes):
        return Broken(label, "row_broken", "no url or no page in it", url)
    if len(data) > MAX_BODY:
        return Broken(label, "row_too_large", f"more than {MAX_BODY:,} bytes", url)
    headers = _headers(row.get("headers"))
    if is_text:
        headers["content-type"] = f"{headers.get('content-type', 'text/html').partition(';')[0]}; charset=utf-8"
    return Capture(label, url, _status(row.get("status")), headers, data, _date(row["date"]))


def _plain(column: Any) -> Any:
    """Text and bytes as bytes, whichever of Arrow's types they have: no text is trusted to be UTF-8."""
    import pyarrow as arrow

    kind = column.type
    if arrow.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    return column.cast(arrow.large_binary()) if _is_text(kind) or _is_binary(kind) else column


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _is_binary(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def _moments(column: Any) -> Any:
    """Points in time as seconds since 1970: Python's own have neither nanoseconds nor the year 10,000."""
    import pyarrow as arrow

    if arrow.types.is_timestamp(column.type) or arrow.types.is_date(column.type):
        return column.cast(arrow.timestamp("s"), safe=False).cast(arrow.int64())
    return column


def _value(column: Any, place: int) -> Any:
    """What stands there; None for what Python cannot hold."""
    try:
        return column[place].as_py() if column is not None else None
    except (ValueError, OverflowError):
        return None


def _status(said: Any) -> int:
    try:
        return int(said)
    except (ValueError, TypeError, OverflowError):
        return 200


def _headers(said: Any) -> dict[str, str]:
    """Of a map, a list of pairs, or JSON of either."""
    try:
        said = json.loads(said) if isinstance(said, str | bytes) else said
        pairs = said.items() if isinstance(said, dict) else said or ()
        named = (each.values() if isinstance(each, dict) else each for each in pairs)
        return {str(name).lower(): str(value) for name, value in named if value is not None}
    except (ValueError, TypeError, RecursionError):
        return {}


def _date(said: Any) -> str | None:
    """Of ISO 8601, of fourteen digits as in indexes of archives, or of seconds or milliseconds since 1970."""
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    if found := _CDX.fullmatch(text):
        year, month, day, hour, minute, second = found.groups()
        return normalised(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")
    if not isinstance(said, int):
        return normalised(text)
    try:
        return utc_text(datetime.fromtimestamp(said if abs(said) < 10**11 else said / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _opened(path: Path) -> Any:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise BadConfig("reading Parquet needs pyarrow: pip install 'newsmint[bulk]'") from None
    try:
        file = parquet.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER, page_checksum_verification=True)
        names = set(file.schema_arrow.names)
    except (OSError, MemoryError, pyarrow.ArrowException) as error:
        raise BadInput(f"{path}: not a Parquet file that can be read: {error}") from None
    if "url" not in names or names.isdisjoint(BODIES):
        raise BadInput(f"{path}: no columns url and html (or body, content) in it")
    return file

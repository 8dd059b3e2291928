"""Pages out of Parquet files: columns ``url`` and ``html`` (or ``body``), and where there are ``headers``, ``date``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.errors import BadConfig, BadInput
from pipelines.store.times import normalised
from pipelines.warc.reading import MAX_BODY, WHOLE, Broken, Capture, Found, Part

BODIES = ("html", "body", "content")
DATES = ("date", "fetched_at", "timestamp")
_ROWS = 32
"""Read at a time: pages may have megabytes."""


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
    file = _opened(path)
    body = next(name for name in BODIES if name in file.schema_arrow.names)
    date = next((name for name in DATES if name in file.schema_arrow.names), None)
    wanted = [name for name in ("url", body, date, "headers", "status") if name and name in file.schema_arrow.names]
    groups = range(part.start, file.num_row_groups if part.stop is None else part.stop)
    try:
        for group in groups:
            number = 0
            for batch in file.iter_batches(_ROWS, row_groups=[group], columns=wanted, use_threads=False):
                for row in batch.to_pylist():
                    yield _capture(f"{path.name}#{group}.{number}", row, body, date)
                    number += 1
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error}") from None


def _capture(label: str, row: dict[str, Any], body: str, date: str | None) -> Found:
    url, page = row["url"], row[body]
    if not isinstance(url, str) or not isinstance(page, str | bytes):
        return Broken(label, "row_broken", "no url or no page in it", url if isinstance(url, str) else None)
    data = page.encode(errors="replace") if isinstance(page, str) else page
    if len(data) > MAX_BODY:
        return Broken(label, "row_too_large", f"more than {MAX_BODY:,} bytes", url)
    headers = _headers(row.get("headers"))
    if isinstance(page, str):
        headers["content-type"] = f"{headers.get('content-type', 'text/html').partition(';')[0]}; charset=utf-8"
    status = row.get("status")
    return Capture(label, url, status if isinstance(status, int) else 200, headers, data, _date(row.get(date or "")))


def _headers(said: Any) -> dict[str, str]:
    """Of a map, a list of pairs, or JSON of either."""
    try:
        said = json.loads(said) if isinstance(said, str | bytes) else said
        pairs = said.items() if isinstance(said, dict) else said or ()
        return {str(name).lower(): str(value) for name, value in pairs}
    except (ValueError, TypeError, RecursionError):
        return {}


def _date(said: Any) -> str | None:
    return normalised(said.isoformat() if hasattr(said, "isoformat") else said if isinstance(said, str) else None)


def _opened(path: Path) -> Any:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise BadConfig("reading Parquet needs pyarrow: pip install 'newsmint[bulk]'") from None
    try:
        file = parquet.ParquetFile(path)
    except (OSError, pyarrow.ArrowException) as error:
        raise BadInput(f"{path}: not a Parquet file that can be read: {error}") from None
    names = set(file.schema_arrow.names)
    if "url" not in names or names.isdisjoint(BODIES):
        raise BadInput(f"{path}: no columns url and html (or body, content) in it")
    return file

"""The records of a task as pages: archive, table or folder, filtered, in an order that never changes."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.bulk.filters import Filters
from pipelines.bulk.tables import read_table
from pipelines.bulk.values import Task
from pipelines.domains import registrable_domain
from pipelines.items import Hint, RawPage
from pipelines.rights import Notice
from pipelines.rights.headers import header_notices
from pipelines.rights.hosts import HostRights
from pipelines.rights.robots import AgentRules, read_robots
from pipelines.store.times import normalised
from pipelines.warc.reading import MAX_BODY, Broken, Capture, Found, Passed, read_archive

ROUTE = "archive"
MOST_ROBOTS = 10_000
"""Hosts whose robots.txt is remembered."""
_READ = (("robots_txt", "200"),)
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def read(task: Task, filters: Filters) -> Iterator[Found]:
    """Every record of the task; those that are not wanted are ``Passed``. Raises BadInput where the file ends it."""
    path = Path(task.path)
    if task.kind == "parquet":
        yield from (_filtered(each, filters) for each in read_table(path, task.part))
    elif task.kind == "files":
        yield from (_of_file(path, name) for name in task.files)
    else:
        yield from read_archive(path, task.part, filters.of_record)


def _filtered(found: Found, filters: Filters) -> Found:
    if isinstance(found, Capture) and (reason := filters.of_record(found.url, found.fetched_at)):
        return Passed(found.label, reason)
    return found


def _of_file(folder: Path, name: str) -> Found:
    path = folder / name
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BODY else b""
        if data.startswith(b"\x1f\x8b"):
            data = zlib.decompressobj(31).decompress(data, MAX_BODY)
    except (OSError, zlib.error) as error:
        return Broken(name, "file_broken", str(getattr(error, "strerror", None) or error))
    if not data:
        return Broken(name, "file_too_large" if path.stat().st_size else "file_empty", f"at most {MAX_BODY:,} bytes")
    return Capture(name, path.as_posix(), 200, {}, data)


class Robots:
    """What the robots.txt files of an archive say of the pages that come after them."""

    def __init__(self) -> None:
        self._known: dict[str, AgentRules] = {}

    def is_one(self, capture: Capture) -> bool:
        """Whether the capture is such a file; it is remembered then."""
        if capture.url != f"{_origin(capture.url)}/robots.txt":
            return False
        if capture.status == 200 and len(self._known) < MOST_ROBOTS:
            self._known[_origin(capture.url)] = read_robots(capture.body)
        return True

    def notices(self, capture: Capture) -> tuple[Notice, ...]:
        """What the archive has of the page's rights beside the page: its headers, and robots.txt."""
        rules = self._known.get(_origin(capture.url)) if self._known else None
        if rules is None:
            return header_notices(capture.headers)
        return (*header_notices(capture.headers), *HostRights(rules, status=_READ).notices(capture.url))


def raw_page(capture: Capture) -> RawPage:
    """The page as the extraction takes it: that of ``newsmint archive import --all-hosts``."""
    is_address = capture.url.startswith(("http://", "https://"))
    return RawPage(
        url=capture.url,
        body=capture.body,
        source=_source(capture) if is_address else None,
        requested_url=capture.requested_url,
        status=capture.status,
        content_type=capture.content_type,
        fetched_at=normalised(capture.fetched_at),
        hint=(capture.hint or Hint(ROUTE)) if is_address else None,
        parts=capture.parts,
    )


def _source(capture: Capture) -> str | None:
    named = capture.source or ""
    return named if _KEY.fullmatch(named) else registrable_domain(capture.url) or None


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"

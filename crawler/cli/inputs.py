"""What ``newsmint extract`` reads: files, folders, addresses, standard input and manifests, each as pages."""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import BadInput, MissingInput, NewsmintError
from pipelines.items import RawPage

SUFFIXES = (".html", ".htm", ".xhtml", ".txt", ".md", ".html.gz", ".htm.gz", ".txt.gz")
"""What is read of a folder. A file named in the call is read whatever its name."""
NO_PAGES = frozenset({"robots.txt", "ads.txt", "app-ads.txt", "humans.txt", "security.txt", "llms.txt"})
"""What sites offer to machines, and archives of a site keep beside its pages."""
MAX_FILE = 64_000_000

_NO_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:%PDF-|\x89PNG|GIF8|\xff\xd8\xff|PK\x03\x04|RIFF"
    rb"|(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<(?:rss|feed|rdf:RDF|urlset|sitemapindex|svg)[\s>]"
    rb"|(?:#[^\n]{0,200}\n\s*){0,5}User-agent\s*:)",
    re.IGNORECASE,
)
"""How files begin that are pages by their name only: pictures, documents, feeds, sitemaps, rules for robots."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to extract from: its name for messages, and the page, or why there is none."""

    label: str
    page: RawPage | None = None
    error: str | None = None
    id: str | None = None
    """The manifest's id of it."""
    path: Path | None = None
    """The file it was read from."""
    url: str | None = None
    """The page's address, where the call or the manifest gave it."""
    is_skipped: bool = False
    """Whether it is a file of a folder that is no page."""


def read_inputs(inputs: Sequence[str], url: str | None = None, *, allow_private: bool = False) -> Iterator[Entry]:
    """Entries of the call's words in order, folders walked recursively and sorted.

    Raises MissingInput for a path that does not exist, before anything is read.
    """
    missing = next((each for each in inputs if not (each == "-" or is_address(each) or Path(each).exists())), None)
    if missing:
        raise MissingInput(f"{missing}: no such file or folder")
    return _entries(inputs, url, allow_private=allow_private)


def is_address(word: str) -> bool:
    """Whether a word of the call is an address to fetch."""
    return word.startswith(("http://", "https://"))


def read_manifest(path: Path) -> Iterator[Entry]:
    """Entries of a manifest: lines of ``{id, url, html_file}``, paths relative to it.

    Raises MissingInput where it does not exist.
    """
    if not path.is_file():
        raise MissingInput(f"{path}: no such manifest")
    return _manifest(path)


def _entries(inputs: Sequence[str], url: str | None, *, allow_private: bool) -> Iterator[Entry]:
    for word in inputs:
        if word == "-":
            yield Entry("-", RawPage(url=url or "stdin", body=sys.stdin.buffer.read(MAX_FILE)))
        elif is_address(word):
            yield _fetched(word, allow_private=allow_private)
        elif Path(word).is_dir():
            for path in sorted(path for path in Path(word).rglob("*") if path.is_file()):
                yield _of_folder(path)
        else:
            yield _from_file(Path(word), url, word)


def _fetched(address: str, *, allow_private: bool) -> Entry:
    from crawler.fetch import fetch

    try:
        answer = fetch(address, allow_private=allow_private)
    except NewsmintError as error:
        return Entry(address, error=str(error))
    if not answer.ok:
        return Entry(address, error=f"{address}: the server answers {answer.status}")
    page = RawPage(answer.url, answer.body, requested_url=address, content_type=answer.content_type)
    return Entry(address, page)


def reread(entry: Entry) -> RawPage | None:
    """The entry's page, from its file where the entry does not hold it."""
    if entry.page or entry.path is None:
        return entry.page
    return _from_file(entry.path, entry.url, entry.label).page


def _of_folder(path: Path) -> Entry:
    """A file that a folder holds: one to skip unless its name and its beginning are those of a page."""
    name = path.name.lower()
    if name in NO_PAGES or not name.endswith(SUFFIXES):
        return Entry(str(path), is_skipped=True)
    entry = _from_file(path, None, str(path))
    if entry.page and _NO_PAGE.match(entry.page.body[:2000]):
        return Entry(str(path), is_skipped=True)
    return entry


def _from_file(path: Path, url: str | None, label: str, id_: str | None = None) -> Entry:
    try:
        body = _read(path)
    except NewsmintError as error:
        return Entry(label, error=str(error), id=id_)
    return Entry(label, RawPage(url=url or path.as_posix(), body=body), id=id_, path=path, url=url)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            if start != b"\x1f\x8b":
                return file.read(MAX_FILE)
            with gzip.open(file) as unpacked:
                return unpacked.read(MAX_FILE)
    except FileNotFoundError:
        raise MissingInput(f"{path}: no such file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _manifest(path: Path) -> Iterator[Entry]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _manifest_entry(path, number, line)


def _manifest_entry(path: Path, number: int, line: bytes) -> Entry:
    label = f"{path}:{number}"
    try:
        row: Any = json.loads(line)
        if not isinstance(row, dict) or not isinstance(row.get("html_file"), str):
            raise ValueError("no html_file in it")
    except ValueError as error:
        return Entry(label, error=f"{label}: not a line of {{id, url, html_file}}: {error}", id=None)
    id_ = None if row.get("id") is None else str(row["id"])
    url = row["url"] if isinstance(row.get("url"), str) else None
    return _from_file(path.parent / row["html_file"], url, f"{label} ({id_ or row['html_file']})", id_)

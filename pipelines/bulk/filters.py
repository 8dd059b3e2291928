"""Which records become pages: by host, date, status, kind and declared language, before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import BadInput, MissingInput
from pipelines.items import Article
from pipelines.urls import host
from pipelines.warc.reading import Capture

HTML = ("text/html", "application/xhtml+xml")
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
_LANGUAGE = re.compile(rb"<html\b[^>]{0,2000}?\blang\s*=\s*[\"']?\s*([a-zA-Z]{2,3})\b", re.IGNORECASE)
_END_OF_KIND = re.compile("[;,]")
"""Of a type: its parameters, or the same header once more."""
_HEAD = 4_000
"""Bytes of a page in which its language is looked for."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted; empty is everything. Each ``of_…`` says why not, or None.

    ``hosts`` have their subdomains with them. ``since`` (included) and ``until`` (excluded) are times of capture in our
    spelling; a record without a time passes neither.
    """

    hosts: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    mime: tuple[str, ...] = HTML
    statuses: tuple[int, ...] = (200,)

    def of_record(self, url: str, date: str | None) -> str | None:
        """By what stands around a capture."""
        if self.hosts and not self._is_wanted(host(url)):
            return "other_host"
        if (self.since and not (date and date >= self.since)) or (self.until and not (date and date < self.until)):
            return "other_date"
        return None

    def of_capture(self, capture: Capture) -> str | None:
        """By the head of the answer, and the language that the page declares."""
        if capture.status not in self.statuses:
            return "redirect" if 300 <= capture.status < 400 else f"http_{capture.status}"
        kind = _END_OF_KIND.split(capture.content_type or HTML[0], maxsplit=1)[0].strip().lower()
        if kind not in self.mime:
            return "other_mime"
        declared = _LANGUAGE.search(capture.body[:_HEAD]) if self.languages else None
        if declared and declared[1].decode().lower() not in self.languages:
            return "other_language"
        return None

    def of_article(self, article: Article) -> str | None:
        """By what only the extraction tells: the language of a page that declares none, the address of a file."""
        if self.languages and article.language not in self.languages:
            return "other_language"
        if self.hosts and not self._is_wanted(host(article.canonical_url)) and not self._is_wanted(host(article.url)):
            return "other_host"
        return None

    def _is_wanted(self, name: str) -> bool:
        labels = name.split(".")
        return any(".".join(labels[start:]) in self.hosts for start in range(len(labels)))


def read_hosts(path: Path) -> frozenset[str]:
    """The hosts of a file: one a line, ``#`` begins a comment. Raises MissingInput, and BadInput for other lines, and
    where there is none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise MissingInput(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not a list of hosts, one a line") from None
    found = frozenset(_hosts(path, lines))
    if not found:
        raise BadInput(f"{path}: no host in it; leave the option out to read those of every host")
    return found


def _hosts(path: Path, lines: Iterable[str]) -> Iterable[str]:
    for number, line in enumerate(lines, 1):
        name = line.partition("#")[0].strip().lower().removeprefix("*.").removeprefix("www.").rstrip(".")
        if not name:
            continue
        if not name.isascii():
            with suppress(UnicodeError):
                name = name.encode("idna").decode()  # as archives have it
        if not _HOST.fullmatch(name):
            raise BadInput(f"{path}, line {number}: {name[:80]!r} is no host; write one a line, like example.com")
        yield name

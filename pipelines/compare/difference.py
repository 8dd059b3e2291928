"""What differs between two articles of one page. Pure: articles come as ``Article.as_dict`` gives them.

As plain data, because the other extractor may be older or newer than our own ``Article``: a field that one side does
not know is empty there. A page that gave no article at all is ``failure(…)``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.diff import Op, Segment, abridged, count_words, diff
from pipelines.items import LinkKind, Verdict

Data = Mapping[str, Any]

PLAIN = (
    "title",
    "description",
    "authors",
    "published_at",
    "modified_at",
    "language",
    "section",
    "tags",
    "image_url",
    "canonical_url",
    "labels",
)
"""Fields that are compared as they stand."""
FIELDS = (
    "verdict",
    *PLAIN,
    "headings",
    *(f"links.{kind}" for kind in LinkKind),
    "removed",
    "body",
    "body_markdown",
)
"""Names of what is compared, in the order they are shown. ``body_markdown`` counts where the plain body is the same."""
_STORED = frozenset(verdict.value for verdict in Verdict if verdict.is_stored)


@dataclass(frozen=True, slots=True)
class Difference:
    """One page with both extractors. ``fields``: name → before and after, for those that differ but the body.

    ``words`` is the length of the body before; ``lost`` and ``gained`` are words of it. ``pieces`` are abridged, and
    empty where the body is the same.
    """

    url: str
    source: str | None
    title: str | None
    verdicts: tuple[str, str]
    words: int = 0
    lost: int = 0
    gained: int = 0
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    pieces: tuple[Segment, ...] = ()
    failures: tuple[str | None, str | None] = (None, None)
    """Why an extractor gave no article, where one did not."""

    @property
    def is_article(self) -> bool:
        """Whether either extractor would store the page."""
        return not _STORED.isdisjoint(self.verdicts)

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of all that differs, the body among them, in the order of ``FIELDS``."""
        return tuple(name for name in FIELDS if name in self.fields or (name == "body" and self.pieces))

    @property
    def weight(self) -> tuple[int, int]:
        """How bad it is: words changed, then number of fields."""
        return self.lost + self.gained, len(self.changed)


def failure(url: str, source: str | None, kind: str, detail: str) -> dict[str, Any]:
    """Stands for the article of a page that could not be extracted; ``kind`` as in ``ExtractionFailure``."""
    return {"url": url, "source": source, "verdict": f"failed ({kind})", "failure": f"{kind}: {detail}"}


def compare_articles(old: Data, new: Data) -> Difference:
    """What differs between the article of the present extractor and that of another.

    Of a page that neither would store only the verdict counts: the rest is never seen by anyone.
    """
    verdicts = str(old.get("verdict")), str(new.get("verdict"))
    page: dict[str, Any] = {
        "url": str(old.get("url")),
        "source": old.get("source"),
        "title": old.get("title") or new.get("title"),
        "verdicts": verdicts,
        "failures": (old.get("failure"), new.get("failure")),
    }
    if _STORED.isdisjoint(verdicts):
        return Difference(**page, fields={"verdict": verdicts} if verdicts[0] != verdicts[1] else {})
    before, after = str(old.get("body") or ""), str(new.get("body") or "")
    pieces = diff(before, after) if before != after else ()
    return Difference(
        **page,
        words=count_words(before),
        lost=_words(pieces, Op.REMOVED),
        gained=_words(pieces, Op.ADDED),
        fields=_fields(old, new, same_body=before == after),
        pieces=abridged(pieces),
    )


def _fields(old: Data, new: Data, *, same_body: bool) -> dict[str, tuple[Any, Any]]:
    both = _comparable(old), _comparable(new)
    names = [name for name in FIELDS if name in both[0] and (name != "body_markdown" or same_body)]
    return {name: (both[0][name], both[1][name]) for name in names if both[0][name] != both[1][name]}


def _comparable(article: Data) -> dict[str, Any]:
    """Field name → value. Positions are left out: they shift with every paragraph of the body."""
    links: list[Data] = article.get("links") or []
    values = {name: article.get(name) or None for name in ("verdict", *PLAIN, "body_markdown")}
    values["headings"] = [f"h{it.get('level')} {it.get('text')}" for it in article.get("headings") or []]
    for kind in LinkKind:
        values[f"links.{kind}"] = [_link(link) for link in links if link.get("kind") == kind]
    removed = article.get("removed") or []
    values["removed"] = Counter(f"{block.get('reason')}: {block.get('text')}" for block in removed)
    return values


def _link(link: Data) -> str:
    return " | ".join(str(link[name]) for name in ("text", "url", "teaser") if link.get(name))


def _words(pieces: Iterable[Segment], op: Op) -> int:
    return sum(count_words(piece.text) for piece in pieces if piece.op is op)

"""Stories: articles of one text, put together as they arrive and apart as they are edited.

Candidates have a sketch alike and are judged by their texts (``pipelines.enrich.duplicates``). Every step is bounded:
a story of any size takes in one more article at the price of one. The statements are the driver's own, since they run
for each article that is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from pipelines.enrich import wires
from pipelines.enrich.duplicates import MOST_CHARACTERS, Reading, added_words, likeness, overlap
from pipelines.enrich.values import Sketch
from pipelines.store.dialect import run
from pipelines.store.sketches import candidates, save_sketch
from pipelines.store.times import epoch

MEASURED = 24
"""Members that are measured against a new first article; others keep what they had against the one before."""
_DAY = 86_399
"""Seconds from the beginning of a day to its end."""


class Member:
    """An article as its story sees it; its text is read when asked for."""

    def __init__(self, conn: Connection, row: Sequence[Any]) -> None:
        self._conn = conn
        self.id, self.number, self.source, published_at, published_ts, first_seen_at = row
        self.moment = moment(published_at, published_ts, first_seen_at)

    @cached_property
    def text(self) -> Reading:
        sql = f"SELECT title, substr(body, 1, {MOST_CHARACTERS}) FROM article WHERE number = ?"  # noqa: S608
        title, body = run(self._conn, sql, (self.number,)).one()
        return Reading.of(title, body)

    def is_before(self, other: Member) -> bool:
        return (self.moment, self.number) < (other.moment, other.number)


def place(conn: Connection, article_id: str, number: int, sketch: Sketch | None, *, is_new: bool = False) -> int | None:
    """Store the sketch of an article and put it into its story, whose id is returned; None where it stands alone.

    An article that an edit made different leaves its story; stories that an article connects become one. ``is_new``
    where it has neither sketch nor story yet. To be called when its labels and links are stored.
    """
    near = candidates(conn, number, sketch) if sketch else []
    save_sketch(conn, number, sketch, is_new=is_new)
    now_in = None if is_new else _story_of(conn, article_id)
    copies = _copies(conn, number)  # whatever is like it is in their story already
    wanted = copies or [*near, *(_first_of(conn, now_in) if now_in else ())]
    if not wanted:
        return None
    own, *others = _members(conn, [number, *wanted])  # itself once, also where it is the first of its story
    alike = [each for each in others if copies or likeness(own.text, each.text) is not None]
    return _settle(conn, own, alike, now_in)


def leave(conn: Connection, article_id: str) -> None:
    """Take an article out of its story, if it has one; also what comes before deleting an article."""
    story = _story_of(conn, article_id)
    if story is not None:
        run(conn, "DELETE FROM story_article WHERE article_id = ?", (article_id,))
        _recount(conn, story)


def _settle(conn: Connection, own: Member, alike: Sequence[Member], now_in: int | None) -> int | None:
    """Have the article and those like it in one story."""
    stories = [_story_of(conn, each.id) for each in alike]
    known = sorted({story for story in stories if story is not None})
    if now_in is not None and now_in not in known:
        leave(conn, own.id)
        now_in = None
    if not alike:
        return None
    at_hand = {each.id: each for each in (own, *alike)}
    story = known[0] if known else _begin(conn, alike[0])
    for other in known[1:]:
        _merge(conn, other, story)
    newcomers = [each for each, where in zip(alike, stories, strict=True) if where is None]
    newcomers = newcomers if known else newcomers[1:]
    for member in newcomers if now_in else (*newcomers, own):
        _join(conn, story, member, at_hand)
    if now_in is not None or len(known) > 1:
        _recount(conn, story)
    return story


def _begin(conn: Connection, first: Member) -> int:
    """A story of one article, about to be joined by another."""
    columns = "first_article_id, articles, sources, first_ts, last_ts, press_release"
    values = (first.id, 1, 1, first.moment, first.moment, int(_is_press_release(conn, first)))
    sql = f"INSERT INTO story ({columns}) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"  # noqa: S608
    story: int = run(conn, sql, values).scalar_one()
    _add_row(conn, story, first, first)
    return story


def _merge(conn: Connection, story: int, into: int) -> None:
    run(conn, "UPDATE story_article SET story_id = ? WHERE story_id = ?", (into, story))
    run(conn, "DELETE FROM story WHERE id = ?", (story,))


def _join(conn: Connection, story: int, member: Member, at_hand: Mapping[str, Member]) -> None:
    """Take one more article into a story; of the others no more than the first is read, unless it is ``at_hand``."""
    sql = "SELECT first_article_id, last_ts, press_release FROM story WHERE id = ?"
    first_id, last_ts, press_release = run(conn, sql, (story,)).one()
    first = at_hand.get(first_id) or _member(conn, first_id) or member
    is_first = member.is_before(first)
    new_source = not run(conn, _SAME_SOURCE, (story, member.source or "")).first()
    _add_row(conn, story, member, member if is_first else first)
    values = (
        member.id if is_first else first.id,
        int(new_source),
        min(member.moment, first.moment),
        max(member.moment, last_ts),
        int(press_release or _is_press_release(conn, member)),
        story,
    )
    run(conn, _GREW, values)
    if is_first:
        _measure(conn, story, member)


_SAME_SOURCE = (
    "SELECT 1 FROM story_article JOIN article ON article.id = story_article.article_id "
    "WHERE story_article.story_id = ? AND coalesce(article.source, '') = ? LIMIT 1"
)
_GREW = (
    "UPDATE story SET articles = articles + 1, first_article_id = ?, sources = sources + ?, first_ts = ?, last_ts = ?, "
    "press_release = ? WHERE id = ?"
)


def _recount(conn: Connection, story: int) -> None:
    """Say anew of a story what its members make of it; one of fewer than two is none any more."""
    columns = ", ".join(f"article.{name}" for name in _COLUMNS)
    sql = f"SELECT {columns} {_OF_STORY}"
    members = [Member(conn, row) for row in run(conn, sql, (story,))]
    if len(members) < 2:
        run(conn, "DELETE FROM story_article WHERE story_id = ?", (story,))
        run(conn, "DELETE FROM story WHERE id = ?", (story,))
        return
    first = min(members, key=lambda each: (each.moment, each.number))
    sources = len({each.source for each in members})
    moments = [each.moment for each in members]
    released = _is_any_labelled(conn, story) or any(_is_press_release(conn, each) for each in members[:MEASURED])
    values = (first.id, len(members), sources, min(moments), max(moments), int(released), story)
    run(conn, _BECAME, values)
    _measure(conn, story, first)


_COLUMNS = ("id", "number", "source", "published_at", "published_ts", "first_seen_at")
_OF_STORY = "FROM story_article JOIN article ON article.id = story_article.article_id WHERE story_article.story_id = ?"
_BECAME = (
    "UPDATE story SET first_article_id = ?, articles = ?, sources = ?, first_ts = ?, last_ts = ?, press_release = ? "
    "WHERE id = ?"
)


def _measure(conn: Connection, story: int, first: Member) -> None:
    """Compare members with the first one: how alike, and how many words they add."""
    sql = f"SELECT article.number {_OF_STORY} ORDER BY article.number DESC LIMIT {MEASURED}"
    for member in _members(conn, [row[0] for row in run(conn, sql, (story,))]):
        values = (*_against(member, first), member.id)
        run(conn, "UPDATE story_article SET similarity = ?, added_words = ? WHERE article_id = ?", values)


def _add_row(conn: Connection, story: int, member: Member, first: Member) -> None:
    sql = "INSERT INTO story_article (article_id, story_id, similarity, added_words) VALUES (?, ?, ?, ?)"
    run(conn, sql, (member.id, story, *_against(member, first)))


def _against(member: Member, first: Member) -> tuple[float, int]:
    if member.number == first.number:
        return 1.0, 0
    return round(overlap(member.text, first.text), 3), added_words(member.text, first.text)


def _is_press_release(conn: Connection, member: Member) -> bool:
    """Whether its page, the wire it came by or a link to that wire says that it is a company's own text."""
    if wires.from_wire(member.text.body):
        return True
    hosts = ", ".join("?" * len(wires.HOSTS))
    sql = (
        f"SELECT 1 FROM article_label WHERE article_id = ? AND label IN ('press_release', 'sponsored') UNION ALL "  # noqa: S608
        f"SELECT 1 FROM link WHERE article_id = ? AND host IN ({hosts})"
    )
    return run(conn, sql, (member.id, member.id, *wires.HOSTS)).first() is not None


def _is_any_labelled(conn: Connection, story: int) -> bool:
    sql = (
        "SELECT 1 FROM story_article JOIN article_label ON article_label.article_id = story_article.article_id "
        "WHERE story_article.story_id = ? AND article_label.label IN ('press_release', 'sponsored') LIMIT 1"
    )
    return run(conn, sql, (story,)).first() is not None


def _story_of(conn: Connection, article_id: str) -> int | None:
    found: int | None = run(conn, "SELECT story_id FROM story_article WHERE article_id = ?", (article_id,)).scalar()
    return found


def _first_of(conn: Connection, story: int) -> list[int]:
    sql = "SELECT article.number FROM story JOIN article ON article.id = story.first_article_id WHERE story.id = ?"
    return [row[0] for row in run(conn, sql, (story,))]


def _copies(conn: Connection, number: int) -> list[int]:
    """The first articles with the very same body, which may be too short for a sketch."""
    sql = (
        "SELECT number FROM article WHERE body_hash = (SELECT body_hash FROM article WHERE number = ?) "
        "AND number <> ? ORDER BY number LIMIT 2"
    )
    return [row[0] for row in run(conn, sql, (number, number))]


def _members(conn: Connection, numbers: Sequence[int]) -> list[Member]:
    """Articles by their numbers, in the order of these, each once."""
    unique = tuple(dict.fromkeys(numbers))
    marks = ", ".join("?" * len(unique))
    rows = run(conn, f"SELECT {', '.join(_COLUMNS)} FROM article WHERE number IN ({marks})", unique)  # noqa: S608
    found = {row[1]: Member(conn, row) for row in rows}
    return [found[number] for number in unique if number in found]


def _member(conn: Connection, article_id: str | None) -> Member | None:
    row = run(conn, f"SELECT {', '.join(_COLUMNS)} FROM article WHERE id = ?", (article_id,)).first()  # noqa: S608
    return Member(conn, row) if row else None


def moment(published_at: str | None, published_ts: int, first_seen_at: str | None) -> int:
    """Seconds since 1970 when its outlet had it: not after we saw it, and of a bare date no earlier than need be."""
    latest = published_ts + (_DAY if published_at and len(published_at) == len("2026-11-22") else 0)
    seen = epoch(first_seen_at)
    return latest if seen is None else max(min(latest, seen), min(published_ts, seen))

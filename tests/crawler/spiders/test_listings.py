"""Visits of listings, answer by answer: what is asked, what is read, when the visit is over and the next one due."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response, XmlResponse

from crawler.budgets import Budgets, Limits
from crawler.sources import Source
from crawler.spiders import listings as module
from crawler.spiders.listings import Listings
from crawler.spiders.reach import Reach
from crawler.spiders.routes import Depth
from pipelines.stages.revisit import Bounds
from pipelines.stages.session import Session
from pipelines.store import listings as rows
from pipelines.store.listings import Listing
from pipelines.store.sources import SourceRow
from pipelines.store.times import now, parsed

BASE = "https://stand.example"
INDEX, FIRST, SECOND = f"{BASE}/sitemap.xml", f"{BASE}/sitemap-1.xml", f"{BASE}/sitemap-2.xml"
SOURCE = Source("stand", "Stand", "stand.example", sitemaps=(INDEX,))
TAG = {"ETag": '"a"'}


@pytest.fixture
def session(tmp_path: Path, empty_database: Path) -> Iterator[Session]:
    session = Session.open(shutil.copy(empty_database, tmp_path), "test", [SourceRow("stand", "Stand")], {})
    yield session
    session.close("done")


@pytest.fixture
def visits(session: Session) -> Callable[..., Listings]:
    def make(source: Source = SOURCE, depth: Depth | None = None, new: int = 200) -> Listings:
        limits = {"stand": Limits(pages=1000, depth=5, shape=1000, megabytes=100, minutes=60)}
        reach = Reach(depth or Depth(), 3, new, Bounds(300, 7200))
        return Listings([source], session, reach, Budgets(limits), lambda key: None)

    return make


def index(*children: str, modified: str | None = None) -> bytes:
    date = f"<lastmod>{modified}</lastmod>" if modified else ""
    listed = "".join(f"<sitemap><loc>{url}</loc>{date}</sitemap>" for url in children)
    return f"<sitemapindex>{listed}</sitemapindex>".encode()


def urls(*slugs: str) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{BASE}/{slug}</loc></url>' for slug in slugs)}</urlset>".encode()


Answers = dict[str, tuple[int, dict[str, str], bytes]]


def walk(visits: Listings, answers: Answers, **options: Any) -> list[Request]:
    """Answer every request of a visit from the table; the requests, in order."""
    asked: list[Request] = []

    async def run() -> None:
        waiting = visits.visit(**options)
        while waiting:
            request = waiting.pop(0)
            asked.append(request)
            status, headers, body = answers[request.url]
            assert request.callback is not None
            response = XmlResponse(request.url, status=status, headers=headers, body=body, request=request)
            waiting += [each async for each in request.callback(response)]

    asyncio.run(run())
    return asked


def known(session: Session, url: str = INDEX) -> Listing:
    with session.store.connect() as conn:
        found = rows.load(conn, "stand", url)
    assert found is not None
    return found


def test_a_visit_reads_all_pages_and_settles_them(session: Session, visits: Callable[..., Listings]) -> None:
    answers = {INDEX: (200, TAG, index(FIRST, SECOND)), FIRST: (200, {}, urls("a")), SECOND: (200, {}, urls("b", "c"))}
    visit = visits()
    assert [each.url for each in walk(visit, answers)] == [INDEX, SECOND, FIRST]
    assert not visit.is_open("stand")
    root = known(session)
    assert (root.polls, root.found, root.failures, root.interval_seconds) == (1, 3, 0, Bounds(300, 7200).middle)
    assert known(session, FIRST).due_at is None
    assert visit.visit(due_at=now()) == []
    assert len(visit.visit(due_at=now() + timedelta(hours=1))) == 1


def test_a_source_that_is_always_being_visited_does_not_remember_all_it_asked_for(
    visits: Callable[..., Listings], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = f"{BASE}/a.xml", f"{BASE}/b.xml"
    visit = visits(replace(SOURCE, sitemaps=(first, second)))
    answered = [each for each in visit.visit() if each.url == first]

    async def end(request: Request) -> None:
        response = XmlResponse(request.url, status=200, body=index(second), request=request)
        assert request.callback is not None
        assert [each async for each in request.callback(response)] == []  # the other visit asks for it

    asyncio.run(end(*answered))
    assert visit.is_open("stand")
    assert visit.visit() == []  # asked for by the round under way
    monkeypatch.setattr(module, "ROUND_SECONDS", 0)
    assert [each.url for each in visit.visit()] == [first]
    assert visit.is_open("stand")


def test_the_next_visit_asks_by_what_was_given(session: Session, visits: Callable[..., Listings]) -> None:
    answers = {INDEX: (200, TAG, index(FIRST)), FIRST: (200, {}, urls("a"))}
    walk(visits(), answers)
    again = walk(visits(), {INDEX: (304, TAG, b"")})
    assert [(each.url, each.headers.get("If-None-Match")) for each in again] == [(INDEX, b'"a"')]
    assert (known(session).polls, known(session).status) == (2, 304)
    for depth in (Depth(deep=True), Depth(since=now() - timedelta(days=900))):
        assert walk(visits(depth=depth), answers)[0].headers.get("If-None-Match") is None
    assert known(session).polls == 2


@pytest.mark.parametrize("trouble", ["a page fails", "more than it takes up", "killed half-way"])
def test_what_was_not_taken_up_whole_is_read_again(
    session: Session, visits: Callable[..., Listings], trouble: str
) -> None:
    answers: Answers = {INDEX: (200, TAG, index(FIRST)), FIRST: (200, TAG, urls("a", "b"))}
    first: Answers = answers | (
        {FIRST: (200, {}, b"<html>down for repairs</html>")} if trouble == "a page fails" else {}
    )
    visit = visits(new=1 if trouble == "more than it takes up" else 200)
    if trouble == "killed half-way":
        [request] = visit.visit()
        asyncio.run(_answer(request, answers))
    else:
        walk(visit, first)
    again = walk(visits(), answers)
    assert [(each.url, each.headers.get("If-None-Match")) for each in again] == [(INDEX, None), (FIRST, None)]
    assert walk(visits(), {INDEX: (304, {}, b"")})[0].headers.get("If-None-Match") == b'"a"'


async def _answer(request: Request, answers: Answers) -> list[Any]:
    status, headers, body = answers[request.url]
    assert request.callback is not None
    response = XmlResponse(request.url, status=status, headers=headers, body=body, request=request)
    return [each async for each in request.callback(response)]


def test_a_304_that_a_redirect_led_to_is_another_pages_word(visits: Callable[..., Listings]) -> None:
    walk(visits(), {INDEX: (200, TAG, index(FIRST)), FIRST: (200, {}, urls("a"))})
    [asked] = visits().visit()
    elsewhere = Response(f"{BASE}/", status=304, request=asked)
    assert asked.callback is not None

    async def further(answered: AsyncIterator[Request]) -> list[Request]:
        return [each async for each in answered]

    [again] = asyncio.run(further(asked.callback(elsewhere)))
    assert (again.url, again.headers.get("If-None-Match")) == (INDEX, None)


def test_children_that_an_index_dates_before_the_last_visit_are_not_asked_for(visits: Callable[..., Listings]) -> None:
    day = timedelta(days=1)
    old, recent = ((now() - each * day).date().isoformat() for each in (9, 0))
    child: Answers = {FIRST: (200, {}, urls("a"))}
    walk(visits(), {INDEX: (200, {}, index(FIRST, modified=old)), **child})
    changed = index(FIRST, modified=old) + b"<!-- -->"
    assert [each.url for each in walk(visits(), {INDEX: (200, {}, changed), **child})] == [INDEX]
    changed = index(FIRST, modified=recent)
    assert [each.url for each in walk(visits(), {INDEX: (200, {}, changed), **child})] == [INDEX, FIRST]


def test_other_patterns_read_the_same_answer_again(visits: Callable[..., Listings]) -> None:
    answers = {INDEX: (200, TAG, urls("a", "market/b"))}
    walk(visits(), answers)
    other = Source("stand", "Stand", "stand.example", sitemaps=(INDEX,), article_patterns=("/market/",))
    assert walk(visits(other), answers)[0].headers.get("If-None-Match") is None


def test_a_listing_that_fails_backs_off_and_recovers_at_once(session: Session, visits: Callable[..., Listings]) -> None:
    pauses = []
    for _ in range(3):
        walk(visits(), {INDEX: (200, {}, b"<html>down for repairs</html>")})
        due = parsed(known(session).due_at)
        assert due is not None
        pauses.append((due - now()).total_seconds() / Bounds(300, 7200).middle)
    assert pauses == [pytest.approx(each, rel=0.01) for each in (2, 4, 8)]
    assert (known(session).failures, known(session).error) == (3, "unusable_listing")
    walk(visits(), {INDEX: (200, {}, urls("a"))})
    assert (known(session).failures, known(session).error) == (0, None)


@pytest.mark.parametrize("fault", ["raises", "dropped", "never answered"])
def test_no_fault_keeps_a_listing_from_its_next_visit(
    session: Session, visits: Callable[..., Listings], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = visits()
    [request] = visit.visit()
    assert visit.visit() == []

    async def meet() -> None:
        if fault == "dropped":
            visit.drop(request)
            await asyncio.gather(*visit._closing)
        elif fault == "raises":
            request.meta["step"].walk.route = None
            with pytest.raises(AttributeError):
                await _answer(request, {INDEX: (200, {}, urls("a"))})

    asyncio.run(meet())
    monkeypatch.setattr(module, "STALLED", -1.0)
    assert len(visit.visit(due_at=now() + timedelta(days=1))) == 1

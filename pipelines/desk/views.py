"""The addresses of the desk, each with its template and what it reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

from datasette.utils.asgi import Request, Response

from pipelines.desk.answers import answer, is_json, problem
from pipelines.desk.article import article as read_article
from pipelines.desk.article import find, find_named
from pipelines.desk.asset import asset as read_asset
from pipelines.desk.asset import assets as read_assets
from pipelines.desk.asset import key_of
from pipelines.desk.home import home as read_home
from pipelines.desk.question import all_questions
from pipelines.desk.question import question as read_question
from pipelines.desk.reading import DATABASE, Reader
from pipelines.desk.search import Wanted
from pipelines.desk.search import search as read_search
from pipelines.desk.source import source as read_source
from pipelines.desk.source import sources as read_sources
from pipelines.desk.story import stories as read_stories
from pipelines.desk.story import story as read_story
from pipelines.desk.version import version as read_version

View = Callable[[Any, Request], Awaitable[Response]]


async def home(datasette: Any, request: Request) -> Response:
    return await answer(datasette, request, "home", lambda reader: read_home(reader, _now()))


async def search(datasette: Any, request: Request) -> Response:
    wanted = Wanted.of(request.args)

    def read(reader: Reader) -> Any:
        named = find_named(reader, wanted.q)
        if named and not is_json(request):
            return Response.redirect(f"/article/{named}")
        return read_search(reader, replace(wanted, asset=key_of(reader, wanted.asset)))

    return await answer(datasette, request, "search", read)


async def article(datasette: Any, request: Request) -> Response:
    wanted, suffix = request.url_vars["id"], request.url_vars["json"] or ""

    def read(reader: Reader) -> Any:
        if len(wanted) < FULL_ID:
            found = find(reader, wanted)
            return Response.redirect(f"/article/{found}{suffix}") if found else None
        return read_article(reader, wanted)

    return await answer(datasette, request, "article", read, f"No article {wanted} is in this store.")


async def version(datasette: Any, request: Request) -> Response:
    wanted, number = request.url_vars["id"], int(request.url_vars["version"])
    read = partial(read_version, article_id=wanted, number=number)
    return await answer(datasette, request, "version", read, "No such change of an article is in this store.")


async def sources(datasette: Any, request: Request) -> Response:
    return await answer(datasette, request, "sources", read_sources)


async def source(datasette: Any, request: Request) -> Response:
    key = _segment(request)
    read = partial(read_source, key=key, at=_now())
    return await answer(datasette, request, "source", read, f"Nothing is stored of a source {key}.")


async def stories(datasette: Any, request: Request) -> Response:
    return await answer(datasette, request, "stories", read_stories)


async def story(datasette: Any, request: Request) -> Response:
    wanted = int(request.url_vars["id"])
    read = partial(read_story, wanted=wanted)
    return await answer(datasette, request, "story", read, f"No story {wanted} is in this store.")


async def assets(datasette: Any, request: Request) -> Response:
    return await answer(datasette, request, "assets", partial(read_assets, at=_now()))


async def asset(datasette: Any, request: Request) -> Response:
    wanted, suffix = _segment(request), request.url_vars["json"] or ""

    def read(reader: Reader) -> Any:
        key = key_of(reader, wanted)
        if key != wanted:
            return Response.redirect(f"/asset/{quote(key, safe='')}{suffix}")
        return read_asset(reader, key, _now())

    return await answer(datasette, request, "asset", read, f"No article in this store speaks of {wanted}.")


async def questions(datasette: Any, request: Request) -> Response:
    return await answer(datasette, request, "questions", all_questions)


async def question(datasette: Any, request: Request) -> Response:
    name, given = request.url_vars["name"], {each: request.args.get(each) for each in request.args}
    read = partial(read_question, name=name, given=given)
    return await answer(datasette, request, "question", read, f"There is no question {name}.")


async def sql(datasette: Any, request: Request) -> Response:
    return Response.redirect(f"/{DATABASE}")


async def elsewhere(datasette: Any, request: Request) -> Response:
    return await problem(datasette, request, 404, ELSEWHERE)


ELSEWHERE = (
    "SQL in the browser is for a store in a file. Ask this one with `newsmint sql`, or copy it: `newsmint copy`."
)
FULL_ID = 16
_JSON = r"(?P<json>\.json)?$"
ROUTES: list[tuple[str, View]] = [
    (r"^/$", home),
    (r"^/home" + _JSON, home),
    (r"^/search" + _JSON, search),
    (r"^/article/(?P<id>[0-9a-f]{4,16})" + _JSON, article),
    (r"^/article/(?P<id>[0-9a-f]{16})/version/(?P<version>\d{1,9})" + _JSON, version),
    (r"^/sources" + _JSON, sources),
    (r"^/source/(?P<key>[^/]+?)" + _JSON, source),
    (r"^/stories" + _JSON, stories),
    (r"^/story/(?P<id>\d{1,15})" + _JSON, story),
    (r"^/assets" + _JSON, assets),
    (r"^/asset/(?P<key>[^/]+?)" + _JSON, asset),
    (r"^/questions" + _JSON, questions),
    (r"^/question/(?P<name>[a-z0-9-]{1,80})" + _JSON, question),
    (r"^/sql$", sql),
]


SHARED_ROUTES: list[tuple[str, View]] = [(rf"^/{DATABASE}(?P<rest>[./].*)?$", elsewhere)]
"""For a shared store, in the place of Datasette's own pages."""


def _now() -> datetime:
    return datetime.now(UTC)


def _segment(request: Request) -> str:
    """The key in the address."""
    return unquote(request.url_vars["key"], errors="replace")[:300]

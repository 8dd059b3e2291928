"""The desk as a Datasette plugin: its routes, what templates may use, links in Datasette's tables, errors."""

from __future__ import annotations

import hashlib
import re
import traceback
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from jinja2 import Environment
from markupsafe import Markup, escape
from pluggy import HookimplMarker

from pipelines.desk.answers import is_json, problem
from pipelines.desk.guard import LOGIN, App, Guard, NoncedLoader, csp_nonce
from pipelines.desk.language import FILTERS
from pipelines.desk.prose import web_link
from pipelines.desk.reading import DATABASE
from pipelines.desk.views import ROUTES, SHARED_ROUTES

hookimpl = HookimplMarker("datasette")

NAME = "newsmint"
REL = "noopener nofollow ugc"
ARTICLE_COLUMNS = ("article_id", "target_article_id", "duplicate_of", "first_article_id")
ARTICLE_ID = re.compile(r"[0-9a-f]{16}\Z")
PLACES = {"source": "/source/{}", "asset": "/asset/{}", "story_id": "/story/{}"}

MENU = (
    ("/search", "Search", "/search"),
    ("/stories", "Stories", "/stor"),
    ("/assets", "Assets", "/asset"),
    ("/sources", "Sources", "/source"),
    ("/questions", "Questions", "/question"),
    (f"/{DATABASE}", "SQL", f"/{DATABASE}"),
)
"""Address, name, and how the addresses of its pages begin."""
STATIC = Path(__file__).parent / "static"


@cache
def static_version() -> str:
    """Changes with the style and the script, so that browsers take the new ones."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()))).hexdigest()[:8]


@hookimpl
def register_routes(datasette: Any) -> list[Any]:
    """The pages of the desk come before Datasette's."""
    return [*ROUTES, *(SHARED_ROUTES if datasette.shared is not None else ())]


@hookimpl(trylast=True)
def asgi_wrapper(datasette: Any) -> Any:
    """The guard stands outermost."""
    hosts = (datasette.plugin_config(NAME) or {}).get("hosts", ())

    def wrap(app: App) -> App:
        return Guard(app, hosts)

    return wrap


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Any) -> None:
    """Filters for words, and the policy's nonce for Datasette's own scripts."""
    assert env.loader is not None
    env.loader = NoncedLoader(env.loader)
    env.globals |= {
        "csp_nonce": csp_nonce,
        "link_rel": REL,
        "has_sql": datasette.shared is None,
        "places": MENU if datasette.shared is None else MENU[:-1],
        "static_version": static_version(),
        "locked": bool(datasette.metadata("allow")),
    }
    env.filters |= {**FILTERS, "web_link": web_link}


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str) -> Markup | None:
    """In Datasette's tables too, ids lead to their pages and addresses are marked as a stranger's."""
    if isinstance(value, dict):  # a foreign key, with the label that Datasette found for it
        value = value.get("value")
    if database != DATABASE or not isinstance(value, str | int) or value == "":
        return None
    if column in ARTICLE_COLUMNS or (column == "id" and isinstance(value, str) and ARTICLE_ID.match(value)):
        return _link(f"/article/{quote(str(value), safe='')}", value)
    if column in PLACES and table != "frontier":
        return _link(PLACES[column].format(quote(str(value), safe="")), value)
    if isinstance(value, str) and web_link(value):
        return Markup('<a href="{}" rel="{}">{}</a>').format(value, REL, value)
    return None


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """One page for what went wrong. A fault of ours leaves its trace on standard error."""

    async def inner() -> Any:
        if isinstance(exception, DatasetteError):
            return await problem(datasette, request, exception.status, str(exception.message))
        if isinstance(exception, Base400):
            said = str(exception.args[0]) if exception.args else ""
            return await problem(datasette, request, exception.status, said if said != "404" else "")
        traceback.print_exception(exception)
        return await problem(datasette, request, 500, "A fault of the desk itself; its log has the details.")

    return inner


@hookimpl(tryfirst=True)
def forbidden(datasette: Any, request: Any) -> Any:
    """Who has not logged in is asked to."""

    async def inner() -> Any:
        if datasette.metadata("allow") and request.actor is None and not is_json(request):
            return Response.redirect(LOGIN)
        return await problem(datasette, request, 403, "This is not shown here.")

    return inner


def _link(path: str, text: object) -> Markup:
    return Markup('<a href="{}">{}</a>').format(path, escape(text))

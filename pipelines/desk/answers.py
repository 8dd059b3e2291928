"""How a read becomes an answer: permission, one thread with one state of the store, a time limit, HTML or JSON."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Request, Response

from pipelines.desk.reading import DATABASE, Asked, Reader, snapshot
from pipelines.desk.shared import TookTooLong
from pipelines.errors import StoreAway, StoreBusy

Read = Callable[[Reader], Any]

SLOW = "This took longer than the desk gives a page. Ask for less: a shorter time, one source, rarer words."
BUSY = "The store could not be read just now; try again."


async def answer(datasette: Any, request: Request, template: str, read: Read, missing: str = "") -> Response:
    """The page that ``read`` gives, or the JSON where the address ends with ``.json``.

    ``missing`` is said, as 404, where ``read`` gives None.
    """
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    try:
        page, asked = await _read(datasette, read)
    except sqlite3.OperationalError as error:
        return await problem(datasette, request, 503, SLOW if "interrupt" in str(error) else BUSY)
    except TookTooLong:
        return await problem(datasette, request, 503, SLOW)
    except (StoreBusy, StoreAway):
        return await problem(datasette, request, 503, BUSY)
    if page is None:
        return await problem(datasette, request, 404, missing)
    if isinstance(page, Response):
        return page
    if is_json(request):
        return as_json({"page": page, "sql": [{"what": it.what, "sql": it.sql, "url": it.json_url} for it in asked]})
    linked = asked if datasette.shared is None else []  # of a shared store no page runs SQL again
    context = {"page": page, "asked": linked, "json_url": json_url(request)}
    return Response.html(await datasette.render_template(f"desk/{template}.html", context, request=request))


async def problem(datasette: Any, request: Request, status: int, message: str) -> Response:
    """An error a person can read, as the page was asked for."""
    if is_json(request):
        return as_json({"ok": False, "error": message, "status": status}, status)
    context = {"status": status, "error": message, "title": TITLES.get(status)}
    return Response.html(await datasette.render_template("error.html", context, request=request), status=status)


TITLES = {404: "Nothing here", 403: "Not for you", 503: "Not just now", 500: "Something broke", 400: "Not understood"}


def is_json(request: Request) -> bool:
    """Whether the address asks for JSON."""
    return bool(request.path.endswith(".json"))


def json_url(request: Request) -> str:
    """The address of the same as JSON."""
    path = "/home" if request.path == "/" else request.path
    return f"{path}.json" + (f"?{request.query_string}" if request.query_string else "")


def as_json(data: Any, status: int = 200) -> Response:
    """JSON that people can read too."""
    text = json.dumps(data, default=_plain, ensure_ascii=False, indent=1)
    content_type = "application/json; charset=utf-8"
    return Response(text.encode(errors="replace"), status=status, content_type=content_type)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = (each.name for each in dataclasses.fields(value) if each.metadata.get("json", True))
        return {name: getattr(value, name) for name in shown}
    return str(value)


async def _read(datasette: Any, read: Read) -> tuple[Any, list[Asked]]:
    if datasette.shared is not None:
        reading: tuple[Any, list[Asked]] = await asyncio.to_thread(datasette.shared.read, read)
        return reading

    def in_thread(connection: sqlite3.Connection) -> tuple[Any, list[Asked]]:
        reader = Reader(connection)
        with sqlite_timelimit(connection, datasette.sql_time_limit_ms), snapshot(connection):
            return read(reader), reader.asked

    found: tuple[Any, list[Asked]] = await datasette.get_database(DATABASE).execute_fn(in_thread)
    return found

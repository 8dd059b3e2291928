"""Datasette with the desk's pages, over one store."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from pipelines.desk import plugin
from pipelines.desk.database import ReadOnly
from pipelines.desk.guard import LOOPBACK
from pipelines.desk.reading import DATABASE
from pipelines.desk.shared import SharedStore
from pipelines.store.engine import Location

HERE = Path(__file__).parent
USER = "analyst"
SETTINGS = {
    "sql_time_limit_ms": 3_000,
    "facet_time_limit_ms": 500,
    "suggest_facets": False,
    "allow_download": False,
    "default_cache_ttl": 0,
    "num_sql_threads": 3,
    "max_csv_mb": 500,
    "truncate_cells_html": 500,
}


class Desk(Datasette):  # type: ignore[misc]  # Datasette comes without types
    """Datasette without its copy of the schema, which only some plugins ask: it takes a second or more to make.

    ``shared`` is what the pages are read from where that is a server: Datasette's own pages speak SQLite only.
    """

    def __init__(self, *, shared: SharedStore | None, **settings: Any) -> None:
        self.shared = shared
        super().__init__(**settings)

    async def refresh_schemas(self) -> None:
        """Keep no copy."""


def make_desk(store: Location, *, hosts: Collection[str] = (), password_variable: str | None = None) -> Datasette:
    """The server's application over a store; ``.app()`` of it speaks ASGI.

    ``hosts``: names it answers to beside this machine's own. ``password_variable``: environment variable with the hash
    of a password; with it nothing is shown to who has not logged in, and any name of the server will do.
    """
    _register()
    metadata: dict[str, Any] = {
        "title": "Newsmint",
        "plugins": {plugin.NAME: {"hosts": [] if password_variable else sorted({*LOOPBACK, *hosts})}},
    }
    if password_variable:
        metadata["allow"] = {"id": USER}
        metadata["plugins"]["datasette-auth-passwords"] = {f"{USER}_password_hash": {"$env": password_variable}}
    datasette = Desk(
        shared=None if isinstance(store, Path) else SharedStore(store, SETTINGS["sql_time_limit_ms"] / 1_000),
        files=[],
        metadata=metadata,
        settings=SETTINGS,
        template_dir=str(HERE / "templates"),
        static_mounts=[("-/desk", str(HERE / "static"))],
    )
    datasette.remove_database("_memory")
    if isinstance(store, Path):
        datasette.add_database(ReadOnly(datasette, store), name=DATABASE)
    else:
        datasette.add_database(Database(datasette, is_memory=True), name=DATABASE)
    return datasette


async def warm_up(desk: Datasette) -> None:
    """Load what the first page needs, so that it comes as fast as the others."""
    await desk.invoke_startup()
    await desk.client.get("/")


def _register() -> None:
    """Our plugin, and instead of Datasette's account of errors, which prints all local variables, ours."""
    if pm.get_plugin(plugin.NAME) is None:
        pm.register(plugin, plugin.NAME)
    if pm.has_plugin(ERRORS):
        pm.unregister(name=ERRORS)


ERRORS = "datasette.handle_exception"

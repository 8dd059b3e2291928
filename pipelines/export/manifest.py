"""The manifest of a data set: what was asked, of which store, what came of it, and the hash of every file.

It holds no time of its own making and no path of this machine, so that it too is the same for the same export.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.export.columns import Table
from pipelines.export.picking import Picked
from pipelines.export.request import Request
from pipelines.export.shards import Shard
from pipelines.release import release
from pipelines.store.reading import Reading
from pipelines.store.schema import REVISION

NAME = "manifest.json"


def manifest_path(target: Path) -> Path:
    """In a folder, or beside a file: ``news.jsonl`` has ``news.jsonl.manifest.json``."""
    return target / NAME if target.is_dir() else target.with_name(f"{target.name}.{NAME}")


def listed(folder: Path) -> set[str]:
    """Every file that a data set of ours has, by its manifest; nothing where that is none."""
    try:
        found = json.loads((folder / NAME).read_bytes())
        paths = {entry["path"] for entry in [*found["files"], *found.get("state", [])]}
    except (ValueError, KeyError, TypeError):
        return set()
    return paths | {NAME, "README.md", "croissant.json"}


def made(
    conn: Reading, request: Request, picked: Picked, tables: Iterable[Table], shards: Iterable[Shard]
) -> dict[str, Any]:
    """The manifest of a finished export."""
    shards = list(shards)
    return {
        "made_by": made_by(),
        "request": request.as_dict(),
        "articles": picked.total,
        "splits": picked.articles,
        "left_out": picked.left_out,
        "store": {"articles": conn.execute("SELECT count(*) FROM article").fetchone()[0]},
        "read_by": _counted(conn, "extractor"),
        "enriched_by": _counted(conn, "enricher"),
        "tables": {
            table.name: {"rows": sum(it.rows for it in shards if it.table == table.name), "columns": _columns(table)}
            for table in tables
        },
        "files": [file_entry(each) for each in shards],
    }


def made_by() -> dict[str, str]:
    """Versions of the program and of the store's schema."""
    return {"newsmint": release(), "schema": REVISION}


def file_entry(shard: Shard) -> dict[str, Any]:
    """A file as the manifest lists it."""
    return {
        "path": shard.path,
        "table": shard.table,
        "split": shard.split,
        "rows": shard.rows,
        "bytes": shard.size,
        "sha256": shard.sha256,
    }


def as_json(manifest: object) -> bytes:
    """As it is written."""
    return json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n"


def _columns(table: Table) -> dict[str, str]:
    return {column.name: column.kind for column in table.columns}


def _counted(conn: Reading, column: str) -> dict[str, int]:
    """How many of the picked articles each version read."""
    query = (
        f"SELECT article.{column}, count(*) FROM picked JOIN article ON article.number = picked.number "  # noqa: S608
        f"WHERE article.{column} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return dict(conn.execute(query))

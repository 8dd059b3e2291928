"""Where the bundled data lies: ``data/`` of a checkout, ``crawler/_data/`` of an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipelines.errors import MissingInput

_PACKAGE = Path(__file__).parent


@cache
def data_path(name: str) -> Path:
    """The bundled file or folder of that name, ``sources.toml`` or ``sample``; MissingInput where it is gone."""
    for folder in (_PACKAGE / "_data", _PACKAGE.parent / "data"):
        if (folder / name).exists():
            return folder / name
    raise MissingInput(f"the bundled {name} is missing from this installation: install newsmint again")

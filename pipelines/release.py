"""Which release of Newsmint this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """``0.1.0``; ``0`` when run from a folder that is not installed."""
    try:
        return version("newsmint")
    except PackageNotFoundError:
        return "0"

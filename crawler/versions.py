"""What made a run's articles: versions of the code and of the libraries that matter to them."""

from __future__ import annotations

import platform
from importlib.metadata import version

from pipelines.extraction import EXTRACTOR

LIBRARIES = ("scrapy", "trafilatura", "lxml", "resiliparse", "sqlalchemy")


def versions() -> dict[str, str]:
    """Name → version."""
    return {
        "extractor": EXTRACTOR,
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }

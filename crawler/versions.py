"""What made a run's articles: versions of the code and of the libraries that matter to them.

Which rules and model read a page is on each article (``extractor``): the crawl itself never loads them.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

LIBRARIES = ("scrapy", "trafilatura", "lxml", "resiliparse", "sqlalchemy")


@cache
def versions() -> Mapping[str, str]:
    """Name → version. Looked up once: the files that have them take a visit ten milliseconds to read."""
    return {
        "newsmint": version("newsmint"),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }

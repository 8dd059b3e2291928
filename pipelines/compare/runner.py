"""Extracts pages with whichever ``pipelines`` package comes first on PYTHONPATH: the other side of a comparison.

Run by its path (``python -P runner.py BYTES``), because a package of another version may have no such file: nothing of
the package but ``extract_article`` and the values it takes is used. One JSON object a line comes in, either
``{"source": key, "site": {…}}``, which is kept, or ``{"page": {…}}``; for a page one line goes out.
"""

from __future__ import annotations

import base64
import inspect
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pipelines
from pipelines import extraction
from pipelines.items import Hint, RawPage

FIRST_PAGE = "<html><body><article><h1>A first page</h1><p>It loads model and rules.</p></article></body></html>"


def main() -> None:
    """Say who we are, then answer until nothing more comes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _be_bounded(int(sys.argv[1]))
    extraction.extract_article(RawPage(url="https://first.example/page", body=FIRST_PAGE.encode()))
    _send(answers, {"package": pipelines.__file__, "extractor": getattr(extraction, "EXTRACTOR", "")})
    sites: dict[str | None, Any] = {}
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        if "site" in asked:
            sites[asked["source"]] = _site(asked["site"])
        else:
            page = _page(asked["page"])
            _send(answers, _extract(page, sites.get(page.source)))


def _extract(page: RawPage, site: Any) -> dict[str, Any]:
    try:
        article = extraction.extract_article(page) if site is None else extraction.extract_article(page, site)
        return {"article": article.as_dict()}
    except MemoryError:
        return {"failure": ["memory", "needed more memory than a worker may use"]}
    except Exception as error:
        return {"failure": ["error", f"{type(error).__name__}: {error}"[:500]]}


def _page(data: Mapping[str, Any]) -> RawPage:
    """The page, without what this version's ``RawPage`` does not know."""
    values = {each.name: data[each.name] for each in fields(RawPage) if each.name in data}
    values["body"] = base64.b64decode(data["body"])
    values["parts"] = tuple(map(base64.b64decode, data["parts"]))
    values["hint"] = Hint.from_dict(data["hint"]) if data["hint"] else None
    return RawPage(**values)


def _site(data: Mapping[str, Any]) -> Any:
    """What is known of the site, in the form this version's ``extract_article`` takes; None where it takes none."""
    wanted = list(inspect.signature(extraction.extract_article).parameters)[1:2]
    if wanted not in (["chrome"], ["site"]):
        return None
    from pipelines.chrome import SiteChrome

    chrome = SiteChrome(frozenset(data["chrome"]))
    if wanted == ["chrome"]:
        return chrome
    from pipelines.corrections import Corrections
    from pipelines.items import Reason
    from pipelines.site import Site

    remove = {fingerprint: Reason(reason) for fingerprint, reason in data["remove"]}
    return Site(chrome, Corrections(frozenset(data["keep"]), remove, frozenset(data["without"])))


def _send(answers: Any, data: dict[str, Any]) -> None:
    answers.write(json.dumps(data).encode() + b"\n")
    answers.flush()


def _be_bounded(memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the comparison, which then stops its runners
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main()

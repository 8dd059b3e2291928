"""The Python of docs/bulk.md runs: on what a bulk run wrote, and with whatever has Ray's few calls."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipelines.bulk.extractor import close_all
from tests.docs.pages import FENCE, ROOT
from tests.pipelines.bulk.runs import pages, slugs
from tests.pipelines.warc.archives import archive

BLOCKS = {block["info"]: block["text"] for block in FENCE.finditer((ROOT / "docs/bulk.md").read_text(encoding="utf-8"))}


def in_place_of_ray() -> ModuleType:
    """A module that runs here and now what Ray would run elsewhere."""
    ray: Any = ModuleType("ray")

    class Remote:
        def __init__(self, function: Any) -> None:
            self._function = function

        def remote(self, *arguments: Any) -> Any:
            return self._function(*arguments)

    ray.init = lambda: None
    ray.remote = lambda max_retries: Remote
    ray.wait = lambda waiting: (waiting[:1], waiting[1:])
    ray.get = lambda done: done
    assert isinstance(ray, ModuleType)
    return ray


def test_another_engine_takes_a_few_lines_and_the_result_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    for n in (1, 2):
        archive(tmp_path / "in" / f"{n}.warc.gz", pages([n]))
    monkeypatch.setitem(sys.modules, "ray", in_place_of_ray())
    code = BLOCKS["python ray"].replace("/share/ccnews/", str(tmp_path / "in"))
    exec(code.replace("/share/out", str(tmp_path / "out")), {"__name__": "docs"})
    assert slugs(tmp_path / "out") == ["1", "2"]
    close_all()
    exec(BLOCKS["python"].replace("data/exports/ccnews", str(tmp_path / "out")), {})
    assert capsys.readouterr().out.splitlines()[-1] == "2 articles, each text once"

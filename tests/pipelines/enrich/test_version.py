"""The version of the enrichment changes with every file that it is made of."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipelines.enrich import ENRICHER, version


def test_it_is_a_few_words() -> None:
    assert re.fullmatch(r"newsmint [\d.]+ enrich [0-9a-f]{7}", ENRICHER)


@pytest.mark.parametrize("name", ["duplicates.py", "data/assets.toml"])
def test_an_edit_of_code_or_data_shows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(version.__file__).parent
    copy = shutil.copytree(folder, tmp_path / "enrich", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(version, "_HERE", copy)
    before = version.enricher_version()
    with (copy / name).open("a") as file:
        file.write("# edited\n")
    assert version.enricher_version() != before

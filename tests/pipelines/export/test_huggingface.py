"""The folder for Hugging Face, read by what others read it with: datasets, mlcroissant, DuckDB."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.export import Request, export
from pipelines.export.picking import Splits
from tests.pipelines.export.conftest import Filled
from tests.pipelines.store.examples import an_article

OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


@pytest.fixture
def data_set(filled: Filled, tmp_path: Path) -> Path:
    """Four articles in two splits, with side tables."""
    path = filled(
        an_article("a", published_at="2025-01-01", language="en", body="First | body <b>of it</b>."),
        an_article("b", published_at="2025-02-01", language="de", links=(), body="Second body of it."),
        an_article("c", published_at="2025-03-01", body="Third body of it.", authors=()),
        an_article("d", published_at="2026-03-01", title=None, body="Fourth body of it."),
    )
    request = Request("huggingface", splits=Splits.read("time:2026-01-01"), tables="side", include=("removed",))
    export(path, request, tmp_path / "corpus")
    return tmp_path / "corpus"


def test_the_card_says_what_a_reader_must_know(data_set: Path) -> None:
    text = (data_set / "README.md").read_text(encoding="utf-8")
    _, head, body = text.split("---\n", 2)
    told = importlib.import_module("yaml").safe_load(head)
    assert [config["config_name"] for config in told["configs"]] == ["articles", "headings", "links", "removed"]
    assert told["configs"][0]["data_files"][1] == {"split": "test", "path": "data/articles/test-*.parquet"}
    assert told["language"] == ["de", "en"]
    for part in ("Whence", "How it was cleaned", "Fields of articles", "Known faults", "Rights", "Made by"):
        assert f"\n## {part}\n" in body
    assert "| daily | 4 |" in body
    assert "| newsletter | 4 | 100.0% |" in body
    assert "| not recorded | 4 |" in body


def test_duckdb_reads_it(data_set: Path) -> None:
    query = f"SELECT count(*), count(title) FROM '{data_set}/data/articles/*.parquet'"
    with duckdb.connect() as connection:
        assert connection.execute(query).fetchall() == [(4, 3)]


def python(script: str, *words: str) -> str:
    """What a script prints in a process of its own, without a network to ask."""
    call = [sys.executable, "-c", script, *words]
    done = subprocess.run(call, env=os.environ | OFFLINE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("streaming", ["", "streaming"])
def test_datasets_loads_the_folder_offline(data_set: Path, tmp_path: Path, streaming: str) -> None:
    script = """
import sys
from datasets import load_dataset
folder, cache, streaming = sys.argv[1:]
found = load_dataset(folder, cache_dir=cache, streaming=bool(streaming))
print(sorted(found), [row["url"][-1] for row in found["train"]], [row["title"] for row in found["test"]])
links = load_dataset(folder, "links", split="train", cache_dir=cache, streaming=bool(streaming))
print(len(list(links)), next(iter(links))["host"])
"""
    printed = python(script, str(data_set), str(tmp_path / "cache"), streaming)
    assert printed.splitlines() == ["['test', 'train'] ['a', 'b', 'c'] [None]", "2 daily.example"]


@pytest.mark.slow
def test_croissant_metadata_is_valid_and_loads(data_set: Path, filled: Filled, tmp_path: Path) -> None:
    nested = tmp_path / "nested"
    export(filled(), Request("huggingface"), nested)
    script = """
import sys
import mlcroissant
side = mlcroissant.Dataset(sys.argv[1] + "/croissant.json")
nested = mlcroissant.Dataset(sys.argv[2] + "/croissant.json")
print(side.metadata.issues.errors, side.metadata.issues.warnings, nested.metadata.issues.errors)
print([record["articles/url"][-1:] for record in side.records("articles")])
print([record["links/host"] for record in side.records("links")])
print(next(iter(nested.records("articles")))["articles/links"])
"""
    issues, articles, links, first = python(script, str(data_set), str(nested)).splitlines()
    assert issues == "set() set() set()"
    assert articles == "[b'd', b'a', b'b', b'c']"
    assert links == "[b'daily.example', b'daily.example', b'daily.example']"
    assert "b'An earlier story'" in first

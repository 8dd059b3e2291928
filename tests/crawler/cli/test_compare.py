"""``newsmint compare`` on a small store, as a person and as a program call it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pipelines
from crawler.cli import cli
from pipelines.errors import CannotWrite, MissingInput, UsageError
from pipelines.items import RawPage
from pipelines.store import open_store
from pipelines.store.pages import keep_page

ROOT = Path(pipelines.__file__).parent.parent
TEXT = (
    "The exchange said on Monday that it would list the token after a review of four weeks, in which its lawyers, "
    "accountants and engineers had looked at how the project is run and who holds the keys to its treasury. "
)
PROMISE = "Ledgers of all kinds are what the Daily explains every morning to readers in forty countries."
RULE = f'[[rule]]\nname = "promise"\nreason = "advert"\ntext = ["{PROMISE[:-1]}[.]"]\n'


def page(slug: str, source: str, title: str) -> RawPage:
    html = (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"<p>{TEXT * 2}</p><p>{PROMISE}</p><p>{TEXT * 3}</p></article></body></html>"
    )
    return RawPage(f"https://{source}.example/news/{slug}", html.encode(), source=source)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of three pages of one source and one of another; a title is hostile."""
    path = tmp_path_factory.mktemp("compare") / "news.sqlite3"
    with open_store(path) as store, store.begin() as conn:
        for number in range(3):
            keep_page(conn, store.archive, page(f"story-{number}", "daily", f"Exchange lists token number {number}"))
        keep_page(conn, store.archive, page("one", "weekly", "Token &lt;script&gt;alert(1)&lt;/script&gt; listed"))
        store.archive.flush()
    return path


@pytest.fixture
def compare(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``newsmint compare --with rules.toml`` with these words; expected errors come out as they are."""
    (tmp_path / "rules.toml").write_text(RULE)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*words: str, other: str = str(tmp_path / "rules.toml")) -> Result:
        return CliRunner().invoke(
            cli, ["compare", "--with", other, "--db", str(database), *words], catch_exceptions=False
        )

    return run


@pytest.mark.slow
def test_with_a_rules_file(compare: Callable[..., Result], database: Path, tmp_path: Path) -> None:
    """What changes is on the terminal and on the page; the store is as it was."""
    before = database.read_bytes()
    result = compare("-o", str(tmp_path / "diff.html"))
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["daily", "3", "3", "3", "3", "648", "48", "·", "·"] in lines
    assert ["weekly", "1", "1", "1", "1", "216", "16", "·", "·"] in lines
    assert "Exchange lists token number 2" in result.stdout
    html = (tmp_path / "diff.html").read_text()
    assert f"<del>{PROMISE}" in html
    assert "<script" not in html
    assert database.read_bytes() == before


@pytest.mark.slow
def test_as_json_the_newest_of_each_source_in_reverse(compare: Callable[..., Result], database: Path) -> None:
    result = compare("--json", "--limit", "1", "--reverse")
    daily, weekly = (json.loads(line) for line in result.stdout.splitlines())
    assert [each["url"] for each in daily["worst"]] == ["https://daily.example/news/story-2"]
    assert (daily["words_lost"], daily["words_gained"], daily["fields"]) == (0, 16, {"removed": 1, "body": 1})
    assert weekly["pages"] == 1
    assert not list(database.parent.glob("*.html"))


@pytest.mark.parametrize(
    ("words", "other", "error", "message"),
    [
        ((), "no-such-revision-or-file", (UsageError, MissingInput), "no-such-revision-or-file: n"),
        (("--since", "monday"), None, UsageError, "is not a date"),
        (("-o", "/no/such/folder/diff.html"), None, CannotWrite, "there is no folder"),
        (("--db", "/no/such/store.sqlite3", "--json"), None, MissingInput, "no store there yet"),
    ],
)
def test_words_that_are_off(
    compare: Callable[..., Result],
    words: tuple[str, ...],
    other: str | None,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        compare(*words, **({"other": other} if other else {}))


def test_nothing_to_compare(compare: Callable[..., Result], database: Path) -> None:
    result = compare("--source", "monthly")
    assert (result.exit_code, result.stderr) == (1, "no stored page matches\n")
    assert not list(database.parent.glob("*.html"))


@pytest.mark.slow
def test_with_a_revision_of_the_checkout_it_runs_from(database: Path, tmp_path: Path) -> None:
    """Of a checkout in which a rule was added and not committed, HEAD still has the words that the rule takes."""
    if not shutil.which("git"):
        pytest.skip("git is not installed: revisions cannot be compared here")
    for name in ("crawler", "pipelines"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "As it is"]):
        who = ["-c", "user.name=Ada Field", "-c", "user.email=ada@daily.example"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True)
    (tmp_path / "pipelines/extraction/rules/promise.toml").write_text(RULE)
    words = ["compare", "--with", "HEAD", "--source", "daily", "--json", "--db", str(database)]
    run = subprocess.run(
        [sys.executable, "-c", "from crawler.cli import main; main()", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    (daily,) = (json.loads(line) for line in run.stdout.splitlines())
    assert (daily["pages"], daily["words_lost"], daily["words_gained"]) == (3, 0, 48)
    status = subprocess.run(["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert status.stdout == "?? pipelines/extraction/rules/promise.toml\n"

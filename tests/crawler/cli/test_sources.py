from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import cli
from crawler.sources import OWN_FILE, SourceRegistry
from pipelines.errors import BadConfig, MissingInput, NewsmintError, Unreachable, UsageError
from tests.crawler.loopback import Page, serve
from tests.crawler.newsite import front, rss, sitemap

MINE = """\
# kept by hand
[harbor]
name = "The Harbor"
domain = "harbor.example"
feeds = ["{base}/feed"]
sitemaps = ["{base}/map.xml"]
allow_private = true

[lost]
domain = "lost.example"
language = "fr"
feeds = ["{base}/none"]
allow_private = true
"""


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEWSMINT_SOURCES", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["sources", *words])


def mine(base: str = "https://harbor.example") -> str:
    Path("mine.toml").write_text(MINE.replace("{base}", base), encoding="utf-8")
    return "mine.toml"


def refusal(*words: str) -> NewsmintError:
    error = run(*words).exception
    assert isinstance(error, NewsmintError) and "\n" not in str(error)
    return error


def test_the_bundled_list() -> None:
    result = run()
    assert result.exit_code == 0
    assert " coindesk " in result.stdout and "feed news rest sitemap" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "sources in 15 languages" in result.stderr


def test_as_json() -> None:
    lines = [json.loads(line) for line in run("--json", "--sources", mine()).stdout.splitlines()]
    assert [each["key"] for each in lines] == ["harbor", "lost"]
    assert lines[0]["routes"] == ["feed", "sitemap"] and lines[1]["language"] == "fr"


def test_the_environment_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSMINT_SOURCES", mine())
    assert "harbor.example" in run().stdout and "coindesk" not in run().stdout


def test_what_a_site_says_does_nothing_to_the_terminal() -> None:
    title = "The \x1b[31mHarbor [bold]\x07 news"
    with serve({"/": front(title=title), "/feed/": rss(1)}) as site:
        result = run("add", site.base, "--key", "quay", "--allow-private", "--sources", mine())
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output and "\x07" not in result.output and "[bold]" in result.stdout


def test_check_tells_what_answers() -> None:
    with serve({"/feed": rss(1, 2), "/map.xml": sitemap(3)}) as site:
        result = run("check", "harbor", "--sources", mine(site.base))
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines() if line.strip().startswith("harbor")]
    assert [row[:4] for row in rows] == [["harbor", "feed", "200", "2"], ["harbor", "sitemap", "200", "1"]]
    assert "1/1 harbor" in result.stderr


def test_check_fails_where_a_source_is_silent() -> None:
    with serve({"/feed": rss(1)}) as site:
        result = run("check", "--sources", mine(site.base))
        as_json = run("check", "--sources", "mine.toml", "--json")
    assert result.exit_code == as_json.exit_code == 1
    assert "nothing answers at 1 of 2 sources: lost" in result.stderr
    assert f"lost: {site.base}/none: answers 404" in result.stdout
    answers = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert [(each["source"], each["route"], each["status"]) for each in answers] == [
        ("harbor", "feed", 200),
        ("harbor", "sitemap", 404),
        ("lost", "feed", 404),
    ]


def test_check_of_an_unknown_source() -> None:
    assert "did you mean harbor?" in str(refusal("check", "habor", "--sources", mine()))


def test_add_writes_the_entry() -> None:
    with serve({"/": front(), "/feed/": rss(1)}) as site:
        result = run("add", site.base, "--key", "quay", "--allow-private", "--sources", mine())
    assert result.exit_code == 0, result.output
    assert f'feeds = ["{site.base}/feed/"]' in result.stdout
    assert "next: newsmint crawl quay --sources mine.toml" in result.stderr
    assert f"trying {site.base}/feed/" in result.stderr
    assert Path("mine.toml").read_text().startswith("# kept by hand")
    assert SourceRegistry.load(Path("mine.toml")).get("quay").allow_private


def test_add_starts_a_file_of_one_s_own() -> None:
    with serve({"/": front(), "/feed/": rss(1)}) as site:
        result = run("add", site.base, "--allow-private")
    assert result.exit_code == 0, result.output
    key = site.base.removeprefix("http://").replace(".", "-").replace(":", "-")
    assert key in OWN_FILE.read_text()
    assert "newsmint crawl" in result.stderr and "--sources" not in result.stderr
    assert key in SourceRegistry.load() and "coindesk" in SourceRegistry.load()


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (("--key", "harbor"), UsageError, "there is a source 'harbor' already"),
        (("--key", "All Of It"), UsageError, "cannot be a key"),
        (("--key", "all"), UsageError, "stands for every source"),
        (("--key", "quay"), Unreachable, "not on the public internet"),
        (("--key", "quay", "--allow-private"), MissingInput, "no feed, sitemap"),
    ],
)
def test_add_that_is_refused_leaves_the_file_alone(words: tuple[str, ...], kind: type, message: str) -> None:
    with serve({"/": Page("<p>About us.</p>")}) as site:
        path = mine()
        before = Path(path).read_text()
        error = refusal("add", site.base, "--sources", path, *words)
    assert type(error) is kind and message in str(error)
    assert Path(path).read_text() == before


def test_add_what_is_no_address() -> None:
    assert "is not an http or https address" in str(refusal("add", "ftp://harbor.example"))


def test_add_of_a_bundled_key_is_refused() -> None:
    assert "there is a source 'decrypt' already, decrypt.co" in str(refusal("add", "https://decrypt.co"))


def test_a_bad_file_is_one_line() -> None:
    Path("bad.toml").write_text('[a]\ndomain = "a.example"\nfeeds = "x"\n')
    error = refusal("--sources", "bad.toml")
    assert isinstance(error, BadConfig) and str(error).startswith("bad.toml, line 3: [a] feeds")


@pytest.mark.parametrize("words", [(), ("add",), ("check",)])
def test_help(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0 and "--sources FILE" in result.stdout

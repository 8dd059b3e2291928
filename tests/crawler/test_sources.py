from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from crawler.source_fields import CHECKS
from crawler.source_writer import add_entry, entry
from crawler.sources import OWN_FILE, Source, SourceRegistry, UnknownSource
from pipelines.errors import BadConfig, CannotWrite, MissingInput, UsageError

HARBOR = """\
# the harbor, kept by Ann
[harbor]
name = "The Harbor"
domain = "www.Harbor.example"
feeds = ["https://harbor.example/feed/"]   # ten posts

[lantern]
domain = "lantern.example/news"
language = "de"
sitemaps = ["https://lantern.example/sitemap.xml"]
wordpress = "https://lantern.example/wp-json"
article_patterns = ['^/news/\\d+']
exclude_patterns = ['^/news/\\d+/gallery']
delay = 2
concurrency = 1
healthy_minimum = 4
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "sources.toml"
    file.write_text(HARBOR, encoding="utf-8")
    return file


def test_a_file_is_its_sources(path: Path) -> None:
    harbor, lantern = SourceRegistry.load(path)
    assert harbor == Source("harbor", "The Harbor", "harbor.example", feeds=("https://harbor.example/feed/",))
    assert (lantern.name, lantern.language, lantern.delay) == ("lantern", "de", 2.0)
    assert lantern.routes == ("wordpress", "sitemap")


def test_patterns_say_what_may_be_an_article(path: Path) -> None:
    harbor, lantern = SourceRegistry.load(path)
    assert harbor.may_be_article("https://harbor.example/anything")
    assert lantern.may_be_article("https://lantern.example/news/12/a-story?x=1")
    assert not lantern.may_be_article("https://lantern.example/about")
    assert not lantern.may_be_article("https://lantern.example/news/12/gallery")


def test_select(path: Path) -> None:
    registry = SourceRegistry.load(path)
    assert [each.key for each in registry.select(["all"])] == ["harbor", "lantern"]
    assert [each.key for each in registry.select(["lantern", "harbor", "lantern"])] == ["lantern", "harbor"]
    assert "harbor" in registry and len(registry) == 2


@pytest.mark.parametrize("typed", ["habor", "The Harbor", "harbor.example", "https://www.harbor.example/"])
def test_an_unknown_key_names_the_nearest(path: Path, typed: str) -> None:
    with pytest.raises(UnknownSource, match="did you mean harbor") as caught:
        SourceRegistry.load(path).get(typed)
    assert caught.value.exit_code == 64


def test_an_unknown_key_with_nothing_near(path: Path) -> None:
    with pytest.raises(UnknownSource, match="`newsmint sources` lists them"):
        SourceRegistry.load(path).get("zzzz")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[a]\nname = oops\n", 2, "not TOML"),
        ('[a]\ndomain = "a.example"\n\nfeeds = "https://a.example/feed"\n', 4, "feeds: must be a list"),
        ('[a]\ndomain = "a.example"\nfeeds = ["feed.xml"]\n', 3, "feeds: must be an http or https address"),
        ('[a]\ndomain = "https://a.example"\nwhole_site = true\n', 2, "domain: must be a host"),
        ('[a]\ndomain = "a.example"\nfeed = []\n', 3, "feed: no such field: did you mean feeds?"),
        ('[a]\ndomain = "a.example"\nwhole_site = "yes"\n', 3, "whole_site: must be true or false"),
        ('[a]\ndomain = "a.example"\nwhole_site = true\ndelay = -1\n', 4, "delay: must be a number"),
        (
            '[a]\ndomain = "a.example"\nwhole_site = true\nconcurrency = 0\n',
            4,
            "concurrency: must be a whole number, 1",
        ),
        (
            '[a]\ndomain = "a.example"\nwhole_site = true\nlanguage = "English"\n',
            4,
            "language: must be a language code",
        ),
        ('[a]\ndomain = "a.example"\nwhole_site = true\nproxy = "127.0.0.1:80"\n', 4, "proxy: must be an HTTP proxy"),
        ("[a]\ndomain = 'a.example'\nwhole_site = true\narticle_patterns = ['(']\n", 4, "is not a regular expression"),
        ('[a]\ndomain = "a.example"\n', 1, "has no route"),
        ("\n[a]\nwhole_site = true\n", 2, "has no domain"),
        ('[Big]\ndomain = "a.example"\nwhole_site = true\n', 1, "a key is made of lower-case"),
        ('a = "b"\n', 1, "a source is a table"),
    ],
)
def test_a_bad_file_is_named_with_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(BadConfig) as caught:
        SourceRegistry.load(file)
    message = str(caught.value)
    assert message.startswith(str(file)) and words in message and f"line {line}" in message
    assert "\n" not in message


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="newsmint sources add URL --sources"):
        SourceRegistry.load(tmp_path / "none.toml")
    with pytest.raises(MissingInput, match="cannot be read"):
        SourceRegistry.load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'[a]\nname = "\xe9"\n')
    with pytest.raises(BadConfig, match="not UTF-8"):
        SourceRegistry.load(tmp_path / "latin.toml")


def test_the_bundled_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    registry = SourceRegistry.load()
    assert len(registry) >= 98
    assert len({each.language for each in registry}) >= 15
    assert registry.get("coindesk").may_be_article("https://www.coindesk.com/markets/2025/12/12/a-story")
    magazine = registry.get("cointelegraph-magazine")
    assert (magazine.domain, magazine.routes) == ("cointelegraph.com/magazine", ("wordpress",))
    for source in registry:
        assert source.routes and source.name != source.key


def test_own_sources_lie_over_the_bundled_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    OWN_FILE.parent.mkdir()
    OWN_FILE.write_text('[harbor]\ndomain = "harbor.example"\nwhole_site = true\n')
    registry = SourceRegistry.load()
    assert "harbor" in registry and "coindesk" in registry


def test_fields_checks_and_documentation_agree() -> None:
    declared = [field.name for field in fields(Source) if field.name != "key"]
    assert declared == list(CHECKS)
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    documented = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert documented == declared


def test_an_entry_is_appended_and_all_else_kept(path: Path) -> None:
    source = Source(
        "quay",
        'Quay "News" [\\]',
        "quay.example:8080",
        language="en",
        feeds=("https://quay.example/feed", "https://quay.example/atom"),
        article_patterns=(r"^/\d+/",),
        allow_private=True,
        delay=1.5,
    )
    add_entry(path, source)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(HARBOR)
    assert SourceRegistry.load(path).get("quay") == source
    assert "healthy_minimum" not in entry(source)


def test_a_file_is_made_when_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "new" / "mine.toml"
    add_entry(file, Source("quay", "Quay", "quay.example", whole_site=True))
    assert SourceRegistry.load(file).get("quay").whole_site
    assert file.read_text().startswith("# Sources of your own")


def test_what_cannot_be_added_changes_nothing(path: Path, tmp_path: Path) -> None:
    taken = Source("harbor", "Other", "other.example", whole_site=True)
    with pytest.raises(UsageError, match="already has a source 'harbor'"):
        add_entry(path, taken)
    assert path.read_text(encoding="utf-8") == HARBOR
    path.write_text("[broken\n")
    with pytest.raises(BadConfig, match="nothing was written"):
        add_entry(path, taken)
    assert path.read_text() == "[broken\n"
    with pytest.raises(CannotWrite):
        add_entry(path / "below" / "a-file.toml", taken)
    assert [each.name for each in tmp_path.iterdir()] == ["sources.toml"]

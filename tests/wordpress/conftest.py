"""The running WordPress, the ``newsmint`` command, and the sources file that ``sources add`` wrote for the site."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from .site import Site

Newsmint = Callable[..., str]
ROUTES = {"feed": "feeds", "sitemap": "sitemaps", "wordpress": "wordpress"}
"""Route → the field of a source's entry that opens it."""


FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def site() -> Site:
    found = Site.from_environment()
    if found is None:
        pytest.skip("no WordPress is running: use `make test-wordpress`")
    return found


@pytest.fixture(scope="session")
def newsmint() -> Newsmint:
    """``newsmint(*words)``: run the installed command as a person does; what it printed. Fails the test if it fails."""

    def run(*words: str | Path, codes: Sequence[int] = (0,)) -> str:
        command = [str(Path(sys.executable).with_name("newsmint")), *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        sys.stdout.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}")  # shown where a test fails
        assert done.returncode in codes, f"newsmint {words[0]} ended with {done.returncode}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def entry(site: Site, newsmint: Newsmint, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The fields that ``newsmint sources add`` found by itself for the site, with a pace fit for loopback."""
    file = tmp_path_factory.mktemp("sources") / "added.toml"
    newsmint("sources", "add", site.url, "--key", "newsroom", "--allow-private", "--sources", file)
    found = tomlkit.parse(file.read_text(encoding="utf-8")).unwrap()["newsroom"]
    return {**found, "delay": 0, "concurrency": 3}


@pytest.fixture(scope="session")
def crawl(newsmint: Newsmint, entry: dict[str, Any]) -> Callable[..., None]:
    """``crawl(database, route=None)``: crawl the site into a store, by every route found or by one alone."""

    def run(database: Path, route: str | None = None) -> None:
        others = {field for name, field in ROUTES.items() if name != route} | {"news_sitemaps", "listings"}
        kept = {field: value for field, value in entry.items() if route is None or field not in others}
        sources = database.with_suffix(".toml")
        sources.write_text(tomlkit.dumps({"newsroom": kept}), encoding="utf-8")
        newsmint("crawl", "newsroom", "--sources", sources, "--db", database, "--deep")

    return run


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """``report(line)``: a line of figures, printed when all tests are done."""
    return request.config.stash.setdefault(FIGURES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash.get(FIGURES, []):
        terminalreporter.section("figures of the real WordPress", sep="-")
        terminalreporter.write_line("\n".join(lines))

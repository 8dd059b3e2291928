"""The image: what is copied, as whom it runs, and what its two scripts do; they are run for real."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.schedule.printers import _TEMPLATES
from tests.deploy.files import DEPLOY, DOCKERFILE, ROOT

TEXT = DOCKERFILE.read_text(encoding="utf-8")
TOOLS = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
SECRET = 'it\'s 100% "mine" $HOME `id` \\ *'


def test_it_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    final = TEXT.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert final.index("\nUSER ") > final.rindex("\nRUN ")  # nothing after it needs root
    assert re.search(r"^HEALTHCHECK .*newsmint-alive", final, re.MULTILINE)


def test_its_versions_are_named_and_no_host_is() -> None:
    bases = re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE)
    assert all(re.fullmatch(r"python:3\.\d+-slim-\w+", base) for base in bases)
    assert len(set(bases)) == 1
    assert "PIP_CONSTRAINT=/src/constraints.txt" in TEXT
    assert not re.search(r"https?://|index-url|latest", TEXT)


def test_it_is_built_of_the_python_that_the_package_takes_and_the_printed_compose_file_names() -> None:
    [major, minor] = re.search(r"python:(3)\.(\d+)", TEXT).groups()  # type: ignore[union-attr]
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    low, high = map(int, re.findall(r"3\.(\d+)", wanted))
    assert low <= int(minor) < high
    assert f"FROM python:{major}.{minor}-slim" in (_TEMPLATES / "compose.yaml").read_text()


def test_what_it_copies_is_there_and_let_through() -> None:
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*)$", TEXT, re.MULTILINE) for word in line.split()[:-1]]
    names = [word for word in copied if not word.startswith("--")]
    assert {"constraints.txt", "crawler", "pipelines", "deploy/bin"} <= set(names)
    assert all((ROOT / name).exists() for name in names)
    let_in = [line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"]
    assert all((ROOT / name).exists() for name in let_in)
    assert not [name for name in names if name != "data" and not name.startswith(tuple(let_in))]


def test_every_extra_it_may_get_is_one() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = re.findall(r"EXTRAS=([\w,]+)", TEXT)
    assert len(named) == 2
    assert {extra for line in named for extra in line.split(",")} <= set(extras)


def test_hadolint_finds_nothing() -> None:
    tool = shutil.which("hadolint", path=TOOLS)
    if tool is None:
        pytest.skip("hadolint is not installed: `make lint-deploy` does")
    assert subprocess.run([tool, str(DOCKERFILE)], capture_output=True, text=True, check=False).stdout == ""


def entered(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What the container's first process does with these words."""
    environment = {"PATH": os.environ["PATH"], **variables}
    script = str(DEPLOY / "bin/newsmint-entrypoint")
    return subprocess.run([script, *words], capture_output=True, text=True, env=environment, check=False)


def test_a_secret_comes_from_its_file_sign_for_sign(tmp_path: Path) -> None:
    (tmp_path / "it").write_text(f"{SECRET}\n")
    done = entered("printenv", "PGPASSWORD", PGPASSWORD_FILE=str(tmp_path / "it"))
    assert (done.stdout, done.returncode) == (f"{SECRET}\n", 0)
    assert entered("printenv", "NEWSMINT_NOTIFY", NEWSMINT_NOTIFY="as it is").stdout == "as it is\n"


def test_a_secret_that_is_not_there_ends_it_with_its_name() -> None:
    done = entered("true", NEWSMINT_NOTIFY_FILE="/no/such")
    assert done.returncode == 66
    assert done.stderr == "newsmint: NEWSMINT_NOTIFY_FILE: cannot read /no/such\n"


def test_the_command_takes_the_place_of_the_script() -> None:
    done = entered(sys.executable, "-c", "import os, sys; print(os.getppid()); sys.exit(75)")
    assert (int(done.stdout), done.returncode) == (os.getpid(), 75)


def alive(*words: str, **variables: str) -> tuple[int, str]:
    script = str(DEPLOY / "bin/newsmint-alive")
    done = subprocess.run(
        [sys.executable, script, *words], capture_output=True, text=True, env={**os.environ, **variables}, check=False
    )
    return done.returncode, done.stderr


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server that answers 404 to everything."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_a_store_is_well_when_its_server_takes_connections(port: int, closed_port: int, tmp_path: Path) -> None:
    assert alive("store", NEWSMINT_DATABASE_URL=f"postgresql+psycopg://me:secret@127.0.0.1:{port}/news") == (0, "")
    url = f"postgresql+psycopg://me:secret@127.0.0.1:{closed_port}/news"
    (tmp_path / "url").write_text(url)
    for variables in ({"NEWSMINT_DATABASE_URL": url}, {"NEWSMINT_DATABASE_URL_FILE": str(tmp_path / "url")}):
        code, said = alive("store", **variables)
        assert code == 1
        assert "refused" in said
        assert "secret" not in said
    assert alive("store", NEWSMINT_DATABASE_URL="/data/news.sqlite3") == (0, "")


def test_a_desk_is_well_when_it_answers(port: int, closed_port: int) -> None:
    assert alive("http", str(port))[0] == 1  # 501: that server has no pages
    assert alive("http", str(closed_port))[0] == 1


def test_a_check_that_there_is_not_says_which_there_are() -> None:
    code, said = alive("health")
    assert code == 2
    assert "newsmint-alive store" in said

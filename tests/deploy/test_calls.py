"""Every call, variable and version that ``deploy/`` names is one that there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from crawler.cli import cli
from crawler.sources import SourceRegistry
from tests.deploy.files import DEPLOY, ROOT, TEXTS, calls, documents, services
from tests.docs.pages import LINK, commands
from tests.docs.reference import verbs

VERBS = dict(verbs())
RELEASE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
CALLS = [*calls(), *(("README.md", words) for words in commands(DEPLOY / "README.md"))]
OURS = {"NEWSMINT_WORKER_CONCURRENCY", "NEWSMINT_SOURCES_FILE"}
"""Variables of these files' own: systemd and Compose put their values into a call."""


@pytest.mark.parametrize("call", CALLS, ids=lambda it: f"{it[0]}: {it[1][0]}")
def test_a_call_is_one_that_the_command_line_takes(call: tuple[str, list[str]]) -> None:
    where, (verb, *words) = call
    words = ["4" if word == "${NEWSMINT_WORKER_CONCURRENCY}" else word for word in words]
    assert isinstance(VERBS.get(verb), click.Command), f"{where}: there is no newsmint {verb}"
    VERBS[verb].make_context(f"newsmint {verb}", words, **cli.context_settings)  # its help option is kept


def test_every_part_of_a_fleet_is_called() -> None:
    assert {words[0] for _, words in CALLS} >= {"worker", "schedule", "serve", "notify", "health"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda it: it.name)
def test_every_variable_is_documented(path: Path) -> None:
    said = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bNEWSMINT_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8"))) - OURS
    assert not [name for name in sorted(named) if not re.search(rf"\b{name.removesuffix('_FILE')}\b", said)]


def test_the_image_has_the_version_of_the_package() -> None:
    named = {each["image"] for name, each in services().items() if name != "postgres"}
    assert named == {f"newsmint:{RELEASE}"}
    [image] = documents(DEPLOY / "kubernetes/kustomization.yaml")[0]["images"]
    assert image["newTag"] == RELEASE


def test_the_kustomization_names_every_manifest() -> None:
    listed = documents(DEPLOY / "kubernetes/kustomization.yaml")[0]["resources"]
    there = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    assert set(listed) == there


def test_the_sources_of_the_example_are_sources() -> None:
    assert SourceRegistry.load(DEPLOY / "kubernetes/sources.toml")


@pytest.mark.parametrize("path", TEXTS, ids=lambda it: it.name)
def test_no_secret_stands_in_a_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"pbkdf2_sha256\$\d", text)
    assert set(re.findall(r"://\w+:([^@/\s]+)@", text)) <= {"password", "PASSWORD"}


def test_links_of_the_guide_lead_somewhere() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert not [target for target in LINK.findall(text) if not (DEPLOY / target).exists()]
    named = re.findall(r"`((?:kubernetes|systemd|bin|compose|Dockerfile)[\w./]*)`", text)
    assert named
    assert not [name for name in named if not (DEPLOY / name).exists()]


def test_the_units_environment_is_read_as_systemd_reads_it() -> None:
    lines = [line for line in (DEPLOY / "systemd/newsmint.env").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Z_]+=\S+", line) for line in lines)
    literals = documents(DEPLOY / "kubernetes/kustomization.yaml")[0]["configMapGenerator"][0]["literals"]
    assert {it.split("=")[0] for it in literals} < {it.split("=")[0] for it in lines}

"""The compose file: it fits the schema, nothing in it may do more than it must, and it is the printed one's sibling."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.schedule import Plan, docker
from tests.deploy.files import COMPOSE, DEPLOY, DOCKERFILE, MANIFESTS, documents, services

SERVICES = services()
ONCE = {"schedule", "health"}
"""What ends by itself."""


def test_it_fits_the_schema() -> None:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "path", [COMPOSE, *MANIFESTS, DEPLOY / "kubernetes/kustomization.yaml"], ids=lambda it: it.name
)
def test_yamllint_finds_nothing(path: Path) -> None:
    words = [sys.executable, "-m", "yamllint", "--strict", "--config-file", str(DEPLOY / ".yamllint"), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The service of the file that ``newsmint schedule --docker`` prints."""
    folder = tmp_path_factory.mktemp("plan")
    text = docker(Plan(("all",), folder / "news.sqlite3", folder, "news", ("newsmint",)))["compose.yaml"]
    found: dict[str, Any] = yaml.safe_load(text)["services"]["newsmint"]
    return found


@pytest.mark.parametrize(
    "key", "init read_only cap_drop security_opt restart stop_grace_period logging tmpfs working_dir".split()
)
def test_it_is_as_closed_as_the_printed_one(printed: dict[str, Any], key: str) -> None:
    assert SERVICES["worker"][key] == printed[key]


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_may_do_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith("0")
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & set(service)
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    limits = service["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert re.fullmatch(r".+:.*\d.*", service["image"])
    assert not service["image"].endswith(":latest")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONCE))
def test_what_runs_on_says_how_it_is(name: str) -> None:
    check = SERVICES[name].get("healthcheck", {})
    built = DOCKERFILE.read_text(encoding="utf-8")
    assert check.get("test") or ("HEALTHCHECK" in built and SERVICES[name]["image"].startswith("newsmint:"))
    assert not check.get("disable")


def test_secrets_volumes_networks_and_services_that_are_named_are_there() -> None:
    whole = documents(COMPOSE)[0]
    for kind in ("secrets", "networks"):
        named = {each for service in SERVICES.values() for each in service.get(kind, ())}
        assert named == set(whole[kind])
    volumes = {each.partition(":")[0] for service in SERVICES.values() for each in service.get("volumes", ())}
    assert volumes == set(whole["volumes"])
    assert {each for service in SERVICES.values() for each in service.get("depends_on", ())} <= set(SERVICES)


def test_secrets_come_as_files_that_their_service_has() -> None:
    for service in SERVICES.values():
        environment = service.get("environment", {})
        files = {value for name, value in environment.items() if name.endswith("_FILE")}
        assert files == {f"/run/secrets/{name}" for name in service.get("secrets", ())}
        assert not {"PGPASSWORD", "POSTGRES_PASSWORD", "NEWSMINT_NOTIFY", "NEWSMINT_DESK_PASSWORD_HASH"} & set(
            environment
        )
        assert "@" not in environment.get("NEWSMINT_DATABASE_URL", "").replace("newsmint@postgres", "")


def test_the_desk_is_shown_to_this_machine_alone_and_the_store_to_nobody() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"desk": ["127.0.0.1:8001:8001"]}
    assert SERVICES["postgres"]["networks"] == ["store"]
    assert documents(COMPOSE)[0]["networks"]["store"] == {"internal": True}

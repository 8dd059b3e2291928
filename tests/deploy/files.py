"""What ``deploy/`` holds, read for the tests."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
DOCKERFILE = DEPLOY / "Dockerfile"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
MANIFESTS = [path for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")) if path.stem != "kustomization"]
TEXTS = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and "secrets" not in path.parts)


def documents(path: Path) -> list[dict[str, Any]]:
    """The YAML documents of a file."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def services() -> dict[str, dict[str, Any]]:
    """Of the compose file, our own and PostgreSQL, with what their anchors bring."""
    found: dict[str, dict[str, Any]] = documents(COMPOSE)[0]["services"]
    return found


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """``kind/name`` of each manifest that starts pods, and the pods' spec."""
    for path in MANIFESTS:
        for each in documents(path):
            spec = each.get("spec", {})
            spec = spec.get("jobTemplate", {}).get("spec", spec)
            if "template" in spec:
                yield f"{each['kind']}/{each['metadata']['name']}", spec["template"]["spec"]


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each container of each pod, those included that come first."""
    for name, pod in pods():
        for each in (*pod.get("initContainers", ()), *pod["containers"]):
            yield f"{name}: {each['name']}", each


def settings(unit: Path) -> dict[str, list[str]]:
    """The directives of a unit: name → values, in order."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def calls() -> Iterator[tuple[str, list[str]]]:
    """Where ``newsmint`` is called, and the words after it."""
    for name, service in services().items():
        yield from _calls(f"compose.yaml: {name}", service.get("command", ()))
    for name, container in containers():
        yield from _calls(name, container["args"])
    for unit in UNITS:
        yield from _calls(unit.name, shlex.split(settings(unit)["ExecStart"][0]))
    for words in re.findall(r"^(?:CMD|ENTRYPOINT) (\[.*\])$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE):
        yield from _calls("Dockerfile", yaml.safe_load(words))


def _calls(where: str, words: list[str]) -> Iterator[tuple[str, list[str]]]:
    if words[:2] == ["sh", "-c"]:
        script = words[2].replace("$$", "$")
        for line in re.findall(r"newsmint(?= )[^;']*", script):
            yield where, shlex.split(line)[1:]
    elif words and Path(words[0]).name == "newsmint":
        yield where, list(words[1:])

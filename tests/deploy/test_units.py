"""The systemd units: systemd takes them, and they are no less closed than those that ``newsmint schedule`` prints."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from crawler.schedule.printers import _TEMPLATES
from tests.deploy.files import TIMERS, UNITS, settings

PRINTED = settings(_TEMPLATES / "newsmint.service")
FENCES = [
    name
    for name in PRINTED
    if name.startswith(("Protect", "Private", "Restrict", "Lock", "NoNew", "Capability", "SystemCall"))
    and name not in ("RestartPreventExitStatus", "ProtectHome")
]


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    for path in (*UNITS, *TIMERS):
        text = re.sub(r"/opt/newsmint/bin/newsmint\S*", "/bin/true", path.read_text(encoding="utf-8"))
        text = re.sub("^(User|Group)=newsmint$", r"\1=daemon", text, flags=re.MULTILINE)
        (tmp_path / path.name.replace("@.", "@1.")).write_text(text, encoding="utf-8")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    paths = sorted(str(path) for path in tmp_path.iterdir() if "@." not in path.name)
    done = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)
    assert [line for line in (done.stdout + done.stderr).splitlines() if "newsmint" in line] == []


@pytest.mark.parametrize("name", FENCES)
@pytest.mark.parametrize("unit", UNITS, ids=lambda it: it.name)
def test_a_unit_is_as_closed_as_the_printed_one(unit: Path, name: str) -> None:
    assert settings(unit)[name] == PRINTED[name]


@pytest.mark.parametrize("unit", UNITS, ids=lambda it: it.name)
def test_a_unit_runs_as_a_user_of_its_own_within_bounds(unit: Path) -> None:
    found = settings(unit)
    assert found["User"] == found["Group"] == ["newsmint"]
    assert found["ProtectHome"] == ["yes"]
    assert found["StateDirectory"] == ["newsmint"]
    assert found["MemoryMax"]
    assert not re.search("PASSWORD|NOTIFY", " ".join(found.get("Environment", ())))


def test_a_worker_ends_as_the_printed_watch_does_and_comes_back() -> None:
    [worker] = [settings(unit) for unit in UNITS if "worker@" in unit.name]
    for name in ("KillSignal", "TimeoutStopSec", "RestartPreventExitStatus", "StartLimitIntervalSec"):
        printed = {**PRINTED, "RestartPreventExitStatus": ["2 64 65 66 78"], "StartLimitIntervalSec": ["0"]}
        assert worker[name] == printed[name]
    assert worker["Restart"] == ["always"]


@pytest.mark.parametrize("timer", TIMERS, ids=lambda it: it.name)
def test_a_timer_starts_a_unit_that_there_is(timer: Path) -> None:
    assert timer.with_suffix(".service") in UNITS

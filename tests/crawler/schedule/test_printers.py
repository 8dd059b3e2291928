"""Units that their readers take: systemd's own check, a shell for cron's lines, a YAML parser for compose."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.schedule import Plan, cron, docker, systemd
from crawler.schedule.plan import plan_here
from pipelines.errors import UsageError

ECHO = (sys.executable, "-c", "import json, os, sys; print(json.dumps([os.getcwd(), *sys.argv[1:], os.environ['ME']]))")
NASTY = 'it\'s 100% "mine" $HOME; `id` \\ #1'


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """In a folder whose name has every sign that means something to somebody."""
    folder = tmp_path / NASTY
    folder.mkdir()
    return Plan(("coindesk", "decrypt"), folder / "news.sqlite3", folder, "news", ECHO, environment={"ME": NASTY})


@pytest.fixture
def plain(tmp_path: Path) -> Plan:
    return Plan(("all",), tmp_path / "news.sqlite3", tmp_path, "daemon", ("/bin/true",), environment={"ME": "a b"})


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
@pytest.mark.parametrize("every", [None, 1800.0])
def test_systemd_takes_the_units(plain: Plan, tmp_path: Path, every: float | None) -> None:
    files = systemd(replace(plain, every=every))
    assert set(files) == ({"newsmint.service", "newsmint.timer"} if every else {"newsmint.service"})
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in files]
    checked = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)
    own = [line for line in (checked.stdout + checked.stderr).splitlines() if "newsmint" in line]
    assert own == []


def test_words_of_a_unit_are_quoted(plan: Plan) -> None:
    unit = systemd(plan)["newsmint.service"]
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    words = [word.replace("$$", "$").replace("%%", "%") for word in shlex.split(command)]
    assert words == [*ECHO, "watch", "coindesk", "decrypt", "--db", str(plan.database)]
    assert re.search(r"^WorkingDirectory=(.*)$", unit, re.MULTILINE)[1].replace("%%", "%") == str(plan.folder)  # type: ignore[index]
    (environment,) = re.findall(r"^Environment=(.*)$", unit, re.MULTILINE)
    assert shlex.split(environment.replace("%%", "%")) == [f"ME={NASTY}"]


@pytest.mark.parametrize(
    ("seconds", "fields"),
    [
        (60, r"\d-59/5 \* \* \* \*"),
        (1800, r"\d+-59/30 \* \* \* \*"),
        (2700, r"\d+ \* \* \* \*"),
        (3600, r"\d+ \* \* \* \*"),
        (7200, r"\d+ \*/2 \* \* \*"),
        (18_000, r"\d+ \*/6 \* \* \*"),
        (86_400, r"\d+ 3 \* \* \*"),
        (None, "@reboot"),
    ],
)
def test_the_fields_of_a_crontab_line(plain: Plan, seconds: float | None, fields: str) -> None:
    line = next(line for line in cron(replace(plain, every=seconds))["crontab"].splitlines() if "cd " in line)
    assert re.match(rf"{fields} cd ", line)


def test_what_cron_gives_to_the_shell_is_the_command(plan: Plan) -> None:
    plan.secrets.write_text("SECRET='mailto://x'\n")
    line = next(line for line in cron(plan)["crontab"].splitlines() if line.startswith("@reboot"))
    command = line.removeprefix("@reboot ").replace("\\%", "%")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(plan.database.with_suffix(".log").read_text())
    assert said == [str(plan.folder), "watch", "coindesk", "decrypt", "--db", str(plan.database), NASTY]


def test_compose_is_yaml_with_every_word_in_its_place(plan: Plan, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    rules = tmp_path / "rules.toml"
    service = yaml.safe_load(docker(replace(plan, rules=rules))["compose.yaml"])["services"]["newsmint"]
    unescaped = json.loads(json.dumps(service).replace("$$", "$"))
    assert unescaped["command"] == [
        *("watch", "coindesk", "decrypt", "--db", "/data/news.sqlite3", "--rules", "/config/rules.toml")
    ]
    assert unescaped["volumes"] == [f"{plan.folder}:/data", f"{rules}:/config/rules.toml:ro"]
    assert unescaped["environment"] == {"ME": NASTY}
    assert not service["user"].startswith("0:")
    assert service["cap_drop"] == ["ALL"]
    assert "ENTRYPOINT" in service["build"]["dockerfile_inline"]


def test_a_path_that_a_container_cannot_mount_is_refused(plan: Plan) -> None:
    with pytest.raises(UsageError, match="colon"):
        docker(replace(plan, database=Path("/news:old/news.sqlite3")))


def test_a_plan_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        "NEWSMINT_CONTACT": "https://desk.example",
        "NEWSMINT_NOTIFY": "mailto://secret",
        "NEWSMINT_DATABASE_URL": "sqlite:///elsewhere",
        "HOME": "/home/x",
    }
    plan = plan_here([], Path("data/news.sqlite3"), rules=Path("rules.toml"), environment=given)
    assert plan.environment == {"NEWSMINT_CONTACT": "https://desk.example"}
    assert plan.arguments == (
        *("watch", "all", "--db", str(tmp_path / "data/news.sqlite3"), "--rules", str(tmp_path / "rules.toml")),
    )
    assert Path(plan.program[0]).is_absolute()
    assert plan.user != "root"


def test_what_no_unit_can_hold_is_refused() -> None:
    with pytest.raises(UsageError, match="control character"):
        plan_here(["x\nExecStartPre=/bin/evil"], Path("news.sqlite3"), environment={})

"""A plan as files: for systemd, cron and Docker. Every word is quoted as its reader unquotes it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from string import Template
from zlib import crc32

from crawler.schedule.plan import Plan
from pipelines.errors import UsageError

UNIT = "newsmint"
HOUR, DAY = 3600, 86_400

_TEMPLATES = Path(__file__).parent / "templates"
_ROOT = Path(__file__).parents[2]
_FORGIVING = "Restart=on-failure\nRestartSec=60\nRestartPreventExitStatus=2 64 65 66 78"
_ONCE = "SuccessExitStatus=75 130\nTimeoutStartSec=infinity"


def systemd(plan: Plan) -> dict[str, str]:
    """File name → text: a service that runs on, or one that a timer starts."""
    watches = plan.every is None
    service = _filled(
        "newsmint.service",
        unit=UNIT,
        again=shlex.join(_again(plan)),
        owner=shlex.quote(plan.user),
        data=shlex.quote(str(plan.database.parent)),
        start=f"{UNIT}.service" if watches else f"{UNIT}.timer",
        what="watch" if watches else "crawl",
        docs=_path(_ROOT / "docs/operate.md"),
        limits="StartLimitIntervalSec=0\n" if watches else "",
        type="exec" if watches else "oneshot",
        user=plan.user.replace("%", "%%"),
        folder=_path(plan.folder),
        environment="\n".join(f"Environment={_quoted(f'{name}={value}')}" for name, value in plan.environment.items()),
        secrets=_path(plan.secrets),
        command=" ".join(_argument(word) for word in (*plan.program, *plan.arguments)),
        ending=_FORGIVING if watches else _ONCE,
        writes=_quoted(str(plan.database.parent)),
        install="\n[Install]\nWantedBy=multi-user.target" if watches else "",
    )
    files = {f"{UNIT}.service": service}
    if plan.every is not None:
        seconds = round(plan.every)
        spread = min(seconds // 10, 300)
        files[f"{UNIT}.timer"] = _filled(
            "newsmint.timer", unit=UNIT, every=_span(seconds), seconds=str(seconds), spread=str(spread)
        )
    return files


def cron(plan: Plan) -> dict[str, str]:
    """File name → text: a line that crawls every so often, or watches from the start of the machine."""
    names = [f"{name}={value}" for name, value in plan.environment.items()]
    command = [*(("env", *names) if names else ()), *plan.program, *plan.arguments]
    health = [*plan.program, "health", "--db", str(plan.database)]
    health += ["--sources", str(plan.sources)] if plan.sources else []
    minute = crc32(f"{plan.folder}{plan.program}".encode()) % 60  # not everybody at the full hour
    lines = _filled(
        "crontab",
        when="@reboot" if plan.every is None else _fields(round(plan.every), minute),
        daily=f"{minute} 7 * * *",
        folder=_cron(plan.folder),
        secrets=_cron(plan.secrets),
        log=_cron(plan.database.with_suffix(".log")),
        command=_cron_words(command),
        health=_cron_words(health),
    )
    return {"crontab": lines}


def docker(plan: Plan) -> dict[str, str]:
    """File name → text: a compose file that builds its own image."""
    data, names = Path("/data"), {"sources": plan.sources, "rules": plan.rules}
    mounted = {name: Path("/config") / f"{name}.toml" for name, path in names.items() if path}
    volumes = [f"{plan.database.parent}:{data}"]
    volumes += [f"{names[name]}:{inside}:ro" for name, inside in mounted.items()]
    if any(":" in str(path) for path in (plan.database.parent, *filter(None, names.values()))):
        raise UsageError("a path with a colon cannot be mounted into a container; move the file")
    arguments = plan.arguments_with(data / plan.database.name, mounted.get("sources"), mounted.get("rules"))
    is_checkout = (_ROOT / "pyproject.toml").exists()
    return {
        "compose.yaml": _filled(
            "compose.yaml",
            data=str(plan.database.parent),
            context=_yaml(str(_ROOT)) if is_checkout else '"."',
            package="/src" if is_checkout else f"newsmint=={version('newsmint')}",
            command=_yaml(list(arguments)),
            user=_yaml(_owner(plan.database.parent)),
            user_plain=_owner(plan.database.parent),
            environment=_yaml(dict(plan.environment)),
            volumes=_yaml(volumes),
        )
    }


def _filled(name: str, **words: str) -> str:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8")).substitute(words)


def _again(plan: Plan) -> list[str]:
    """The words after ``newsmint schedule --systemd`` that make this plan."""
    every = ["--every", f"{round(plan.every)}s"] if plan.every is not None else []
    return [*every, "--user", plan.user, *plan.arguments[1:]]


def _path(path: Path) -> str:
    """A path as systemd takes it where one path stands alone: unquoted, with ``%`` doubled."""
    return str(path).replace("%", "%%")


def _quoted(text: str) -> str:
    """A word as systemd unquotes it, ``%`` being its own sign."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _argument(text: str) -> str:
    """A word of ExecStart, where ``$`` is a sign as well."""
    plain = text.replace("-", "").replace("/", "").replace(".", "").replace("_", "")
    return text if plain.isascii() and plain.isalnum() else _quoted(text).replace("$", "$$")


def _cron(path: Path) -> str:
    return _cron_words([str(path)])


def _cron_words(words: Iterable[str]) -> str:
    """Words for the shell that cron starts; cron itself takes ``%`` for the end of the line."""
    return shlex.join(words).replace("%", "\\%")


def _fields(seconds: int, minute: int) -> str:
    """The five fields of a crontab line that comes nearest to so many seconds."""
    minutes = max(5, round(seconds / 60))
    if minutes < 60:
        step = next(each for each in (5, 6, 10, 12, 15, 20, 30, 60) if each >= minutes)
        return f"{minute % step}-59/{step} * * * *" if step < 60 else f"{minute} * * * *"
    hours = min(24, round(minutes / 60))
    step = next(each for each in (1, 2, 3, 4, 6, 8, 12, 24) if each >= hours)
    return f"{minute} {'*' if step == 1 else f'*/{step}' if step < 24 else '3'} * * *"


def _yaml(value: object) -> str:
    """JSON, which is YAML; ``$`` is a sign of compose's own."""
    return json.dumps(value, ensure_ascii=False).replace("$", "$$")


def _owner(folder: Path) -> str:
    """``uid:gid`` of who owns the store's folder; never root."""
    here = next(each for each in (folder, *folder.parents) if each.exists()).stat()
    return f"{here.st_uid}:{here.st_gid}" if here.st_uid else "1000:1000"


def _span(seconds: int) -> str:
    for size, unit in ((DAY, "d"), (HOUR, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"

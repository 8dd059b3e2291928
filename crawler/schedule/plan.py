"""What is to be started, from where and as whom: found once, on the machine that it is for."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import UsageError
from pipelines.store.engine import archive_path

SECRET = frozenset({"NEWSMINT_NOTIFY", "NEWSMINT_DESK_PASSWORD_HASH"})
"""Variables that hold passwords: they are not written into files that anybody may read."""
GIVEN = frozenset({"NEWSMINT_DATABASE_URL", "NEWSMINT_SOURCES", "NEWSMINT_RULES"})
"""Variables that become options."""


@dataclass(frozen=True)
class Plan:
    """``every``: seconds between two crawls; None for a watch. All paths are absolute."""

    keys: tuple[str, ...]
    database: Path
    folder: Path
    user: str
    program: tuple[str, ...]
    sources: Path | None = None
    rules: Path | None = None
    every: float | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the program is called with."""
        return self.arguments_with(self.database, self.sources, self.rules)

    def arguments_with(self, database: Path, sources: Path | None, rules: Path | None) -> tuple[str, ...]:
        """The same for files that lie elsewhere."""
        verb = "watch" if self.every is None else "crawl"
        given = [*(("--sources", str(sources)) if sources else ()), *(("--rules", str(rules)) if rules else ())]
        return (verb, *self.keys, "--db", str(database), *given)

    @property
    def secrets(self) -> Path:
        """A file for variables that nobody else may read."""
        return self.folder / "newsmint.env"

    @property
    def archive(self) -> Path:
        """The pages, beside the database."""
        return archive_path(self.database)


def plan_here(
    keys: Sequence[str],
    database: Path,
    *,
    sources: Path | None = None,
    rules: Path | None = None,
    every: float | None = None,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Plan:
    """The plan for this installation, called from this folder by this user; ``newsmint`` in place of root.

    Raises UsageError for what no unit file can hold.
    """
    variables = os.environ if environment is None else environment
    named = {
        name: value
        for name, value in sorted(variables.items())
        if name.startswith("NEWSMINT_") and name not in SECRET | GIVEN and value
    }
    plan = Plan(
        tuple(keys) or ("all",),
        database.absolute(),
        Path.cwd(),
        user or _user(),
        program(),
        sources.absolute() if sources else None,
        rules.absolute() if rules else None,
        every,
        named,
    )
    for text in (*plan.program, *plan.arguments, *named.values(), plan.user, str(plan.folder)):
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
            raise UsageError(f"{text!r}: a control character cannot stand in a unit file; change the name")
    return plan


def program() -> tuple[str, ...]:
    """How this installation is called, whatever the PATH."""
    script = Path(sys.executable).parent / "newsmint"
    if script.exists():
        return (str(script.absolute()),)
    return (str(Path(sys.executable).absolute()), "-c", "from crawler.cli import main; main()")


def _user() -> str:
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        name = "root"
    return "newsmint" if name == "root" else name

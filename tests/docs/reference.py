"""Writes ``docs/commands.md``: the ``--help`` of every verb. ``make docs`` calls it; a test compares."""

from __future__ import annotations

from collections.abc import Iterator

import click

from crawler.cli import cli
from tests.docs.pages import ROOT

PAGE = ROOT / "docs/commands.md"
WIDTH = 110
HEAD = """# Every verb and every option

Written by `make docs` from `newsmint VERB --help`. The guides say when to use which: [README.md](README.md).
"""


def verbs(group: click.Group = cli, before: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every verb with its name, such as ``sources add``; groups too."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        yield " ".join((*before, word)), command
        if isinstance(command, click.Group):
            yield from verbs(command, (*before, word))


def help_of(verb: str, command: click.Command) -> str:
    """What ``newsmint VERB --help`` prints in a terminal of ``WIDTH`` columns."""
    context = click.Context(
        command, info_name=f"newsmint {verb}", terminal_width=WIDTH, help_option_names=["-h", "--help"]
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def reference() -> str:
    """The whole page."""
    return "\n".join(
        [HEAD, *(f"## newsmint {verb}\n\n```text\n{help_of(verb, each)}\n```\n" for verb, each in verbs())]
    )


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")

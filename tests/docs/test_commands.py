"""What the pages say of the command line is what the command line says of itself."""

from __future__ import annotations

import re

import click
import pytest

from crawler.cli import cli
from pipelines import errors
from tests.docs.pages import ROOT, commands, name, pages
from tests.docs.reference import PAGE, reference, verbs

VERBS = dict(verbs())
CALLS = [pytest.param(words, id=f"{name(page)}: {' '.join(words)}") for page in pages() for words in commands(page)]
GUIDES = "\n".join(page.read_text(encoding="utf-8") for page in pages() if page.name not in (PAGE.name, "CHANGELOG.md"))


def test_the_reference_is_what_help_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `make docs`, and commit docs/commands.md"


@pytest.mark.parametrize("verb", VERBS)
def test_a_guide_says_when_to_use_a_verb(verb: str) -> None:
    assert re.search(rf"newsmint {verb}\b", GUIDES)


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_and_options_say_what_they_are_for(verb: str) -> None:
    assert VERBS[verb].help
    assert not [each.opts for each in VERBS[verb].params if isinstance(each, click.Option) and not each.help]


@pytest.mark.parametrize("words", CALLS)
def test_a_call_that_is_shown_is_one_the_command_line_takes(words: list[str]) -> None:
    command: click.Command = cli
    rest, path = list(words), "newsmint"
    while isinstance(command, click.Group) and rest and rest[0] in command.list_commands(click.Context(command)):
        command, path = VERBS[f"{path} {rest[0]}".removeprefix("newsmint ")], f"{path} {rest.pop(0)}"
    assert command is not cli, f"no verb in {words}"
    command.make_context(path, rest, **cli.context_settings)  # its help option is kept


def codes() -> list[int]:
    found = {
        each.exit_code
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.NewsmintError) and each is not errors.NewsmintError
    }
    return sorted(found | {0, 1, 2, 130})


@pytest.mark.parametrize("code", codes())
def test_every_exit_code_is_explained(code: int) -> None:
    assert re.search(rf"^\| {code} \| \w", (ROOT / "docs/operate.md").read_text(encoding="utf-8"), re.MULTILINE)

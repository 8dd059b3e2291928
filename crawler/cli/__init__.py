"""The ``newsmint`` command: one verb a function, a file a group of verbs, loaded only when called.

Exit codes are listed in ``docs/operate.md``: 0 done; 1 done, but some inputs failed or nothing was found;
2 the words of the call are off; 64 and above one kind of error each (``pipelines.errors``).
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from crawler.cli.common import fit_consoles, report_error
from pipelines.errors import NewsmintError

VERBS = {
    "crawl": "crawler.cli.crawl",
    "watch": "crawler.cli.watch",
    "worker": "crawler.cli.worker",
    "schedule": "crawler.cli.schedule",
    "sources": "crawler.cli.sources",
    "extract": "crawler.cli.extract",
    "reextract": "crawler.cli.extract",
    "enrich": "crawler.cli.enrich",
    "compare": "crawler.cli.compare",
    "search": "crawler.cli.query",
    "show": "crawler.cli.query",
    "stats": "crawler.cli.query",
    "ask": "crawler.cli.ask",
    "sql": "crawler.cli.sql",
    "assets": "crawler.cli.assets",
    "restore": "crawler.cli.correct",
    "remove": "crawler.cli.correct",
    "runs": "crawler.cli.runs",
    "health": "crawler.cli.health",
    "notify": "crawler.cli.health",
    "failures": "crawler.cli.failures",
    "retry": "crawler.cli.failures",
    "export": "crawler.cli.export",
    "archive": "crawler.cli.archive",
    "copy": "crawler.cli.copy",
    "bulk": "crawler.cli.bulk",
    "quality": "crawler.cli.quality",
    "verify": "crawler.cli.verify",
    "sample": "crawler.cli.sample",
    "serve": "crawler.cli.serve",
}
"""Verb → module that defines a click command of that name."""


class LazyGroup(click.Group):
    """A group that imports a verb's module only when the verb is called or its help is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = getattr(import_module(VERBS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="newsmint", prog_name="newsmint")
def cli() -> None:
    """Crawl crypto news, keep the clean articles, ask them questions, export them."""


def main(known: object = None) -> None:
    """Run the command line; expected errors become one line on standard error and their own exit code.

    ``known``: what the caller has at hand, for the verb to take (``click.Context.find_object``).
    """
    fit_consoles()
    try:
        sys.exit(cli.main(standalone_mode=False, obj=known) or 0)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        report_error("stopped")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except NewsmintError as error:
        report_error(str(error))
        sys.exit(error.exit_code)

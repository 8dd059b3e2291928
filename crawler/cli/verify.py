"""``newsmint verify``: whether a data set is what was written."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.common import err, json_option, print_json
from crawler.cli.plain import plain, size
from pipelines.export.verify import verify as compare


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def verify(ctx: click.Context, path: Path, as_json: bool) -> None:
    """Compare a data set with its manifest: every file there, whole, and none beside. Reads every byte.

    PATH is the file or folder that `newsmint export` wrote. Exits with 1 when something is not as it was.

    \b
    newsmint verify data/exports/corpus
    """
    found = compare(path)
    if as_json:
        print_json({"path": each.path, "problem": each.what} for each in found.problems)
    for each in found.problems if not as_json else ():
        err.print(f"{plain(each.path)}: {each.what}", markup=False)
    if found.problems:
        ctx.exit(1)
    err.print(f"{found.files:,} files, {size(found.size)}: all as written")

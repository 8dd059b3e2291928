"""``newsmint schedule``: print what starts a crawl or a watch unattended on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.common import err, rules_option, store_option
from crawler.cli.period import Period
from pipelines.errors import CannotWrite


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY...|all]")
@click.option("--systemd", "kind", flag_value="systemd", help="A service that watches; with --every also a timer.")
@click.option("--cron", "kind", flag_value="cron", help="Lines for a crontab.")
@click.option("--docker", "kind", flag_value="docker", help="A compose file that builds its own image.")
@click.option("--every", type=Period(), metavar="SPAN", help="Crawl every 30m, 2h or 1d instead of watching.")
@click.option("--user", metavar="NAME", show_default="you; newsmint for root", help="Who is to run it.")
@click.option(
    "--sources",
    "sources_file",
    type=click.Path(path_type=Path, exists=True),
    envvar="NEWSMINT_SOURCES",
    metavar="FILE",
    help="Sources file of your own.",
)
@click.option("--into", type=click.Path(path_type=Path), metavar="FOLDER", help="Write the files there.")
@rules_option
@store_option
def schedule(
    keys: tuple[str, ...],
    kind: str | None,
    every: float | None,
    user: str | None,
    sources_file: Path | None,
    into: Path | None,
    rules: Path | None,
    database: str,
) -> None:
    """Print what starts Newsmint unattended: all sources, or those named, from this folder into this store.

    \b
    newsmint schedule --systemd
    newsmint schedule --cron --every 30m coindesk decrypt

    Paths are those of this installation, NEWSMINT_ variables those of this shell. Nothing runs as root.
    """
    from crawler import schedule as printers
    from crawler.schedule.plan import plan_here
    from pipelines.store.database import database_path

    if kind is None:
        raise click.UsageError("Say for what: --systemd, --cron or --docker.")
    if kind == "docker" and every is not None:
        raise click.UsageError("--every is for --systemd and --cron; a container watches.")
    plan = plan_here(keys, database_path(database), sources=sources_file, rules=rules, every=every, user=user)
    files: dict[str, str] = {"systemd": printers.systemd, "cron": printers.cron, "docker": printers.docker}[kind](plan)
    if into is None:
        click.echo("\n".join(files.values()), nl=False)
        return
    for name, text in files.items():
        _write(into / name, text)
        err.print(f"wrote {into / name}", markup=False)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotWrite(f"{path}: {error.strerror or error}") from error

"""``newsmint schedule``: what starts a crawl or a watch unattended on this machine, or what a fleet is to visit."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.common import err, rules_option, sources_option, store_option
from crawler.cli.period import Period
from pipelines.errors import CannotWrite


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY...|all]")
@click.option("--systemd", "kind", flag_value="systemd", help="A service that watches; with --every also a timer.")
@click.option("--cron", "kind", flag_value="cron", help="Lines for a crontab.")
@click.option("--docker", "kind", flag_value="docker", help="A compose file that builds its own image.")
@click.option(
    "--procrastinate", "kind", flag_value="procrastinate", help="Set what the workers of a shared store are to visit."
)
@click.option("--every", type=Period(), metavar="SPAN", help="Crawl every 30m, 2h or 1d, not at each source's pace.")
@click.option("--user", metavar="NAME", show_default="you; newsmint for root", help="Who is to run it.")
@sources_option
@click.option("--queue", metavar="NAME", show_default="visits", help="With --procrastinate: whose workers take them.")
@click.option("--dry-run", is_flag=True, help="With --procrastinate: print what would be set.")
@click.option("--into", type=click.Path(path_type=Path), metavar="FOLDER", help="Write the files there.")
@rules_option
@store_option
def schedule(
    keys: tuple[str, ...],
    kind: str | None,
    every: float | None,
    user: str | None,
    sources_file: Path | None,
    queue: str | None,
    dry_run: bool,
    into: Path | None,
    rules: Path | None,
    database: str,
) -> None:
    """Print what starts Newsmint unattended: all sources, or those named, from this folder into this store.

    \b
    newsmint schedule --systemd
    newsmint schedule --cron --every 30m coindesk decrypt

    Paths are those of this installation, NEWSMINT_ variables those of this shell. Nothing runs as root.

    \b
    newsmint schedule --procrastinate --sources sources.toml --db postgresql+psycopg://…

    sets what `newsmint worker` visits, on any number of machines: these sources and no others. Calling it again changes
    only what is different.
    """
    from crawler import schedule as printers
    from crawler.schedule.plan import plan_here
    from pipelines.store.database import database_path

    if kind is None:
        raise click.UsageError("Say for what: --systemd, --cron, --docker or --procrastinate.")
    if kind == "procrastinate":
        from crawler.cli.fleet import set_visits

        set_visits(keys, sources_file, database, every, queue, dry_run=dry_run)
        return
    if queue is not None or dry_run:
        raise click.UsageError("--queue and --dry-run are for --procrastinate.")
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

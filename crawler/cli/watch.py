"""``newsmint watch``: crawl on and on, each listing and article at its own pace."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape

from crawler.cli.common import NO_CONTACT, err, log_format_option, out, rules_option, store_option
from crawler.cli.crawl import sources_to_crawl
from crawler.cli.period import Period
from crawler.settings import NEWSMINT_CONTACT
from pipelines.store.database import located
from pipelines.store.engine import label


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY...|all]")
@click.option("--sample", is_flag=True, help="Watch the bundled newsroom, served on this machine.")
@click.option(
    "--sources", "sources_file", type=click.Path(path_type=Path), metavar="FILE", help="Sources file of your own."
)
@click.option("--for", "seconds", type=Period(), metavar="SPAN", help="End after 90s, 10m, 2h or 1d; else run on.")
@click.option(
    "--report-every",
    type=Period(),
    default="1d",
    show_default=True,
    metavar="SPAN",
    help="How often `newsmint runs` gets a row.",
)
@log_format_option
@rules_option
@store_option
def watch(
    keys: tuple[str, ...],
    sample: bool,
    sources_file: Path | None,
    seconds: float | None,
    report_every: float,
    log_format: str | None,
    rules: Path | None,
    database: str,
) -> None:
    """Fetch what is new from the sources named, or from all, until stopped.

    \b
    newsmint watch all
    newsmint watch coindesk decrypt --for 10m

    Each feed, sitemap and listing is asked at the pace of its news, stored articles are visited again by their age and
    edits. Ctrl-C or SIGTERM ends it within ten seconds, with exit code 0; what was under way is fetched by the next.
    Changes of the sources file or of your corrections need a restart.
    """
    from crawler.run import Options, crawl
    from crawler.spiders.watch import Watch

    own = {"NEWSMINT_RULES": str(rules) if rules else None, "NEWSMINT_LOG_FORMAT": log_format}
    with sources_to_crawl(keys, sample, sources_file) as sources:
        command = " ".join(["newsmint watch", *keys, *(["--sample"] * sample)])
        err.print(
            f"Watching {len(sources)} source{'' if len(sources) == 1 else 's'} into {escape(label(located(database)))}"
        )
        if NEWSMINT_CONTACT is None and not all(source.proxy or source.allow_private for source in sources):
            err.print(NO_CONTACT)
        result = crawl(
            Options(
                sources,
                database,
                command=command,
                settings={name: value for name, value in own.items() if value},
                watch=Watch(seconds, report_every),
            )
        )
    out.print(f"Watched until now; run {result.run_id} is {result.state}. `newsmint runs` lists what was done.")

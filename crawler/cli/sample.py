"""``newsmint sample``: look at the bundled newsroom, or serve it."""

from __future__ import annotations

import threading

import click
from rich.markup import escape
from rich.table import Table

from crawler.cli.common import err, json_option, out, print_json


@click.group()
def sample() -> None:
    """The bundled newsroom: invented sites of real shapes, with the expected article beside each page."""


@sample.command("list")
@click.option("--edition", type=click.IntRange(1, 2), default=1, show_default=True, help="1, or 2 a few days later.")
@json_option
def list_pages(edition: int, as_json: bool) -> None:
    """List the sample's pages and what each of them is."""
    from crawler.sample.newsroom import sample_pages

    rows = [
        {
            "host": p.host,
            "url": p.url,
            "verdict": p.expected["verdict"],
            "title": p.expected.get("title"),
            "bytes": len(p.body),
        }
        for p in sample_pages(edition)
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("Site", "Verdict", "Title or address", box=None, header_style="bold")
    for row in rows:
        table.add_row(row["host"], row["verdict"], escape(row["title"] or row["url"]))
    out.print(table)


@sample.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0 takes a free one.")
@click.option("--edition", type=click.IntRange(1, 2), default=1, show_default=True, help="1, or 2 a few days later.")
def serve(port: int, edition: int) -> None:
    """Serve the sample on 127.0.0.1 until Ctrl-C: for a browser, or as the HTTP proxy of a crawler."""
    from crawler.sample.server import Request, serve

    def log(request: Request) -> None:
        err.print(f"[dim]{request.status} {request.method} {escape(request.url)}[/]")

    with serve(edition, port, log) as newsroom:
        out.print(f"Sample newsroom, edition {edition}: {newsroom.proxy}/ (also an HTTP proxy for the sites below)")
        for host in newsroom.hosts:
            out.print(f"  {newsroom.proxy}/{host}/")
        threading.Event().wait()

"""``newsmint assets``: what Newsmint knows by name, and what the stored articles speak of most."""

from __future__ import annotations

from typing import Any

import click

from crawler.cli.common import err, json_option, out, print_json, store_option
from crawler.cli.plain import cell, plain_table
from pipelines.enrich.assets import KINDS, Asset, asset_key
from pipelines.enrich.assets import assets as known_assets
from pipelines.errors import UsageError
from pipelines.store import open_store
from pipelines.store.assets import AssetCount, top_assets

_COUNTS = ("articles", "in title", "places")


@click.command()
@click.argument("name", required=False)
@click.option("--kind", type=click.Choice([*KINDS, "address", "transaction", "ens"]), help="Only this kind.")
@click.option("--top", is_flag=True, help="What the stored articles speak of most.")
@click.option("--since", metavar="DATE", help="With --top: only articles published at or after this day.")
@click.option("--source", metavar="KEY", help="With --top: only articles of this source.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="With --top: how many assets.")
@json_option
@store_option
@click.pass_context
def assets(
    ctx: click.Context, /, name: str | None, kind: str | None, top: bool, as_json: bool, database: str, **asked: Any
) -> None:
    """List the assets that are known, or what is known of NAME: its key, kind, symbols and other names.

    \b
    newsmint assets BTC
    newsmint assets --kind exchange
    newsmint assets --top --since 2026-11-01 --source coindesk
    """
    key = asset_key(name) if name else None
    if not top:
        if asked["since"] or asked["source"]:
            raise UsageError("--since and --source say which articles to count: add --top")
        _print_known([each for each in known_assets().values() if _is_asked(each, key, kind)], as_json=as_json)
        return
    with open_store(database, readonly=True) as store, store.connect() as conn:
        counts = top_assets(conn, asset=key, kind=kind, **asked)
    _print_counts(counts, as_json=as_json)
    if not counts:
        err.print("no stored article speaks of one; `newsmint enrich` reads older articles", markup=False)
        ctx.exit(1)


def _is_asked(asset: Asset, key: str | None, kind: str | None) -> bool:
    return key in (None, asset.key) and kind in (None, asset.kind)


def _print_known(found: list[Asset], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "key": each.key,
                "kind": each.kind,
                "name": each.name,
                "symbols": list(each.symbols),
                "aliases": [*each.aliases, *each.weak],
            }
            for each in found
        )
        return
    table = plain_table("key", "kind", "name", "symbols", "also")
    for each in found:
        also = ", ".join((*each.aliases, *each.weak))
        table.add_row(cell(each.key, "cyan"), each.kind, cell(each.name), " ".join(each.symbols), cell(also, "dim"))
    out.print(table, soft_wrap=False)


def _print_counts(counts: list[AssetCount], *, as_json: bool) -> None:
    if as_json:
        print_json(each.as_dict() for each in counts)
        return
    if not counts:
        return
    table = plain_table("asset", "kind", *_COUNTS, right=_COUNTS)
    for each in counts:
        numbers = (f"{number:,}" for number in (each.articles, each.titles, each.mentions))
        table.add_row(cell(each.asset, "cyan"), each.kind, *numbers)
    out.print(table, soft_wrap=False)

"""What so many machines carry, and what stops them first: ``python -m bench.capacity [--write]``.

A model of a page: it costs CPU, which grows with the machines, and a share of what they have in common: the store's
writer, the frontier, the bands of near-duplicates, the link to the net, the hosts' patience. What is reached first is
the limit. ``--write`` puts the tables into ``docs/scale.md``, between the marks that name them.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from bench.measured import Measured, load
from crawler.settings import DOWNLOAD_DELAY, LISTING_INTERVAL_LEAST, LISTING_INTERVAL_MOST
from pipelines.stages.revisit import TARGET, Bounds

PAGE = Path(__file__).parents[1] / "docs/scale.md"
CORES = 8
"""Of a machine in these tables."""
MACHINES = (1, 10, 1_000)
ARTICLES_A_DAY = 10
"""Of a source that is watched."""
HOSTS = 10_000
LINK = 1e9
"""Bits a second."""
BATCH = 64
"""URLs of one claim."""
DAY = 86_400


def page_cpu(measured: Measured) -> float:
    """Seconds of CPU of a page, from the request to the row."""
    return measured["extraction_cpu"].value + measured["process_cpu"].value


def pages_a_second(measured: Measured, machines: int) -> float:
    """What the cores of so many machines extract, if each machine adds what the first one does."""
    return machines * CORES / page_cpu(measured)


def visits_a_day(articles_a_day: float) -> float:
    """How often ``newsmint watch`` asks a listing that brings so many articles a day."""
    bounds = Bounds(LISTING_INTERVAL_LEAST, LISTING_INTERVAL_MOST)
    return DAY / bounds.within(TARGET * DAY / articles_a_day)


def watched(measured: Measured, machines: int, visit: str) -> float:
    """How many sources of ``ARTICLES_A_DAY`` so many machines watch; ``visit`` names what a visit costs."""
    visits = visits_a_day(ARTICLES_A_DAY) * measured[visit].value
    return machines * CORES * DAY / (visits + ARTICLES_A_DAY * page_cpu(measured))


LIMITS: tuple[tuple[str | None, str, Callable[[Measured], float]], ...] = (
    ("process_cpu", "one process of a crawl", lambda it: 1 / it["process_cpu"].value),
    ("sqlite_articles", "one SQLite store", lambda it: it["sqlite_articles"].value),
    ("postgres_articles", "one PostgreSQL store", lambda it: it["postgres_articles"].value),
    ("wire_bytes", "a link of 1 Gbit/s for all", lambda it: LINK / 8 / it["wire_bytes"].value),
    ("band_seconds", "near-duplicates, placed by one process", lambda it: 1 / it["band_seconds"].value),
    ("claim_cpu", "the frontier, claimed by one process", lambda it: BATCH / it["claim_cpu"].value),
    (None, f"{HOSTS:,} hosts, one page each {DOWNLOAD_DELAY} s", lambda _: HOSTS / DOWNLOAD_DELAY),
)
"""What machines share: the constant it needs, its name, and the pages a second it bears."""


def limits(measured: Measured) -> list[tuple[str, float, float]]:
    """Of what all share: name, pages a second it bears, machines that give it so many. The first is reached first."""
    one = pages_a_second(measured, 1)
    known = [(name, bears(measured)) for need, name, bears in LIMITS if need is None or need in measured]
    return sorted(((name, rate, rate / one) for name, rate in known), key=lambda it: it[1])


def constants_table(measured: Measured) -> str:
    """Each constant, and where it is from."""
    rows = [(it.what, f"{_shown(it.value)} {it.unit}", f"`{it.command}`, {it.on}") for it in measured.values()]
    return table(("constant", "value", "measured by"), rows)


def machines_table(measured: Measured) -> str:
    """What each number of machines carries."""
    kept = measured["store_bytes"].value + measured["archive_bytes"].value
    rows: list[tuple[str, Callable[[int], float]]] = [
        ("pages/s", lambda it: pages_a_second(measured, it)),
        ("pages a day, millions", lambda it: pages_a_second(measured, it) * DAY / 1e6),
        ("hosts that are fetched at once", lambda it: pages_a_second(measured, it) * DOWNLOAD_DELAY),
        ("from the net, Mbit/s", lambda it: pages_a_second(measured, it) * measured["wire_bytes"].value * 8 / 1e6),
        ("store and archive, TB a day", lambda it: pages_a_second(measured, it) * DAY * kept / 1e12),
        ("sources watched, processes that run on, thousands", lambda it: watched(measured, it, "visit_cpu") / 1e3),
        ("sources watched, a process a visit, thousands", lambda it: watched(measured, it, "visit_cpu_new") / 1e3),
    ]
    heads = ("", *(f"{count:,} machine{'s' * (count > 1)}" for count in MACHINES))
    return table(heads, [(name, *(_shown(value(count)) for count in MACHINES)) for name, value in rows])


def limits_table(measured: Measured) -> str:
    """What is reached first."""
    rows = [(name, _shown(rate), _shown(machines)) for name, rate, machines in limits(measured)]
    return table(("shared by all", "bears pages/s", f"reached by machines of {CORES} cores"), rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """As Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def _shown(value: float) -> str:
    """Three digits that count, and no exponent."""
    if value >= 1_000:
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{float(f'{value:.3g}'):g}" if value >= 1e-3 else f"{value:.6f}".rstrip("0")


TABLES = {"constants": constants_table, "machines": machines_table, "limits": limits_table}


def put(page: str, name: str, text: str) -> str:
    """The page with ``text`` between its marks ``<!-- NAME -->`` and ``<!-- end -->``. ValueError without them."""
    found, count = re.subn(
        rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", lambda it: f"{it[1]}{text}{it[2]}", page, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"{count} marks <!-- {name} --> in the page; there must be one")
    return found


def write(made: Mapping[str, str]) -> None:
    """Put texts into their places in the page, by the places' names."""
    page = PAGE.read_text(encoding="utf-8")
    for name, text in made.items():
        page = put(page, name, text)
    PAGE.write_text(page, encoding="utf-8")


def main() -> int:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="put them into docs/scale.md")
    options, measured = parser.parse_args(), load()
    made = {name: make(measured) for name, make in TABLES.items()}
    if not options.write:
        print("\n\n".join(made.values()))
        return 0
    write(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

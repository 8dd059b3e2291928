"""A made-up news site of pages of real size, the same on every machine, and nginx to serve it.

Pages are as large as real ones (some 160 kB, 1,400 elements), with scripts, menus, cards, a share bar and a related box
around the story; or small, where their number counts. No two stories share a sentence.
"""

from __future__ import annotations

import html
import json
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.errors import MissingInput

WORDS = (
    "ledger harbour coin market wallet trader vote court miner bridge token block fee reserve auditor bank council "
    "price chain exchange lender fund bond treasury node validator upgrade contract custody index rate supply demand "
    "report filing deadline hearing proposal network holder issuer desk outflow inflow margin volume peak floor"
).split()
LINKING = "of the in a for to with after before while since under over against from by near without".split()
VERBS = "rose fell paused moved cleared held settled slowed opened closed grew shrank passed failed returned".split()
SCRIPT_BYTES = 90_000
URLS_A_SITEMAP = 10_000
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
FIRST_DAY = datetime(2026, 11, 20, tzinfo=UTC)


def story_path(number: int) -> str:
    """The address of story ``number``, from 0; the newest is 0."""
    day = FIRST_DAY - timedelta(minutes=7 * number)
    return f"/{day:%Y/%m/%d}/{_slug(_title(random.Random(number)))}-{number}.html"


def story_page(number: int) -> str:
    """The page of story ``number``: some 160 kB."""
    dice = random.Random(number)
    title, day = _title(dice), FIRST_DAY - timedelta(minutes=7 * number)
    paragraphs = [_paragraph(dice) for _ in range(dice.randrange(12, 36))]
    for place in range(4, len(paragraphs), 7):
        paragraphs.insert(place, f"<h2>{_sentence(dice, 5).rstrip('.')}</h2>")
    return (
        f"{_head(dice, title, day)}{_script(dice)}</head><body>"
        f"{_menu(dice, 80)}<main><article><h1>{title}</h1><p class='byline'>By Ada Field</p>"
        f"<div class='share'>{_links(dice, 6)}</div>"
        f"<div class='entry-content'>{''.join(paragraphs)}</div>"
        f"<div class='related-posts'><h3>Related Articles</h3>{_cards(dice, 6)}</div></article>"
        f"<aside class='sidebar'><h3>Most read</h3>{_cards(dice, 40)}</aside></main>"
        f"<footer>{_menu(dice, 90)}<p>Harbor Ledger is a made-up paper.</p></footer></body></html>"
    )


def small_story_page(number: int) -> str:
    """The page of story ``number`` with hardly anything around it: some 3 kB."""
    dice = random.Random(number)
    title, day = _title(dice), FIRST_DAY - timedelta(minutes=7 * number)
    paragraphs = "".join(_paragraph(dice) for _ in range(5))
    return (
        f"{_head(dice, title, day)}</head><body>{_menu(dice, 6)}<article><h1>{title}</h1>{paragraphs}</article>"
        f"<footer>{_links(dice, 3)}</footer></body></html>"
    )


def write_site(folder: Path, pages: int, base: str, page: Callable[[int], str] = story_page) -> None:
    """Write so many stories, and sitemaps that name them below ``base``, into ``folder``."""
    for number in range(pages):
        file = folder / story_path(number).lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(number), encoding="utf-8")
    parts = range(0, pages, URLS_A_SITEMAP)
    for first in parts:
        urls = (f"{base}{story_path(number)}" for number in range(first, min(pages, first + URLS_A_SITEMAP)))
        entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
        (folder / f"sitemap-{first}.xml").write_text(f"<urlset {NAMESPACE}>{entries}</urlset>")
    entries = "".join(f"<sitemap><loc>{base}/sitemap-{first}.xml</loc></sitemap>" for first in parts)
    (folder / "sitemap.xml").write_text(f"<sitemapindex {NAMESPACE}>{entries}</sitemapindex>")


def write_sources(file: Path, base: str) -> Path:
    """A sources file that names the site, fetched as fast as it answers."""
    file.write_text(
        f'[ledger]\ndomain = "127.0.0.1"\nsitemaps = ["{base}/sitemap.xml"]\nallow_private = true\n'
        "delay = 0.0\nconcurrency = 16\n"
    )
    return file


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nginx(folder: Path, port: int) -> Iterator[None]:
    """Serve a folder on 127.0.0.1 while the block runs. Raises MissingInput where there is no nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise MissingInput("no nginx here; on Debian and Ubuntu: apt install nginx-light")
    home = folder.parent / "nginx"
    home.mkdir(exist_ok=True)
    (home / "nginx.conf").write_text(
        f"worker_processes 1; pid {home}/pid; error_log {home}/error.log; daemon off;\n"
        "events {}\nhttp {\n  access_log off; sendfile on; keepalive_requests 100000;\n"
        f"  client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f;\n"
        f"  uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;\n"
        "  types { text/html html; application/xml xml; }\n  charset utf-8;\n"
        f"  server {{ listen 127.0.0.1:{port}; root {folder}; }}\n}}\n"
    )
    # Started by root, its workers would be another user's, who may not read a temporary folder.
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, "-p", str(home), "-c", str(home / "nginx.conf"), *user])
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise MissingInput(f"nginx does not answer on port {port}")


def _head(dice: random.Random, title: str, day: datetime) -> str:
    data = {
        "@type": "NewsArticle",
        "headline": title,
        "datePublished": day.isoformat(),
        "author": {"name": "Ada Field"},
    }
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} - Harbor Ledger</title>'
        f'<meta property="og:title" content="{title}"><meta name="description" content="{_sentence(dice, 14)}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script>'
    )


def _title(dice: random.Random) -> str:
    return _sentence(dice, 8).rstrip(".")


def _slug(title: str) -> str:
    return "-".join(title.lower().split())


def _sentence(dice: random.Random, words: int) -> str:
    said = [f"{dice.choice(WORDS)} {dice.choice(LINKING)}" for _ in range(words // 2)]
    return html.escape(f"{' '.join(said)} {dice.choice(WORDS)} {dice.choice(VERBS)}.".capitalize())


def _paragraph(dice: random.Random) -> str:
    link = f'<a href="{story_path(dice.randrange(100_000))}">{dice.choice(WORDS)} {dice.choice(WORDS)}</a>'
    said = [_sentence(dice, dice.randrange(10, 24)) for _ in range(dice.randrange(2, 5))]
    return f"<p>{said[0]} {link} {' '.join(said[1:])}</p>"


def _links(dice: random.Random, count: int) -> str:
    return "".join(f'<a href="/{dice.choice(WORDS)}/{n}"><span>{dice.choice(WORDS)}</span></a>' for n in range(count))


def _menu(dice: random.Random, count: int) -> str:
    entries = (
        f'<li class="menu-item menu-{n}"><a href="/topic/{dice.choice(WORDS)}-{n}/">{dice.choice(WORDS)}</a></li>'
        for n in range(count)
    )
    return f"<nav><ul>{''.join(entries)}</ul></nav>"


def _cards(dice: random.Random, count: int) -> str:
    cards = []
    for _ in range(count):
        path, title, teaser = story_path(dice.randrange(100_000)), _title(dice), _sentence(dice, 12)
        cards.append(
            f'<div class="card"><a href="{path}"><img src="/i.jpg" alt=""><h4>{title}</h4></a>'
            f'<p class="teaser">{teaser}</p><span class="when">2 hours ago</span></div>'
        )
    return "".join(cards)


def _script(dice: random.Random) -> str:
    filler = ",".join(f'"{dice.choice(WORDS)}{n}":{dice.randrange(10**6)}' for n in range(SCRIPT_BYTES // 16))
    return f"<style>{'.a{color:red}' * 600}</style><script>window.state={{{filler}}}</script>"

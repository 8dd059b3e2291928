"""Each parser of what strangers write as a function of bytes: it fails where the parser is wrong.

Otherwise it says whether the input was taken; False is for what was refused by an expected error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from scrapy.robotstxt import ProtegoRobotParser

from crawler.conditional import conditions, fresh_seconds, validators_of
from crawler.discovery import Discovered, UnusableListing, feeds, listings, sitemaps, wordpress
from crawler.discovery.dates import iso, moment
from crawler.discovery.detect import leads
from crawler.headers import retry_after
from crawler.sources import SourceRegistry
from pipelines import RawPage, extract_article
from pipelines.corrections import parse_corrections
from pipelines.errors import BadConfig
from pipelines.extraction.boilerplate import parse_rules
from pipelines.items import Verdict
from pipelines.pool import oversize
from pipelines.urls import canonicalise, fetchable, is_trap

URL = "https://harbor.example/news/4711-the-bank-opens"
AGENT = "newsmint/0.1"

Target = Callable[[bytes], bool]


def article(data: bytes) -> bool:
    """A page. The first byte chooses what its header says of the charset."""
    charset = (
        ("", "; charset=utf-8", "; charset=shift_jis", "; charset=utf-16", "; charset=idna")[data[:1][0] % 5]
        if data
        else ""
    )
    page = RawPage(url=URL, body=data[1:], content_type=f"text/html{charset}")
    if oversize(page):
        return False
    found = extract_article(page)
    blocks = found.body.split("\n\n") if found.body else []
    assert found.verdict in set(Verdict)
    assert all(0 <= heading.position < len(blocks) for heading in found.headings)
    assert all(0 <= link.position <= len(blocks) for link in found.links)
    assert all(link.url == "" or link.url.startswith(("http://", "https://")) for link in found.links)
    assert not found.title or "\n" not in found.title
    assert not [mark for mark in f"{found.title}{found.body}{found.authors}" if mark < " " and mark not in "\n\t"]
    assert found.published_at is None or moment(found.published_at)
    json.dumps(found.as_dict())
    return found.verdict == Verdict.ARTICLE


def feed(data: bytes) -> bool:
    return _listing(lambda: feeds.discover(URL, data, {"Content-Type": "application/xml"}, deep=True))


def sitemap(data: bytes) -> bool:
    return _listing(lambda: sitemaps.discover(URL, data, {}))


def rest(data: bytes) -> bool:
    return _listing(lambda: wordpress.discover(f"{URL}?per_page=2", data, {"X-WP-TotalPages": "3"}))


def listing(data: bytes) -> bool:
    return _listing(lambda: listings.discover(URL, data, {"Content-Type": "text/html"}))


def front_page(data: bytes) -> bool:
    """A home page and its robots.txt, in which ``sources add`` looks for feeds."""
    body, _, rules_of_it = data.partition(b"\0\0")
    leads(URL, body, {"link": data[:200].decode("latin-1")}, rules_of_it.decode("utf-8", "replace"))
    return True


def robots(data: bytes) -> bool:
    parser = ProtegoRobotParser(data, None)
    assert parser.allowed(URL, AGENT) in (True, False)
    assert 0 <= float(parser.rp.crawl_delay(AGENT) or 0) < float("inf")
    rate = parser.rp.request_rate(AGENT)
    assert rate is None or rate.requests > 0
    return True


def rules(data: bytes) -> bool:
    return _config(lambda: parse_rules(_text(data), "rules.toml"))


def corrections(data: bytes) -> bool:
    return _config(lambda: parse_corrections(_text(data), "my-rules.toml"))


def sources(data: bytes) -> bool:
    with TemporaryDirectory() as folder:
        file = Path(folder, "sources.toml")
        file.write_bytes(data)
        return _config(lambda: [source.may_be_article(URL) for source in SourceRegistry.load(file)])


def words(data: bytes) -> bool:
    """Short values: addresses, dates, headers."""
    text = _text(data)
    for address in (fetchable(text, URL), canonicalise(text, URL)):
        assert address is None or address.startswith(("http://", "https://"))
        assert address is None or canonicalise(address) == canonicalise(canonicalise(address) or "")
    is_trap(text)
    date = iso(text)
    assert date is None or moment(date)
    wait = retry_after({"retry-after": text})
    assert wait is None or 0 <= wait < float("inf")
    assert 0 <= fresh_seconds({"cache-control": text, "age": text}) < float("inf")
    conditions(validators_of({"etag": text, "last-modified": text}))
    return True


def _config(read: Callable[[], object]) -> bool:
    try:
        read()
    except BadConfig as error:
        assert "\n" not in str(error)
        return False
    return True


def _listing(read: Callable[[], Discovered]) -> bool:
    try:
        found = read()
    except UnusableListing as error:
        assert "\n" not in str(error)
        return False
    for address in (*(each.url for each in found.candidates), *found.follow):
        assert address.startswith(("http://", "https://"))
        assert "@" not in address.partition("://")[2].partition("/")[0]
    for each in found.candidates:
        assert each.hint.published_at is None or moment(each.hint.published_at)
        json.dumps(each.hint.as_dict())
    return True


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


TARGETS: Mapping[str, Target] = {
    each.__name__: each
    for each in (
        article,
        feed,
        sitemap,
        rest,
        listing,
        front_page,
        robots,
        rules,
        corrections,
        sources,
        words,
    )
}

"""Rows of one page each: addresses, what comes before the body, bodies, and what stands in them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
from scrapy.utils._compression import zstd  # type: ignore[attr-defined]

from tests.crawler.hostile.row import Row
from tests.crawler.hostile.server import Answer, Asked, head, page, redirect, stream
from tests.crawler.newsstand import story

HUGE = 60_000_000
PLAIN = {"Content_Type": "text/html; charset=utf-8", "Connection": "close"}


def _port(base: str) -> str:
    return base.rpartition(":")[2]


def _to(address: str) -> Callable[[str], Answer]:
    return lambda base: redirect(address.replace("PORT", _port(base)))


def _just(answer: Answer) -> Callable[[str], Answer]:
    return lambda base: answer


def _packed(body: bytes, *encodings: str) -> Callable[[str], Answer]:
    return _just(page(body, Content_Encoding=", ".join(encodings)))


def _story(number: int, extra: str = "", **headers: str) -> Callable[[str], Answer]:
    return _just(page(story(number, extra), **headers))


def _with(number: int, piece: str, times: int, end: str = "") -> Callable[[str], Answer]:
    """A story with a piece of markup so many times in its body; written only when asked for."""

    def write(asked: Asked) -> None:
        asked.write(page(story(number, piece * times + end)))

    return lambda base: write


def _layers(count: int) -> bytes:
    body = story(31).encode()
    for _ in range(count):
        body = gzip.compress(body, 1)
    return body


def _nested_bomb() -> bytes:
    return gzip.compress(gzip.compress(b"\0" * HUGE * 2, 9), 9)


def _hop(asked: Asked) -> None:
    """Three hops on the site itself, and the fourth into the private network."""
    number = int(asked.target.rpartition("=")[2]) if "=" in asked.target else 0
    where = "http://127.0.0.2/secret" if number == 3 else f"{asked.target.partition('?')[0]}?hop={number + 1}"
    asked.write(redirect(where))


ADDRESSES = (
    Row("to-private", "redirect to 10.0.0.1", "failed: private_address", _to("http://10.0.0.1/")),
    Row(
        "to-link-local", "redirect to the cloud's metadata", "failed: private_address", _to("http://169.254.169.254/x")
    ),
    Row(
        "to-loopback", "redirect to another loopback address", "failed: private_address", _to("http://127.0.0.2:PORT/")
    ),
    Row("to-localhost", "redirect to a name of this machine", "failed: private_address", _to("http://localhost:PORT/")),
    Row("to-decimal", "`2130706433`", "failed: private_address", _to("http://2130706433:PORT/")),
    Row("to-hexadecimal", "`0x7f.1`", "failed: private_address", _to("http://0x7f.1:PORT/")),
    Row("to-octal", "`0177.0.0.1`", "failed: private_address", _to("http://0177.0.0.1:PORT/")),
    Row("to-short", "`127.1`", "failed: private_address", _to("http://127.1:PORT/")),
    Row("to-zero", "`0.0.0.0`", "failed: private_address", _to("http://0.0.0.0:PORT/")),
    Row("to-ipv6-loopback", "`[::1]`", "failed: private_address", _to("http://[::1]:PORT/")),
    Row("to-mapped", "`[::ffff:127.0.0.1]`", "failed: private_address", _to("http://[::ffff:127.0.0.1]:PORT/")),
    Row("to-ipv6-private", "`[fd00::1]`", "failed: private_address", _to("http://[fd00::1]/")),
    Row("to-nat64", "`[64:ff9b::7f00:1]`", "failed: private_address", _to("http://[64:ff9b::7f00:1]/")),
    Row("to-6to4", "`[2002:7f00:1::]`", "failed: private_address", _to("http://[2002:7f00:1::]/")),
    Row("to-mdns", "a `.local` name", "failed: private_address", _to("http://printer.local/")),
    Row("at-the-fourth-hop", "three hops on the site, then a private address", "failed: private_address", _just(_hop)),
    Row(
        "to-credentials",
        "redirect with user name and password",
        "failed: credentials",
        _to("http://a:b@127.0.0.1:PORT/"),
    ),
    Row("to-file", "redirect to `file:///etc/hostname`", "failed: http_302", _to("file:///etc/hostname")),
    Row("to-data", "redirect to a `data:` address", "failed: http_302", _to("data:text/html,<p>x")),
    Row("to-itself", "redirect to itself", "failed: redirects", lambda base: redirect("/news/to-itself")),
    Row("to-nowhere", "redirect to an address that is none", "failed: bad_answer", _to("http://[::bad/")),
    Row(
        "refresh",
        "a story whose `meta refresh` leads to a private address: read, not followed",
        "new",
        _story(32, "<meta http-equiv=refresh content='0; url=http://127.0.0.2/secret'>"),
    ),
)

STATUSES = (
    Row("gone", "410", "failed: http_410", _just(page("gone", "410 Gone"))),
    Row("not-found", "404", "failed: http_404", _just(page("no", "404 Not Found"))),
    Row(
        "absurd-pause",
        "a Retry-After at an hour of thirty digits",
        "failed: http_503",
        _just(page("later", "503 Busy", Retry_After=f"Sun, 22 Nov 2026 {'9' * 30}:10:00 GMT")),
    ),
    Row("broken", "500", "failed: http_500", _just(page("oops", "500 Oops"))),
    Row("forbidden", "403", "failed: http_403", _just(page("no", "403 Forbidden"))),
    Row("empty", "200 and nothing", "rejected: error", _just(page(""))),
)

HEADS = (
    Row(
        "million-headers",
        "1,000,000 headers",
        "failed: headers",
        _just(stream(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 1000, 1000)),
    ),
    Row(
        "endless-headers",
        "headers without end, fast",
        "failed: headers",
        _just(stream(b"HTTP/1.1 200 OK\r\n", b"X-Y: " + b"z" * 4000 + b"\r\n")),
    ),
    Row(
        "dripping-headers",
        "a header byte now and then, for ever",
        "failed: timeout",
        _just(stream(b"HTTP/1.1 200 OK\r\nX: ", b"y", pause=0.1)),
        crawl="waiting",
    ),
    Row(
        "long-header",
        "a header of 1 MB",
        "failed: headers",
        _just(stream(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 10_000, 100)),
    ),
    Row("long-status", "a status line of 1 MB", "failed: headers", _just(stream(b"HTTP/1.1 200 ", b"O" * 10_000, 100))),
    Row(
        "endless-continue",
        "`100 Continue` without end",
        "failed: headers",
        _just(stream(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)),
    ),
    Row(
        "endless-cookies",
        "20,000 cookies",
        "failed: headers",
        _just(page("x", Set_Cookie="a=b").replace(b"Set-Cookie: a=b\r\n", b"Set-Cookie: a=b\r\n" * 20_000)),
    ),
    Row(
        "many-cookies",
        "100 cookies: read, none sent back",
        "new",
        _just(page(story(33), Set_Cookie="a=b").replace(b"Set-Cookie: a=b\r\n", b"Set-Cookie: a=b\r\n" * 100)),
    ),
    Row("status-words", "a status that is no number", "failed: bad_answer", _just(b"HTTP/1.1 two hundred\r\n\r\nx")),
    Row("status-alone", "a status line of one word", "failed: bad_answer", _just(b"HTTP/1.1\r\n\r\nx")),
    Row("no-http", "no HTTP at all", "failed: bad_answer", _just(b"220 mail.example ESMTP\r\n")),
    Row("wild-version", "`HTTP/x.y`", "failed: bad_answer", _just(b"HTTP/x.y 200 OK\r\n\r\n")),
    Row(
        "wild-status",
        "status 99999",
        "failed: http_99999",
        _just(head("99999 Odd", Content_Length=0, Connection="close")),
    ),
    Row("length-negative", "`Content-Length: -5`", "failed: bad_answer", _just(head(Content_Length=-5) + b"hello")),
    Row("length-words", "`Content-Length: five`", "failed: bad_answer", _just(head(Content_Length="five") + b"hello")),
    Row("length-two", "two different lengths", "failed: bad_answer", _just(head(Content_Length="5, 6") + b"hello")),
    Row(
        "length-astronomic",
        "a length of 40 digits",
        "failed: too_large",
        _just(head(Content_Length="9" * 40) + b"hello"),
    ),
    Row(
        "unknown-transfer",
        "an unknown transfer encoding",
        "failed: bad_answer",
        _just(head(Transfer_Encoding="zigzag") + b"hello"),
    ),
    Row(
        "broken-chunks",
        "a chunk whose length is no number",
        "failed: truncated",
        _just(head(**PLAIN, Transfer_Encoding="chunked") + b"zz\r\nhello\r\n"),
    ),
    Row("says-nothing", "hangs up without a word", "failed: connection", _just(b"")),
    Row(
        "never-answers",
        "takes the request and stays silent",
        "failed: timeout",
        _just(stream(b"", b"", pause=0.1)),
        crawl="waiting",
    ),
)

BODIES = (
    Row(
        "long-with-length",
        "200 MB, announced",
        "failed: too_large",
        _just(stream(head(**PLAIN, Content_Length=200_000_000), b"x" * 1_000_000, 200)),
    ),
    Row(
        "long-without-length",
        "200 MB, not announced",
        "failed: too_large",
        _just(stream(head(**PLAIN), b"x" * 1_000_000, 200)),
    ),
    Row(
        "long-chunked",
        "200 MB in chunks",
        "failed: too_large",
        _just(stream(head(**PLAIN, Transfer_Encoding="chunked"), b"f4240\r\n" + b"x" * 1_000_000 + b"\r\n", 200)),
    ),
    Row(
        "tiny-chunks",
        "chunks of one byte without end",
        "failed: timeout",
        _just(stream(head(**PLAIN, Transfer_Encoding="chunked"), b"1\r\nx\r\n" * 10_000)),
        seconds=30,
        crawl="waiting",
    ),
    Row(
        "dripping-body",
        "a byte now and then, for ever",
        "failed: timeout",
        _just(stream(head(**PLAIN), b"x", pause=0.1)),
        crawl="waiting",
    ),
    Row(
        "cut-short",
        "hangs up in the middle",
        "failed: truncated",
        _just(head(**PLAIN, Content_Length=5_000) + b"<p>half"),
    ),
    Row(
        "bomb-gzip",
        "60 MB in 60 kB of gzip",
        "failed: too_large",
        lambda base: _packed(gzip.compress(b"a" * HUGE), "gzip")(base),
    ),
    Row(
        "bomb-deflate",
        "60 MB in 60 kB of deflate",
        "failed: too_large",
        lambda base: _packed(zlib.compress(b"a" * HUGE), "deflate")(base),
    ),
    Row(
        "bomb-brotli",
        "300 MB in 500 bytes of brotli",
        "failed: too_large",
        lambda base: _packed(_brotli_bomb(), "br")(base),
    ),
    Row("bomb-zstd", "200 MB in 6 kB of zstd", "failed: too_large", lambda base: _packed(_zstd_bomb(), "zstd")(base)),
    Row(
        "bomb-nested",
        "gzip in gzip: 120 MB in 400 bytes",
        "failed: too_large",
        lambda base: _packed(_nested_bomb(), "gzip", "gzip")(base),
    ),
    Row(
        "many-layers",
        "gzip 40 times over",
        "failed: compression",
        lambda base: _packed(_layers(40), *["gzip"] * 40)(base),
    ),
    Row(
        "many-members",
        "5 MB of empty gzip files",
        "failed: compression",
        lambda base: _packed(gzip.compress(b"") * 250_000, "gzip")(base),
    ),
    Row(
        "many-frames",
        "5 MB of empty zstd frames",
        "failed: compression",
        lambda base: _packed(zstd.compress(b"") * 500_000, "zstd")(base),
    ),
    Row("not-gzip", "says gzip and is not", "failed: compression", _packed(b"plain text", "gzip")),
    Row("not-brotli", "says brotli and is not: empty once unpacked", "rejected: error", _packed(b"plain text", "br")),
    Row("not-zstd", "says zstd and is not", "failed: compression", _packed(b"plain text", "zstd")),
    Row("two-layers", "gzip twice, and sound", "new", lambda base: _packed(_layers(2), "gzip", "gzip")(base)),
    Row("picture", "a picture", "failed: not_html", _just(page(b"\x89PNG", Content_Type="image/png"))),
)

TEXTS = (
    Row("nested-tags", "100,000 nested tags", "rejected: too_many_tags", _with(41, "<div>", 100_000)),
    Row(
        "nested-below-bound",
        "15,000 nested tags: read as far as the parser goes",
        "new",
        _with(42, "<b>", 15_000, "deep"),
    ),
    Row("long-attribute", "an attribute of 1 MB", "new", _with(43, "", 0, f"<p title='{'x' * 1_000_000}'>word</p>")),
    Row(
        "many-attributes",
        "an element with 200,000 attributes",
        "rejected: too_many_tags",
        _with(44, "", 0, "<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">word</p>"),
    ),
    Row("nul-inside", "NUL bytes inside", "new", _with(45, "<p>\0nul\0</p>", 50)),
    Row("nul-first", "NUL bytes first: no text", "rejected: error", _just(page(b"\0" * 2000))),
    *(
        Row(
            f"charset-{name}",
            f"a page that says its charset is `{name}`",
            "new",
            _story(50 + place, Content_Type=f"text/html; charset={name}"),
        )
        for place, name in enumerate(("base64", "idna", "utf-7", "rot13", "unicode_escape", "no-such-thing"))
    ),
    Row(
        "broken-utf8",
        "bytes that are no UTF-8, and say they are",
        "new",
        _just(page(story(60).encode() + b"<p>\xff\xfe\xc3\x28\xa0</p>" * 500)),
    ),
    Row("paragraphs", "300,000 paragraphs", "rejected: too_many_tags", _with(61, "<p>word</p>", 300_000)),
    Row("breaks", "1,000,000 `<br>`", "rejected: too_many_tags", _with(62, "<br>", 1_000_000)),
    Row("links", "200,000 links", "rejected: too_large", _with(63, "<a href=/x-y-z-w>word</a> ", 200_000)),
    Row(
        "repeats",
        "100,000 times one paragraph",
        "rejected: too_large",
        _with(64, "<p>The same sentence of several words again and again.</p>", 100_000),
    ),
    Row("breaks-below-bound", "19,000 `<br>`", "new", _with(65, "word<br>", 19_000), seconds=120, crawl="slow"),
    Row(
        "paragraphs-below-bound",
        "19,000 paragraphs",
        "new",
        _with(66, "<p>A word or two of it.</p>", 19_000),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "links-below-bound",
        "19,000 links",
        "new",
        _with(67, "<a href=/x-y-z-w>word</a> ", 19_000),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "repeats-below-bound",
        "19,000 times one paragraph",
        "new",
        _with(68, "<p>The same sentence of several words again and again.</p>", 19_000),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "cells",
        "18,000 table cells",
        "new",
        _with(69, "", 0, "<table><tr>" + "<td>12.5" * 18_000 + "</table>"),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "endless-word",
        "a word of 4 MB",
        "new",
        _with(70, "", 0, f"<p>{'x' * 4_000_000}</p>"),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "endless-space",
        "4 MB of spaces",
        "new",
        _with(71, "", 0, f"<p>a{' ' * 4_000_000}b</p>"),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "open-comment",
        "a comment of 4 MB that does not end",
        "new",
        _with(72, "", 0, f"<!-- {'- ' * 2_000_000}"),
        seconds=120,
        crawl="slow",
    ),
    Row("open-brackets", "4 MB of `<`", "new", _with(73, "< ", 2_000_000), seconds=120, crawl="slow"),
    Row(
        "references",
        "500,000 character references",
        "new",
        _with(74, "&#x41;&amp;", 250_000),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "deep-json-ld",
        "JSON-LD nested 100,000 deep",
        "new",
        _story(75, f"<script type=application/ld+json>{'[' * 100_000}{']' * 100_000}</script>"),
    ),
    Row(
        "wide-json-ld",
        "JSON-LD with 100,000 nodes",
        "new",
        _story(76, "<script type=application/ld+json>[" + ",".join(['{"@type":"x"}'] * 60_000) + "]</script>"),
    ),
    Row(
        "long-number",
        "JSON-LD with a number of 500,000 digits",
        "new",
        _story(77, f'<script type=application/ld+json>{{"@type":"NewsArticle","wordCount":{"9" * 500_000}}}</script>'),
    ),
    Row(
        "slow-dates",
        "300 kB that nearly is a date, in every place dates are looked for",
        "new",
        _story(
            78,
            f"<time datetime='{'2026-11-' * 20_000}'>{'November 22, ' * 10_000}</time>"
            f"<p class=date>{'1 2 3 4 ' * 10_000}</p>"
            f"<meta property=article:published_time content='{'2026 ' * 10_000}'>",
        ),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "slow-bylines",
        "300 kB that nearly is a byline",
        "new",
        _story(79, f"<p class=byline>{'By A. and ' * 20_000}</p><p class=author>{'by ' * 50_000}</p>"),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "slow-patterns",
        "1 MB that patterns nearly match: brackets, quotes, addresses, ellipses",
        "new",
        _story(
            80,
            "".join(
                f"<p>{piece * (150_000 // len(piece))}</p>"
                for piece in ("(", "[...", "“", "a.", "http://", "@a ", "| - ", "...", "$1,")
            ),
        ),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "long-title",
        "a title of 1 MB",
        "new",
        _just(page(story(81).replace("<title>", f"<title>{'word | ' * 140_000}", 1))),
        seconds=120,
        crawl="slow",
    ),
    Row(
        "markup-in-title",
        "a title and body with escaped markup",
        "new",
        _just(page(story(82).replace("opens exchange number", "&lt;script&gt;alert(1)&lt;/script&gt;"))),
    ),
    Row(
        "terminal-escapes",
        "a title and body with terminal escapes",
        "new",
        _just(page(story(83).replace("opens exchange number", "\x1b]0;owned\x07\x1b[31mred\x9b2J"))),
    ),
    Row(
        "bidi-tricks",
        "a title with bidirectional overrides",
        "new",
        _just(page(story(84).replace("opens exchange number", "\u202egnp.exe\u202c\u2066x\u2069"))),
    ),
    Row(
        "formulas",
        "a title that a spreadsheet would run",
        "new",
        _just(
            page(
                story(85)
                .replace("<h1>", '<h1>=HYPERLINK("http://x") ')
                .replace("<title>", "<title>=cmd|' /C calc'!A0 ")
            )
        ),
    ),
)


def _brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=5)
    packed: bytes = b"".join(packer.process(b"\0" * 10_000_000) for _ in range(30)) + packer.finish()
    return packed


def _zstd_bomb() -> bytes:
    return zstd.compress(b"\0" * 200_000_000)

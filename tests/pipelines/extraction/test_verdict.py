"""What a page turned out to be."""

import json
from dataclasses import replace

import pytest

from pipelines import RawPage, extract_article
from pipelines.items import Verdict

URL = "https://beacon.example/news/keepers-try-a-shared-log"
STORY = (
    "Keepers on four islands have written the same log since the autumn, each from a console beside the lamp.",
    "An entry that one of them makes is seen by the others within seconds, and none can be rubbed out afterwards.",
    "The pilots' guild reads along and has asked for the winds to be added before the winter storms set in.",
    "A fifth island, which has no keeper, sends the height of the waves by a buoy that charges itself in daylight.",
)


def page(title: str, body: str, *, head: str = "", status: int = 200, url: str = URL) -> RawPage:
    html = f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return RawPage(url=url, body=html.encode(), status=status)


def story(lines: int = 4, extra: str = "") -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in STORY[:lines])
    return f"<main><article><h1>Keepers try a shared log</h1>{paragraphs}{extra}</article></main>"


def cards(count: int) -> str:
    return "".join(
        f'<div class="card"><h2><a href="/news/story-{n}-of-the-coast">Story number {n} of the northern coast</a></h2>'
        f"<p>A short teaser of story {n} that leads a reader on to it.</p></div>"
        for n in range(count)
    )


CHALLENGE = page(
    "Just a moment...",
    "<h1>beacon.example</h1><p>Verifying you are human. This may take a few seconds.</p>"
    '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>',
)
PASSWORD = page(
    "Protected: Keepers",
    '<article><h1>Protected: Keepers</h1><form class="post-password-form" action="/wp-login.php?action=postpass">'
    "<p>This content is password protected. Please enter your password below:</p>"
    "<input type=password></form></article>",
)
FLASH = page(
    "Lamp out at Skerry Point | Beacon",
    "<main><h1>Lamp out at Skerry Point</h1><time datetime='2026-03-05T14:07:00Z'></time>"
    "<p>The lamp at Skerry Point went out at noon. Ships are asked to keep two miles off.</p></main>",
)


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        (page("Keepers try a shared log", story()), Verdict.ARTICLE),
        (FLASH, Verdict.ARTICLE),
        (page("Keepers", story(extra=cards(12))), Verdict.ARTICLE),
        (
            page(
                "Just a moment in time: keepers look back", story(), head='<meta property="og:type" content="article">'
            ),
            Verdict.ARTICLE,
        ),
        (CHALLENGE, Verdict.BLOCK_PAGE),
        (replace(CHALLENGE, status=403), Verdict.BLOCK_PAGE),
        (page("Access Denied", "<h1>Access Denied</h1><p>Reference #18.5c1</p>", status=403), Verdict.BLOCK_PAGE),
        (
            page(
                "beacon.example", '<script src="https://ct.captcha-delivery.com/c.js"></script><p>Please enable JS</p>'
            ),
            Verdict.BLOCK_PAGE,
        ),
        (PASSWORD, Verdict.PASSWORD),
        (page("Page not found | Beacon", f"<h1>404</h1><p>It went out with the tide.</p>{cards(8)}"), Verdict.ERROR),
        (
            page("Seite nicht gefunden - Leuchtfeuer", "<h1>Hoppla</h1><p>Diese Seite gibt es nicht mehr.</p>"),
            Verdict.ERROR,
        ),
        (page("Keepers", story(), status=404), Verdict.ERROR),
        (page("Beacon", cards(14), url="https://beacon.example/"), Verdict.LISTING),
        (
            page("Lamps - Beacon", f"<h1>Lamps</h1>{cards(10)}", url="https://beacon.example/category/lamps/"),
            Verdict.LISTING,
        ),
        (
            page("Lamps - Beacon", f"<h1>Lamps</h1>{cards(10)}", url="https://beacon.example/lamps-and-more"),
            Verdict.LISTING,
        ),
        (
            page("Beacon", "<div id=root></div><noscript>Enable JavaScript to run this app.</noscript>"),
            Verdict.SCRIPT_SHELL,
        ),
        (page("Beacon", f"<p>Home</p><p>Log</p>{'<script>run()</script>' * 3}"), Verdict.SCRIPT_SHELL),
        (
            page("Beacon", f"<p>{STORY[0]}</p>{'<script>count()</script>' * 3}<noscript>Enable JavaScript</noscript>"),
            Verdict.TOO_SHORT,
        ),
        (page("Keepers", "<article><h1>Keepers</h1><p>Soon.</p></article>"), Verdict.TOO_SHORT),
        (RawPage(url=URL, body=b""), Verdict.ERROR),
        (RawPage(url=URL, body=b"\x89PNG\r\n\x1a\n\0\0"), Verdict.ERROR),
    ],
)
def test_verdicts(raw: RawPage, verdict: Verdict) -> None:
    assert extract_article(raw).verdict == verdict


def test_a_stub_before_a_paywall_is_paywalled_and_a_whole_text_only_labelled() -> None:
    data = json.dumps({"@type": "NewsArticle", "isAccessibleForFree": False})
    paid = f'<script type="application/ld+json">{data}</script>'
    stub = extract_article(page("Keepers", story(2, "<p>Subscribe to continue reading.</p>"), head=paid))
    assert (stub.verdict, stub.labels) == (Verdict.PAYWALLED, ("paywalled",))
    nights = "".join(f"<p>{line} So it was on night {night}.</p>" for night in range(3) for line in STORY)
    whole = extract_article(page("Keepers", story(extra=nights), head=paid))
    assert (whole.verdict, whole.labels) == (Verdict.ARTICLE, ("paywalled",))


def test_a_declared_and_dated_article_is_no_error_for_its_title() -> None:
    head = '<meta property="article:published_time" content="2026-03-05T14:07:00Z">'
    assert extract_article(page("404: Not Found", story(), head=head)).verdict == Verdict.ARTICLE


def test_chinese_and_korean_say_more_with_fewer_letters() -> None:
    text = (
        "灯塔看守人今秋起共同书写同一本日志，每座岛上的操作台都能看到其他岛的记录，任何一条都无法被事后抹去，领航员公会也在阅读。"
        * 2
    )
    raw = page("灯塔看守人共写日志", f"<main><h1>灯塔看守人共写日志</h1><p>{text}</p></main>")
    assert extract_article(raw).verdict == Verdict.ARTICLE

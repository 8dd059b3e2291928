"""robots.txt, tdmrep.json and ai.txt: the file, a path, and what is said of it."""

from __future__ import annotations

import time

import pytest

from pipelines.rights import Notice
from pipelines.rights.hosts import HostRights, Unusable, read_ai_txt, read_tdmrep
from pipelines.rights.patterns import is_allowed, matches
from pipelines.rights.robots import agents, read_robots

PATTERNS = [
    ("/", "/news/a", True),
    ("/news", "/news/a", True),
    ("/news/", "/news", False),
    ("*", "/anything", True),
    ("/*.pdf$", "/a/b.pdf", True),
    ("/*.pdf$", "/a/b.pdf?x=1", False),
    ("/news$", "/news", True),
    ("/a*b*c", "/a1b2c3", True),
    ("/a*b*c$", "/a1b2c3", False),
    ("/x*x$", "/x", False),
    ("*.html", "/page.html", True),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), PATTERNS)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_the_longest_rule_counts_and_of_two_the_one_that_allows() -> None:
    rules = [("/", False), ("/news/", True), ("/news/", False)]
    assert is_allowed(rules, "/news/a")
    assert not is_allowed(rules, "/about")
    assert is_allowed([], "/about")


ROBOTS = [
    ("User-agent: *\nDisallow: /wp-admin/", "/a", {}),
    ("User-agent: GPTBot\nDisallow: /", "/a", {"disallow": "GPTBot"}),
    ("User-agent: gptbot/1.1\nuser-agent: ccbot # both\n\ndisallow: /", "/a", {"disallow": "CCBot, GPTBot"}),
    ("User-agent: GPTBot\nDisallow: /premium/", "/a", {}),
    ("User-agent: GPTBot\nDisallow: /premium/", "/premium/a", {"disallow": "GPTBot"}),
    ("User-agent: GPTBot\nDisallow: /\nAllow: /news/", "/news/a", {}),
    ("User-agent: GPTBot\nDisallow:", "/a", {}),
    ("User-agent: *\nDisallow: /\nUser-agent: newsmint\nAllow: /", "/a", {"disallow": "*"}),
    ("User-agent: SomeOtherBot\nDisallow: /", "/a", {}),
    ("User-Agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", "/a", {"content-signal": "ai-train=no"}),
    ("User-Agent: *\nContent-Usage: train-ai=n", "/a", {"content-usage": "train-ai=n"}),
    ("User-Agent: *\nContent-Usage: /paid/ train-ai=n", "/a", {}),
    ("License: https://a.example/rsl.xml\nUser-agent: *\nDisallow:", "/a", {"license": "https://a.example/rsl.xml"}),
    ("<html><body>Not found</body></html>", "/a", {}),
    ("", "/a", {}),
    ("\ufeffUser-agent: CCBot\r\nDisallow: /\r\n", "/a", {"disallow": "CCBot"}),
]


@pytest.mark.parametrize(("text", "path", "expected"), ROBOTS)
def test_robots_txt(text: str, path: str, expected: dict[str, str]) -> None:
    found = {each.term: each.value for each in read_robots(text.encode()).notices(path)}
    assert {term: found.get(term) for term in expected} == expected
    assert ("disallow" in found) == ("disallow" in expected)


def test_the_agents_are_named_once_each_with_a_purpose() -> None:
    assert {"GPTBot", "ClaudeBot", "anthropic-ai", "CCBot", "Google-Extended", "Bytespider"} <= agents().keys()
    assert {"Applebot-Extended", "meta-externalagent", "PerplexityBot"} <= agents().keys()
    assert set(agents().values()) == {"training", "search", "user"}
    assert len({name.lower() for name in agents()}) == len(agents())


TDMREP = [
    ('[{"location": "/", "tdm-reservation": 1}]', "/a", {"tdm-reservation": "1"}),
    ('[{"location": "/free/", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]', "/free/a",
     {"tdm-reservation": "0"}),
    ('[{"location": "/*", "tdm-reservation": "1", "tdm-policy": "https://a.example/p"}]', "/a",
     {"tdm-reservation": "1", "tdm-policy": "https://a.example/p"}),
    ('{"location": "/", "tdm-reservation": true}', "/a", {"tdm-reservation": "1"}),
    ('[{"location": "/paid/", "tdm-reservation": 1}]', "/a", {}),
    ('[{"location": 3, "tdm-reservation": 1}, "x", null, {"tdm-reservation": 1}]', "/a", {}),
    ("[]", "/a", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "expected"), TDMREP)
def test_tdmrep(text: str, path: str, expected: dict[str, str]) -> None:
    host = HostRights(tdm=read_tdmrep(text.encode()))
    assert {each.term: each.value for each in host.notices(f"https://a.example{path}")} == expected


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Not found</html>",
        b"",
        b"[" * 100_000,
        b'[{"location": ' * 20_000,
        b'{"a":' * 100_000,
        b"[" + b"1," * 200_000 + b"1]",
        b'{"location": "/", "tdm-reservation"',
        b"\xff\xfe\x00[",
    ],
)
def test_what_is_no_tdmrep_is_refused_at_once(body: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(Unusable):
        read_tdmrep(body)
    assert time.perf_counter() - began < 1


AI_TXT = [
    ("User-Agent: *\nDisallow: /", True),
    ("User-Agent: *\nDisallow: *", True),
    ("User-Agent: *\nDisallow: *.html\nDisallow: *.jpg", True),
    ("User-Agent: *\nDisallow: *.txt", True),
    ("User-Agent: *\nDisallow: *.jpg\nDisallow: *.png", False),
    ("User-Agent: *\nAllow: /", False),
]


@pytest.mark.parametrize(("text", "is_forbidden"), AI_TXT)
def test_ai_txt(text: str, is_forbidden: bool) -> None:
    host = HostRights(ai=read_ai_txt(text.encode()))
    said = list(host.notices("https://a.example/news/a"))
    assert said == ([Notice("ai_txt", "disallow", "text")] if is_forbidden else [])


def test_a_page_in_place_of_an_ai_txt_is_none() -> None:
    with pytest.raises(Unusable):
        read_ai_txt(b"<!doctype html><p>User-agent: *</p>")


@pytest.mark.parametrize(
    "body",
    [
        b"User-agent: GPTBot\n" + b"Disallow: /" + b"*a" * 200_000 + b"\n",
        b"User-agent: GPTBot\n" + b"Disallow: /*a*a*a*a*a*a*b\n" * 18_000,
        b"User-agent: GPTBot\n" * 25_000 + b"Disallow: /\n",
        b"".join(b"User-agent: GPTBot\nDisallow: /%d\n" % number for number in range(20_000)),
        b"Content-Signal: " + b"a=b," * 100_000,
        b"\0" * 500_000,
    ],
)
def test_a_robots_txt_made_to_cost_time_costs_little(body: bytes) -> None:
    began = time.perf_counter()
    rules = read_robots(body)
    for _ in range(3):
        list(rules.notices("/" + "a" * 4_000))
    assert time.perf_counter() - began < 2

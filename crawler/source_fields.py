"""What each field of a source's entry may be: one check a field, whose message a person can act on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pipelines.urls import fetchable


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be text in quotes, not {value!r}")
    return value


def _language(value: Any) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", _text(value)):
        raise ValueError(f'must be a language code such as "en", not {value!r}')
    return str(value)


def _domain(value: Any) -> str:
    domain = _text(value).lower().removeprefix("www.").rstrip("/")
    if "://" in domain or fetchable(f"http://{domain}/") is None:
        raise ValueError(f'must be a host such as "example.com", not {value!r}')
    return domain


def _address(value: Any) -> str:
    if fetchable(_text(value)) is None:
        raise ValueError(f"must be an http or https address, not {value!r}")
    return str(value)


def _proxy(value: Any) -> str:
    if not re.match(r"https?://[^/]+/?$", _text(value)):
        raise ValueError(f'must be an HTTP proxy such as "http://127.0.0.1:3128", not {value!r}')
    return str(value)


def _pattern(value: Any) -> str:
    try:
        re.compile(_text(value))
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from None
    return str(value)


def _list_of(check: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    def checked(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError(f"must be a list in square brackets, not {value!r}")
        return tuple(dict.fromkeys(check(each) for each in value))

    return checked


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 86400:
        raise ValueError(f"must be a number of seconds, 0 or more, not {value!r}")
    return float(value)


def _count(least: int) -> Callable[[Any], int]:
    def checked(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"must be a whole number, {least} or more, not {value!r}")
        return value

    return checked


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(f"must be a number above 0, not {value!r}")
    return float(value)


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text,
    "domain": _domain,
    "language": _language,
    "feeds": _list_of(_address),
    "sitemaps": _list_of(_address),
    "news_sitemaps": _list_of(_address),
    "listings": _list_of(_address),
    "wordpress": _address,
    "article_patterns": _list_of(_pattern),
    "exclude_patterns": _list_of(_pattern),
    "delay": _number,
    "concurrency": _count(1),
    "allow_private": _flag,
    "proxy": _proxy,
    "whole_site": _flag,
    "render": _flag,
    "max_pages": _count(1),
    "max_depth": _count(1),
    "max_shape": _count(1),
    "max_megabytes": _amount,
    "max_minutes": _amount,
    "healthy_minimum": _count(0),
    "note": _text,
}
"""Field of an entry → check that gives its value or raises ValueError with what it must be."""

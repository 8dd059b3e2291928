"""What a sample site answers to one request: a table look-up, REST paging, conditional requests. No sockets here."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from crawler.sample.newsroom import SampleSite

MEANINGFUL = ("p", "paged", "page", "page_id", "PAGEN_1")
"""Query keys that name a page of their own; sites ignore all others (``utm_*``, ``share``, ``replytocom`` …)."""


@dataclass(frozen=True)
class Answer:
    """Status, headers and body, before compression."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def answer(site: SampleSite, path: str, query: str, headers: Mapping[str, str]) -> Answer:
    """The site's answer to a GET of ``path?query``; header names of ``headers`` are lower case."""
    route = _route(site, path, query)
    if route is None:
        if path + "/" in site.routes:
            return _redirect(site, path + "/", 301)
        return not_found(site.host)
    if "redirect" in route:
        return _redirect(site, route["redirect"], route["status"])
    if "posts" in route:
        return _posts(json.loads(site.read(route["posts"])), dict(parse_qsl(query)))
    return _file(site, route, headers)


def _route(site: SampleSite, path: str, query: str) -> dict[str, Any] | None:
    kept = [(key, value) for key, value in parse_qsl(query) if key in MEANINGFUL]
    if not kept:
        return site.routes.get(path)
    exact = site.routes.get(f"{path}?{urlencode(kept)}")
    rest = site.routes.get(path, {})
    return exact or (rest if "posts" in rest or "rest" in rest.get("file", "") else None)


def not_found(host: str) -> Answer:
    """The 404 of any site."""
    body = f"<!DOCTYPE html><html><head><title>Page not found</title></head><body><h1>{host}: 404</h1></body></html>"
    return Answer(404, {"Content-Type": "text/html; charset=UTF-8"}, body.encode())


def _redirect(site: SampleSite, target: str, status: int) -> Answer:
    return Answer(status, {"Location": f"http://{site.host}{target}", "Content-Type": "text/html; charset=UTF-8"})


def _file(site: SampleSite, route: dict[str, Any], headers: Mapping[str, str]) -> Answer:
    body = site.read(route["file"])
    if route.get("gzip_file"):
        return Answer(200, {"Content-Type": route["type"]}, gzip.compress(body, mtime=0))
    out = {"Content-Type": route["type"]} | route.get("headers", {})
    if route.get("etag"):
        etag = hashlib.sha256(body).hexdigest()[:32]
        compressed = "gzip" in headers.get("accept-encoding", "")
        out |= {"Last-Modified": route["last_modified"], "ETag": f'{"W/" if compressed else ""}"{etag}"'}
        if _unchanged(route, f'"{etag}"', headers):
            return Answer(304, out)
    return Answer(route.get("status", 200), out, body)


def _unchanged(route: dict[str, Any], etag: str, headers: Mapping[str, str]) -> bool:
    """WordPress wants both marks to match if both are sent, and does not know the ``W/`` that gzip puts before one."""
    match, since = headers.get("if-none-match"), headers.get("if-modified-since")
    fresh = since is not None and _not_older(since, route["last_modified"])
    if not route.get("wordpress_etag"):
        return match.removeprefix("W/") == etag if match else fresh
    if match and since:
        return match == etag and fresh
    return match == etag or fresh


def _not_older(since: str, modified: str) -> bool:
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(modified)
    except ValueError:
        return False


def _posts(posts: list[dict[str, Any]], query: dict[str, str]) -> Answer:
    """``/wp-json/wp/v2/posts``: newest first, cut into pages, with the two totals as headers."""
    try:
        size, number = int(query.get("per_page", "10")), int(query.get("page", "1"))
    except ValueError:
        size, number = 0, 0
    if not 1 <= size <= 100 or number < 1:
        return _refusal("rest_invalid_param", "Invalid parameter(s): per_page")
    found = sorted(
        filter(lambda post: _wanted(post, query), posts), key=lambda post: _sort_key(post, query), reverse=True
    )
    if query.get("order") == "asc":
        found.reverse()
    pages = -(-len(found) // size)
    if number > max(pages, 1):
        return _refusal(
            "rest_post_invalid_page_number", "The page number requested is larger than the number of pages available."
        )
    part = [_fields(post, query) for post in found[(number - 1) * size : number * size]]
    totals = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
    kind = {"Content-Type": "application/json; charset=UTF-8"}
    return Answer(200, kind | totals, json.dumps(part, ensure_ascii=False).encode())


def _wanted(post: dict[str, Any], query: dict[str, str]) -> bool:
    bounds = (
        ("after", "date", 1),
        ("before", "date", -1),
        ("modified_after", "modified", 1),
        ("modified_before", "modified", -1),
    )
    for name, key, sign in bounds:
        if name in query:
            limit, moment = query[name][:19], post[f"{key}_gmt" if query[name].endswith(("Z", "+00:00")) else key]
            if (moment <= limit) if sign > 0 else (moment >= limit):
                return False
    return "slug" not in query or post["slug"] in query["slug"].split(",")


def _sort_key(post: dict[str, Any], query: dict[str, str]) -> Any:
    return post[key] if (key := query.get("orderby", "date")) in ("date", "modified", "id", "slug") else post["date"]


def _fields(post: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    wanted = {name.split(".")[0] for name in query.get("_fields", "").split(",") if name}
    if "_embed" not in query and "_embedded" not in wanted:
        post = {key: value for key, value in post.items() if key != "_embedded"}
    return {key: value for key, value in post.items() if key in wanted} if wanted else post


def _refusal(code: str, message: str) -> Answer:
    body = json.dumps({"code": code, "message": message, "data": {"status": 400}})
    return Answer(400, {"Content-Type": "application/json; charset=UTF-8"}, body.encode())

"""Addresses: which two are the same page, which lead nowhere, and whose they are. Pure; hostile input never raises.

Three forms of one address, each weaker in what it keeps:

- ``fetchable``: what to ask the server for. As listed, made absolute, without fragment, credentials or tracking.
- ``canonicalise``: the name of the page. Also without trailing slash and AMP marks, query sorted. Idempotent.
  Fetch what was listed, not this: a server may redirect or refuse the folded form.
- ``identity``: the key under which two spellings meet: ``canonicalise`` without scheme and ``www.``.

``?p=ID`` stays, since it can be all the identity there is; the page's own ``rel=canonical`` resolves it later.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote, urljoin, urlsplit

MAX_LENGTH = 4096
"""Longer addresses are not crawled. Titles in Korean or Thai reach about 1,200 characters once percent-encoded."""

TRACKING = frozenset(
    "_ga _gl _hsenc _hsmi campaign_id ck_subscriber_id cmpid dclid ecid fb_action_ids fb_action_types fb_source fbclid "
    "gbraid gclid gclsrc guccounter guce_referrer guce_referrer_sig hsctatracking igsh igshid li_fat_id mc_cid mc_eid "
    "mkt_tok msclkid ncid oly_anon_id oly_enc_id ref_src ref_url s_cid scid sfnsn smid spref srsltid ttclid twclid "
    "vero_conv vero_id wbraid wickedid wt_mc wt_zmc xtor yclid ysclid".split()
)
"""Query parameters that say where a reader came from, never what is shown."""
TRACKING_PREFIXES = ("utm_", "itm_", "mtm_", "pk_", "at_", "hsa_", "piwik_", "matomo_", "__hs")

AMP_PARAMETERS = frozenset({"amp", "amp=", "amp=1", "amp=true", "noamp=mobile", "output=amp", "outputtype=amp"})

_SIMPLE = re.compile(
    r"(https?)://([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}(?::[1-9]\d{3}|:[1-5]\d{4})?)"
    r"((?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?)"
)
"""Most addresses: nothing in them to normalise but the trailing slash, so the long way round is spared."""
_PLAIN_HOST = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::\d{1,5})?(?=[/?#]|$)")
_AMPERSAND = re.compile(r"&(?:amp;|#0*38;|#x0*26;)+", re.IGNORECASE)
_STRAY = re.compile(r"^(?:amp;)+", re.IGNORECASE)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:.]{{2,45}}\]")
_PLAIN = re.compile(r"[A-Za-z0-9/._~!$'()*,;:@&=+?-]*")
_KEEP = "/._~!$'()*,;:@&=+?%-"
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DOTS = re.compile(r"/\.{1,2}(?:/|$)")
_SLASHES = re.compile(r"/{2,}")
_AMP_FILE = re.compile(r"(?<=[^./])\.amp(?=\.html?$|$)", re.IGNORECASE)
_AMP_CACHE = re.compile(
    r"https?://(?:[a-z0-9-]+\.cdn\.ampproject\.org/[a-z](?:/s)?|(?:www\.)?google\.[a-z.]{2,6}/amp(?:/s)?)/(.+)"
)
_SLUG = re.compile(r"[\d-]|\.html?$", re.IGNORECASE)

_Parts = tuple[str, str, str, str]
P = ParamSpec("P")
T = TypeVar("T")


def _remembered(function: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
    """A function of an address with its last answers at hand; only for short ones, as long ones would fill memory."""
    known: Callable[..., T] = lru_cache(maxsize=65536)(function)

    @wraps(function)
    def remembered(url: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return known(url, *args, **kwargs) if len(url) <= 400 else function(url, *args, **kwargs)

    return remembered


@_remembered
def fetchable(url: str, base: str | None = None) -> str | None:
    """The absolute address to ask for; None where there is none: no http, no host, credentials in it, too long."""
    parts = _split(url, base)
    return parts and _join(parts)


@_remembered
def canonicalise(url: str, base: str | None = None) -> str | None:
    """The page's one name, the same for all spellings a site uses; None where ``fetchable`` gives None. Idempotent."""
    simple = _SIMPLE.fullmatch(url) if len(url) <= MAX_LENGTH else None
    if simple and "amp" not in url.lower():
        return f"{simple[1]}://{simple[2]}{simple[3].rstrip('/') or '/'}"
    parts = _split(url, base)
    if parts is None:
        return None
    for _ in range(4):
        cached = _AMP_CACHE.match(_join(parts))
        inner = _split(f"https://{cached[1]}", None) if cached else None
        if inner is None:
            break
        parts = inner
    scheme, netloc, path, query = parts
    return _join((scheme, _without_amp_host(netloc), _folded_path(path), _sorted_query(query)))


def identity(url: str, base: str | None = None) -> str | None:
    """The key under which http and https, with and without ``www.``, are one page: ``example.com/news/a-story``."""
    canonical = canonicalise(url, base)
    return canonical and canonical.split("://", 1)[1].removeprefix("www.")


def host(url: str) -> str:
    """The host, lower-case, without port; empty where there is none."""
    plain = _PLAIN_HOST.match(url)
    if plain:
        return plain[1]
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_internal(url: str, domain: str) -> bool:
    """Whether the address is of ``domain`` or of a subdomain.

    ``domain`` may have a path, ``example.com/magazine``, and a port, ``localhost:8000``; without one any port will do.
    """
    name, _, folder = domain.lower().partition("/")
    name, _, port = name.removeprefix("www.").partition(":")
    here = host(url)
    if here != name and not here.endswith(f".{name}"):
        return False
    parts = urlsplit(url)
    if port and not parts.netloc.endswith(f":{port}"):
        return False
    return not folder or f"{parts.path.lower().rstrip('/')}/".startswith(f"/{folder.rstrip('/')}/")


MEDIA = (
    "7z aac apk avi avif bmp bz2 css csv dmg doc docx eot epub exe flac gif gz heic ico ics iso jpeg jpg js json m3u8 "
    "m4a m4v mjs mov mp3 mp4 mpeg mpg msi ogg ogv otf pdf png ppt pptx ps rar rdf rss rtf svg tar tgz tif tiff torrent "
    "ttf txt vcf wav webm webmanifest webp woff woff2 wmv xls xlsx xml xz zip"
).split()
"""File name endings of what is not a page."""

_TRAP_PATH = re.compile(
    rf"""\.(?:{"|".join(MEDIA)})/?$
    | /(?:comments/)?feed(?:/(?:atom|rss2?|rdf))?/?$ | /comment-page-\d | /trackback/?$ | /embed/?$
    | /(?:wp-admin|wp-login\.php|wp-json|wp-content|wp-includes|xmlrpc\.php|cdn-cgi|cgi-bin)(?:/|$)
    | ^/(?:[a-z]{{2}}/)?(?:tags?|tagged|tag-cloud|print|printpage|printer-friendly|calendar|search|login|log-in|signin
        |sign-in|signup|sign-up|register|logout|cart|checkout|my-account|account|subscribe|share|sendtofriend)
        (?:/|\.php$|\.aspx?$|$)
    | /(?:print|printable|print-version)/?$ | \.print\.html?$
    | ^(?:/[a-z]{{2}})?/(?:19|20)\d\d(?:/\d\d?){{0,2}}/?$ | ^/(?:events?|calendar)/(?:[a-z]+/)?(?:19|20)\d\d-\d\d
    | ;jsessionid=
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TRAP_PARAMETERS = frozenset(
    "action add-to-cart calendar comment_status doing_wp_cron eventdisplay feed filter format ical jsessionid login m "
    "like_comment month nb order orderby outlook-ical phpsessid preview preview_id print printable printer_friendly q "
    "query redirect_to remove_item replytocom replyto s search send_to session_id share sid sort sort_by sort_order "
    "sortby tag text-size tribe-bar-date view_print year".split()
)
_MAX_SEGMENTS, _MAX_PARAMETERS, _MAX_REPEATS = 14, 8, 3


@_remembered
def is_trap(url: str) -> bool:
    """Whether following this link wastes requests: share, reply, calendar, tag cloud, print, media, endless path.

    Meant for links found on pages and in listings, not for the feeds and sections that a source names itself.
    """
    if len(url) > MAX_LENGTH // 2:
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    if _TRAP_PATH.search(parts.path):
        return True
    names = [pair.partition("=")[0].lower() for pair in parts.query.split("&")] if parts.query else []
    if len(names) > _MAX_PARAMETERS or not _TRAP_PARAMETERS.isdisjoint(names):
        return True
    segments = [segment for segment in parts.path.split("/") if segment]
    return len(segments) > _MAX_SEGMENTS or any(segments.count(each) >= _MAX_REPEATS for each in set(segments))


def _split(url: str, base: str | None) -> _Parts | None:
    """(scheme, netloc, path, query), all normalised, or None where it is not an address to crawl."""
    url = url.strip()
    if not url or len(url) > MAX_LENGTH:
        return None
    if base and url[0] == "/" and url[1:2] != "/":
        url, base = f"{_origin(base)}{url}", None
    simple = _SIMPLE.fullmatch(url)
    if simple:
        return simple[1], simple[2], simple[3] or "/", ""
    if "&" in url:
        url = _AMPERSAND.sub("&", url)
    try:
        parts = urlsplit(urljoin(base, url) if base else url)
        netloc = _netloc(parts.scheme, parts.netloc)
    except ValueError:
        return None
    if netloc is None:
        return None
    path = _AMPERSAND.sub("&", _encoded(_without_dots(parts.path.replace("\\", "/")))) or "/"
    query = _kept_query(_encoded(parts.query)) if parts.query else ""
    if len(path) + len(query) > MAX_LENGTH:
        return None
    return parts.scheme, netloc, path if path.startswith("/") else f"/{path}", query


@lru_cache(maxsize=256)
def _origin(base: str) -> str:
    try:
        parts = urlsplit(base)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _join(parts: _Parts) -> str:
    scheme, netloc, path, query = parts
    return f"{scheme}://{netloc}{path}?{query}" if query else f"{scheme}://{netloc}{path}"


def _netloc(scheme: str, netloc: str) -> str | None:
    """Host in lower case (IDNA) and port where it is not the default; None for other schemes, credentials, nonsense."""
    if scheme not in ("http", "https") or not netloc or "@" in netloc:
        return None
    name, colon, port = netloc.lower().rpartition(":") if not netloc.endswith("]") else (netloc.lower(), "", "")
    if not colon:
        name, port = name or port, ""
    if not name.isascii():
        name = name.encode("idna").decode()
    name = name.rstrip(".")
    if len(name) > 253 or not _HOST.fullmatch(name) or (port and not (port.isdecimal() and port.isascii())):
        return None
    number = int(port) if port else 0
    if number > 65535:
        return None
    return name if number in (0, 443 if scheme == "https" else 80) else f"{name}:{number}"


def _encoded(text: str) -> str:
    """Percent-encoding in one spelling: needless escapes undone, needed ones made, digits upper-case."""
    if _PLAIN.fullmatch(text):
        return text
    text = _LONE_PERCENT.sub("%25", quote(text, safe=_KEEP, errors="replace"))
    return _ESCAPE.sub(_one_escape, text)


def _one_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else f"%{match[1].upper()}"


def _without_dots(path: str) -> str:
    """The path with ``.`` and ``..`` resolved, as RFC 3986 5.2.4 has it."""
    if not _DOTS.search(path):
        return path
    kept: list[str] = []
    *folders, last = path.lstrip("/").split("/")
    for segment in folders:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    return "/" + "/".join([*kept, "" if last in (".", "..") else last])


def _kept_query(query: str) -> str:
    pairs = (_STRAY.sub("", pair) for pair in _AMPERSAND.sub("&", query).split("&"))
    return "&".join(pair for pair in pairs if pair and not _is_tracking(pair))


def _is_tracking(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _sorted_query(query: str) -> str:
    if not query:
        return ""
    return "&".join(sorted(pair for pair in query.split("&") if pair.lower() not in AMP_PARAMETERS))


def _without_amp_host(netloc: str) -> str:
    while netloc.startswith("amp.") and netloc.count(".") > 1:
        netloc = netloc[4:]
    return netloc


def _folded_path(path: str) -> str:
    """Without AMP marks and trailing slash. ``/amp`` is a mark only beside a slug: AMP is a coin as well."""
    path = _SLASHES.sub("/", path).rstrip("/")
    longer = ""
    while path != longer and "amp" in path.lower():
        longer, path = path, _without_amp(path)
    return path or "/"


def _without_amp(path: str) -> str:
    """The path with one mark less."""
    if path.lower().endswith("/amp") and _SLUG.search(path[:-4].rpartition("/")[2]):
        return path[:-4]
    if path.lower().startswith("/amp/") and path.rpartition("/")[2].count("-") >= 3:
        return path[4:]
    return _AMP_FILE.sub("", path)

"""Names of authors out of bylines: "By A. Writer and B. Writer, Staff Editor | 3 min read" holds two."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from pipelines.extraction.metadata.datetext import month_number

MAX_NAME = 80
MAX_BYLINE = 400

_BY = re.compile(
    r"^\W*(?:this (?:post|article|story) was )?(?:(?:article|story|words|text|texte|texto|report(?:ing|ed)?|review|analysis|opinion|post|blog|news|commentary)\s+)?"
    r"(?:(?:written|posted|published|authored|reported|created|submitted|contributed|verfasst|geschrieben|écrit|rédigé"
    r"|publié|escrito|publicado|scritto|pubblicato|geschreven|napisał|ditulis)\s+)?"
    r"(?:(?:by|contributors?:|von|par|por|di|door|av|af|od|przez|oleh|bởi|tarafından|от)\b\s*:?"
    r"|(?:authors?|autore?n?|autor[ae]s?|auteurs?|автор|penulis|yazar|tác giả|writer|reporter)\s*[:：]"
    r"|(?:作者|撰文|编译|記者|记者|責任編輯|责编|责任编辑)\s*[:：]\s*|文\s*[/／|:：]|글\s*[:：])\s*",
    re.IGNORECASE,
)
_BREAK = re.compile(r"\s*(?:[|•·⋅●►»\[]|\s[–—-]\s).*$", re.DOTALL)
_BRACKET = re.compile(r"\s*\(.*$", re.DOTALL)
_AFTER_NAME = re.compile(
    r"\s*(?:\b\d{1,2}[:.]\d\d\b|\b\d+ ?(?:min|mins|minute|hour|day|stund|ago)|\b(?:19|20)\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.]"
    r"|\b(?:published|posted|updated|last updated|on|in|at|for|is an?|contributed|follow|read more|reviewed|edited"
    r"|fact.checked|medically|contributions|view|veröffentlicht|aktualisiert|publié|mis à jour|actualizado"
    r"|le \d|am \d|il \d|el \d|vom \d|um \d)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_DATE = re.compile(
    r"\s*\b(?:(?P<before>[^\W\d_]{3,12})\.? \d{1,2}\b|\d{1,2}(?:st|nd|rd|th|\.)? (?P<after>[^\W\d_]{3,12}))"
)
_LISTED = re.compile(r"\s*[,;、，；\n]\s*|\s+/\s+")
_JOINED = re.compile(
    r"\s*[&＆]\s*|\s+(?:and|AND|And|und|UND|et|ET|y|e|en|og|och|ja|i|и|ve|dan|và|with|mit|avec|con)\s+|\s*(?:および|와|과)\s+"
)
_CREDENTIAL = re.compile(
    r"(?:[A-Z]\.?){2,6}|(?:Ph|Psy|Ed|Pharm)\.?D\.?|[BM]\.?(?:Sc|Ed|Eng)\.?|[A-Z]{2,6}[®-][A-Z]{0,5}(?: \d+)?|Esq\.?|[JS]r\.?|I{2,3}"
)
AGENCIES = frozenset(
    "afp ap dpa ansa efe pti apa sda kna epd agi ians ani upi tass afx reuters ritzau ntb tt stt anp belga xinhua".split()
)
"""News agencies, which sign like persons."""
_EMAIL = re.compile(r"\(?\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b\)?")
_ADDRESS = re.compile(r"^(?:https?:)?//|^www\.", re.IGNORECASE)
_EDGE = " \t\r\n\xa0,;:.|-–—•·⋅*\"“”„'’‘[]{}<>/\\@#~_"
_ROLE = re.compile(
    r"\b(?:(?:co-|sub-)?editors?|editor-in-chief|editorial|writer|reporter|correspondent|journalist|contribut(?:or|ing)|columnist"
    r"|analyst|researcher|(?:co-)?founder|c[etmfo]o|director|manager|president|head of|lead|senior|sr|freelance|specialist|expert"
    r"|consultant|engineer|producer|strategist|marketer|professor|intern|coordinator|astrologer|gardener|physician|dietitian|nurse"
    r"|page|architect|redakteure?(?:in)?|redaktor|chefredakteur(?:in)?|journaliste|rédacteur|rédactrice|periodista|redactora?"
    r"|giornalista|redattore|redacteur|verslaggever|korrespondent(?:in)?|corresponsal|reporterin|leiter(?:in)?"
    r"|редактор|журналист|корреспондент|記者|기자|phd|md|mba|cpa|cfa|cfp|rn|rdn?|ms|msc|bsc|edd|dds|dvm|psyd|lcsw)\b\.?",
    re.IGNORECASE,
)
_NOT_NAME = re.compile(
    r"\b(?:view all|all posts|posts by|read more|see more|learn more|more from|share|follow|subscribe|sign up|log ?in"
    r"|promoted|sponsored|advertis\w*|comments?|min read|minutes?|updated|published|posted|cookie|privacy|copyright|newsletter"
    r"|click here|home|menu|search|unknown|anonymous|n/a|undefined|null|none|facebook|twitter|instagram|linkedin|pinterest|youtube"
    r"|whatsapp|telegram|rss|table of contents|function|css|disclosure|process|policy|considered|introducing|our (?:team|staff)"
    r"|how to|what is|why|about|書いた人|download|webinar|podcast|playground|strategy|development|executable)\b"
    r"|^(?:admin|administrator|root|user|webmaster|author|authors|guest|editor|by|written by|research)$|[<>{}=\\#$%^*⟨]|\d{3,}",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:team|staff|editors|desk|newsroom|newsdesk|news|magazine|media|agenc(?:y|ies)|institute?|university|foundation|association"
    r"|center|centre|department|ministry|company|inc|llc|ltd|gmbh|group|redaktion|redacción|redação|redazione|rédaction|redactie"
    r"|deutschland|press|times|post|daily|journal|blog|editorial|admin|insights?|research|studios?|labs?|network|contributor"
    r"|bio|size|glance|full|profile|spotlight|program|finance|marketing|technology|guides?|tips|reviews?|business|health|travel"
    r"|world|stories|markets?|crypto|bitcoin|blockchain|ethereum|defi|policy|opinion|analysis|price|prices|coins?|trading|exchange"
    r"|product|products|design|security|software|services?|solutions?|resources?|events?|video|videos|learn|support|contact|table"
    r"|contents|summary|overview|introduction|conclusion|features?|pricing|level|copy|link|back|next|previous|top|best|new|latest"
    r"|artificial|intelligence|machine|learning|data|science|sports?|culture|politics|economy|food|home|kitchen|garden|style)\b",
    re.IGNORECASE,
)
"""Words in the names of bodies and topics, not of persons."""
_PARTICLES = frozenset("de da di van von der den del la le bin al el dos du ter zu ten bint ibn y e".split())


def names_of(value: str, *, byline: bool = False) -> tuple[str, ...]:
    """The names in a byline or data value, in order, each once. ``byline``: only what follows "By" or its like counts."""
    text = " ".join(html.unescape(value[:MAX_BYLINE]).split())
    if _ADDRESS.search(text) and " " not in text:
        return ()
    lead = _BY.match(text)
    if lead:
        text = _BRACKET.sub("", _undated(_AFTER_NAME.sub("", text[lead.end() :])))
    elif byline:
        return ()
    text = _BREAK.sub("", _EMAIL.sub(" ", text))
    parts = [name for part in _LISTED.split(text) for each in _unjoined(part) if (name := _name(each))]
    return distinct(part for index, part in enumerate(parts) if not index or not _is_credential(part))


def iterate(values: Iterable[str], *, byline: bool = False) -> Iterator[str]:
    """Names of several values."""
    for value in values:
        yield from names_of(value, byline=byline)


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, compared by its words alone."""
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(key(name), name)
    kept.pop("", None)
    return tuple(kept.values())


def key(name: str) -> str:
    """The words of a name, lower case."""
    return " ".join(re.findall(r"\w+", name.lower()))


def looks_like_person(name: str) -> bool:
    """Two to five words, each beginning with a capital, or a short name in a script without capitals."""
    words = name.split()
    if _undated(name) != name:
        return False
    if _BODY.search(name):
        return False
    if name[:1].isalpha() and not name[:1].isupper() and not name[:1].islower():
        return len(name) <= 20
    return 2 <= len(words) <= 5 and all(word[:1].isupper() or word.lower() in _PARTICLES for word in words)


def _undated(text: str) -> str:
    for found in _DATE.finditer(text):
        if month_number(found["before"] or found["after"]):
            return text[: found.start()]
    return text


def _unjoined(part: str) -> list[str]:
    """The names that "and" joins; the name of one body ("Food and Drug Administration") stays whole."""
    names = [name.strip() for name in _JOINED.split(part)]
    if len(names) == 2 and all(name.isalpha() and name.istitle() for name in names) and names[0] != names[1]:
        return names  # "Ann and Bob"
    if all(looks_like_person(name) or key(name) in AGENCIES for name in names):
        return names
    return names if len(names) > 1 and looks_like_person(names[0]) else [part]


def _is_credential(part: str) -> bool:
    return part.lower() not in AGENCIES and _CREDENTIAL.fullmatch(part) is not None


def _name(part: str) -> str | None:
    part = _BY.sub("", part.strip(_EDGE) + " ").strip(_EDGE)
    part = _undoubled(part)
    if not _undated(part) or not 2 <= len(part) <= MAX_NAME or _ADDRESS.search(part) or _NOT_NAME.search(part):
        return None
    if len(part.split()) > 7 or not any(char.isalpha() for char in part):
        return None
    return None if _is_role(part) else part


def _undoubled(part: str) -> str:
    """A card shows a name for each width of screen: two or three times over in the markup."""
    words = part.split()
    for times in (2, 3):
        size = len(words) // times
        if size and len(words) == size * times and words == words[:size] * times:
            return " ".join(words[:size])
    return part


def _is_role(part: str) -> bool:
    """Whether a part says what somebody is; "The Example Editors" and "Example Team" are signatures."""
    if _BODY.search(part) and part[:1].isupper() and len(part.split()) > 1 and not part.lower().startswith("senior"):
        return False
    return any(each.start() == 0 or each.end() == len(part) for each in _ROLE.finditer(part))

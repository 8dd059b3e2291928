"""From notices to what follows of them. Cautious: what one place reserves, no other place sets free. Pure.

TDMRep has an order of its own: what the page says comes before the header, and that before the host's file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipelines.rights.robots import agents
from pipelines.rights.values import Notice, Rights

DIRECTIVES = ("noai", "noimageai", "noindex", "noarchive", "nocache", "nosnippet", "none", "notranslate", "nofollow")
"""Words for robots that are kept as such; the notices have all of them."""
NO_TRAINING = {"ai-train=no", "train-ai=n", "ai=n", "ai-train=n", "train-ai=no", "bots=n"}
"""Usage preferences by which a site reserves its text against training: Content-Signal and IETF AIPREF."""

_CC = re.compile(
    r"creativecommons\.org/(licenses|publicdomain)/(by(?:-nc)?(?:-nd|-sa)?|zero|mark)/(\d\.\d)", re.IGNORECASE
)
_OPEN = (
    (re.compile(r"nationalarchives\.gov\.uk/doc/open-government-licence/version/(\d)", re.IGNORECASE), "OGL-UK-{}.0"),
)
_CC_NAME = re.compile(r"\bcc[ -]by((?:-(?:nc|nd|sa))*)[ -](\d\.\d)\b", re.IGNORECASE)


def judge(notices: Sequence[Notice]) -> Rights:
    """What the notices of one page come to."""
    forbidden = tuple(_forbidden(notices))
    tdm = _tdm(notices)
    directives = _directives(notices)
    reasons = tuple(dict.fromkeys(_reasons(notices, forbidden, tdm)))
    licence = next((each.value for each in notices if each.term == "license" and each.origin != "robots_txt"), None)
    return Rights(
        ai_allowed=False if reasons else True if _robots_known(notices) else None,
        ai_reasons=reasons,
        agents_forbidden=forbidden,
        tdm_reserved=tdm,
        tdm_policy=next((each.value for each in notices if each.term == "tdm-policy"), None) if tdm else None,
        directives=tuple(word for word in DIRECTIVES if word in directives),
        licence=licence,
        licence_id=spdx(licence),
        is_free=_is_free(notices),
    )


def spdx(licence: str | None) -> str | None:
    """The SPDX identifier of an open licence, by its address or its name; None for any other."""
    if licence is None:
        return None
    if found := _CC.search(licence):
        kind, version = found[2].lower(), found[3]
        named = {"zero": "CC0", "mark": "PDM"}.get(kind, f"CC-{kind.upper()}")
        return f"{named}-{version}"
    if found := _CC_NAME.search(licence):
        return f"CC-BY{found[1].upper()}-{found[2]}"
    return next((name.format(found[1]) for pattern, name in _OPEN if (found := pattern.search(licence))), None)


def _forbidden(notices: Iterable[Notice]) -> Iterator[str]:
    for each in notices:
        if each.origin == "robots_txt" and each.term == "disallow":
            yield from each.value.split(", ")


def _reasons(notices: Sequence[Notice], forbidden: Sequence[str], tdm: bool | None) -> Iterator[str]:
    for agent in forbidden:
        if agent == "*" or agents().get(agent) == "training":
            yield f"robots_txt: {agent}"
    for each in notices:
        if each.term in ("content-signal", "content-usage") and _preferences(each.value) & NO_TRAINING:
            yield f"{each.origin}: {each.term}"
        elif each.origin == "ai_txt" and each.term == "disallow":
            yield "ai_txt"
        elif "noai" in _words(each):
            yield f"{each.origin}: noai"
    if tdm:
        yield "tdm"


def _preferences(value: str) -> set[str]:
    return set(value.lower().replace(" ", "").replace(";", ",").split(","))


def _robots_known(notices: Iterable[Notice]) -> bool:
    return any(each.origin == "robots_txt" and each.term == "status" and each.value.isdecimal() for each in notices)


def _tdm(notices: Sequence[Notice]) -> bool | None:
    for origin in ("meta", "header", "tdmrep"):
        said = [each.value for each in notices if each.origin == origin and each.term == "tdm-reservation"]
        if said:
            return any(value.strip().startswith("1") for value in said)
    return None


def _directives(notices: Iterable[Notice]) -> set[str]:
    return {word for each in notices for word in _words(each)}


def _words(notice: Notice) -> set[str]:
    """Words for robots; one that is only for a single search engine (``googlebot: noindex``) counts as well."""
    if notice.term != "x-robots-tag" and notice.origin != "meta":
        return set()
    return set(re.split(r"[\s,:;]+", notice.value.lower())) & set(DIRECTIVES)


def _is_free(notices: Iterable[Notice]) -> bool | None:
    said = [each.value for each in notices if each.term == "isAccessibleForFree"]
    if not said:
        return None
    return not any(value in ("false", "no", "0") or value.endswith("/false") for value in said)

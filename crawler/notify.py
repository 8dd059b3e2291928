"""Tells people of alarms through Apprise: mail, Slack, Telegram, a webhook, and whatever else it speaks.

Addresses hold passwords and tokens: they come from the environment alone, and neither logs nor errors repeat them.
"""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from pipelines.errors import BadConfig
from pipelines.health import ADVICE, Kind
from pipelines.store.alarms import Alarm

log = logging.getLogger(__name__)

MOST_ALARMS = 20
"""In one message; the others are counted."""
LONGEST = 400
"""Characters of one line."""
_MARKUP = str.maketrans("<>@`", "‹›＠'")
"""Chats make links, mentions and commands of these; an address or a class name of a page is to do nothing."""


def addresses() -> list[str]:
    """``$NEWSMINT_NOTIFY``: Apprise's URLs, separated by spaces or line feeds."""
    return os.environ.get("NEWSMINT_NOTIFY", "").split()


def tell(alarms: Sequence[Alarm], urls: Sequence[str]) -> bool:
    """Send one message of these alarms to each of the URLs; whether it reached at least one.

    Raises BadConfig where Apprise is not installed, or does not know one of the URLs.
    """
    return bool(alarms) and send(*message(alarms), urls)


def send(title: str, body: str, urls: Sequence[str]) -> bool:
    """Send plain text to each of the URLs; whether it reached at least one. Raises as ``tell``."""
    apprise = _apprise()
    asset = apprise.AppriseAsset(app_id="Newsmint", secure_logging=True)
    services = [_service(apprise, asset, url, number) for number, url in enumerate(urls, 1)]
    reached = 0
    for service, url in zip(services, urls, strict=True):
        with _unlogged():
            took = service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
        if took:
            reached += 1
        else:
            log.warning("Nobody could be told by %s://…: it did not take the message", urlsplit(url).scheme)
    return reached > 0


def message(alarms: Sequence[Alarm]) -> tuple[str, str]:
    """Title and body, in plain text: what is new first, then what is over."""
    new, over = ([it for it in alarms if (it.cleared_at is None) is lasts] for lasts in (True, False))
    parts = [f"{len(new)} new alarm{'' if len(new) == 1 else 's'}"] * bool(new) + [f"{len(over)} over"] * bool(over)
    lines = [line for each in new[:MOST_ALARMS] for line in _lines(each)]
    lines += [_plain(f"over: {_name(each)}: {each.kind}") for each in over[:MOST_ALARMS]]
    left = max(0, len(new) - MOST_ALARMS) + max(0, len(over) - MOST_ALARMS)
    lines += [f"… and {left} more: newsmint health"] * bool(left)
    return f"Newsmint: {', '.join(parts)}", "\n".join(lines)


def _lines(alarm: Alarm) -> list[str]:
    lines = [_plain(f"{_name(alarm)}: {alarm.kind}: {alarm.detail}")]
    lines += [_plain(f"  {url}") for url in alarm.examples[:3]]
    advice = ADVICE.get(Kind(alarm.kind)) if alarm.kind in list(Kind) else None
    return [*lines, f"  → {advice.replace('KEY', alarm.source or 'KEY')}"] if advice else lines


def _name(alarm: Alarm) -> str:
    return alarm.source or "the crawl"


def _plain(line: str) -> str:
    """One line without control characters and tricks with the writing direction."""
    seen = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char for char in line)
    return seen.rstrip().translate(_MARKUP)[:LONGEST]


def _apprise() -> Any:
    try:
        import apprise
    except ImportError:
        raise BadConfig(
            "NEWSMINT_NOTIFY is set, but Apprise is not installed: pip install 'newsmint[notify]'"
        ) from None
    return apprise


@contextmanager
def _unlogged() -> Iterator[None]:
    """Within it, nobody logs the addresses that are asked: tokens are part of their paths."""
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3", "requests")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)


def _service(apprise: Any, asset: Any, url: str, number: int) -> Any:
    service = apprise.Apprise(asset=asset)
    with _unlogged():
        known = service.add(url)
    if not known:
        raise BadConfig(f"NEWSMINT_NOTIFY: address {number} is none that Apprise knows, such as json://host/path")
    return service

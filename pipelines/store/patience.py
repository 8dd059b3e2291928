"""Waiting for the server of a shared store that does not answer: it is restarted now and then, and crawls go on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from pipelines.errors import StoreAway

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, *[15.0] * 11)
"""Seconds between tries: three minutes in all, after which whoever waits gives up."""


def patiently(call: Callable[[], T]) -> T:
    """What the call returns, tried again while the server is away. Raises StoreAway once it was away for too long."""
    for pause in PAUSES:
        try:
            return call()
        except StoreAway as error:
            log.warning("%s; tried again in %g seconds", error, pause)
            time.sleep(pause)
    return call()

"""What a crawl of months remembers of hosts has an end: a site may have subdomains without one."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

HOSTS = 10_000
"""Hosts of which something small is remembered."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(OrderedDict[Key, Value]):
    """A dict that keeps the entries that were written or asked for (``recall``) last, ``most`` of them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)

    def recall(self, key: Key) -> Value | None:
        """The value, which is thereby kept for longer; None where there is none."""
        if key not in self:
            return None
        self.move_to_end(key)
        return self[key]

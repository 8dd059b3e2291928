from __future__ import annotations

from crawler.recent import Recent


def test_what_was_written_or_recalled_last_is_kept() -> None:
    known: Recent[str, int] = Recent(3)
    for number, name in enumerate(["a", "b", "c"]):
        known[name] = number
    assert known.recall("a") == 0
    known["d"] = 3
    known["b"] = 4
    assert list(known.items()) == [("a", 0), ("d", 3), ("b", 4)]
    assert known.recall("c") is None

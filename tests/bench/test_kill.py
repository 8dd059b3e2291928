from __future__ import annotations

from pathlib import Path

import pytest

from bench.kill import run


@pytest.mark.slow
def test_fifty_kills_lose_nothing_and_store_nothing_twice(tmp_path: Path) -> None:
    report = run(tmp_path, pages=2000, kills=50)
    assert report.faults == []
    assert len(report.kills) == 50
    assert report.refetched <= sum(kill.in_flight for kill in report.kills)

"""Sound input with pieces cut out of it and put into it, and what has broken a parser before."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import CRASHES, PIECES, SEEDS
from tests.fuzz.targets import TARGETS

EXAMPLES = {"article": 25, "feed": 60, "listing": 40, "sources": 60}
"""Of the slower targets; 120 of the others."""

_EDIT = st.tuples(st.floats(0, 1), st.integers(0, 200), st.sampled_from(PIECES) | st.binary(max_size=20))


def _edited(seed: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """At each place, so far into the input, so many bytes give way to others."""
    for place, cut, piece in edits:
        at = int(place * len(seed))
        seed = seed[:at] + piece + seed[at + cut :]
    return seed


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_unsound_breaks_it(name: str) -> None:
    inputs = st.builds(_edited, st.sampled_from(SEEDS[name]), st.lists(_EDIT, max_size=8)) | st.binary(max_size=200)
    bounded = settings(
        max_examples=EXAMPLES.get(name, 120), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )

    @bounded
    @given(inputs)
    def run(data: bytes) -> None:
        assert TARGETS[name](data) in (True, False)

    run()


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_sound(name: str) -> None:
    for seed in SEEDS[name]:
        assert TARGETS[name](seed)


@pytest.mark.parametrize("file", sorted(CRASHES.glob("*/*")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_broke_it_once_does_not_again(file: Path) -> None:
    assert TARGETS[file.parent.name](file.read_bytes()) in (True, False)

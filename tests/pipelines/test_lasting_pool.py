"""A pool that lives on when Pebble's breaks."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

import pytest
from pebble import ProcessExpired, ProcessPool

from pipelines.lasting_pool import LastingPool


def half(number: int) -> float:
    time.sleep(0.005)
    return number / 2


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill(victims: list[int]) -> None:
    for victim in victims:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)


@pytest.fixture
def pool() -> Iterator[LastingPool]:
    pool = LastingPool(lambda: ProcessPool(max_workers=2))
    yield pool
    pool.close()


def test_answers_and_errors_are_those_of_the_function(pool: LastingPool) -> None:
    assert pool.schedule(half, (3,)).result(timeout=20) == 1.5
    with pytest.raises(TypeError):
        pool.schedule(half, ("x",)).result(timeout=20)
    with pytest.raises(TimeoutError):
        pool.schedule(time.sleep, (60,), timeout=0.2).result(timeout=20)


def test_work_that_kills_its_worker_fails_alone(pool: LastingPool) -> None:
    deadly, harmless = pool.schedule(die, ()), [pool.schedule(half, (number,)) for number in range(20)]
    with pytest.raises(ProcessExpired):
        deadly.result(timeout=20)
    assert [each.result(timeout=20) for each in harmless] == [number / 2 for number in range(20)]


def test_all_is_done_whenever_workers_die(pool: LastingPool) -> None:
    dice = random.Random(20)
    answers = []
    for number in range(300):
        answers.append(pool.schedule(half, (number,)))
        if dice.random() < 0.03:
            time.sleep(dice.random() / 10)
            kill(dice.sample(pool.worker_ids, min(2, len(pool.worker_ids))))
    lost = [answer for answer in answers if isinstance(answer.exception(timeout=60), ProcessExpired)]
    assert len(lost) < 40  # each was at work when its worker died
    done = {answer.result() for answer in answers if answer not in lost}
    assert len(done) == len(answers) - len(lost)


def test_workers_that_never_begin_are_given_up() -> None:
    pool = LastingPool(lambda: ProcessPool(max_workers=1, initializer=die))
    with pytest.raises(BrokenProcessPool, match="again and again"):
        pool.schedule(half, (1,)).result(timeout=60)
    pool.close()


def test_a_closed_pool_says_so(pool: LastingPool) -> None:
    pool.close()
    with pytest.raises(BrokenProcessPool, match="not active"):
        pool.schedule(half, (1,)).result(timeout=1)

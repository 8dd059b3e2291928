"""A crawl fleet as a discrete-event simulation: newsrooms that publish, listings that are visited, workers that fail.

Built on simpy, which is small, typed, kept up, and says "wait for a slot, then for a core" as one reads it; its events
cost a day of 10,000 newsrooms some ten seconds. Everything is drawn from one seed: the same parameters, the same day.
"""

from __future__ import annotations

from bench.simulation.model import simulate
from bench.simulation.parameters import Costs, Failures, Fleet, Newsrooms, Parameters
from bench.simulation.results import Result

__all__ = ["Costs", "Failures", "Fleet", "Newsrooms", "Parameters", "Result", "simulate"]

"""Whether a source is well, judged against its own history. Pure: facts in, troubles out; no store, no clock.

``pipelines.store.health`` reads the facts; ``pipelines.store.alarms`` remembers the troubles.
"""

from pipelines.health.judgement import Health, judge, judge_crawl
from pipelines.health.kinds import ADVICE, Kind, Trouble

__all__ = ["ADVICE", "Health", "Kind", "Trouble", "judge", "judge_crawl"]

"""The usual rule sets for training text, as measured values and verdicts. Nothing is left out because of them. Pure.

Own implementation of what the papers say, with the thresholds in use today; a test holds it against values of
datatrove's filters. They were made for pages of the open web in languages with spaces between words: for a text in
Chinese, Japanese, Korean, Thai and the like no rule set applies, and English stop words are asked for in English alone.
"""

from __future__ import annotations

from pipelines.quality.measures import measure
from pipelines.quality.values import MEASURER, RULE_SETS, Quality

__all__ = ["MEASURER", "RULE_SETS", "Quality", "measure"]

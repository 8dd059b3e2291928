"""Scripts that are written without spaces: Thai, Lao, Burmese, Khmer, Japanese and Chinese."""

from __future__ import annotations

import re

RANGES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Their characters, as they stand between the brackets of a pattern."""

UNSPACED = re.compile(f"[{RANGES}]")

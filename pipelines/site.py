"""What is known of a page's site beyond the page: what it repeats, and what people have put right there."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.chrome import NOTHING_LEARNED, SiteChrome
from pipelines.corrections import NO_CORRECTIONS, Corrections


@dataclass(frozen=True, slots=True)
class Site:
    """Knowledge that extraction brings to a page of the site. Cheap to send to a worker."""

    chrome: SiteChrome = NOTHING_LEARNED
    corrections: Corrections = NO_CORRECTIONS


UNKNOWN_SITE = Site()

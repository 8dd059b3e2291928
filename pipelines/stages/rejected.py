"""Why a page became no article: one class a reason, so that Scrapy's statistics count them by name.

They stand apart from ``pipelines.errors``, because extraction imports that and must not import Scrapy.
"""

from __future__ import annotations

from scrapy.exceptions import DropItem

from pipelines.items import Verdict
from pipelines.rights import Notice


class Rejected(DropItem):
    """A page that was kept and counted, but is no article. ``reason`` is what the rejection row says.

    ``seconds``: how long its extraction took, where it came that far.
    """

    reason = "rejected"
    notices: tuple[Notice, ...] = ()
    """What the page itself says of its use, where it came that far."""

    def __init__(self, detail: str | None = None, seconds: float | None = None) -> None:
        super().__init__(f"{self.reason}: {detail}" if detail else self.reason)
        self.detail = detail
        self.seconds = seconds


class Listing(Rejected):
    """A front page, section or tag page."""

    reason = Verdict.LISTING.value


class BlockPage(Rejected):
    """A wall of a bot guard or consent manager, not the site's own page."""

    reason = Verdict.BLOCK_PAGE.value


class ScriptShell(Rejected):
    """A page whose text only a browser would load."""

    reason = Verdict.SCRIPT_SHELL.value


class PasswordForm(Rejected):
    """A post behind a password."""

    reason = Verdict.PASSWORD.value


class TooShort(Rejected):
    """Too little text to be an article."""

    reason = Verdict.TOO_SHORT.value


class Unusable(Rejected):
    """Not HTML, empty, or undecodable."""

    reason = Verdict.ERROR.value


class TooLarge(Rejected):
    """More bytes than are parsed safely."""

    reason = "too_large"


class TooManyTags(Rejected):
    """More tags than are parsed safely."""

    reason = "too_many_tags"


class TimeLimit(Rejected):
    """Extraction took too long and was stopped."""

    reason = "time_limit"


class MemoryLimit(Rejected):
    """Extraction needed too much memory and was stopped."""

    reason = "memory"


class Crashed(Rejected):
    """Extraction took its process down."""

    reason = "crash"


class ExtractionError(Rejected):
    """Extraction raised: a fault of ours that the kept page reproduces."""

    reason = "extraction_error"


_BY_VERDICT = {kind.reason: kind for kind in (Listing, BlockPage, ScriptShell, PasswordForm, TooShort, Unusable)}
_BY_FAILURE = {kind.reason: kind for kind in (TooLarge, TooManyTags, TimeLimit, MemoryLimit, Crashed)}


def rejected_verdict(verdict: str, detail: str | None = None, seconds: float | None = None) -> Rejected:
    """The exception for a verdict that is not stored."""
    return _BY_VERDICT.get(verdict, Unusable)(detail, seconds)


def failed_extraction(kind: str, detail: str, seconds: float | None = None) -> Rejected:
    """The exception for an ``ExtractionFailure``."""
    return _BY_FAILURE.get(kind, ExtractionError)(detail, seconds)

"""Only articles become article rows: listings, block pages, script shells and password forms are rejections."""

from __future__ import annotations

from pipelines.items import Verdict
from pipelines.stages.items import Extracted
from pipelines.stages.rejected import rejected_verdict


class ValidateArticle:
    """Raises the ``Rejected`` of the page's verdict where that is not one to store."""

    def process_item(self, item: Extracted) -> Extracted:
        verdict = Verdict(item.article.verdict)
        if not verdict.is_stored:
            refusal = rejected_verdict(verdict, item.article.title, item.seconds)
            refusal.notices = item.notices
            raise refusal
        return item

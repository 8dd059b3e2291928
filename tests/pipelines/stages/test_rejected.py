"""A class a reason: Scrapy counts drops by class, the store by reason."""

from __future__ import annotations

import pytest

from pipelines.items import Article, RawPage, Verdict
from pipelines.stages.items import Extracted, Fetched
from pipelines.stages.rejected import Rejected, failed_extraction, rejected_verdict
from pipelines.stages.validate_article import ValidateArticle


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_is_stored_or_has_a_reason_of_its_name(verdict: Verdict) -> None:
    item = Extracted(Fetched(RawPage("https://larkspur.example/", b"")), Article("0", "", "", verdict=verdict))
    if verdict.is_stored:
        assert ValidateArticle().process_item(item) is item
    else:
        with pytest.raises(Rejected) as caught:
            ValidateArticle().process_item(item)
        assert caught.value.reason == verdict


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("too_large", "too_large"),
        ("too_many_tags", "too_many_tags"),
        ("time_limit", "time_limit"),
        ("memory", "memory"),
        ("crash", "crash"),
        ("error", "extraction_error"),
    ],
)
def test_each_failure_of_the_pool_has_a_reason(kind: str, reason: str) -> None:
    rejected = failed_extraction(kind, "what happened")
    assert (rejected.reason, rejected.detail) == (reason, "what happened")


def test_two_reasons_are_two_classes() -> None:
    assert type(rejected_verdict("listing")) is not type(rejected_verdict("block_page"))

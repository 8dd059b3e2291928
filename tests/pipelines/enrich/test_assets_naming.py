"""What a person types becomes the key of an asset, or an error that helps."""

from __future__ import annotations

from collections import Counter

import pytest

from pipelines.enrich.assets import KINDS, asset_key, assets
from pipelines.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("BTC", "bitcoin"),
        ("$btc", "bitcoin"),
        ("Bitcoin", "bitcoin"),
        ("比特币", "bitcoin"),
        ("bitcoin-cash", "bitcoin-cash"),
        ("Bitcoin Cash", "bitcoin-cash"),
        ("near", "near"),
        ("tether", "tether"),
        ("USDT", "usdt"),
        ("sol", "solana"),
        ("MATIC", "polygon"),
        (" saylor ", "michael-saylor"),
        ("mt gox", "mt-gox"),
    ],
)
def test_the_key_of_what_a_person_calls_it(typed: str, key: str) -> None:
    assert asset_key(typed) == key


def test_an_unknown_name_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no asset is called 'etherium classik'.*near to it: ethereum-classic"):
        asset_key("etherium classik")


def test_the_file_holds_several_hundred_of_every_kind_that_news_is_about() -> None:
    kinds = Counter(asset.kind for asset in assets().values())
    assert set(kinds) == set(KINDS)
    assert kinds["coin"] + kinds["protocol"] + kinds["chain"] >= 350
    assert min(kinds.values()) >= 40


def test_every_key_is_plain_and_every_asset_is_found_by_its_own_key() -> None:
    for key, asset in assets().items():
        assert asset_key(key) == key
        assert key == key.lower() and " " not in key
        assert asset.name == asset.name.strip() != ""

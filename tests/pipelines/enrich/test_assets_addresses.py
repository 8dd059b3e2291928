"""Addresses, hashes and ENS names in a text: what is kept, in which spelling, how certain, and what is none."""

from __future__ import annotations

import pytest

from pipelines.enrich.assets import asset_key
from pipelines.enrich.assets.addresses import find_addresses
from pipelines.enrich.assets.words import Words

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
SEGWIT = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
USDT_ON_TRON = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
WRAPPED_SOL = "So11111111111111111111111111111111111111112"
HASH = "5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"


def _found(text: str) -> list[tuple[str, str, float]]:
    return [(each.kind, each.asset, each.certainty) for each in find_addresses(Words(text))]


@pytest.mark.parametrize(
    ("text", "kind", "asset", "certainty"),
    [
        (f"The funds went to {VITALIK}.", "address", VITALIK, 0.99),
        (f"The funds went to {VITALIK.lower()}.", "address", VITALIK, 0.9),
        (f"The funds went to 0X{VITALIK[2:].upper()}.", "address", VITALIK, 0.9),
        (f"See etherscan.example/address/{VITALIK}", "address", VITALIK, 0.99),
        (f"Transaktion 0x{HASH} lief durch", "transaction", f"0x{HASH}", 0.95),
        (f"with the transaction {HASH.upper()} in block 170", "transaction", HASH, 0.8),
        (f"Satoshi's coins at {GENESIS}, unmoved", "address", GENESIS, 0.99),
        (f"sent to {SEGWIT.upper()};", "address", SEGWIT, 0.99),
        (f"({USDT_ON_TRON})", "address", USDT_ON_TRON, 0.99),
        (f"the mint address {WRAPPED_SOL} on Solana", "address", WRAPPED_SOL, 0.7),
        (f"Solana: {WRAPPED_SOL}", "address", WRAPPED_SOL, 0.6),
        ("paid to Vitalik.eth, he said", "ens", "vitalik.eth", 0.9),
        ("owner of pay.vitalik.eth.", "ens", "pay.vitalik.eth", 0.9),
        (f"发送到{VITALIK}地址", "address", VITALIK, 0.99),
    ],
)
def test_what_is_one(text: str, kind: str, asset: str, certainty: float) -> None:
    [(found_kind, found, sure)] = _found(text)
    assert (found_kind, found) == (kind, asset)
    assert sure == pytest.approx(certainty)


@pytest.mark.parametrize(
    "text",
    [
        VITALIK.replace("d8dA", "D8dA"),  # the checksum is wrong
        VITALIK + "0",
        VITALIK[:-1],
        f"_{VITALIK[2:]}",
        GENESIS[:-1] + "b",
        SEGWIT[:-1] + "r",
        SEGWIT[:10].upper() + SEGWIT[10:],
        f"SHA-256 of the download: {HASH}",
        WRAPPED_SOL,  # no word speaks for it
        "a" * 44,
        "mail@vitalik.eth",
        "https://vitalik.eth.limo/general",
        "vitalik.eth.link",
        "https://example.org/vitalik.eth/",
        "the file is called x.eth.",
        "-.eth",
    ],
)
def test_what_is_none(text: str) -> None:
    assert _found(text) == []


def test_an_address_is_its_own_key_in_its_standard_spelling() -> None:
    assert asset_key(VITALIK.lower()) == VITALIK
    assert asset_key(f"0x{HASH.upper()}") == f"0x{HASH}"
    assert asset_key("Vitalik.ETH".lower()) == "vitalik.eth"
    assert asset_key(SEGWIT.upper()) == SEGWIT

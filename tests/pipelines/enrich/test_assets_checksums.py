"""The checksums, by the vectors that their specifications publish."""

from __future__ import annotations

import pytest

from pipelines.enrich.assets.checksums import base58, base58check, eip55, segwit
from pipelines.enrich.assets.keccak import keccak256

EIP55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("address", EIP55)
def test_the_vectors_of_eip_55(address: str) -> None:
    assert eip55(address.lower()) == address
    assert eip55("0x" + address[2:].upper()) == address


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b"),
    ],
)
def test_keccak_256_is_not_sha3_256(message: bytes, digest: str) -> None:
    assert keccak256(message).hex() == digest


@pytest.mark.parametrize("length", [0, 1, 134, 135, 136, 137, 271, 272, 273])
def test_messages_around_the_ends_of_a_block_differ_from_each_other(length: int) -> None:
    assert len({keccak256(b"a" * length), keccak256(b"a" * (length + 1)), keccak256(b"a" * length + b"\0")}) == 3


@pytest.mark.parametrize(
    "address",
    [  # BIP 173 and BIP 350
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
        "bc1sw50qgdz25j",
        "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
)
def test_valid_segwit_addresses_of_the_specifications(address: str) -> None:
    assert segwit(address)


@pytest.mark.parametrize(
    "address",
    [
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",  # bech32 where bech32m must be
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",  # bech32m where bech32 must be
        "bc130xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqjxmyzx",  # version 17
        "bc1pw5dgrnzv",  # one byte
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",  # 41 bytes
        "bc1qr508d6qejxtdg4y5r3zarvaryv98gj9p",  # version 0 of 16 bytes
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",  # more padding than there must be
        "bc1gmk9yu",  # nothing
        "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",  # another network's
        "",
    ],
)
def test_invalid_segwit_addresses_of_the_specifications(address: str) -> None:
    assert not segwit(address)


def test_base58check() -> None:
    assert base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", (0,))
    assert not base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", (0,))
    assert not base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", (5,))
    assert base58("0OIl") is None
    assert base58("11") == b"\0\0"

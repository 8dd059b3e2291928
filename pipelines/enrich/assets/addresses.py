"""Addresses, transaction hashes and ENS names, each in its standard spelling; what fails its checksum is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pipelines.enrich.assets import checksums

MAX_ADDRESSES = 100
"""An article of more is a list; the first ones are kept."""

_EDGE, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_HEX = re.compile(rf"{_EDGE}0[xX](?:[0-9a-fA-F]{{64}}|[0-9a-fA-F]{{40}}){_END}")
_BARE_HASH = re.compile(rf"{_EDGE}(?:[0-9a-f]{{64}}|[0-9A-F]{{64}}){_END}")
_BECH32 = re.compile(rf"{_EDGE}(?:bc1[02-9ac-hj-np-z]{{11,71}}|BC1[02-9AC-HJ-NP-Z]{{11,71}}){_END}")
_BASE58 = re.compile(rf"{_EDGE}[1-9A-HJ-NP-Za-km-z]{{26,44}}{_END}")
_ENS = re.compile(r"(?<![\w@./-])((?:[^\W_][\w-]{0,62}\.){1,4})eth(?![\w@/-]|[.:]\w)")
_OF_A_TRANSACTION = re.compile(
    r"(?i)\b(?:tx|txid|txn|transaction|transacci[oó]n|transação|transaktion|işlem|транзакци\w+)\b|交易"
)
_OF_SOLANA = re.compile(r"(?i)\b(?:solana|sol|spl|mint|pump\.fun|raydium|jupiter)\b")
_OF_AN_ADDRESS = re.compile(
    r"(?i)\b(?:address|wallet|account|contract|token|ca|direcci[oó]n|endereço|adres|адрес\w*)\b"
)
_BITCOIN, _TRON = (0x00, 0x05), (0x41,)


class Place(NamedTuple):
    """Where one stands, and what it is."""

    asset: str
    kind: str
    start: int
    stop: int
    certainty: float


def find_addresses(text: str) -> list[Place]:
    """All of a text, in order, at most ``MAX_ADDRESSES``."""
    found: list[Place] = []
    for place in sorted(_places(text), key=lambda place: place.start):
        if not found or place.start >= found[-1].stop:
            found.append(place)
    return found[:MAX_ADDRESSES]


def _places(text: str) -> Iterator[Place]:
    if "0x" in text or "0X" in text:
        yield from _bounded(_ethereum(match) for match in _HEX.finditer(text))
    if ".eth" in text:
        yield from _bounded(_ens(match) for match in _ENS.finditer(text))
    yield from _bounded(_base58(text, match) for match in _BASE58.finditer(text))
    yield from _bounded(_segwit(match) for match in _BECH32.finditer(text))
    yield from _bounded(_bare_hash(text, match) for match in _BARE_HASH.finditer(text))


def _bounded(places: Iterator[Place | None]) -> Iterator[Place]:
    for count, place in enumerate(places):
        if count >= 4 * MAX_ADDRESSES:
            return
        if place:
            yield place


def _ethereum(match: re.Match[str]) -> Place | None:
    """A mixed-case address must have its checksum; one in a single case has none to check."""
    written = "0x" + match[0][2:]
    if len(written) == 66:
        return Place(written.lower(), "transaction", *match.span(), 0.95)
    standard = _eip55(written.lower())
    if written == standard:
        return Place(standard, "address", *match.span(), 0.99)
    is_one_case = written[2:].islower() or written[2:].isupper() or written[2:].isdigit()
    return Place(standard, "address", *match.span(), 0.9) if is_one_case else None


def _base58(text: str, match: re.Match[str]) -> Place | None:
    written = match[0]
    if len(written) <= 34 and checksums.base58check(written, _TRON if written[0] == "T" else _BITCOIN):
        return Place(written, "address", *match.span(), 0.99)
    if len(written) < 32 or written.isalpha() or written.isdigit():
        return None
    data = checksums.base58(written)
    if data is None or len(data) != 32:
        return None
    around = text[max(0, match.start() - 300) : match.end() + 100]
    evidence = bool(_OF_SOLANA.search(around)) + bool(_OF_AN_ADDRESS.search(around))
    return Place(written, "address", *match.span(), 0.6 + 0.1 * evidence) if evidence else None


def _segwit(match: re.Match[str]) -> Place | None:
    standard = match[0].lower()
    return Place(standard, "address", *match.span(), 0.99) if checksums.segwit(standard) else None


def _bare_hash(text: str, match: re.Match[str]) -> Place | None:
    """64 hexadecimal digits are a transaction where the words before say so: files have such hashes too."""
    if not _OF_A_TRANSACTION.search(text, max(0, match.start() - 80), match.start()):
        return None
    return Place(match[0].lower(), "transaction", *match.span(), 0.8)


def _ens(match: re.Match[str]) -> Place | None:
    name = match[0].lower()
    labels = name.split(".")
    is_one = all(label and not label.startswith("-") for label in labels) and len(labels[-2]) >= 3
    return Place(name, "ens", *match.span(), 0.9) if is_one else None


@lru_cache(maxsize=4096)
def _eip55(address: str) -> str:
    return checksums.eip55(address)

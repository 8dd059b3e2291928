"""Addresses, transaction hashes and ENS names, each in its standard spelling; what fails its checksum is none."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from pipelines.enrich.assets import checksums
from pipelines.enrich.assets.words import Words

MAX_ADDRESSES = 100
"""An article with more is a list; the first ones are kept."""

_SHORTEST = 26
_HEX = re.compile("0[xX](?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40})")
_HASH = re.compile("[0-9a-f]{64}|[0-9A-F]{64}")
_BECH32 = re.compile("bc1[02-9ac-hj-np-z]{11,71}|BC1[02-9AC-HJ-NP-Z]{11,71}")
_BASE58 = re.compile("[1-9A-HJ-NP-Za-km-z]{26,44}")
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


def find_addresses(words: Words) -> list[Place]:
    """All of a text, in order, among its first ``MAX_ADDRESSES`` words that look like one."""
    long = [index for index, word in enumerate(words.raw) if len(word) >= _SHORTEST][:MAX_ADDRESSES]
    places = [place for index in long if (place := _place(words, index))]
    if ".eth" in words.text:
        places += [place for found in islice(_ENS.finditer(words.text), MAX_ADDRESSES) if (place := _ens(found))]
    return sorted(places, key=lambda place: place.start)


def standard_spelling(text: str) -> str | None:
    """A single address, hash or ENS name as it is stored; None for anything else."""
    words = Words(f"transaction address {text}")
    places = find_addresses(words)
    return places[0].asset if len(places) == 1 and words.text[places[0].start :] == text else None


def _place(words: Words, index: int) -> Place | None:
    word, (start, stop) = words.raw[index], words.span(index, index)
    around = words.text[max(0, start - 300) : start]
    for looks, read in ((_HEX, _ethereum), (_HASH, _hash), (_BECH32, _segwit), (_BASE58, _base58)):
        if looks.fullmatch(word):
            found = read(word, around)
            return Place(*found[:2], start, stop, found[2]) if found else None
    return None


Found = tuple[str, str, float] | None


def _ethereum(word: str, around: str) -> Found:
    """A mixed-case address must have its checksum; one in a single case has none to check."""
    written = "0x" + word[2:]
    if len(written) == 66:
        return written.lower(), "transaction", 0.95
    standard = _eip55(written.lower())
    if written == standard:
        return standard, "address", 0.99
    is_one_case = written[2:] in (written[2:].lower(), written[2:].upper())
    return (standard, "address", 0.9) if is_one_case else None


def _base58(word: str, around: str) -> Found:
    """Bitcoin's and Tron's have a checksum. Solana's are 32 bytes and no more: words before must speak for them."""
    if len(word) <= 34 and checksums.base58check(word, _TRON if word[0] == "T" else _BITCOIN):
        return word, "address", 0.99
    if len(word) < 32 or word.isalpha() or word.isdigit():
        return None
    data = checksums.base58(word)
    if data is None or len(data) != 32:
        return None
    evidence = bool(_OF_SOLANA.search(around)) + bool(_OF_AN_ADDRESS.search(around))
    return (word, "address", 0.5 + 0.1 * evidence) if evidence else None


def _segwit(word: str, around: str) -> Found:
    standard = word.lower()
    return (standard, "address", 0.99) if checksums.segwit(standard) else None


def _hash(word: str, around: str) -> Found:
    """64 hexadecimal digits are a transaction where the words before say so: files have such hashes too."""
    return (word.lower(), "transaction", 0.8) if _OF_A_TRANSACTION.search(around[-80:]) else None


def _ens(found: re.Match[str]) -> Place | None:
    name = found[0].lower()
    labels = name.split(".")
    is_one = all(label and not label.startswith("-") for label in labels) and len(labels[-2]) >= 3
    return Place(name, "ens", *found.span(), 0.9) if is_one else None


@lru_cache(maxsize=4096)
def _eip55(address: str) -> str:
    return checksums.eip55(address)

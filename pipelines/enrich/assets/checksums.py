"""Whether an address is one: the checksums of Ethereum's, Bitcoin's and Tron's, and the length of Solana's.

EIP-55 for 0x addresses, Base58Check, and BIP 173 and BIP 350 for bech32 and bech32m. Nothing here raises: what is no
address gives None or False.
"""

from __future__ import annotations

from hashlib import sha256

from pipelines.enrich.assets.keccak import keccak256

_BASE58 = {char: value for value, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_BECH32 = {char: value for value, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CONSTANT, _BECH32M_CONSTANT = 1, 0x2BC830A3


def eip55(address: str) -> str:
    """The checksummed spelling of ``0x`` and 40 hexadecimal digits in any case (EIP-55)."""
    digits = address[2:].lower()
    digest = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        char.upper() if int(nibble, 16) >= 8 else char for char, nibble in zip(digits, digest, strict=False)
    )


def base58(text: str) -> bytes | None:
    """The bytes of a Base58 text, or None; at most 128 characters are read."""
    number = 0
    for char in text[:128]:
        if char not in _BASE58:
            return None
        number = number * 58 + _BASE58[char]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base58check(text: str, versions: tuple[int, ...]) -> bool:
    """Whether it is 20 bytes with a version of ``versions`` before and a right checksum after them."""
    data = base58(text)
    if data is None or len(data) != 25 or data[0] not in versions:
        return False
    return sha256(sha256(data[:21]).digest()).digest()[:4] == data[21:]


def segwit(text: str, prefix: str = "bc") -> bool:
    """Whether it is a SegWit address of the network ``prefix``, in lower case: checksum, version and length."""
    human, _, data = text.rpartition("1")
    if human != prefix or not 8 <= len(data) <= 72 or any(char not in _BECH32 for char in data):
        return False
    values = [_BECH32[char] for char in data]
    expanded = [ord(char) >> 5 for char in human] + [0] + [ord(char) & 31 for char in human]
    version, program = values[0], _bytes_of(values[1:-6])
    constant = _BECH32_CONSTANT if version == 0 else _BECH32M_CONSTANT
    if _polymod(expanded + values) != constant or program is None or version > 16:
        return False
    return len(program) in (20, 32) if version == 0 else 2 <= len(program) <= 40


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if (top >> bit) & 1 else 0
    return check


def _bytes_of(fives: list[int]) -> bytes | None:
    """Groups of five bits as bytes; None where the padding is more than it must be, or not zero."""
    number, bits = 0, len(fives) * 5
    for value in fives:
        number = number << 5 | value
    padding = bits % 8
    if padding >= 5 or number & ((1 << padding) - 1):
        return None
    return (number >> padding).to_bytes(bits // 8, "big")

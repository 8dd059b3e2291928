"""Keccak-256 as Ethereum uses it: the SHA-3 of before the standard, whose padding ``hashlib`` does not offer.

After the Keccak reference, version 3.0 (Bertoni, Daemen, Peeters, Van Assche), sections 1.2 and 1.3. Under a
millisecond a block, which is enough for a few addresses an article: libraries that have it weigh megabytes.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_RATE = 136
_ROUNDS = 24


def keccak256(message: bytes) -> bytes:
    """The 32-byte digest."""
    padded = bytearray(message) + bytes(-len(message) % _RATE or _RATE)
    padded[len(message)] = 0x01
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for index in range(_RATE // 8):
            lanes[index] ^= int.from_bytes(padded[start + 8 * index : start + 8 * index + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permuted(lanes: list[int]) -> list[int]:
    """Keccak-f[1600] of the 25 lanes; lane (x, y) is at x + 5y."""
    for constant in _CONSTANTS:
        parity = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        turned = [(lane << 1 | lane >> 63) & _MASK for lane in parity]
        mixed = [parity[x - 1] ^ turned[x - 4] for x in range(5)] * 5
        moved = [0] * 25
        for lane, mix, (target, offset) in zip(lanes, mixed, _MOVES, strict=True):
            lane ^= mix
            moved[target] = (lane << offset | lane >> (64 - offset)) & _MASK
        lanes = [lane ^ (~moved[one] & moved[two]) for lane, (one, two) in zip(moved, _NEIGHBOURS, strict=True)]
        lanes[0] ^= constant
    return lanes


def _moves() -> tuple[tuple[int, int], ...]:
    """Where each lane goes and by how much it turns (steps rho and pi)."""
    moves = {(0, 0): ((0, 0), 0)}
    x, y = 1, 0
    for step in range(24):
        moves[x, y] = ((y, (2 * x + 3 * y) % 5), (step + 1) * (step + 2) // 2 % 64)
        x, y = y, (2 * x + 3 * y) % 5
    targets = (moves[index % 5, index // 5] for index in range(25))
    return tuple((x + 5 * y, offset) for (x, y), offset in targets)


def _constants() -> tuple[int, ...]:
    """The constants of the rounds, from the shift register that defines them (step iota)."""
    register, constants = 1, []
    for _ in range(_ROUNDS):
        constant = 0
        for power in range(7):
            constant |= (register & 1) << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 if register >> 7 else 0)
        constants.append(constant)
    return tuple(constants)


_MOVES = _moves()
_NEIGHBOURS = tuple((5 * y + (x + 1) % 5, 5 * y + (x + 2) % 5) for y in range(5) for x in range(5))
"""The two lanes after each in its row (step chi)."""
_CONSTANTS = _constants()

"""Repeatable randomness: every number is a hash of what it stands for.

No call keeps state, so a day comes out the same in whatever order, range or process it is made.
Only basic arithmetic is used on the draws: the C library's `exp` and `log` may differ in the last
bit between machines, and the example's totals are quoted in documents.
"""

import base64
import hashlib
from uuid import UUID

SEED = "daybook-example-1"

_UNIT_BITS = 53  # what a double holds exactly, so a draw never rounds up to 1.0


def _digest(key: tuple[object, ...], size: int) -> bytes:
    text = "|".join(map(str, (SEED, *key)))
    return hashlib.blake2b(text.encode(), digest_size=size).digest()


def _unit(raw: bytes) -> float:
    return (int.from_bytes(raw, "big") >> (64 - _UNIT_BITS)) / float(1 << _UNIT_BITS)


def draw(*key: object) -> float:
    """A number in [0, 1) that belongs to `key`."""
    return _unit(_digest(key, 8))


def wobble(spread: float, *key: object) -> float:
    """A factor around 1, between `1 - spread` and `1 + spread`, most often near 1."""
    raw = _digest(key, 16)
    return 1.0 + spread * (_unit(raw[:8]) + _unit(raw[8:]) - 1.0)


def token(length: int, *key: object) -> str:
    """Lower-case letters and digits that belong to `key`, such as an id; at most 52 of them."""
    return base64.b32encode(_digest(key, 32)).decode().lower()[:length]


def number(digits: int, *key: object) -> str:
    """A whole number of so many digits that belongs to `key`, as text; at most 15 of them."""
    smallest = 10 ** (digits - 1)
    return str(smallest + int(draw(*key) * 9 * smallest))


def uuid(*key: object) -> str:
    """A UUID that belongs to `key`, in its usual text form."""
    return str(UUID(bytes=_digest(key, 16), version=4))

"""Frames that nobody sent: noise, frames changed on their way, and recordings of what was said.

A changed frame keeps its checksum, so that it is found out; who can make a new one can say anything
in a unit's name, and only `failover key` helps against him (NC-1 to NC-5, KY-1).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from firmware.core.wire.bodies import Frame
from firmware.core.wire.frames import encode

RECORDED = 64  # the newest frames of a link
Recording = deque[Frame | bytes]


def recording() -> Recording:
    """What was said on a link, the newest last."""
    return Recording(maxlen=RECORDED)


def garbage(chance: Random, said: Recording) -> bytes:
    """One frame, as bytes on the link."""
    makers: tuple[Callable[[Random, bytes], bytes], ...] = (_noise, _changed, _recorded)
    one = said[chance.randrange(len(said))] if said else b""
    whole = one if isinstance(one, bytes) else encode(one)
    return chance.choice(makers)(chance, whole)


def _noise(chance: Random, _: bytes) -> bytes:
    return chance.randbytes(chance.randrange(300))


def _changed(chance: Random, whole: bytes) -> bytes:
    """Bits are wrong, the end is missing, or there is more than there should be."""
    changed = bytearray(whole)
    for _ in range(chance.randrange(1, 4)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    end = chance.randrange(len(changed) + 1) if chance.random() < 0.3 else len(changed)
    return bytes(changed[:end]) + (chance.randbytes(9) if chance.random() < 0.2 else b"")


def _recorded(_: Random, whole: bytes) -> bytes:
    return whole

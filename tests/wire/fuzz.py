"""Throw bytes at the decoders for as long as one likes: ``python -m tests.wire.fuzz --seconds 60``.

Mutates kept samples, so that most of what is thrown is nearly a frame. Prints the seed first; the
same seed throws the same bytes. Ends with a count by reason; anything raised is a finding.
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections import Counter
from pathlib import Path
from random import Random

from firmware.core.wire import cobs, frames
from firmware.core.wire.bodies import BadFrame, Frame

GOLDEN = Path(__file__).parents[1] / "golden" / "frames-v1.txt"


def samples() -> list[bytes]:
    """The kept frames."""
    lines = (line.strip() for line in GOLDEN.read_text().splitlines() if not line.startswith("#"))
    return [bytes.fromhex(raw) for raw in [line for line in lines if line][1::3]]


def mutated(random: Random, data: bytes) -> bytes:
    """A frame with a few bytes changed, cut or added; every second one under a right CRC."""
    raw = bytearray(data[:-4])
    for _ in range(random.randint(0, 4)):
        at = random.randrange(len(raw) + 1)
        raw[at : at + random.choice((0, 1, 1, 8))] = random.randbytes(random.choice((0, 1, 1, 8)))
    if random.random() < 0.5 and len(raw) >= 4:
        raw[2:4] = (len(raw) + 4).to_bytes(2, "big")
    crc = zlib.crc32(raw) if random.random() < 0.5 else random.getrandbits(32)
    return bytes(raw) + crc.to_bytes(4, "big")


def throw(random: Random, kept: list[bytes], decoder: cobs.Decoder) -> Counter[str]:
    """One handful, by datagram and by cable; what became of it."""
    became: Counter[str] = Counter()
    stream = b""
    for _ in range(100):
        data = mutated(random, random.choice(kept))
        stream += cobs.encode(data) if random.random() < 0.9 else random.randbytes(40)
        found = frames.decode(data, padded=random.random() < 0.5)
        became[found.why if isinstance(found, BadFrame) else type(found.body).__name__] += 1
        if isinstance(found, Frame):
            assert frames.decode(frames.encode(found)) == found, data.hex()
    for one in decoder.feed(stream):
        became[one.why if isinstance(one, BadFrame) else "off the cable"] += 1
    return became


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    random, kept, decoder = Random(chosen.seed), samples(), cobs.Decoder()
    became: Counter[str] = Counter()
    end = time.monotonic() + chosen.seconds
    while time.monotonic() < end:
        became += throw(random, kept, decoder)
    for what, count in became.most_common():
        print(f"{count:10}  {what}")


if __name__ == "__main__":
    main()

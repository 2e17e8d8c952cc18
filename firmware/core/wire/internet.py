"""The Internet checksum (RFC 1071), of IP headers and ICMP messages."""

from __future__ import annotations

import struct


def checksum(data: bytes) -> int:
    """Of an even number of bytes, with 0 where the checksum will stand."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    folded: int = total + (total >> 16)
    return ~folded & 0xFFFF

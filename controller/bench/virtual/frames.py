"""A captured frame, as little of it as the questions asked of captures need. Pure.

``Seen`` is what our own capture stores and what a pcap file is read into, so that the same
judgement can be passed on both.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from controller.bench.world import Unit

IPV4, ARP = 0x0800, 0x0806
# when, port, protocol or ARP operation, EtherType, destination, source, IPv4 source, destination
RECORD = struct.Struct("<QBBH6s6s4s4s")
_NO_ADDRESS = bytes(4)
_UNITS = tuple(Unit)
PORTS_PER_UNIT = 16


class Seen(NamedTuple):
    """A frame that a unit sent: the fields of ``RECORD``, kept raw because there are many."""

    at_ns: int  # CLOCK_MONOTONIC
    port: int  # port_number
    protocol: int  # IPv4: protocol; ARP: operation; else 0
    ethertype: int
    mac_to: bytes
    mac_from: bytes
    source: bytes  # IPv4 source, or an ARP's sender; zeros where there is none
    target: bytes  # IPv4 destination, or an ARP's target

    @property
    def unit(self) -> Unit:
        """Who sent it."""
        return _UNITS[self.port // PORTS_PER_UNIT]

    @property
    def ethernet(self) -> int:
        """0 for Ethernet0."""
        return self.port % PORTS_PER_UNIT


def port_number(unit: Unit, ethernet: int) -> int:
    """A unit's port in one byte."""
    return _UNITS.index(unit) * PORTS_PER_UNIT + ethernet


def digest(frame: bytes) -> tuple[int, int, bytes, bytes, bytes, bytes] | None:
    """The fields of ``RECORD`` after the port, or None if this is not an Ethernet frame."""
    if len(frame) < 14:
        return None
    ethertype = frame[12] << 8 | frame[13]
    if ethertype == IPV4 and len(frame) >= 34:
        return frame[23], ethertype, frame[0:6], frame[6:12], frame[26:30], frame[30:34]
    if ethertype == ARP and len(frame) >= 42:
        return frame[21], ethertype, frame[0:6], frame[6:12], frame[28:32], frame[38:42]
    return 0, ethertype, frame[0:6], frame[6:12], _NO_ADDRESS, _NO_ADDRESS


class BadPcap(ValueError):
    """A file is no pcap file of Ethernet frames; says what it is instead."""


_NANO = {b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xd4\xc3\xb2\xa1": ("<", 1000)}


def read_pcap(data: bytes, unit: Unit, ethernet: int, offset_ns: int) -> Iterator[Seen]:
    """The frames of a pcap file written on one port; a last frame cut short is left out.

    ``offset_ns`` is wall-clock minus monotonic time. Raises BadPcap before the first frame.
    """
    if data[:4] not in _NANO or len(data) < 24:
        raise BadPcap(f"not a little-endian pcap file: begins with {data[:4].hex()}")
    order, nanos = _NANO[data[:4]]
    (linktype,) = struct.unpack_from(order + "I", data, 20)
    if linktype != 1:
        raise BadPcap(f"link type {linktype}, wanted 1 (Ethernet)")
    position = 24
    while position + 16 <= len(data):
        seconds, fraction, kept, _ = struct.unpack_from(order + "4I", data, position)
        position += 16
        fields = digest(data[position : position + kept])
        if position + kept > len(data):
            return
        if fields is not None:
            at_ns = seconds * 1_000_000_000 + fraction * nanos - offset_ns
            yield Seen(at_ns, port_number(unit, ethernet), *fields)
        position += kept

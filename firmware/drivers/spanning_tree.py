"""Listens for spanning tree on NICs, for a while. For a person who looks, not for a unit at work.

Needs CAP_NET_RAW. The sockets are woken by 802.2 frames alone, and the NIC is asked to let through
the groups spanning tree is said to. Nothing is ever sent.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass

from firmware.core.wire.bpdu import GROUPS, Bpdu, decode

_ETH_P_802_2 = 0x0004
_COOKED = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK  # without the Ethernet header
_SOL_PACKET, _ADD_MEMBERSHIP = 263, 1
_LONGEST = 256  # an MSTP frame has more behind what is read here


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of listening on one NIC."""

    bpdu: Bpdu | None = None  # the last one
    trouble: str = ""  # why nothing could be heard


def listen(nics: Mapping[str, str], seconds: float) -> dict[str, Heard]:
    """Listen on all at once; by physical name. Raises PermissionError without CAP_NET_RAW."""
    found = dict.fromkeys(nics, Heard())
    ears: dict[str, socket.socket] = {}
    try:
        for physical, nic in nics.items():
            ear = socket.socket(socket.AF_PACKET, _COOKED, 0)
            ears[physical] = ear
            try:
                _open(ear, nic)
            except OSError as error:
                found[physical] = Heard(trouble=f"{error.strerror}")
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select(list(ears.values()), [], [], left)
            for physical, ear in ears.items():
                if ear in ready:
                    found[physical] = _hear(ear, found[physical])
    finally:
        for ear in ears.values():
            ear.close()
    return found


def _open(ear: socket.socket, nic: str) -> None:
    ear.bind((nic, _ETH_P_802_2))
    index = socket.if_nametoindex(nic)
    for group in GROUPS:
        join = struct.pack("iHH8s", index, 0, len(group), group)
        ear.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, join)


def _hear(ear: socket.socket, before: Heard) -> Heard:
    try:
        data, sender = ear.recvfrom(_LONGEST)
    except OSError as error:
        return Heard(before.bpdu, f"{error.strerror}")
    if sender[2] == socket.PACKET_OUTGOING:
        return before  # said on this machine, by a bridge of its own
    return Heard(decode(data) or before.bpdu)

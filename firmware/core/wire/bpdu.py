"""Spanning tree as a unit hears it: what the switch says of itself and of the port at our NIC.

Total: bytes that are no such frame are None, never an error. Read, never said: a unit takes no part
in spanning tree. IEEE 802.1D and 802.1Q (STP, RSTP, MSTP), and the same body in the SNAP frame that
PVST+ uses on a trunk. Whether portfast is on is not said by any of them (decision 0024).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

GROUPS = (bytes.fromhex("0180c2000000"), bytes.fromhex("01000ccccccd"))  # where it is said to
_LLC = bytes.fromhex("424203")
_SNAP = bytes.fromhex("aaaa0300000c010b")
# protocol, version, type, flags, root, cost, bridge, port; then four times in 1/256 s
_CONFIGURATION = struct.Struct("!HBBB8sI8sHHHHH")
_STP, _RSTP, _MSTP = 0, 2, 3
_TYPES = {_STP: 0x00, _RSTP: 0x02, _MSTP: 0x02}
_FORWARDING = 0x20
_TIME_MOST = 256 * 60  # a minute; the standard allows 40 s of the longest


@dataclass(frozen=True, slots=True)
class Bpdu:
    """One configuration BPDU."""

    version: str  # "STP", "RSTP" or "MSTP"
    forward_delay_ms: int
    hello_ms: int
    forwarding: bool | None  # whether our port carries frames by now; plain STP does not say

    @property
    def silent_ms(self) -> int:
        """How long a port without portfast carries nothing after it came up: listens, learns."""
        return 2 * self.forward_delay_ms


def decode(payload: bytes) -> Bpdu | None:
    """The BPDU behind an Ethernet header with a length; None if it is none, or a mere notice."""
    for header in (_LLC, _SNAP):
        if payload.startswith(header):
            return _configuration(payload[len(header) :])
    return None


def _configuration(body: bytes) -> Bpdu | None:
    if len(body) < _CONFIGURATION.size:
        return None
    protocol, version, kind, flags, *_, hello, forward_delay = _CONFIGURATION.unpack_from(body)
    if protocol != 0 or _TYPES.get(version) != kind:
        return None
    if not 0 < hello <= _TIME_MOST or not 0 < forward_delay <= _TIME_MOST:
        return None
    return Bpdu(
        version={_STP: "STP", _RSTP: "RSTP", _MSTP: "MSTP"}[version],
        forward_delay_ms=forward_delay * 1000 // 256,
        hello_ms=hello * 1000 // 256,
        forwarding=None if version == _STP else bool(flags & _FORWARDING),
    )

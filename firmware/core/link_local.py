"""The IPv6 link-local address that goes with a MAC: made from it, and so it moves with the role.

The data plane gives it to personas and the interface tests know the pair by it: one place for both.
"""

from __future__ import annotations

from ipaddress import IPv6Interface

_NETWORK = b"\xfe\x80" + bytes(6)


def link_local(mac: str) -> IPv6Interface:
    """RFC 4291, appendix A: 00:06:5b:01:00:00 -> fe80::206:5bff:fe01:0/64."""
    octets = bytes.fromhex(mac.replace(":", ""))
    number = bytes([octets[0] ^ 0x02]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return IPv6Interface((_NETWORK + number, 64))

"""The two questions of the interface tests: who has this address? is anybody here?

Raw frames by the persona that has the address: so the kernel's routes and ARP entries are not
asked, an answer comes to a MAC that the NIC lets in, and no lease is got round.

A unit that has failed has dropped its personas, and a NIC lets nothing in for a persona that is
down. Then the base MAC asks: for a neighbour with no sender address (RFC 5227), so that nobody
learns one and the answer comes to the base MAC; for everybody in the name of the address the unit
would have, which a host that would answer must first ask for, and that question is heard.

Whom to ask: of the hosts the persona knows, the one that was last confirmed to be there, as the
kernel keeps it; not the one last spoken to, which may be long gone, nor the one whose entry changed
last, which is when the kernel began to doubt it. Who was known is remembered: a persona that is
taken down forgets everybody.

An interface with an IPv4 address asks by ARP and broadcast; one with IPv6 alone (IT-3) solicits
neighbours and pings all nodes, both in the name of the persona's link-local address.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

from firmware.core.failover.effects import AskNeighbour, Persona, PingBroadcast
from firmware.core.link_local import link_local
from firmware.core.persona_names import persona_names
from firmware.core.wire.internet import checksum
from firmware.drivers.netlink import discovery
from firmware.drivers.netlink.arp import who_has
from firmware.drivers.netlink.messages import IFF_UP, Neighbour

_REMEMBERED = 8  # neighbours of an interface

_ETHERTYPE_IP, _IPV6_BYTES = 0x0800, 16
_NOBODY = IPv4Address(0)
_EVERYBODY = IPv4Address("255.255.255.255")
# Source, EtherType; version, service, length, identification, fragment, time to live, protocol,
# checksum, source, destination; type, checksum, identifier, sequence.
_ETHERNET = struct.Struct("!6s6sH")
_IP = struct.Struct("!BBHHHBBH4s4s")
_ICMP = struct.Struct("!HHHH")
_ECHO_REQUEST, _IDENTIFIER = 0x0800, 0x0F0E
_PAYLOAD = bytes(18)  # to the least length of an Ethernet frame
_SIOCGIFFLAGS, _SIOCGIFHWADDR = 0x8913, 0x8927  # neither waits for the kernel's lock
_FLAGS, _HARDWARE = struct.Struct("16sH22x"), struct.Struct("16sH6s16x")


_Question = AskNeighbour | PingBroadcast


def newest(persona: Persona, known: tuple[Neighbour, ...]) -> tuple[Neighbour, ...]:
    """Last confirmed first; without the pair itself, and without whom its networks have not."""
    own = [link_local(mac) for mac in (persona.active_mac, persona.standby_mac)]
    ends = (persona.active, persona.standby, persona.active6, persona.standby6, *own)
    pair = {address.ip.packed for address in ends if address is not None}
    main = persona.active if persona.active is not None else persona.active6
    networks = [end.network for end in (main, own[0]) if end is not None]
    hosts = [
        n
        for n in known
        if n.address not in pair and any(ip_address(n.address) in network for network in networks)
    ]
    return tuple(sorted(hosts, key=lambda n: n.confirmed_s))


def echo_request(mac: str, sender: IPv4Address, to: IPv4Address, sequence: int) -> bytes:
    """To every host of the wire. It is never routed: its time to live is one hop."""
    length = _IP.size + _ICMP.size + len(_PAYLOAD)
    ends = (sender.packed, to.packed)
    front = (0x45, 0, length, 0, 0, 1, socket.IPPROTO_ICMP)
    header = _IP.pack(*front, checksum(_IP.pack(*front, 0, *ends)), *ends)
    message = (_IDENTIFIER, sequence)
    summed = checksum(_ICMP.pack(_ECHO_REQUEST, 0, *message) + _PAYLOAD)
    body = _ICMP.pack(_ECHO_REQUEST, summed, *message) + _PAYLOAD
    hardware = bytes.fromhex(mac.replace(":", ""))
    return _ETHERNET.pack(b"\xff" * 6, hardware, _ETHERTYPE_IP) + header + body


class Asker:
    """Says the questions. Raises OSError where the NIC is down, or gone.

    ``serving``: whether this unit has the active addresses at that moment.
    """

    def __init__(self, nics: Mapping[str, str], serving: Callable[[], bool]) -> None:
        self._nics = nics
        self._serving = serving
        self._remembered: dict[str, tuple[Neighbour, ...]] = {}
        self._sequence = 0
        # Protocol 0: a socket that only sends.
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_PACKET, kind, 0)

    def ask(self, effect: AskNeighbour, known: tuple[Neighbour, ...]) -> None:
        """One ARP request, if there is somebody to ask."""
        fresh = newest(effect.persona, known)
        if fresh:
            self._remembered[effect.physical] = fresh[:_REMEMBERED]
        hosts = newest(effect.persona, self._remembered.get(effect.physical, ()))
        if effect.turn < len(hosts) and self._still_so(effect):
            device = self._device(effect)
            named = device != self._nics[effect.physical]
            self._say(device, _question(effect, self._mac(device), hosts[effect.turn], named=named))

    def ping(self, effect: PingBroadcast) -> None:
        """One echo request, if there is an address to answer to."""
        address = _address(effect)
        if address is None or not self._still_so(effect):
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        device = self._device(effect)
        mac = self._mac(device)
        if isinstance(address, IPv6Address):
            frame = discovery.echo_request(mac, address, _IDENTIFIER, self._sequence)
        else:
            frame = echo_request(mac, address, _everybody(effect.persona), self._sequence)
        self._say(device, frame)

    def close(self) -> None:
        """The end."""
        self._socket.close()

    def _still_so(self, effect: _Question) -> bool:
        """Whether the unit has the role it was asked in: the address may be the mate's by now."""
        return self._serving() is effect.holding

    def _device(self, effect: _Question) -> str:
        """The persona this unit holds, or the NIC itself while that is down or has no address."""
        persona = persona_names(effect.physical)[not effect.holding]
        may = _address(effect) is not None and self._is_up(persona)
        return persona if may else self._nics[effect.physical]

    def _is_up(self, device: str) -> bool:
        try:
            answer = fcntl.ioctl(self._socket, _SIOCGIFFLAGS, _FLAGS.pack(device.encode(), 0))
        except OSError:
            return False
        return bool(_FLAGS.unpack(answer)[1] & IFF_UP)

    def _mac(self, device: str) -> str:
        asked = _HARDWARE.pack(device.encode(), 0, b"")
        mac: bytes = _HARDWARE.unpack(fcntl.ioctl(self._socket, _SIOCGIFHWADDR, asked))[2]
        return mac.hex(":")

    def _say(self, device: str, frame: bytes) -> None:
        self._socket.sendto(frame, (device, 0))


def _question(effect: AskNeighbour, mac: str, host: Neighbour, *, named: bool) -> bytes:
    """Who has that host's address? Asked from that MAC; ``named``: in the persona's name."""
    sender = _address(effect) if named else None
    if len(host.address) == _IPV6_BYTES:
        name = sender if isinstance(sender, IPv6Address) else discovery.NOBODY
        return discovery.solicitation(mac, name, IPv6Address(host.address))
    return who_has(mac, sender if isinstance(sender, IPv4Address) else _NOBODY, host.address)


def _address(effect: _Question) -> IPv4Address | IPv6Address | None:
    """What the persona this unit holds asks by: an IPv4 address, or the link-local one where the
    interface has IPv6 alone. None: it has none."""
    persona, holding = effect.persona, effect.holding
    if not persona.by_ipv6:
        ours = persona.active if holding else persona.standby
        return None if ours is None else ours.ip
    if (persona.active6 if holding else persona.standby6) is None:
        return None
    return link_local(persona.active_mac if holding else persona.standby_mac).ip


def _everybody(persona: Persona) -> IPv4Address:
    assert persona.active is not None, f"{persona.physical} is asked by IPv6"
    network = persona.active.network
    return network.broadcast_address if network.prefixlen <= 30 else _EVERYBODY

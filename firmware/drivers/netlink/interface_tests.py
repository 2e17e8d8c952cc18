"""What a test of an interface does on the wire: listen, ask a neighbour, ping everybody.

The core decides when (``core/failover/ladder.py``); this does it and tells the first frame that
counts (IT-1). A NIC that is listened to has a packet socket whose filter the kernel runs before
anybody is woken. Personas are children of the NIC, so what they are sent is seen there as well.

The kernel waits 10 to 20 ms over each packet socket it closes, and may keep a question about
neighbours waiting for whoever holds its link lock: both are done by a thread.

Questions are frames made by hand, with our persona's MAC and address as their sender, so that no
routing and no filter of our own has a say. IPv6 has no place on data interfaces yet, so neither
neighbour discovery nor all-nodes is asked.
"""

from __future__ import annotations

import os
import queue
import select
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from ctypes import addressof, create_string_buffer
from ipaddress import IPv4Interface

from firmware.core.failover.effects import (
    AskNeighbour,
    ListenForActivity,
    Persona,
    PingBroadcast,
    StopListening,
)
from firmware.core.failover.events import ActivityHeard
from firmware.core.persona_names import persona_names
from firmware.drivers.netlink.arp import who_has
from firmware.drivers.netlink.messages import Neighbour
from firmware.drivers.netlink.packet_filter import DEAF, eligible
from firmware.drivers.netlink.rtnl import RouteSocket

NEIGHBOURS_MOST = 128  # looked at for the newest
_RAW = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
_ETH_P_ALL, _ETH_P_IP = 0x0003, 0x0800
_SO_ATTACH_FILTER = 26
_SOL_PACKET, _PACKET_IGNORE_OUTGOING = 263, 23
_IP = struct.Struct("!BBHHHBBH4s4s")
_ECHO = struct.Struct("!BBHHH")
_PAYLOAD = b"fover interface test"


class InterfaceTests:
    """The driver. ``nics``: physical name to kernel NIC; ``burned_in``: to burned-in MAC.

    Needs CAP_NET_RAW. ``unsent`` counts questions that the kernel refused, ``missed`` NICs that
    could not be listened to; either leaves the test to the mate's word.
    """

    def __init__(self, nics: Mapping[str, str], burned_in: Mapping[str, str]) -> None:
        self._nics, self._burned_in = dict(nics), dict(burned_in)
        self._epoll = select.epoll()
        self._listening: dict[str, socket.socket] = {}
        self._sender = socket.socket(socket.AF_PACKET, _RAW, 0)  # hears nothing
        self._aside: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="interface tests", daemon=True)
        self._thread.start()
        self.unsent = self.missed = 0

    def fileno(self) -> int:
        """Readable when ``receive`` has something to tell."""
        return self._epoll.fileno()

    def receive(self) -> list[ActivityHeard]:
        """The NICs that have heard a frame that counts; they are not listened to any more."""
        heard = []
        ready = {fd for fd, _ in self._epoll.poll(0)}
        for physical, listener in tuple(self._listening.items()):
            if listener.fileno() not in ready:
                continue
            if _hears(listener):
                heard.append(ActivityHeard(physical))
                self._put_away(physical)
        return heard

    def listen(self, effect: ListenForActivity) -> None:
        """Begin anew to listen on that NIC."""
        self._put_away(effect.physical)
        nic, burned_in = self._nics[effect.physical], self._burned_in[effect.physical]
        program = eligible(burned_in, effect.persona, holding=effect.holding)
        # Protocol 0 and the filter first: nothing slips in before it is bound.
        listener = socket.socket(socket.AF_PACKET, _RAW, 0)
        try:
            _attach(listener, program)
            listener.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
            listener.bind((nic, _ETH_P_ALL))
        except OSError:
            listener.close()  # of a NIC that has just gone
            self.missed += 1
            return
        self._listening[effect.physical] = listener
        self._epoll.register(listener.fileno(), select.EPOLLIN)

    def stop(self, effect: StopListening) -> None:
        """Listen no more."""
        self._put_away(effect.physical)

    def ask(self, effect: AskNeighbour) -> None:
        """The ARP test, by the thread: which neighbour is the newest is the kernel's to say."""
        self._aside.put(lambda: self._ask(effect))

    def ping(self, effect: PingBroadcast) -> None:
        """The broadcast ping test."""
        mac, address = _ours(effect.persona, effect.holding)
        if address is not None:
            self._send(effect.physical, _echo_request(mac, address))

    def close(self) -> None:
        """The end."""
        for physical in tuple(self._listening):
            self._put_away(physical)
        self._aside.put(None)
        self._thread.join()
        self._sender.close()
        self._epoll.close()

    def _put_away(self, physical: str) -> None:
        listener = self._listening.pop(physical, None)
        if listener is not None:
            self._epoll.unregister(listener.fileno())
            _attach(listener, DEAF)
            self._aside.put(listener.close)

    def _ask(self, effect: AskNeighbour) -> None:
        mac, address = _ours(effect.persona, effect.holding)
        if address is None:
            return
        name = persona_names(effect.physical)[0 if effect.holding else 1]
        found = self._newest(name, effect.persona)
        if effect.turn < len(found):
            self._send(effect.physical, who_has(mac, address.ip, found[effect.turn].address))

    def _newest(self, name: str, persona: Persona) -> list[Neighbour]:
        """The hosts this persona knows, the one that was confirmed last first; not the mate."""
        pair = {i.ip.packed for i in (persona.active, persona.standby) if i is not None}
        route = RouteSocket()
        try:
            known = route.neighbours(socket.if_nametoindex(name), NEIGHBOURS_MOST)
        except OSError:
            return []  # the persona has just gone
        finally:
            route.close()
        return sorted((n for n in known if n.address not in pair), key=lambda n: n.confirmed_s)

    def _send(self, physical: str, frame: bytes) -> None:
        try:
            self._sender.sendto(frame, (self._nics[physical], 0))
        except OSError:
            self.unsent += 1

    def _work(self) -> None:
        while (job := self._aside.get()) is not None:
            job()


def _ours(persona: Persona, holding: bool) -> tuple[str, IPv4Interface | None]:
    if holding:
        return persona.active_mac, persona.active
    return persona.standby_mac, persona.standby


def _hears(listener: socket.socket) -> bool:
    try:
        return bool(listener.recv(1))
    except OSError:
        return False  # ENETDOWN, said once when the NIC goes down


def _attach(listener: socket.socket, program: bytes) -> None:
    """SO_ATTACH_FILTER: struct sock_fprog { unsigned short len; struct sock_filter *filter; }."""
    kept = create_string_buffer(program, len(program))
    listener.setsockopt(
        socket.SOL_SOCKET,
        _SO_ATTACH_FILTER,
        struct.pack("@HP", len(program) // 8, addressof(kept)),
    )


def _echo_request(mac: str, address: IPv4Interface) -> bytes:
    """To everybody of the network, from our persona."""
    echo = _ECHO.pack(8, 0, 0, os.getpid() & 0xFFFF, 1) + _PAYLOAD
    echo = echo[:2] + _checksum(echo) + echo[4:]
    everybody = address.network.broadcast_address.packed
    fields = (0x45, 0, _IP.size + len(echo), 0, 0, 64, socket.IPPROTO_ICMP)
    bare = _IP.pack(*fields, 0, address.ip.packed, everybody)
    header = bare[:10] + _checksum(bare) + bare[12:]
    hardware = bytes.fromhex(mac.replace(":", ""))
    return b"\xff" * 6 + hardware + _ETH_P_IP.to_bytes(2, "big") + header + echo


def _checksum(data: bytes) -> bytes:
    """RFC 1071, as bytes; ``data`` has its checksum field 0."""
    padded = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    total = (total >> 16) + (total & 0xFFFF)
    return struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF)

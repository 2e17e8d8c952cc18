"""What goes over the switches' ports, and a load that goes through the pair."""

from __future__ import annotations

import select
import socket
import struct
import threading
from dataclasses import dataclass

from dataplane.rig import UNITS, Rig

_ETH_P_ALL, _ETH_P_ARP = 0x0003, 0x0806
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("=qq")


@dataclass(frozen=True)
class Frame:
    """A frame a unit sent (``sent``) or was given by the switch."""

    port: str  # "unit-a-out"
    sent: bool
    at_ns: int  # CLOCK_REALTIME, the kernel's
    data: bytes

    @property
    def source(self) -> str:
        return self.data[6:12].hex(":")

    @property
    def arp_reply_for(self) -> str:
        """The address an ARP reply speaks for; empty for anything else."""
        if self.data[12:14] != b"\x08\x06" or self.data[20:22] != b"\x00\x02":
            return ""
        return socket.inet_ntoa(self.data[28:32])

    @property
    def gratuitous(self) -> bool:
        return self.data[12:14] == b"\x08\x06" and self.data[28:32] == self.data[38:42]

    @property
    def echo_request(self) -> bool:
        return self._echo(8)

    @property
    def echo_reply(self) -> bool:
        return self._echo(0)

    def _echo(self, kind: int) -> bool:
        return self.data[12:14] == b"\x08\x00" and self.data[23] == 1 and self.data[34] == kind


class Capture:
    """Everything on all the units' switch ports, from now on."""

    def __init__(self, rig: Rig) -> None:
        self._sockets: dict[str, socket.socket] = {}
        for port in (f"{unit}-{side}" for unit in UNITS for side in ("out", "in")):
            with rig.inside("switch"):
                sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
                sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
                sock.bind((port, _ETH_P_ALL))
            sock.setblocking(False)
            self._sockets[port] = sock

    def frames(self) -> list[Frame]:
        """What was seen since the last call."""
        found: list[Frame] = []
        for port, sock in self._sockets.items():
            while select.select([sock], [], [], 0)[0]:
                data, extra, _, where = sock.recvmsg(2048, 256)
                seconds, rest = _TIMESPEC.unpack_from(extra[0][2])
                sent = where[2] != socket.PACKET_OUTGOING
                found.append(Frame(port, sent, seconds * 10**9 + rest, data))
        return found

    def until_quiet(self) -> None:
        """Until nobody has said anything for longer than a kernel waits to say it again."""
        while select.select(list(self._sockets.values()), [], [], 1.5)[0]:
            self.frames()

    def sources(self) -> set[tuple[str, str]]:
        """Unit and MAC it spoke from, since the last call."""
        return {(f.port[:6], f.source) for f in self.frames() if f.sent}


class Traffic:
    """Numbered packets both ways between the hosts, one a millisecond each, through the pair."""

    def __init__(self, rig: Rig) -> None:
        ends = {"inside": "192.168.2.2", "outside": "172.16.1.3"}
        self._sockets: dict[str, socket.socket] = {}
        for host, address in ends.items():
            sock = rig.socket(host, socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind((address, 7))
            sock.setblocking(False)
            self._sockets[host] = sock
        self._ways = (("inside", ends["outside"]), ("outside", ends["inside"]))
        self.sent = 0
        self.heard: dict[str, set[int]] = {host: set() for host in ends}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def flow(self, packets: int) -> None:
        """Wait until so many more were sent each way, and the last ten of them looked for."""
        until = self.sent + packets
        while self.sent < until:
            select.select([], [], [], 0.002)

    def lost(self, since: int) -> int:
        """How many numbered ``since`` or later were never heard, in both directions together."""
        wanted = set(range(since, self.sent - 10))
        return sum(len(wanted - heard) for heard in self.heard.values())

    def _run(self) -> None:
        while not self._stop.is_set():
            number = struct.pack("!I", self.sent)
            for host, to in self._ways:
                self._sockets[host].sendto(number, (to, 7))
            self.sent += 1
            select.select([], [], [], 0.001)
            for host, sock in self._sockets.items():
                while select.select([sock], [], [], 0)[0]:
                    self.heard[host].add(struct.unpack("!I", sock.recv(64)[:4])[0])


def ask_arp(rig: Rig, *addresses: str) -> None:
    """The outside host asks, raw, who has each of these."""
    with rig.socket("outside", socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
        mac = bytes.fromhex(rig.macs("outside")["eth0"].replace(":", ""))
        for address in addresses:
            head = b"\xff" * 6 + mac + struct.pack("!HHHBBH", _ETH_P_ARP, 1, 0x800, 6, 4, 1)
            body = mac + socket.inet_aton("172.16.1.3") + bytes(6) + socket.inet_aton(address)
            sock.sendto(head + body, ("eth0", _ETH_P_ARP))

"""Everything a pair says to itself, recorded whole, and said again: an attacker's tape recorder.

On the switches it is frames, taken at the units' own ports and sent out of them again. The cable is
bytes; there the recorder sits between each unit and its end of the cable, in a thread of its own.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import termios
import threading
import tty
from dataclasses import dataclass
from pathlib import Path

from controller.bench.virtual.network import FAILOVER, INSIDE, OUTSIDE, port
from controller.bench.world import Unit

PORTS = (OUTSIDE, INSIDE, FAILOVER)
LAN_PORT = 50105  # UDP, of the LAN failover link
HELLO_ETHERTYPE = b"\x88\xb5"
_IPV4, _UDP = b"\x08\x00", 17
_ALL = 3  # ETH_P_ALL
_BUFFER = 8 << 20  # bytes a port's frames may take between two looks
_FRAME_MAX = 2048
_READ_BYTES = 4096
_ROOM_S = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a unit said, by a port (0 for Ethernet0) or by the cable (None)."""

    unit: Unit
    ethernet: int | None
    data: bytes

    @property
    def to_mate(self) -> bool:
        """Whether this is a word between the units, and not one of or for the hosts."""
        data = self.data
        if self.ethernet is None or data[12:14] == HELLO_ETHERTYPE:
            return True
        udp = data[12:14] == _IPV4 and len(data) >= 42 and data[23] == _UDP
        return udp and struct.unpack_from(">H", data, 36)[0] == LAN_PORT


class PortRecorder:
    """Ears and mouth at the units' switch ports; a crossover has none. Close it."""

    def __init__(self) -> None:
        """Listen from now on. Raises OSError where raw sockets are refused."""
        self._sockets: dict[tuple[Unit, int], socket.socket] = {}
        for unit in Unit:
            for ethernet in PORTS:
                made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
                made.bind((port(unit, f"eth{ethernet}"), _ALL))
                self._sockets[unit, ethernet] = made

    def take(self) -> list[Said]:
        """What was said between the units since the last look, port by port."""
        found = []
        for (unit, ethernet), made in self._sockets.items():
            with contextlib.suppress(BlockingIOError):
                while True:
                    data, sender = made.recvfrom(_FRAME_MAX)
                    said = Said(unit, ethernet, data)
                    if sender[2] != socket.PACKET_OUTGOING and said.to_mate:
                        found.append(said)
        return found

    def say(self, unit: Unit, ethernet: int, data: bytes) -> bool:
        """Have a frame come out of that unit's port. False if the port has no room for it."""
        if data[12:14] == _IPV4:
            # A veth leaves the UDP checksum to hardware that is not there; zero means none.
            data = data[:40] + bytes(2) + data[42:]
        try:
            self._sockets[unit, ethernet].send(data)
        except OSError:
            return False
        return True

    def play(self, recorded: list[Said]) -> int:
        """Say it all again, as fast as it goes, to the mate and back to who said it first."""
        count = 0
        for said in recorded:
            if said.ethernet is not None:
                count += self.say(said.unit.mate, said.ethernet, said.data)
                count += self.say(said.unit, said.ethernet, said.data)
        return count

    def close(self) -> None:
        """Stop listening."""
        for made in self._sockets.values():
            made.close()


class CableRecorder:
    """Sits between both units and the cable in that folder. Close it before the folder goes.

    To be made before a unit opens its end. Bytes are passed on as they come.
    """

    def __init__(self, folder: Path) -> None:
        self._cable: dict[int, Unit] = {}  # our descriptor of the cable's end at that unit
        self._unit: dict[int, Unit] = {}  # the end that unit opens, from behind
        self._open: list[int] = []
        self._recorded: list[Said] = []
        for unit in Unit:
            self._insert(folder / unit.value, unit)
        self._stop, self._stopping = os.pipe()
        self._open += (self._stop, self._stopping)
        self._thread = threading.Thread(target=self._pass_on, name="cable recorder")
        self._thread.start()

    def _insert(self, link: Path, unit: Unit) -> None:
        cable = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        master, slave = os.openpty()
        tty.setraw(cable, termios.TCSANOW)
        tty.setraw(slave, termios.TCSANOW)
        os.set_blocking(master, False)
        link.unlink()
        link.symlink_to(os.ttyname(slave))
        self._open += (cable, master, slave)
        self._cable[cable], self._unit[master] = unit, unit

    def take(self) -> list[Said]:
        """What was said since the last look, both ways, in pieces as they came."""
        taken, self._recorded = self._recorded, []
        return taken

    def say(self, hearing: Unit, data: bytes) -> bool:
        """Have a unit hear these bytes, at once. False if it does not listen.

        What its mate says at that moment may be cut in two by them, as on a real wire.
        """
        return _write_all(self._end_of(self._unit, hearing), data)

    def close(self) -> None:
        """Let go; the units are not connected any more."""
        os.write(self._stopping, b"x")
        self._thread.join()
        for descriptor in self._open:
            os.close(descriptor)

    def _pass_on(self) -> None:
        while True:
            ready, _, _ = select.select([self._stop, *self._cable, *self._unit], [], [])
            if self._stop in ready:
                return
            for descriptor in ready:
                self._pass(descriptor)

    def _pass(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, _READ_BYTES)
        except OSError:
            return
        if descriptor in self._unit:
            unit = self._unit[descriptor]
            self._recorded.append(Said(unit, None, data))
            _write_all(self._end_of(self._cable, unit), data)
        else:
            _write_all(self._end_of(self._unit, self._cable[descriptor]), data)

    @staticmethod
    def _end_of(ends: dict[int, Unit], unit: Unit) -> int:
        return next(descriptor for descriptor, whose in ends.items() if whose is unit)


def _write_all(descriptor: int, data: bytes) -> bool:
    while data:
        _, room, _ = select.select([], [descriptor], [], _ROOM_S)
        if not room:
            return False  # a tty is full and nobody reads it: a UART loses them too
        with contextlib.suppress(BlockingIOError):
            data = data[os.write(descriptor, data) :]
    return True

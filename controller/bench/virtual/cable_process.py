"""The serial failover cable: two PTYs, two paced lines between them, and the contacts of two plugs.

    python -m controller.bench.virtual.cable_process --folder DIR [--pins SOCKET]

makes ``DIR/primary`` and ``DIR/secondary`` (links to the ends a unit opens) and listens on
``DIR/control`` for orders (see ``cable.py``).

Both slave ends stay open here, so neither unit ever learns that the other closed its own, just as
a UART does not. The four facts a unit reads from its plug are driven on the pin bus.
"""

from __future__ import annotations

import argparse
import contextlib
import heapq
import os
import select
import socket
import termios
import time
import tty
from collections.abc import Iterable
from pathlib import Path

from controller.bench.virtual import priority
from controller.bench.virtual.contacts import all_contacts, carries
from controller.bench.virtual.line import Line
from controller.bench.virtual.orders import Desk, Order
from controller.bench.virtual.pinbus import PinBus
from controller.bench.world import Unit

_READ_BYTES = 4096
_MS = 1_000_000


class End:
    """The PTY at one unit. What the unit writes is read from ``master``."""

    def __init__(self, link: Path) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.master, False)
        self.overrun = 0  # bytes the unit did not read in time, as a UART would lose them
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._slave))

    def read(self) -> bytes:
        """What the unit has written since; empty if nothing."""
        try:
            return os.read(self.master, _READ_BYTES)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Hand arrived bytes to the unit; what its tty cannot hold is lost."""
        written = 0
        with contextlib.suppress(BlockingIOError):
            written = os.write(self.master, data)
        self.overrun += len(data) - written

    def flush(self) -> None:
        """Forget what lies in the tty both ways: a UART without power remembers nothing."""
        termios.tcflush(self._slave, termios.TCIOFLUSH)
        termios.tcflush(self.master, termios.TCIOFLUSH)


class Cable:
    """All of the cable: ends, lines, contacts, and the contacts still to open."""

    def __init__(self, folder: Path, pins: PinBus | None) -> None:
        self._ends = {unit: End(folder / unit.value) for unit in Unit}
        self._lines = {unit: Line(seed=number) for number, unit in enumerate(Unit)}
        self._cut: set[Unit] = set()  # senders whose bytes are lost, whatever the contacts say
        self._pins = pins
        self._closed = dict.fromkeys(all_contacts(), False)
        self._later: list[tuple[int, list[str]]] = []  # a heap: when to open which contacts
        self._desk = Desk(folder / "control", self._obey)
        self._join()

    def run(self) -> None:
        """Carry bytes until the process ends."""
        masters = {end.master: unit for unit, end in self._ends.items()}
        while True:
            wanted: list[int | socket.socket] = [*masters, *self._desk.sockets]
            # select, not epoll: its time-out counts microseconds, and a byte takes 87 of them.
            ready, _, _ = select.select(wanted, [], [], self._wait_s())
            now_ns = time.monotonic_ns()
            for what in ready:
                if isinstance(what, int):
                    self._lines[masters[what]].offer(self._ends[masters[what]].read(), now_ns)
                else:
                    self._desk.serve(what)
            self._advance(time.monotonic_ns())

    def _wait_s(self) -> float | None:
        dues = [due for line in self._lines.values() if (due := line.next_due_ns()) is not None]
        if self._later:
            dues.append(self._later[0][0])
        return max(0, min(dues) - time.monotonic_ns()) / 1e9 if dues else None

    def _advance(self, now_ns: int) -> None:
        while self._later and self._later[0][0] <= now_ns:
            self._move(heapq.heappop(self._later)[1], closed=False)
        for sender, line in self._lines.items():
            arrived = line.take(now_ns)
            if arrived:
                self._ends[sender.mate].write(arrived)

    def _move(self, names: list[str], *, closed: bool) -> None:
        """Open or close contacts in one instant, for the bytes and for the pins."""
        self._closed.update(dict.fromkeys(names, closed))
        if self._pins is not None and names:
            self._pins.contacts(tuple(names), closed)
        self._join()

    def _join(self) -> None:
        """A direction carries bytes while its wire is whole and nobody has cut it."""
        for sender, line in self._lines.items():
            line.closed = carries(sender, self._closed) and sender not in self._cut

    def _obey(self, order: Order) -> Order:
        """Carry out every key of the order, in this fixed sequence."""
        if "contacts" in order:
            self._check(order["contacts"])
            self._later.clear()
            for closed in (False, True):
                names = [
                    name for name, is_closed in order["contacts"].items() if is_closed is closed
                ]
                self._move(names, closed=closed)
        for names, after_ms in order.get("open", []):
            self._check(names)
            due = time.monotonic_ns() + int(after_ms * 1e6)
            heapq.heappush(self._later, (due, names))
        if "cut" in order:
            self._cut = {Unit(sender) for sender in order["cut"]}
            self._join()
        for line in self._lines.values():
            line.garble_percent = int(order.get("garble", line.garble_percent))
            line.lose_percent = int(order.get("lose", line.lose_percent))
            line.delay_ns = int(order.get("delay", line.delay_ns // _MS)) * _MS
        for unit in order.get("flush", []):
            self._ends[Unit(unit)].flush()
        self._advance(time.monotonic_ns())
        return self._status()

    def _check(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._closed:
                raise ValueError(f"no contact {name!r}; there are {', '.join(self._closed)}")

    def _status(self) -> Order:
        return {
            "pending": len(self._later),
            "contacts": self._closed,
            "lines": {
                sender.value: {
                    "delivered": line.count.delivered,
                    "dropped": line.count.dropped,
                    "lost": line.count.lost,
                    "garbled": line.count.garbled,
                    "overrun": self._ends[sender.mate].overrun,
                }
                for sender, line in self._lines.items()
            },
        }


def main() -> None:
    """Run one cable until killed. Says ``ready`` on standard output when its ends can be opened."""
    parser = argparse.ArgumentParser(description="the serial failover cable of the virtual bench")
    parser.add_argument("--folder", type=Path, required=True, help="where the ends are made")
    parser.add_argument("--pins", help="socket of the pin bus; left out: no GPIO")
    arguments = parser.parse_args()
    pins = PinBus.connect(arguments.pins) if arguments.pins else None
    cable = Cable(arguments.folder, pins)
    priority.real_time(priority.CABLE)
    print("ready", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        cable.run()


if __name__ == "__main__":
    main()

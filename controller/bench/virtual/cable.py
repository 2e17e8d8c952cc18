"""The bench's hand on the serial cable: plugs, single contacts, cuts, noise, loss, delay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from controller.bench.virtual.contacts import is_plugged, plugged, pulled, strap, unplugged
from controller.bench.virtual.orders import Order, Orders
from controller.bench.virtual.processes import Processes
from controller.bench.world import Unit, Wire, Worsen

_AS_NEW = {"garble": 0, "delay": 0, "lose": 0}


class CableHand:
    """Talks to a running cable process. Every call returns when the cable has obeyed."""

    def __init__(self, folder: Path) -> None:
        self._orders = Orders("the cable process", folder / "control")

    @classmethod
    def start(cls, processes: Processes, folder: Path, pins: Path | None) -> CableHand:
        """Start the cable in that folder; its ends are ``folder/primary`` and ``secondary``."""
        folder.mkdir(parents=True, exist_ok=True)
        words = ["controller.bench.virtual.cable_process", "--folder", str(folder)]
        if pins is not None:
            words += ["--pins", str(pins)]
        processes.start_module("cable", words, wait_ready=True)
        return cls(folder)

    def plug(self, straps: Mapping[Unit, Unit]) -> None:
        """Both plugs in, all contacts closed, no cut, no noise. Says what each end's strap is."""
        self._order(contacts=plugged(straps), cut=[], **_AS_NEW)

    def mark(self, unit: Unit, says: Unit) -> None:
        """The strap in the plug at that unit says that. A plug that is out closes nothing."""
        if is_plugged(unit, self._order()["contacts"]):
            self._order(contacts=strap(unit, says))

    def unplug(self) -> None:
        """No cable at all: every contact open, at once."""
        self._order(contacts=unplugged())

    def set(self, wire: Wire, closed: bool) -> None:
        """One wire breaks, or is whole again."""
        self._order(contacts={wire.value: closed})

    def pull(self, plug: Unit | None, order: Iterable[Wire], over_ms: int) -> None:
        """Pull a plug, or both: contacts open in that order, evenly over a time, the first now."""
        steps = pulled(plug, order)
        step_ms = over_ms / max(1, len(steps) - 1)
        self._order(open=[[names, index * step_ms] for index, names in enumerate(steps)])

    def pending(self) -> int:
        """Contacts still to open of the last ``pull``."""
        return int(self._order()["pending"])

    def cut(self, senders: Iterable[Unit]) -> None:
        """Lose what these units send; the contacts stay closed. Replaces the last cut."""
        self._order(cut=[unit.value for unit in senders])

    def garble(self, percent: int) -> None:
        """Change that share of the bytes, both ways. 0 to 100."""
        self._order(garble=percent)

    def worsen(self, fault: Worsen) -> None:
        """Frames come late, or not at all, both ways. What is None stays."""
        order = {"delay": fault.delay_ms, "lose": fault.lose_percent}
        self._order(**{name: value for name, value in order.items() if value is not None})

    def mend(self) -> None:
        """No cut, no noise, no delay; contacts stay as they are."""
        self._order(cut=[], **_AS_NEW)

    def flush(self, unit: Unit) -> None:
        """Forget the bytes on their way to and from a unit that lost power."""
        self._order(flush=[unit.value])

    def counts(self) -> dict[Unit, dict[str, int]]:
        """For each sender: bytes delivered, dropped, lost, garbled, overrun."""
        return {Unit(name): counts for name, counts in self._order()["lines"].items()}

    def close(self) -> None:
        """Let go of the cable; it stays as it is."""
        self._orders.close()

    def _order(self, **order: object) -> Order:
        return self._orders.give(order)

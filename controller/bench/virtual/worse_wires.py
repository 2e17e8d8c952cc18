"""The bench's hand on wires that delay, lose, repeat or overtake.

No netem here: what a switch's port would say to a unit is redirected to a process of the bench,
which says it instead. On a data link that is the pair's own frames alone; what units say there to
hosts, and hosts to them, passes as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.bench.virtual.network import LINK_ETHERNET, batch, port
from controller.bench.virtual.orders import Orders
from controller.bench.virtual.processes import Processes, Started
from controller.bench.virtual.wire_faults import WireFaults
from controller.bench.world import Link, Unit, Worsen


@dataclass(slots=True)
class _Wire:
    """A link that is led through a process."""

    started: Started
    orders: Orders


class WorseWires:
    """The Ethernet links that are worse than they were built. Raises WorldError."""

    def __init__(self, processes: Processes, faults: WireFaults, folder: Path) -> None:
        self._processes = processes
        self._faults = faults
        self._folder = folder
        self._wires: dict[Link, _Wire] = {}

    def worsen(self, fault: Worsen) -> None:
        """As that says from now on; what it leaves out stays."""
        order = {
            "delay_ms": fault.delay_ms,
            "lose_percent": fault.lose_percent,
            "duplicate_percent": fault.duplicate_percent,
            "reorder_ms": fault.reorder_ms,
        }
        if fault.link not in self._wires:
            self._faults.refuse_crossover(fault.link, ", and cannot be worse")
            self._wires[fault.link] = self._begin(fault.link)
        said = {name: value for name, value in order.items() if value is not None}
        self._wires[fault.link].orders.give(said)

    def mend(self, link: Link) -> None:
        """That one is as it was built; the redirection to it has been undone before."""
        wire = self._wires.pop(link, None)
        if wire is None:
            return
        wire.orders.close()
        self._processes.end(wire.started)
        batch(("ip",), [f"link del {_entrance(name)}" for name in _ports(link)])

    def mend_all(self) -> None:
        """Every link as it was built."""
        for link in list(self._wires):
            self.mend(link)

    def _begin(self, link: Link) -> _Wire:
        ports = _ports(link)
        lines = []
        for name in ports:
            lines.append(f"link add {_entrance(name)} type veth peer name {_exit(name)}")
            lines += [f"link set dev {end(name)} addrgenmode none up" for end in (_entrance, _exit)]
        batch(("ip",), lines)
        self._folder.mkdir(parents=True, exist_ok=True)
        orders = self._folder / link.value
        words = ["controller.bench.virtual.worse_wire_process", "--orders", str(orders)]
        words += [f"{_exit(name)}={name}" for name in ports]
        started = self._processes.start_module(f"wire-{link}", words, wait_ready=True)
        for name in ports:
            self._faults.lead_through(link, name, _entrance(name))
        return _Wire(started, Orders(f"the process of the {link} wire", orders))


def _ports(link: Link) -> list[str]:
    return [port(unit, f"eth{LINK_ETHERNET[link]}") for unit in Unit]


def _entrance(name: str) -> str:
    return f"to-{name}"


def _exit(name: str) -> str:
    return f"of-{name}"

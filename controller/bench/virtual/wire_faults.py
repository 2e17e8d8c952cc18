"""What can be done to a wire of the virtual bench, and undone.

Every fault leaves carrier alone, survives a carrier flap, goes unseen by the sender, and needs no
netem and no action of ``tc`` but ``mirred``, which is all some kernels have:

- *toward* a unit: the port's queue is replaced by one that holds a single byte, so all is dropped;
- *from* a unit: the port is locked, and drops whatever comes from a MAC it has not learned: all;
- *between* the units: both ports are isolated, which hides them from each other, not from hosts;
- *one way between* them on a data link: the pair's own EtherType is redirected to nowhere at the
  mate's port, the rest of what units say there is for hosts;
- *worse*: at each unit's port what is said to it is redirected to worse_wires.py;
- *nothing but BPDUs*: at the port all is redirected to nowhere but what the kernel sends as 802.2,
  which is its spanning tree; and the port is locked.

A crossover has no switch: there the sender's own queue is the one that is replaced. UDP, all that
is spoken there, is not told; a raw socket would be (ENOBUFS).
"""

from __future__ import annotations

from collections.abc import Sequence

from controller.bench.virtual.network import DATA, LINK_ETHERNET, Network, batch, port
from controller.bench.world import BpdusOnly, Cut, Drop, Link, Unit, WorldError
from firmware.core.wire.link import HELLO_ETHERTYPE

_NOWHERE = "action mirred egress redirect dev nowhere"
_EVERYTHING = "u32 match u32 0 0"
_PAIRS_OWN = f"protocol {HELLO_ETHERTYPE:#06x}"
Tool = tuple[str, ...]


class WireFaults:
    """The faults of all wires but the cable. Raises WorldError where a tool refuses."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._undo: dict[Link, list[tuple[Tool, str]]] = {}

    def cut(self, cut: Cut) -> None:
        """Let nothing pass as ``cut`` says."""
        ethernet = LINK_ETHERNET[cut.link]
        if self._is_crossover(cut.link):
            for unit in Unit if cut.sender is None else (cut.sender,):
                self._swallow(cut.link, ("tc", "-n", unit.value), f"eth{ethernet}")
        elif cut.off is not None:
            self.drop(Drop(cut.link, cut.off, toward=False))
            self.drop(Drop(cut.link, cut.off, toward=True))
        elif cut.sender is None:
            for unit in Unit:
                self._flag(cut.link, port(unit, f"eth{ethernet}"), "isolated")
        elif ethernet in DATA:
            self._redirect(
                cut.link,
                port(cut.sender.mate, f"eth{ethernet}"),
                [f"prio 3 {_PAIRS_OWN} {_EVERYTHING} {_NOWHERE}"],
            )
        else:
            self._lock(cut.link, port(cut.sender, f"eth{ethernet}"))

    def drop(self, drop: Drop) -> None:
        """Everything in one direction at one unit's port."""
        nic = f"eth{LINK_ETHERNET[drop.link]}"
        if self._is_crossover(drop.link):
            sender = drop.unit.mate if drop.toward else drop.unit
            self._swallow(drop.link, ("tc", "-n", sender.value), nic)
        elif drop.toward:
            self._swallow(drop.link, ("tc",), port(drop.unit, nic))
        else:
            self._lock(drop.link, port(drop.unit, nic))

    def bpdus_only(self, fault: BpdusOnly) -> None:
        """Of all that passes a unit's port, only what spanning tree says to the unit."""
        self.refuse_crossover(fault.link, ": nobody runs spanning tree")
        name = port(fault.unit, f"eth{LINK_ETHERNET[fault.link]}")
        passing = f"prio 1 protocol 802_2 {_EVERYTHING} classid 1:1"
        self._redirect(fault.link, name, [passing, f"prio 2 protocol all {_EVERYTHING} {_NOWHERE}"])
        self._lock(fault.link, name)

    def lead_through(self, link: Link, toward: str, device: str) -> None:
        """What the port ``toward`` would say to its unit goes out by ``device`` instead."""
        kind = _PAIRS_OWN if LINK_ETHERNET[link] in DATA else "protocol all"
        redirect = f"action mirred egress redirect dev {device}"
        self._redirect(link, toward, [f"prio 9 {kind} {_EVERYTHING} {redirect}"])

    def refuse_crossover(self, link: Link, so: str) -> None:
        """Raise WorldError for a link that has no switch here; ``so`` ends the sentence."""
        if self._is_crossover(link):
            raise WorldError(f"the failover link is a crossover here{so}")

    def mend(self, link: Link) -> None:
        """Undo every fault of that link."""
        for tool, line in reversed(self._undo.pop(link, [])):
            batch(tool, [line])

    def mend_all(self) -> None:
        """Undo every fault of every link."""
        for link in list(self._undo):
            self.mend(link)

    def forget(self, name: str) -> None:
        """A port is gone, and what was done to it."""
        for link, undo in self._undo.items():
            self._undo[link] = [(tool, line) for tool, line in undo if name not in line.split()]

    def _is_crossover(self, link: Link) -> bool:
        return link is Link.FAILOVER and self._network.crossover

    def _flag(self, link: Link, name: str, flag: str) -> None:
        batch(("bridge",), [f"link set dev {name} {flag} on"])
        self._note(link, ("bridge",), f"link set dev {name} {flag} off")

    def _lock(self, link: Link, name: str) -> None:
        """Drop what comes in from the unit: a locked port passes only MACs it has learned."""
        self._flag(link, name, "locked")
        batch(("ip",), [f"link set dev {name} type bridge_slave fdb_flush"])

    def _swallow(self, link: Link, tool: Tool, name: str) -> None:
        """Drop what is sent out by that interface: its queue holds one byte, and no frame fits."""
        batch(tool, [f"qdisc replace dev {name} root bfifo limit 1"])
        self._note(link, tool, f"qdisc del dev {name} root")

    def _redirect(self, link: Link, toward: str, filters: Sequence[str]) -> None:
        """Send what these filters say where they say instead of to the unit at that port."""
        lines = [f"qdisc replace dev {toward} clsact"]
        lines += [f"filter add dev {toward} egress {each}" for each in filters]
        batch(("tc",), lines)
        self._note(link, ("tc",), f"qdisc del dev {toward} clsact")

    def _note(self, link: Link, tool: Tool, line: str) -> None:
        """How to undo it; once is enough."""
        undo = self._undo.setdefault(link, [])
        if (tool, line) not in undo:
            undo.append((tool, line))

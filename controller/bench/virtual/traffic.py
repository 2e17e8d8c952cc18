"""The hosts behind the pair: the probe between them, and what they believe about MACs."""

from __future__ import annotations

import json
from pathlib import Path

from controller.bench.hosts import HOSTS, INSIDE_HOST, OUTSIDE_HOST, Host
from controller.bench.virtual import clock, probe_process
from controller.bench.virtual.network import run
from controller.bench.virtual.outage import Arrival, Outage, outage
from controller.bench.virtual.probe_process import UDP_RECORD
from controller.bench.virtual.processes import Processes, Started
from controller.bench.virtual.ring import RingReader
from controller.bench.virtual.tcp_fate import Note, Told, told
from controller.bench.virtual.tcp_probe import TCP_RECORD, Fate

SETTLED_NS = 50_000_000  # a packet not here after this long is not on its way any more


class Traffic:
    """The probe while it is on. Every measurement is of this one run; start anew to forget."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        """Start both ends; returns once both send. Raises WorldError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._processes = processes
        self._ends: dict[str, Started] = {}
        self._records: dict[str, RingReader] = {}
        self._tcp: dict[str, RingReader] = {}
        for host, other in ((OUTSIDE_HOST, INSIDE_HOST), (INSIDE_HOST, OUTSIDE_HOST)):
            records = folder / f"{host.name}.udp"
            words = ["controller.bench.virtual.probe_process", str(records)]
            words += ["--bind", host.address, "--to", other.address]
            self._ends[host.name] = processes.start_module(
                f"probe-{host.name}", words, netns=host.name, wait_ready=True
            )
            self._records[host.name] = RingReader(records, UDP_RECORD)
            self._tcp[host.name] = RingReader(records.with_suffix(".tcp"), TCP_RECORD)
        self.begun_ns = clock.now_ns()

    def flows(self) -> bool:
        """Whether both directions carried packets a moment ago, and some TCP either way ever."""
        recent_ns = clock.now_ns() - SETTLED_NS
        newest = [records.newest() for records in self._records.values()]
        udp = all(record is not None and record[2] >= recent_ns for record in newest)
        return udp and all(records.written > 0 for records in self._tcp.values())

    def outage(self, first_ns: int, last_ns: int) -> Outage:
        """The worse direction of a span. What has not settled yet is left out."""
        last_ns = min(last_ns, clock.now_ns() - SETTLED_NS)
        inside = self._one_way(OUTSIDE_HOST, INSIDE_HOST, first_ns, last_ns)
        outside = self._one_way(INSIDE_HOST, OUTSIDE_HOST, first_ns, last_ns)
        return inside.worse(outside)

    def connections(self, fault_ns: int, moved_ns: int | None, end_ns: int) -> Told:
        """What became of TCP in a fault's window, the worse direction; see ``tcp_fate.told``."""
        end_ns = min(end_ns, clock.now_ns())
        inside, outside = (
            told(_notes(records), fault_ns, moved_ns, end_ns) for records in self._tcp.values()
        )
        return inside.worse(outside)

    def stop(self) -> None:
        """End both ends."""
        for end in self._ends.values():
            self._processes.end(end)

    def _one_way(self, sender: Host, receiver: Host, first_ns: int, last_ns: int) -> Outage:
        begun_ns = self._records[sender.name].number(probe_process.BEGUN_NS)
        arrivals = [Arrival(*record) for record in self._records[receiver.name].since(0)]
        return outage(arrivals, begun_ns, first_ns, last_ns)


def _notes(records: RingReader) -> list[Note]:
    return [Note(begun_ns, Fate(fate), at_ns) for begun_ns, fate, at_ns in records.since(0)]


def arp_tables() -> str:
    """What the hosts resolved: host, address, MAC, in order. A failed entry's MAC is ``-``.

    State and timers are left out: they change by themselves. Two texts are byte-identical exactly
    if the hosts believe the same.
    """
    lines = []
    for host in HOSTS:
        for entry in json.loads(run(["ip", "-n", host.name, "-j", "neigh", "show"])):
            lines.append(f"{host.name} {entry['dst']} {entry.get('lladdr', '-')}")
    return "\n".join(sorted(lines))

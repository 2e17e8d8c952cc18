"""One look at a pair of the virtual world, by /proc, iproute2 and nft: never by the units' word.

Only their states are asked at their consoles.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from controller.bench.hosts import HOSTS
from controller.bench.perf.unit_processes import processes_of
from controller.bench.soak.audit import PairSeen, ProcessSeen, UnitSeen
from controller.bench.virtual.network import run
from controller.bench.virtual.traffic import arp_tables
from controller.bench.virtual.world import VirtualWorld
from controller.bench.world import Unit

ADDRESSES = tuple(host.gateway for host in HOSTS)  # the pair's active ones
_ASKING = "controller.bench.soak.asking"


def look(world: VirtualWorld, folder: Path) -> PairSeen:
    """Everything at once, nearly. Raises WorldError where the bench itself fails."""
    answers = ask()
    return PairSeen(
        units={unit: _unit(world, unit, folder / unit.value) for unit in Unit},
        forwarders=world.forwarders(),
        flows=world.traffic_flows(),
        answers=answers,
        resolved=_resolved(arp_tables()),
    )


def ask() -> dict[str, tuple[str, ...]]:
    """Who answers ARP for each active address, by its host."""
    return {host.gateway: _answers(host.name, host.gateway, host.address) for host in HOSTS}


def _answers(netns: str, address: str, sender: str) -> tuple[str, ...]:
    ask = [sys.executable, "-m", _ASKING, "eth0", address, sender]
    return tuple(run([*_within(netns), *ask]).split())


def _resolved(tables: str) -> dict[str, str]:
    rows = (line.split() for line in tables.splitlines())
    return {address: mac for _, address, mac in rows if address in ADDRESSES}


def _unit(world: VirtualWorld, unit: Unit, folder: Path) -> UnitSeen:
    known = processes_of(folder)
    children = _children(known["supervisor"])
    links = json.loads(run(["ip", "-n", unit.value, "-j", "address", "show"]))
    neighbours = json.loads(run(["ip", "-n", unit.value, "-j", "neigh", "show"]))
    return UnitSeen(
        state=world.state(unit),
        processes={name: _process(pid) for name, pid in known.items()},
        children=len(children),
        zombies=sum(_status(pid, "State").startswith("Z") for pid in children),
        links=len(links),
        rules=_rules(unit),
        connections=_connections(unit),
        neighbours=len(neighbours),
        active_macs={
            info["local"]: link["address"]
            for link in links
            for info in link["addr_info"]
            if info.get("local") in ADDRESSES
        },
    )


def _process(pid: int) -> ProcessSeen:
    rss = _status(pid, "VmRSS").split()
    try:
        descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:  # it ended meanwhile: the next look says so
        descriptors = 0
    return ProcessSeen(pid, int(rss[0]) if rss else 0, descriptors)


def _status(pid: int, key: str) -> str:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _children(pid: int) -> list[int]:
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(word) for word in words]


def _rules(unit: Unit) -> int:
    """Tables, chains, sets and rules; a lease is an element of a set, and comes and goes."""
    shown = json.loads(run([*_within(unit.value), "nft", "-j", "list", "ruleset"]))
    return len(shown["nftables"])


def _connections(unit: Unit) -> int:
    count = "/proc/sys/net/netfilter/nf_conntrack_count"
    return int(run([*_within(unit.value), "cat", count]))


def _within(netns: str) -> list[str]:
    return ["nsenter", f"--net=/run/netns/{netns}"]

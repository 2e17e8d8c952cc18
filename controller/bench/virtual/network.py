"""The wires of the virtual bench: namespaces, switches, hosts, and what can be done to a wire.

Plain iproute2, a batch at a time. Switches are bridges in the bench's own namespace; a unit's
``eth0`` is a veth whose far end, ``p-eth0`` or ``s-eth0``, is the switch's port. Every impairment
survives a carrier flap, goes unseen by the sender, and needs no netem:

- *toward* a unit: the port's queue is replaced by one that holds a single byte, so all is dropped;
- *from* a unit: the port is locked, and drops whatever comes from a MAC it has not learned: all;
- *between* the units: both ports are isolated, which hides them from each other, not from hosts.

A crossover has no switch: there the sender's own queue is the one that is replaced. UDP, all that
is spoken there, is not told; a raw socket would be (ENOBUFS).
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from controller.bench.world import Cut, Link, Unit, WorldError

ETHERNETS = 6
OUTSIDE, INSIDE, STATE, FAILOVER = 0, 1, 2, 3  # the seed's own configurations
SWITCHES = {OUTSIDE: "sw-outside", INSIDE: "sw-inside", STATE: "sw-state", FAILOVER: "sw-failover"}
DATA = (OUTSIDE, INSIDE)
LINK_ETHERNET = {
    Link.OUTSIDE: OUTSIDE,
    Link.INSIDE: INSIDE,
    Link.STATE: STATE,
    Link.FAILOVER: FAILOVER,
}
BENCH_ADDRESS = "192.0.2.1"
MANAGEMENT_ADDRESS = {Unit.PRIMARY: "192.0.2.11", Unit.SECONDARY: "192.0.2.12"}
HELLO_ETHERTYPE = "0x88b5"
_QUIET = "addrgenmode none"  # no IPv6 address, so no router solicitations either


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine behind a switch, with the seed's addresses around it."""

    name: str
    switch: str
    mac: str
    address: str
    prefix: int
    route: str
    gateway: str


INSIDE_HOST = Host(
    name="inside",
    switch="sw-inside",
    mac="00:06:5b:0a:00:10",
    address="192.168.1.10",
    prefix=24,
    route="default",
    gateway="192.168.1.1",
)
OUTSIDE_HOST = Host(
    name="outside",
    switch="sw-outside",
    mac="00:06:5b:0b:00:03",
    address="172.16.1.3",
    prefix=16,
    route="192.168.1.0/24",
    gateway="172.16.1.1",
)
HOSTS = (INSIDE_HOST, OUTSIDE_HOST)


def burned_in_mac(unit: Unit, ethernet: int) -> str:
    """The MAC the unit's NIC leaves the factory with: the fourth byte says whose it is."""
    whose = 1 if unit is Unit.PRIMARY else 2
    return f"00:06:5b:{whose:02x}:00:{ethernet:02x}"


def port(unit: Unit, nic: str) -> str:
    """The switch's end of a unit's NIC: ``p-eth0``."""
    return f"{unit.value[0]}-{nic}"


def run(command: Sequence[str], text: str | None = None) -> str:
    """Run a tool of iproute2 or util-linux: what it wrote, or WorldError with its words."""
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise WorldError(f"{command[0]} is not installed: apt-get install iproute2") from None
    if done.returncode != 0:
        raise WorldError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def batch(tool: Sequence[str], lines: Iterable[str]) -> None:
    """Run many lines in one process. WorldError names the first that was refused."""
    run([*tool, "-batch", "-"], "\n".join(lines) + "\n")


class Network:
    """The bench's network. ``build`` once; the rest as stories need it."""

    def __init__(self) -> None:
        self.crossover = False
        self._undo: dict[Link, list[tuple[tuple[str, ...], str]]] = {}

    def build(self) -> None:
        """Make every namespace, wire and switch. Raises WorldError."""
        names = [*(unit.value for unit in Unit), *(host.name for host in HOSTS)]
        batch(("ip",), [f"netns add {name}" for name in names])
        for name in (None, *names):
            _silence(name)
        batch(("ip",), [*_switch_lines(), *_unit_lines(), *_host_lines()])
        for unit in Unit:
            address = MANAGEMENT_ADDRESS[unit]
            inner = ["link set lo up", f"address add {address}/24 dev mgmt0", "link set mgmt0 up"]
            batch(("ip", "-n", unit.value), inner)
        for host in HOSTS:
            batch(("ip", "-n", host.name), _host_inner(host))

    def rewire(self, crossover: bool) -> None:
        """Lead the failover link over the switch, or straight from unit to unit.

        The NICs are made anew, so no unit may be running.
        """
        if crossover == self.crossover:
            return
        self.mend(Link.FAILOVER)
        # A veth goes with its other end, and a crossover's other end is the other unit's NIC.
        for unit in (Unit.PRIMARY,) if self.crossover else tuple(Unit):
            run(["ip", "-n", unit.value, "link", "del", f"eth{FAILOVER}"])
        if crossover:
            batch(("ip",), [_crossover_line()])
        else:
            batch(("ip",), [line for unit in Unit for line in _wire_lines(unit, FAILOVER)])
        self.crossover = crossover

    def cut(self, cut: Cut) -> None:
        """Let nothing pass as ``cut`` says; carrier stays. Not for the cable. Raises WorldError."""
        ethernet = LINK_ETHERNET[cut.link]
        if cut.link is Link.FAILOVER and self.crossover:
            senders = Unit if cut.sender is None else (cut.sender,)
            for unit in senders:
                self._swallow(cut.link, ("tc", "-n", unit.value), f"eth{ethernet}")
        elif cut.off is not None:
            self._lock(cut.link, port(cut.off, f"eth{ethernet}"))
            self._swallow(cut.link, ("tc",), port(cut.off, f"eth{ethernet}"))
        elif cut.sender is None:
            for unit in Unit:
                name = port(unit, f"eth{ethernet}")
                self._set(cut.link, name, "isolated on", "isolated off")
        elif ethernet in DATA:
            self._lose_hellos(cut.link, port(cut.sender.mate, f"eth{ethernet}"))
        else:
            self._lock(cut.link, port(cut.sender, f"eth{ethernet}"))

    def mend(self, link: Link) -> None:
        """Undo every cut of that link."""
        for tool, line in reversed(self._undo.pop(link, [])):
            batch(tool, [line])

    def mend_all(self) -> None:
        """Undo every cut of every link."""
        for link in list(self._undo):
            self.mend(link)

    def forget(self) -> None:
        """Empty what the switches learned and the hosts resolved, as if just plugged together."""
        ports = [port(unit, f"eth{ethernet}") for unit in Unit for ethernet in SWITCHES]
        if self.crossover:
            ports = [name for name in ports if not name.endswith(f"eth{FAILOVER}")]
        ports += [f"h-{host.name}" for host in HOSTS]
        batch(("ip",), [f"link set dev {name} type bridge_slave fdb_flush" for name in ports])
        for host in HOSTS:
            run(["ip", "-n", host.name, "neigh", "flush", "all"])

    def _set(self, link: Link, name: str, on: str, off: str) -> None:
        batch(("bridge",), [f"link set dev {name} {on}"])
        self._undo.setdefault(link, []).append((("bridge",), f"link set dev {name} {off}"))

    def _lock(self, link: Link, name: str) -> None:
        """Drop what comes in from the unit: a locked port passes only MACs it has learned."""
        self._set(link, name, "locked on", "locked off")
        batch(("ip",), [f"link set dev {name} type bridge_slave fdb_flush"])

    def _swallow(self, link: Link, tool: tuple[str, ...], name: str) -> None:
        """Drop what is sent out by that interface: its queue holds one byte, and no frame fits."""
        batch(tool, [f"qdisc replace dev {name} root bfifo limit 1"])
        self._undo.setdefault(link, []).append((tool, f"qdisc del dev {name} root"))

    def _lose_hellos(self, link: Link, toward: str) -> None:
        """One way between the units on a data link, where hosts must still be reached.

        Only the pair's own EtherType is stopped; the rest of what units say there is for hosts.
        """
        lines = [
            f"qdisc add dev {toward} clsact",
            f"filter add dev {toward} egress protocol {HELLO_ETHERTYPE} u32 match u32 0 0 "
            "action mirred egress redirect dev nowhere",
        ]
        batch(("tc",), lines)
        self._undo.setdefault(link, []).append((("tc",), f"qdisc del dev {toward} clsact"))


def _silence(name: str | None) -> None:
    """No IPv6 in a namespace: its chatter would be frames nobody asked for."""
    script = (
        "cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0; "
        "echo 1 > all/disable_ipv6; echo 1 > default/disable_ipv6"
    )
    where = [] if name is None else ["nsenter", f"--net=/run/netns/{name}"]
    run([*where, "sh", "-c", script])


def _switch_lines() -> list[str]:
    lines = ["link add nowhere type veth peer name nowhere-end", "link set nowhere up"]
    for name in (*SWITCHES.values(), "sw-mgmt"):
        # Snooping off: hellos are multicast, and no switch of the bench may learn who wants them.
        lines.append(f"link add {name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
        lines.append(f"link set dev {name} {_QUIET} up")
    lines.append(f"address add {BENCH_ADDRESS}/24 dev sw-mgmt")
    return lines


def _unit_lines() -> list[str]:
    lines = []
    for unit in Unit:
        for ethernet in range(ETHERNETS):
            lines += _wire_lines(unit, ethernet)
        name = port(unit, "mgmt0")
        peer = f"peer name mgmt0 netns {unit.value}"
        lines.append(f"link add {name} type veth {peer}")
        lines.append(f"link set dev {name} {_QUIET} master sw-mgmt up")
    return lines


def _wire_lines(unit: Unit, ethernet: int) -> list[str]:
    """One NIC and its port. Ethernet4 and 5 have no switch: their far end stays down."""
    name, nic = port(unit, f"eth{ethernet}"), f"eth{ethernet}"
    mac = burned_in_mac(unit, ethernet)
    lines = [f"link add {name} type veth peer name {nic} netns {unit.value} address {mac}"]
    if ethernet in SWITCHES:
        lines.append(f"link set dev {name} {_QUIET} master {SWITCHES[ethernet]} up")
    return lines


def _crossover_line() -> str:
    ends = [
        f"name eth{FAILOVER} netns {unit.value} address {burned_in_mac(unit, FAILOVER)}"
        for unit in Unit
    ]
    return f"link add {ends[0]} type veth peer {ends[1]}"


def _host_lines() -> list[str]:
    lines = []
    for host in HOSTS:
        peer = f"peer name eth0 netns {host.name} address {host.mac}"
        lines.append(f"link add h-{host.name} type veth {peer}")
        lines.append(f"link set dev h-{host.name} {_QUIET} master {host.switch} up")
    return lines


def _host_inner(host: Host) -> list[str]:
    return [
        "link set lo up",
        f"address add {host.address}/{host.prefix} dev eth0",
        "link set eth0 up",
        f"route add {host.route} via {host.gateway}",
    ]

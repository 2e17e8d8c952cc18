"""The wires of the virtual bench: namespaces, switches and hosts, and what leads where.

Plain iproute2, a batch at a time. Switches are bridges in the bench's own namespace; a unit's
``eth0`` is a veth whose far end, ``p-eth0`` or ``s-eth0``, is the switch's port; a host's is
``h-inside``. What can be done to them is in wire_faults.py, switches.py and behaviour.py.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence

from controller.bench.hosts import HOSTS, INSIDE_HOST, Host
from controller.bench.world import Link, Unit, WorldError

ETHERNETS = 6
OUTSIDE, INSIDE, STATE, FAILOVER = 0, 1, 2, 3  # the seed's own configurations
CARD_NIC = ETHERNETS  # of the card that can be put into a unit; without it nobody uses the NIC
SWITCHES = {
    OUTSIDE: "sw-outside",
    INSIDE: "sw-inside",
    STATE: "sw-state",
    FAILOVER: "sw-failover",
    CARD_NIC: "sw-card",
}
DATA = (OUTSIDE, INSIDE)
LINK_ETHERNET = {
    Link.OUTSIDE: OUTSIDE,
    Link.INSIDE: INSIDE,
    Link.STATE: STATE,
    Link.FAILOVER: FAILOVER,
}
BENCH_ADDRESS = "192.0.2.1"
MANAGEMENT_ADDRESS = {Unit.PRIMARY: "192.0.2.11", Unit.SECONDARY: "192.0.2.12"}
_SPARE = "spare"  # a NIC that is in no unit yet
_LINK_LOCAL = "fe80::10"  # of the host that has IPv6
_QUIET = "addrgenmode none"  # no IPv6 address, so no router solicitations either


def burned_in_mac(unit: Unit, ethernet: int) -> str:
    """The MAC the unit's NIC leaves the factory with: the fourth byte says whose it is."""
    whose = 1 if unit is Unit.PRIMARY else 2
    return f"00:06:5b:{whose:02x}:00:{ethernet:02x}"


def port(unit: Unit, nic: str) -> str:
    """The switch's end of a unit's NIC: ``p-eth0``."""
    return f"{unit.value[0]}-{nic}"


def host_port(host: Host) -> str:
    """The switch's end of a host's wire: ``h-inside``."""
    return f"h-{host.name}"


def ports_of(link: Link) -> list[str]:
    """The ports of that link's switch."""
    units = [port(unit, f"eth{LINK_ETHERNET[link]}") for unit in Unit]
    return units + [host_port(host) for host in HOSTS if host.link is link]


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
        self.ipv6 = False  # the host inside has it

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

        The NICs are made anew, so no unit may be running and nothing may be cut.
        """
        if crossover == self.crossover:
            return
        # A veth goes with its other end, and a crossover's other end is the other unit's NIC.
        for unit in (Unit.PRIMARY,) if self.crossover else tuple(Unit):
            run(["ip", "-n", unit.value, "link", "del", f"eth{FAILOVER}"])
        if crossover:
            batch(("ip",), [_crossover_line()])
        else:
            batch(("ip",), [line for unit in Unit for line in _wire_lines(unit, FAILOVER)])
        self.crossover = crossover

    def speak_ipv6(self, on: bool) -> None:
        """Give the host inside IPv6, or take it away. It says nothing by it unasked."""
        if on != self.ipv6:
            _speak_ipv6(INSIDE_HOST, on)
        self.ipv6 = on

    def forget(self) -> None:
        """Empty what the switches learned and the hosts resolved, as if just plugged together."""
        ports = [port(unit, f"eth{ethernet}") for unit in Unit for ethernet in SWITCHES]
        if self.crossover:
            ports = [name for name in ports if not name.endswith(f"eth{FAILOVER}")]
        ports += [host_port(host) for host in HOSTS]
        batch(("ip",), [f"link set dev {name} type bridge_slave fdb_flush" for name in ports])
        for host in HOSTS:
            run(["ip", "-n", host.name, "neigh", "flush", "all"])

    def vanish(self, unit: Unit, ethernet: int) -> None:
        """Take a NIC out of the unit's kernel, and with it its wire. Raises WorldError."""
        if self.crossover and ethernet == FAILOVER:
            raise WorldError("the failover link is a crossover here: its NIC cannot vanish alone")
        run(["ip", "-n", unit.value, "link", "del", f"eth{ethernet}"])

    def prepare_nic(self, unit: Unit, ethernet: int) -> None:
        """A new wire for a NIC that vanished: its port is there, the NIC not yet in the unit."""
        name, mac = port(unit, f"eth{ethernet}"), burned_in_mac(unit, ethernet)
        made = f"link add {name} type veth peer name {_SPARE} address {mac}"
        batch(("ip",), [made, *_port_lines(name, ethernet)])

    def reappear(self, unit: Unit, ethernet: int) -> None:
        """Put the NIC that was prepared into the unit's kernel, by its old name."""
        run(["ip", "link", "set", "dev", _SPARE, "netns", unit.value, "name", f"eth{ethernet}"])


def _silence(name: str | None) -> None:
    """No IPv6 in a namespace: its chatter would be frames nobody asked for."""
    script = (
        "cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0; "
        "echo 1 > all/disable_ipv6; echo 1 > default/disable_ipv6"
    )
    where = [] if name is None else ["nsenter", f"--net=/run/netns/{name}"]
    run([*where, "sh", "-c", script])


def _speak_ipv6(host: Host, on: bool) -> None:
    settings = {"addr_gen_mode": 1, "accept_ra": 0, "disable_ipv6": int(not on)}
    script = "; ".join(
        f"echo {value} > /proc/sys/net/ipv6/conf/eth0/{name}" for name, value in settings.items()
    )
    run(["nsenter", f"--net=/run/netns/{host.name}", "sh", "-e", "-c", script])
    if on:
        own = (host.address6, _LINK_LOCAL)
        batch(("ip", "-n", host.name), [f"address add {a}/64 dev eth0 nodad" for a in own])


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
        for ethernet in (*range(ETHERNETS), CARD_NIC):
            lines += _wire_lines(unit, ethernet)
        name = port(unit, "mgmt0")
        peer = f"peer name mgmt0 netns {unit.value}"
        lines.append(f"link add {name} type veth {peer}")
        lines.append(f"link set dev {name} {_QUIET} master sw-mgmt up")
    return lines


def _wire_lines(unit: Unit, ethernet: int) -> list[str]:
    """One NIC and its port. 4 and 5 have no switch: their far end stays down."""
    name, nic = port(unit, f"eth{ethernet}"), f"eth{ethernet}"
    mac = burned_in_mac(unit, ethernet)
    made = f"link add {name} type veth peer name {nic} netns {unit.value} address {mac}"
    return [made, *_port_lines(name, ethernet)]


def _port_lines(name: str, ethernet: int) -> list[str]:
    if ethernet not in SWITCHES:
        return []
    return [f"link set dev {name} {_QUIET} master {SWITCHES[ethernet]} up"]


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
        switch = SWITCHES[LINK_ETHERNET[host.link]]
        lines.append(f"link add {host_port(host)} type veth {peer}")
        lines.append(f"link set dev {host_port(host)} {_QUIET} master {switch} up")
    return lines


def _host_inner(host: Host) -> list[str]:
    return [
        "link set lo up",
        f"address add {host.address}/{host.prefix} dev eth0",
        "link set eth0 up",
        f"route add {host.route} via {host.gateway}",
    ]

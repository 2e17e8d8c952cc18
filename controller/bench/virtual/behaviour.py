"""How the hosts of the virtual bench behave: what they answer, what they say by themselves.

A host is a kernel; its answers are its settings:

- *quiet*: its port of the switch lets nothing pass, either way;
- *ARP only*: it ignores echo requests (``icmp_echo_ignore_all``); ARP is answered as ever;
- *ping only*: it answers no ARP (``arp_ignore`` 8) and does answer broadcast echo requests. It
  would have to ask for the MAC of whom it answers, so it is told the units' once and for all;
- *talk*, and storms, are said by a process in its namespace, chatter_process.py.
"""

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv4Interface

from controller.bench.hosts import HOST_ON, Host
from controller.bench.virtual.network import batch, host_port, run
from controller.bench.virtual.processes import Processes, Started
from controller.bench.world import Behaviour, Flood, Link, Unit, WorldError

TALK_HZ, STORM_HZ = 10, 20_000
_FOR_EVER_S = 1e9
_USUAL = {"icmp_echo_ignore_all": 0, "icmp_echo_ignore_broadcasts": 1, "conf/eth0/arp_ignore": 0}
_SETTINGS = {
    Behaviour.ARP: {**_USUAL, "icmp_echo_ignore_all": 1},
    Behaviour.PING: {**_USUAL, "icmp_echo_ignore_broadcasts": 0, "conf/eth0/arp_ignore": 8},
}


class Hosts:
    """The hosts of the data links."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._now = dict.fromkeys(HOST_ON, Behaviour.USUAL)
        self._saying: dict[Link, list[Started]] = {link: [] for link in HOST_ON}

    def behave(self, link: Link, behaviour: Behaviour) -> None:
        """That one behaves so from now on; a storm of its ends. Raises WorldError."""
        host = HOST_ON[link]
        self._hush(link)
        if self._now[link] is Behaviour.QUIET:
            _open(host)
        elif self._now[link] is Behaviour.PING:
            run(["ip", "-n", host.name, "neigh", "flush", "nud", "permanent"])
        _set(host, _SETTINGS.get(behaviour, _USUAL))
        if behaviour is Behaviour.QUIET:
            _close(host)
        elif behaviour is Behaviour.PING:
            _introduce(host)
        elif behaviour is Behaviour.TALK:
            self._say(host, "broadcast", TALK_HZ, _FOR_EVER_S)
        self._now[link] = behaviour

    def storm(self, link: Link, flood: Flood, ms: int) -> None:
        """Flood that link from its host for so long. Returns when it has begun."""
        self._say(HOST_ON[link], flood.value, STORM_HZ, ms / 1000)

    def calm(self) -> None:
        """All as usual, and no storm."""
        for link, behaviour in self._now.items():
            if behaviour is not Behaviour.USUAL or self._saying[link]:
                self.behave(link, Behaviour.USUAL)

    def _say(self, host: Host, what: str, hz: int, seconds: float) -> None:
        words = ["controller.bench.virtual.chatter_process", what, host.name]
        words += ["--hz", str(hz), "--seconds", str(seconds)]
        number = len(self._saying[host.link])
        started = self._processes.start_module(
            f"chatter-{host.name}-{number}", words, netns=host.name, wait_ready=True
        )
        self._saying[host.link].append(started)

    def _hush(self, link: Link) -> None:
        while self._saying[link]:
            self._processes.end(self._saying[link].pop())


def _set(host: Host, settings: dict[str, int]) -> None:
    script = "; ".join(
        f"echo {value} > /proc/sys/net/ipv4/{name}" for name, value in settings.items()
    )
    run(["nsenter", f"--net=/run/netns/{host.name}", "sh", "-e", "-c", script])


def _close(host: Host) -> None:
    name = host_port(host)
    batch(("tc",), [f"qdisc replace dev {name} root bfifo limit 1"])
    batch(("bridge",), [f"link set dev {name} locked on"])
    batch(("ip",), [f"link set dev {name} type bridge_slave fdb_flush"])


def _open(host: Host) -> None:
    name = host_port(host)
    batch(("tc",), [f"qdisc del dev {name} root"])
    batch(("bridge",), [f"link set dev {name} locked off"])


def _introduce(host: Host) -> None:
    """Tell the host the MAC of every address the units have on its network now."""
    network = IPv4Interface(f"{host.address}/{host.prefix}").network
    found: dict[str, str] = {}
    for unit in Unit:
        for link in json.loads(run(["ip", "-n", unit.value, "-j", "-4", "address", "show", "up"])):
            for address in (entry["local"] for entry in link.get("addr_info", ())):
                if IPv4Address(address) in network:
                    found[address] = _mac(unit, link["ifname"])
    if not found:
        raise WorldError(f"no unit has an address for the host {host.name} to answer; boot first")
    lines = [
        f"neigh replace {address} lladdr {mac} dev eth0 nud permanent"
        for address, mac in found.items()
    ]
    batch(("ip", "-n", host.name), lines)


def _mac(unit: Unit, name: str) -> str:
    (link,) = json.loads(run(["ip", "-n", unit.value, "-j", "link", "show", "dev", name]))
    return str(link["address"])

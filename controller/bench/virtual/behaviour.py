"""How the hosts of the virtual bench behave: what they answer, what they say by themselves.

A host is a kernel; its answers are its settings:

- *quiet*: its port of the switch lets nothing pass, either way;
- *ARP only*: it ignores echo requests (``icmp_echo_ignore_all``); ARP is answered as ever;
- *ping only*: it answers no ARP (``arp_ignore`` 8) and does answer broadcast echo requests. It
  would have to ask for the MAC of whom it answers, so it is told the units' once and for all;
- where it has IPv6, the same by that: neighbour discovery is its ARP, all nodes its broadcast. No
  setting makes it leave a solicitation unanswered, so a rule drops what is asked;
- *talk*, and storms, are said by a process in its namespace, chatter_process.py.
"""

from __future__ import annotations

import json
from ipaddress import IPv4Interface, ip_address

from controller.bench.hosts import HOST_ON, Host
from controller.bench.virtual.network import LINK_ETHERNET, batch, host_port, run
from controller.bench.virtual.processes import Processes, Started
from controller.bench.world import Behaviour, Flood, Link, Unit, WorldError
from firmware.core.persona_names import persona_names

TALK_HZ, STORM_HZ = 10, 20_000
_FOR_EVER_S = 1e9
_USUAL = {
    "ipv4/icmp_echo_ignore_all": 0,
    "ipv4/icmp_echo_ignore_broadcasts": 1,
    "ipv4/conf/eth0/arp_ignore": 0,
    "ipv6/icmp/echo_ignore_all": 0,
    "ipv6/icmp/echo_ignore_multicast": 1,
}
_SETTINGS = {
    Behaviour.ARP: {**_USUAL, "ipv4/icmp_echo_ignore_all": 1, "ipv6/icmp/echo_ignore_all": 1},
    Behaviour.PING: {
        **_USUAL,
        "ipv4/icmp_echo_ignore_broadcasts": 0,
        "ipv4/conf/eth0/arp_ignore": 8,
        "ipv6/icmp/echo_ignore_multicast": 0,
    },
}
_UNSOLICITED = """\
table ip6 bench {
  chain input {
    type filter hook input priority 0;
    icmpv6 type nd-neighbor-solicit drop
  }
}
"""


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
            run([*_in(host), "nft", "delete table ip6 bench"])
        _set(host, _SETTINGS.get(behaviour, _USUAL))
        if behaviour is Behaviour.QUIET:
            _close(host)
        elif behaviour is Behaviour.PING:
            _introduce(host)
            run([*_in(host), "nft", "-f", "-"], _UNSOLICITED)
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
    # A kernel without IPv6 has none of its settings.
    script = "; ".join(
        f"test ! -e /proc/sys/net/{name} || echo {value} > /proc/sys/net/{name}"
        for name, value in settings.items()
    )
    run([*_in(host), "sh", "-e", "-c", script])


def _in(host: Host) -> list[str]:
    return ["nsenter", f"--net=/run/netns/{host.name}"]


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
    personas = persona_names(f"Ethernet{LINK_ETHERNET[host.link]}")
    found: dict[str, str] = {}
    for unit in Unit:
        for link in json.loads(run(["ip", "-n", unit.value, "-j", "address", "show", "up"])):
            for address in (entry["local"] for entry in link.get("addr_info", ())):
                by_ipv6 = ":" in address and link["ifname"] in personas
                if by_ipv6 or ip_address(address) in network:
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

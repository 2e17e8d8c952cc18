"""Rule sets for the rig, loading them into a unit, and calls between its hosts."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

from dataplane.rig import Rig, persona, plan, run
from firmware.core.failover.effects import DataPlan
from firmware.core.management.events import LoadRules, RulesLoaded
from firmware.core.management.rules import nft
from firmware.core.management.rules.ruleset import (
    ANY,
    TCP,
    UDP,
    AccessList,
    Ace,
    Action,
    Binding,
    Direction,
    Element,
    Interface,
    Ports,
    RuleSet,
)
from firmware.drivers.nftables import Nftables

INSIDE_HOST, OUTSIDE_HOST = "192.168.2.2", "172.16.1.3"
INSIDE, OUTSIDE = "192.168.2.1", "172.16.1.1"
SILENCE_S = 0.4  # how long an answer is waited for that is not to come


def rule_set(*, levels: tuple[int, int] = (0, 100), **changes: Any) -> RuleSet:
    """Outside and inside of the rig; ``changes`` are fields of RuleSet."""
    interfaces = tuple(
        Interface(
            physical=physical,
            name=name,
            level=level,
            active=IPv4Interface(f"{network}.1/24"),
            standby=IPv4Address(f"{network}.4"),
        )
        for physical, name, level, network in (
            ("Ethernet0", "outside", levels[0], "172.16.1"),
            ("Ethernet1", "inside", levels[1], "192.168.2"),
        )
    )
    return RuleSet(**({"interfaces": interfaces} | changes))


def access_list(name: str, *entries: str) -> AccessList:
    """``permit tcp any 172.16.1.9/32 80``: action, protocol, source, destination, port or type."""
    return AccessList(name, tuple(_ace(n, entry) for n, entry in enumerate(entries, 1)))


def _ace(line: int, entry: str) -> Ace:
    action, protocol, source, destination, *more = entry.split()
    number = {"ip": None, "icmp": 1, "tcp": TCP, "udp": UDP}[protocol]
    low, _, high = more[0].partition("-") if more else ("", "", "")
    ports = Ports(int(low), int(high or low)) if low and number in (TCP, UDP) else None
    element = Element(
        protocol=number,
        source=_network(source),
        destination=_network(destination),
        destination_ports=ports,
        icmp_type=int(low) if low and number == 1 else None,
    )
    return Ace(line=line, text=f"extended {entry}", action=Action(action), elements=(element,))


def _network(text: str) -> IPv4Network:
    return ANY if text == "any" else IPv4Network(text)


def bound(name: str, interface: str = "outside", direction: str = "in") -> Binding:
    return Binding(name, Direction(direction), interface)


def holding(*also: str) -> DataPlan:
    """The pair's plan, with these addresses beside the outside one."""
    inside = plan().personas[1]
    held = tuple(IPv4Address(address) for address in also)
    return plan(personas=(persona("Ethernet0", "outside", "172.16.1", 0, also=held), inside))


def load(rig: Rig, unit: str, rules: RuleSet | str) -> str | None:
    """Load them there as the management process does. Why they were refused."""
    script = rules if isinstance(rules, str) else nft.script(rules)
    settings = nft.settings(rules if isinstance(rules, RuleSet) else RuleSet())

    async def go() -> str | None:
        told: asyncio.Queue[RulesLoaded] = asyncio.Queue()
        driver = Nftables(told.put_nowait)
        driver.load(LoadRules(1, script, settings))
        answer = await told.get()
        await driver.close()
        return answer.error or answer.unset or None

    with rig.inside(unit):
        return asyncio.run(go())


def forget(rig: Rig, unit: str) -> str:
    """Drop the connections there. What the driver's trouble was."""

    async def go() -> str:
        driver = Nftables(lambda _: None)
        driver.drop_connections()
        await asyncio.gather(*driver.dropping)
        return driver.trouble

    with rig.inside(unit):
        return asyncio.run(go())


def hits(rig: Rig, unit: str) -> dict[str, int]:
    """Packets by name of the counter, as the kernel has them."""
    with rig.inside(unit):
        said = json.loads(run("nft", "-j", "list", "counters"))["nftables"]
    return {c["counter"]["name"]: c["counter"]["packets"] for c in said if "counter" in c}


def listen(rig: Rig, host: str, port: int) -> socket.socket:
    """A TCP server that accepts."""
    server = rig.socket(host, socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.settimeout(SILENCE_S)
    server.bind(("0.0.0.0", port))
    server.listen()
    return server


def call(rig: Rig, host: str, to: str, port: int) -> socket.socket | str:
    """A TCP connection, or "reset", or "silent"."""
    client = rig.socket(host, socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(SILENCE_S)
    # No lingering: what a test leaves behind must not be sent later.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    try:
        client.connect((to, port))
    except ConnectionRefusedError:
        return "reset"
    except TimeoutError:
        return "silent"
    return client


def answer(rig: Rig, host: str, to: str, port: int) -> str:
    """What becomes of a call: "open", "reset" or "silent"."""
    called = call(rig, host, to, port)
    if isinstance(called, str):
        return called
    called.close()
    return "open"


def ended(end: socket.socket) -> str:
    """What comes of one more segment: "reset" at once, or "silent"."""
    end.settimeout(2 * SILENCE_S)
    with suppress(TimeoutError):
        try:
            end.send(b"still there?")
            return "closed" if end.recv(100) == b"" else "open"
        except (ConnectionResetError, BrokenPipeError):
            return "reset"
    return "silent"


class Echo:
    """A UDP server that says who asked, and a client."""

    def __init__(self, rig: Rig, server: str, client: str, port: int) -> None:
        self._server = rig.socket(server, socket.AF_INET, socket.SOCK_DGRAM)
        self._server.bind(("0.0.0.0", port))
        self._server.settimeout(SILENCE_S)
        self._client = rig.socket(client, socket.AF_INET, socket.SOCK_DGRAM)
        self._client.settimeout(SILENCE_S)
        self._port = port

    def say(self, to: str) -> str:
        """One datagram; whom the server heard, or "silent"."""
        self._client.sendto(b"?", (to, self._port))
        try:
            return str(self._server.recvfrom(10)[1][0])
        except TimeoutError:
            return "silent"

    def ask(self, to: str) -> str:
        """One datagram and its answer; whom the server heard, or "silent"."""
        self._client.sendto(b"?", (to, self._port))
        try:
            asked = self._server.recvfrom(10)[1]
            self._server.sendto(b"!", asked)
            assert self._client.recvfrom(10)[1][0] == to
        except TimeoutError:
            return "silent"
        return str(asked[0])

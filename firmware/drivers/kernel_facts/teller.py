"""From the kernel's words to facts. A NIC and its personas are one interface."""

from __future__ import annotations

import array
import asyncio
import fcntl
import socket
import struct
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from firmware.core.management.kernel import (
    KernelFacts,
    KernelInterface,
    KernelNeighbour,
    KernelRoute,
    Wanted,
)
from firmware.core.persona_names import persona_names
from firmware.drivers.kernel_facts.conntrack import connections
from firmware.drivers.kernel_facts.load import SAMPLE_S, CpuLoad, memory
from firmware.drivers.kernel_facts.programs import NotToldError, carry_out, from_json, ip

_SIOCETHTOOL, _ETHTOOL_GSET = 0x8946, 1
_ETHTOOL = struct.Struct("=IIIHBBBBBBIIHBBIII")  # ethtool_cmd, 44 bytes
_SPEED, _DUPLEX, _SPEED_HIGH = 3, 4, 12  # fields of it
_SPEEDS_UNKNOWN = (0, 0xFFFF, 0xFFFFFFFF)


class KernelTeller:
    """One unit's kernel. ``nics``: physical name -> kernel NIC, {"Ethernet0": "eth0"}.

    Run ``keep_sampling`` as a task; without it the processors' load is that since the beginning.
    ``root``: where /proc is.
    """

    def __init__(self, nics: Mapping[str, str], root: Path = Path("/")) -> None:
        self._nics = dict(nics)
        self._devices = {nic: physical for physical, nic in nics.items()}
        for physical in nics:
            self._devices |= dict.fromkeys(persona_names(physical), physical)
        self._root = root
        self._thread = ThreadPoolExecutor(1, "kernel-facts")
        self._cpu = CpuLoad(root / "proc/stat")

    async def tell(self, wanted: Collection[Wanted]) -> KernelFacts:
        """What was asked for; the rest stays empty. Raises NotToldError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._tell, tuple(wanted))

    async def reset(self, counters: Sequence[str]) -> KernelFacts:
        """Zero counters of the packet rules; nothing to tell. Raises NotToldError."""
        script = "".join(f"reset counter ip fover {name}\n" for name in counters)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, carry_out, script, "nft", "-f", "-")
        return KernelFacts()

    async def forget_neighbours(self) -> KernelFacts:
        """Forget what ARP learned on this unit's interfaces. Raises NotToldError."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._forget_neighbours)
        return KernelFacts()

    async def keep_sampling(self) -> None:
        """Note the processors' work, for ever."""
        while True:
            self._cpu.sample()
            await asyncio.sleep(SAMPLE_S)

    def close(self) -> None:
        """Answer nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _forget_neighbours(self) -> None:
        there = {one.name for one in (self._root / "sys/class/net").iterdir()}
        for device in sorted(there & set(self._devices)):
            carry_out("", "ip", "neigh", "flush", "dev", device)

    def _tell(self, wanted: tuple[Wanted, ...]) -> KernelFacts:
        facts = KernelFacts()
        for one in dict.fromkeys(wanted):
            facts = replace(facts, **_FIELDS[one](self))
        return facts

    def _interfaces(self) -> dict[str, Any]:
        links = {link["ifname"]: link for link in ip("-s", "-s", "link", "show")}
        addresses = _addresses()
        found = self._nics.items()
        told = (_interface(physical, nic, links, addresses) for physical, nic in found)
        return {"interfaces": tuple(one for one in told if one is not None)}

    def _routes(self) -> dict[str, Any]:
        found = ip("-4", "route", "show", "table", "main")
        return {"routes": tuple(hop for one in found for hop in _hops(one, self._devices))}

    def _neighbours(self) -> dict[str, Any]:
        return {"neighbours": self._neighbours_by("-4")}

    def _neighbours6(self) -> dict[str, Any]:
        return {"neighbours6": self._neighbours_by("-6")}

    def _neighbours_by(self, family: str) -> tuple[KernelNeighbour, ...]:
        found = {}
        for one in ip(family, "-s", "neigh", "show"):
            physical = self._devices.get(one["dev"])
            if physical is not None and "lladdr" in one:
                found[physical, one["dst"]] = KernelNeighbour(
                    physical=physical,
                    address=one["dst"],
                    mac=one["lladdr"],
                    age_s=int(one.get("confirmed", 0)),
                    permanent="PERMANENT" in one.get("state", ()),
                    state="".join(one.get("state", ())[:1]),
                )
        return tuple(found.values())

    def _connections(self) -> dict[str, Any]:
        """But not of terminals, the broker, or the machine with itself: no traffic of the pair."""
        elsewhere = {
            address.split("/")[0]
            for name, found in _addresses().items()
            if name not in self._devices
            for address in found.inet
        }
        rows, total = connections(self._root, elsewhere)
        return {"connections": rows, "connections_total": total}

    def _counters(self) -> dict[str, Any]:
        try:
            listed = from_json("nft", "-j", "list", "counters", "table", "ip", "fover")
        except NotToldError as error:
            if "No such file or directory" not in str(error) or "install" in str(error):
                raise
            return {"counters": ()}  # no rules were loaded yet
        found = [one["counter"] for one in listed["nftables"] if "counter" in one]
        return {"counters": tuple((one["name"], int(one["packets"])) for one in found)}

    def _memory(self) -> dict[str, Any]:
        total, free = memory(self._root / "proc/meminfo")
        return {"memory_total": total, "memory_free": free}

    def _load(self) -> dict[str, Any]:
        return dict(zip(("cpu_5s", "cpu_60s", "cpu_300s"), self._cpu.percentages(), strict=True))


_FIELDS: Mapping[Wanted, Callable[[KernelTeller], dict[str, Any]]] = {
    Wanted.INTERFACES: KernelTeller._interfaces,
    Wanted.ROUTES: KernelTeller._routes,
    Wanted.ARP: KernelTeller._neighbours,
    Wanted.NEIGHBOURS6: KernelTeller._neighbours6,
    Wanted.CONNECTIONS: KernelTeller._connections,
    Wanted.COUNTERS: KernelTeller._counters,
    Wanted.MEMORY: KernelTeller._memory,
    Wanted.CPU: KernelTeller._load,
}


def _interface(
    physical: str, nic: str, links: Mapping[str, Any], addresses: Mapping[str, _Addresses]
) -> KernelInterface | None:
    if nic not in links:
        return None
    base = links[nic]
    personas = [name for name in persona_names(physical) if name in links]
    holder = next((name for name in personas if name in addresses), nic)
    own = addresses.get(holder, _Addresses())
    counted = [links[name]["stats64"] for name in personas or [nic]]
    received, sent = base["stats64"]["rx"], base["stats64"]["tx"]
    speed, duplex = _speed(nic)
    return KernelInterface(
        physical=physical,
        up="UP" in base["flags"],
        carrier="LOWER_UP" in base["flags"],
        mac=links[holder].get("address", ""),
        mtu=int(links[holder]["mtu"]),
        addresses=own.inet,
        addresses6=own.inet6,
        speed_mbit=speed,
        duplex=duplex,
        rx_packets=sum(one["rx"]["packets"] for one in counted),
        rx_bytes=sum(one["rx"]["bytes"] for one in counted),
        rx_errors=received["errors"],
        rx_dropped=received["dropped"],
        rx_crc=received.get("crc_errors", 0),
        rx_frame=received.get("frame_errors", 0),
        rx_overrun=received.get("over_errors", 0),
        tx_packets=sum(one["tx"]["packets"] for one in counted),
        tx_bytes=sum(one["tx"]["bytes"] for one in counted),
        tx_errors=sent["errors"],
        tx_dropped=sent["dropped"],
        collisions=sent.get("collisions", 0),
    )


def _speed(nic: str) -> tuple[int | None, str]:
    """Mbit/s and duplex. By ioctl: /sys may be that of another network namespace."""
    answer = array.array("B", _ETHTOOL.pack(_ETHTOOL_GSET, *[0] * 17))
    request = struct.pack("16sP16x", nic.encode(), answer.buffer_info()[0])
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            fcntl.ioctl(asking, _SIOCETHTOOL, request)
    except OSError:
        return None, ""
    said = _ETHTOOL.unpack(answer.tobytes())
    speed = said[_SPEED] | said[_SPEED_HIGH] << 16
    duplex = {0: "half", 1: "full"}.get(said[_DUPLEX], "")
    return (None if speed in _SPEEDS_UNKNOWN else speed), duplex


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Of one interface; those of a network before single ones."""

    inet: tuple[str, ...] = ()
    inet6: tuple[str, ...] = ()


def _addresses() -> dict[str, _Addresses]:
    """By the kernel's name of the interface. One without any address is not there."""
    found = {}
    for link in ip("addr", "show"):
        if told := link.get("addr_info"):
            told.sort(key=lambda one: bool(one["prefixlen"] in (32, 128)))
            by_family = {
                family: tuple(
                    f"{one['local']}/{one['prefixlen']}" for one in told if one["family"] == family
                )
                for family in ("inet", "inet6")
            }
            found[link["ifname"]] = _Addresses(**by_family)
    return found


def _hops(one: Mapping[str, Any], devices: Mapping[str, str]) -> Iterator[KernelRoute]:
    network = "0.0.0.0/0" if one["dst"] == "default" else one["dst"]
    for hop in one.get("nexthops", [one]):
        if (physical := devices.get(hop.get("dev", ""))) is not None:
            yield KernelRoute(
                network=network if "/" in network else f"{network}/32",
                gateway=hop.get("gateway", ""),
                physical=physical,
                metric=int(one.get("metric", 0)),
            )

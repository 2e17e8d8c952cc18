"""The machines behind the pair, one on each data link, with the seed's addresses around them."""

from __future__ import annotations

from dataclasses import dataclass

from controller.bench.world import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine behind the switch of a data link."""

    name: str
    link: Link
    mac: str
    address: str
    prefix: int
    route: str
    gateway: str
    address6: str = ""  # where the rig has IPv6; a network of 64 bits. Empty: it never has


INSIDE_HOST = Host(
    name="inside",
    link=Link.INSIDE,
    mac="00:06:5b:0a:00:10",
    address="192.168.1.10",
    prefix=24,
    route="default",
    gateway="192.168.1.1",
    address6="2001:db8:1::10",
)
OUTSIDE_HOST = Host(
    name="outside",
    link=Link.OUTSIDE,
    mac="00:06:5b:0b:00:03",
    address="172.16.1.3",
    prefix=16,
    route="192.168.1.0/24",
    gateway="172.16.1.1",
)
HOSTS = (INSIDE_HOST, OUTSIDE_HOST)
HOST_ON = {host.link: host for host in HOSTS}

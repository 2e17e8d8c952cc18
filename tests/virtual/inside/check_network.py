"""The wires: what passes, what a cut stops, and that carrier stays. Needs the private world."""

from __future__ import annotations

import json
import socket

import pytest

from controller.bench.virtual import network as net
from controller.bench.virtual.wire_faults import WireFaults
from controller.bench.world import Cut, Link, Unit
from tests.virtual.inside.reach import (
    BROADCAST,
    HELLO,
    MULTICAST,
    OTHER,
    heard_before,
    raise_nics,
    say,
    wire_end,
)

P, S = Unit.PRIMARY, Unit.SECONDARY
LINKS = tuple(net.LINK_ETHERNET)
DATA_LINKS = (Link.OUTSIDE, Link.INSIDE)


@pytest.fixture(scope="module", autouse=True)
def nics_up(network: net.Network) -> None:
    raise_nics()


WIRES = {**{link.value: (link, False) for link in LINKS}, "crossover": (Link.FAILOVER, True)}


@pytest.fixture(scope="module", params=WIRES)
def link(request: pytest.FixtureRequest, network: net.Network) -> Link:
    """Each link in turn; the failover link over its switch and as a crossover."""
    found, crossover = WIRES[request.param]
    if network.crossover != crossover:
        network.rewire(crossover)
        raise_nics()
    return found


def ends(link: Link) -> dict[Unit, socket.socket]:
    return {unit: wire_end(unit, f"eth{net.LINK_ETHERNET[link]}") for unit in Unit}


def mac(unit: Unit, link: Link) -> bytes:
    return bytes.fromhex(net.burned_in_mac(unit, net.LINK_ETHERNET[link]).replace(":", ""))


def passes(faults: WireFaults, link: Link, sender: Unit, kind: bytes = HELLO) -> set[str]:
    """What of broadcast, multicast and unicast the mate hears; then the link is whole again."""
    sockets = ends(link)
    source, mate = mac(sender, link), mac(sender.mate, link)
    for to, text in ((BROADCAST, b"broadcast"), (MULTICAST, b"multicast"), (mate, b"unicast")):
        say(sockets[sender], to, source, text, kind)
    faults.mend(link)
    say(sockets[sender], BROADCAST, source, b"mended", kind)
    heard = heard_before(sockets[sender.mate], b"mended")
    for end in sockets.values():
        end.close()
    return {text.decode() for text in heard}


EVERYTHING = {"broadcast", "multicast", "unicast"}


@pytest.mark.parametrize("sender", list(Unit))
def test_whole_wires_pass_everything(faults: WireFaults, link: Link, sender: Unit) -> None:
    assert passes(faults, link, sender) == EVERYTHING


@pytest.mark.parametrize("sender", list(Unit))
def test_a_cut_stops_both_directions(faults: WireFaults, link: Link, sender: Unit) -> None:
    faults.cut(Cut(link))
    assert passes(faults, link, sender) == set()


@pytest.mark.parametrize("sender", list(Unit))
def test_one_direction_leaves_the_other(faults: WireFaults, link: Link, sender: Unit) -> None:
    faults.cut(Cut(link, sender=sender))
    assert passes(faults, link, sender) == set()
    faults.cut(Cut(link, sender=sender))
    assert passes(faults, link, sender.mate) == EVERYTHING


@pytest.mark.parametrize("sender", list(Unit))
def test_a_port_cut_off_neither_speaks_nor_hears(
    faults: WireFaults, link: Link, sender: Unit
) -> None:
    faults.cut(Cut(link, off=P))
    assert passes(faults, link, sender) == set()


@pytest.mark.parametrize("data", DATA_LINKS)
@pytest.mark.parametrize("sender", [None, P])
def test_units_cut_from_each_other_still_reach_hosts(
    faults: WireFaults, data: Link, sender: Unit | None
) -> None:
    faults.cut(Cut(data, sender=sender))
    unit, host = wire_end(P, f"eth{net.LINK_ETHERNET[data]}"), wire_end(data.value, "eth0")
    say(unit, BROADCAST, mac(P, data), b"to the host")
    assert heard_before(host, b"to the host") == []
    say(host, BROADCAST, b"\0\6\x5b\x0a\0\x10", b"to the unit")
    assert b"to the unit" not in heard_before(unit, b"to the unit")
    faults.mend_all()
    unit.close()
    host.close()


def test_one_direction_on_a_data_link_is_the_hellos(faults: WireFaults) -> None:
    faults.cut(Cut(Link.INSIDE, sender=P))
    assert passes(faults, Link.INSIDE, P, OTHER) == EVERYTHING


def carrier(unit: Unit) -> dict[str, bool]:
    """By NIC. The flag, which is the carrier; the operational state follows a little later."""
    shown = json.loads(net.run(["ip", "-n", unit, "-j", "link", "show"]))
    return {link["ifname"]: "LOWER_UP" in link["flags"] for link in shown}


def test_cuts_leave_carrier_alone(faults: WireFaults) -> None:
    before = {unit: carrier(unit) for unit in Unit}
    assert all(before[unit][f"eth{number}"] for unit in Unit for number in net.SWITCHES)
    for link in LINKS:
        faults.cut(Cut(link, off=S))
    after = {unit: carrier(unit) for unit in Unit}
    faults.mend_all()
    assert after == before


def test_a_cut_outlives_a_carrier_flap(network: net.Network, faults: WireFaults) -> None:
    network.rewire(False)
    raise_nics()
    faults.cut(Cut(Link.FAILOVER, off=P))
    net.batch(("ip", "-n", P), ["link set eth3 down", "link set eth3 up"])
    assert passes(faults, Link.FAILOVER, P) == set()


def test_a_nic_taken_down_is_carrier_lost_at_the_switch(network: net.Network) -> None:
    net.run(["ip", "-n", P, "link", "set", "eth0", "down"])
    shown = json.loads(net.run(["ip", "-j", "link", "show", "dev", "p-eth0"]))
    assert "LOWER_UP" not in shown[0]["flags"]
    net.run(["ip", "-n", P, "link", "set", "eth0", "up"])


def test_burned_in_macs_are_in_place(network: net.Network) -> None:
    for unit in Unit:
        for link in json.loads(net.run(["ip", "-n", unit, "-j", "link", "show"])):
            name = link["ifname"]
            if name.startswith("eth"):
                assert link["address"] == net.burned_in_mac(unit, int(name[3:]))


def test_forgetting_empties_hosts_and_switches(network: net.Network) -> None:
    net.run(["ip", "-n", "inside", "neigh", "replace", "192.168.1.1", "lladdr",
             "00:06:5b:01:00:01", "dev", "eth0", "nud", "reachable"])  # fmt: skip
    network.forget()
    assert json.loads(net.run(["ip", "-n", "inside", "-j", "neigh", "show"])) == []
    learned = net.run(["bridge", "fdb", "show", "dynamic"])
    assert net.burned_in_mac(P, net.INSIDE) not in learned

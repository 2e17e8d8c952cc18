"""IPv6 on data interfaces, in a real kernel: who has it, who speaks by it, and who hears. IF-9."""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import IPv6Interface

from dataplane.rig import ACTIVE_MACS, STANDBY_MACS, Rig, batch, finish, ip, on_rig, plan
from dataplane.wire import Capture, Frame
from firmware.core.failover.effects import DataPlan
from firmware.core.failover.events import Done
from firmware.core.link_local import link_local
from firmware.drivers.netlink import DataPlane

ACTIVE, STANDBY, HOST = "2001:db8:1::1", "2001:db8:1::4", "2001:db8:1::3"
NOBODY = "2001:db8:1::99"
FAR = "2001:db8:2::3"  # a host behind the inside interface
ALL_NODES = "ff02::1%eth0"
NA = 136


def wanted() -> DataPlan:
    """Outside has IPv6 alone, inside both."""
    outside, inside = plan().personas
    return plan(
        personas=(
            replace(
                outside,
                active=None,
                standby=None,
                active6=IPv6Interface(f"{ACTIVE}/64"),
                standby6=IPv6Interface(f"{STANDBY}/64"),
            ),
            replace(
                inside,
                active6=IPv6Interface("2001:db8:2::1/64"),
                standby6=IPv6Interface("2001:db8:2::4/64"),
            ),
        ),
        routes=(),
    )


def host(rig: Rig) -> None:
    rig.speak_ipv6("outside", f"{HOST}/64")
    batch("outside", [f"route add 2001:db8:2::/64 via {ACTIVE}"])


def have(unit: str) -> dict[str, list[str]]:
    """Interface -> its IPv6 addresses, where there are any; none is being tried out."""
    found = {}
    for link in ip(unit, "-6", "addr"):
        entries = [a for a in link.get("addr_info", ()) if a["family"] == "inet6"]
        assert not any(entry.get("tentative") for entry in entries)
        found[link["ifname"]] = sorted(f"{a['local']}/{a['prefixlen']}" for a in entries)
    return {name: addresses for name, addresses in found.items() if addresses and name != "lo"}


def some_seconds(rig: Rig) -> None:
    """What a kernel says again after a while it has said by then."""
    assert not rig.ping("outside", NOBODY)


def said(capture: Capture, kind: int | None = None) -> list[Frame]:
    """The units' IPv6; of one kind of ICMPv6 only, unless None."""
    found = [f for f in capture.frames() if f.sent and f.data[12:14] == b"\x86\xdd"]
    return [f for f in found if kind is None or (f.data[20], f.data[54]) == (58, kind)]


def pair(rig: Rig) -> tuple[DataPlane, DataPlane]:
    host(rig)
    a, b = rig.prepared("unit-a", wanted()), rig.prepared("unit-b", wanted())
    assert a.assume() == Done("AssumeAddresses")
    return a, b


@on_rig
def test_addresses_are_on_the_persona_that_holds_the_role(rig: Rig) -> None:
    a = rig.prepared("unit-a", wanted())
    assert have("unit-a") == {
        "e0stby": [f"{STANDBY}/64", str(link_local(STANDBY_MACS[0]))],
        "e1stby": ["2001:db8:2::4/64", str(link_local(STANDBY_MACS[1]))],
    }
    assert a.assume() == Done("AssumeAddresses")
    assert have("unit-a") == {
        "e0act": [f"{ACTIVE}/64", str(link_local(ACTIVE_MACS[0]))],
        "e1act": ["2001:db8:2::1/64", str(link_local(ACTIVE_MACS[1]))],
    }


@on_rig
def test_both_units_answer_by_ipv6_by_their_link_local_addresses_too(rig: Rig) -> None:
    a, _ = pair(rig)
    assert rig.ping("outside", ACTIVE)
    assert rig.ping("outside", STANDBY)
    assert rig.ping("outside", f"{link_local(ACTIVE_MACS[0]).ip}%eth0")
    assert rig.ping("unit-b", ACTIVE), "a standby reaches it over the wire"
    assert a.release() == Done("ReleaseAddresses")
    assert not rig.ping("outside", ACTIVE, tries=2)


@on_rig
def test_no_ipv6_is_said_from_the_mac_of_another_role(rig: Rig) -> None:
    """Group reports too, which a kernel says by itself when addresses come and go."""
    capture = Capture(rig)
    a, b = pair(rig)
    some_seconds(rig)
    seen = {(f.port[:6], f.source) for f in said(capture)}
    assert seen == {
        *(("unit-a", mac) for mac in (*ACTIVE_MACS, *STANDBY_MACS)),
        *(("unit-b", mac) for mac in STANDBY_MACS),
    }
    assert rig.ping("outside", ACTIVE)
    capture.frames()
    assert a.yield_() == Done("YieldAddresses")
    assert b.assume() == Done("AssumeAddresses")
    assumed = time.clock_gettime_ns(time.CLOCK_REALTIME)
    a.drop_active_links()
    assert finish(a, "DropActiveLinks") == Done("DropActiveLinks")
    some_seconds(rig)
    assert rig.ping("outside", ACTIVE)
    seen = {(f.port[:6], f.source) for f in said(capture) if f.at_ns > assumed}
    assert seen == {
        *(("unit-a", mac) for mac in STANDBY_MACS),
        *(("unit-b", mac) for mac in ACTIVE_MACS),
    }


@on_rig
def test_a_released_unit_is_silent_by_ipv6_too(rig: Rig) -> None:
    a, _ = pair(rig)
    assert rig.ping("outside", ACTIVE)
    assert a.release() == Done("ReleaseAddresses")
    capture = Capture(rig)
    some_seconds(rig)
    from_a = {f.source for f in said(capture) if f.port.startswith("unit-a")}
    assert from_a.isdisjoint(ACTIVE_MACS)


@on_rig
def test_without_a_lease_nothing_is_said_by_ipv6(rig: Rig) -> None:
    a, _ = pair(rig)
    assert rig.ping("outside", ACTIVE)
    a.lease.end()
    capture = Capture(rig)
    assert not rig.ping("outside", ACTIVE, tries=2)
    some_seconds(rig)
    assert {f.source for f in said(capture)}.isdisjoint(ACTIVE_MACS)
    a.lease.hold(60_000)
    assert rig.ping("outside", ACTIVE)


@on_rig
def test_addresses_are_advertised_at_once_and_three_times_more(rig: Rig) -> None:
    a = rig.prepared("unit-a", wanted())
    capture = Capture(rig)
    assert a.assume() == Done("AssumeAddresses")
    while (due := a.next_due_ns()) is not None:
        a.pump(due)
    told = [f for f in said(capture, NA) if f.source == ACTIVE_MACS[0]]
    own = IPv6Interface(f"{ACTIVE}/64").packed
    assert [f.data[62:78] for f in told] == [link_local(ACTIVE_MACS[0]).packed, own] * 4
    assert {f.data[:6] for f in told} == {bytes.fromhex("333300000001")}


@on_rig
def test_a_host_finds_the_new_unit_by_its_advertisement(rig: Rig) -> None:
    """MA-2: a secondary alone has other MACs; its hosts must not wait for their entries to age."""
    a, _ = pair(rig)
    assert rig.ping("outside", ACTIVE)
    assert a.release() == Done("ReleaseAddresses")
    outside, inside = wanted().personas
    other = "00:50:54:00:0c:00"
    alone = plan(personas=(replace(outside, active_mac=other), inside), routes=())
    b = rig.prepared("unit-b", alone)
    assert b.assume() == Done("AssumeAddresses")
    while (due := b.next_due_ns()) is not None:
        b.pump(due)
    (entry,) = [n for n in ip("outside", "-6", "neigh") if n["dst"] == ACTIVE]
    assert entry["lladdr"] == other
    assert rig.ping("outside", ACTIVE)


@on_rig
def test_a_unit_never_answers_who_pings_all_nodes(rig: Rig) -> None:
    pair(rig)
    assert rig.ping("outside", ACTIVE)
    capture = Capture(rig)
    assert not rig.ping("outside", ALL_NODES, tries=3)
    asked = [f for f in capture.frames() if not f.sent and f.data[54:55] == b"\x80"]
    assert {f.port for f in asked} == {"unit-a-out", "unit-b-out"}


@on_rig
def test_ipv6_is_off_where_no_line_wants_it(rig: Rig) -> None:
    def off(name: str) -> str:
        with rig.inside("unit-a"), open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6") as file:
            return file.read().strip()

    a = rig.prepared("unit-a")
    assert [off(name) for name in ("eth0", "e0act", "e0stby")] == ["1", "1", "1"]
    a.prepare(wanted())
    assert finish(a, "PrepareDataPlane") == Done("PrepareDataPlane")
    assert [off(name) for name in ("eth0", "e0act", "e0stby")] == ["1", "0", "0"]
    assert a.assume() == Done("AssumeAddresses")
    a.prepare(plan())
    assert finish(a, "PrepareDataPlane") == Done("PrepareDataPlane")
    assert [off(name) for name in ("eth0", "e0act", "e0stby")] == ["1", "1", "1"]
    assert have("unit-a") == {}
    assert rig.addresses("unit-a")["e0act"] == ["172.16.1.1/24"]


@on_rig
def test_other_addresses_and_macs_take_the_place_of_the_former_ones(rig: Rig) -> None:
    a = rig.prepared("unit-a", wanted())
    assert a.assume() == Done("AssumeAddresses")
    outside, inside = wanted().personas
    mac = "00:50:54:00:0c:00"
    moved = replace(outside, active6=IPv6Interface("2001:db8:9::1/64"), active_mac=mac)
    a.prepare(plan(personas=(moved, inside), routes=()))
    assert finish(a, "PrepareDataPlane") == Done("PrepareDataPlane")
    assert have("unit-a")["e0act"] == ["2001:db8:9::1/64", str(link_local(mac))]


@on_rig
def test_a_killed_predecessors_ipv6_is_gone_before_anything_comes_up(rig: Rig) -> None:
    pair(rig)
    rig.plane("unit-a")
    assert have("unit-a") == {}
    assert not rig.ping("outside", ACTIVE, tries=2)


@on_rig
def test_ipv6_is_not_forwarded_even_where_the_machine_was_told_to(rig: Rig) -> None:
    for namespace in ("unit-a", "unit-b"):
        with rig.inside(namespace), open("/proc/sys/net/ipv6/conf/all/forwarding", "w") as file:
            file.write("1")
    rig.speak_ipv6("inside", f"{FAR}/64")
    batch("inside", ["route add 2001:db8:1::/64 via 2001:db8:2::1"])
    pair(rig)
    assert rig.ping("inside", "2001:db8:2::1")
    capture = Capture(rig)
    assert not rig.ping("outside", FAR, tries=3)
    requests = [f for f in capture.frames() if f.data[54:55] == b"\x80"]
    assert {f.port for f in requests if not f.sent} >= {"unit-a-out"}
    assert not [f for f in requests if f.sent]

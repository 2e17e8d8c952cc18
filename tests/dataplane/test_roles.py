"""Who forwards, who speaks from which MAC, and what a switchover costs, as the switches see it."""

import select
import time

from dataplane.rig import ACTIVE_MACS, FAR, STANDBY_MACS, Rig, finish, on_rig, plan
from dataplane.wire import Capture, Traffic, ask_arp
from firmware.core.failover.events import Done
from firmware.core.settings import Identity
from firmware.drivers.netlink import DataPlane


def pair(rig: Rig) -> tuple[DataPlane, DataPlane]:
    """The primary active, the secondary standby, and the hosts know the way."""
    a = rig.prepared("unit-a", plan(Identity.PRIMARY))
    b = rig.prepared("unit-b", plan(Identity.SECONDARY))
    assert a.assume() == Done("AssumeAddresses")
    assert rig.ping("inside", "172.16.1.3")
    assert rig.ping("outside", "192.168.2.2")
    return a, b


def hand_over(old: DataPlane, new: DataPlane) -> None:
    assert old.yield_() == Done("YieldAddresses")
    assert new.assume() == Done("AssumeAddresses")


def drop(old: DataPlane) -> None:
    old.drop_active_links()
    assert finish(old, "DropActiveLinks") == Done("DropActiveLinks")


@on_rig
def test_a_prepared_unit_holds_standby_addresses_and_forwards_nothing(rig: Rig) -> None:
    rig.prepared("unit-a")
    assert rig.addresses("unit-a") == {
        "eth2": ["10.1.0.1/24"],
        "e0stby": ["172.16.1.4/24"],
        "e1stby": ["192.168.2.4/24"],
    }
    assert rig.up("unit-a") == {"eth0", "eth1", "eth2", "e0stby", "e1stby"}
    assert rig.ping("outside", "172.16.1.4")
    assert not rig.ping("inside", "172.16.1.3", tries=2)


@on_rig
def test_the_active_unit_forwards_and_routes_by_its_static_routes(rig: Rig) -> None:
    pair(rig)
    assert rig.addresses("unit-a") == {
        "eth2": ["10.1.0.1/24"],
        "e0act": ["172.16.1.1/24"],
        "e1act": ["192.168.2.1/24"],
    }
    assert rig.ping("inside", FAR)
    assert rig.hosts_arp() == [
        ("inside", "192.168.2.1", ACTIVE_MACS[1]),
        ("outside", "172.16.1.1", ACTIVE_MACS[0]),
    ]


@on_rig
def test_planned_switchovers_lose_nothing_and_leave_the_hosts_arp_as_it_was(rig: Rig) -> None:
    old, new = pair(rig)
    before = rig.hosts_arp()
    with Traffic(rig) as traffic:
        traffic.flow(100)
        start = traffic.sent
        for _ in range(10):
            hand_over(old, new)
            traffic.flow(50)
            drop(old)
            traffic.flow(50)
            old, new = new, old
        traffic.flow(50)
        assert traffic.lost(start) <= 1
    assert rig.hosts_arp() == before
    assert rig.ping("inside", FAR)


@on_rig
def test_each_unit_speaks_from_its_roles_macs_only(rig: Rig) -> None:
    a, b = pair(rig)
    capture = Capture(rig)
    active, standby = set(ACTIVE_MACS), set(STANDBY_MACS)
    with Traffic(rig) as traffic:
        traffic.flow(50)
        assert rig.ping("unit-b", "172.16.1.1")
        seen = capture.sources()  # and the kernel stamps what comes from now on in time
        assert {mac for unit, mac in seen if unit == "unit-a"} == active
        assert {mac for unit, mac in seen if unit == "unit-b"} <= standby

        assert a.yield_() == Done("YieldAddresses")
        yielded = time.clock_gettime_ns(time.CLOCK_REALTIME)
        assert b.assume() == Done("AssumeAddresses")
        traffic.flow(50)
        drop(a)
        traffic.flow(50)
        sent = [f for f in capture.frames() if f.sent and f.at_ns > yielded]
        assert {f.source for f in sent if f.port.startswith("unit-a")} <= standby
        assert {f.source for f in sent if f.port.startswith("unit-b")} >= active

        traffic.flow(50)
        seen = capture.sources()
        assert {mac for unit, mac in seen if unit == "unit-a"} <= standby
        assert {mac for unit, mac in seen if unit == "unit-b"} == active


@on_rig
def test_stragglers_are_forwarded_from_the_standby_mac_until_the_links_drop(rig: Rig) -> None:
    a, _ = pair(rig)
    capture = Capture(rig)
    with Traffic(rig) as traffic:
        traffic.flow(50)
        assert a.yield_() == Done("YieldAddresses")
        start = traffic.sent + 1
        capture.frames()
        # Nobody has claimed: every packet is a straggler.
        traffic.flow(100)
        assert traffic.lost(start) <= 1
        assert {mac for unit, mac in capture.sources() if unit == "unit-a"} == set(STANDBY_MACS)
        drop(a)
        capture.frames()
        traffic.flow(50)
        assert not [f for f in capture.frames() if f.sent and f.data[12:14] == b"\x08\x00"]


@on_rig
def test_a_yield_that_nobody_answers_is_taken_back(rig: Rig) -> None:
    a, _ = pair(rig)
    assert a.yield_() == Done("YieldAddresses")
    a.drop_active_links()
    assert a.assume() == Done("AssumeAddresses")
    assert finish(a, "DropActiveLinks") == Done("DropActiveLinks")
    assert a.assume() == Done("AssumeAddresses")
    assert rig.ping("inside", FAR)


@on_rig
def test_a_released_unit_is_silent_on_the_active_macs_before_it_says_done(rig: Rig) -> None:
    a, _ = pair(rig)
    capture = Capture(rig)
    with Traffic(rig) as traffic:
        traffic.flow(100)
        capture.frames()  # the kernel stamps the first ones late
        traffic.flow(50)
        assert a.release() == Done("ReleaseAddresses")
        done = time.clock_gettime_ns(time.CLOCK_REALTIME)
        traffic.flow(200)
        spoken = [f for f in capture.frames() if f.sent and f.source in ACTIVE_MACS]
    assert [f for f in spoken if f.at_ns < done]
    assert [f for f in spoken if f.at_ns >= done] == []
    assert rig.addresses("unit-a")["e0stby"] == ["172.16.1.4/24"]


@on_rig
def test_a_released_unit_takes_its_active_links_down_and_can_be_active_again(rig: Rig) -> None:
    a, _ = pair(rig)
    a.release()
    drop(a)
    assert rig.up("unit-a") == {"eth0", "eth1", "eth2", "e0stby", "e1stby"}
    assert a.assume() == Done("AssumeAddresses")
    assert rig.ping("inside", FAR)


@on_rig
def test_a_standby_reaches_the_actives_address_over_the_wire(rig: Rig) -> None:
    pair(rig)
    capture = Capture(rig)
    assert rig.ping("unit-b", "172.16.1.1")
    echoes = {(f.port, f.sent, f.source) for f in capture.frames() if f.echo_request}
    assert ("unit-b-out", True, STANDBY_MACS[0]) in echoes
    assert ("unit-a-out", False, STANDBY_MACS[0]) in echoes


@on_rig
def test_a_standby_answers_arp_for_its_own_address_alone(rig: Rig) -> None:
    a, _ = pair(rig)
    a.release()  # nobody has the active addresses now; two units have the standby's
    capture = Capture(rig)
    ask_arp(rig, "172.16.1.1", "192.168.2.1", "192.168.2.4", "10.1.0.1", "172.16.1.4")
    answers: list[str] = []
    while "172.16.1.4" not in answers:
        answers += [f.arp_reply_for for f in capture.frames() if f.sent and f.arp_reply_for]
    assert set(answers) == {"172.16.1.4"}


@on_rig
def test_gratuitous_arp_is_sent_in_both_forms_and_repeated_three_times(rig: Rig) -> None:
    a = rig.prepared("unit-a")
    capture = Capture(rig)
    assert a.assume() == Done("AssumeAddresses")
    while (due := a.next_due_ns()) is not None:
        a.pump(due)
    said = [f for f in capture.frames() if f.sent and f.gratuitous]
    for mac in ACTIVE_MACS:
        assert [f.data[21] for f in said if f.source == mac] == [1, 2] * 4
    assert {f.source for f in said} == set(ACTIVE_MACS)


@on_rig
def test_a_repeat_that_is_due_after_a_release_is_not_sent_from_the_active_mac(rig: Rig) -> None:
    a = rig.prepared("unit-a")
    a.assume()
    a.release()
    capture = Capture(rig)
    while (due := a.next_due_ns()) is not None:
        a.pump(due)
    assert {f.source for f in capture.frames() if f.gratuitous} == set(STANDBY_MACS)


@on_rig
def test_a_killed_predecessors_personas_are_disarmed_before_anything_comes_up(rig: Rig) -> None:
    pair(rig)
    heir = rig.plane("unit-a")
    assert rig.addresses("unit-a") == {"eth2": ["10.1.0.1/24"]}
    assert {"e0act", "e1act"}.isdisjoint(rig.up("unit-a"))
    capture = Capture(rig)
    with Traffic(rig) as traffic:
        traffic.flow(50)
    assert capture.sources() == set()
    heir.prepare(plan())
    assert finish(heir, "PrepareDataPlane") == Done("PrepareDataPlane")
    assert heir.assume() == Done("AssumeAddresses")
    assert rig.ping("inside", FAR)


@on_rig
def test_the_loop_is_woken_only_when_there_is_something_to_tell(rig: Rig) -> None:
    a, _ = pair(rig)
    while select.select([a.fileno()], [], [], 1.5)[0]:
        a.receive()
    assert a.receive() == []

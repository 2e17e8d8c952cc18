"""A NIC that vanishes while its unit serves or stands by, and comes back. HM-9."""

import select

import pytest

from dataplane.rig import BURNED_IN, NICS, Rig, Told, batch, carrier, finish, on_rig, plan
from firmware.core.base_mac import base_mac
from firmware.core.failover.effects import DataPlan
from firmware.core.failover.events import CarrierChanged, Done, Failed
from firmware.core.settings import Identity
from firmware.drivers.fence import Fence
from firmware.drivers.netlink import DataPlane
from firmware.drivers.netlink.lease import Lease
from firmware.drivers.netlink.preparation import Preparation, PreparationError, RoleGate

MAC = BURNED_IN["unit-a", "eth1"]


def pull(rig: Rig, plane: DataPlane) -> None:
    batch("unit-a", ["link del eth1"])
    carrier(plane, "Ethernet1", up=False)
    assert finish(plane, "PrepareDataPlane") == Done("PrepareDataPlane")


def reconnect(rig: Rig) -> None:
    line = f"link add eth1 netns unit-a address {MAC} type veth peer name unit-a-in netns switch"
    batch("", [line])
    batch("switch", ["link set unit-a-in master br-in up"])


def told_until(plane: DataPlane, last: Told) -> list[Told]:
    """What is told, until that is."""
    told: list[Told] = []
    while last not in told:
        assert select.select([plane], [], [], 10)[0], told
        told += plane.receive()
    return told


def until_prepared(plane: DataPlane) -> list[Told]:
    """What is told, until the plan is in force for the NICs there are."""
    told = told_until(plane, Done("PrepareDataPlane"))
    while select.select([plane], [], [], 0.3)[0]:  # one may have moved meanwhile
        told += plane.receive()
    return told


def plug(rig: Rig, plane: DataPlane) -> None:
    reconnect(rig)
    carrier(plane, "Ethernet1", up=True)
    finish(plane, "PrepareDataPlane")


@on_rig
def test_it_is_told_that_the_nic_is_gone_and_that_it_is_back(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    batch("unit-a", ["link del eth1"])
    told_until(plane, CarrierChanged("Ethernet1", False, gone=True))
    plug(rig, plane)
    assert dict(plane.carriers())["Ethernet1"]


@on_rig
def test_the_other_interface_serves_on_and_roles_still_move(rig: Rig) -> None:
    plane = rig.prepared("unit-a", plan(Identity.PRIMARY))
    assert plane.assume() == Done("AssumeAddresses")
    pull(rig, plane)
    assert rig.ping("outside", "172.16.1.1")
    assert rig.addresses("unit-a") == {"eth2": ["10.1.0.1/24"], "e0act": ["172.16.1.1/24"]}
    assert plane.release() == Done("ReleaseAddresses")
    assert rig.addresses("unit-a")["e0stby"] == ["172.16.1.4/24"]
    assert plane.assume() == Done("AssumeAddresses")
    assert rig.ping("outside", "172.16.1.1")


@on_rig
def test_who_lets_go_before_it_knows_that_the_nic_is_gone_has_let_go(rig: Rig) -> None:
    plane = rig.prepared("unit-a", plan(Identity.PRIMARY))
    assert plane.assume() == Done("AssumeAddresses")
    batch("unit-a", ["link del eth1"])
    assert plane.release() == Done("ReleaseAddresses")
    assert rig.addresses("unit-a")["e0stby"] == ["172.16.1.4/24"]
    assert "eth0" in rig.up("unit-a")


@on_rig
def test_a_nic_that_is_back_has_the_role_the_unit_has_by_then(rig: Rig) -> None:
    plane = rig.prepared("unit-a", plan(Identity.PRIMARY))
    pull(rig, plane)
    assert plane.assume() == Done("AssumeAddresses")
    plug(rig, plane)
    assert rig.addresses("unit-a")["e1act"] == ["192.168.2.1/24"]
    assert rig.macs("unit-a")["eth1"] == base_mac(MAC)
    assert rig.macs("unit-a")["e1act"] == MAC
    assert rig.ping("inside", "192.168.2.1")
    assert rig.ping("inside", "172.16.1.3")


@on_rig
def test_a_fence_made_before_takes_it_down_all_the_same(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    with rig.inside("unit-a"):
        fence = Fence(["eth0", "eth1"])
    pull(rig, plane)
    assert fence.fence() == ["eth1: No such device"]
    plug(rig, plane)
    assert fence.fence() == []
    assert rig.up("unit-a").isdisjoint({"eth0", "eth1"})


@on_rig
def test_a_persona_that_somebody_removed_is_a_refusal_all_the_same(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    batch("unit-a", ["link del e1act"])
    answer = plane.assume()
    assert isinstance(answer, Failed)
    assert "e1act" in answer.why
    assert "e0act" not in answer.why


@on_rig
def test_a_nic_that_is_renamed_is_gone_by_its_name(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    batch("unit-a", ["link set eth1 down", "link set eth1 name other", "link set other up"])
    assert CarrierChanged("Ethernet1", False, gone=True) in until_prepared(plane)
    batch("unit-a", ["link set other down", "link set other name eth1"])
    until_prepared(plane)
    assert rig.up("unit-a") >= {"eth0", "eth1", "e0stby", "e1stby"}
    assert rig.ping("inside", "192.168.2.4")


@on_rig
def test_a_nic_that_leaves_a_bridge_is_not_gone(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    batch("unit-b", ["link set eth2 up"])
    told_until(plane, CarrierChanged("Ethernet2", True))
    lines = ["link add br0 type bridge", "link set eth2 master br0", "link set eth2 nomaster"]
    batch("unit-a", [*lines, "link set eth2 down"])
    assert told_until(plane, CarrierChanged("Ethernet2", False))[-1].gone is False


@on_rig
def test_a_nic_that_comes_and_goes_ends_as_it_is(rig: Rig) -> None:
    """Whatever was being made for a NIC that went meanwhile: no fault, and one more try."""
    plane = rig.prepared("unit-a")
    for _ in range(6):
        batch("unit-a", ["link del eth1"])
        plane.receive()
        reconnect(rig)
        plane.receive()
    told = until_prepared(plane)
    assert not [event for event in told if isinstance(event, Failed)]
    assert rig.ping("inside", "192.168.2.4")
    assert rig.macs("unit-a")["eth1"] == base_mac(MAC)


class LeaseOfAPulledNic(Lease):
    """Somebody pulls Ethernet1 just as its new personas are covered: all is made but the end."""

    def cover(self, personas: dict[str, int], standbys: dict[str, int]) -> list[str]:
        refused = super().cover(personas, standbys)
        batch("unit-a", ["link del eth1"])
        return refused


@on_rig
def test_a_nic_that_goes_while_the_last_is_made_for_it_is_named(rig: Rig) -> None:
    with rig.inside("unit-a"):
        preparation = Preparation(NICS, RoleGate(), LeaseOfAPulledNic())
        with pytest.raises(PreparationError, match="Ethernet1 is gone: its NIC was removed"):
            preparation.make(plan(), DataPlan())

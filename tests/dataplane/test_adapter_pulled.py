"""A NIC that vanishes while its unit serves or stands by, and comes back. HM-9."""

from dataplane.rig import BURNED_IN, Rig, batch, carrier, finish, on_rig, plan
from firmware.core.base_mac import base_mac
from firmware.core.failover.events import CarrierChanged, Done
from firmware.core.settings import Identity
from firmware.drivers.fence import Fence
from firmware.drivers.netlink import DataPlane

MAC = BURNED_IN["unit-a", "eth1"]


def pull(rig: Rig, plane: DataPlane) -> None:
    batch("unit-a", ["link del eth1"])
    carrier(plane, "Ethernet1", up=False)
    assert finish(plane, "PrepareDataPlane") == Done("PrepareDataPlane")


def plug(rig: Rig, plane: DataPlane) -> None:
    line = f"link add eth1 netns unit-a address {MAC} type veth peer name unit-a-in netns switch"
    batch("", [line])
    batch("switch", ["link set unit-a-in master br-in up"])
    carrier(plane, "Ethernet1", up=True)
    finish(plane, "PrepareDataPlane")


@on_rig
def test_it_is_told_that_the_nic_is_gone_and_that_it_is_back(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    batch("unit-a", ["link del eth1"])
    told: list[object] = []
    while CarrierChanged("Ethernet1", False, gone=True) not in told:
        told += plane.receive()
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

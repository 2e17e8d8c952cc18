"""The lease in a real kernel: who falls silent when it is not renewed. LS-1, LS-2."""

from dataplane.rig import Rig, on_rig, plan
from firmware.core.failover.events import Done
from firmware.drivers.netlink import DataPlane
from firmware.drivers.netlink.lease import TERMS_MS

LONG_MS = 60_000


def serving(rig: Rig) -> DataPlane:
    """An active unit whose lease nobody but the test renews."""
    plane = rig.prepared("unit-a", plan())
    assert plane.assume() == Done("AssumeAddresses")
    assert plane.lease.refused == ""
    plane.lease.hold(LONG_MS)
    assert rig.ping("outside", "172.16.1.1")
    assert rig.ping("inside", "172.16.1.3")
    return plane


@on_rig
def test_without_a_lease_nothing_is_answered_nor_forwarded_and_hellos_go_on(rig: Rig) -> None:
    plane = serving(rig)
    plane.lease.end()
    assert not rig.ping("outside", "172.16.1.1", tries=2)
    assert not rig.ping("inside", "172.16.1.3", tries=2)
    plane.lease.hold(LONG_MS)
    assert rig.ping("outside", "172.16.1.1")
    assert rig.ping("inside", "172.16.1.3")


@on_rig
def test_a_lease_that_is_not_renewed_ends_by_itself(rig: Rig) -> None:
    plane = serving(rig)
    plane.lease.hold(TERMS_MS[0])
    assert not rig.ping("outside", "172.16.1.1", tries=2)


@on_rig
def test_a_process_that_is_gone_takes_its_lease_along(rig: Rig) -> None:
    plane = serving(rig)
    plane.lease.close()
    assert not rig.ping("outside", "172.16.1.1", tries=2)


@on_rig
def test_a_standby_needs_none(rig: Rig) -> None:
    plane = serving(rig)
    assert plane.release() == Done("ReleaseAddresses")
    plane.lease.end()
    assert rig.ping("outside", "172.16.1.4")

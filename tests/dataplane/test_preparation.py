"""Plans, NICs, link switches and fencing, as `ip` shows them."""

import select
from dataclasses import replace
from ipaddress import IPv4Interface

import pytest

from dataplane.rig import (
    BURNED_IN,
    FAR,
    NICS,
    STANDBY_MACS,
    Rig,
    batch,
    carrier,
    finish,
    ip,
    on_rig,
    persona,
    plan,
    run,
)
from dataplane.wire import Capture
from firmware.core.failover.effects import DataPlan
from firmware.core.failover.events import CarrierChanged, Done, Failed
from firmware.core.settings import Identity
from firmware.drivers.fence import Fence
from firmware.drivers.netlink import DataPlane, NoSuchNicError
from firmware.drivers.netlink.sysctl import SettingRefusedError, require

OUTSIDE, INSIDE = plan().personas
DONE = Done("PrepareDataPlane")


def change(plane: DataPlane, wanted: DataPlan) -> Done | Failed:
    plane.prepare(wanted)
    return finish(plane, "PrepareDataPlane")


def fence_of(rig: Rig, unit: str, *nics: str) -> Fence:
    with rig.inside(unit):
        return Fence(nics)


@on_rig
def test_nics_get_a_mac_of_their_own_and_keep_the_burned_in_one_in_mind(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    macs = rig.macs("unit-a")
    assert macs["eth0"] == "06:50:54:00:0a:00"
    assert (macs["e0act"], macs["e0stby"]) == (BURNED_IN["unit-a", "eth0"], STANDBY_MACS[0])
    known = {"Ethernet0": BURNED_IN["unit-a", "eth0"], "Ethernet1": BURNED_IN["unit-a", "eth1"]}
    assert known.items() <= plane.burned_in_macs().items()
    assert known.items() <= rig.plane("unit-a").burned_in_macs().items()
    assert macs["eth2"] == plane.burned_in_macs()["Ethernet2"]


@on_rig
def test_bases_are_silent_and_the_settings_hold(rig: Rig) -> None:
    batch("unit-a", ["link set eth0 up", "address add 172.16.1.77/24 dev eth0"])
    plane = rig.prepared("unit-a")
    assert "eth0" not in rig.addresses("unit-a")
    assert all("NOARP" in ip("unit-a", "link", "show", nic)[0]["flags"] for nic in ("eth0", "eth1"))
    assert "NOARP" not in ip("unit-a", "link", "show", "eth2")[0]["flags"]
    six = [link for link in ip("unit-a", "-6", "addr") if link["ifname"] != "lo"]
    assert not [a for link in six for a in link.get("addr_info", [])]
    with rig.inside("unit-a"):
        for setting, value in (
            ("all/forwarding", 0),
            ("all/arp_ignore", 1),
            ("all/arp_announce", 2),
            ("all/rp_filter", 0),
            ("e0act/rp_filter", 0),
            ("e0act/forwarding", 0),
            ("eth2/accept_local", 1),
        ):
            assert _setting(setting) == value, setting
        assert plane.assume() == Done("AssumeAddresses")
        forwarding = [_setting(f"{name}/forwarding") for name in ("e0act", "e0stby", "eth0")]
        assert forwarding == [1, 0, 0]
        assert plane.release() == Done("ReleaseAddresses")
        assert _setting("e0act/forwarding") == 0


def _setting(name: str) -> int:
    with open(f"/proc/sys/net/ipv4/conf/{name}") as file:
        return int(file.read())


@on_rig
def test_a_setting_the_kernel_refuses_is_named(rig: Rig) -> None:
    with rig.inside("unit-a"), pytest.raises(SettingRefusedError, match="mc_forwarding must be 1"):
        require("ipv4/conf/all/mc_forwarding", 1)
    with rig.inside("unit-a"), pytest.raises(SettingRefusedError, match="does not exist"):
        require("ipv4/conf/nosuch/rp_filter", 0)


@on_rig
def test_a_second_plan_moves_addresses_in_the_role_the_unit_has(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    plane.assume()
    moved = replace(
        INSIDE,
        active=IPv4Interface("192.168.2.9/24"),
        standby=IPv4Interface("192.168.2.8/24"),
    )
    assert change(plane, plan(personas=(OUTSIDE, moved))) == DONE
    assert rig.addresses("unit-a")["e1act"] == ["192.168.2.9/24"]
    assert "e1stby" not in rig.addresses("unit-a")
    assert rig.ping("inside", "192.168.2.9")
    plane.release()
    assert rig.addresses("unit-a")["e1stby"] == ["192.168.2.8/24"]
    assert [r["dst"] for r in ip("unit-a", "route", "show", "proto", "240")] == ["default"]


@on_rig
def test_an_equal_plan_is_done_and_plans_are_answered_in_order(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    assert change(plane, plan()) == DONE
    for wanted in (plan(routes=()), plan()):
        plane.prepare(wanted)
    assert [finish(plane, "PrepareDataPlane") for _ in range(2)] == [DONE, DONE]
    assert [r["dst"] for r in ip("unit-a", "route", "show", "proto", "240")] == ["default"]


@on_rig
def test_what_a_plan_no_longer_holds_is_removed(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    plane.assume()
    assert change(plane, plan(personas=(OUTSIDE,), silent=("Ethernet1",))) == DONE
    assert {"e1act", "e1stby"}.isdisjoint(rig.macs("unit-a"))
    assert "eth1" not in rig.up("unit-a")
    assert change(plane, plan()) == DONE
    assert rig.ping("inside", FAR)


@on_rig
def test_a_changed_active_mac_is_set_in_place_and_announced(rig: Rig) -> None:
    """A secondary that was alone meets its primary: their MACs change places."""
    own, others = BURNED_IN["unit-b", "eth0"], BURNED_IN["unit-a", "eth0"]
    alone = persona(
        "Ethernet0", "outside", "172.16.1", 0, active_mac=own, standby_mac=own, standby_up=False
    )
    plane = rig.prepared("unit-b", plan(Identity.SECONDARY, personas=(alone, INSIDE)))
    assert plane.assume() == Done("AssumeAddresses")
    assert rig.ping("outside", "172.16.1.1")
    capture = Capture(rig)
    paired = persona("Ethernet0", "outside", "172.16.1", 0, active_mac=others, standby_mac=own)
    assert change(plane, plan(Identity.SECONDARY, personas=(paired, INSIDE))) == DONE
    macs = rig.macs("unit-b")
    assert (macs["e0act"], macs["e0stby"]) == (others, own)
    assert others in {f.source for f in capture.frames() if f.gratuitous}
    assert ("outside", "172.16.1.1", others) in rig.hosts_arp()
    assert plane.yield_() == Done("YieldAddresses")
    assert rig.addresses("unit-b")["e0stby"] == ["172.16.1.4/24"]


@on_rig
def test_two_units_strapped_alike_with_swapped_macs_change_back(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    swapped = replace(OUTSIDE, active_mac=OUTSIDE.standby_mac, standby_mac=OUTSIDE.active_mac)
    for wanted in (swapped, OUTSIDE):
        assert change(plane, plan(personas=(wanted, INSIDE))) == DONE
        macs = rig.macs("unit-a")
        assert (macs["e0act"], macs["e0stby"]) == (wanted.active_mac, wanted.standby_mac)
        plane.assume()
        assert change(plane, plan(personas=(wanted, INSIDE), routes=())) == DONE
    assert rig.ping("outside", "172.16.1.1")


@on_rig
def test_a_standby_persona_waits_for_its_mac_and_then_comes_up(rig: Rig) -> None:
    waiting = replace(OUTSIDE, standby_up=False)
    plane = rig.prepared("unit-a", plan(personas=(waiting, INSIDE)))
    assert "e0stby" not in rig.up("unit-a")
    assert change(plane, plan()) == DONE
    assert "e0stby" in rig.up("unit-a")
    assert change(plane, plan(personas=(waiting, INSIDE))) == DONE
    assert "e0stby" not in rig.up("unit-a")
    assert "e0stby" not in rig.addresses("unit-a")


@on_rig
def test_an_open_link_switch_outlives_every_plan_and_its_closing_raises_the_nic(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    carrier(plane, "Ethernet0", up=True)
    fence = fence_of(rig, "unit-a", "eth0", "eth1")
    assert fence.set_link("eth0", False) == []
    carrier(plane, "Ethernet0", up=False)
    assert change(plane, plan(routes=())) == DONE
    assert "eth0" not in rig.up("unit-a")
    assert fence.raise_(["eth0", "eth1"]) == []
    assert "eth0" not in rig.up("unit-a")
    batch("unit-a", ["link set eth0 up"])  # somebody who does not know
    plane.receive()
    assert "eth0" not in rig.up("unit-a")
    assert fence.set_link("eth0", True) == []
    carrier(plane, "Ethernet0", up=True)


@on_rig
def test_a_link_switch_does_not_raise_what_the_configuration_shuts_down(rig: Rig) -> None:
    plane = rig.prepared("unit-a", plan(silent=("Ethernet0",)))
    fence = fence_of(rig, "unit-a", "eth0")
    fence.set_link("eth0", False)
    fence.set_link("eth0", True)
    plane.receive()
    assert "eth0" not in rig.up("unit-a")


@on_rig
def test_a_fence_takes_every_nic_down_and_the_next_life_comes_up_disarmed(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    plane.assume()
    fence = fence_of(rig, "unit-a", "eth0", "eth1")
    assert fence.fence() == []
    assert {"eth0", "eth1"}.isdisjoint(rig.up("unit-a"))
    carrier(plane, "Ethernet0", up=False)
    carrier(plane, "Ethernet1", up=False)
    heir = rig.plane("unit-a")
    assert {"eth0", "eth1"}.isdisjoint(rig.up("unit-a"))
    assert set(rig.addresses("unit-a")) == {"eth2"}
    assert change(heir, plan()) == DONE
    assert heir.assume() == Done("AssumeAddresses")
    assert rig.ping("inside", FAR)


@on_rig
def test_a_look_tells_of_a_nic_that_has_gone_and_is_repeated_for_the_asking(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    carrier(plane, "Ethernet1", up=True)
    run("ip", "-n", "unit-a", "link", "delete", "eth1")
    told: list[object] = []
    while CarrierChanged("Ethernet1", False) not in told:
        plane.ask_carriers()
        assert select.select([plane.fileno()], [], [], 10)[0]
        told += plane.receive()
    assert dict(plane.carriers())["Ethernet1"] is False


@on_rig
def test_a_flood_of_notices_is_survived_and_followed_by_a_look(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    carrier(plane, "Ethernet0", up=True)
    batch("unit-a", [f"link set eth2 mtu {1400 + n % 2}" for n in range(2000)])
    batch("unit-a", ["link set eth0 down"])  # told of in what no longer fitted
    carrier(plane, "Ethernet0", up=False)


@on_rig
def test_a_fence_says_what_it_could_not_take_down(rig: Rig) -> None:
    fence = fence_of(rig, "unit-a", "eth0", "eth1")
    run("ip", "-n", "unit-a", "link", "delete", "eth0")
    assert fence.fence() == ["eth0: No such device"]
    with rig.inside("unit-a"), pytest.raises(ValueError, match="there is no NIC eth0"):
        Fence(["eth0"])


@on_rig
def test_what_cannot_be_done_is_said_in_words(rig: Rig) -> None:
    plane = rig.plane("unit-a")
    assert plane.assume() == Failed("AssumeAddresses", "no plan has been prepared yet")
    stranger = persona("Ethernet7", "outside", "172.16.1", 0)
    answer = change(plane, plan(personas=(stranger,)))
    assert isinstance(answer, Failed)
    assert "Ethernet7" in answer.why
    assert "unit.toml" in answer.why
    batch("unit-a", ["link add e0act type bridge"])
    answer = change(plane, plan())
    assert isinstance(answer, Failed)
    assert "e0act" in answer.why
    run("ip", "-n", "unit-a", "link", "delete", "e0act")
    assert change(plane, plan()) == DONE


@on_rig
def test_a_nic_that_vanishes_costs_its_own_interface_only(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    plane.assume()
    run("ip", "-n", "unit-a", "link", "delete", "eth1")
    answer = plane.assume()
    assert isinstance(answer, Failed)
    assert "e1act" in answer.why
    assert "e0act" not in answer.why
    assert rig.ping("outside", "172.16.1.1")
    carrier(plane, "Ethernet1", up=False)
    assert finish(plane, "PrepareDataPlane") == DONE
    assert plane.assume() == Done("AssumeAddresses")
    assert change(plane, plan(routes=())) == DONE


@on_rig
def test_names_in_unit_toml_are_checked(rig: Rig) -> None:
    with rig.inside("unit-a"):
        with pytest.raises(NoSuchNicError, match=r'Ethernet3 = "eth9".* eth0, eth1, eth2'):
            DataPlane(NICS | {"Ethernet3": "eth9"})
        with pytest.raises(ValueError, match="would both be e0act"):
            DataPlane({"Ethernet0": "eth0", "Eth0": "eth1"})

"""What each batch does, in which order."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface

import pytest

from dataplane.rig import persona, plan
from firmware.core.base_mac import base_mac
from firmware.core.failover.effects import DataPlan
from firmware.core.link_local import link_local
from firmware.core.persona_names import persona_names
from firmware.core.settings import FailoverLink, Identity, StaticRoute
from firmware.drivers.netlink.batches import Indexes, build, link_addresses
from firmware.drivers.netlink.rtnl import Batch

INDEXES = {
    "Ethernet0": Indexes(base=2, active=5, standby=6),
    "Ethernet1": Indexes(base=3, active=7, standby=8),
}
OUTSIDE, INSIDE = plan().personas


def said(batch: Batch) -> list[str]:
    return [message.what for message in batch.messages]


def built(wanted: DataPlan, old: DataPlan | None = None) -> dict[str, list[str]]:
    made = build(wanted, INDEXES, old or DataPlan())
    return {name: said(getattr(made, name)) for name in ("farewell", "assume", "yield_", "release")}


def test_to_assume_the_standbys_addresses_go_first_and_routes_come_last() -> None:
    assert built(plan())["assume"] == [
        "delete 172.16.1.4/24 from e0stby",
        "delete 192.168.2.4/24 from e1stby",
        "raise e0act and forward by it",
        "add 172.16.1.1/24 to e0act",
        "raise e1act and forward by it",
        "add 192.168.2.1/24 to e1act",
        "route 0.0.0.0/0",
    ]


def test_to_yield_there_is_another_way_before_the_active_one_goes() -> None:
    assert built(plan())["yield_"] == [
        "raise e0stby",
        "add 172.16.1.4/24 to e0stby",
        "raise e1stby",
        "add 192.168.2.4/24 to e1stby",
        "route 0.0.0.0/0",
        "delete 172.16.1.1/24 from e0act",
        "delete 192.168.2.1/24 from e1act",
    ]


def test_to_release_forwarding_stops_everywhere_before_anything_else() -> None:
    assert built(plan())["release"][:4] == [
        "stop forwarding by e0act",
        "stop forwarding by e1act",
        "delete 172.16.1.1/24 from e0act",
        "delete 192.168.2.1/24 from e1act",
    ]


def test_a_standby_persona_that_must_stay_down_gets_no_address_and_no_route() -> None:
    down = tuple(replace(p, standby_up=False) for p in plan().personas)
    batches = built(plan(personas=down))
    assert batches["release"][4:] == []
    assert batches["yield_"] == [
        "delete 172.16.1.1/24 from e0act",
        "delete 192.168.2.1/24 from e1act",
    ]


def test_an_interface_without_standby_address_still_has_its_standby_persona() -> None:
    batches = built(plan(personas=(replace(OUTSIDE, standby=None),)))
    assert batches["yield_"] == ["raise e0stby", "delete 172.16.1.1/24 from e0act"]
    assert "route 0.0.0.0/0" in batches["assume"]


def test_one_mac_for_both_personas_is_never_up_twice() -> None:
    alone = replace(OUTSIDE, standby_mac=OUTSIDE.active_mac)
    batches = built(plan(personas=(alone,)))
    assert batches["assume"].index("take e0stby down") < batches["assume"].index(
        "raise e0act and forward by it"
    )
    assert batches["yield_"].index("take e0act down") < batches["yield_"].index("raise e0stby")


def test_an_interface_that_is_shut_down_is_left_out_with_its_routes() -> None:
    batches = built(plan(silent=("Ethernet0",)), plan())
    assert batches["farewell"] == [
        "delete 172.16.1.1/24 from e0act",
        "delete 172.16.1.4/24 from e0stby",
    ]
    assert batches["assume"] == [
        "delete 192.168.2.4/24 from e1stby",
        "raise e1act and forward by it",
        "add 192.168.2.1/24 to e1act",
    ]


def test_farewell_says_what_the_old_plan_had_and_the_new_one_has_not() -> None:
    moved = replace(INSIDE, active=IPv4Interface("192.168.2.9/24"))
    new = plan(personas=(OUTSIDE, moved), routes=())
    assert built(new, plan())["farewell"] == [
        "delete 192.168.2.1/24 from e1act",
        "delete route 0.0.0.0/0",
    ]
    assert built(plan(), plan())["farewell"] == []


def test_routes_of_one_network_and_metric_share_a_message() -> None:
    def route(gateway: str, metric: int = 1) -> StaticRoute:
        return StaticRoute(
            interface="outside",
            network=IPv4Network("10.0.0.0/8"),
            gateway=IPv4Address(gateway),
            metric=metric,
        )

    routes = (route("172.16.1.3"), route("172.16.1.5"), route("172.16.1.3"), route("172.16.1.6", 9))
    batches = built(plan(routes=routes))
    assert batches["assume"].count("route 10.0.0.0/8") == 2


@pytest.mark.parametrize(
    ("physical", "names"),
    [
        ("Ethernet0", ("e0act", "e0stby")),
        ("GigabitEthernet0/1", ("g0-1act", "g0-1stby")),
        ("Management0/0.4094", ("m0-0-4094act", "m0-0-4094stby")),
        ("dmz", ("dact", "dstby")),
    ],
)
def test_personas_are_named_after_the_physical_interface(
    physical: str, names: tuple[str, str]
) -> None:
    assert persona_names(physical) == names
    assert max(map(len, persona_names(physical + "9" * 40))) <= 15


def test_a_link_has_the_address_of_the_unit_and_a_shared_one_has_it_once() -> None:
    link = plan().links[0]
    state = replace(link, name="state", primary=None, secondary=None)
    shared = plan(links=(link, state))
    assert link_addresses(shared) == {"Ethernet2": (IPv4Interface("10.1.0.1/24"),)}
    other = plan(Identity.SECONDARY, links=(link, link))
    assert link_addresses(other) == {"Ethernet2": (IPv4Interface("10.1.0.2/24"),)}


def test_a_state_link_on_a_data_interface_has_no_address_of_its_own() -> None:
    state = FailoverLink(name="inside", physical="Ethernet1", primary=None, secondary=None)
    assert link_addresses(plan(links=(state,))) == {}


def test_the_base_mac_is_local_and_never_the_burned_in_one() -> None:
    for burned_in in ("00:50:54:00:0a:00", "02:50:54:00:0a:00", "06:50:54:00:0a:00"):
        base = base_mac(burned_in)
        assert base != burned_in
        assert int(base[:2], 16) & 3 == 2


def test_a_persona_is_announced_where_it_has_an_address() -> None:
    quiet = persona("Ethernet0", "outside", "172.16.1", 0, standby_up=False)
    made = build(plan(personas=(quiet, INSIDE)), INDEXES, DataPlan())
    assert [a.interface for a in made.active_announcements] == ["e0act", "e1act"]
    assert [a.interface for a in made.standby_announcements] == ["e1stby"]


def test_addresses_held_beside_come_after_the_routes_and_go_with_the_active_one() -> None:
    held = IPv4Address("172.16.1.9")
    entry = (IPv4Address("172.16.1.77"), "00:50:54:00:0c:77")
    outside = replace(OUTSIDE, also=(held,), static_arp=(entry,))
    batches = built(plan(personas=(outside,)))
    assert batches["assume"][-3:] == [
        "route 0.0.0.0/0",
        "add 172.16.1.9/32 to e0act",
        "arp 172.16.1.77 00:50:54:00:0c:77 on e0act",
    ]
    away = ["delete 172.16.1.1/24 from e0act", "delete 172.16.1.9/32 from e0act"]
    assert batches["yield_"] == [
        "raise e0stby",
        "add 172.16.1.4/24 to e0stby",
        "arp 172.16.1.77 00:50:54:00:0c:77 on e0stby",
        "route 0.0.0.0/0",
        *away,
    ]
    assert batches["release"][:3] == ["stop forwarding by e0act", *away]
    other = replace(OUTSIDE, also=(IPv4Address("172.16.1.8"),))
    assert built(plan(personas=(other,)), plan(personas=(outside,)))["farewell"] == [
        "delete 172.16.1.9/32 from e0act",
        "forget 172.16.1.77 on e0act",
        "forget 172.16.1.77 on e0stby",
    ]


def test_held_addresses_are_announced_by_the_active_persona() -> None:
    held = tuple(IPv4Address(f"172.16.1.{n}") for n in (9, 10))
    made = build(plan(personas=(replace(OUTSIDE, also=held), INSIDE)), INDEXES, DataPlan())
    assert [a.interface for a in made.also_announcements] == ["e0act", "e0act"]
    assert [a.interface for a in made.active_announcements] == ["e0act", "e1act"]


def test_ipv6_comes_after_the_routes_and_its_link_local_address_goes_first() -> None:
    two = replace(
        OUTSIDE,
        active6=IPv6Interface("2001:db8:1::1/64"),
        standby6=IPv6Interface("2001:db8:1::4/64"),
    )
    ours, theirs = link_local(OUTSIDE.active_mac), link_local(OUTSIDE.standby_mac)
    batches = built(plan(personas=(two,)))
    assert batches["assume"] == [
        "delete 172.16.1.4/24 from e0stby",
        f"delete {theirs} from e0stby",
        "delete 2001:db8:1::4/64 from e0stby",
        "raise e0act and forward by it",
        "add 172.16.1.1/24 to e0act",
        "route 0.0.0.0/0",
        f"add {ours} to e0act",
        "add 2001:db8:1::1/64 to e0act",
    ]
    assert batches["yield_"] == [
        "raise e0stby",
        "add 172.16.1.4/24 to e0stby",
        f"add {theirs} to e0stby",
        "add 2001:db8:1::4/64 to e0stby",
        "route 0.0.0.0/0",
        "delete 172.16.1.1/24 from e0act",
        f"delete {ours} from e0act",
        "delete 2001:db8:1::1/64 from e0act",
    ]


def test_an_interface_of_ipv6_alone_forwards_nothing_and_has_no_routes() -> None:
    alone = replace(
        OUTSIDE,
        active=None,
        standby=None,
        active6=IPv6Interface("2001:db8:1::1/64"),
    )
    batches = built(plan(personas=(alone,)))
    ours = link_local(OUTSIDE.active_mac)
    assert batches["assume"] == [
        "raise e0act",
        f"add {ours} to e0act",
        "add 2001:db8:1::1/64 to e0act",
    ]
    assert batches["yield_"][0] == "raise e0stby"
    changed = replace(alone, active6=IPv6Interface("2001:db8:2::1/64"))
    farewell = built(plan(personas=(changed,)), plan(personas=(alone,)))["farewell"]
    assert farewell == ["delete 2001:db8:1::1/64 from e0act"]

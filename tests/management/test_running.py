"""Whole configurations: what they mean, what of them is where, and that nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest
from running_units import document, facts, loaded, ok, unit

from firmware.core.management.running.entry import Entered, Refused
from firmware.core.management.running.model import Configuration
from firmware.core.settings import (
    DataInterface,
    FailoverLink,
    Identity,
    Mode,
    PhysicalInterface,
    Platform,
    StaticRoute,
    Witness,
)

OUTSIDE = DataInterface(
    physical="Ethernet0",
    name="outside",
    active=IPv4Interface("172.16.1.1/16"),
    standby=IPv4Address("172.16.1.2"),
)
INSIDE = DataInterface(
    physical="Ethernet1",
    name="inside",
    active=IPv4Interface("192.168.1.1/24"),
    standby=IPv4Address("192.168.1.2"),
)
STATE = FailoverLink(
    name="state",
    physical="Ethernet2",
    primary=IPv4Interface("10.0.0.1/8"),
    secondary=IPv4Address("10.0.0.2"),
)
LAN = FailoverLink(
    name="failover",
    physical="Ethernet3",
    primary=IPv4Interface("10.1.0.1/24"),
    secondary=IPv4Address("10.1.0.2"),
)
ROUTE = StaticRoute(
    interface="outside", network=IPv4Network("0.0.0.0/0"), gateway=IPv4Address("172.16.1.3")
)


# -- what it means ---------------------------------------------------------------------------------


def test_the_cable_configuration_means_what_the_document_says() -> None:
    configuration = loaded(document("cable_primary"))
    said = configuration.settings()
    assert (said.enabled, said.mode, said.failover_link, said.state_link) == (
        True,
        Mode.CABLE,
        None,
        STATE,
    )
    assert (said.poll_unit_ms, said.hold_unit_ms) == (15_000, 45_000)
    assert (said.interfaces, said.routes) == ((OUTSIDE, INSIDE), (ROUTE,))
    assert said.digest == configuration.digest
    assert configuration.hostname == "pix"


def test_the_lan_primary_means_what_the_document_says() -> None:
    said = loaded(document("lan_primary")).settings()
    assert (said.mode, said.lan_identity) == (Mode.LAN, Identity.PRIMARY)
    assert (said.failover_link, said.state_link) == (LAN, STATE)
    assert (said.poll_unit_ms, said.hold_unit_ms) == (1000, 15_000)
    assert (said.interfaces, said.routes) == ((OUTSIDE, INSIDE), (ROUTE,))


def test_the_lan_secondary_is_only_a_bootstrap() -> None:
    said = loaded(document("lan_secondary")).settings()
    assert (said.mode, said.lan_identity) == (Mode.LAN, Identity.SECONDARY)
    assert said.failover_link == LAN
    assert not said.configured


@pytest.mark.parametrize(
    ("line", "poll", "hold"),
    [
        ("", 1000, 15_000),
        ("failover polltime unit msec 10", 10, 15_000),
        ("failover polltime unit msec 10 holdtime msec 30", 10, 30),
        ("failover polltime unit 6", 6000, 18_000),
        ("failover polltime unit msec 200 holdtime 1", 200, 1000),
        ("failover polltime 15 holdtime 45", 15_000, 45_000),
    ],
)
def test_unit_times_in_lan_mode(line: str, poll: int, hold: int) -> None:
    said = loaded(f"{line}\nfailover lan enable\n").settings()
    assert (said.poll_unit_ms, said.hold_unit_ms) == (poll, hold)


def test_fast_times_count_in_lan_mode_only() -> None:
    configuration = loaded("failover lan enable\nfailover polltime unit msec 50 holdtime msec 150")
    assert configuration.settings().poll_unit_ms == 50
    ok(configuration, "no failover lan enable")
    assert configuration.settings().poll_unit_ms == 15_000


def test_other_failover_lines_reach_the_settings() -> None:
    said = loaded(
        "failover polltime interface msec 500\nfailover interface-policy 50%\n"
        "failover replication http\nfailover timeout 0:30:00\nfailover key hex "
        + "0"
        * 31
        + "1\ninterface Ethernet0\n nameif outside\nno monitor-interface outside\n"
        "mtu outside 1400\narp outside 10.0.0.9 0009.7cbe.2100\narp timeout 600\n"
    ).settings()
    assert (said.poll_interface_ms, said.hold_interface_ms) == (500, 25_000)
    assert (said.interface_policy, said.interface_policy_percent) == (50, True)
    assert (said.replication_http, said.reconnect_s, said.arp_timeout_s) == (True, 1800, 600)
    assert said.key is not None
    assert len(said.key) == 32
    (outside,) = said.interfaces
    assert (outside.monitored, outside.mtu) == (False, 1400)
    assert outside.static_arp == ((IPv4Address("10.0.0.9"), "00:09:7c:be:21:00"),)


def test_the_witness_is_listed_in_its_order_and_off_unless_typed() -> None:
    assert loaded("failover lan enable\n").settings().witness == ()
    said = loaded("failover witness interfaces cable\n").settings()
    assert said.witness == (Witness.CABLE, Witness.INTERFACES)


@pytest.mark.parametrize(
    ("before", "line", "notes"),
    [
        ("", "failover witness cable", 1),
        ("", "failover witness lan", 2),
        ("failover lan interface failover Ethernet3\n", "failover witness lan", 1),
        ("", "failover witness lan interfaces", 3),
        ("failover key one\n", "failover witness interfaces", 1),
        ("failover witness lan\n", "no failover witness", 0),
    ],
)
def test_what_a_witness_asks_of_its_operator_is_said_where_it_is_typed(
    before: str, line: str, notes: int
) -> None:
    answer = loaded(before).enter((), line)
    assert isinstance(answer, Entered)
    assert answer.note.count("INFO: ") == notes


def test_an_asa_has_no_cable_to_list() -> None:
    answer = loaded("", Platform.ASA).enter((), "failover witness cable interfaces")
    assert isinstance(answer, Refused)
    assert "no failover cable; list lan" in answer.text


def test_macs_of_failover_go_before_those_of_the_interface() -> None:
    outside, inside = (
        loaded(
            "interface Ethernet0\n nameif outside\n"
            " mac-address 0200.0000.0001 standby 0200.0000.0002\n"
            "interface Ethernet1\n nameif inside\n mac-address 0200.0000.0003\n"
            "failover mac address Ethernet0 0200.0000.00aa 0200.0000.00bb\n"
        )
        .settings()
        .interfaces
    )
    assert (outside.active_mac, outside.standby_mac) == ("02:00:00:00:00:aa", "02:00:00:00:00:bb")
    assert (inside.active_mac, inside.standby_mac) == ("02:00:00:00:00:03", None)


def test_the_state_link_may_share_the_failover_link_or_a_data_interface() -> None:
    shared = document("lan_secondary") + "\nfailover link failover\n"
    assert loaded(shared).settings().state_link == LAN
    configuration = loaded(document("cable_primary"))
    ok(configuration, "failover link inside")
    said = configuration.settings()
    assert said.state_link is not None
    assert said.state_link.physical == "Ethernet1"
    assert said.interfaces == (OUTSIDE, INSIDE)


def test_asa_is_always_lan() -> None:
    assert loaded("failover\n", Platform.ASA).settings().mode is Mode.LAN


# -- where it begins -------------------------------------------------------------------------------


def test_a_unit_never_configured_has_its_interfaces_shut_down() -> None:
    configuration = unit()
    assert configuration.text.count("\n shutdown\n no nameif\n no security-level\n") == 6
    assert configuration.settings().interfaces == ()


def test_what_loads_shuts_down_what_it_says_and_what_it_does_not_mention() -> None:
    configuration = loaded(
        "interface Ethernet0\n nameif outside\ninterface Ethernet1\n nameif inside\n shutdown\n"
        "failover lan interface failover Ethernet3\n"
    )
    up = [p for p in configuration.physicals if not configuration.draft().interfaces[p].shutdown]
    assert up == ["Ethernet0", "Ethernet3"]


@pytest.mark.parametrize(
    ("text", "cable", "platform", "enabled"),
    [
        ("", True, Platform.PIX, True),
        ("!\n\n: Saved\n", True, Platform.PIX, True),
        ("", False, Platform.PIX, False),
        ("", True, Platform.ASA, False),
        ("hostname pix\n", True, Platform.PIX, False),
        ("no failover\n", True, Platform.PIX, False),
    ],
)
def test_an_empty_flash_enables_failover_where_there_is_a_cable(
    text: str, cable: bool, platform: Platform, enabled: bool
) -> None:
    configuration = Configuration(facts(platform))
    assert configuration.boot(text, cable=cable) == ()
    assert configuration.settings().enabled is enabled


# -- loading ---------------------------------------------------------------------------------------

BROKEN = """hostname pix
interface Ethernet9
 nameif outside
 ip address 10.0.0.1 255.0.0.0
interface Ethernet0
nameif outside
ip address 172.16.1.1 255.255.0.0 standby 172.17.1.2
route outside 10.0.0.0 255.0.0.0 172.16.1.3
frobnicate
interface Ethernet8
nameif inside
shutdown
mtu outside 1400
failover polltime unit 5 holdtime 10
"""


@pytest.mark.parametrize(
    ("typed", "on"),
    [
        (("failover lan enable",), False),
        (("failover", "failover lan enable"), True),
        (("failover lan enable", "failover"), True),
    ],
)
def test_what_was_enabled_for_the_cable_alone_is_off_on_a_lan(
    typed: tuple[str, ...], on: bool
) -> None:
    configuration = unit()
    configuration.boot("", cable=True)
    for line in typed:
        ok(configuration, line)
    assert configuration.settings().enabled is on


def test_good_lines_load_and_each_bad_one_is_told() -> None:
    configuration = unit()
    faults = configuration.load(BROKEN)
    assert [(fault.number, fault.why.partition(":")[0]) for fault in faults] == [
        (2, 'not understood from "Ethernet9"'),
        (3, "it stands under line 2, which was not taken"),
        (4, "it stands under line 2, which was not taken"),
        (7, "standby 172.17.1.2 must be another address of 172.16.0.0/16"),
        (9, 'not understood from "frobnicate"'),
        (10, 'not understood from "Ethernet8"'),
        (11, "it stands under line 10, which was not taken"),
        (12, "it stands under line 10, which was not taken"),
        (14, "holdtime 10 seconds must be at least 3 x the poll time, 5 seconds"),
    ]
    assert "interface Ethernet0\n nameif outside\n" in configuration.text
    assert "route outside 10.0.0.0 255.0.0.0 172.16.1.3 1\n" in configuration.text
    assert "mtu outside 1400\n" in configuration.text


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("description " + "x" * 1_000_000, "a line of 1000012 characters; 4096 at most"),
        ("description a\x07b", "a character that cannot be printed"),
        ("description a\u2028b", "a character that cannot be printed"),
        ("a " * 2000, 'not understood from "a"'),
    ],
)
def test_a_line_no_terminal_could_show_is_not_taken(line: str, why: str) -> None:
    configuration = unit()
    (fault,) = configuration.load(f"interface Ethernet0\n{line}\n")
    assert why in fault.why
    assert len(fault.why) < 200
    assert len(fault.text) < 600


def test_a_page_pasted_with_a_margin_means_the_same() -> None:
    text = document("cable_primary")
    moved = "".join(f"    {line}\r\n" for line in text.splitlines())
    assert loaded(moved).text == loaded(text).text


def test_lines_that_need_others_may_come_before_them() -> None:
    text = document("lan_primary")
    header = "access-group 101 in interface outside\n"
    configuration = loaded(header + "no monitor-interface inside\n" + text.replace(header, ""))
    ok(configuration, "monitor-interface inside")
    assert configuration.text == loaded(text).text


def test_merging_leaves_the_rest_alone() -> None:
    configuration = loaded(document("cable_primary"))
    assert configuration.merge("hostname gateway\nfrobnicate\n")[0].number == 2
    assert configuration.text == loaded(document("cable_primary")).text.replace(
        "hostname pix", "hostname gateway"
    )


# -- the mate --------------------------------------------------------------------------------------


def test_the_mates_configuration_leaves_alone_what_is_this_units_own() -> None:
    primary, secondary = loaded(document("lan_primary")), loaded(document("lan_secondary"))
    ok(primary, "failover key one")
    ok(secondary, "failover key two")
    secondary.enter((), "hostname mine")
    assert secondary.load_from_mate(primary.replica(key=False)) == ()
    assert secondary.settings().lan_identity is Identity.SECONDARY
    ours = primary.text.replace("lan unit primary", "lan unit secondary")
    assert secondary.text == ours.replace("key one", "key two")
    assert secondary.digest == primary.digest
    assert secondary.replica(key=False) == primary.replica(key=False)
    secondary.load_from_mate(primary.replica(key=True))
    assert secondary.text == ours


def test_a_mate_cannot_switch_failover_here() -> None:
    configuration = loaded("failover\n")
    configuration.load_from_mate("no failover\nhostname b\nfailover lan unit primary\n")
    assert configuration.settings().enabled
    assert "lan unit" not in configuration.text
    bare = loaded("no failover\n")
    bare.load_from_mate("failover\n")
    assert not bare.settings().enabled


def test_the_digest_sees_what_both_units_must_have() -> None:
    there = "interface Ethernet0\n nameif x\nroute x 0 0 1.1.1.1\n"
    base = loaded(there + "hostname a\n").digest
    assert loaded(there + "!\nhostname  a\n\nroute x 0.0.0.0 0 1.1.1.1 1\n: end\n").digest == base
    assert loaded(f"hostname a\n{there}failover\nfailover key a\n").digest == base
    assert base not in (loaded(there + a).digest for a in ("hostname b\n", "mtu x 999\n"))


# -- what is seen ----------------------------------------------------------------------------------


def test_a_key_is_seen_by_nobody() -> None:
    configuration = loaded("failover key s3cret\n")
    assert "failover key s3cret\n" in configuration.text
    for seen in (
        configuration.shown(),
        configuration.shown(family="failover"),
        configuration.replica(key=False),
    ):
        assert "s3cret" not in seen
    assert "failover key *****\n" in configuration.shown(family="failover")
    assert "s3cret" not in repr(configuration.settings())


def test_all_adds_the_defaults_of_the_mode() -> None:
    configuration = loaded(document("lan_primary"))
    shown = configuration.shown(everything=True, family="failover").splitlines()
    assert "failover polltime unit 1 holdtime 15" in shown
    assert "failover polltime interface 5 holdtime 25" in shown
    assert "failover interface-policy 1" in shown
    assert "no failover replication http" in shown
    assert set(configuration.shown(family="failover").splitlines()) < set(shown)
    ok(configuration, "failover polltime unit 1 holdtime 15")
    assert "polltime unit" not in configuration.shown(family="failover")
    monitored = configuration.shown(everything=True, family="monitor-interface")
    assert monitored == "monitor-interface inside\nmonitor-interface outside\n"


def test_a_family_is_shown_alone() -> None:
    configuration = loaded(document("cable_primary"))
    assert configuration.shown(family="interface ethernet2") == (
        "!\ninterface Ethernet2\n description STATE Failover Interface\n!\n"
    )
    assert configuration.shown(family="hostname") == "hostname pix\n"
    assert unit().shown(family="failover") == "no failover\n"


def test_a_family_goes_and_its_defaults_come_back() -> None:
    configuration = loaded(document("lan_primary"))
    assert configuration.remove_family(("failover",))
    assert configuration.shown(family="failover") == "no failover\n"
    assert not configuration.remove_family(("failover",))
    assert configuration.remove_family(("interface", "ethernet0"))
    assert "interface Ethernet0\n shutdown\n no nameif\n" in configuration.text
    assert " nameif inside\n" in configuration.text
    configuration.clear()
    assert configuration.text == unit().text


def test_failover_lines_that_wait_for_connection_state_are_told_to_change_nothing() -> None:
    configuration = loaded(document("cable_primary"))
    before = set(configuration.not_enforced())
    for line in ("failover interface-policy 2", "failover replication http"):
        ok(configuration, line)
    ok(configuration, "no monitor-interface inside")
    assert set(configuration.not_enforced()) - before == {"failover replication http"}


def test_what_changes_nothing_is_told_in_order() -> None:
    told = loaded(document("cable_primary")).not_enforced()
    assert told.index("dns server-group DefaultDNS") < told.index("asdm image flash:/asdm-521.bin")
    assert not any(line.startswith(("failover", "interface", "access-list")) for line in told)


def _wide(count: int) -> Configuration:
    """A unit with so many interfaces, all of them named."""
    cards = tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac="") for n in range(count)
    )
    configuration = Configuration(replace(facts(), interfaces=cards))
    text = "".join(f"interface Ethernet{n}\n nameif net{n}\n" for n in range(count))
    assert not configuration.load(text)
    return configuration


def test_250_interfaces_are_monitored_at_most() -> None:
    configuration = _wide(252)
    monitored = {one.name for one in configuration.settings().interfaces if one.monitored}
    assert monitored == {f"net{n}" for n in range(250)}
    said = configuration.enter((), "monitor-interface net251")
    assert isinstance(said, Refused), said
    assert "250 interfaces are monitored, the most there may be" in said.text
    ok(configuration, "no monitor-interface net0")
    ok(configuration, "monitor-interface net251")
    monitored = {one.name for one in configuration.settings().interfaces if one.monitored}
    assert monitored == {f"net{n}" for n in (*range(1, 250), 251)}


def test_a_unit_with_many_interfaces_has_no_shorter_hold_time_than_it_can_keep() -> None:
    configuration = _wide(101)
    ok(configuration, "failover lan enable")
    ok(configuration, "no nameif", ("interface Ethernet100",))
    ok(configuration, "failover polltime unit msec 10 holdtime msec 30")
    assert configuration.settings().hold_unit_ms == 30
    ok(configuration, "nameif net100", ("interface Ethernet100",))
    settings = configuration.settings()
    assert (settings.poll_unit_ms, settings.hold_unit_ms) == (50, 150)
    said = configuration.enter((), "failover polltime unit msec 20 holdtime msec 60")
    assert isinstance(said, Refused), said
    assert "too short for 101 interfaces: 50 msec or more" in said.text

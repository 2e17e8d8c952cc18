"""The running configuration: nothing is lost, lines mean what the document says, errors say why."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.management.config import Configuration, Entered, Rejected
from firmware.core.settings import (
    DataInterface,
    FailoverLink,
    Identity,
    Mode,
    PhysicalInterface,
    Platform,
    Settings,
    StaticRoute,
    UnitFacts,
)

DOCUMENT = Path(__file__).parents[1] / "document"
CONFIGS = ("cable_primary", "lan_primary", "lan_secondary")


def facts(platform: Platform = Platform.PIX) -> UnitFacts:
    return UnitFacts(
        chassis="444433330001",
        model="PIX-515E",
        version="7.2(1)",
        platform=platform,
        memory_mb=128,
        flash_mb=16,
        licence="UR",
        interfaces=tuple(
            PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"02:00:00:00:01:0{n}")
            for n in range(4)
        ),
    )


def loaded(text: str, platform: Platform = Platform.PIX) -> Configuration:
    configuration = Configuration(facts(platform))
    configuration.load(text)
    return configuration


def document(name: str) -> str:
    return (DOCUMENT / f"{name}.cfg").read_text(encoding="utf-8")


def ok(configuration: Configuration, line: str, section: str = "") -> str:
    entered = configuration.enter(section, line)
    assert isinstance(entered, Entered), entered
    return entered.section


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


@pytest.mark.parametrize("name", CONFIGS)
def test_the_documents_configurations_come_back_as_they_went_in(name: str) -> None:
    assert loaded(document(name)).text == document(name)


def test_the_cable_configuration_means_what_the_document_says() -> None:
    configuration = loaded(document("cable_primary"))
    expected = Settings(
        enabled=True,
        state_link=STATE,
        interfaces=(OUTSIDE, INSIDE),
        routes=(ROUTE,),
        digest=configuration.digest,
    )
    assert configuration.settings() == expected
    assert configuration.hostname == "pix"


def test_the_lan_primary_means_what_the_document_says() -> None:
    configuration = loaded(document("lan_primary"))
    expected = Settings(
        enabled=True,
        mode=Mode.LAN,
        lan_identity=Identity.PRIMARY,
        failover_link=LAN,
        state_link=STATE,
        poll_unit_ms=1000,
        hold_unit_ms=15_000,
        interfaces=(OUTSIDE, INSIDE),
        routes=(ROUTE,),
        digest=configuration.digest,
    )
    assert configuration.settings() == expected


def test_the_lan_secondary_is_only_a_bootstrap() -> None:
    settings = loaded(document("lan_secondary")).settings()
    assert (settings.mode, settings.lan_identity) == (Mode.LAN, Identity.SECONDARY)
    assert settings.failover_link == LAN
    assert not settings.configured


def test_what_is_not_acted_on_is_listed_in_order() -> None:
    ignored = loaded(document("cable_primary")).not_acted_on()
    assert ignored[:3] == (
        "domain-name default.domain.invalid",
        "enable password 2KFQnbNIdI.2KYOU encrypted",
        "security-level 0",
    )
    assert "failover link state Ethernet2" not in ignored
    assert not any(line.startswith(("!", ":", "PIX", "Cryptochecksum")) for line in ignored)


TEXTS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)
SOME = (
    "no failover lan unit primary interface Ethernet0 ethernet3 ip address 10.0.0.1 255.0.0.0 "
    "standby 10.0.0.2 polltime msec 200 holdtime nameif outside shutdown ! : route"
)
WORDS = st.sampled_from(SOME.split())
LINES = st.one_of(TEXTS, st.lists(WORDS, max_size=7).map(" ".join))


@given(st.lists(LINES, max_size=30))
def test_any_lines_in_the_same_lines_out(lines: list[str]) -> None:
    text = "".join(line + "\n" for line in lines)
    configuration = loaded(text)
    assert configuration.text == text
    configuration.settings()
    configuration.not_acted_on()


@given(st.lists(LINES, max_size=8))
def test_typing_anything_never_loses_what_was_loaded_and_not_touched(lines: list[str]) -> None:
    configuration = loaded("!--- first\nnat (inside) 0 access-list 101\n: end\n")
    section = ""
    for line in lines:
        entered = configuration.enter(section, line)
        assert isinstance(entered, Rejected) == (getattr(entered, "text", "")[:5] == "ERROR")
        section = entered.section if isinstance(entered, Entered) else section
    assert "nat (inside) 0 access-list 101" in configuration.text
    again = loaded(configuration.text)
    assert again.text == configuration.text
    assert again.settings() == configuration.settings()


def test_typed_lines_find_the_documents_order() -> None:
    configuration = loaded("hostname pix\n: end\n")
    for line in (
        "failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2",
        "failover lan interface failover Ethernet3",
        "failover",
        "failover polltime msec 500",
        "failover lan unit primary",
        "route outside 0 0 172.16.1.3",
    ):
        ok(configuration, line)
    assert configuration.text.splitlines() == [
        "hostname pix",
        "failover",
        "failover lan unit primary",
        "failover lan interface failover Ethernet3",
        "failover polltime unit msec 500",
        "failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2",
        "route outside 0 0 172.16.1.3",
        ": end",
    ]


def test_interface_lines_go_under_their_interface_however_it_is_spelled() -> None:
    configuration = loaded("interface ethernet3\n nameif dmz\n shutdown\n!\nhostname pix\n")
    section = ok(configuration, "int e3")
    assert ok(configuration, "no shut", section) == section
    ok(configuration, "description the third", section)
    ok(configuration, "ip address 10.3.0.1 255.255.255.0 standby 10.3.0.2", section)
    assert configuration.text == (
        "interface ethernet3\n nameif dmz\n description the third\n"
        " ip address 10.3.0.1 255.255.255.0 standby 10.3.0.2\n!\nhostname pix\n"
    )
    assert ok(configuration, "hostname gateway", section) == ""
    assert configuration.hostname == "gateway"


def test_a_line_replaces_the_one_of_its_slot_in_its_place() -> None:
    configuration = loaded("failover\nfailover polltime unit 15\nlast line\n")
    ok(configuration, "failover polltime unit msec 200 holdtime msec 800")
    assert "failover polltime unit msec 200 holdtime msec 800\nlast line" in configuration.text
    settings = configuration.settings()
    assert (settings.poll_unit_ms, settings.hold_unit_ms) == (200, 800)
    ok(configuration, "no failover polltime unit")
    assert configuration.text == "failover\nlast line\n"


def test_an_unknown_line_is_kept_once_and_its_no_takes_it_away() -> None:
    configuration = loaded("pager lines 24\nno asdm history enable\n")
    entered = configuration.enter("", "access-list 102 extended deny ip any any")
    assert isinstance(entered, Entered)
    assert (entered.changed, entered.replicated, bool(entered.note)) == (True, True, True)
    again = configuration.enter("", "access-list 102 extended deny ip any any")
    assert isinstance(again, Entered)
    assert not again.changed
    ok(configuration, "no access-list 102 extended deny ip any any")
    ok(configuration, "asdm history enable")
    ok(configuration, "no pager lines 24")
    assert configuration.text == "asdm history enable\n"


def test_lines_of_a_pasted_section_stay_together() -> None:
    configuration = loaded("class-map a\n match x\nhostname pix\n")
    section = ok(configuration, "class-map a")
    ok(configuration, "  match y", section)
    assert configuration.text == "class-map a\n match x\n match y\nhostname pix\n"


def test_a_page_pasted_with_a_margin_means_the_same() -> None:
    text = document("cable_primary")
    moved = "".join(f"    {line}\n" for line in text.splitlines())
    assert loaded(moved).settings() == loaded(text).settings()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("failover polltime unit 16", "16 is out of range 1-15 seconds"),
        ("failover polltime unit 0", "0 is out of range 1-15"),
        ("failover polltime unit msec 50 holdtime msec 200", "50 is out of range 200-999 msec"),
        ("failover polltime unit msec 1000", "1000 is out of range 200-999"),
        ("failover polltime unit 5 holdtime 10", "at least 3 x"),
        ("failover polltime unit 5 holdtime 46", "46 is out of range 1-45"),
        ("failover polltime unit msec 200 holdtime msec 700", "700 is out of range 800-999"),
        ("failover polltime unit five", "five is no whole number"),
        ("failover polltime unit 5 hold", "needs a number"),
        ("failover polltime unit 5 holdtime 15 7", "nothing more"),
        ("failover polltime interface 5 holdtime 20", "at least 5 x"),
        ("failover polltime interface msec 499", "499 is out of range 500-999"),
        ("failover polltime interface 5 holdtime msec 900", "seconds only, 5-75"),
        ("failover polltime interface 1 holdtime 4", "4 is out of range 5-75"),
        ("failover lan unit third", "third: primary or secondary"),
        ("failover lan unit", "usage: failover lan unit primary|secondary"),
        ("failover lan interface failover Ethernet9", "Ethernet9 is no interface of this unit"),
        ("failover l", "incomplete"),
        ("failover lan", "incomplete: failover lan unit or failover lan interface"),
        ("fail poll int", "incomplete; usage: failover polltime interface"),
        ("failover interface ip x 10.0.0.1 255.0.0.0 standby 11.0.0.2", "another address of"),
        ("failover interface ip x 10.0.0.1 255.0.255.0 standby 10.0.0.2", "no network mask"),
        ("failover interface ip x 10.0.0.1 255.0.0.0 standby 10.0.0.1", "another address"),
        ("failover mac address Ethernet0 0100.0000.0001 0200.0000.0002", "group address"),
        ("failover mac address Ethernet0 0200.0000.0001 0200.0000.0001", "must differ"),
        ("failover mac address Ethernet0 02 03", "no MAC address"),
        ("no failover mac address", "which one?"),
        ("route outside 10.0.0.1 255.0.0.0 172.16.1.3", "did you mean 10.0.0.0/8"),
        ("route outside 10.0.0.0 255.0.0.0 172.16.1.300", "172.16.1.300 is no IPv4 address"),
        ("route outside 10.0.0.0 255.0.0.0 172.16.1.3 256", "256 is out of range 1-255"),
        ("hostname -pix", "-pix is no host name"),
        ("interface Ethernet7", "Ethernet7 is no interface of this unit (unit.toml has Ethernet0"),
        ("no interface Ethernet0", "cannot be removed"),
    ],
)
def test_refusals_name_the_word_and_the_range_and_change_nothing(line: str, words: str) -> None:
    configuration = loaded(document("cable_primary"))
    answer = configuration.enter("", line)
    assert isinstance(answer, Rejected), answer
    assert answer.text.startswith("ERROR: ")
    assert words in answer.text
    assert configuration.text == document("cable_primary")


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
    settings = loaded(f"failover lan enable\n{line}\n").settings()
    assert (settings.poll_unit_ms, settings.hold_unit_ms) == (poll, hold)


def test_our_fast_times_wait_for_lan_mode() -> None:
    configuration = loaded("failover polltime unit msec 50 holdtime msec 150\n")
    assert configuration.settings().poll_unit_ms == 15_000
    assert len(configuration.not_acted_on()) == 1
    ok(configuration, "failover lan enable")
    assert configuration.settings().poll_unit_ms == 50
    assert configuration.not_acted_on() == ()


def test_a_hold_time_of_interfaces_that_was_not_typed_stays() -> None:
    settings = loaded("failover polltime interface msec 500\n").settings()
    assert (settings.poll_interface_ms, settings.hold_interface_ms) == (500, 25_000)


def test_macs_of_failover_go_before_those_of_the_interface() -> None:
    text = (
        "interface Ethernet0\n nameif outside\n mac-address 0200.0000.0001 standby 0200.0000.0002\n"
        "interface Ethernet1\n nameif inside\n mac-address 0200.0000.0003\n"
        "failover mac address Ethernet0 0200.0000.00aa 0200.0000.00bb\n"
    )
    outside, inside = loaded(text).settings().interfaces
    assert (outside.active_mac, outside.standby_mac) == ("02:00:00:00:00:aa", "02:00:00:00:00:bb")
    assert (inside.active_mac, inside.standby_mac) == ("02:00:00:00:00:03", None)


def test_the_state_link_may_share_the_failover_link_or_a_data_interface() -> None:
    shared = document("lan_secondary") + "failover link failover\n"
    assert loaded(shared).settings().state_link == LAN
    data = document("cable_primary").replace(
        "failover link state Ethernet2", "failover link inside"
    )
    settings = loaded(data).settings()
    assert settings.state_link is not None
    assert settings.state_link.physical == "Ethernet1"
    assert settings.interfaces == (OUTSIDE, INSIDE)


def test_asa_is_always_lan() -> None:
    assert loaded("failover\n", Platform.ASA).settings().mode is Mode.LAN


def test_an_empty_flash_enables_failover_where_there_is_a_cable() -> None:
    for text, cable, platform, enabled in (
        ("", True, Platform.PIX, True),
        ("!\n", True, Platform.PIX, True),
        ("", False, Platform.PIX, False),
        ("", True, Platform.ASA, False),
        ("hostname pix\n", True, Platform.PIX, False),
    ):
        configuration = Configuration(facts(platform))
        configuration.boot(text, cable=cable)
        assert configuration.settings().enabled is enabled


def test_the_mates_configuration_leaves_lan_unit_alone() -> None:
    configuration = loaded(document("lan_secondary"))
    configuration.load_from_mate(document("lan_primary"))
    assert configuration.settings().lan_identity is Identity.SECONDARY
    mine = document("lan_primary").replace("lan unit primary", "lan unit secondary")
    assert configuration.text == mine
    assert configuration.digest == loaded(document("lan_primary")).digest
    bare = loaded("failover\n")
    bare.load_from_mate(document("lan_primary"))
    assert "failover lan unit" not in bare.text


def test_the_digest_sees_commands_and_their_order_only() -> None:
    base = loaded("hostname a\nroute x 0 0 1.1.1.1\n").digest
    assert loaded("!\nhostname  a\n\nroute x 0 0 1.1.1.1\n: end\n").digest == base
    assert loaded("route x 0 0 1.1.1.1\nhostname a\n").digest != base
    assert loaded("hostname b\nroute x 0 0 1.1.1.1\n").digest != base

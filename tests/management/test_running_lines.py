"""Single lines of the failover, interface, system and route families: kept, or refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_units import loaded, unit

from firmware.core.management.running.model import Configuration, Entered, Refused
from firmware.core.settings import Platform

DOCUMENT = Path(__file__).parents[1] / "document"
CABLE = (DOCUMENT / "cable_primary.cfg").read_text(encoding="utf-8")


def rows() -> Iterator[tuple[str, str]]:
    for line in (Path(__file__).parent / "running_lines.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            typed, _, said = line.partition(" | ")
            yield typed, said.strip()


def lines(configuration: Configuration) -> set[str]:
    return {line.strip() for line in configuration.text.splitlines()}


@pytest.mark.parametrize(("typed", "said"), list(rows()), ids=lambda text: text[:60])
def test_a_line_is_kept_or_refused_in_words(typed: str, said: str) -> None:
    configuration = loaded(CABLE)
    header, _, line = typed.rpartition(" / ")
    before, generation = lines(configuration), configuration.generation
    answer = configuration.enter((header,) if header else (), line)
    if not said.startswith("=>"):
        assert isinstance(answer, Refused), answer
        assert answer.text.startswith("ERROR: ")
        assert said in f"{answer.text} {answer.detail}"
        assert configuration.generation == generation
        assert configuration.text == loaded(CABLE).text
        return
    assert isinstance(answer, Entered), answer
    kept = said.removeprefix("=>").strip()
    assert answer.changed == bool(kept)
    if kept and kept not in DEFAULTS:
        assert kept in lines(configuration) - before
    again = unit()
    assert again.load(configuration.text) == ()
    assert again.text == configuration.text


# Typed as they hold anyway, they are kept and printed by `show running-config all` only.
DEFAULTS = ("failover polltime unit 15 holdtime 45",)


@pytest.mark.parametrize(
    "line", [said.removeprefix("=> ") for typed, said in rows() if said.startswith("=> ")]
)
def test_what_no_takes_away_is_as_if_it_never_was(line: str) -> None:
    configuration = loaded(CABLE)
    path = next(
        (
            (typed.partition(" / ")[0],)
            for typed, said in rows()
            if said == f"=> {line}" and " / " in typed
        ),
        (),
    )
    assert isinstance(configuration.enter(path, line), Entered)
    opposite = line.removeprefix("no ") if line.startswith("no ") else f"no {line}"
    assert isinstance(configuration.enter(path, opposite), Entered)
    untouched = loaded(CABLE)
    for typed in ("failover link inside", "mtu outside 1400"):
        if line == typed:  # they replaced a line that stood there
            assert isinstance(untouched.enter((), f"no {line}"), Entered)
    if line == "domain-name example.net":
        assert "domain-name default.domain.invalid" in lines(configuration)
    else:
        assert configuration.text == untouched.text


def test_the_first_failover_interface_clears_what_was_there() -> None:
    configuration = unit()
    path = configuration.enter((), "interface e3")
    assert isinstance(path, Entered)
    for line in ("nameif dmz", "ip address 10.3.0.1 255.255.255.0", "speed 100", "no shutdown"):
        assert isinstance(configuration.enter(path.path, line), Entered)
    answer = configuration.enter((), "failover lan interface failover Ethernet3")
    assert isinstance(answer, Entered)
    assert answer.note == (
        "INFO: Non-failover interface config is cleared on Ethernet3 and its sub-interfaces"
    )
    assert "interface Ethernet3\n speed 100\n description LAN Failover" not in configuration.text
    assert "interface Ethernet3\n description LAN Failover Interface\n speed 100\n" in (
        configuration.text
    )
    configuration.enter((), "no failover lan interface")
    assert " no nameif\n" in configuration.shown(family="interface Ethernet3")


def test_a_name_says_its_default_security_level() -> None:
    configuration = unit()
    for name, level in (("inside", 100), ("outside", 0), ("dmz", 0)):
        answer = configuration.enter(("interface Ethernet0",), f"nameif {name}")
        assert isinstance(answer, Entered)
        assert answer.note == f'INFO: Security level for "{name}" set to {level} by default.'
        assert f" security-level {level}\n" in configuration.text
    configuration.enter(("interface Ethernet0",), "security-level 50")
    answer = configuration.enter(("interface Ethernet0",), "nameif inside")
    assert isinstance(answer, Entered)
    assert answer.note == ""


CA = "Failover cannot be configured while the local CA server is configured. Please remove the "


@pytest.mark.parametrize(
    "line",
    [
        "failover",
        "failover lan unit primary",
        "failover lan interface failover Ethernet3",
        "failover link state Ethernet2",
        "failover key secret",
        "failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2",
    ],
)
def test_failover_and_a_local_ca_exclude_each_other(line: str) -> None:
    configuration = unit(Platform.ASA)
    assert isinstance(configuration.enter((), "crypto ca server"), Entered)
    answer = configuration.enter((), line)
    assert isinstance(answer, Refused)
    assert answer.text.startswith(f"ERROR: {CA}")
    assert isinstance(configuration.enter((), f"no {line}"), Entered)


def test_sub_interfaces_where_the_kernel_can() -> None:
    configuration = unit(vlans=True)
    path = configuration.enter((), "interface Ethernet0.10")
    assert isinstance(path, Entered)
    assert isinstance(configuration.enter(path.path, "vlan 10"), Entered)
    assert isinstance(configuration.enter(path.path, "nameif dmz"), Entered)
    other = configuration.enter((), "interface e0.20")
    assert isinstance(other, Entered)
    refused = configuration.enter(other.path, "vlan 10")
    assert isinstance(refused, Refused)
    assert "vlan 10 is that of Ethernet0.10" in refused.text
    page = configuration.text
    assert page.index("Ethernet0.10\n vlan 10\n nameif dmz\n") < page.index("Ethernet0.20")
    assert page.index("Ethernet0.20") < page.index("interface Ethernet1\n")
    configuration.enter((), "no interface Ethernet0.10")
    assert "Ethernet0.10" not in configuration.text


def test_lan_enable_is_no_command_where_failover_is_always_lan() -> None:
    answer = unit(Platform.ASA).enter((), "failover lan enable")
    assert isinstance(answer, Refused)
    assert "is no command of this platform" in answer.text


def test_a_holdtime_alone_is_kept_with_its_poll_time() -> None:
    configuration = loaded("failover lan enable\nfailover polltime unit msec 300\n")
    answer = configuration.enter((), "failover holdtime unit msec 900")
    assert isinstance(answer, Entered)
    assert answer.line == "failover polltime unit msec 300 holdtime msec 900"
    assert answer.line in lines(configuration)


def test_lines_follow_the_name_of_their_interface() -> None:
    configuration = loaded(
        CABLE + "mtu inside 1400\nno monitor-interface inside\nstatic (inside,outside) 172.16.9.1 "
        "192.168.1.9\naccess-list inside permit ip any any\n"
        "access-group inside in interface inside\n"
    )
    assert isinstance(configuration.enter(("interface Ethernet1",), "nameif core"), Entered)
    assert {
        "mtu core 1400",
        "no monitor-interface core",
        "static (core,outside) 172.16.9.1 192.168.1.9 netmask 255.255.255.255",
        "nat (core) 0 access-list 101",
        "access-list inside extended permit ip any any",
        "access-group inside in interface core",
    } <= lines(configuration)
    assert isinstance(configuration.enter(("interface Ethernet1",), "no nameif"), Entered)
    assert not any("core" in line for line in lines(configuration))
    assert "route outside 0.0.0.0 0.0.0.0 172.16.1.3 1" in lines(configuration)
    assert unit().load(configuration.text) == ()

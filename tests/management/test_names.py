"""Names that are referred to: interfaces that must be there, and addresses by the thousand."""

import sys
from types import FrameType

import pytest
from running_units import loaded, ok, unit

from firmware.core.management.running.model import Entered, Refused

INSIDE = "interface Ethernet1\n nameif inside\n ip address 192.168.1.1 255.255.255.0\n"
LIST = "access-list in-list permit ip any any\n"
LINES = (
    "route {} 10.0.0.0 255.0.0.0 192.168.1.9 1",
    "arp {} 192.168.1.9 0000.0000.0009",
    "mtu {} 1400",
    "access-group in-list in interface {}",
    "ssh 10.0.0.0 255.0.0.0 {}",
    "nat ({}) 1 0.0.0.0 0.0.0.0",
    "global ({}) 1 192.168.1.77",
    "static ({},inside) 192.168.1.7 192.168.1.7 netmask 255.255.255.255",
)


@pytest.mark.parametrize("line", LINES)
def test_an_interface_that_is_not_there_is_refused_in_words(line: str) -> None:
    refused = loaded(INSIDE + LIST).enter((), line.format("nowhere"))
    assert isinstance(refused, Refused)
    assert refused.text.startswith("ERROR: nowhere: no interface has that name")


@pytest.mark.parametrize("line", LINES[:-1])
def test_a_line_may_stand_above_its_interface_in_a_file(line: str) -> None:
    text = f"{line.format('inside')}\n{line.format('nowhere')}\n{LIST}{INSIDE}"
    configuration = unit()
    (fault,) = configuration.load(text)
    assert fault.number == 2
    assert fault.why.startswith("nowhere: no interface has that name")
    assert f"{line.format('inside')}\n" in configuration.text


@pytest.mark.parametrize("line", LINES[:-1])
def test_it_goes_with_all_interfaces(line: str) -> None:
    configuration = loaded(INSIDE + LIST + line.format("inside") + "\n")
    configuration.remove_family(("interface",))
    assert line.format("inside") not in configuration.text
    assert unit().load(configuration.text) == ()


def test_names_follow_their_lines() -> None:
    configuration = loaded("name 10.1.1.1 one\nname 10.1.1.2 two\n")
    ok(configuration, "name 10.1.1.3 two")
    ok(configuration, "no name 10.1.1.1")
    assert dict(configuration.context.names) == {
        "two": configuration.entry("name", "two").arguments["address"]
    }
    assert isinstance(configuration.enter((), "name 10.1.1.2 again"), Entered)
    assert isinstance(configuration.enter((), "name 10.1.1.3 again"), Refused)
    configuration.clear()
    assert dict(configuration.context.names) == {}
    assert isinstance(configuration.enter((), "name 10.1.1.3 again"), Entered)


def work(lines: int) -> int:
    """How many functions are called to load so many names and to type as many more."""
    configuration, calls = unit(), 0
    text = "".join(f"name 10.1.{n >> 8}.{n & 255} host-{n}\n" for n in range(lines))

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        configuration.load(text)
        for n in range(lines):
            configuration.enter((), f"name 10.2.{n >> 8}.{n & 255} other-{n}")
    finally:
        sys.setprofile(None)
    return calls


def test_a_thousand_names_are_ten_times_the_work_of_a_hundred() -> None:
    work(10)  # what is looked up once
    assert work(1000) < 12 * work(100)

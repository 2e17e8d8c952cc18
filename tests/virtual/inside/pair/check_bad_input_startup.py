"""A startup-config with errors in its middle: the good lines serve, each bad one has its number."""

from __future__ import annotations

import pytest

from tests.virtual.inside.pair.living import P, Pair
from tests.virtual.inside.pair.pasting import running, typed

BAD = {  # by what it stands before: the line, and a word of what is said of it
    "interface Ethernet1": "frobnicate the widgets",
    "access-list 101": "access-list 101 extended permit ip any",
    "mtu inside": "mtu outside 70000",
    "nat (inside)": "nat (inside) 0 access-list not-there",
    "failover link": "failover polltime unit 99",
    "prompt": "x" * 3000,
}


@pytest.fixture(scope="module", autouse=True)
def booted(pair: Pair, no_violation: None) -> dict[int, str]:
    """The primary alone, from the document's configuration with the bad lines in it; by number."""
    rig = pair.boot("cable-saved")
    lines = (rig.boot[P] or "").splitlines()
    for before, bad in BAD.items():
        at = next(n for n, line in enumerate(lines) if line.startswith(before))
        lines.insert(at, bad)
    pair.world.units[P].write_startup("\n".join(lines) + "\n")
    pair.power(True, P)
    pair.reach({P: "Active"})
    return {lines.index(bad) + 1: bad for bad in BAD.values()}


def cut(line: str) -> str:
    """As it is told: what no terminal could have typed is not printed whole either."""
    return line if len(line) <= 512 else line[:509] + "..."


def test_each_bad_line_is_told_with_its_number(pair: Pair, booted: dict[int, str]) -> None:
    pair.tells(P, 990018, f"{len(booted)} lines of the startup configuration were not taken")
    told = typed(pair, P, "show startup-config errors").splitlines()
    numbered = [line for line in told if line.startswith("line ")]
    assert numbered == [f"line {number}: {cut(line)}" for number, line in sorted(booted.items())]
    assert max(len(message) for message in pair.world.messages(P)) < 500


def test_the_good_ones_serve(pair: Pair) -> None:
    for line in (
        "hostname pix",
        " ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2",
        "access-list 101 extended permit ip any any",
        "mtu inside 1500",
        "nat (inside) 0 access-list 101",
        "access-group 101 in interface outside",
        "route outside 0.0.0.0 0.0.0.0 172.16.1.3 1",
        "failover",
    ):
        assert line in running(pair, P, line), line
    assert pair.world.forwarders() == (P,)

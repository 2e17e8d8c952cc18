"""The document's configurations: loaded as they stand on its pages, printed as a unit prints them.

``canonical/`` is written by hand from the pages; ``irregularities.txt`` names every line in which
the two differ, and why. The failover key is ***** on the pages and cannot be loaded: it is typed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from page_unit import unit

from firmware.core.management.running.model import Configuration, Entered

HERE = Path(__file__).parent
PAGES = ("cable_primary", "lan_primary")
KEY_LINES = {"cable_primary": (), "lan_primary": (58,), "lan_secondary": (5,)}
CHECKSUM = re.compile(r"^Cryptochecksum:([0-9a-f]{32})\n", re.MULTILINE)


def page(name: str) -> str:
    return (HERE / f"{name}.cfg").read_text(encoding="utf-8")


def canonical(name: str) -> str:
    return (HERE / "canonical" / f"{name}.cfg").read_text(encoding="utf-8")


def of_page(name: str) -> Configuration:
    configuration = unit()
    configuration.load(page(name))
    if KEY_LINES[name]:
        assert isinstance(configuration.enter((), "failover key cisco"), Entered)
    return configuration


@pytest.mark.parametrize("name", KEY_LINES)
def test_all_lines_of_a_page_load_but_the_key_it_does_not_show(name: str) -> None:
    faults = unit().load(page(name))
    assert tuple(fault.number for fault in faults) == KEY_LINES[name]
    assert all(fault.why.startswith("***** is how a failover key is shown") for fault in faults)


@pytest.mark.parametrize("name", KEY_LINES)
def test_it_prints_back_in_canonical_form(name: str) -> None:
    shown = of_page(name).shown()
    assert CHECKSUM.sub("", shown) == canonical(name)


@pytest.mark.parametrize("name", KEY_LINES)
def test_the_checksum_is_that_of_the_configuration(name: str) -> None:
    configuration = of_page(name)
    found = CHECKSUM.search(configuration.shown())
    assert found is not None
    assert found[1] == hashlib.md5(configuration.text.encode()).hexdigest()
    again = unit()
    again.load(configuration.text)
    assert again.shown() == configuration.shown()


@pytest.mark.parametrize("name", PAGES)
def test_every_difference_to_the_page_is_in_the_table(name: str) -> None:
    on_page, ours = _stripped(page(name)), _stripped(canonical(name))
    gone, new = [], []
    for what, a, b, c, d in SequenceMatcher(None, on_page, ours, autojunk=False).get_opcodes():
        if what != "equal":
            gone += on_page[a:b]
            new += ours[c:d]
    rows = [row for row in _table() if row[0] == name]
    assert [row[1] for row in rows if row[1]] == gone
    assert [row[2] for row in rows if row[2]] == new
    assert all(row[3] for row in rows)


def test_the_secondary_of_the_lan_page_is_a_bootstrap() -> None:
    assert of_page("lan_secondary").shown(family="failover") == page("lan_secondary") + "\n" * (
        not page("lan_secondary").endswith("\n")
    )


def _table() -> Iterator[list[str]]:
    for line in (HERE / "irregularities.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def _stripped(text: str) -> list[str]:
    lines = (line.strip() for line in CHECKSUM.sub("", text).splitlines())
    return [line for line in lines if line]

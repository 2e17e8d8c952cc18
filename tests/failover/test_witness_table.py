"""The table of WI-7: as the simulated world makes it, whole, and what the page promises of it."""

import pytest

from controller.bench.simulated import witness_table as table
from firmware.core.settings import Mode, Witness

PAGE = table.PAGE.read_text(encoding="utf-8")
LISTED = table.listed(PAGE)
ROWS = tuple(table.fault_sets())
COLUMNS = [(mode, setting) for mode in Mode for setting in table.settings(mode)]
EACH = pytest.mark.parametrize(("mode", "setting"), COLUMNS, ids=str)
BREAKS = {  # a witness, and the faults that break it
    Witness.CABLE: ({"plugs"}, {"cable"}, {"sense"}),
    Witness.LAN: ({"LAN"},),
    Witness.INTERFACES: ({"outside", "inside"},),
}
WELL = "S, P, S"


def cells(mode, setting):
    """The page's, by the names of what failed."""
    return LISTED[table.NAMES[mode], table.head(setting)]


def left(setting, faults):
    """The listed ways that these faults leave whole."""
    names = {fault.name for fault in faults}
    return [one for one in setting if not any(broken <= names for broken in BREAKS[one])]


@EACH
def test_the_table_has_every_row(mode, setting):
    assert set(cells(mode, setting)) == {table.name(faults) for faults in ROWS}


@EACH
def test_both_holes_are_closed_wherever_a_listed_way_is_left(mode, setting):
    said = cells(mode, setting)
    rows = [table.name(faults) for faults in ROWS if left(setting, faults)]
    assert {name: said[name] for name in rows} == dict.fromkeys(rows, WELL)
    assert bool(rows) is bool(setting)


@EACH
def test_with_none_left_nobody_takes_over_by_a_guess_and_it_is_told(mode, setting):
    for name, cell in cells(mode, setting).items():
        death, start, _ = cell.split(", ")
        if setting:
            alone = setting == (Witness.LAN,) and mode is Mode.LAN and name.startswith("LAN + out")
            assert death in ("S", "-!") or (alone and death == "-!/PS before"), name
            assert start in ("P", "P!") or (start == "PS" and name == "cable + sense"), name
        else:
            assert "!" not in cell, name


@pytest.mark.parametrize(("mode", "link"), [(Mode.CABLE, "plugs"), (Mode.LAN, "LAN")])
def test_off_the_table_is_the_documents(mode, link):
    """FA-4, FA-5: with the failover link failed nobody takes over; down at start both serve."""
    for name, cell in cells(mode, ()).items():
        if link in name.split(" + "):
            # EV-1: the failover link alone was left, and its cut is read as a death.
            cut_last = "/PS before" if name == "LAN + outside + inside" else ""
            assert cell == f"-{cut_last}, PS, PS", name


@EACH
def test_some_cells_of_the_table_are_current(mode, setting):
    """All of them: python -m controller.bench.simulated.witness_table"""
    place = COLUMNS.index((mode, setting))
    some = ROWS[place % 3 + 1 :: 17]
    made = table.column(mode, setting, some)
    said = cells(mode, setting)
    names = [table.name(faults) for faults in some]
    assert dict(zip(names, map(str, made), strict=True)) == {name: said[name] for name in names}

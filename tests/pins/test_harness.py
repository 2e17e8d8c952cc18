"""What is drawn from the map: the page is current, and the wires cross as they must."""

import re
from pathlib import Path

import pytest

from wiring import harness
from wiring.load import WiringError, default_map
from wiring.signals import Signal

PINS = default_map()
PAGE = Path(__file__).parents[2] / "docs" / "wiring.md"


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert harness.page_with_tables(page, PINS) == page


def test_check_tells_an_old_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"top\n{harness.BEGIN}\nold\n{harness.END}\nbottom\n", encoding="utf-8")
    assert harness.main(["--check", str(page)]) == 1
    assert "run --write" in capsys.readouterr().err
    assert harness.main(["--write", str(page)]) == 0
    assert harness.main(["--check", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("top\n")
    assert text.endswith("\nbottom\n")
    assert "old" not in text


def test_a_page_without_markers_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WiringError, match="no markers"):
        harness.page_with_tables("nothing here", PINS)
    assert harness.main(["--write", str(tmp_path / "none.md")]) == 2
    assert "none.md" in capsys.readouterr().err


def test_every_pin_is_in_the_table() -> None:
    table = harness.pin_table(PINS)
    for pin in PINS.pins:
        assert f"| {pin.header} | {pin.bcm} | `{pin.signal.value}` |" in table


def test_the_cable_crosses() -> None:
    rows = dict.fromkeys(re.findall(r"\| (\d) \| ([a-z-]+) \| (\d) \|", harness.cable_table(PINS)))
    contact = {signal: str(PINS[signal].contact) for signal in Signal}
    assert (contact[Signal.UART_TX], "transmit-primary", contact[Signal.UART_RX]) in rows
    assert (contact[Signal.UART_RX], "transmit-secondary", contact[Signal.UART_TX]) in rows
    assert (contact[Signal.POWER_OUT], "power-primary", contact[Signal.MATE_POWER]) in rows
    assert (contact[Signal.OTHER_PLUG], "plug-secondary", str(PINS.cable.presence)) in rows
    assert len(rows) == 7


def test_the_harness_names_every_wire_at_both_ends() -> None:
    lines = harness.harness_yaml(PINS).splitlines()
    start = next(n for n, line in enumerate(lines) if "PRIMARY_PLUG: [" in line)
    ours, wires, theirs = ([*re.findall(r"\d+", line)] for line in lines[start : start + 3])
    assert len(ours) == len(wires) == len(theirs) == 7
    assert dict(zip(ours, theirs, strict=True)) == {
        "2": "3", "3": "2", "4": "6", "6": "4", "7": "8", "8": "7", "5": "5",
    }  # fmt: skip
    for name in ("PRIMARY", "SECONDARY"):
        assert f"  {name}_J8:" in lines
        assert f"  {name}_PANEL:" in lines
    assert sum("loops: [[1, 5], [9, 5]]" in line for line in lines) == 1  # one Primary plug


def test_the_harness_is_plain_yaml() -> None:
    for line in harness.harness_yaml(PINS).splitlines():
        assert re.fullmatch(r" *(- ?)?([A-Za-z0-9_]+:( .+)?|<==>|[A-Z_]+)?", line), line


def test_labels_come_in_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    assert harness.main(["--labels", "-"]) == 0
    labels = capsys.readouterr().out.splitlines()
    assert "PRIMARY 4 | power-primary | SECONDARY 6" in labels
    assert "SECONDARY 6 | power-primary | PRIMARY 4" in labels
    assert len(labels) == 2 * (7 + len(PINS.pins))
    assert len(set(labels)) == len(labels)

"""pins.toml -> what a person at the bench holds: a WireViz harness, a pin table, a label sheet.

``python -m wiring.harness --harness cable.yml --labels labels.txt --write docs/wiring.md``.
``--check docs/wiring.md`` exits 1 when the table in that page is not current. ``-`` is standard
output. The YAML is written by hand, quoted throughout, so nothing here depends on a YAML library.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from wiring.cable import ENDS, wire_name
from wiring.header import GROUND_PINS, boot_pull
from wiring.load import PINS_FILE, PinMap, WiringError, load
from wiring.pinmap import Pin
from wiring.signals import CROSSED, Direction, Guard, Signal

BEGIN, END = "<!-- pins: generated from wiring/pins.toml -->", "<!-- end of pins -->"


def pin_table(pins: PinMap) -> str:
    """One markdown row per signal, in the order of the header's pins."""
    rows = [
        "| header | BCM | signal | direction | pull | at boot | active | guard | cable | means |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for pin in sorted(pins.pins, key=lambda each: each.header):
        cells = (
            str(pin.header),
            str(pin.bcm),
            f"`{pin.signal.value}`",
            pin.direction.value,
            "-" if pin.direction is Direction.OUT else pin.pull.value,
            "UART" if pin.guard is Guard.CONVERTER else f"pulled {boot_pull(pin.bcm).value}",
            "high" if pin.active_high else "low",
            _guard(pin),
            "-" if pin.contact is None else f"{pin.contact}: {pin.wire}",
            pin.means,
        )
        rows.append("| " + " | ".join(cells) + " |")
    ground = ", ".join(map(str, GROUND_PINS))
    rows += ["", f"Ground: header pins {ground}; cable contact {pins.cable.ground}."]
    rows += [f"Presence: cable contact {pins.cable.presence}, joined to ground on the board."]
    return "\n".join(rows) + "\n"


def cable_table(pins: PinMap) -> str:
    """One markdown row per contact of the cable: what is soldered where."""
    rows = ["| primary plug | wire | secondary plug |", "|---|---|---|"]
    rows += [f"| {ours} | {name} | {theirs} |" for ours, name, theirs in _wires(pins)]
    ground = pins.cable.ground
    for pin in _looped(pins):
        there = "open" if pin.signal is Signal.STRAP else f"{pin.contact} to {ground}, in the plug"
        rows.append(f"| {pin.contact} to {ground}, in the plug | {pin.wire} | {there} |")
    return "\n".join(rows) + "\n"


def harness_yaml(pins: PinMap) -> str:
    """A WireViz file: both units' leads from header to connector, and the cable between."""
    lines = ["connectors:"]
    for end in ENDS:
        lines += _header_connector(pins, end) + _panel_connector(pins, end)
        lines += _plug_connector(pins, end, "SOCKET") + _plug_connector(pins, end, "PLUG")
    lines += ["cables:"]
    for end in ENDS:
        lines += _leads(pins, end)
    names = [name for _, name, _ in _wires(pins)]
    lines += [
        "  CABLE:",
        f"    wirecount: {len(names)}",
        "    color_code: DIN",
        f"    length: {pins.cable.length_m}",
        f"    wirelabels: {_list(names)}",
        "connections:",
    ]
    for end in ENDS:
        lines += _lead_connections(pins, end)
    lines += _cable_connections(pins)
    return "\n".join(lines) + "\n"


def label_sheet(pins: PinMap) -> str:
    """One label a line: two for every wire of the cable, one for every lead of a unit."""
    lines = []
    for end, other in (ENDS, ENDS[::-1]):
        here = 0 if end == ENDS[0] else 2
        for wire in _wires(pins):
            lines.append(
                f"{end.upper()} {wire[here]} | {wire[1]} | {other.upper()} {wire[2 - here]}"
            )
        for pin in pins.pins:
            lines.append(f"{end.upper()} J8-{pin.header} | {pin.signal.value} | BCM {pin.bcm}")
    return "\n".join(lines) + "\n"


def page_with_tables(page: str, pins: PinMap) -> str:
    """The page with what stands between the markers made anew. Raises WiringError without them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise WiringError(f"the page has no markers; put {BEGIN} and {END} where the tables go")
    tables = f"\n{pin_table(pins)}\nThe cable:\n\n{cable_table(pins)}"
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def _wires(pins: PinMap) -> list[tuple[int, str, int]]:
    """Contact at the primary plug, wire, contact at the secondary plug."""
    found: dict[str, tuple[int, str, int]] = {}
    for end in ENDS:
        for pin in pins.in_cable:
            if pin in _looped(pins) or pin.contact is None:
                continue
            mate = CROSSED.get(pin.signal)
            far = pins.cable.presence if mate is None else pins[mate].contact or 0
            name = wire_name(pin, end)
            ends = (pin.contact, far) if end == ENDS[0] else (far, pin.contact)
            found.setdefault(name, (ends[0], name, ends[1]))
    ground = pins.cable.ground
    return [*sorted(found.values()), (ground, "ground", ground)]


def _looped(pins: PinMap) -> tuple[Pin, ...]:
    return tuple(pins[signal] for signal in (Signal.MY_PLUG, Signal.STRAP))


def _guard(pin: Pin) -> str:
    return f"{pin.series_ohm} ohm" if pin.guard is Guard.SERIES else pin.guard.value


def _list(words: Iterable[object]) -> str:
    return "[" + ", ".join(f'"{w}"' if isinstance(w, str) else str(w) for w in words) + "]"


def _header_connector(pins: PinMap, end: str) -> list[str]:
    ground = GROUND_PINS[0]
    return [
        f"  {end.upper()}_J8:",
        '    type: "40-pin header"',
        f"    pins: {_list([pin.header for pin in pins.pins] + [ground])}",
        f"    pinlabels: {_list([pin.signal.value for pin in pins.pins] + ['GND'])}",
    ]


def _panel_connector(pins: PinMap, end: str) -> list[str]:
    names = [pin.signal.value for pin in pins.pins if pin.contact is None]
    return [
        f"  {end.upper()}_PANEL:",
        '    type: "switch and lamp panel"',
        f"    pinlabels: {_list([*names, 'GND'])}",
    ]


def _plug_connector(pins: PinMap, end: str, kind: str) -> list[str]:
    by_contact = {pin.contact: pin.signal.value for pin in pins.in_cable}
    by_contact |= {pins.cable.ground: "GND", pins.cable.presence: "PRESENCE"}
    labels = [by_contact.get(n, "") for n in range(1, pins.cable.contacts + 1)]
    lines = [
        f"  {end.upper()}_{kind}:",
        f'    type: "{pins.cable.connector}"',
        f"    subtype: {'male' if kind == 'SOCKET' else 'female'}",
        f"    pinlabels: {_list(labels)}",
    ]
    loops = [[pins[Signal.MY_PLUG].contact, pins.cable.ground]]
    if end == ENDS[0]:
        loops.append([pins[Signal.STRAP].contact, pins.cable.ground])
    if kind == "PLUG":
        lines.append(f"    loops: [{', '.join(map(str, loops))}]")
        lines.append(f'    notes: "marked {end.title()}"')
    else:
        lines.append(f"    loops: [[{pins.cable.presence}, {pins.cable.ground}]]")
    return lines


def _leads(pins: PinMap, end: str) -> list[str]:
    labels = [f"{pin.signal.value}, {_guard(pin)}" for pin in pins.pins]
    return [
        f"  {end.upper()}_LEADS:",
        "    category: bundle",
        f"    wirecount: {len(labels) + 2}",
        f"    wirelabels: {_list([*labels, 'GND cable', 'GND panel'])}",
    ]


def _lead_connections(pins: PinMap, end: str) -> list[str]:
    name = end.upper()
    count = len(pins.pins)
    to_socket = [(n, pin) for n, pin in enumerate(pins.pins, 1) if pin.contact is not None]
    to_panel = [(n, pin) for n, pin in enumerate(pins.pins, 1) if pin.contact is None]
    ground = GROUND_PINS[0]
    return _joined(
        (f"{name}_J8", [pin.header for _, pin in to_socket] + [ground]),
        (f"{name}_LEADS", [n for n, _ in to_socket] + [count + 1]),
        (f"{name}_SOCKET", [pin.contact for _, pin in to_socket] + [pins.cable.ground]),
    ) + _joined(
        (f"{name}_J8", [pin.header for _, pin in to_panel] + [ground]),
        (f"{name}_LEADS", [n for n, _ in to_panel] + [count + 2]),
        (f"{name}_PANEL", list(range(1, len(to_panel) + 2))),
    )


def _cable_connections(pins: PinMap) -> list[str]:
    wires = _wires(pins)
    lines = _joined(
        ("PRIMARY_PLUG", [wire[0] for wire in wires]),
        ("CABLE", list(range(1, len(wires) + 1))),
        ("SECONDARY_PLUG", [wire[2] for wire in wires]),
    )
    for end in ENDS:
        name = end.upper()
        lines += ["  -", f"    - {name}_SOCKET", "    - <==>", f"    - {name}_PLUG"]
    return lines


def _joined(*parts: tuple[str, Iterable[object]]) -> list[str]:
    return ["  -"] + [f"    - {name}: {_list(places)}" for name, places in parts]


def main(arguments: list[str] | None = None) -> int:
    """0: done. 1: --check found an old table. 2: the map or a file cannot be used."""
    parser = argparse.ArgumentParser(
        prog="wiring.harness", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--pins", type=Path, default=PINS_FILE, help="another pins.toml")
    parser.add_argument("--harness", metavar="FILE", help="write the WireViz harness")
    parser.add_argument("--labels", metavar="FILE", help="write the label sheet")
    parser.add_argument("--write", metavar="PAGE", type=Path, help="renew the tables in the page")
    parser.add_argument("--check", metavar="PAGE", type=Path, help="are the tables current?")
    options = parser.parse_args(arguments)
    try:
        pins = load(options.pins)
        for path, text in ((options.harness, harness_yaml), (options.labels, label_sheet)):
            if path:
                _write(path, text(pins))
        if options.write:
            page = options.write.read_text(encoding="utf-8")
            options.write.write_text(page_with_tables(page, pins), encoding="utf-8")
        if options.check:
            page = options.check.read_text(encoding="utf-8")
            if page_with_tables(page, pins) != page:
                print(f"{options.check}: not current; run --write {options.check}", file=sys.stderr)
                return 1
    except (WiringError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _write(path: str, text: str) -> None:
    if path == "-":
        sys.stdout.write(text)
    else:
        Path(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

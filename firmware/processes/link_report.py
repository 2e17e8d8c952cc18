"""``fover-unit links``: what the switch at each NIC says of spanning tree, and what to do about it.

A port with spanning tree and without portfast carries nothing for twice the forward delay after it
came up: so long a unit that boots, or whose link comes back, serves nobody there and waits (SW-1).
"""

from __future__ import annotations

import sys

from firmware.drivers.spanning_tree import Heard, listen
from firmware.processes.unit_file import UnitFile

LISTEN_S = 5.0  # two hellos of a switch, and a little more


def report(unit: UnitFile) -> int:
    """Listen, print a line for each NIC. 0: listened; 1: not allowed to."""
    try:
        found = listen(unit.nics, LISTEN_S)
    except PermissionError:
        print("fover-unit links: listening on a NIC needs root, or CAP_NET_RAW", file=sys.stderr)
        return 1
    for physical, heard in found.items():
        name = f"{physical} ({unit.nics[physical]})"
        print(f"{name:20} {words(heard)}")
    return 0


def words(heard: Heard) -> str:
    """One NIC's line."""
    bpdu = heard.bpdu
    if bpdu is None:
        return heard.trouble or f"no spanning tree heard in {LISTEN_S:.0f} s"
    silent_s = f"{bpdu.silent_ms / 1000:g} s"
    text = f"{bpdu.version} heard, forward delay {bpdu.forward_delay_ms / 1000:g} s: "
    if bpdu.forwarding is False:
        text += f"the port carries nothing now, and for up to {silent_s} each time it comes up; "
    else:
        text += f"without portfast the port carries nothing for {silent_s} after it came up; "
    return text + "enable portfast (an edge port) on the switch, see SW-1"

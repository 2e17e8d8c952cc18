"""Boot sets: what is in the flashes and what is plugged where before a story begins.

A set is a folder under ``tests/stories/boot``: ``primary.cfg`` and ``secondary.cfg`` (a missing
file is an empty flash) and ``rig.toml``, all of whose keys may be left out:

    mode = "cable"                                          # or "lan"
    cable = true                                            # false: no cable at all
    crossover = false                                       # true: failover link without a switch
    ipv6 = false                                            # true: the host inside has IPv6, too
    straps = { primary = "primary", secondary = "primary" } # what each end of the cable says
    facts = { secondary = { version = "7.1(2)" } }          # keys as in [unit] of unit.toml
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from controller.bench.world import Rig, Unit
from firmware.core.settings import Mode

FACTS = (
    "model",
    "version",
    "platform",
    "memory_mb",
    "flash_mb",
    "licence",
    "transparent",
    "multiple",
    "contexts",
    "ssl_vpn_peers",
    "blocks",
)


def load_rig(folder: Path) -> Rig | str:
    """The rig of that folder, or one line saying what is wrong where and what is allowed."""
    if not folder.is_dir():
        known = ", ".join(sorted(p.name for p in folder.parent.glob("*") if p.is_dir()))
        return f"there is no boot set {folder.name!r}; there are: {known or 'none'}"
    table = _table(folder / "rig.toml")
    if isinstance(table, str):
        return table
    boot = {unit: _config(folder / f"{unit}.cfg") for unit in Unit}
    return Rig(
        boot=boot,
        mode=Mode(table.get("mode", "cable")),
        cable_present=table.get("cable", table.get("mode", "cable") == "cable"),
        crossover=table.get("crossover", False),
        ipv6=table.get("ipv6", False),
        facts={unit: table.get("facts", {}).get(unit, {}) for unit in Unit},
        straps={unit: Unit(table.get("straps", {}).get(unit, unit)) for unit in Unit},
    )


def appended(rig: Rig, lines: str) -> Rig:
    """The same, with these lines at the end of every configuration that is a whole one."""
    boot = {
        unit: text and text.replace("\n: end", f"\n{lines}: end") for unit, text in rig.boot.items()
    }
    return replace(rig, boot=boot)


def _config(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


def _table(file: Path) -> dict[str, Any] | str:
    if not file.exists():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return f"{file}: not TOML: {error}"
    for key, value in table.items():
        wrong = _wrong(key, value)
        if wrong:
            return f"{file}: {key}: {wrong}"
    return table


def _wrong(key: str, value: object) -> str:
    """Why this value cannot be; empty if it can."""
    if key == "mode":
        return "" if value in ("cable", "lan") else f'{value!r}; allowed are "cable" and "lan"'
    if key in ("cable", "crossover", "ipv6"):
        return "" if isinstance(value, bool) else f"{value!r}; allowed are true and false"
    if key == "straps":
        units = [str(unit) for unit in Unit]
        whole = isinstance(value, dict) and all(k in units and v in units for k, v in value.items())
        return "" if whole else f"{value!r}; wanted like {{ secondary = 'primary' }}"
    if key == "facts":
        return _wrong_facts(value)
    return "unknown key; allowed are mode, cable, crossover, ipv6, straps, facts"


def _wrong_facts(value: object) -> str:
    units = [str(unit) for unit in Unit]
    if not isinstance(value, dict) or not all(
        unit in units and isinstance(facts, dict) for unit, facts in value.items()
    ):
        return f"{value!r}; wanted like {{ secondary = {{ version = '7.1(2)' }} }}"
    unknown = [key for facts in value.values() for key in facts if key not in FACTS]
    return f"{unknown[0]!r}; allowed are {', '.join(FACTS)}" if unknown else ""

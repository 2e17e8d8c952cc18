"""pins.toml -> frozen dataclasses, or a refusal that names file, line and what to do.

Reading and judging are apart: this file turns text into ``PinMap``; ``rules.py`` says whether the
map may be built. TOML parsers forget where a value stood, so a small scan of the lines remembers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from wiring.pinmap import CablePlan, Pin, PinMap, Problem
from wiring.rules import problems_of
from wiring.signals import Direction, Guard, Pull, Signal

__all__ = ["PINS_FILE", "PinMap", "WiringError", "default_map", "load", "parse"]

PINS_FILE = Path(__file__).with_name("pins.toml")
Word = TypeVar("Word", bound=Enum)


class WiringError(ValueError):
    """The map cannot be used. One line per problem: file:line: what is wrong; what to do."""


def load(path: Path = PINS_FILE) -> PinMap:
    """The map in that file. Raises WiringError when it cannot be read or may not be built."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WiringError(f"{path}: cannot be read: {error}") from None
    return parse(text, path.name)


@cache
def default_map() -> PinMap:
    """The map this distribution ships, read once."""
    return load()


def parse(text: str, name: str) -> PinMap:
    """The map in that text; ``name`` is what errors call the file. Raises WiringError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WiringError(f"{name}: not TOML: {error}; mend that place") from None
    problems: list[Problem] = []
    cable = _cable(document, text, problems)
    pins = tuple(_pins(document, text, problems))
    if cable is not None and not problems:
        problems = list(problems_of(cable, pins))
    if problems or cable is None:
        ordered = sorted(problems, key=lambda problem: problem.line)
        raise WiringError("\n".join(f"{name}:{each.line}: {each.text}" for each in ordered))
    return PinMap(cable=cable, pins=pins)


# What a table may say: key -> type. A key of PIN_OPTIONAL may be left out.
CABLE_KEYS: dict[str, type] = {
    "connector": str, "contacts": int, "ground": int, "presence": int, "length_m": float,
}  # fmt: skip
PIN_KEYS: dict[str, type] = {
    "signal": str, "bcm": int, "header": int, "direction": str, "pull": str, "active": str,
    "guard": str, "far_end": str, "means": str,
}  # fmt: skip
PIN_OPTIONAL: dict[str, type] = {"series_ohm": int, "contact": int, "wire": str}


def _cable(document: dict[str, Any], text: str, problems: list[Problem]) -> CablePlan | None:
    for key in document:
        if key not in ("cable", "pin"):
            problems.append(
                Problem(_line_of(text, key), f"unknown entry {key!r}; use [cable] and [[pin]]")
            )
    table = document.get("cable")
    if not isinstance(table, dict):
        problems.append(Problem(1, "no [cable] table; add one with " + ", ".join(CABLE_KEYS)))
        return None
    lines = _key_lines(text, "[cable]")[0]
    found = list(_shape(table, lines, "[cable]", CABLE_KEYS, {}))
    problems.extend(found)
    return None if found else CablePlan(**table)


def _pins(document: dict[str, Any], text: str, problems: list[Problem]) -> Iterator[Pin]:
    tables = document.get("pin", [])
    lines = _key_lines(text, "[[pin]]")
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        problems.append(Problem(_line_of(text, "pin"), "pin must be tables; write [[pin]]"))
        return
    if len(lines) != len(tables):
        # Inline tables (pin = [{...}]) are TOML too, but nobody could be told a line in them.
        problems.append(Problem(_line_of(text, "pin"), "write each pin as its own [[pin]] table"))
        return
    for table, where in zip(tables, lines, strict=True):
        found = list(_shape(table, where, "[[pin]]", PIN_KEYS, PIN_OPTIONAL))
        pin = None if found else _pin(table, where, found)
        problems.extend(found)
        if pin is not None:
            yield pin


def _shape(
    table: dict[str, Any],
    lines: dict[str, int],
    title: str,
    needed: dict[str, type],
    optional: dict[str, type],
) -> Iterator[Problem]:
    known = needed | optional
    for key, value in table.items():
        line = lines.get(key, lines[""])
        if key not in known:
            yield Problem(line, f"unknown key {key!r} in {title}; known: {', '.join(known)}")
        elif type(value) is not known[key]:
            yield Problem(line, f"{key} must be {_called(known[key])}, not {value!r}")
    for key in needed:
        if key not in table:
            yield Problem(lines[""], f"{title} has no {key}; add {key} = {_called(needed[key])}")


def _called(kind: type) -> str:
    return {str: "a text in quotes", int: "a whole number", float: "a number with a point"}[kind]


def _pin(table: dict[str, Any], lines: dict[str, int], found: list[Problem]) -> Pin | None:
    signal = _word(Signal, "signal", table, lines, found)
    direction = _word(Direction, "direction", table, lines, found)
    pull = _word(Pull, "pull", table, lines, found)
    guard = _word(Guard, "guard", table, lines, found)
    if table["active"] not in ("high", "low"):
        found.append(Problem(lines["active"], f"active is {table['active']!r}; say high or low"))
    if found or signal is None or direction is None or pull is None or guard is None:
        return None
    return Pin(
        signal=signal,
        bcm=table["bcm"],
        header=table["header"],
        direction=direction,
        pull=pull,
        active_high=table["active"] == "high",
        guard=guard,
        series_ohm=table.get("series_ohm", 0),
        contact=table.get("contact"),
        wire=table.get("wire", ""),
        far_end=table["far_end"],
        means=table["means"],
        line=lines[""],
    )


def _word(
    words: type[Word],
    key: str,
    table: dict[str, Any],
    lines: dict[str, int],
    found: list[Problem],
) -> Word | None:
    try:
        return words(table[key])
    except ValueError:
        known = ", ".join(str(word.value) for word in words)
        found.append(Problem(lines[key], f"unknown {key} {table[key]!r}; known: {known}"))
        return None


_KEY = re.compile(r"^\s*([A-Za-z0-9_]+)\s*=")


def _key_lines(text: str, title: str) -> list[dict[str, int]]:
    """For each table of that title: key -> line, and under "" the line of the title."""
    tables: list[dict[str, int]] = []
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("["):
            inside = line.split("#")[0].strip() == title
            if inside:
                tables.append({"": number})
        elif inside and (key := _KEY.match(line)):
            tables[-1].setdefault(key[1], number)
    return tables


def _line_of(text: str, key: str) -> int:
    pattern = re.compile(rf"^\s*\[*\s*{re.escape(key)}\b")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return number
    return 1

"""The table of stories, printed as they play: 80 columns, plain text.

One row per story, two lines high at least: the primary's facts above, the secondary's below. What a
world cannot measure is ``-``. Below a row that did not hold stands why. On a terminal the line of
the step being played is shown while it plays; anywhere else it is not.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from typing import TextIO

from controller.bench.player import States, StoryResult
from controller.bench.verbs import Step
from controller.bench.world import Claim, Unit

WIDTH = 80
_COLUMNS = (19, 13, 13, 7, 12, 5, 5)  # with a blank between: 80
_HEADER = (
    ("story", "expected", "observed", "decide", "outage", "TCP", "ver-"),
    ("", "pri / sec", "pri / sec", "", "lost, gap", "", "dict"),
    ("", "", "", "", "(control)", "", ""),
)
NOTES = (
    "decide: from the fault to the first frame from the active MAC at the new unit.",
    "outage: longest run of lost UDP packets and longest silence, worse direction;",
    "  in brackets the same without a fault.",
    "<=: the bound the verdict holds it to; generous, for any machine.",
    "TCP: `reset`, and when: the new unit knows no old connection, and says so at once;",
    "  `kept`: nothing moved, nothing was noticed; all else is wrong.",
    "-: not measured, or not claimed by this world.",
)


class Table:
    """Prints rows as results come, to standard output if not told otherwise."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()

    def header(self, world: str, stories: int) -> None:
        """The notes and the column heads."""
        self._print(f"{stories} {'story' if stories == 1 else 'stories'} in the {world} world")
        for note in NOTES:
            for line in textwrap.wrap(note, WIDTH, subsequent_indent="  "):
                self._print(line)
        self._print("")
        for cells in _HEADER:
            self._print(_line(cells))
        self._print("-" * WIDTH)

    def playing(self, name: str, step: Step) -> None:
        """The step being played, on a terminal only; the next line printed takes its place."""
        if self._live:
            text = f"{name}: {step.text}"[: WIDTH - 1]
            self._out.write(f"\r\x1b[K{text}")
            self._out.flush()

    def row(self, result: StoryResult) -> None:
        """One story's row, and why it did not hold."""
        if self._live:
            self._out.write("\r\x1b[K")
        for cells in _cells(result):
            self._print(_line(cells))
        for why in result.why:
            self._why(why)

    def footer(self, results: Iterable[StoryResult], took_s: float) -> None:
        """How many held, and which did not."""
        done = list(results)
        skipped = [r for r in done if r.skipped]
        failed = [r.story.name for r in done if not r.passed]
        self._print("-" * WIDTH)
        held = len(done) - len(skipped) - len(failed)
        told = f"{held} of {len(done)} held in {took_s:.0f} s"
        self._print(told + (f", {len(skipped)} not played here" if skipped else ""))
        if failed:
            self._print(textwrap.fill("not held: " + ", ".join(failed), WIDTH))

    def _why(self, why: str) -> None:
        """The reason wrapped; evidence below it as the unit printed it, or its columns are lost."""
        reason, _, evidence = why.partition("\n")
        for part in textwrap.wrap(reason, WIDTH - 4):
            self._print(f"    {part}")
        for line in evidence.splitlines():
            self._print(f"      {line.expandtabs()}"[:WIDTH])

    def _print(self, line: str) -> None:
        print(line.rstrip(), file=self._out, flush=True)


def _line(cells: Iterable[str]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, _COLUMNS, strict=True))


def _cells(result: StoryResult) -> list[tuple[str, ...]]:
    """The row as lines of cells, as many as its highest cell needs."""
    columns = (
        _wrapped(result.story.name, _COLUMNS[0]),
        _states(result.expected),
        _states(result.observed),
        _decide(result),
        _outage(result),
        _tcp(result),
        [_verdict(result)],
    )
    height = max(len(column) for column in columns)
    padded = [column + [""] * (height - len(column)) for column in columns]
    return list(zip(*padded, strict=True))


def _wrapped(name: str, width: int) -> list[str]:
    """A story's name broken at its hyphens."""
    lines = [""]
    for part in name.replace("-", "-\n").splitlines():
        if len(lines[-1] + part) > width:
            lines.append(" ")
        lines[-1] += part
    return lines


def _states(states: States) -> list[str]:
    by_unit = dict(states)
    return [by_unit.get(unit, "-") for unit in Unit]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _decide(result: StoryResult) -> list[str]:
    measured, bound = result.measurement, result.story.bounds.decide_ms
    if measured is None or measured.decide_ms is None:
        return ["-"]
    return [f"{_number(measured.decide_ms)} ms", *_bound(bound)]


def _outage(result: StoryResult) -> list[str]:
    measured, bounds = result.measurement, result.story.bounds
    if measured is None or measured.outage_lost is None:
        return ["-"]
    lines = [f"{measured.outage_lost}, {_number(measured.outage_gap_ms)} ms"]
    if measured.control_lost is not None:
        lines.append(f"({measured.control_lost}, {_number(measured.control_gap_ms)} ms)")
    return (
        lines
        + _bound(bounds.outage_ms)
        + ([] if bounds.lost is None else [f"<={bounds.lost} lost"])
    )


def _bound(ms: int | None) -> list[str]:
    return [] if ms is None else [f"<={ms / 1000:g} s"]


def _tcp(result: StoryResult) -> list[str]:
    """The word, and at a reset when; wrapped to the column."""
    measured = result.measurement
    if measured is None or measured.tcp is None or Claim.TCP not in result.claims:
        return ["-"]
    words = {"survived": ["sur-", "vived"], "stalled": ["stall"], "broken": ["broke"]}
    lines = words.get(measured.tcp) or measured.tcp.split()
    if measured.tcp_reset_ms is not None:
        lines = [*lines, _column_ms(measured.tcp_reset_ms)]
    return lines


def _column_ms(ms: float) -> str:
    """In five columns: "12 ms" or "1.2 s"."""
    return f"{ms:.0f} ms" if ms < 99.5 else f"{ms / 1000:.1f} s"


def _verdict(result: StoryResult) -> str:
    if result.skipped:
        return "-"
    return "held" if result.passed else "FAILS"

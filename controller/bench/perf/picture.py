"""The distribution of what was measured, as an SVG picture: a row of dots each, log scale. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

from controller.bench.perf.figures import Section, Series, number

_LEFT, _RIGHT, _TOP, _ROW, _FOOT = 250, 700, 30, 34, 40
_DOT, _JITTER = 3, 7
_TICKS = (1, 2, 5)
_STYLE = (
    "text{font:12px sans-serif;fill:#333}"
    ".grid{stroke:#ddd}.seen{fill:#1668a8;fill-opacity:.55}"
    ".control{fill:none;stroke:#999}.aim{stroke:#c0392b;stroke-width:2}"
)


def outages(sections: Sequence[Section]) -> list[Series]:
    """The rows worth a picture: silences at a receiver, which have a control."""
    found = []
    for section in sections:
        for one in section.series:
            if one.unit == "ms" and one.control:
                found.append(replace(one, what=one.cause or f"{section.name}, {one.what}"))
    return found


def svg(rows: Sequence[Series]) -> str:
    """The picture; rows without values are left out. Empty without any."""
    drawn = [row for row in rows if row.values]
    if not drawn:
        return ""
    scale = _Scale([value for row in drawn for value in (*row.values, *row.control)])
    height = _TOP + _ROW * len(drawn) + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_RIGHT + 30} {height}">',
        f"<style>{_STYLE}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for tick in scale.ticks():
        x = scale.x(tick)
        bottom = height - _FOOT
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>')
        parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>')
    parts.append(f'<text x="{_RIGHT}" y="{height - 6}" text-anchor="end">longest gap, ms</text>')
    for index, row in enumerate(drawn):
        parts += _drawn(row, _TOP + _ROW * index + _ROW // 2, scale)
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Scale:
    """Milliseconds to a place on the page, logarithmic. Nothing is left of the first tick."""

    def __init__(self, values: Sequence[float]) -> None:
        positive = [value for value in values if value > 0] or [1.0]
        self._low = 10 ** math.floor(math.log10(min(positive)))
        self._high = 10 ** math.ceil(math.log10(max(*positive, self._low * 10)))

    def x(self, value: float) -> float:
        share = math.log(max(value, self._low) / self._low) / math.log(self._high / self._low)
        return round(_LEFT + share * (_RIGHT - _LEFT), 1)

    def ticks(self) -> list[float]:
        found, decade = [], self._low
        while decade <= self._high:
            found += [decade * step for step in _TICKS if decade * step <= self._high * 1.001]
            decade *= 10
        return found


def _drawn(row: Series, y: int, scale: _Scale) -> list[str]:
    parts = [f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(row.what)}</text>']
    for kind, values in (("control", row.control), ("seen", row.values)):
        for index, value in enumerate(values):
            # Spread over the row's height, the same in every picture of the same values.
            above = y - _JITTER + index * 5 % (2 * _JITTER + 1)
            dot = f'<circle class="{kind}" cx="{scale.x(value)}" cy="{above}" r="{_DOT}">'
            parts.append(f"{dot}<title>{number(value)} ms</title></circle>")
    if row.aim is not None:
        x = scale.x(row.aim.limit)
        parts.append(f'<line class="aim" x1="{x}" x2="{x}" y1="{y - 14}" y2="{y + 14}"/>')
    return parts

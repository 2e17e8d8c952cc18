"""What was found, as text: for a terminal of 80 columns, and for docs/performance.md. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from controller.bench.perf.figures import Figures, Grid, Section, Series, number

WIDTH = 80
BEGIN = "<!-- Measured by `make perf`: from here to the end mark nothing is written by hand. -->"
END = "<!-- End of what was measured. -->"
_HEAD = ("", "N", "median", "p95", "worst", "no fault", "aim", "met")
FIRST_COLUMNS = 12 + 4  # a cause, wrapped, and how often it was seen


def grid_of(series: Iterable[Series]) -> Grid:
    """A row for each series. ``no fault`` is the control's median and worst."""
    return Grid(_HEAD, tuple(_row(one) for one in series))


def terminal(section: Section) -> list[str]:
    """The section in lines of at most 80 columns."""
    lines = [section.title, "-" * min(WIDTH, len(section.title))]
    lines += textwrap.wrap(section.how, WIDTH)
    grids = _grids(section)
    aims = [one for one in section.series if one.cause and one.aim]
    if aims:
        grids.append(Grid(("", "aim", "reached", "met"), tuple(map(_reached, aims))))
    for grid in grids:
        lines += ["", *_aligned(grid)]
    lines.append("")
    for line in _counted(section):
        lines += textwrap.wrap(line, WIDTH, subsequent_indent="  ")
    return lines


def page(sections: Sequence[Section], machine: Iterable[str], picture: str | None) -> str:
    """All that stands between the marks. ``picture``: the file's name beside the page."""
    parts = ["## The machine", *_bullets(machine)]
    aims = [(section, one) for section in sections for one in section.series if one.aim]
    if aims:
        parts += ["## Aims", *_aims(aims)]
    if picture is not None:
        words = "Every outage measured, a dot each; the control of the same run hollow; aims red."
        parts += [f"![{words}]({picture})", "", words, ""]
    for section in sections:
        parts += [f"## {section.title}", "", *([section.how] if section.how else [])]
        for grid in _grids(section):
            parts += ["", *_markdown(grid)]
        parts += _bullets(_counted(section))
    return "\n".join(parts).rstrip() + "\n"


def between_marks(text: str, generated: str) -> str:
    """The page's text with what is between the marks replaced. ValueError if they are not there."""
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 or end < begin:
        raise ValueError(f"the marks are missing; wanted, each on a line:\n{BEGIN}\n{END}")
    return f"{text[: begin + len(BEGIN)]}\n\n{generated}\n{text[end:]}"


def _grids(section: Section) -> list[Grid]:
    alone = [one for one in section.series if not one.cause]
    causes = [one for one in section.series if one.cause]
    made = [grid_of(alone)] if alone else []
    return [*made, *by_cause(causes), *section.grids]


def by_cause(series: Sequence[Series]) -> list[Grid]:
    """A row for each cause, a column for each of its figures: p50/p95/max.

    As many tables as it takes for each to be no wider than a terminal.
    """
    causes = list(dict.fromkeys(one.cause for one in series))
    columns: dict[str, dict[str, str]] = {}
    counts = dict.fromkeys(causes, 0)
    for one in series:
        counts[one.cause] = max(counts[one.cause], len(one.values))
        columns.setdefault(f"{one.what}, {one.unit}", {})[one.cause] = _cell(one.figures())
        if one.control:
            without = columns.setdefault(f"{one.what} without", {})
            without[one.cause] = _cell(one.control_figures())
    grids = []
    for names in _abreast(columns):
        rows = (
            (cause, str(counts[cause]), *(columns[name].get(cause, "") for name in names))
            for cause in causes
        )
        grids.append(Grid(("p50/p95/max", "N", *names), tuple(rows)))
    return grids


def _abreast(columns: Mapping[str, Mapping[str, str]]) -> list[list[str]]:
    """Which columns stand in one table."""
    tables: list[list[str]] = []
    left = 0
    for name, cells in columns.items():
        width = 2 + max(len(name), *map(len, cells.values()))
        if width > left:
            tables.append([])
            left = WIDTH - FIRST_COLUMNS
        tables[-1].append(name)
        left -= width
    return tables


def _cell(found: Figures | None) -> str:
    if found is None:
        return "-"
    return "/".join(number(value) for value in (found.median, found.p95, found.worst))


def _row(series: Series) -> tuple[str, ...]:
    found, control = series.figures(), series.control_figures()
    cells = ["", "-", "-", "-"] if found is None else [str(found.count)]
    if found is not None:
        cells += [number(value) for value in (found.median, found.p95, found.worst)]
    cells.append("" if control is None else f"{number(control.median)}, {number(control.worst)}")
    return (series.name, *cells, _aim(series), _met(series))


def _aim(series: Series) -> str:
    return "" if series.aim is None else f"{series.aim.figure} <= {series.aim.limit:g}"


def _met(series: Series) -> str:
    return {None: "", True: "yes", False: "NO"}[series.met()]


def _aims(aims: Sequence[tuple[Section, Series]]) -> list[str]:
    rows = tuple((section.title, *_reached(one)) for section, one in aims)
    return ["", *_markdown(Grid(("", "figure", "aim", "reached", "met"), rows)), ""]


def _reached(series: Series) -> tuple[str, ...]:
    """The figure an aim is about, the aim, what it came to, whether that is enough."""
    found, aim = series.figures(), series.aim
    assert aim is not None
    reached = "-" if found is None else number(getattr(found, aim.figure))
    return (series.name, _aim(series), f"{aim.figure} {reached}", _met(series))


def _counted(section: Section) -> list[str]:
    """How many repetitions, which failed and why, and what else is to be said."""
    lines = list(section.notes)
    if section.tried:
        failed = len(section.failures)
        many = "" if section.tried == 1 else "s"
        lines.insert(0, f"{section.tried} repetition{many}, {failed} failed.")
    return lines + [f"Failed: {' '.join(why.split())}" for why in section.failures]


def _bullets(lines: Iterable[str]) -> list[str]:
    return ["", *(f"- {line}" for line in lines), ""]


def _markdown(grid: Grid) -> list[str]:
    rule = tuple("---" if n == 0 else "--:" for n in range(len(grid.head)))
    return [f"| {' | '.join(cells)} |" for cells in (grid.head, rule, *grid.rows)]


def _aligned(grid: Grid) -> list[str]:
    """Columns as wide as they must be; the first gives way when a line would be too long."""
    table = [grid.head, *grid.rows]
    widths = [max(len(cells[n]) for cells in table) for n in range(len(grid.head))]
    widths[0] = min(widths[0], WIDTH - sum(width + 2 for width in widths[1:]))
    lines = []
    for cells in table:
        first = textwrap.wrap(cells[0], max(12, widths[0])) or [""]
        rest = "".join(
            f"  {cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True)
        )
        lines += first[:-1]
        lines.append(f"{first[-1]:{max(12, widths[0])}}{rest}".rstrip())
    return lines

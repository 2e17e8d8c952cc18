"""The tables of the wiring as plain text for 80 columns; the page has the same ones as Markdown."""

from __future__ import annotations

import textwrap

WIDTH = 80
_SHORT = {"header": "pin", "direction": "dir"}  # a head no wider than what stands below it


def plain(markdown: str) -> str:
    """A Markdown table, and the text around it, no line over 80 columns.

    A table that is wider has its last column on lines of its own, below the row it belongs to.
    """
    rows = [_cells(line) for line in markdown.splitlines() if line.startswith("|")]
    after = [line for line in markdown.splitlines() if not line.startswith("|")]
    head, _rule, *body = rows
    head = [_SHORT.get(name, name) for name in head]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    below = sum(widths) + len(widths) - 1 > WIDTH
    lines = _row(head, widths, below=below)
    lines.append("-" * WIDTH)
    for cells in body:
        lines += _row(cells, widths, below=below)
    for line in after:
        lines += textwrap.wrap(line, WIDTH) or [""]
    return "\n".join(lines).rstrip()


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip("|").split("|")]


def _row(cells: list[str], widths: list[int], *, below: bool) -> list[str]:
    kept = cells[:-1] if below else cells
    line = " ".join(cell.ljust(width) for cell, width in zip(kept, widths, strict=False)).rstrip()
    if not below:
        return [line]
    indent = " " * (widths[0] + widths[1] + 2)
    return [line, *textwrap.wrap(cells[-1], WIDTH, initial_indent=indent, subsequent_indent=indent)]

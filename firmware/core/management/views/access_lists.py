"""``show access-list``: every line with its hit count, and the elements a line stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from firmware.core.management.views.picture import text_of

_HEAD = [
    "access-list cached ACL log flows: total 0, denied 0 (deny-flow-max 4096)",
    "            alert-interval 300",
]


@dataclass(frozen=True, slots=True)
class AccessElement:
    """One element: ``extended permit tcp host 10.0.0.1 any eq www``. ``hits`` since boot."""

    text: str
    hits: int = 0


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One line as typed, in canonical words, without ``access-list NAME`` and ``line N``.

    ``elements``: what it stands for where object groups are in it, else empty. A remark has
    neither; its text begins with ``remark``.
    """

    text: str
    hits: int = 0
    elements: tuple[AccessElement, ...] = ()


def access_lists(lists: Mapping[str, Sequence[AccessLine]], *, all_of_them: bool = True) -> str:
    """``show access-list``, or of one list with ``all_of_them`` false: no line about the log."""
    lines = list(_HEAD) if all_of_them else []
    for name, rows in lists.items():
        lines += _list(name, rows)
    return text_of(lines)


def _list(name: str, rows: Sequence[AccessLine]) -> Iterator[str]:
    counted = [row for row in rows if not _is_remark(row)]
    elements = sum(len(row.elements) or 1 for row in counted)
    yield f"access-list {name}; {elements} elements; name hash: {_hash(name)}"
    for number, row in enumerate(rows, 1):
        start = f"access-list {name} line {number} {row.text}"
        if _is_remark(row):
            yield start
            continue
        hits = sum(one.hits for one in row.elements) if row.elements else row.hits
        yield f"{start} {_tail(name, row.text, hits)}"
        for one in row.elements:
            tail = _tail(name, one.text, one.hits)
            yield f"  access-list {name} line {number} {one.text} {tail}"


def _is_remark(row: AccessLine) -> bool:
    return row.text.startswith("remark")


def _tail(name: str, text: str, hits: int) -> str:
    inactive = " (inactive)" if text.endswith(" inactive") else ""
    return f"(hitcnt={hits}){inactive} {_hash(f'{name} {text}')}"


def _hash(text: str) -> str:
    """Names a line in eight digits, the same on both units."""
    return f"0x{crc32(text.encode()):08x}"

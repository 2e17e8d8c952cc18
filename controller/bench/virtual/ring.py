"""Records from one process to another through a file in memory: bounded, no syscall a record.

The writer overwrites the oldest; a reader copies what it wants and throws away what was overwritten
while it read. One writer; any number of readers.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_HEADER = struct.Struct("<8Q")  # records written, then the writer's own numbers


class RingWriter:
    """Makes the file anew. ``capacity`` is in records."""

    def __init__(self, path: Path, record: struct.Struct, capacity: int) -> None:
        size = _HEADER.size + record.size * capacity
        # Under another name until it is whole: a reader must never map half a file.
        draft = path.with_suffix(".new")
        with draft.open("w+b") as file:
            file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        os.rename(draft, path)
        self._record = record
        self._capacity = capacity
        self._written = 0

    def append(self, *values: Any) -> None:
        """Add one record."""
        slot = self._written % self._capacity
        self._record.pack_into(self._map, _HEADER.size + slot * self._record.size, *values)
        self._written += 1
        struct.pack_into("<Q", self._map, 0, self._written)

    def note(self, index: int, value: int) -> None:
        """Set one of the writer's own numbers, 0 to 6."""
        struct.pack_into("<Q", self._map, 8 + 8 * index, value)


class RingReader:
    """Reads what a ``RingWriter`` of the same record writes."""

    def __init__(self, path: Path, record: struct.Struct) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self._record = record
        self._capacity = (len(self._map) - _HEADER.size) // record.size

    @property
    def written(self) -> int:
        """How many records were ever written: the index of the next one."""
        return int(_HEADER.unpack_from(self._map)[0])

    def number(self, index: int) -> int:
        """One of the writer's own numbers, 0 to 6."""
        return int(_HEADER.unpack_from(self._map)[1 + index])

    def newest(self) -> tuple[Any, ...] | None:
        """The last record written; None before the first."""
        return next(self.since(self.written - 1), None) if self.written else None

    def since(self, first: int) -> Iterator[tuple[Any, ...]]:
        """The records from that index on, as far as they are still there, up to now."""
        end = self.written
        first = max(first, end - self._capacity)
        raw = b"".join(self._pieces(first, end))
        lost = max(0, self.written - self._capacity - first)
        yield from self._record.iter_unpack(raw[lost * self._record.size :])

    def _pieces(self, first: int, end: int) -> Iterator[bytes]:
        while first < end:
            slot = first % self._capacity
            count = min(end - first, self._capacity - slot)
            begin = _HEADER.size + slot * self._record.size
            yield self._map[begin : begin + count * self._record.size]
            first += count

"""What is to be done on the mate too: gathered into batches, one at a time under way.

While a batch is under way whatever is typed waits for the next one: a lone line leaves at once, a
thousand pasted ones share a few frames. While the mate takes a whole configuration over, everything
waits. What waits takes blocks of memory; without a free one all of it is dropped, and the whole
configuration is owed. Knows no clock; ``now_ms`` is an argument.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

from firmware.core.management.replicate.messages import (
    BATCH_MAX,
    LINE_BYTES_MAX,
    Batch,
    Item,
    item_bytes,
)
from firmware.core.settings import BLOCK_BYTES, BLOCKS

PATIENCE_MS = 30_000  # for a batch; a mate that does not say Done by then has lost it
WHOLE_PATIENCE_MS = 150_000  # for a whole configuration; the standby itself gives up before


class Under(Enum):
    """What the mate has not answered yet."""

    NOTHING = auto()
    BATCH = auto()
    WHOLE = auto()


class Outbox:
    """``number`` is that of the last item handed in, u32; ``blocks`` the room for what waits."""

    def __init__(self, blocks: int = BLOCKS) -> None:
        self.blocks = blocks
        self.lowest = blocks  # free at worst, ever
        self.number = 0
        self.owed = False  # the whole configuration: too much was waiting, or an answer never came
        self.under = Under.NOTHING
        self._waiting: deque[tuple[int, Item]] = deque()  # bytes, item
        self._bytes = 0
        self._last = 0  # number of the last item of the batch under way
        self._due_ms = 0  # patience ends

    @property
    def idle(self) -> bool:
        """The mate has tried everything."""
        return self.under is Under.NOTHING and not self._waiting and not self.owed

    @property
    def free(self) -> int:
        """Blocks that nothing takes now."""
        return self.blocks - -(-self._bytes // BLOCK_BYTES)

    @property
    def waiting(self) -> int:
        """Items the mate was not sent yet."""
        return len(self._waiting)

    def add(self, item: Item) -> bool:
        """Have it done on the mate too. False: no block was free, and now the whole is owed."""
        size = item_bytes(item)
        short = not self.owed and self._bytes + size > self.blocks * BLOCK_BYTES
        if short or size > LINE_BYTES_MAX:
            self._drop()
            self.owed = True
        self.number = (self.number + 1) & 0xFFFFFFFF
        if not self.owed:
            self._waiting.append((size, item))
            self._bytes += size
        self.lowest = 0 if short else min(self.lowest, self.free)
        return not short

    def next(self, now_ms: int) -> Batch | None:
        """The batch to send now, if one may leave."""
        if self.under is not Under.NOTHING or not self._waiting or self.owed:
            return None
        first = (self.number - len(self._waiting) + 1) & 0xFFFFFFFF
        items, size = [], 0
        while self._waiting and size + self._waiting[0][0] <= BATCH_MAX:
            cost, item = self._waiting.popleft()
            items.append(item)
            size += cost
        self._bytes -= size
        batch = Batch(first, tuple(items))
        self.under, self._last, self._due_ms = Under.BATCH, batch.last, now_ms + PATIENCE_MS
        return batch

    def done(self, number: int) -> None:
        """The mate has tried everything up to that number."""
        if self.under is Under.BATCH and number == self._last:
            self.under = Under.NOTHING

    def start_whole(self, now_ms: int) -> None:
        """The whole configuration leaves: whatever waited is in it."""
        self._drop()
        self.owed = False
        self.under, self._due_ms = Under.WHOLE, now_ms + WHOLE_PATIENCE_MS

    def whole_ended(self) -> None:
        """The mate took it, or could not."""
        if self.under is Under.WHOLE:
            self.under = Under.NOTHING

    def reset(self) -> None:
        """The mate began anew, or will take the whole configuration: nothing is owed to it now."""
        self._drop()
        self.owed, self.under = False, Under.NOTHING

    def time_passed(self, now_ms: int) -> None:
        """Give up what is not answered any more."""
        if self.under is not Under.NOTHING and now_ms >= self._due_ms:
            self._drop()
            self.owed, self.under = True, Under.NOTHING

    def due_ms(self) -> int | None:
        """When ``time_passed`` has something to do."""
        return None if self.under is Under.NOTHING else self._due_ms

    def _drop(self) -> None:
        self._waiting.clear()
        self._bytes = 0

"""The boot numbers of one unit: which life follows which. A restart draws one; NC-5 does not."""

from __future__ import annotations

import hashlib


def next_life(boot: int) -> int:
    """The boot number that follows that one; never 0."""
    return int.from_bytes(hashlib.sha256(boot.to_bytes(8, "big")).digest()[:8], "big") or 1

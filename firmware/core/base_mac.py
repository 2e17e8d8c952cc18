"""The MAC a data NIC speaks from while its burned-in one is a persona's.

The data plane sets it and the interface tests know the pair's own frames by it: one place for both.
"""

from __future__ import annotations


def base_mac(burned_in: str) -> str:
    """The NIC's own locally administered MAC, which leaves the burned-in one to a persona.

    Unlike the burned-in one even if that is locally administered already.
    """
    first = int(burned_in[:2], 16)
    return f"{(first | 0x02) ^ 0x04:02x}{burned_in[2:]}"

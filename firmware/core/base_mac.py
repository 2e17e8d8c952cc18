"""The MAC a data NIC speaks from while its burned-in one is a persona's, and how that one is found.

The data plane sets it and the interface tests know the pair's own frames by it: one place for both.
"""

from __future__ import annotations

NOTE = "fover: burned in "  # what is noted on a NIC, before its first MAC


def burned_in_mac(*, permanent: str, alias: str, mac: str) -> str:
    """The MAC a NIC was made with, of what the kernel has of it.

    A virtual NIC has no permanent one; it loses its own to ``base_mac``, which is why the first
    MAC found is noted on the interface, where it outlives every process.
    """
    return permanent or (alias.removeprefix(NOTE) if alias.startswith(NOTE) else mac)


def base_mac(burned_in: str) -> str:
    """The NIC's own locally administered MAC, which leaves the burned-in one to a persona.

    Unlike the burned-in one even if that is locally administered already.
    """
    first = int(burned_in[:2], 16)
    return f"{(first | 0x02) ^ 0x04:02x}{burned_in[2:]}"

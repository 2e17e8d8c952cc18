"""What the kernel calls the two personas of a data interface.

The data plane makes them and the packet rules match them: one place for both.
"""

from __future__ import annotations

import re


def persona_names(physical: str) -> tuple[str, str]:
    """The active and the standby persona's interface names: "Ethernet0" -> e0act, e0stby.

    At most 15 characters, whatever the physical name.
    """
    stem = persona_stem(physical)
    return f"{stem}act", f"{stem}stby"


def persona_stem(physical: str) -> str:
    """What the two names share: "Ethernet0" -> e0, "GigabitEthernet0/1.20" -> g0-1-20."""
    letter = physical[:1].lower() or "x"
    numbers = "-".join(re.findall(r"\d+", physical))[-9:]
    return f"{letter}{numbers}"

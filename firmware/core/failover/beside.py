"""A unit that never met its mate, and hears somebody beside the failover link.

Decides whether a failover link by which nobody was ever heard is failed, or merely has nobody at
its other end: hellos on data interfaces, by a unit that is not heard there, tell. They introduce
nobody and move no role: both units are active, as the document says, and both mark the link.

Clause: FA-5.
"""

from __future__ import annotations

from firmware.core.failover.model import Unit
from firmware.core.failover.states import is_active
from firmware.core.wire.bodies import Frame, Hello


def heard(unit: Unit, channel: str, frame: Frame, now_ms: int) -> bool:
    """Note a frame that counts for nothing; whether it shows that the failover link is failed.

    Somebody must be heard for a hold time: two units that start say hello on every channel, and it
    is a matter of luck by which they are heard first.
    """
    if channel not in unit.data_channels or not isinstance(frame.body, Hello):
        return False
    link, hold_ms = unit.link, unit.settings.hold_unit_ms
    quiet = now_ms - link.beside_ms >= unit.settings.hold_interface_ms
    if link.beside_since_ms is None or quiet:
        link.beside_since_ms = now_ms
    link.beside_ms = now_ms
    alone = is_active(unit.state) and (unit.mate.lost or not unit.mate.boot)
    return alone and now_ms - link.beside_since_ms >= hold_ms

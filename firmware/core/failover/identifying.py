"""What a unit is, told to its mate in as many frames as it takes, and put together again there.

An ``Identify`` has room for sixteen interfaces. Of a unit with more, a ``MoreIdentity`` goes with
each ``Identify``: the next piece of the others in turn, so that the cable has time for hellos. The
mate knows what the unit is when it has all of them; until then it asks on, as if it knew nothing.

Clauses: MT-1 to MT-4, IF-8.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.core.failover.fitness import identified
from firmware.core.failover.model import Unit
from firmware.core.wire.bodies import (
    HELLO_INTERFACES,
    MORE_IDENTITY_MOST,
    Identify,
    MoreIdentity,
    kind_of,
)

PIECES_MOST = 32  # remembered: more than any unit tells, should somebody speak in its name


def say(unit: Unit, *channels: str) -> None:
    """Tell the mate what this unit is, and the next piece of the rest; the same on each channel."""
    bodies: list[Identify | MoreIdentity] = [identify(unit)]
    if len(unit.facts.interfaces) > HELLO_INTERFACES:
        bodies.append(_next_piece(unit))
    for channel in channels:
        for body in bodies:
            unit.send(channel, body)


def _next_piece(unit: Unit) -> MoreIdentity:
    total = len(unit.facts.interfaces)
    first = unit.hellos.next_piece
    first = first if HELLO_INTERFACES <= first < total else HELLO_INTERFACES
    cards = unit.facts.interfaces[first : first + MORE_IDENTITY_MOST]
    unit.hellos.next_piece = first + len(cards)
    return MoreIdentity(
        total=total,
        first=first,
        macs=tuple(card.burned_in_mac for card in cards),
        kinds=tuple(kind_of(card.physical) for card in cards),
    )


def identify(unit: Unit) -> Identify:
    """What this unit is, for the mate to compare with itself."""
    facts = unit.facts
    first = facts.interfaces[:HELLO_INTERFACES]
    return Identify(
        chassis=facts.chassis,
        model=facts.model,
        version=facts.version,
        platform=facts.platform.value,
        licence=facts.licence,
        memory_mb=facts.memory_mb,
        flash_mb=facts.flash_mb,
        macs=tuple(interface.burned_in_mac for interface in first),
        kinds=tuple(kind_of(interface.physical) for interface in first),
        transparent=facts.transparent,
        multiple=facts.multiple,
        asks=not identified(unit),
        more=len(facts.interfaces) > HELLO_INTERFACES,
        contexts=facts.contexts,
        ssl_vpn_peers=facts.ssl_vpn_peers,
        features=facts.features,
    )


def heard(unit: Unit, body: Identify | MoreIdentity) -> bool:
    """The mate tells of itself. Whether now all of it is known: ``mate.identify`` is whole."""
    told = unit.mate.told
    if told.boot != unit.mate.boot:
        told.boot, told.first, told.pieces = unit.mate.boot, None, {}
    if isinstance(body, Identify):
        told.first = body
    elif len(told.pieces) < PIECES_MOST or body.first in told.pieces:
        told.pieces[body.first] = body
    whole = _whole(told.first, told.pieces)
    if whole is not None:
        unit.mate.identify = whole
    return whole is not None


def _whole(first: Identify | None, pieces: dict[int, MoreIdentity]) -> Identify | None:
    """All that was told, if nothing of it is missing."""
    if first is None or not first.more:
        return first
    macs, kinds = first.macs, first.kinds
    while (piece := pieces.get(len(macs))) is not None:
        macs, kinds = macs + piece.macs, kinds + piece.kinds
        if len(macs) == piece.total:
            return replace(first, macs=macs, kinds=kinds)
    return None

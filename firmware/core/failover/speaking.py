"""When a unit speaks of its own accord: hellos on every channel, and what the supervisor may say.

Decides times only. The failover link is spoken to every unit poll, the data interfaces every
interface poll; whatever changes this unit's state is said everywhere at once. A unit that has no
mate yet speaks five times a second, so that two units that boot together find each other quickly.

Clauses: HE-1 to HE-4, FE-2.
"""

from __future__ import annotations

from firmware.core.failover import witness
from firmware.core.failover.effects import SealFailedNotice, SendFrame
from firmware.core.failover.fitness import identified
from firmware.core.failover.model import Unit
from firmware.core.failover.monitor import hello
from firmware.core.settings import Witness
from firmware.core.wire.bodies import FailedNotice, Identify, UnitState, kind_of

SEEKING_POLL_MS = 200
LAST_SEQUENCE = 0xFFFF_FFFF  # a failed notice is newer than anything its boot ever said


def silent(unit: Unit) -> bool:
    """A unit says nothing until it knows who it is. With failover off again it goes on: its
    mate must know that it is alive and that the roles are frozen, not take over (OR-4)."""
    return unit.identity is None


def speak_now(unit: Unit) -> None:
    """The next turn is now, on every channel."""
    hellos = unit.hellos
    hellos.next_link_ms = hellos.next_data_ms = hellos.next_witness_ms = unit.last_step_ms


def time_passed(unit: Unit, now_ms: int) -> None:
    """Say the hellos that are due."""
    if silent(unit):
        return
    if now_ms >= unit.hellos.next_link_ms:
        unit.hellos.next_link_ms = now_ms + _seeking_or(unit, unit.settings.poll_unit_ms)
        unit.hellos.spoken_ms = now_ms
        unit.send(unit.link_channel, hello(unit, now_ms))
        if unit.mate.boot and (unit.state is UnitState.NEGOTIATION or not identified(unit)):
            for channel in unit.introducing:
                if channel == unit.link_channel or channel in unit.mate.heard_ms:
                    unit.send(channel, identify(unit))
    if unit.witness_links and now_ms >= unit.hellos.next_witness_ms:
        unit.hellos.next_witness_ms = now_ms + _seeking_or(unit, witness.poll_ms(unit))
        for channel in unit.witness_links:
            unit.send(channel, hello(unit, now_ms))
    if now_ms >= unit.hellos.next_data_ms:
        unit.hellos.next_data_ms = now_ms + _data_poll_ms(unit)
        if not withdrawn(unit, now_ms):
            said = hello(unit, now_ms)
            for channel in unit.hello_channels:
                unit.send(channel, said)


def withdrawn(unit: Unit, now_ms: int) -> bool:
    """HM-4: a failed unit has removed itself from the network, once it has said so."""
    return unit.state is UnitState.FAILED and now_ms > unit.since_ms


def _seeking_or(unit: Unit, poll_ms: int) -> int:
    return min(poll_ms, SEEKING_POLL_MS) if _seeking(unit) else poll_ms


def _data_poll_ms(unit: Unit) -> int:
    """While an interface waits for its two hellos nothing is gained by hurrying: IF-2 says so.

    WI-2: but by a witness a mate may be found.
    """
    poll_ms = witness.data_poll_ms(unit)
    return _seeking_or(unit, poll_ms) if Witness.INTERFACES in unit.settings.witness else poll_ms


def _seeking(unit: Unit) -> bool:
    return unit.state is UnitState.NEGOTIATION or (
        unit.state is UnitState.COLD_STANDBY and not unit.mate.lost
    )


def identify(unit: Unit) -> Identify:
    """What this unit is, for the mate to compare with itself."""
    facts = unit.facts
    return Identify(
        chassis=facts.chassis,
        model=facts.model,
        version=facts.version,
        platform=facts.platform.value,
        licence=facts.licence,
        memory_mb=facts.memory_mb,
        flash_mb=facts.flash_mb,
        macs=tuple(interface.burned_in_mac for interface in facts.interfaces),
        kinds=tuple(kind_of(interface.physical) for interface in facts.interfaces),
        transparent=facts.transparent,
        multiple=facts.multiple,
        asks=not identified(unit),
        contexts=facts.contexts,
        ssl_vpn_peers=facts.ssl_vpn_peers,
        features=facts.features,
    )


def seal_notice(unit: Unit) -> None:
    """FE-2: what the supervisor says if it must fence this process. Anew for each mate boot."""
    if unit.identity is None or not unit.mate.boot:
        return
    notice = unit.frame(FailedNotice(unit.identity), sequence=LAST_SEQUENCE)
    unit.out.append(SealFailedNotice(tuple(SendFrame(c, notice) for c in unit.channels)))


def due_ms(unit: Unit) -> int | None:
    """When the next hello is due."""
    if silent(unit):
        return None
    due = min(unit.hellos.next_link_ms, unit.hellos.next_data_ms)
    return min(due, unit.hellos.next_witness_ms) if unit.witness_links else due

"""When a unit speaks of its own accord: hellos on every channel, and what the supervisor may say.

Decides times only. The failover link is spoken to every unit poll, the data interfaces every
interface poll; whatever changes this unit's state is said everywhere at once. A unit that has no
mate yet speaks five times a second, so that two units that boot together find each other quickly.

Clauses: HE-1 to HE-5, FE-2.
"""

from __future__ import annotations

from firmware.core.failover import identifying, witness
from firmware.core.failover.effects import SealFailedNotice, SendFrame
from firmware.core.failover.fitness import identified
from firmware.core.failover.model import Unit
from firmware.core.failover.monitor import hello, interface_states
from firmware.core.settings import Witness
from firmware.core.wire.bodies import HELLO_INTERFACES, FailedNotice, Interfaces, UnitState

SEEKING_POLL_MS = 200
AT_ONCE, BETWEEN_MS = 25, 2  # hellos on data interfaces, and until the next so many
LAST_SEQUENCE = 0xFFFF_FFFF  # a failed notice is newer than anything its boot ever said


def silent(unit: Unit) -> bool:
    """A unit says nothing until it knows who it is. With failover off again it goes on: its
    mate must know that it is alive and that the roles are frozen, not take over (OR-4)."""
    return unit.identity is None


def speak_now(unit: Unit) -> None:
    """The next turn is now, on every channel."""
    hellos = unit.hellos
    hellos.next_link_ms = hellos.next_data_ms = hellos.next_witness_ms = unit.last_step_ms
    hellos.data_place = 0


def time_passed(unit: Unit, now_ms: int) -> None:
    """Say the hellos that are due."""
    if silent(unit):
        return
    if now_ms >= unit.hellos.next_link_ms:
        unit.hellos.next_link_ms = now_ms + _seeking_or(unit, unit.settings.poll_unit_ms)
        unit.hellos.spoken_ms = now_ms
        _say_hello(unit, unit.link_channel, now_ms)
        if unit.mate.boot and (unit.state is UnitState.NEGOTIATION or not identified(unit)):
            heard = (c for c in unit.introducing if c in unit.mate.heard_ms)
            identifying.say(unit, *dict.fromkeys((unit.link_channel, *heard)))
    if unit.witness_links and now_ms >= unit.hellos.next_witness_ms:
        unit.hellos.next_witness_ms = now_ms + _seeking_or(unit, witness.poll_ms(unit))
        for channel in unit.witness_links:
            _say_hello(unit, channel, now_ms)
    if now_ms >= unit.hellos.next_data_ms:
        _say_on_data_interfaces(unit, now_ms)


def _say_on_data_interfaces(unit: Unit, now_ms: int) -> None:
    """HE-5: a handful at a time, so that of 250 interfaces none keeps the others waiting."""
    hellos, channels = unit.hellos, unit.hello_channels
    if not hellos.data_place:
        hellos.data_turn_ms = now_ms
    if not withdrawn(unit, now_ms):
        said = hello(unit, now_ms)
        for channel in channels[hellos.data_place : hellos.data_place + AT_ONCE]:
            unit.send(channel, said)
    hellos.data_place += AT_ONCE
    hellos.next_data_ms = now_ms + BETWEEN_MS
    if hellos.data_place >= len(channels):
        hellos.data_place = 0
        hellos.next_data_ms = hellos.data_turn_ms + _data_poll_ms(unit)


def _say_hello(unit: Unit, channel: str, now_ms: int) -> None:
    """On a link; the states that have no place in a hello go beside it."""
    unit.send(channel, hello(unit, now_ms))
    if len(unit.settings.interfaces) > HELLO_INTERFACES:
        unit.send(channel, Interfaces(interface_states(unit)))


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

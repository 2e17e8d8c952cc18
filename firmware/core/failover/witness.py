"""What other ways to the mate prove beside the failover link: that it lives, or that it is dead.

``failover witness`` lists ways (WI-1). Every hello and answer by any way proves that the mate
lives. That it is dead is proved by silence only where there was speech before, and only if more
than one fault of a wire would be needed to make it: a mate that dies takes all its ways with it, a
wire takes one.

The ways that *fell silent together* are those on which the mate was heard until the last word of
all, two polls given. With at least one listed among them it is dead if

| together | and |
|---|---|
| two ways or more | this unit's end of one of them has not failed meanwhile |
| one way: a data interface | somebody else is heard there since (IF-3): this end works |
| one way: the LAN failover link | this unit's end of it has not failed meanwhile |
| one way: the cable | never: its power sense would say so (PS-1) |

Everything else is no proof: nobody takes over, and it is told (WI-4). What remains are cuts beyond
what this unit can see, of all that was left and in one moment, or of the last interface of several
while others are heard there: docs/decisions/0025 has why they are read as deaths.

Knows nothing of time-outs on the failover link, which are ``silence``'s, nor of elections.

Clauses: WI-1 to WI-6.
"""

from __future__ import annotations

from firmware.core.failover.model import Unit
from firmware.core.failover.view import WitnessSays
from firmware.core.message_ids import MessageId
from firmware.core.settings import Witness
from firmware.core.wire.bodies import CABLE, LAN, UnitState

POLL_LEAST_MS = 200  # what a cable carries beside its answers, and 250 interfaces bear
HOLD_LEAST_MS = 800
CABLE_ANSWERS_MS = 100  # a question, a hello before it, and the same way back: 20 ms of line
TOGETHER_POLLS = 2


def poll_ms(unit: Unit) -> int:
    """How often the mate is spoken to by a witness."""
    return max(unit.settings.poll_unit_ms, POLL_LEAST_MS)


def data_poll_ms(unit: Unit) -> int:
    """How often by the data interfaces."""
    every_ms = unit.settings.poll_interface_ms
    return min(every_ms, poll_ms(unit)) if Witness.INTERFACES in unit.settings.witness else every_ms


def hold_ms(unit: Unit) -> int:
    """How long the mate is silent by every way before that means something."""
    return max(unit.settings.hold_unit_ms, HOLD_LEAST_MS)


def answer_ms(unit: Unit) -> int:
    """How long an answer to a probe may take at most, where hold times are shorter than that."""
    cable = CABLE in unit.witness_links and CABLE in unit.mate.heard_ms
    return CABLE_ANSWERS_MS if cable else 0


def only_cable_answers(unit: Unit, now_ms: int) -> bool:
    """WI-5: whether no way but the cable was heard of late: an answer will take its time."""
    if not unit.settings.witness:
        return False
    heard = unit.mate.heard_ms
    late_ms = max(hold_ms(unit), TOGETHER_POLLS * data_poll_ms(unit))
    return not any(now_ms - ms < late_ms for channel, ms in heard.items() if channel != CABLE)


def heard_ms(unit: Unit) -> int | None:
    """When the mate was last heard by any way. What was heard by a link that failed then is
    forgotten; by one that fails in one direction it is heard all the same."""
    return max(unit.mate.heard_ms.values(), default=None)


def end_failed(unit: Unit, channel: str) -> None:
    """This unit's end of that way has failed: silence there is no word of the mate's."""
    if channel in unit.mate.heard_ms:
        unit.testimony.broken[channel] = None


def carrier_lost(unit: Unit, physical: str) -> None:
    """As ``end_failed``, of the NIC that lost its link."""
    link = unit.settings.failover_link
    end_failed(unit, LAN if link is not None and link.physical == physical else physical)


def forget(unit: Unit, known: tuple[str, ...]) -> None:
    """Other settings: only these ways are there now."""
    broken = unit.testimony.broken
    for channel in [channel for channel in broken if channel not in known]:
        del broken[channel]


def proves(unit: Unit) -> bool:
    """WI-3: whether that the mate is silent by every way proves that it is dead."""
    heard, newest_ms = unit.mate.heard_ms, heard_ms(unit)
    if newest_ms is None or not unit.settings.witness:
        return False
    together = [c for c in heard if newest_ms - heard[c] <= TOGETHER_POLLS * _every_ms(unit, c)]
    if not any(channel in unit.listed for channel in together):
        return False
    sound = [channel for channel in together if channel not in unit.testimony.broken]
    if len(together) > 1:
        return bool(sound)
    return any(_shows_itself(unit, channel) for channel in sound)


def _every_ms(unit: Unit, channel: str) -> int:
    """How often the mate speaks by that way."""
    if channel in unit.data_places:
        return data_poll_ms(unit)
    return poll_ms(unit) if channel in unit.witness_links else unit.settings.poll_unit_ms


def _shows_itself(unit: Unit, channel: str) -> bool:
    """Whether this unit's end of the only way that was left is known to be good."""
    watched = unit.watched.get(channel)
    if watched is None:
        return channel == LAN
    tested = watched.stage is None and not watched.failed and not watched.unknown
    return tested and watched.quiet_since_ms > unit.mate.heard_ms[channel]


def look(unit: Unit, now_ms: int, *, passive: bool) -> None:
    """WI-6: what every witness says now, and whether one is left. Told when it changes.

    ``passive``: this unit has waited long enough to serve alone, and does not.
    """
    testimony = unit.testimony
    testimony.due_ms = None
    if not unit.settings.witness and not testimony.says:
        return  # off, as nearly everywhere
    says = tuple((one, _says(unit, one, now_ms)) for one in unit.settings.witness)
    blocked = passive or _none_left(unit, says, now_ms)
    if blocked and not testimony.blocked:
        unit.log(MessageId.NO_WITNESS_LEFT, ", ".join(witness.value for witness, _ in says))
    elif testimony.blocked and not blocked:
        unit.log(MessageId.TAKEOVER_NOT_BLOCKED)
    if (says, blocked) != (testimony.says, testimony.blocked):
        testimony.says, testimony.blocked = says, blocked
        unit.changed = True


def _says(unit: Unit, witness: Witness, now_ms: int) -> WitnessSays:
    mate = unit.mate
    if mate.lost and mate.failed:
        return WitnessSays.DEAD
    if mate.lost or unit.link.silent_all:
        return WitnessSays.SILENT
    ways = unit.hello_channels if witness is Witness.INTERFACES else (witness.value,)
    heard = (way for way in ways if way in mate.heard_ms and way not in unit.testimony.broken)
    ends = (mate.heard_ms[way] + _lasts_ms(unit, way) for way in heard)
    alive_until_ms = next((end_ms for end_ms in ends if end_ms > now_ms), now_ms)
    if alive_until_ms <= now_ms:
        return WitnessSays.SILENT
    _look_at(unit, alive_until_ms)
    return WitnessSays.ALIVE


def _lasts_ms(unit: Unit, way: str) -> int:
    """How long what was heard there says something."""
    return max(hold_ms(unit), (TOGETHER_POLLS + 1) * _every_ms(unit, way))


def _none_left(unit: Unit, says: tuple[tuple[Witness, WitnessSays], ...], now_ms: int) -> bool:
    """Whether no listed way is alive: at once where every way is silent, else after a hold time,
    for interfaces come up when they do."""
    testimony, settings = unit.testimony, unit.settings
    paired = settings.enabled and not unit.mate.lost and unit.state is not UnitState.DISABLED
    alive = any(word is WitnessSays.ALIVE for _, word in says)
    if not says or not paired or alive:
        testimony.none_since_ms = None
        return False
    if testimony.none_since_ms is None:
        testimony.none_since_ms = now_ms
    due_ms = testimony.none_since_ms + max(hold_ms(unit), settings.hold_interface_ms)
    if unit.link.silent_all or now_ms >= due_ms:
        return True
    _look_at(unit, due_ms)
    return False


def _look_at(unit: Unit, due_ms: int) -> None:
    dues = (due for due in (due_ms, unit.testimony.due_ms) if due is not None)
    unit.testimony.due_ms = min(dues)

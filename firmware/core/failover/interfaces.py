"""What each data interface's state is: link, hellos, tests, and what of it is printed.

Decides the state of every interface (IF-1 to IF-7) and when a test of it begins and ends. What a
test does is ``ladder``'s, what follows for the unit is ``policy``'s.

An interface is *monitored* from the second hello on (IF-2); until then it is (Waiting), and nobody
is failed for a hello that is missing. No link fails it at once (IF-1). With a link, and no hello
for half the hold time, it is tested (IF-3). Whoever hears nothing while the mate hears something
has the fault; if neither does, nobody knows, and nobody is failed for it (Unknown).

One that a test failed works again when anybody is heard. Of the mate's hellos it takes two, as in
IF-2: a port that loses only what this unit says lets them in all the time, and the next of them
must not undo a verdict before it was acted on.

A unit may have 250 interfaces, and a hello comes by each in every poll. So all are looked at only
when something that concerns all has changed, or when ``watch_due_ms`` has come; a hello concerns
its own interface. The due time may be early, never late: a hello only ever puts it off.
"""

from __future__ import annotations

from firmware.core.failover import ladder
from firmware.core.failover.effects import StopListening
from firmware.core.failover.model import Unit, Watched
from firmware.core.message_ids import MessageId
from firmware.core.settings import DataInterface
from firmware.core.wire.bodies import InterfaceState, TestReport, UnitState

S = InterfaceState
# As printed, by whether the mate's hellos have not been heard twice yet, and if not monitored.
SHUT = (S.LINK_DOWN, S.LINK_DOWN_WAITING, S.LINK_DOWN_NOT_MONITORED)
NO_LINK = (S.NO_LINK, S.NO_LINK_WAITING, S.NO_LINK_NOT_MONITORED)
NORMAL = (S.NORMAL, S.NORMAL_WAITING, S.NORMAL_NOT_MONITORED)
FAILED = (S.FAILED, S.FAILED_WAITING)
UNKNOWN = (S.UNKNOWN, S.UNKNOWN_WAITING)


def watching(unit: Unit) -> bool:
    """Whether missing hellos mean something: both serve or stand by, and the mate sends them."""
    mate = unit.mate
    if mate.hello is None or mate.lost or mate.failed:
        return False
    settled: tuple[UnitState, ...] = (UnitState.ACTIVE, UnitState.STANDBY_READY)
    if unit.settings.witness:
        settled = (*settled, UnitState.COLD_STANDBY)  # WI-3: it may have to prove its mate dead
    return unit.state in settled and mate.hello.state in settled


def look(unit: Unit, now_ms: int) -> None:
    """Look at every interface, and note when to look again."""
    watches = watching(unit)
    dues = []
    for index, interface in enumerate(unit.settings.interfaces):
        due_ms = _look_at(unit, index, interface, now_ms, watches)
        if due_ms is not None:
            dues.append(due_ms)
    unit.watch_due_ms = min(dues, default=None)


def look_if_due(unit: Unit, now_ms: int) -> None:
    """``look``, unless nothing can have changed. A unit in another state, beside a mate in another,
    watches otherwise."""
    mate = unit.mate
    told = mate.hello.state if mate.hello is not None else None
    seen = (unit.state, told, mate.lost, mate.failed)
    due = unit.watch_due_ms is not None and now_ms >= unit.watch_due_ms
    if due or seen != unit.watch_seen:
        unit.watch_seen = seen
        look(unit, now_ms)


def look_at(unit: Unit, physical: str, now_ms: int) -> None:
    """A frame of the mate's came by this channel, or its link came or went. Others do not care."""
    index = unit.data_places.get(physical)
    if index is not None:
        _look_again(unit, index, now_ms)


def activity(unit: Unit, physical: str, now_ms: int) -> None:
    """Somebody is heard on that interface: a test is passed, a failed interface works again."""
    index, watched = unit.data_places.get(physical), unit.watched.get(physical)
    if index is None or watched is None:
        return
    if watched.stage is not None:
        ladder.passed(unit, index, watched, now_ms)
    elif watched.failed or watched.unknown:
        watched.failed = watched.unknown = False
        watched.quiet_since_ms = now_ms
    _look_again(unit, index, now_ms)


def reported(unit: Unit, body: TestReport, now_ms: int) -> None:
    """The mate tells of its tests: some may begin or end here."""
    ladder.reported(unit, body, now_ms, watches=watching(unit))
    for index in dict.fromkeys(entry.index for entry in body.entries):
        if index < len(unit.settings.interfaces):
            _look_again(unit, index, now_ms)


def _look_again(unit: Unit, index: int, now_ms: int) -> None:
    """Something concerns this interface alone."""
    due_ms = _look_at(unit, index, unit.settings.interfaces[index], now_ms, watching(unit))
    dues = (due for due in (due_ms, unit.watch_due_ms) if due is not None)
    unit.watch_due_ms = min(dues, default=None)


def configured_anew(unit: Unit) -> None:
    """Other settings: interfaces may have come, gone, or be watched otherwise."""
    there = {interface.physical for interface in unit.settings.interfaces}
    for physical in [name for name in unit.watched if name not in there]:
        _stop(unit, physical, unit.watched[physical])
        unit.failed_count -= unit.watched[physical].faulty
        unit.coming_up_count -= unit.watched[physical].coming_up
        del unit.watched[physical]
    unit.watch_seen = ()


def held_otherwise(unit: Unit, now_ms: int) -> None:
    """IF-3: a shorter hold time is no silence: the mate still spoke at the pace of the longer."""
    unit.held_since_ms = now_ms
    for watched in unit.watched.values():
        watched.quiet_since_ms = now_ms


def begin_anew(unit: Unit) -> None:
    """Orders and switchovers: forget what was found, and wait for two hellos on each again."""
    unit.mate.hellos.clear()
    unit.watch_seen = ()  # look at all of them
    for physical, watched in unit.watched.items():
        watched.monitoring = False
        _stop(unit, physical, watched)


def _look_at(
    unit: Unit, index: int, interface: DataInterface, now_ms: int, watches: bool
) -> int | None:
    """One interface: its state now. When time alone may change it."""
    physical = interface.physical
    watched = unit.watched.get(physical)
    if watched is None:
        watched = unit.watched[physical] = Watched(quiet_since_ms=now_ms)
    waiting, since_ms = _hearing(unit, interface, watched, now_ms)
    test_ms = since_ms + (unit.settings.hold_interface_ms + 1) // 2
    linked = unit.carriers.get(physical, False) and not interface.shutdown
    if not (linked and interface.monitored and interface.mate_address is not None):  # IF-7
        watched.monitoring = False
        _stop(unit, physical, watched)
    elif not watches:
        ladder.give_up(unit, index, watched)
    elif watched.stage is not None:
        ladder.advance(unit, index, watched, now_ms, wanted=now_ms >= test_ms)
    elif watched.monitoring and not watched.failed and now_ms >= test_ms:
        ladder.begin(unit, index, watched, now_ms)
    _show(unit, interface, watched, waiting or unit.state is UnitState.FAILED, linked)
    _count(unit, interface, watched, linked, now_ms)
    dues = []
    if physical in unit.mate.hellos:
        last_ms = max(unit.mate.heard_ms[physical], unit.held_since_ms)
        dues.append(last_ms + unit.settings.hold_interface_ms)
    if watched.stage is not None:
        dues.append(watched.next_ms)
    elif watches and watched.monitoring and not watched.failed:
        dues.append(test_ms)
    return min((due for due in dues if due > now_ms), default=None)


def _hearing(
    unit: Unit, interface: DataInterface, watched: Watched, now_ms: int
) -> tuple[bool, int]:
    """Whether the interface waits for its two hellos, and since when it has been quiet."""
    mate, physical, since_ms = unit.mate, interface.physical, watched.quiet_since_ms
    heard_ms = mate.heard_ms.get(physical)
    last_ms = max(heard_ms or 0, unit.held_since_ms)
    if heard_ms is None or now_ms - last_ms >= unit.settings.hold_interface_ms:
        mate.hellos.pop(physical, None)  # the next two hellos count anew
    elif heard_ms > since_ms + (unit.settings.poll_interface_ms if watched.failed else 0):  # HM-5
        watched.failed = watched.unknown = False  # the mate is heard here: it works
        since_ms = heard_ms
    # The document: without a standby address an interface waits for ever.
    waiting = mate.hellos.get(physical, 0) < 2 or interface.mate_address is None
    if not waiting:
        watched.monitoring = True
    return waiting, since_ms


def _count(
    unit: Unit, interface: DataInterface, watched: Watched, linked: bool, now_ms: int
) -> None:
    """HM-1: a monitored interface without a link, or failed by a test; not one that is shut down.

    ST-4: a link seen by a unit without a role yet is no link that was there: its NIC is lowered to
    be given its MAC, and what is at the far end may do the same.
    """
    faulty = interface.monitored and not interface.shutdown and (not linked or watched.failed)
    seen = linked and unit.state is not UnitState.NEGOTIATION
    watched.linked_once = seen or (watched.linked_once and not interface.shutdown)
    coming_up = faulty and not watched.linked_once
    if coming_up and not watched.coming_up:
        unit.coming_up_since_ms = now_ms  # `no shutdown`, a new interface, or a boot
    unit.failed_count += faulty - watched.faulty
    unit.coming_up_count += coming_up - watched.coming_up
    watched.faulty, watched.coming_up = faulty, coming_up


def _stop(unit: Unit, physical: str, watched: Watched) -> None:
    """Nothing is known of it, and nothing is being found out."""
    if watched.stage is not None or watched.failed or watched.unknown:
        unit.out.append(StopListening(physical))
    watched.stage = None
    watched.failed = watched.unknown = False


def _show(
    unit: Unit, interface: DataInterface, watched: Watched, waiting: bool, linked: bool
) -> None:
    """The state as printed; tell if it is another than before."""
    column = 2 if not interface.monitored else int(waiting)
    if interface.shutdown:
        state = SHUT[column]
    elif not linked:
        state = NO_LINK[column]
    elif watched.failed:
        state = FAILED[int(waiting)]
    elif watched.unknown:
        state = UNKNOWN[int(waiting)]
    elif watched.stage is not None:
        state = S.TESTING
    else:
        state = NORMAL[column]
    if state is not watched.state:
        before, watched.state = watched.state, state
        unit.changed = True
        unit.hellos.next_link_ms = unit.last_step_ms  # the mate decides by it, too
        if (before, state) != (S.TESTING, S.NORMAL) or not watched.quietly:
            _tell(unit, interface.name, before, state)


def _tell(unit: Unit, name: str, before: InterfaceState | None, state: InterfaceState) -> None:
    if state is S.NORMAL_WAITING:
        lost = before is S.NORMAL and not unit.mate.lost
        unit.log(MessageId.INTERFACE_LOST if lost else MessageId.INTERFACE_WAITING, name)
    elif state is S.NORMAL:
        unit.log(MessageId.INTERFACE_NORMAL, name)

"""The tests of an interface on which the mate is no longer heard, and what they find.

Four tests, in the document's order. The first, link, is over before this begins: without a link
nothing is tested. The others are stages: network activity (somebody is heard), ARP (the newest
two neighbours are asked), broadcast ping (everybody is). In every stage the unit listens; what
counts as heard is the driver's business (IT-1), and so is how an interface with IPv6 alone asks
(IT-3). Both units test the same interface at the same time and tell each other (``TestReport``).
After each stage:

| this unit heard | the mate heard | this unit's interface |
|---|---|---|
| somebody | | passed: Normal (Waiting) until hellos are back |
| nobody | somebody | Failed |
| nobody | nobody, or it did not say | goes on to the next stage; after the last, Unknown |

A stage has a third of what is left of the hold time, so that the last one ends within it (IF-4); a
little is kept back for the mate's last word. An interface that is Unknown is tested again, quietly,
each half hold time; one that is Failed only listens, and works again when anybody is heard.

Clauses: IF-3, IF-4, IF-5.
"""

from __future__ import annotations

from firmware.core.failover.effects import (
    AskNeighbour,
    ListenForActivity,
    Persona,
    PingBroadcast,
    StopListening,
)
from firmware.core.failover.model import Unit, Watched
from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import (
    TEST_ENTRIES_MOST,
    InterfaceState,
    TestEntry,
    TestReport,
    TestStage,
)

LAST_WORD_MS = 250  # for the mate's report of the last stage, at most a fifth of the test
STAGES = (TestStage.ACTIVITY, TestStage.ARP, TestStage.PING)


def stage_ms(hold_interface_ms: int) -> int:
    """How long one stage lasts: three of them and the last word are half the hold time."""
    half_ms = hold_interface_ms // 2
    return max(1, (half_ms - min(LAST_WORD_MS, half_ms // 5)) // len(STAGES))


def begin(unit: Unit, index: int, watched: Watched, now_ms: int) -> None:
    """No hello for half the hold time, or the mate tests and this unit's part is asked for."""
    interface = unit.settings.interfaces[index]
    mates = unit.mate.states[index : index + 1]
    watched.quietly = watched.unknown or mates in (  # IF-5: here, or where it is asked for
        (InterfaceState.UNKNOWN,),
        (InterfaceState.UNKNOWN_WAITING,),
    )
    if not watched.quietly:
        unit.log(MessageId.INTERFACE_LOST, interface.name)
        unit.log(MessageId.TESTING_INTERFACE, interface.name)
    watched.mate_stage = watched.mate_heard = watched.passed = None
    watched.begun_ms = now_ms
    unit.out.append(ListenForActivity(interface.physical, *_with(unit, interface.physical)))
    _enter(unit, index, watched, TestStage.ACTIVITY, now_ms)


def advance(unit: Unit, index: int, watched: Watched, now_ms: int, *, wanted: bool) -> None:
    """A test is under way: ask again, go on to the next stage, or end it.

    ``wanted``: hellos are still missing here. If they are back and the mate does not test either,
    there is nothing to find out.
    """
    physical = unit.settings.interfaces[index].physical
    if not wanted and watched.mate_stage in (None, TestStage.ENDED) and watched.mate_heard is None:
        give_up(unit, index, watched)
        return
    if now_ms < watched.next_ms:
        return
    stage = watched.stage
    assert stage is not None
    if stage is TestStage.ENDED:
        _end(unit, index, watched, now_ms)
    elif now_ms < watched.stage_ends_ms:
        _ask(unit, physical, watched, now_ms)
    elif _mate_heard_by(watched, stage):
        _end(unit, index, watched, now_ms)
    else:
        _enter(unit, index, watched, TestStage(stage + 1), now_ms)


def passed(unit: Unit, index: int, watched: Watched, now_ms: int) -> None:
    """Somebody was heard: this side works."""
    stage = watched.stage
    assert stage is not None
    name = unit.settings.interfaces[index].name
    if not watched.quietly:
        unit.log(MessageId.INTERFACE_TESTED, name, "Passed")
    watched.stage, watched.unknown = None, False
    watched.passed, watched.quiet_since_ms = min(stage, TestStage.PING), now_ms
    unit.tests_told.append(TestEntry(index, watched.passed, True))


def give_up(unit: Unit, index: int, watched: Watched) -> None:
    """Hellos are back, or nobody is there to compare with: nothing was found.

    It counts as quiet from now on: else two units that hear each other's old reports, as after a
    standstill, would answer each with a test for ever.
    """
    if watched.stage is not None:
        watched.stage, watched.quiet_since_ms = None, unit.last_step_ms
        unit.out.append(StopListening(unit.settings.interfaces[index].physical))
        unit.tests_told.append(TestEntry(index, TestStage.ENDED, False))


def reported(unit: Unit, body: TestReport, now_ms: int, *, watches: bool) -> None:
    """What the mate found. One that tests is answered by a test here."""
    for entry in body.entries:
        if entry.index >= len(unit.settings.interfaces):
            continue  # its configuration is another; the digest tells
        watched = unit.watched.get(unit.settings.interfaces[entry.index].physical)
        if watched is not None:
            _reported(unit, entry, watched, now_ms, watches)


def _reported(unit: Unit, entry: TestEntry, watched: Watched, now_ms: int, watches: bool) -> None:
    asks = not entry.heard and entry.stage is not TestStage.ENDED
    if watched.stage is None and watches and asks:
        quiet_ms = now_ms - watched.quiet_since_ms
        if quiet_ms < unit.settings.hold_interface_ms // 2:
            # Heard already, when the mate had not begun yet; not what was heard in the last test.
            if watched.passed is not None and quiet_ms < 2 * unit.settings.poll_interface_ms:
                unit.tests_told.append(TestEntry(entry.index, watched.passed, True))
        elif watched.monitoring and not watched.failed:
            begin(unit, entry.index, watched, now_ms)
    stage = watched.stage
    if stage is None:
        return
    watched.mate_stage = entry.stage
    if entry.heard and watched.mate_heard is None:
        watched.mate_heard = entry.stage
    if entry.heard and entry.stage < stage:
        _end(unit, entry.index, watched, now_ms)


def tell(unit: Unit) -> None:
    """Send what is to be told of tests. By the failover link; by every way where that is failed."""
    told = unit.tests_told
    while told:
        report = TestReport(tuple(told[:TEST_ENTRIES_MOST]))
        del told[:TEST_ENTRIES_MOST]
        if unit.link.failed:
            unit.send_everywhere(report)
        else:
            unit.send(unit.link_channel, report)


def _enter(unit: Unit, index: int, watched: Watched, stage: TestStage, now_ms: int) -> None:
    hold_ms = unit.settings.hold_interface_ms
    watched.stage, watched.turn = stage, 0
    if stage is TestStage.ENDED:
        watched.next_ms = watched.begun_ms + hold_ms // 2
        unit.tests_told.append(TestEntry(index, stage, False))
        return
    watched.stage_ends_ms = now_ms + stage_ms(hold_ms)
    unit.tests_told.append(TestEntry(index, stage, False))
    _ask(unit, unit.settings.interfaces[index].physical, watched, now_ms)


def _ask(unit: Unit, physical: str, watched: Watched, now_ms: int) -> None:
    """The stage's question, twice: the first packet may be lost, the first neighbour away."""
    persona, holding = _with(unit, physical)
    turn, watched.turn = watched.turn, watched.turn + 1
    watched.next_ms = watched.stage_ends_ms
    if watched.stage is TestStage.ACTIVITY or persona is None:
        return
    if turn == 0:
        watched.next_ms = (now_ms + watched.stage_ends_ms + 1) // 2
    if watched.stage is TestStage.ARP:
        unit.out.append(AskNeighbour(physical, persona, holding, turn))
    else:
        unit.out.append(PingBroadcast(physical, persona, holding))


def _mate_heard_by(watched: Watched, stage: TestStage) -> bool:
    """Whether the mate heard somebody in this stage or an earlier one."""
    return watched.mate_heard is not None and watched.mate_heard <= stage


def _end(unit: Unit, index: int, watched: Watched, now_ms: int) -> None:
    """Nobody was heard here: the fault is this side's if the mate heard somebody."""
    interface = unit.settings.interfaces[index]
    watched.failed = watched.mate_heard is not None
    watched.unknown = not watched.failed
    if watched.failed:
        unit.log(MessageId.INTERFACE_TESTED, interface.name, "Failed")
    watched.stage, watched.quiet_since_ms = None, now_ms
    # What is heard from now on shows that it works again.
    unit.out.append(ListenForActivity(interface.physical, *_with(unit, interface.physical)))


def _with(unit: Unit, physical: str) -> tuple[Persona | None, bool]:
    """The interface's two MACs and addresses, and whether the active ones are here."""
    personas = unit.plan.wanted.personas if unit.plan.wanted is not None else ()
    persona = next((p for p in personas if p.physical == physical), None)
    return persona, unit.holding

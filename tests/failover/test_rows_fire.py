"""Every acting row of the state table is seen to fire: in a story, else by a recipe of its cause.

A recipe makes a cause come true for the secondary of a settled pair that is held in the row's
state until then; what follows must be the row. States that are left within one step are reached
no other way.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from controller.bench.play import read, shipped
from controller.bench.player import play
from controller.bench.simulated.world import SimulatedWorld
from firmware.core.failover import events as ev
from firmware.core.failover import identifying
from firmware.core.failover.effects import StateChanged
from firmware.core.failover.lease import UNHEARD_MS
from firmware.core.failover.states import ACTING, REASONS, Cause, Row, is_active
from firmware.core.settings import Mode, PhysicalInterface
from firmware.core.wire.bodies import LAN, FailedNotice, UnitState

from .pair import A, B, Pair, bare

Told = tuple[UnitState, UnitState, str]  # what history keeps of a row


def told(change: StateChanged) -> Told:
    return change.before, change.after, change.reason


def rows_of(changes: Iterator[StateChanged]) -> set[Row]:
    """The rows behind a history. PROGRESS keeps the reason of the state before."""
    said = {told(change) for change in changes}
    walked = {(before, after) for before, after, _ in said}
    return {
        row
        for row in ACTING
        if (row.state, row.target, REASONS[row.cause]) in said
        or (row.cause is Cause.PROGRESS and (row.state, row.target) in walked)
    }


def _history_of_stories() -> Iterator[StateChanged]:
    stories, problems = read(shipped())
    assert not problems
    for story in stories:
        if SimulatedWorld.name not in story.worlds:
            continue
        world = SimulatedWorld(1)
        play(story, world)
        for box in world.sim.units.values():
            yield from (change for _, change in box.history)


@pytest.fixture(scope="module")
def in_stories() -> set[Row]:
    return rows_of(_history_of_stories())


class Held(Pair):
    """A settled pair whose secondary is put into a row's state at each step until it fires."""

    def __init__(self, mode: Mode, row: Row) -> None:
        super().__init__(mode)
        self.row = row
        self.held: UnitState | None = None
        self.both()
        self.history = [[], []]
        self.held = row.state
        self.syncs = False

    @property
    def fired(self) -> bool:
        return self.row in rows_of(change for history in self.history for change in history)

    def step(self, index: int, event: ev.Event) -> None:
        engine = self.engines[index]
        if index == B and self.held is not None and engine is not None and not self.fired:
            engine.unit.state = self.held
            engine.unit.holding = is_active(self.held)
        super().step(index, event)


def _other_facts(**facts: object) -> Callable[[Held], None]:
    def identify(pair: Held) -> None:
        mate = pair.engine(A).unit
        mate.facts = replace(mate.facts, **facts)
        pair.step(B, ev.FrameReceived(LAN, mate.frame(identifying.identify(mate))))

    return identify


def _disabled(pair: Held) -> None:
    pair.step(B, ev.SettingsChanged(replace(pair.wanted[B], enabled=False)))


def _fits_again(pair: Held) -> None:
    pair.held = None
    _other_facts(version="8.0(2)")(pair)
    _other_facts(version="7.2(1)")(pair)


def _lost(pair: Held) -> None:
    pair.cut_all()
    pair.run(400)


def _power_lost(pair: Held) -> None:
    pair.die(A)
    pair.lines(B, replace(pair.cables[B], other_power=False))
    pair.run(20)


def _failed(pair: Held) -> None:
    mate = pair.engine(A).unit
    assert mate.identity is not None
    pair.step(B, ev.FrameReceived(LAN, mate.frame(FailedNotice(mate.identity))))


def _reloaded(pair: Held) -> None:
    pair.die(A)
    pair.boot(A)
    pair.run(100)


def _mate_is_off(pair: Held) -> None:
    pair.step(A, ev.SettingsChanged(replace(pair.wanted[A], enabled=False)))
    pair.run(3_000)


def _both_standby(pair: Held) -> None:
    mate = pair.engine(A).unit
    mate.state, mate.holding = UnitState.STANDBY_READY, False
    pair.run(3_000)


def _emptied(pair: Held) -> None:
    pair.step(B, ev.SettingsChanged(bare(pair.wanted[B])))
    pair.run(100)


def _interface_down(pair: Held) -> None:
    """Of the unit that serves, beside a healthier one."""
    pair.held = None
    pair.order(A, ev.Order.NO_ACTIVE)
    pair.run(1_000)
    pair.step(B, ev.CarrierChanged("Ethernet0", False))
    pair.run(3_000)


def _stood_still(pair: Held) -> None:
    """It held the addresses and said nothing for longer than its mate waits, or stood by so."""
    unit = pair.engine(B).unit
    if pair.row.state is UnitState.STANDBY_READY:
        unit.due_ms = pair.schedule.now_ms - UNHEARD_MS
        pair.step(B, ev.TimePassed())
        return
    unit.holding, unit.state = True, UnitState.ACTIVE
    unit.lease.until_ms = unit.hellos.spoken_ms = pair.schedule.now_ms - 400
    pair.step(B, ev.TimePassed())


CARDS = tuple(
    PhysicalInterface(physical=f"GigabitEthernet{n}", burned_in_mac=f"00:06:5b:00:00:0{n}")
    for n in range(4)
)
RECIPES: dict[Cause, Callable[[Held], None]] = {
    Cause.DISABLED: _disabled,
    Cause.VERSION_DIFFERS: _other_facts(version="8.0(2)"),
    Cause.MODE_DIFFERS: _other_facts(transparent=True),
    Cause.CHASSIS_DIFFERS: _other_facts(memory_mb=64),
    Cause.CARD_DIFFERS: _other_facts(interfaces=CARDS),
    Cause.LICENCE_DIFFERS: _other_facts(licence="R"),
    Cause.MATE_FITS: _fits_again,
    Cause.MATE_NOT_ACTIVE: _mate_is_off,
    Cause.SYNC_FAILED: lambda pair: pair.step(B, ev.SyncEnded(ev.SyncOutcome.FAILED)),
    Cause.MATE_LOST: _lost,
    Cause.MATE_POWER_LOST: _power_lost,
    Cause.MATE_FAILED: _failed,
    Cause.MATE_RELOADED: _reloaded,
    Cause.BOTH_STANDBY: _both_standby,
    Cause.ADDRESSES_REFUSED: lambda pair: pair.step(B, ev.Failed("AssumeAddresses", "No device")),
    Cause.BOTH_ACTIVE: lambda pair: pair.run(100),
    Cause.EMPTY_YIELDS: _emptied,
    Cause.INTERFACES_FAILED: _interface_down,
    Cause.STOOD_STILL: _stood_still,
    Cause.RESET: lambda pair: pair.order(B, ev.Order.RESET),
    Cause.TRIED_AGAIN: lambda pair: pair.run(11_000),
}


@pytest.mark.parametrize("row", ACTING, ids=lambda row: f"{row.state.text}, {row.cause.name}")
def test_every_acting_row_is_seen_to_fire(row: Row, in_stories: set[Row]) -> None:
    if row in in_stories:
        return
    assert row.cause in RECIPES, "no story fires it, and there is no recipe for its cause"
    mode = Mode.CABLE if row.cause is Cause.MATE_POWER_LOST else Mode.LAN
    pair = Held(mode, row)
    RECIPES[row.cause](pair)
    assert pair.fired, [told(change) for history in pair.history for change in history]


def test_history_tells_every_row_from_every_other() -> None:
    said = [(row.state, row.target, REASONS[row.cause]) for row in ACTING]
    assert len(set(said)) == len(said)

"""The small model: two failover machines, their channels, and everything that may happen next.

A ``State`` is a moment of the pair. ``actions`` are all that may happen then; ``after`` is the
state that follows, with the one before left as it was. What a unit asks of its own kernel is done
at once, replication is one action, and a channel is a queue of frames each of which arrives or is
lost before ``FLIGHT_MS`` have passed. Time passes to what is due next at a unit; a unit may be late
by ``LATE_MS`` beside its mate. One data interface, so that there is one way besides the failover
link.

What is not in the model: management, more than one data interface, data-plane refusals, garbled and
repeated frames. The simulated world's hunts have those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface

from controller.bench.exhaustive.copying import Essence, copied
from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.engine import Engine
from firmware.core.settings import (
    DataInterface,
    FailoverLink,
    Identity,
    Mode,
    PhysicalInterface,
    Platform,
    Settings,
    UnitFacts,
)
from firmware.core.wire.bodies import CABLE, LAN, Frame

A, B = 0, 1
DATA, LINK_NIC = "Ethernet0", "Ethernet3"
IDENTITIES = (Identity.PRIMARY, Identity.SECONDARY)
FLIGHT_MS, LATE_MS = 15, 10
QUEUE_MOST = 16  # frames on their way by one channel; a sender that says more loses the oldest


class Does(Enum):
    """What may happen next, each to one unit or channel."""

    ARRIVES = "the next frame arrives"
    IS_LOST = "the next frame is lost"
    TIME = "time passes to what is due"
    TIMER = "a short timer runs out"
    SYNCED = "the configuration is replicated"
    NOT_SYNCED = "the replication fails"
    CUT = "the failover link is cut"
    MENDED = "the failover link is mended"
    CRASHES = "the failover process dies"
    LOSES_POWER = "the unit loses power"
    BOOTS = "the unit boots"
    TOLD_ACTIVE = "failover active is typed"
    TOLD_STANDBY = "no failover active is typed"
    CARRIER_LOST = "the data interface loses carrier"
    CARRIER_BACK = "the data interface has carrier again"


FAULTS = frozenset({Does.CUT, Does.CRASHES, Does.LOSES_POWER, Does.CARRIER_LOST, Does.NOT_SYNCED})
ORDERS = frozenset({Does.TOLD_ACTIVE, Does.TOLD_STANDBY})


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that happens: to a unit (of a frame: its sender), by a channel."""

    does: Does
    unit: int = A
    channel: str = ""

    def __str__(self) -> str:
        who = "AB"[self.unit]
        if self.does in (Does.CUT, Does.MENDED):
            return str(self.does.value)
        if self.channel:
            return f"{self.channel} {who}->{'BA'[self.unit]}: {self.does.value}"
        return f"{who}: {self.does.value}"


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may go wrong on the way to one state."""

    losses: int = 2
    faults: int = 1
    orders: int = 1


@dataclass(frozen=True, slots=True)
class Flying:
    """A frame on its way."""

    since_ms: int
    frame: Frame
    essence: Essence


@dataclass(slots=True)
class State:
    """A moment of the pair. Engines are copied before they are stepped, never changed in place."""

    mode: Mode
    budget: Budget
    now_ms: int = 0
    engines: list[Engine | None] = field(default_factory=lambda: [None, None])
    essences: list[Essence] = field(default_factory=lambda: [Essence(None), Essence(None)])
    holding: list[bool] = field(default_factory=lambda: [False, False])
    powered: list[bool] = field(default_factory=lambda: [True, True])
    carrier: list[bool] = field(default_factory=lambda: [True, True])
    cut: bool = False
    flying: dict[tuple[str, int], tuple[Flying, ...]] = field(default_factory=dict)
    timers: tuple[tuple[int, int, ev.ShortTimer], ...] = ()  # due, unit, which
    syncing: int | None = None  # the active unit that was asked to
    boots: int = 0
    both_since_ms: int | None = None  # both hold the active addresses
    disturbed_ms: int | None = None  # when something last went wrong
    scratch: bool = False  # nobody will come back to it: changed in place, and has no key

    @property
    def link(self) -> str:
        """The failover link's channel."""
        return LAN if self.mode is Mode.LAN else CABLE

    def state(self, unit: int) -> str:
        """As printed."""
        engine = self.engines[unit]
        if engine is None:
            return "down" if self.powered[unit] else "off"
        return engine.unit.state.text

    @property
    def quiet(self) -> bool:
        """Nothing has gone wrong since the start."""
        return self.disturbed_ms is None

    def key(self) -> int:
        """Equal for states from which the same will follow."""
        now_ms = self.now_ms
        parts: list[object] = [
            self.budget,
            tuple(self.holding),
            tuple(self.powered),
            tuple(self.carrier),
            self.cut,
            self.syncing,
            self.boots,
            self.both_since_ms is None or now_ms - self.both_since_ms,
            self.quiet,
            tuple((due_ms - now_ms, unit, timer) for due_ms, unit, timer in self.timers),
        ]
        parts += [essence.at(now_ms) for essence in self.essences]
        for where, frames in self.flying.items():
            parts += [where, *((f.since_ms - now_ms, f.essence.at(now_ms)) for f in frames)]
        return hash(tuple(parts))


def facts(unit: int) -> UnitFacts:
    """Alike, but for chassis and MACs."""
    return UnitFacts(
        chassis=f"chassis-{unit}",
        model="PIX-515E",
        version="7.2(1)",
        platform=Platform.PIX,
        memory_mb=128,
        flash_mb=16,
        licence="UR",
        interfaces=tuple(
            PhysicalInterface(physical=nic, burned_in_mac=f"00:06:5b:0{unit}:00:0{nic[-1]}")
            for nic in (DATA, LINK_NIC)
        ),
        real_time=True,
    )


def settings(mode: Mode, unit: int) -> Settings:
    """The document's addresses; LAN timers of 50/150 ms, cable timers of 200/800."""
    lan = mode is Mode.LAN
    return Settings(
        enabled=True,
        mode=mode,
        lan_identity=IDENTITIES[unit],
        failover_link=FailoverLink(
            name="failover",
            physical=LINK_NIC,
            primary=IPv4Interface("10.1.0.1/24"),
            secondary=IPv4Address("10.1.0.2"),
        ),
        poll_unit_ms=50 if lan else 200,
        hold_unit_ms=150 if lan else 800,
        poll_interface_ms=500,
        hold_interface_ms=5_000,
        interfaces=(
            DataInterface(
                physical=DATA,
                name="outside",
                active=IPv4Interface("172.16.1.1/16"),
                standby=IPv4Address("172.16.1.2"),
            ),
        ),
    )


FACTS = (facts(A), facts(B))
SETTINGS = {mode: (settings(mode, A), settings(mode, B)) for mode in Mode}


def actions(state: State) -> Iterator[Action]:
    """All that may happen next, what usually does first."""
    for channel, sender in sorted(state.flying):
        yield Action(Does.ARRIVES, sender, channel)
    yield from (Action(Does.TIMER, unit) for unit in sorted({u for _, u, _ in state.timers}))
    if state.syncing is not None:
        yield Action(Does.SYNCED, state.syncing)
    yield from (Action(Does.TIME, unit) for unit in (A, B) if _may_tick(state, unit))
    if state.budget.orders:
        for unit, engine in enumerate(state.engines):
            if engine is not None:
                yield Action(Does.TOLD_ACTIVE, unit)
                yield Action(Does.TOLD_STANDBY, unit)
    yield from _repairs(state)
    if state.budget.losses:
        for channel, sender in sorted(state.flying):
            yield Action(Does.IS_LOST, sender, channel)
    if state.budget.faults:
        yield from _faults(state)


def _repairs(state: State) -> Iterator[Action]:
    if state.cut:
        yield Action(Does.MENDED)
    for unit in (A, B):
        if state.engines[unit] is None:
            yield Action(Does.BOOTS, unit)
        if not state.carrier[unit]:
            yield Action(Does.CARRIER_BACK, unit)


def _faults(state: State) -> Iterator[Action]:
    if not state.cut:
        yield Action(Does.CUT)
    if state.syncing is not None:
        yield Action(Does.NOT_SYNCED, state.syncing)
    for unit in (A, B):
        if state.engines[unit] is not None:
            yield Action(Does.CRASHES, unit)
            if state.mode is Mode.CABLE:
                yield Action(Does.LOSES_POWER, unit)
        if state.carrier[unit]:
            yield Action(Does.CARRIER_LOST, unit)


def next_ms(state: State, unit: int) -> int | None:
    """When time must pass for that unit; None for one that is not there."""
    engine = state.engines[unit]
    due = engine.next_due_ms() if engine is not None else None
    return None if due is None else max(due, state.now_ms)


def _may_tick(state: State, unit: int) -> bool:
    """Whether that unit's next time may come before anything else that is under way."""
    due_ms = next_ms(state, unit)
    if due_ms is None or any(timer[0] < due_ms for timer in state.timers):
        return False
    oldest_ms = min((frames[0].since_ms for frames in state.flying.values()), default=due_ms)
    other_ms = next_ms(state, 1 - unit)
    late = other_ms is not None and due_ms - other_ms > LATE_MS
    return due_ms - oldest_ms <= FLIGHT_MS and not late


def after(before: State, action: Action) -> State:
    """The state that follows. Raises AssertionError where a machine's own check fails."""
    state = before if before.scratch else _twin(before)
    _spend(state, action)
    _HAPPENS[action.does](state, action)
    both = all(state.holding)
    if not both or state.both_since_ms is None:
        state.both_since_ms = state.now_ms if both else None
    return state


def _twin(state: State) -> State:
    return replace(
        state,
        engines=list(state.engines),
        essences=list(state.essences),
        holding=list(state.holding),
        powered=list(state.powered),
        carrier=list(state.carrier),
        flying=dict(state.flying),
    )


def scratch(state: State) -> State:
    """A twin that may be run on and thrown away."""
    return replace(_twin(state), engines=[copied(e) for e in state.engines], scratch=True)


def kept(state: State) -> State:
    """A scratch state, to come back to."""
    flying = {
        where: tuple(replace(one, essence=Essence(one.frame)) for one in frames)
        for where, frames in state.flying.items()
    }
    essences = [Essence(engine) for engine in state.engines]
    return replace(state, essences=essences, flying=flying, scratch=False)


def _spend(state: State, action: Action) -> None:
    budget = state.budget
    if action.does is Does.IS_LOST:
        state.budget = replace(budget, losses=budget.losses - 1)
    elif action.does in FAULTS:
        state.budget = replace(budget, faults=budget.faults - 1)
    elif action.does in ORDERS:
        state.budget = replace(budget, orders=budget.orders - 1)
    if action.does in FAULTS or action.does is Does.IS_LOST:
        state.disturbed_ms = state.now_ms


def step(state: State, unit: int, event: ev.Event) -> None:
    """Step that unit's machine (a copy, but in a scratch state), and do what it asks."""
    if not state.scratch:
        state.engines[unit] = copied(state.engines[unit])
    engine = state.engines[unit]
    waiting = [event]
    while engine is not None and waiting:
        for effect in engine.step(waiting.pop(0), state.now_ms):
            waiting.extend(_done(state, unit, effect))
        engine.check()
    if not state.scratch:
        state.essences[unit] = Essence(engine)


def _done(state: State, unit: int, effect: fe.Effect) -> Iterator[ev.Event]:
    """Do it in the model; what comes back at once."""
    match effect:
        case fe.SendFrame(channel, frame):
            _say(state, unit, channel, frame)
        case fe.AssumeAddresses() | fe.YieldAddresses() | fe.ReleaseAddresses():
            state.holding[unit] = isinstance(effect, fe.AssumeAddresses)
            yield ev.Done(type(effect).__name__)
        case fe.PrepareDataPlane() | fe.DropActiveLinks():
            yield ev.Done(type(effect).__name__)
        case fe.StartShortTimer(timer, us):
            others = [one for one in state.timers if one[1:] != (unit, timer)]
            state.timers = (*others, (state.now_ms + -(-us // 1000), unit, timer))
        case fe.StartSync():
            state.syncing = unit
        case _:
            pass


def _say(state: State, unit: int, channel: str, frame: Frame) -> None:
    silent = state.cut if channel == state.link else not all(state.carrier)
    if silent or state.engines[1 - unit] is None:
        return
    essence = Essence(None if state.scratch else frame)
    frames = (*state.flying.get((channel, unit), ()), Flying(state.now_ms, frame, essence))
    state.flying[channel, unit] = frames[-QUEUE_MOST:]


def _take(state: State, action: Action) -> Frame:
    first, *rest = state.flying.pop((action.channel, action.unit))
    if rest:
        state.flying[action.channel, action.unit] = tuple(rest)
    return first.frame


def _arrives(state: State, action: Action) -> None:
    step(state, 1 - action.unit, ev.FrameReceived(action.channel, _take(state, action)))


def _time(state: State, action: Action) -> None:
    due_ms = next_ms(state, action.unit)
    assert due_ms is not None
    state.now_ms = due_ms
    step(state, action.unit, ev.TimePassed())


def _timer(state: State, action: Action) -> None:
    due = next(timer for timer in state.timers if timer[1] == action.unit)
    state.timers = tuple(timer for timer in state.timers if timer is not due)
    state.now_ms = max(state.now_ms, due[0])
    step(state, action.unit, ev.ShortTimerExpired(due[2]))


def _synced(state: State, action: Action) -> None:
    state.syncing, mate = None, 1 - action.unit
    step(state, mate, ev.SettingsChanged(SETTINGS[state.mode][mate]))
    step(state, mate, ev.SyncEnded(ev.SyncOutcome.RECEIVED))
    step(state, action.unit, ev.SyncEnded(ev.SyncOutcome.SENT))


def _not_synced(state: State, action: Action) -> None:
    state.syncing = None
    for unit in (action.unit, 1 - action.unit):
        step(state, unit, ev.SyncEnded(ev.SyncOutcome.FAILED))


def _cut(state: State, _action: Action) -> None:
    state.cut = True
    for unit in (A, B):
        state.flying.pop((state.link, unit), None)


def _mended(state: State, _action: Action) -> None:
    state.cut = False


def _gone(state: State, action: Action) -> None:
    """A fenced unit lets go of its addresses; what it said is still on its way."""
    unit = action.unit
    state.engines[unit], state.essences[unit] = None, Essence(None)
    state.holding[unit] = False
    state.timers = tuple(timer for timer in state.timers if timer[1] != unit)
    state.syncing = None
    for channel in (state.link, DATA):
        state.flying.pop((channel, 1 - unit), None)


def _loses_power(state: State, action: Action) -> None:
    _gone(state, action)
    state.powered[action.unit] = False
    step(state, 1 - action.unit, ev.CableChanged(_cable(state, 1 - action.unit)))


def _cable(state: State, unit: int) -> ev.CableFacts:
    return ev.CableFacts(
        my_plug=True,
        other_plug=True,
        other_power=state.powered[1 - unit],
        strap=IDENTITIES[unit],
    )


def boots(state: State, action: Action) -> None:
    """A unit begins a new life, its configuration known."""
    unit = action.unit
    state.boots += 1
    if not state.powered[unit]:
        state.powered[unit] = True
        step(state, 1 - unit, ev.CableChanged(_cable(state, 1 - unit)))
    state.engines[unit] = Engine()
    started = ev.Started(
        facts=FACTS[unit],
        boot=1_000 + state.boots,
        cable=_cable(state, unit) if state.mode is Mode.CABLE else None,
        latched=None,
        carriers=((DATA, state.carrier[unit]), (LINK_NIC, True)),
    )
    step(state, unit, started)
    step(state, unit, ev.SettingsChanged(SETTINGS[state.mode][unit]))


def _carrier(state: State, action: Action) -> None:
    up = action.does is Does.CARRIER_BACK
    state.carrier[action.unit] = up
    if not up:
        for unit in (A, B):
            state.flying.pop((DATA, unit), None)
    step(state, action.unit, ev.CarrierChanged(DATA, up))


_HAPPENS = {
    Does.ARRIVES: _arrives,
    Does.IS_LOST: _take,
    Does.TIME: _time,
    Does.TIMER: _timer,
    Does.SYNCED: _synced,
    Does.NOT_SYNCED: _not_synced,
    Does.CUT: _cut,
    Does.MENDED: _mended,
    Does.CRASHES: _gone,
    Does.LOSES_POWER: _loses_power,
    Does.BOOTS: boots,
    Does.TOLD_ACTIVE: lambda s, a: step(s, a.unit, ev.OrderGiven(ev.Order.ACTIVE, 7)),
    Does.TOLD_STANDBY: lambda s, a: step(s, a.unit, ev.OrderGiven(ev.Order.NO_ACTIVE, 7)),
    Does.CARRIER_LOST: _carrier,
    Does.CARRIER_BACK: _carrier,
}

"""Always two, wired together: two failover machines, their channels, and a stand-in for the rest.

Replication takes 10 ms and always works unless told otherwise; the data plane obeys at once.
What is said can be lost by channel and direction. No management machine: orders and settings come
typed.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from typing import Self

from controller.bench.simulated.clock import Schedule
from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.engine import Engine
from firmware.core.failover.view import UnitView
from firmware.core.message_ids import MessageId
from firmware.core.settings import (
    DataInterface,
    FailoverLink,
    Identity,
    Mode,
    PhysicalInterface,
    Platform,
    Settings,
    UnitFacts,
    Witness,
)
from firmware.core.wire.bodies import CABLE, LAN, Frame, UnitState

A, B = 0, 1
Ask = tuple[int, str, str]  # unit, interface, question: "activity", "arp 0", "arp 1", "ping"
CHANNEL_US = {CABLE: 6_000, LAN: 100, "Ethernet0": 60, "Ethernet1": 60}


def unit_facts(index: int) -> UnitFacts:
    """Alike, but for chassis and MACs."""
    return UnitFacts(
        chassis=f"chassis-{index}",
        model="PIX-515E",
        version="7.2(1)",
        platform=Platform.PIX,
        memory_mb=128,
        flash_mb=16,
        licence="UR",
        interfaces=tuple(
            PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"00:06:5b:0{index}:00:0{n}")
            for n in range(4)
        ),
        real_time=True,
    )


def settings(mode: Mode = Mode.LAN, identity: Identity = Identity.PRIMARY) -> Settings:
    """The document's addresses; LAN timers of 50/150 ms, cable timers of 200/800."""
    return Settings(
        enabled=True,
        mode=mode,
        lan_identity=identity,
        failover_link=FailoverLink(
            name="failover",
            physical="Ethernet3",
            primary=IPv4Interface("10.1.0.1/24"),
            secondary=IPv4Address("10.1.0.2"),
        ),
        poll_unit_ms=50 if mode is Mode.LAN else 200,
        hold_unit_ms=150 if mode is Mode.LAN else 800,
        poll_interface_ms=500,
        hold_interface_ms=5_000,
        interfaces=(
            DataInterface(
                physical="Ethernet0",
                name="outside",
                active=IPv4Interface("172.16.1.1/16"),
                standby=IPv4Address("172.16.1.2"),
            ),
            DataInterface(
                physical="Ethernet1",
                name="inside",
                active=IPv4Interface("192.168.1.1/24"),
                standby=IPv4Address("192.168.1.2"),
            ),
        ),
    )


def bare(wanted: Settings) -> Settings:
    """Without a single data interface: an empty unit."""
    return replace(wanted, interfaces=())


class Pair:
    """Two machines on one clock."""

    def __init__(self, mode: Mode = Mode.LAN) -> None:
        self.schedule = Schedule()
        self.mode = mode
        self.identities = [Identity.PRIMARY, Identity.SECONDARY]
        self.facts = [unit_facts(A), unit_facts(B)]
        self.wanted = [settings(mode, identity) for identity in self.identities]
        self.engines: list[Engine | None] = [None, None]
        self.cables = [self._cable(identity) for identity in self.identities]
        self.lost: set[tuple[str, int]] = set()  # (channel, sender)
        self.holding = [False, False]
        self.boots = 0
        self.logs: list[list[fe.Log]] = [[], []]
        self.history: list[list[fe.StateChanged]] = [[], []]
        self.answers: list[list[fe.OrderAnswered]] = [[], []]
        self.effects: list[list[fe.Effect]] = [[], []]
        self.sealed: list[tuple[fe.SendFrame, ...]] = [(), ()]
        self.refuse: set[str] = set()  # data-plane effects the kernel refuses
        self.audible: set[Ask] = set()  # what makes itself heard: who, where, at which question
        self.asked: list[list[tuple[str, str]]] = [[], []]  # questions of tests, and where
        self._listening: set[tuple[int, str]] = set()
        self.syncs = True

    def _cable(self, identity: Identity) -> ev.CableFacts:
        return ev.CableFacts(my_plug=True, other_plug=True, other_power=True, strap=identity)

    def _has_cable(self, index: int) -> bool:
        return self.mode is Mode.CABLE or Witness.CABLE in self.wanted[index].witness

    def boot(self, *indices: int) -> None:
        """Start these units, all that were not there before."""
        for index in indices:
            self.boots += 1
            self.engines[index], self.holding[index] = Engine(), False
            started = ev.Started(
                facts=self.facts[index],
                boot=1_000 + self.boots,
                cable=self.cables[index] if self._has_cable(index) else None,
                latched=None,
                carriers=tuple((f"Ethernet{n}", True) for n in range(4)),
            )
            self.step(index, started)
            self.step(index, ev.SettingsChanged(self.wanted[index]))

    def die(self, index: int) -> None:
        """Without a word."""
        self.engines[index], self.holding[index] = None, False

    def both(self) -> Self:
        """A settled pair: A active, B Standby Ready, two hellos heard everywhere."""
        self.boot(A, B)
        self.run(3_000)
        assert self.states == ("Active", "Standby Ready"), self.states
        return self

    @property
    def states(self) -> tuple[str, str]:
        """As printed; "off" where there is none."""
        return self.state(A), self.state(B)

    def state(self, index: int) -> str:
        """As printed."""
        engine = self.engines[index]
        return engine.unit.state.text if engine is not None else "off"

    def engine(self, index: int) -> Engine:
        """A unit that is there."""
        engine = self.engines[index]
        assert engine is not None
        return engine

    def view(self, index: int) -> UnitView:
        """What the unit last published."""
        views = [e.view for e in self.effects[index] if isinstance(e, fe.Publish)]
        return views[-1]

    def logged(self, index: int) -> list[MessageId]:
        """Message numbers, oldest first."""
        return [log.message for log in self.logs[index]]

    def run(self, ms: int) -> None:
        """Let time pass."""
        self.schedule.run(ms * 1000)

    def order(self, index: int, order: ev.Order) -> None:
        """Type it."""
        self.step(index, ev.OrderGiven(order, 7))

    def cut(self, *channels: str, sender: int | None = None) -> None:
        """Lose what is said there, by one of them or by both."""
        senders = (A, B) if sender is None else (sender,)
        self.lost |= {(channel, s) for channel in channels for s in senders}

    def cut_all(self, sender: int | None = None) -> None:
        """On every channel."""
        self.cut(*CHANNEL_US, sender=sender)

    def lines(self, index: int, facts: ev.CableFacts) -> None:
        """GPIO lines of a unit change."""
        self.cables[index] = facts
        self.step(index, ev.CableChanged(facts))

    def step(self, index: int, event: ev.Event) -> None:
        """Step one machine and do what it asks."""
        engine = self.engines[index]
        if engine is None:
            return
        effects = engine.step(event, self.schedule.now_ms)
        for effect in effects:
            self._do(index, engine, effect)
        engine.check()
        self._wake(index, engine)

    def _wake(self, index: int, engine: Engine) -> None:
        due_ms = engine.next_due_ms()

        def wake() -> None:
            if self.engines[index] is engine and engine.next_due_ms() == due_ms:
                self.step(index, ev.TimePassed())

        if due_ms is not None:
            self.schedule.after(max(0, due_ms * 1000 - self.schedule.now_us), wake)

    def _later(self, us: int, index: int, event: ev.Event) -> None:
        engine = self.engines[index]

        def happen() -> None:
            if self.engines[index] is engine:
                self.step(index, event)

        self.schedule.after(us, happen)

    def _do(self, index: int, engine: Engine, effect: fe.Effect) -> None:
        self.effects[index].append(effect)
        name = type(effect).__name__
        match effect:
            case fe.SendFrame(channel, frame):
                self._say(index, channel, frame)
            case fe.AssumeAddresses() | fe.YieldAddresses() | fe.ReleaseAddresses():
                if name in self.refuse:
                    self._later(0, index, ev.Failed(name, "No such device"))
                    return
                self.holding[index] = name == "AssumeAddresses"
                self._later(0, index, ev.Done(name))
            case fe.ListenForActivity(physical):
                self._listening.add((index, physical))
                self._question(index, physical, "activity")
            case fe.StopListening(physical):
                self._listening.discard((index, physical))
            case fe.AskNeighbour(physical, _, _, turn):
                self._question(index, physical, f"arp {turn}")
            case fe.PingBroadcast(physical):
                self._question(index, physical, "ping")
            case fe.PrepareDataPlane():
                self._later(10_000, index, ev.Done(name))
            case fe.StartShortTimer(timer, us):
                self._later(us, index, ev.ShortTimerExpired(timer))
            case fe.StartSync() if self.syncs:
                self._sync(index, engine)
            case fe.Log():
                self.logs[index].append(effect)
            case fe.StateChanged():
                self.history[index].append(effect)
            case fe.OrderAnswered():
                self.answers[index].append(effect)
            case fe.SealFailedNotice(frames):
                self.sealed[index] = frames
            case _:
                pass

    def _question(self, index: int, physical: str, question: str) -> None:
        """A test asks; whoever is audible there is heard 5 ms later, if the unit still listens."""
        self.asked[index].append((physical, question))
        if (index, physical, question) in self.audible:
            self.schedule.after(5_000, lambda: self.sound(index, physical))

    def sound(self, index: int, physical: str) -> None:
        """Somebody is heard on that NIC."""
        if (index, physical) in self._listening:
            self._listening.discard((index, physical))
            self.step(index, ev.ActivityHeard(physical))

    def carrier(self, index: int, physical: str, up: bool) -> None:
        """The NIC has a link, or has none."""
        self.step(index, ev.CarrierChanged(physical, up))

    def _sync(self, index: int, engine: Engine) -> None:
        mate = 1 - index
        copied = replace(engine.unit.settings, lan_identity=self.identities[mate])
        self._later(10_000, mate, ev.SettingsChanged(copied))
        self._later(10_000, mate, ev.SyncEnded(ev.SyncOutcome.RECEIVED))
        self._later(10_000, index, ev.SyncEnded(ev.SyncOutcome.SENT))

    def _say(self, index: int, channel: str, frame: Frame) -> None:
        if (channel, index) not in self.lost:
            self._later(CHANNEL_US[channel], 1 - index, ev.FrameReceived(channel, frame))


def only_active(pair: Pair, index: int) -> bool:
    """That unit is active and holds the addresses, the other does not."""
    return (
        pair.state(index) == UnitState.ACTIVE.text
        and pair.holding[index]
        and not pair.holding[1 - index]
    )

"""Every order and every show of the command table, typed once on a unit in each state.

A handler that calls a view by the wrong name, or forgets to answer, is found here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest

from controller.bench.typist import lines_of
from firmware.core.failover import effects as fe
from firmware.core.failover import events as fev
from firmware.core.failover.view import CableStatus, HostView, LinkStatus, SyncStatus, UnitView
from firmware.core.management import events as ev
from firmware.core.management import kernel as k
from firmware.core.management.cli.row import Row
from firmware.core.management.cli.table import ROWS
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.settings import Identity, Mode, PhysicalInterface, Platform, UnitFacts
from firmware.core.wire.bodies import UnitState

CABLE = Path(__file__).parents[1] / "document" / "cable_primary.cfg"
WALL_MS = 1_167_113_264_000
LONG_MS = 60_000
A, B = UnitState.ACTIVE, UnitState.STANDBY_READY
FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac="02:00:00:00:00:01")
        for n in range(6)
    ),
)
KERNEL = k.KernelFacts(
    interfaces=tuple(
        k.KernelInterface(
            physical=f"Ethernet{n}",
            up=True,
            carrier=n != 3,
            mac="02:00:00:00:00:01",
            mtu=1500,
            addresses=("172.16.1.1/16",) if n == 0 else (),
            speed_mbit=None if n == 2 else 1000,
        )
        for n in range(5)  # one less than the configuration has
    ),
    routes=(
        k.KernelRoute(network="172.16.0.0/16", gateway="", physical="Ethernet0"),
        k.KernelRoute(network="0.0.0.0/0", gateway="172.16.1.3", physical="Ethernet0"),
        k.KernelRoute(network="10.9.0.0/16", gateway="10.0.0.9", physical="nobody's"),
    ),
    neighbours=(
        k.KernelNeighbour(
            physical="Ethernet0", address="172.16.1.3", mac="02:00:00:00:00:03", age_s=4
        ),
    ),
    connections=(
        k.KernelConnection(
            protocol="tcp",
            source="192.168.1.9",
            source_port=1024,
            destination="172.16.9.9",
            destination_port=80,
            reply_source="172.16.9.9",
            reply_source_port=80,
            reply_destination="172.16.1.1",
            reply_destination_port=2048,
            state="ESTABLISHED",
        ),
    ),
    connections_total=1,
    counters=(("nobody's", 3),),
    memory_total=1 << 30,
    memory_free=1 << 29,
    cpu_5s=7,
)


def host(identity: Identity, state: UnitState) -> HostView:
    return HostView(identity=identity, state=state, active_time_s=3, interfaces=())


def view(mine: UnitState, other: UnitState) -> UnitView:
    return UnitView(
        at_ms=0,
        enabled=True,
        mode=Mode.CABLE,
        conflict=False,
        cable=CableStatus.NORMAL,
        failover_link=LinkStatus.UP,
        state_link=LinkStatus.DOWN,
        mine=host(Identity.PRIMARY, mine),
        other=host(Identity.SECONDARY, other),
        sync=SyncStatus.DONE,
        macs_set=True,
        switchovers=0,
        frames_ignored=(("cable: does not echo this boot", 1),),
        late_worst_ms=0,
        real_time=True,
    )


@dataclass
class Console:
    """A unit with flash, a kernel, a failover machine that obeys, and a mate that says nothing."""

    seen: UnitView | None
    now_ms: int = 0
    flash: dict[str, str] = field(default_factory=dict)
    replies: list[ev.Reply] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.engine = ManagementEngine(FACTS, cable=True, boot=7, enforces=True)
        for event in cold_boot(CABLE.read_text(encoding="utf-8"), Identity.PRIMARY):
            self.step(event)
        if self.seen is None:
            self.step(ev.FailoverLost())
        self.step(ev.SessionOpened(1, ev.SessionKind.CONSOLE))
        self.enter("enable", "cisco")

    def step(self, event: ev.Event) -> None:
        events = [event]
        while events:
            for effect in self.engine.step(events.pop(0), self.now_ms, WALL_MS + self.now_ms):
                events.extend(self.outcome(effect))

    def outcome(self, effect: ev.Effect) -> Iterator[ev.Event]:
        match effect:
            case ev.Reply(session=1):
                self.replies.append(effect)
            case ev.CloseSession(1):
                self.closed = True
            case ev.WriteFlash(name, text):
                self.flash[name] = text
                yield ev.FlashWritten(name)
            case ev.EraseFlash(name):
                self.flash.pop(name, None)
                yield ev.FlashWritten(name)
            case ev.ReadFlash(name):
                yield ev.FlashRead(name, self.flash.get(name))
            case ev.ListFlash():
                yield ev.FlashListed((ev.FlashFile("file.old.cfg", 7, WALL_MS),))
            case ev.AskKernel(session) | ev.ClearKernel(session):
                yield ev.KernelTold(session, KERNEL)
            case ev.LoadRules():
                yield ev.RulesLoaded(effect.number)
            case ev.Ping(session, address):
                yield ev.Pinged(session, address, (1, None, 2, 1, 1))
            case ev.ToFailover(said) if self.seen is not None:
                yield from map(ev.FromFailover, self.obeyed(said))

    def obeyed(self, said: fev.Event) -> Iterator[fe.Effect]:
        match said:
            case fev.SnapshotWanted():
                assert self.seen is not None
                yield fe.Publish(self.seen)
            case fev.OrderGiven(_, ticket):
                yield fe.OrderAnswered(ticket, "")

    def enter(self, *typed: str) -> None:
        for line in typed:
            self.step(ev.CommandEntered(1, line))

    def answered(self, line: str) -> str:
        """What a line is answered in the end, questions answered with Enter."""
        self.replies.clear()
        self.enter(line)
        for _ in range(3):
            if self.replies and self.replies[-1].done:
                if not self.replies[-1].prompt.endswith(("[confirm]", ": ")):
                    break
                self.enter("")
            else:
                due_ms = self.engine.next_due_ms()
                assert due_ms is not None, f"{line}: never answered, and nothing is due"
                self.now_ms = max(self.now_ms, due_ms)
                assert self.now_ms < LONG_MS, line
                self.step(ev.TimePassed())
        assert self.replies, f"{line}: never answered"
        assert self.replies[-1].done or self.closed, line
        return "".join(reply.text for reply in self.replies)


STATES = {
    "active": view(A, B),
    "standby": view(B, A),
    "alone": view(A, UnitState.NOT_DETECTED),
    "no failover process": None,
}
ORDERS = tuple(row for row in ROWS if row.action)


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.name)
@pytest.mark.parametrize("state", STATES)
def test_every_order_is_answered(row: Row, state: str) -> None:
    """In privileged mode and in configuration mode, and is a command in the first."""
    for line, configuring in product(dict.fromkeys(lines_of(row)), (False, True)):
        line = line.replace("some text,  with blanks", "show clock")  # of failover exec
        console = Console(STATES[state])
        console.enter(*(["configure terminal"] if configuring else []))
        text = console.answered(line)
        assert configuring or "% " not in text, f"{line}\n{text}"


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.name)
def test_every_order_is_answered_before_anything_is_known(row: Row) -> None:
    """By a program, of a unit whose failover process has said nothing yet."""
    for line in dict.fromkeys(lines_of(row)):
        console = Console(STATES["active"])
        console.step(ev.FailoverLost())
        console.seen = None
        console.step(ev.FailoverConnected())
        assert "% " not in console.answered(line.replace("some text,  with blanks", "show clock"))

"""What one management asks its failover machine to carry: keys, sealed and not; failover exec."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover import events as fev
from firmware.core.failover.view import CableStatus, HostView, LinkStatus, SyncStatus, UnitView
from firmware.core.management import events as ev
from firmware.core.management import mirror
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.management.model import Model
from firmware.core.management.replicate import messages as say
from firmware.core.management.replicate.inbox import Inbox, Whole
from firmware.core.management.replicate.remote import PATIENCE_MS, Target
from firmware.core.management.running.model import Refused
from firmware.core.settings import Identity, Mode, PhysicalInterface, Platform, UnitFacts
from firmware.core.wire.bodies import UnitState

DOCUMENT = Path(__file__).parents[1] / "document"
LAN = (DOCUMENT / "lan_primary.cfg").read_text(encoding="utf-8").replace("*****", "s3cret")
CABLE = (DOCUMENT / "cable_primary.cfg").read_text(encoding="utf-8")
FACTS = UnitFacts(
    chassis="1",
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


def picture(identity: Identity, mine: UnitState, other: UnitState) -> UnitView:
    def host(who: Identity, state: UnitState) -> HostView:
        return HostView(identity=who, state=state, active_time_s=0, interfaces=())

    return UnitView(
        at_ms=0,
        enabled=True,
        mode=Mode.LAN,
        conflict=False,
        cable=CableStatus.NOT_USED,
        failover_link=LinkStatus.UP,
        state_link=LinkStatus.DOWN,
        mine=host(identity, mine),
        other=host(identity.other, other),
        sync=SyncStatus.DONE,
        macs_set=True,
        switchovers=0,
        frames_ignored=(),
        late_worst_ms=0,
        real_time=True,
    )


class Unit:
    """One management; what it sends is given to ``mate`` at once."""

    def __init__(self, identity: Identity, startup: str) -> None:
        self.engine = ManagementEngine(FACTS, cable=False, boot=3)
        self.identity, self.now_ms = identity, 0
        self.mate: Unit | None = None
        self.sent: list[bytes] = []
        self.replies: list[ev.Reply] = []
        for event in cold_boot(startup, identity):
            self.step(event)

    @property
    def model(self) -> Model:
        return self.engine._model

    def step(self, event: ev.Event) -> None:
        for effect in self.engine.step(event, self.now_ms, self.now_ms):
            match effect:
                case ev.Reply():
                    self.replies.append(effect)
                case ev.ToFailover(fev.MessageQueued(payload)):
                    self.sent.append(payload)
                    if self.mate is not None:
                        self.mate.step(ev.FromFailover(fe.DeliverMessage(payload)))
                case ev.LoadRules(number):
                    self.step(ev.RulesLoaded(number))
                case ev.WriteFlash(name) | ev.EraseFlash(name):
                    self.step(ev.FlashWritten(name))
                case _:
                    pass

    def sees(self, mine: UnitState, other: UnitState) -> None:
        self.step(ev.FromFailover(fe.Publish(picture(self.identity, mine, other))))

    def type(self, line: str) -> None:
        found = self.model.configuration.find((), line)
        assert isinstance(found, tuple), line
        assert not isinstance(mirror.enter(self.model, *found), Refused), line
        self.flush()

    def flush(self) -> None:
        """What was asked for outside a step leaves with the next one."""
        self.now_ms += 1
        self.step(ev.TimePassed())

    def exec_on(self, target: Target, line: str) -> str:
        why = mirror.exec_on(self.model, 5, target, line, configuring=False)
        self.flush()
        return why


def pair(startup: str = LAN) -> tuple[Unit, Unit]:
    active, standby = Unit(Identity.PRIMARY, startup), Unit(Identity.SECONDARY, startup)
    active.mate, standby.mate = standby, active
    active.sees(UnitState.ACTIVE, UnitState.STANDBY_READY)
    standby.sees(UnitState.STANDBY_READY, UnitState.ACTIVE)
    return active, standby


def whole_text(unit: Unit) -> str:
    """The configuration this unit would send now."""
    inbox, begins = Inbox(), len(unit.sent)
    unit.step(ev.FromFailover(fe.StartSync()))
    outcomes = [inbox.receive(payload) for payload in unit.sent[begins:]]
    return next(outcome.text for outcome in outcomes if isinstance(outcome, Whole))


def sent_lines(unit: Unit) -> list[str]:
    batches = [m for m in map(say.decode, unit.sent) if isinstance(m, say.Batch)]
    return [i.line for batch in batches for i in batch.items if isinstance(i, say.Line)]


def test_over_a_sealed_link_the_key_travels() -> None:
    active, standby = pair()
    assert "failover key s3cret\n" in whole_text(active)
    active.type("failover key an0ther")
    assert "failover key an0ther" in sent_lines(active)
    assert standby.model.settings.key == active.model.settings.key
    assert standby.model.settings.key_from_mate
    assert not active.model.settings.key_from_mate


@pytest.mark.parametrize(
    "startup", [LAN.replace("failover key s3cret\n", ""), CABLE], ids=["lan without", "cable"]
)
def test_in_clear_it_does_not(startup: str) -> None:
    active, standby = pair(startup)
    before = standby.model.settings.key
    active.type("failover key s3cret")
    active.type("hostname gateway")
    assert sent_lines(active) == ["hostname gateway"]
    assert standby.model.settings.key == before
    assert not any(b"s3cret" in payload for payload in active.sent)


def test_by_the_cable_a_configuration_has_no_key_and_the_standby_keeps_its_own() -> None:
    active, standby = pair(CABLE)
    active.type("failover key mine")
    standby.type("failover key its")
    key = standby.model.settings.key
    assert "failover key" not in whole_text(active)
    assert key is not None
    assert standby.model.settings.key == key
    assert standby.model.settings.digest == active.model.settings.digest


def test_lines_of_one_unit_alone_stay_there() -> None:
    active, standby = pair()
    active.type("failover lan unit secondary")
    active.type("no failover")
    assert sent_lines(active) == []
    assert standby.model.settings.enabled


def test_a_mate_that_is_not_there_is_sent_nothing() -> None:
    active, _ = pair()
    active.sees(UnitState.ACTIVE, UnitState.FAILED)
    active.type("hostname gateway")
    assert active.sent == []
    assert mirror.write_standby(active.model)


def test_write_standby_is_for_the_active_unit() -> None:
    _, standby = pair()
    assert "not active" in mirror.write_standby(standby.model)


@pytest.mark.parametrize("target", [Target.MATE, Target.STANDBY])
def test_a_command_runs_on_the_mate_and_is_answered_here(target: Target) -> None:
    active, standby = pair()
    active.step(ev.SessionOpened(5, ev.SessionKind.PROGRAM))
    assert active.exec_on(target, "show running-config failover") == ""
    assert active.replies[-1].session == 5
    assert active.replies[-1].done
    assert "failover lan unit" in active.replies[-1].text
    assert standby.replies == []


def test_a_command_for_this_unit_runs_here() -> None:
    active, standby = pair()
    active.step(ev.SessionOpened(5, ev.SessionKind.PROGRAM))
    assert active.exec_on(Target.ACTIVE, "show running-config failover") == ""
    assert "failover lan unit" in active.replies[-1].text
    assert standby.sent == []


def test_a_command_that_nobody_answers_ends_by_itself() -> None:
    active, _ = pair()
    active.mate = None
    active.step(ev.SessionOpened(5, ev.SessionKind.PROGRAM))
    assert active.exec_on(Target.MATE, "show version") == ""
    asked_ms = active.now_ms
    due_ms = active.engine.next_due_ms()
    assert due_ms is not None
    assert due_ms <= asked_ms + PATIENCE_MS
    active.now_ms += PATIENCE_MS
    active.step(ev.TimePassed())
    assert "did not answer within 10 s" in active.replies[-1].text


@pytest.mark.parametrize("state", [UnitState.NOT_DETECTED, UnitState.FAILED])
def test_there_must_be_somebody_to_run_it(state: UnitState) -> None:
    active, _ = pair()
    active.sees(UnitState.ACTIVE, state)
    assert state.text in active.exec_on(Target.MATE, "show version")


def test_the_sessions_of_a_mate_end_with_those_they_were_for() -> None:
    active, standby = pair()
    active.step(ev.SessionOpened(5, ev.SessionKind.PROGRAM))
    active.exec_on(Target.MATE, "show version")
    assert [number for number in standby.model.sessions if number < 0]
    active.step(ev.SessionClosed(5))
    assert not [number for number in standby.model.sessions if number < 0]


def test_two_active_units_take_nothing_from_each_other() -> None:
    active, other = pair()
    other.sees(UnitState.ACTIVE, UnitState.ACTIVE)
    active.sees(UnitState.ACTIVE, UnitState.ACTIVE)
    active.type("hostname gateway")
    assert active.sent == []
    active.step(ev.FromFailover(fe.StartSync()))
    assert "hostname gateway" not in other.model.configuration.text
    assert other.engine.messages_ignored


def test_out_of_sync_is_told_and_published() -> None:
    active, _ = pair()
    active.model.mirror.drift.refused = "hostname x"
    seen = picture(Identity.PRIMARY, UnitState.ACTIVE, UnitState.STANDBY_READY)
    differs = replace(seen.other, digest=1)
    active.step(ev.FromFailover(fe.Publish(replace(seen, other=differs))))
    assert mirror.out_of_sync(active.model) == "the standby unit refused hostname x"
    assert "990016" in active.engine.messages[-1]
    same = replace(seen.other, digest=active.model.settings.digest)
    active.step(ev.FromFailover(fe.Publish(replace(seen, other=same))))
    assert mirror.out_of_sync(active.model) == ""
    assert "990017" in active.engine.messages[-1]

"""Two management machines wired together, their failover machines played by hand."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.failover import effects as fe
from firmware.core.failover import events as fev
from firmware.core.failover.view import CableStatus, HostView, LinkStatus, SyncStatus, UnitView
from firmware.core.management import events as ev
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.management.model import ORDER_PATIENCE_MS
from firmware.core.management.topics import STATE_EVERY_MS, TOPICS
from firmware.core.message_ids import MessageId
from firmware.core.settings import (
    Identity,
    Mode,
    PhysicalInterface,
    Platform,
    Settings,
    UnitFacts,
)
from firmware.core.wire.bodies import UnitState

DOCUMENT = Path(__file__).parents[1] / "document"
CABLE = (DOCUMENT / "cable_primary.cfg").read_text(encoding="utf-8")
LAN_PRIMARY = (DOCUMENT / "lan_primary.cfg").read_text(encoding="utf-8")
LAN_SECONDARY = (DOCUMENT / "lan_secondary.cfg").read_text(encoding="utf-8")
WALL_MS = 1_167_113_264_000
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


def host(identity: Identity, state: UnitState) -> HostView:
    return HostView(identity=identity, state=state, active_time_s=3, interfaces=())


def view(identity: Identity, mine: UnitState, other: UnitState) -> UnitView:
    return UnitView(
        at_ms=0,
        enabled=True,
        mode=Mode.CABLE,
        conflict=False,
        cable=CableStatus.NORMAL,
        failover_link=LinkStatus.UP,
        state_link=LinkStatus.DOWN,
        mine=host(identity, mine),
        other=host(identity.other, other),
        sync=SyncStatus.NONE,
        macs_set=True,
        switchovers=0,
        frames_ignored=(),
        late_worst_ms=0,
        real_time=True,
    )


@dataclass
class Unit:
    """One engine, a flash that answers at once, and what was said to whom."""

    identity: Identity
    startup: str | None
    flash: dict[str, str] = field(default_factory=dict)
    flash_error: str | None = None
    mate: "Unit | None" = None
    now_ms: int = 0
    said: list[ev.Effect] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = ManagementEngine(FACTS, cable=True, boot=7)
        for event in cold_boot(self.startup, self.identity):
            self.step(event)

    def step(self, event: ev.Event) -> None:
        for effect in self.engine.step(event, self.now_ms, WALL_MS + self.now_ms):
            self.said.append(effect)
            if isinstance(effect, ev.Reply):
                self.answers.append(effect.text)
            elif isinstance(effect, ev.WriteFlash):
                self.flash[effect.name] = effect.text
                self.step(ev.FlashWritten(effect.name, self.flash_error))
            elif isinstance(effect, ev.EraseFlash):
                self.flash.pop(effect.name, None)
                self.step(ev.FlashWritten(effect.name))
            elif self.mate and isinstance(effect, ev.ToFailover):
                self.carry(self.mate, effect.event)

    def carry(self, mate: "Unit", event: fev.Event) -> None:
        if isinstance(event, fev.MessageQueued):
            mate.failover(fe.DeliverMessage(event.payload))
        elif isinstance(event, fev.SyncWanted):
            mate.failover(fe.StartSync())

    def failover(self, effect: fe.Effect) -> None:
        self.step(ev.FromFailover(effect))
        due_ms = self.engine.next_due_ms()
        if due_ms is not None and due_ms <= self.now_ms:
            self.step(ev.TimePassed())

    def type(self, line: str, session: int = 1) -> str:
        before = len(self.answers)
        self.step(ev.CommandEntered(session, line))
        return "".join(self.answers[before:])

    def told(self) -> list[fev.Event]:
        return [effect.event for effect in self.said if isinstance(effect, ev.ToFailover)]

    def settings(self) -> Settings:
        return [e.settings for e in self.told() if isinstance(e, fev.SettingsChanged)][-1]

    def console(self) -> list[str]:
        return [effect.text.strip() for effect in self.said if isinstance(effect, ev.ConsoleText)]

    def topics(self, name: str) -> list[ev.PublishTopic]:
        published = (e for e in self.said if isinstance(e, ev.PublishTopic))
        return [effect for effect in published if effect.topic == name]

    def numbers(self) -> list[int]:
        return [int(line.split("-")[2].split(":")[0]) for line in self.engine.messages]


def wired(startup: str = CABLE, other: str | None = None) -> tuple[Unit, Unit]:
    active, standby = Unit(Identity.PRIMARY, startup), Unit(Identity.SECONDARY, other)
    active.mate, standby.mate = standby, active
    active.failover(fe.Publish(view(Identity.PRIMARY, UnitState.ACTIVE, UnitState.SYNC_CONFIG)))
    standby.failover(fe.Publish(view(Identity.SECONDARY, UnitState.SYNC_CONFIG, UnitState.ACTIVE)))
    return active, standby


def synced(startup: str = CABLE, other: str | None = None) -> tuple[Unit, Unit]:
    active, standby = wired(startup, other)
    active.failover(fe.StartSync())
    ready = UnitState.STANDBY_READY
    active.failover(fe.Publish(view(Identity.PRIMARY, UnitState.ACTIVE, ready)))
    standby.failover(fe.Publish(view(Identity.SECONDARY, ready, UnitState.ACTIVE)))
    return active, standby


def test_a_boot_says_who_it_was_then_what_it_is_configured_as() -> None:
    unit = Unit(Identity.PRIMARY, CABLE)
    kinds = [type(e) for e in unit.said if isinstance(e, ev.SendBootFacts | ev.ToFailover)]
    assert kinds == [ev.SendBootFacts, ev.ToFailover, ev.ToFailover]
    assert ev.SendBootFacts(Identity.PRIMARY) in unit.said
    assert isinstance(unit.told()[1], fev.SnapshotWanted)
    assert unit.settings().configured
    assert unit.numbers() == [MessageId.LINES_NOT_ACTED_ON, MessageId.WEAK_PASSWORDS]


def test_an_empty_flash_with_a_cable_is_enabled_and_has_nothing() -> None:
    unit = Unit(Identity.SECONDARY, None)
    assert unit.settings().enabled
    assert not unit.settings().configured
    assert "\nfailover\n" in unit.engine.running_config


def test_the_whole_configuration_arrives_and_only_then_counts() -> None:
    active, standby = synced()
    assert standby.engine.running_config == active.engine.running_config
    assert standby.settings() == active.settings()
    assert standby.settings().digest == active.settings().digest
    kinds = [type(event) for event in standby.told()[-3:]]
    assert kinds == [fev.MessageQueued, fev.SettingsChanged, fev.SyncEnded]
    assert standby.told()[-1] == fev.SyncEnded(fev.SyncOutcome.RECEIVED)
    assert active.told()[-1] == fev.SyncEnded(fev.SyncOutcome.SENT)
    assert active.numbers()[-2:] == [709003, 709004]
    assert [n for n in standby.numbers() if n > 700000 and n < 800000] == [709005, 709006]


def test_consoles_say_what_the_document_says() -> None:
    active, standby = Unit(Identity.PRIMARY, CABLE), Unit(Identity.SECONDARY, None)
    active.mate, standby.mate = standby, active
    detected = fe.StateChanged(UnitState.NEGOTIATION, UnitState.COLD_STANDBY, "why")
    standby.failover(detected)
    active.failover(fe.StartSync())
    assert active.console() == [
        "Beginning configuration replication: Sending to mate.",
        "End Configuration Replication to mate",
    ]
    assert standby.console() == [
        "Detected an Active mate",
        "Beginning configuration replication from mate.",
        "End configuration replication from mate.",
    ]


def test_lan_units_keep_their_own_lan_unit() -> None:
    active, standby = synced(LAN_PRIMARY, LAN_SECONDARY)
    assert "failover lan unit secondary\n" in standby.engine.running_config
    assert standby.settings().lan_identity is Identity.SECONDARY
    assert standby.settings().digest == active.settings().digest
    active.type("failover lan unit secondary")
    assert "failover lan unit secondary\n" in active.engine.running_config
    active.type("failover lan unit primary")
    assert "failover lan unit secondary\n" in standby.engine.running_config


def test_a_line_typed_on_the_active_is_on_the_standby() -> None:
    active, standby = synced()
    assert active.type("hostname gateway") == ""
    assert active.type("access-list 102 deny ip any any") == ""
    active.type("interface ethernet3")
    active.type("nameif dmz")
    active.type("no shutdown")
    assert standby.engine.running_config == active.engine.running_config
    assert "hostname gateway\n" in standby.engine.running_config
    assert any(i.name == "dmz" and not i.shutdown for i in standby.settings().interfaces)
    assert standby.settings().digest == active.settings().digest


def test_failover_itself_is_not_replicated() -> None:
    active, standby = synced()
    active.type("no failover")
    assert not active.settings().enabled
    assert standby.settings().enabled
    active.type("failover")
    assert active.settings().digest == standby.settings().digest


def test_a_line_typed_on_the_standby_stays_there_and_draws_the_warning() -> None:
    active, standby = synced()
    answer = standby.type("access-list 103 permit ip any any")
    assert answer.startswith("**** WARNING ****\n")
    assert "Configuration Replication is NOT performed from Standby unit to Active unit." in answer
    assert "Configurations are no longer synchronized." in answer
    assert "access-list 103" not in active.engine.running_config
    assert active.settings().digest != standby.settings().digest
    assert standby.type("show failover").startswith("Failover On")
    assert active.type("write standby") == ""
    assert standby.engine.running_config == active.engine.running_config
    assert standby.type("write standby").startswith("ERROR")


def test_saving_on_the_active_saves_both() -> None:
    active, standby = synced()
    assert active.type("copy running-config startup-config").endswith("[OK]\n")
    head = ": Saved\nPIX Version 7.2(1)\n!\n"
    assert active.flash["startup-config"] == f"{head}{active.engine.running_config}: end\n"
    assert standby.flash["startup-config"] == active.flash["startup-config"]
    active.flash_error = "no space left"
    assert active.type("wr mem") == "ERROR: startup-config: no space left\n"
    standby.flash_error = "no space left"
    active.type("wr mem")
    assert standby.numbers()[-1] == 709007
    assert active.type("write erase").endswith("[OK]\n")
    assert "startup-config" not in active.flash


def test_a_replicated_line_that_is_refused_is_said_so() -> None:
    active, standby = Unit(Identity.PRIMARY, CABLE), Unit(Identity.SECONDARY, None)
    active.mate, standby.mate = standby, active
    active.failover(fe.Publish(view(Identity.PRIMARY, UnitState.ACTIVE, UnitState.STANDBY_READY)))
    active.type("failover lan enable")
    active.type("failover polltime unit msec 10 holdtime msec 30")
    standby.type("no failover lan enable")
    active.type("failover polltime unit msec 20 holdtime msec 60")
    assert standby.engine.messages[-1].endswith(
        "command failover polltime unit msec 20 holdtime msec 60"
    )


def test_nothing_a_mate_says_reaches_an_active_unit() -> None:
    active, _ = synced()
    before = active.engine.running_config
    active.failover(fe.DeliverMessage(b"R" + bytes(6) + b"hostname evil"))
    assert active.engine.running_config == before
    assert active.engine.messages_ignored == 1


def test_a_configuration_cut_off_is_not_taken_over() -> None:
    active, standby = wired()
    before = standby.engine.running_config
    active.mate = None
    active.failover(fe.StartSync())
    payloads = [e.payload for e in active.told() if isinstance(e, fev.MessageQueued)]
    standby.failover(fe.DeliverMessage(payloads[0]))
    standby.failover(fe.ResetReplication())
    standby.failover(fe.DeliverMessage(payloads[-1]))
    assert standby.engine.running_config == before
    standby.failover(fe.DeliverMessage(payloads[0]))
    standby.failover(fe.DeliverMessage(payloads[-1][:-3] + b"xyz"))
    assert standby.told()[-1] == fev.SyncEnded(fev.SyncOutcome.FAILED)
    assert standby.numbers()[-1] == 105020
    assert standby.engine.running_config == before


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_hostile_messages_change_nothing_and_never_raise(payloads: list[bytes]) -> None:
    _, standby = wired()
    before = standby.engine.running_config
    for payload in payloads:
        if payload[:1] not in (b"R", b"W"):
            standby.failover(fe.DeliverMessage(payload))
    assert standby.engine.running_config == before


def test_orders_wait_for_their_answer() -> None:
    active, _ = synced()
    assert active.type("no failover active") == ""
    order = active.told()[-1]
    assert isinstance(order, fev.OrderGiven)
    assert order.order is fev.Order.NO_ACTIVE
    assert active.type("show version").startswith("ERROR: the command before")
    assert active.type("failover active", session=2) == ""
    active.failover(fe.OrderAnswered(order.ticket, "the mate is failed"))
    assert active.answers[-1] == "ERROR: the mate is failed\n"
    active.failover(fe.OrderAnswered(order.ticket + 1, ""))
    assert active.answers[-1] == ""
    active.failover(fe.OrderAnswered(99, "nobody asked"))


def test_orders_nobody_answers_are_given_up() -> None:
    active, _ = synced()
    active.type("failover reset")
    due = active.engine.next_due_ms()
    assert due == ORDER_PATIENCE_MS
    active.now_ms = due
    active.step(ev.TimePassed())
    assert active.answers[-1].startswith("ERROR: the failover process does not answer")
    active.type("failover active")
    active.step(ev.FailoverLost())
    assert active.answers[-1].startswith("ERROR: the failover process ended")
    assert active.type("failover active").startswith("ERROR")
    assert active.type("show failover").startswith("ERROR")


def test_a_failover_process_that_came_back_is_told_everything_again() -> None:
    active, _ = synced()
    active.type("hostname gateway")
    active.step(ev.FailoverLost())
    active.said.clear()
    active.step(ev.FailoverConnected())
    assert isinstance(active.said[0], ev.SendBootFacts)
    assert active.settings().interfaces


def test_a_management_that_came_back_goes_on_with_what_it_kept() -> None:
    active, standby = synced()
    active.type("hostname gateway")
    kept = [e.text for e in active.said if isinstance(e, ev.Keep) and e.name == ev.RUNNING_CONFIG][
        -1
    ]
    again = Unit(Identity.PRIMARY, None)
    again.engine = ManagementEngine(FACTS, cable=True, boot=8)
    again.said.clear()
    again.step(ev.FlashRead(ev.LATCHED_IDENTITY, "Primary"))
    again.step(ev.FlashRead(ev.RUNNING_CONFIG, kept))
    again.step(ev.FlashRead(ev.STARTUP_CONFIG, CABLE))
    again.step(ev.FailoverConnected())
    again.mate = standby
    assert again.engine.running_config == active.engine.running_config
    again.failover(fe.Publish(view(Identity.PRIMARY, UnitState.ACTIVE, UnitState.STANDBY_READY)))
    again.type("hostname again")
    assert "hostname again\n" in standby.engine.running_config
    assert "Last Failover at: 06:07:41 UTC Dec 26 2006" in again.type("show failover")


def test_flash_that_cannot_be_read_is_said_and_the_unit_starts() -> None:
    unit = Unit(Identity.PRIMARY, None)
    unit.engine = ManagementEngine(FACTS, cable=False, boot=1)
    unit.step(ev.FlashRead(ev.LATCHED_IDENTITY, "Tertiary"))
    unit.step(ev.FlashRead(ev.RUNNING_CONFIG, None))
    unit.step(ev.FlashRead(ev.STARTUP_CONFIG, None, "not UTF-8 at byte 7"))
    unit.step(ev.FailoverConnected())
    assert unit.numbers() == [990009, 990009]
    assert "not UTF-8 at byte 7" in unit.engine.messages[-1]
    assert not unit.settings().enabled


@pytest.mark.parametrize("line", ["x" * 511, "a\x07b", "show", "copy running-config"])
def test_lines_that_are_none_answer_with_an_error(line: str) -> None:
    unit = Unit(Identity.PRIMARY, CABLE)
    before = unit.engine.running_config
    assert any(said.startswith("ERROR: ") for said in unit.type(line).splitlines())
    assert unit.engine.running_config == before


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_typed_lines_are_answered_once_each(lines: list[str]) -> None:
    unit = Unit(Identity.PRIMARY, CABLE)
    for line in lines:
        before = len(unit.answers)
        unit.type(line)
        assert len(unit.answers) == before + 1


def test_sessions_are_bounded() -> None:
    unit = Unit(Identity.PRIMARY, CABLE)
    answers = [unit.type("show version", session=n) for n in range(70)]
    assert [answer.startswith("ERROR") for answer in answers] == [False] * 64 + [True] * 6
    unit.step(ev.SessionClosed(3))
    assert not unit.type("show version", session=200).startswith("ERROR")


def test_reload_is_the_supervisors() -> None:
    unit = Unit(Identity.PRIMARY, CABLE)
    unit.type("reload")
    assert unit.said[-1] == ev.ToSupervisor(ev.Reload())


def test_what_is_published_is_in_the_table() -> None:
    active, _ = synced()
    active.step(ev.Fenced("end of file"))
    active.failover(fe.StateChanged(UnitState.ACTIVE, UnitState.STANDBY_READY, "why"))
    active.step(ev.SwitchMoved("POWER", False))
    active.step(ev.ProcessEnded("failover", "signal 9"))
    table = {topic.name: topic for topic in TOPICS}
    published = [e for e in active.said if isinstance(e, ev.PublishTopic)]
    assert {e.topic for e in published} == set(table) - {"availability", "event/email-alert"}
    for effect in published:
        assert effect.retain is table[effect.topic].retained
        assert tuple(effect.payload) == table[effect.topic].fields
    sequences = [effect.payload["sequence"] for effect in published]
    assert sequences == sorted(set(map(int, map(str, sequences))))
    assert active.topics("event/switch")[0].payload["on"] is False
    assert active.numbers()[-1] == 990004


def test_state_is_published_when_it_changes_and_every_ten_seconds() -> None:
    active, _ = synced()
    count = len(active.topics("state"))
    same = view(Identity.PRIMARY, UnitState.ACTIVE, UnitState.STANDBY_READY)
    active.failover(fe.Publish(replace(same, late_worst_ms=4)))
    assert len(active.topics("state")) == count
    active.now_ms = STATE_EVERY_MS
    assert active.engine.next_due_ms() == STATE_EVERY_MS
    active.step(ev.TimePassed())
    assert len(active.topics("state")) == count + 1
    mine = active.topics("state")[-1].payload["mine"]
    assert isinstance(mine, dict)
    assert mine["active_time_s"] == 13
    lost = replace(same, other=replace(same.other, state=UnitState.FAILED))
    active.failover(fe.Publish(lost))
    assert active.topics("alerts")[-1].payload["alerts"] == ["the mate is failed"]


def test_a_broker_that_comes_hears_everything_and_one_that_goes_is_said_once() -> None:
    active, _ = synced()
    active.step(ev.BrokerChanged("192.0.2.1:1883", False, "connection refused"))
    assert active.engine.messages[-1].endswith(
        "MQTT broker 192.0.2.1:1883 is not reachable: connection refused. Trying on."
    )
    before = len(active.topics("state")), len(active.topics("alerts"))
    active.step(ev.BrokerChanged("192.0.2.1:1883", True))
    assert (len(active.topics("state")), len(active.topics("alerts"))) == (
        before[0] + 1,
        before[1] + 1,
    )


def test_last_failover_is_when_the_role_changed_not_when_it_was_synced_anew() -> None:
    unit = Unit(Identity.SECONDARY, CABLE)
    shown = view(Identity.SECONDARY, UnitState.STANDBY_READY, UnitState.ACTIVE)
    for ms, before, after in (
        (1000, UnitState.BULK_SYNC, UnitState.STANDBY_READY),
        (5000, UnitState.STANDBY_READY, UnitState.COLD_STANDBY),
        (6000, UnitState.BULK_SYNC, UnitState.STANDBY_READY),
    ):
        unit.now_ms = ms
        unit.failover(fe.StateChanged(before, after, "why"))
    unit.failover(fe.Publish(shown))
    assert "Last Failover at: 06:07:45 UTC" in unit.type("show failover")
    unit.now_ms = 9000
    unit.failover(fe.StateChanged(UnitState.ACTIVE_CONFIG_APPLIED, UnitState.ACTIVE, "why"))
    assert "Last Failover at: 06:07:53 UTC" in unit.type("show failover")
    assert unit.type("show failover history").count("UTC") == 4

"""A unit's messages as its terminals and the broker get them, by the logging lines typed."""

from firmware.core.failover import effects as fe
from firmware.core.management import events as ev
from firmware.core.management import topics
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.settings import Identity, PhysicalInterface, Platform, UnitFacts
from firmware.core.wire.bodies import UnitState

FACTS = UnitFacts(
    chassis="1",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=(PhysicalInterface(physical="Ethernet0", burned_in_mac="00:00:00:00:00:01"),),
)
BENCH, CONSOLE, REMOTE = 1, 2, 3
FENCED = "end of file"


class Unit:
    """A machine with a bench session, a console and somebody who came by SSH."""

    def __init__(self) -> None:
        self.engine = ManagementEngine(FACTS, cable=True, boot=7)
        self.said: list[ev.Effect] = []
        for event in cold_boot("hostname pix\nenable password Open7\n", Identity.PRIMARY):
            self.step(event)
        self.step(ev.SessionOpened(BENCH, ev.SessionKind.PROGRAM))
        self.step(ev.SessionOpened(CONSOLE, ev.SessionKind.CONSOLE))
        self.step(ev.SessionOpened(REMOTE, ev.SessionKind.SSH, user="pix", peer="10.0.0.1"))

    def step(self, event: ev.Event) -> list[ev.Effect]:
        self.said = self.engine.step(event, 0, 0)
        return self.said

    def type(self, *lines: str, session: int = BENCH) -> str:
        texts = []
        for line in lines:
            said = self.step(ev.CommandEntered(session, line))
            texts += [e.text for e in said if isinstance(e, ev.Reply) and e.session == session]
        return "".join(texts)

    def becomes(self, state: UnitState) -> None:
        self.step(ev.FromFailover(fe.StateChanged(UnitState.NEGOTIATION, state, "why")))

    def fenced(self) -> list[ev.Effect]:
        return self.step(ev.Fenced(FENCED))

    def heard(self) -> list[tuple[str, tuple[int, ...] | None]]:
        return [(e.text, e.sessions) for e in self.fenced() if isinstance(e, ev.ConsoleText)]

    def alerts(self) -> list[dict[str, object]]:
        return [
            dict(e.payload)
            for e in self.fenced()
            if isinstance(e, ev.PublishTopic) and e.topic == "event/email-alert"
        ]


def test_without_logging_enable_a_message_is_in_memory_and_nowhere_else() -> None:
    unit = Unit()
    unit.type("logging console 7", "logging buffered 7")
    assert unit.heard() == []
    assert FENCED in unit.engine.messages[-1]
    assert FENCED not in unit.type("show logging")
    assert FENCED in unit.type("show logging all")


def test_the_buffer_is_what_logging_buffered_lets_in_and_can_be_emptied() -> None:
    unit = Unit()
    unit.type("logging enable", "logging buffered alerts")
    unit.fenced()
    shown = unit.type("show logging")
    assert "Buffer logging: level alerts, 1 messages logged" in shown
    assert shown.count(FENCED) == 1
    assert FENCED not in unit.type("show logging setting")
    unit.type("clear logging buffer")
    assert FENCED not in unit.type("show logging")
    assert FENCED in unit.type("show logging all")


def test_a_message_comes_up_on_the_console_and_where_terminal_monitor_was_typed() -> None:
    unit = Unit()
    unit.type("logging enable", "logging console 1", "logging monitor 1")
    assert [sessions for _, sessions in unit.heard()] == [(CONSOLE,)]
    unit.type("enable", "Open7", "terminal monitor", session=REMOTE)
    assert [sessions for _, sessions in unit.heard()] == [(CONSOLE, REMOTE)]
    unit.type("no logging console")
    assert [sessions for _, sessions in unit.heard()] == [(REMOTE,)]
    unit.type("terminal no monitor", session=REMOTE)
    assert unit.heard() == []


def test_a_message_has_its_time_where_timestamps_are_wanted() -> None:
    unit = Unit()
    unit.type("logging enable", "logging console 1")
    assert unit.heard()[0][0].startswith("%PIX-1-")
    unit.type("logging timestamp")
    assert unit.heard()[0][0].startswith("Jan 01 1970 00:00:00: %PIX-1-")


def test_a_message_at_another_level_says_so_in_its_number() -> None:
    unit = Unit()
    unit.type("logging enable", "logging console 5", "logging message 990004 level notifications")
    number = unit.heard()[0][0]
    assert number.startswith("%PIX-5-990004: ")


ALERTS = (
    "logging enable",
    "logging list high-priority level alerts class ha",
    "logging mail high-priority",
    "logging from-address xxx-001@example.com",
    "logging recipient-address admin@example.com",
    "smtp-server 10.0.0.25",
)


def test_the_documents_email_alert_is_an_event_for_each_message_of_the_list() -> None:
    unit = Unit()
    unit.becomes(UnitState.ACTIVE)
    unit.type(*ALERTS)
    (alert,) = unit.alerts()
    assert {name: alert[name] for name in ("status", "from", "recipients", "smtp_servers")} == {
        "status": "queued",
        "from": "xxx-001@example.com",
        "recipients": ["admin@example.com"],
        "smtp_servers": ["10.0.0.25"],
    }
    assert tuple(alert) == topics.EMAIL_ALERT_EVENT.fields
    assert alert["subject"] == "pix: %PIX-1-990004"
    assert FENCED in str(alert["text"])


def test_a_standby_mails_nothing_unless_told_and_the_unit_that_takes_over_does() -> None:
    unit = Unit()
    unit.becomes(UnitState.STANDBY_READY)
    unit.type(*ALERTS)
    assert unit.alerts() == []
    unit.type("logging standby")
    assert len(unit.alerts()) == 1
    unit.type("no logging standby")
    unit.becomes(UnitState.JUST_ACTIVE)
    assert len(unit.alerts()) == 1


def test_every_message_is_an_event_and_says_where_else_it_went() -> None:
    unit = Unit()
    unit.type("logging enable", "logging buffered 7", "logging trap 1")
    events = [
        dict(e.payload)
        for e in unit.fenced()
        if isinstance(e, ev.PublishTopic) and e.topic == "event/message"
    ]
    assert [event["to"] for event in events] == [["buffered", "trap"]]

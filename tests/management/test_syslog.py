"""Where a message goes, by the logging lines; and the mail about one."""

import pytest

from firmware.core.management import syslog
from firmware.core.management.messages import Buffer, Logged
from firmware.core.management.running.draft import LoggingDraft
from firmware.core.management.running.model import Configuration, Entered, Refused
from firmware.core.message_ids import MessageId
from firmware.core.settings import PhysicalInterface, Platform, UnitFacts

SWITCHOVER = int(MessageId.SWITCHING_TO_ACTIVE)  # severity 1, class ha
LINK_DOWN = int(MessageId.LINE_PROTOCOL_DOWN)  # severity 4, of no class of ours

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
DOCUMENT = """\
logging mail high-priority
logging from-address xxx-001@example.com
logging recipient-address admin@example.com
smtp-server 10.0.0.25
"""


def _typed(text: str) -> tuple[Configuration, list[str]]:
    """A configuration of these lines, and what was said as they were typed."""
    configuration, notes = Configuration(FACTS), []
    for line in text.strip().splitlines():
        entered = configuration.enter((), line)
        assert isinstance(entered, Entered), (line, entered)
        notes.append(entered.note)
    return configuration, notes


def _logging(text: str) -> LoggingDraft:
    return _typed(text)[0].draft().logging


@pytest.mark.parametrize(
    ("lines", "switchover", "link_down"),
    [
        ("logging buffered debugging", "", ""),  # not without logging enable
        ("logging enable", "", ""),
        ("logging on\nlogging buffered debugging", "buffered", "buffered"),
        ("logging enable\nlogging buffered warnings", "buffered", "buffered"),
        ("logging enable\nlogging buffered errors", "buffered", ""),
        ("logging enable\nlogging buffered 0", "", ""),
        ("logging enable\nlogging console 4\nlogging monitor 1", "console monitor", "console"),
        ("logging enable\nlogging trap 7\nlogging history 3", "trap history", "trap"),
        ("logging enable\nlogging buffered 7\nno logging message 104001", "", "buffered"),
        (
            "logging enable\nlogging buffered 7\nno logging message 104001\nlogging message 104001",
            "buffered",
            "buffered",
        ),
        ("logging enable\nlogging buffered 7\nno logging buffered", "", ""),
        ("logging enable\nlogging class ha buffered alerts", "buffered", ""),
        ("logging enable\nlogging class ha buffered 0 console 7", "console", ""),
        ("logging enable\nlogging buffered some", "", ""),  # no such list
        ("logging enable\nlogging list some level 4\nlogging buffered some", *["buffered"] * 2),
        ("logging enable\nlogging list some class ha\nlogging buffered some", "buffered", ""),
        ("logging enable\nlogging list s level 0 class ha\nlogging buffered s", "", ""),
        (
            "logging enable\nlogging list s message 411001-411004\nlogging buffered s",
            "",
            "buffered",
        ),
        (
            "logging enable\nlogging list s message 411002\nlogging list s class ha\n"
            "logging buffered s\nno logging list s message 411002",
            "buffered",
            "",
        ),
        ("logging enable\nlogging list s level 7\nlogging buffered s\nno logging list s", "", ""),
    ],
)
def test_where_a_message_goes(lines: str, switchover: str, link_down: str) -> None:
    said = _logging(lines)
    assert " ".join(syslog.destinations(said, SWITCHOVER, 1, standby=False)) == switchover
    assert " ".join(syslog.destinations(said, LINK_DOWN, 4, standby=False)) == link_down


def test_a_message_has_the_level_it_was_given() -> None:
    said = _logging("logging message 411002 level 1")
    assert syslog.severity(said, LINK_DOWN, 4) == 1
    assert syslog.severity(said, SWITCHOVER, 1) == 1
    assert (
        syslog.severity(
            _logging("logging message 411002 level 1\nno logging message 411002 level 1"),
            LINK_DOWN,
            4,
        )
        == 4
    )


@pytest.mark.parametrize(
    ("line", "goes"),
    [("logging enable", "buffered"), ("logging standby", "buffered trap mail")],
)
def test_a_standby_speaks_to_itself_unless_told(line: str, goes: str) -> None:
    said = _logging(f"logging enable\nlogging buffered 7\nlogging trap 7\nlogging mail 7\n{line}")
    assert " ".join(syslog.destinations(said, SWITCHOVER, 1, standby=True)) == goes


def test_the_four_commands_of_the_document_say_what_is_missing_and_mail_once_it_is_there() -> None:
    configuration, notes = _typed(DOCUMENT)
    assert notes[0].startswith("WARNING: there is no logging list high-priority yet")
    assert "INFO: nothing is mailed until logging enable is typed" in notes[0]
    assert syslog.destinations(configuration.draft().logging, SWITCHOVER, 1, standby=False) == ()
    for line in ("logging enable", "logging list high-priority level alerts class ha"):
        assert isinstance(configuration.enter((), line), Entered)
    said = configuration.draft().logging
    assert syslog.destinations(said, SWITCHOVER, 1, standby=False) == ("mail",)
    mail = syslog.mail(said, 1, "%PIX-1-104001: (Secondary) Switching to ACTIVE - x.", "pix")
    assert mail == syslog.Mail(
        "xxx-001@example.com",
        ("admin@example.com",),
        "pix: %PIX-1-104001",
        "%PIX-1-104001: (Secondary) Switching to ACTIVE - x.",
        ("10.0.0.25",),
    )


def test_with_the_list_first_nothing_is_missing() -> None:
    lists = "logging enable\nlogging list high-priority level alerts\n"
    assert _typed(lists + DOCUMENT)[1] == [""] * 6


@pytest.mark.parametrize("name", ["a", "alerts", "WARN", "7"])
def test_a_list_has_no_name_that_reads_as_a_level(name: str) -> None:
    refused = Configuration(FACTS).enter((), f"logging list {name} class ha")
    assert isinstance(refused, Refused)
    assert "would be read as a level" in refused.text


def test_each_recipient_is_told_what_is_bad_enough_for_him() -> None:
    said = _logging(DOCUMENT + "logging recipient-address night@example.com level alerts\n")
    quiet, loud = syslog.mail(said, 3, "text", "pix"), syslog.mail(said, 1, "text", "pix")
    assert quiet is not None
    assert loud is not None
    assert quiet.recipients == ("admin@example.com",)
    assert loud.recipients == ("admin@example.com", "night@example.com")
    assert syslog.mail(said, 4, "text", "pix") is None


def test_five_recipients_are_enough() -> None:
    five = "".join(f"logging recipient-address {n}@example.com\n" for n in range(5))
    configuration, _ = _typed(five)
    sixth = configuration.enter((), "logging recipient-address 5@example.com")
    assert isinstance(sixth, Refused)
    assert "5 recipients already" in sixth.text
    again = configuration.enter((), "logging recipient-address 4@example.com level 1")
    assert isinstance(again, Entered)


@pytest.mark.parametrize("gone", DOCUMENT.strip().splitlines()[1:])
def test_nobody_to_send_to_is_no_mail_and_said(gone: str) -> None:
    said = _logging("logging list high-priority level 1\n" + DOCUMENT + f"no {gone}\n")
    assert syslog.mail(said, 1, "text", "pix") is None
    missing = " ".join(gone.split()[:-1])
    assert f"(nothing is mailed without {missing})" in syslog.shown(said, Buffer())


def test_show_logging_prints_the_settings_and_what_the_buffer_was_let_have() -> None:
    said = _logging(
        "logging enable\nlogging timestamp\nlogging buffered 4\nlogging trap 6\n"
        "logging host inside 10.1.1.1 17/514\nlogging class ha console 1\n"
        "logging mail high-priority"
    )
    buffer = Buffer()
    buffer.add(Logged(0, MessageId.CABLE_OK, "%PIX-1-101001: kept, not shown"))
    buffer.show("%PIX-1-101002: shown", 4096)
    text = syslog.shown(said, buffer)
    assert text == (
        "Syslog logging: enabled\n"
        "    Facility: 20\n"
        "    Timestamp logging: enabled\n"
        "    Standby logging: disabled\n"
        "    Deny Conn when Queue Full: disabled\n"
        "    Console logging: class ha level alerts\n"
        "    Monitor logging: disabled\n"
        "    Buffer logging: level warnings, 1 messages logged\n"
        "    Trap logging: level informational\n"
        "        Logging to inside 10.1.1.1 17/514\n"
        "    History logging: disabled\n"
        "    Device ID: disabled\n"
        "    Mail logging: list high-priority (nothing is mailed without logging list "
        "high-priority, logging from-address, logging recipient-address, smtp-server)\n"
        "    ASDM logging: disabled\n"
        "%PIX-1-101002: shown\n"
    )
    assert syslog.shown(said, buffer, settings=True) == text.removesuffix("%PIX-1-101002: shown\n")
    everything = syslog.shown(said, buffer, everything=True)
    assert everything.endswith(": %PIX-1-101001: kept, not shown\n")


def test_the_buffer_holds_as_many_bytes_as_it_is_given() -> None:
    buffer = Buffer()
    for number in range(1000):
        buffer.show(f"message {number:04}", 130)
    assert buffer.shown == tuple(f"message {number:04}" for number in range(990, 1000))
    assert buffer.passed == 1000
    buffer.clear()
    assert buffer.shown == ()

"""The tables: complete, consistent, and the pages made from them current."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.management import dates, messages, topics
from firmware.core.management.cli.table import TABLE
from firmware.core.management.session.actions import ACTIONS
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, Platform

DOCS = Path(__file__).parents[2] / "docs"


def test_every_number_has_a_row_and_every_row_a_number() -> None:
    assert set(messages.MESSAGES) == set(MessageId)


@pytest.mark.parametrize("message", MessageId, ids=lambda message: message.name)
def test_a_line_has_the_form_of_the_public_tables(message: MessageId) -> None:
    line = messages.line(message, ("a", "b", "c"), Identity.SECONDARY, Platform.PIX)
    severity = messages.MESSAGES[message].severity
    assert re.fullmatch(rf"%PIX-{severity}-{int(message)}: [^{{}}]+", line)
    assert "?" not in line
    assert messages.line(message, (), None, Platform.ASA).startswith("%ASA-")


def test_a_switchover_is_said_as_units_say_it() -> None:
    said = ("HELLO not heard from mate",)
    line = messages.line(MessageId.SWITCHING_TO_ACTIVE, said, Identity.SECONDARY, Platform.PIX)
    assert line == "%PIX-1-104001: (Secondary) Switching to ACTIVE - HELLO not heard from mate."


def test_the_buffer_is_bounded_and_counts_what_it_lost() -> None:
    buffer = messages.Buffer()
    for number in range(messages.BUFFER_LINES + 5):
        buffer.add(messages.Logged(0, MessageId.CABLE_OK, str(number)))
    assert len(buffer.lines) == messages.BUFFER_LINES
    assert buffer.lines[0].text == "5"
    assert buffer.logged - len(buffer.lines) == 5


def test_every_order_has_a_handler_and_every_handler_an_order() -> None:
    assert {row.action for row in TABLE.rows if row.action} == set(ACTIONS)


@pytest.mark.parametrize("name", ["messages", "topics"])
def test_the_page_is_what_the_table_makes(name: str) -> None:
    made = {"messages": messages.markdown, "topics": topics.markdown}[name]()
    how = f"from firmware.core.management import {name}; print({name}.markdown(), end='')"
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == made, f'python -c "{how}"'


def test_topics_stay_under_their_unit_whatever_it_is_called() -> None:
    assert topics.base("lab", "a/b", "#1+") == "fover/v1/lab/a-b/-1-/"


@given(st.integers(0, 253_402_300_799_999))
def test_dates_are_the_calendars(wall_ms: int) -> None:
    expected = datetime.fromtimestamp(wall_ms // 1000, tz=UTC)
    assert dates.iso_text(wall_ms)[:19] == expected.strftime("%Y-%m-%dT%H:%M:%S")
    day = expected.strftime("%b ") + str(expected.day) + expected.strftime(" %Y")
    if expected.year >= 1000:
        assert dates.utc_text(wall_ms) == expected.strftime("%H:%M:%S UTC ") + day

"""Whatever is typed is a command or a fault, and never more work than its length."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.core.management.cli.arguments import Context
from firmware.core.management.cli.matching import Expected, Fault, Index, Matched
from firmware.core.management.cli.row import Mode, Row
from firmware.core.management.cli.table import TABLE
from firmware.core.management.cli.walking import Move, Walker

UNIT = Context(("Ethernet0", "Ethernet1"))
INDEXES = [(f"lines {mode.value}", TABLE.lines(mode)) for mode in Mode] + [
    (f"orders {mode.value}", TABLE.orders(mode)) for mode in (Mode.USER, Mode.EXEC)
]
KEYWORDS = sorted({word for row in TABLE.rows for word in row.pattern.words})
WORDS = st.one_of(
    st.sampled_from(KEYWORDS),
    st.sampled_from(KEYWORDS).map(lambda word: word[: max(1, len(word) // 2)]),
    st.sampled_from(("no", "10.0.0.1", "255.255.255.0", "any", "host", "*****", "7", "99999999")),
    st.text(max_size=12),
)
LINES = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=14).map(" ".join))


def _holds(index: Index, line: str) -> None:
    found = index.match(line, UNIT)
    if isinstance(found, Matched):
        again = index.match("no " * found.negated + found.text, UNIT)
        assert isinstance(again, Matched)
        assert again.text == found.text
    else:
        assert 0 <= found.column <= len(line) + 1
    expected = index.expected(line, UNIT)
    assert isinstance(expected, Fault) or all(isinstance(one, Expected) for one in expected)


@settings(max_examples=400, deadline=None)
@given(which=st.sampled_from(INDEXES), line=LINES)
def test_any_text_is_a_command_or_a_fault(which: tuple[str, Index], line: str) -> None:
    _holds(which[1], line)


@pytest.mark.parametrize(
    "line",
    [
        "x" * 4000,
        "no " * 1300,
        "logging class ha" + " mail 1" * 500,
        "prompt" + " hostname" * 400,
        "prompt" + " h" * 1900,
        "snmp-server enable traps snmp" + " linkup" * 500,
        "banner motd " + "y " * 1900,
        "show failover " * 280,
        "\t" * 4000,
        "\0" * 4000,
        "\u0661" * 4000,
    ],
    ids=lambda line: f"{len(line)} of {line[:24]!r}",
)
def test_a_line_of_4000_characters(line: str) -> None:
    for _, index in INDEXES:
        _holds(index, line)


def test_ways_that_meet_go_on_as_one() -> None:
    """A notation with two readings of each word: there would be 2 ** 200 ways through 200 words."""
    row = Row(syntax="list ( <a:word> | <b:name> )*", help="Both")
    walker = Walker((row,), UNIT)
    place = walker.start(negated=False, privilege=15)
    widest = 0
    for word in ("list", *["x"] * 200):
        move = walker.move(place, word)
        assert isinstance(move, Move)
        place = move.place
        widest = max(widest, len(place.threads))
    assert widest == 2


def test_what_is_remembered_of_words_is_bounded() -> None:
    row = Row(syntax="list <a:word>", help="One")
    walker = Walker((row,), UNIT)
    place = walker.start(negated=False, privilege=15)
    first = walker.move(place, "list")
    assert isinstance(first, Move)
    inner = first.place
    for number in range(50_000):
        walker.move(inner, f"w{number}")
    assert len(inner.moves) <= 20_000

"""The command table: complete, consistent, and every row of it reached by what it says."""

import re
from pathlib import Path

from controller.bench.typist import SAMPLES, lines_of, samples_of
from firmware.core.management.cli import manual
from firmware.core.management.cli.arguments import KINDS, Context, kind
from firmware.core.management.cli.beginnings import BEGINNINGS
from firmware.core.management.cli.matching import Fault, Index, Matched
from firmware.core.management.cli.row import Mode, No, Row, Shown
from firmware.core.management.cli.syntax import Argument, Keyword
from firmware.core.management.cli.table import TABLE
from firmware.core.management.cli.table.order import ORDER

UNIT = Context(("Ethernet0", "Ethernet1"))

DOCS = Path(__file__).parents[2] / "docs"
LINES = [row for row in TABLE.rows if row.kept]
ORDERS = [row for row in TABLE.rows if not row.kept]


def _index(row: Row) -> Index:
    if row.kept:
        return TABLE.lines(row.mode)
    return TABLE.orders(row.mode)


def test_every_row_has_help_and_says_where_it_is_from() -> None:
    for row in TABLE.rows:
        assert row.help[:1].isupper() or row.help[:1].isdecimal(), row.syntax
        assert not row.help.endswith("."), row.syntax
        assert row.source in ("seed", "public", "recall", "ours"), row.syntax


def test_every_argument_is_of_a_kind_that_says_what_it_shows() -> None:
    for row in TABLE.rows:
        for token in row.pattern.tokens:
            if isinstance(token, Argument):
                assert kind(token.kind).shows, row.syntax


def test_every_kind_has_samples_that_it_takes() -> None:
    assert set(SAMPLES) >= set(KINDS)
    for name in KINDS:
        for sample in samples_of(name):
            kind(name).parse(sample, UNIT)


def test_text_to_the_end_of_the_line_stands_last() -> None:
    for row in TABLE.rows:
        for state, token in enumerate(row.pattern.tokens):
            if isinstance(token, Argument) and kind(token.kind).rest:
                assert row.pattern.follow[state] == (), row.syntax


def test_every_line_of_the_top_has_a_place_in_the_order() -> None:
    for row in LINES:
        words = row.name.split()
        if row.mode is Mode.CONFIG:
            beginnings = [" ".join(words[:count]) for count in range(1, len(words) + 1)]
            assert any(beginning in ORDER for beginning in beginnings), row.name
    assert len(set(ORDER)) == len(ORDER)


def test_rows_of_one_name_are_one_slot() -> None:
    seen: dict[tuple[Mode, str], Row] = {}
    for row in LINES:
        other = seen.setdefault((row.mode, row.name), row)
        assert other.key == row.key, f"{other.syntax} and {row.syntax}"


def test_every_name_that_a_key_uses_is_an_argument() -> None:
    for row in LINES:
        names = {
            getattr(token, "name", "") or getattr(token, "binds", "")
            for token in row.pattern.tokens
        }
        wanted = {*row.key, *(row.least or ()), *(row.ordered or ())} - {"*"}
        if row.secret:
            wanted.add(row.secret)
        assert wanted <= names, row.syntax


def test_orders_are_typed_where_orders_are() -> None:
    for row in ORDERS:
        assert row.mode in (Mode.USER, Mode.EXEC), row.syntax
        assert row.privilege <= 1 or row.mode is Mode.EXEC, row.syntax


def test_a_secret_is_not_shown() -> None:
    assert all(row.masked is not None for row in LINES if row.secret)


def test_a_default_is_a_line_of_its_own_row() -> None:
    for row in LINES:
        if not row.default:
            assert row.default_shown is Shown.NEVER or row.standing is not None, row.syntax
            continue
        found = _index(row).match(row.default, UNIT)
        assert isinstance(found, Matched), row.default
        assert found.row.name == row.name
        assert "no " * found.negated + found.text == row.default


def test_words_that_several_rows_begin_with_have_help_of_their_own() -> None:
    rows: dict[tuple[Mode, str], set[str]] = {}
    for row in TABLE.rows:
        words = row.pattern.words
        for count in range(1, len(words) + 1):
            rows.setdefault((row.mode, " ".join(words[:count])), set()).add(row.help)
    shared = {beginning for (_, beginning), helps in rows.items() if len(helps) > 1}
    assert shared - set(BEGINNINGS) == set()


def test_every_section_has_a_mode_and_every_mode_a_way_in() -> None:
    opened = {row.opens for row in LINES if row.opens is not None}
    inner = {row.mode for row in LINES} - {Mode.CONFIG}
    assert inner <= opened


def test_every_way_through_a_row_is_a_line_that_reads_the_same_again() -> None:
    for row in TABLE.rows:
        for line in lines_of(row):
            found = _index(row).match(line, UNIT)
            assert isinstance(found, Matched), (row.syntax, line, found)
            again = _index(row).match(found.text, UNIT)
            assert isinstance(again, Matched), (row.syntax, found.text, again)
            assert again.text == found.text


def test_help_leads_word_by_word_to_every_line() -> None:
    for row in TABLE.rows:
        for line in lines_of(row, 2):
            words = line.split()
            for count in range(len(words)):
                _helps(_index(row), " ".join(words[:count]) + " " * bool(count), words[count])


def _helps(index: Index, beginning: str, word: str) -> None:
    """After a beginning something may follow, with help; a letter of the next word narrows it."""
    expected = index.expected(beginning, UNIT)
    assert not isinstance(expected, Fault), beginning
    assert expected, beginning
    assert all(one.help or one.shows == "<cr>" for one in expected), beginning
    narrowed = index.expected(beginning + word[:1], UNIT)
    assert not isinstance(narrowed, Fault)
    completed = {one.completes for one in expected if one.completes}
    assert {one.completes for one in narrowed if one.completes} <= completed


def test_a_whole_line_can_be_negated() -> None:
    for row in LINES:
        for line in lines_of(row, 3):
            found = _index(row).match(f"no {line}", UNIT)
            if row.no is No.REFUSED:
                assert isinstance(found, Fault), (row.syntax, line)
            else:
                assert isinstance(found, Matched), (row.syntax, line, found)
                assert found.negated


def test_keywords_of_a_row_are_lower_case_and_have_no_blanks() -> None:
    for row in TABLE.rows:
        for token in row.pattern.tokens:
            if isinstance(token, Keyword):
                assert token.text == token.text.lower(), row.syntax


def test_the_page_of_commands_is_current() -> None:
    how = "from firmware.core.management.cli import manual; print(manual.markdown(), end='')"
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert page == manual.markdown(), f'python -c "{how}" > docs/commands.md'


def test_the_list_of_actions_is_current() -> None:
    listed = (DOCS / "cli.md").read_text(encoding="utf-8").partition("## Actions")[2]
    assert tuple(re.findall(r"`(\w+)`", listed)) == manual.actions()


def test_help_finds_the_page_of_a_command() -> None:
    pages = "".join(manual.page(row) for row in manual.pages("fail act"))
    assert pages == ("failover active\n  Make this unit active.\n  From: the document.\n")
    assert manual.pages("frobnicate") == ()

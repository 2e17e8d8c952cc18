"""Keys become lines, and the screen shows what the line is: tables, and any keys at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.management.events import LINE_MAX
from firmware.drivers.terminal.line_editing import Asked, Key, LineEditor
from firmware.drivers.terminal.pager import Pager
from firmware.drivers.terminal.plain_lines import PlainLines

PROMPT = "pix# "
UP, DOWN, RIGHT, LEFT, HOME, END, DELETE = (
    f"\x1b[{code}" for code in ("A", "B", "C", "D", "H", "F", "3~")
)


class Screen:
    """What a terminal makes of it: rows of characters; at the margin it hangs as a VT100 does."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows: list[list[str]] = [[]]
        self.row = self.column = 0
        self.bells = 0

    def show(self, text: str) -> None:
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                end = next(i for i in range(at, len(text)) if text[i].isalpha())
                self._code(text[at + 2 : end], text[end])
                at = end
            else:
                self._character(text[at])
            at += 1

    def _code(self, count: str, what: str) -> None:
        if what == "A":
            self.row -= int(count)
        else:
            assert what == "C", f"the editor sends no other code: {what}"
            self.column += int(count)
        assert self.row >= 0
        assert self.column < self.width

    def _character(self, ch: str) -> None:
        if ch == "\a":
            self.bells += 1
        elif ch == "\r":
            self.column = 0
        elif ch == "\n":
            self.row += 1
        elif ch == "\b":
            assert self.column > 0, "a backspace does not go up a row"
            self.column = min(self.column, self.width - 1) - 1
        else:
            assert ch.isprintable()
            if self.column == self.width:
                self.row, self.column = self.row + 1, 0
            self._put(ch)
        while len(self.rows) <= self.row:
            self.rows.append([])

    def _put(self, ch: str) -> None:
        while len(self.rows) <= self.row:
            self.rows.append([])
        row = self.rows[self.row]
        row.extend(" " * (self.column + 1 - len(row)))
        row[self.column] = ch
        self.column += 1

    @property
    def text(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self.rows).rstrip("\n")

    @property
    def place(self) -> int:
        return self.row * self.width + self.column


def typed(keys: str, width: int = 80) -> tuple[LineEditor, Screen, list[Asked]]:
    editor, screen, asked = LineEditor(width), Screen(width), []
    editor.begin(PROMPT)
    at = 0
    while at < len(keys):
        used, found = editor.feed(keys[at:])
        at += used
        if found is not None:
            asked.append(found)
            editor.begin(PROMPT, found.text if found.key is Key.HELP else "", tail=editor.tail)
        screen.show(editor.take())
    return editor, screen, asked


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("show ver\r", "show ver"),
        ("show ver\n", "show ver"),
        ("shpw\x7f\x7fow ver\r", "show ver"),
        ("shpw\b\bow ver\r", "show ver"),
        (f"how{HOME}s{END} ver\r", "show ver"),
        ("how\x01s\x05 ver\r", "show ver"),
        (f"shw{LEFT}o{RIGHT} ver\r", "show ver"),
        ("shw\x02o\x06 ver\r", "show ver"),
        ("\x1bOAsow\x1bOD\x1bODh\r", "show"),
        (f"xshow{HOME}{DELETE}\r", "show"),
        ("xshow\x01\x04\r", "show"),
        ("show version\x17ver\r", "show ver"),
        ("show version   \x17ver\r", "show ver"),
        ("show version\x02\x02\x17\r", "show on"),
        ("show version\x01\x06\x06\x06\x06\x0b\r", "show"),
        ("nonsense\x15show\r", "show"),
        ("nonsense\x18show\r", "show"),
        ("show\x0c ver\r", "show ver"),
        ("what\x16?\r", "what?"),
        ("\x1b[200~show\x1b[201~\r", "show"),
        ("\x1b[1;5Cshow\x1bx\r", "show"),
        ("\x1b[" + "1;" * 2000 + "sshow\r", "show"),
        ("show\x1b\r", "show"),
        ("show\x1b[1\r", "show"),
        ("sh\0ow\r", "show"),
        ("gr\u00fc\u00dfe \u96ea\r", "gr\u00fc\u00dfe \u96ea"),
        ("a\x85\u202eb\r", "a\ufffdb"),
    ],
)
def test_editing(keys: str, line: str) -> None:
    _, _, asked = typed(keys)
    assert asked == [Asked(Key.ENTER, line)]


def test_typing_at_the_end_echoes_what_is_typed_and_nothing_else() -> None:
    editor = LineEditor(20)
    editor.begin(PROMPT)
    line = "access-list in extended permit ip any any"
    editor.feed(line)
    assert editor.take() == PROMPT + line
    editor.feed("\x7f\r")
    assert editor.take() == "\b \b\r\n"


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (f"one\rtwo\r{UP}{UP}\r", "one"),
        (f"one\rtwo\r{UP}{UP}{DOWN}\r", "two"),
        (f"one\rha{UP}{DOWN}lf\r", "half"),
        (f"one\rone\rtwo\rtwo\r{UP}{UP}\r", "one"),
        (f"one\r\r  \r{UP}\r", "one"),
        ("one\rtwo\r\x10\x10\x0e\r", "two"),
        (f"one\r{UP}{UP}{UP} more\r", "one more"),
    ],
)
def test_recall(keys: str, line: str) -> None:
    _, _, asked = typed(keys)
    assert asked[-1] == Asked(Key.ENTER, line)


def test_a_secret_is_not_shown_and_not_kept() -> None:
    editor = LineEditor(80)
    editor.begin("Password: ", secret=True)
    assert editor.feed("hun?ter\t2\x7f3\r") == (12, Asked(Key.ENTER, "hun?ter3"))
    assert editor.take() == "Password: \r\n"
    editor.begin(PROMPT)
    editor.feed(UP)
    assert (editor.line, editor.take()) == ("", PROMPT + "\a")


def test_a_line_that_is_forgotten_is_not_recalled() -> None:
    editor = LineEditor(80)
    for line in ("show clock", "failover key s3cret"):
        editor.begin(PROMPT)
        editor.feed(f"{line}\r")
    editor.forget()
    editor.begin(PROMPT)
    editor.feed(UP)
    assert editor.line == "show clock"


@pytest.mark.parametrize(
    ("keys", "asked", "screen"),
    [
        ("sh?", Asked(Key.HELP, "sh"), "pix# sh?\npix# sh"),
        (f"show ver{LEFT * 3}?", Asked(Key.HELP, "show "), "pix# show ver\npix# show ver"),
        ("sho\x03", Asked(Key.INTERRUPT), "pix# sho\npix#"),
        ("sho\x1a", Asked(Key.END), "pix# sho\npix#"),
        ("\x04", Asked(Key.LEAVE), "pix#\npix#"),
    ],
)
def test_keys_that_ask(keys: str, asked: Asked, screen: str) -> None:
    editor, shown, found = typed(keys)
    assert found == [asked]
    shown.show(editor.take())
    assert shown.text == screen


def test_tab_is_filled_in_where_it_was_typed() -> None:
    editor, screen = LineEditor(80), Screen(80)
    editor.begin(PROMPT)
    assert editor.feed(f"sh ver{LEFT * 4}\t") == (19, Asked(Key.COMPLETE, "sh"))
    editor.fill("show")
    screen.show(editor.take())
    assert (editor.line, editor.cursor, screen.text) == ("show ver", 4, "pix# show ver")
    editor.fill("show")
    assert editor.take() == "\a"


def test_a_line_that_does_not_fit_is_nobodys_line() -> None:
    _, screen, asked = typed("x" * 100_000 + "\rshow\r")
    assert asked == [Asked(Key.TOO_LONG), Asked(Key.ENTER, "show")]
    assert screen.bells == 1
    exact = "y" * LINE_MAX
    assert typed(exact + "\r")[2] == [Asked(Key.ENTER, exact)]
    assert typed(exact + "z\x7fz\r")[2] == [Asked(Key.ENTER, exact[:-1] + "z")]


def test_another_prompt_and_a_message_in_the_middle_of_a_line() -> None:
    editor, screen, _ = typed(f"show version{LEFT * 4}")
    editor.reprompt("pix/act> ")
    screen.show(editor.take())
    assert (screen.text, screen.place) == ("pix/act> show version", 17)
    editor.reprompt("p> ")
    screen.show(editor.take())
    assert (screen.text, screen.place) == ("p> show version", 11)
    editor.aside("Beginning configuration replication from mate.\r\n")
    screen.show(editor.take())
    rows = ("p> show version", "Beginning configuration replication from mate.", "p> show version")
    assert (screen.text, screen.place) == ("\n".join(rows), 2 * 80 + 11)


keys = st.lists(
    st.one_of(
        st.text(st.characters(codec="ascii", categories=["L", "N", "Zs"]), min_size=1, max_size=9),
        st.sampled_from([UP, DOWN, LEFT, LEFT * 5, RIGHT, HOME, END, DELETE, "long line " * 4]),
        st.sampled_from("\x7f\x04\x0b\x15\x17\x18\r"),
    ),
    max_size=40,
)


@given(keys, st.integers(8, 30))
def test_the_screen_shows_the_line_after_any_keys(pressed: list[str], width: int) -> None:
    editor, screen = LineEditor(width), Screen(width)
    editor.begin(PROMPT)
    first = 0
    for key in pressed:
        at = 0
        while at < len(key):
            used, asked = editor.feed(key[at:])
            at += used
            screen.show(editor.take())
            if asked is not None:
                first = screen.row
                editor.begin(PROMPT)
                screen.show(editor.take())
        shown = PROMPT + editor.line
        rows = [shown[i : i + width].rstrip() for i in range(0, len(shown), width)]
        now = "\n".join("".join(row).rstrip() for row in screen.rows[first:])
        assert now.rstrip("\n") == "\n".join(rows).rstrip("\n")
        assert screen.place - first * width == len(PROMPT) + editor.cursor


@given(st.text(max_size=60))
def test_any_text_is_harmless(text: str) -> None:
    editor = LineEditor(20)
    editor.begin(PROMPT)
    at = 0
    while at < len(text):
        used, asked = editor.feed(text[at:])
        assert used > 0
        at += used
        if asked is not None and asked.key in (Key.HELP, Key.COMPLETE):
            editor.begin(PROMPT, asked.text, tail=editor.tail)
        shown = editor.take().replace("\r\n", "").replace("\x1b", "")
        assert all(ch.isprintable() or ch in "\a\b\r" for ch in shown)
        assert 0 <= editor.cursor <= len(editor.line) <= LINE_MAX


def test_plain_lines() -> None:
    plain = PlainLines(prompts=True)
    plain.begin(PROMPT)
    assert plain.feed("show ver\r\nsh?") == (10, Asked(Key.ENTER, "show ver"))
    assert plain.feed("sh?") == (3, None)
    assert plain.feed("\t\n") == (2, Asked(Key.ENTER, "sh?\t"))
    assert plain.feed("x" * 600) == (600, None)
    assert plain.feed("x\nnext\n") == (2, Asked(Key.TOO_LONG))
    assert plain.feed("next\n") == (5, Asked(Key.ENTER, "next"))
    assert plain.feed("y" * LINE_MAX + "\r\n") == (LINE_MAX + 2, Asked(Key.ENTER, "y" * LINE_MAX))
    assert plain.take() == PROMPT


def test_a_line_ending_in_a_question_mark_asks_for_help_but_in_a_password() -> None:
    plain = PlainLines(prompts=True)
    plain.begin(PROMPT)
    assert plain.feed("show failover ?\r\n") == (17, Asked(Key.HELP, "show failover "))
    plain.begin("Password: ", secret=True)
    assert plain.feed("why?\n") == (5, Asked(Key.ENTER, "why?"))


def test_pages() -> None:
    pager = Pager(10)
    pager.limit(3)
    pager.add("1\n2\n")
    assert (pager.take(), pager.stops) == ("1\n2\n", False)
    pager.add("3\n4\n5 is as wide as two\n6\n7\n8\n9\n")
    assert (pager.take(), pager.stops) == ("3\n", True)
    pager.go_on(1)
    assert (pager.take(), pager.stops) == ("4\n", True)
    pager.go_on()
    assert (pager.take(), pager.stops) == ("5 is as wide as two\n6\n", True)
    pager.stop()
    pager.add("10\n")
    assert (pager.take(), pager.stops) == ("", False)


def test_without_a_page_nothing_stops() -> None:
    pager = Pager(10)
    pager.add("x\n" * 1000)
    assert (pager.take(), pager.stops) == ("x\n" * 1000, False)

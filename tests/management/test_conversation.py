"""A session without a socket: whatever bytes come, and however they are cut."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal_machine import PROMPT, Machine

from firmware.core.management.events import Reply, SessionKind, SessionOpened, WindowChanged
from firmware.drivers.terminal.conversation import (
    ONE_COMMAND,
    PENDING_MAX,
    PIPE,
    PROGRAM,
    TERMINAL,
    Conversation,
    Manner,
    is_error,
)


class Tape:
    """A channel that keeps what is said, and how it was treated."""

    def __init__(self) -> None:
        self.said = b""
        self.reading = True
        self.closed = False
        self.unsent = 0

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.said += data

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True

    def get_write_buffer_size(self) -> int:
        return self.unsent


class Talk:
    """A conversation with the machine played by hand; ``run`` does what was left for later."""

    def __init__(self, manner: Manner, machine: Machine | None = None) -> None:
        self.machine = machine or Machine()
        self.tape = Tape()
        self._later: list[Callable[[], None]] = []
        self.conversation = Conversation(
            1,
            self.tape,
            manner,
            tell=self.machine.tell,
            later=self._later.append,
            ending=lambda conversation: None,
        )
        kind = SessionKind.PROGRAM if manner is PROGRAM else SessionKind.CONSOLE
        self.machine.sessions.opened(self.conversation, SessionOpened(1, kind))

    def hears(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.conversation.received(piece)
            self.run()

    def run(self) -> None:
        while self._later:
            self._later.pop(0)()

    @property
    def shown(self) -> str:
        return self.tape.said.decode()


keys = st.lists(
    st.one_of(
        st.binary(max_size=8).map(lambda data: data.replace(b"\x03", b"")),
        st.text(max_size=8).map(lambda text: text.encode().replace(b"\x03", b"")),
        st.sampled_from([b"\r", b"\r\n", b"show\r", b"enable\r", b"sh?", b"sh\t", b"many 9\r"]),
        st.sampled_from([b"\x1b[A", b"\x1b[D", b"\x7f", b" ", b"q", b"x" * 600, b"\xe9\x9b"]),
    ),
    max_size=30,
).map(b"".join)


@pytest.mark.parametrize("manner", [TERMINAL, PIPE, PROGRAM])
@given(said=keys, cuts=st.lists(st.integers(1, 20), max_size=20), page=st.sampled_from([0, 3]))
def test_any_bytes_mean_the_same_however_they_are_cut(
    manner: Manner, said: bytes, cuts: list[int], page: int
) -> None:
    whole, cut = Talk(manner), Talk(manner)
    whole.machine.page = cut.machine.page = page
    whole.hears(said)
    at = 0
    for size in [*cuts, len(said) + 1]:
        if not cut.tape.closed:
            cut.hears(said[at : at + size])
        at += size
    assert cut.machine.heard == whole.machine.heard
    if manner is not TERMINAL:  # which is redrawn in fewer strokes when more comes at once
        assert cut.tape.said == whole.tape.said
    ends = said.count(b"\r") + said.count(b"\n")
    assert len(whole.machine.lines) <= ends


@given(said=st.binary(max_size=200))
def test_any_bytes_with_an_interrupt_are_harmless(said: bytes) -> None:
    talk = Talk(TERMINAL)
    talk.hears(said + b"\x03", b"\x15show\r")
    if not talk.tape.closed:
        assert talk.machine.lines[-1] == "show"


def test_ctrl_c_drops_what_was_typed_ahead() -> None:
    talk = Talk(TERMINAL)
    talk.machine.silent = True
    talk.hears(b"copy\r", b"write erase\rreload\r", b"\x03show\r")
    talk.machine.silent = False
    talk.conversation.reply(Reply(1, "done\n", True, PROMPT))
    talk.run()
    assert talk.machine.lines == ["copy", "show"]


def test_reading_stops_while_a_command_is_answered_and_goes_on() -> None:
    talk = Talk(TERMINAL)
    talk.machine.silent = True
    lines = b"".join(b"name %d\r" % number for number in range(5000))
    talk.hears(b"copy\r" + lines)
    assert len(lines) > PENDING_MAX
    assert not talk.tape.reading
    talk.machine.silent = False
    talk.conversation.reply(Reply(1, "done\n", True, PROMPT))
    talk.run()
    assert talk.tape.reading
    assert len(talk.machine.lines) == 5001


def test_nothing_is_asked_for_a_client_that_does_not_read() -> None:
    talk = Talk(PIPE)
    talk.conversation.hold(True)
    talk.hears(b"show\n")
    assert talk.machine.lines == []
    talk.conversation.hold(False)
    talk.run()
    assert talk.machine.lines == ["show"]


def test_parts_of_an_answer_and_what_nobody_asked_for() -> None:
    talk = Talk(TERMINAL)
    talk.machine.silent = True
    talk.hears(b"write memory\r")
    talk.tape.said = b""
    talk.conversation.reply(Reply(1, "Building ", False))
    talk.conversation.console("Switching to Active")
    talk.conversation.reply(Reply(1, "configuration...\n", False))
    talk.conversation.reply(Reply(1, "[OK]\n", True, PROMPT))
    assert talk.shown == ("Building \r\nSwitching to Active\r\nconfiguration...\r\n[OK]\r\npix# ")
    talk.tape.said = b""
    talk.hears(b"half")
    talk.conversation.reply(Reply(1, "fover: a hello\n", False))  # debug, of itself
    assert talk.shown == "half\r\nfover: a hello\r\npix# half"


def test_a_prompt_that_changes_behind_pages_is_the_one_shown() -> None:
    talk = Talk(TERMINAL)
    talk.machine.page = 1
    talk.hears(b"many 2\r")
    talk.conversation.prompt_changed("pix/act# ")
    talk.hears(b" ")
    assert talk.shown.endswith("line 2\r\npix/act# ")


def test_the_end_of_input_ends_the_session_when_all_is_answered() -> None:
    talk = Talk(PIPE)
    talk.machine.silent = True
    talk.hears(b"show\nhalf")
    talk.conversation.eof()
    talk.run()
    assert not talk.tape.closed
    talk.conversation.reply(Reply(1, "done\n", True, PROMPT))
    talk.run()
    assert talk.tape.closed
    assert talk.machine.lines == ["show"]
    talk.conversation.end()  # once is enough


def test_one_command_tells_its_outcome() -> None:
    talk = Talk(ONE_COMMAND)
    talk.hears(b"show\nbad\n")
    talk.conversation.eof()
    talk.run()
    assert (talk.shown, talk.conversation.failed) == ("<show>\nERROR: no\n", True)


def test_a_size_nobody_can_have_is_not_believed() -> None:
    talk = Talk(TERMINAL)
    talk.conversation.resized(0, 0)
    talk.conversation.resized(99_999, 1 << 31)
    assert talk.machine.heard[1:] == [WindowChanged(1, 80, 24), WindowChanged(1, 1000, 1000)]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ("ERROR: no\n", True),
        ("     ^\nERROR: % Invalid input detected at '^' marker.\n", True),
        ("% Ambiguous command\n", True),
        ("INFO: done\n%PIX-1-104001: text\n", False),
        ("last ERROR was yesterday\n", False),
        ("", False),
    ],
)
def test_what_is_an_error(answer: str, wrong: bool) -> None:
    assert is_error(answer) is wrong

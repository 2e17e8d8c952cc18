"""Lines on their way to the mate, two digests that differ, and commands run on the other unit."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from firmware.core.management.replicate import drift
from firmware.core.management.replicate.drift import Drift, Look
from firmware.core.management.replicate.messages import (
    ANSWER_DEFLATED_MAX,
    BATCH_MAX,
    Answer,
    Exec,
    Item,
    Line,
    Save,
    decode,
    encode,
)
from firmware.core.management.replicate.outbox import (
    PATIENCE_MS,
    WHOLE_PATIENCE_MS,
    Outbox,
)
from firmware.core.management.replicate.remote import (
    PATIENCE_MS as ANSWER_PATIENCE_MS,
)
from firmware.core.management.replicate.remote import SERVED_MOST, Remote, ours, refusal, theirs


def line(text: str) -> Line:
    return Line((), text)


def test_a_lone_line_leaves_at_once_and_what_follows_shares_a_batch() -> None:
    outbox = Outbox()
    outbox.add(line("one"))
    first = outbox.next(0)
    assert first is not None
    assert (first.first, first.items) == (1, (line("one"),))
    for number in range(1000):
        outbox.add(line(f"line {number}"))
    assert outbox.next(0) is None
    outbox.done(1)
    second = outbox.next(0)
    assert second is not None
    assert (second.first, len(second.items), second.last) == (2, 1000, 1001)
    assert not outbox.idle
    outbox.done(1001)
    assert outbox.idle


def test_an_answer_to_something_else_is_no_answer() -> None:
    outbox = Outbox()
    outbox.add(line("one"))
    outbox.next(0)
    outbox.done(7)
    assert not outbox.idle


def test_batches_are_bounded_and_keep_the_order() -> None:
    outbox = Outbox()
    sent: list[Item] = []
    wanted = [line(f"{number} " + "x" * 300) for number in range(1000)]
    for item in wanted:
        outbox.add(item)
    outbox.add(Save())
    while (batch := outbox.next(0)) is not None:
        assert len(encode(batch)) <= BATCH_MAX + 100
        sent += batch.items
        outbox.done(batch.last)
    assert sent == [*wanted, Save()]


def test_everything_waits_for_a_whole_configuration_and_then_leaves() -> None:
    outbox = Outbox()
    outbox.add(line("in it already"))
    outbox.start_whole(0)
    outbox.add(line("after it"))
    assert outbox.next(0) is None
    outbox.whole_ended()
    batch = outbox.next(0)
    assert batch is not None
    assert batch.items == (line("after it"),)
    assert batch.first == 2


def test_too_much_waiting_is_dropped_and_the_whole_is_owed() -> None:
    outbox = Outbox(blocks=40)
    outbox.start_whole(0)
    assert [outbox.add(line("x" * 1000)) for _ in range(12)] == [True] * 10 + [False, True]
    assert (outbox.blocks, outbox.lowest, outbox.free) == (40, 0, 40)
    outbox.whole_ended()
    assert outbox.owed
    assert outbox.next(0) is None
    assert not outbox.idle
    outbox.start_whole(0)
    assert not outbox.owed


def test_blocks_are_taken_by_what_waits_alone() -> None:
    outbox = Outbox(blocks=40)
    outbox.add(line("x" * 1000))
    assert (outbox.lowest, outbox.free) == (36, 36)
    outbox.next(0)
    assert (outbox.lowest, outbox.free) == (36, 40)


def test_a_line_too_long_for_a_message_owes_the_whole_and_is_no_want_of_blocks() -> None:
    outbox = Outbox()
    assert outbox.add(line("x" * 5000))
    assert outbox.lowest == outbox.free == outbox.blocks
    assert outbox.owed


@pytest.mark.parametrize("whole", [True, False])
def test_an_answer_that_never_comes_owes_the_whole(whole: bool) -> None:
    outbox = Outbox()
    if whole:
        outbox.start_whole(0)
    else:
        outbox.add(line("one"))
        outbox.next(0)
    due_ms = WHOLE_PATIENCE_MS if whole else PATIENCE_MS
    assert outbox.due_ms() == due_ms
    outbox.time_passed(due_ms - 1)
    assert not outbox.owed
    outbox.time_passed(due_ms)
    assert outbox.owed
    assert outbox.due_ms() is None


SAME = Look(equal=True, ours_edited=False, theirs_edited=False, idle=True, poll_ms=100)
OTHER = replace(SAME, equal=False)


def test_a_difference_that_stays_is_mended_and_one_that_passes_is_not() -> None:
    watch = Drift()
    assert not watch.look(OTHER, 0)
    assert not watch.look(OTHER, 199)
    assert not watch.look(SAME, 200)
    assert not watch.look(OTHER, 300)
    assert watch.due_ms(100) == 500
    assert watch.look(OTHER, 500)
    assert watch.why == ""


def test_what_is_under_way_is_waited_for() -> None:
    watch = Drift()
    watch.look(OTHER, 0)
    watch.look(replace(OTHER, idle=False), 150)
    assert not watch.look(OTHER, 300)
    assert watch.look(OTHER, 500)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (replace(OTHER, theirs_edited=True), drift.THEIRS_EDITED),
        (replace(OTHER, ours_edited=True), drift.OURS_EDITED),
    ],
)
def test_what_a_person_typed_is_not_overwritten(seen: Look, why: str) -> None:
    watch = Drift()
    assert not any(watch.look(seen, now) for now in range(0, 10_000, 100))
    assert watch.why == why
    watch.look(SAME, 10_000)
    assert watch.why == ""


@pytest.mark.parametrize(("refused", "tries"), [("", 3), ("hostname x", 1)])
def test_what_cannot_be_mended_is_tried_a_few_times_and_then_told(refused: str, tries: int) -> None:
    watch = Drift(refused=refused)
    assert sum(watch.look(OTHER, now) for now in range(0, 100_000, 100)) == tries
    assert watch.why == (f"the standby unit refused {refused}" if refused else drift.NOT_MENDED)
    assert watch.due_ms(100) is None


def remote() -> tuple[Remote, list[tuple[int, str, bool]], list[tuple[int, str]]]:
    ran: list[tuple[int, str, bool]] = []
    ended: list[tuple[int, str]] = []
    made = Remote(run=lambda *what: ran.append(what), finish=lambda *what: ended.append(what))
    return made, ran, ended


def test_a_line_goes_there_and_its_answer_comes_back() -> None:
    mine, _, ended = remote()
    its, ran, _ = remote()
    said = mine.ask(4, "show version", 0, configuring=False)
    assert isinstance(said, Exec)
    assert its.serve(said) is None
    assert ran == [(theirs(4), "show version", False)]
    assert its.caught(theirs(4), "Cisco\n", done=False) is None
    answer = its.caught(theirs(4), "PIX\n", done=True)
    assert isinstance(answer, Answer)
    mine.answered(answer)
    assert ended == [(4, "Cisco\nPIX\n")]
    mine.answered(answer)
    assert len(ended) == 1


def test_a_line_for_this_unit_needs_no_mate() -> None:
    mine, ran, ended = remote()
    assert mine.here(4, "show version", configuring=True) == ""
    assert ran == [(ours(4), "show version", True)]
    assert mine.caught(ours(4), "PIX\n", done=True) is None
    assert ended == [(4, "PIX\n")]


def test_sessions_and_their_counterparts_are_all_different() -> None:
    numbers = [f(session) for session in range(50) for f in (ours, theirs)]
    assert len(set(numbers)) == 100
    assert max(numbers) == -2


def test_an_answer_that_does_not_come_ends_the_wait() -> None:
    mine, _, ended = remote()
    mine.ask(4, "show version", 0, configuring=False)
    assert mine.due_ms() == ANSWER_PATIENCE_MS
    mine.time_passed(ANSWER_PATIENCE_MS)
    assert ended == [(4, "ERROR: the other unit did not answer within 10 s\n")]
    mine.ask(5, "show version", 0, configuring=False)
    mine.mate_lost()
    assert ended[-1] == (5, "ERROR: the other unit went away before it answered\n")
    assert mine.due_ms() is None


def test_a_session_that_ended_is_not_answered() -> None:
    mine, _, ended = remote()
    said = mine.ask(4, "show version", 0, configuring=False)
    assert isinstance(said, Exec)
    mine.closed(4)
    mine.answered(Answer(said.ticket, "late"))
    assert ended == []


def test_a_mate_can_open_only_so_many_sessions_here() -> None:
    its, _, _ = remote()
    for session in range(100):
        its.serve(Exec(session, session, False, "show version"))
    assert len(its.served) == SERVED_MOST


def test_one_command_at_a_time() -> None:
    its, _, _ = remote()
    its.serve(Exec(1, 4, False, "failover active"))
    refused = its.serve(Exec(2, 4, False, "show version"))
    assert refused == Answer(2, "ERROR: the command before is not answered yet\n")


@pytest.mark.parametrize(
    "line", ["", "  ", "show ?", "debug fover rx", "undeb all", "failover exec mate show version",
             "fail ex mate show version", "changeto context a"]
)  # fmt: skip
def test_what_failover_exec_does_not_run(line: str) -> None:
    assert refusal(line)
    its, ran, _ = remote()
    answer = its.serve(Exec(1, 4, False, line))
    assert answer is not None
    assert answer.text.startswith("ERROR: ")
    assert ran == []


@pytest.mark.parametrize("line", ["show version", "hostname x", "no failover active", "reload"])
def test_what_it_runs(line: str) -> None:
    assert refusal(line) == ""


@pytest.mark.parametrize("fill", ["x", "noise"])
def test_an_answer_too_long_is_cut_and_says_so(fill: str) -> None:
    its, _, _ = remote()
    its.serve(Exec(1, 4, False, "show running-config"))
    text = "x" * 1_000_000 if fill == "x" else Random(1).randbytes(700_000).hex()
    answer = its.caught(theirs(4), text, done=True)
    assert isinstance(answer, Answer)
    assert answer.text.endswith("<--- the rest is not sent --->\n")
    assert len(encode(answer)) <= ANSWER_DEFLATED_MAX + 100
    assert decode(encode(answer)) == answer


def test_an_answer_that_fits_is_whole() -> None:
    its, _, _ = remote()
    its.serve(Exec(1, 4, False, "show running-config"))
    text = "access-list 101 extended permit ip any any\n" * 12_000
    assert its.caught(theirs(4), text, done=True) == Answer(1, text)

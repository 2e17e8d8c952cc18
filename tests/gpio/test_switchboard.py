"""What a request does, without sockets or a clock."""

from typing import Any

import pytest

from controller.bench.virtual.switchboard import Switchboard
from wiring.bus_messages import (
    AddContact,
    Answer,
    ClaimInput,
    ClaimOutput,
    Conflict,
    Drive,
    Edge,
    Greet,
    MoveContacts,
    Read,
    Recall,
    Report,
    Request,
    SetOutput,
    Unclaim,
    Watch,
)
from wiring.load import default_map

A, B = 1, 2  # two connections


@pytest.fixture
def board() -> Switchboard:
    made = Switchboard(default_map(), ("primary", "secondary"), frozenset({"secondary"}))
    made.handle(A, Greet(ticket=1, name="supervisor"), 0)
    return made


def claim_in(board: Switchboard, connection: int, bcm: int, **options: Any) -> Answer:
    request = ClaimInput(ticket=1, board="primary", bcm=bcm, **options)
    return board.handle(connection, request, 0)


def claim_out(
    board: Switchboard, connection: int, bcm: int, level: bool, now_us: int = 0, at: str = "primary"
) -> Answer:
    return board.handle(connection, ClaimOutput(ticket=1, board=at, bcm=bcm, level=level), now_us)


def drive(
    board: Switchboard, connection: int, bcm: int, level: bool | None, now_us: int = 0
) -> Answer:
    return board.handle(connection, Drive(ticket=1, board="primary", bcm=bcm, level=level), now_us)


def level(board: Switchboard, bcm: int, at: str = "primary") -> bool:
    return board.handle(A, Read(ticket=1, board=at, bcm=bcm), 0).level


def heard(board: Switchboard, connection: int) -> list[Report]:
    return [report for number, report in board.outbox if number == connection]


def edge(bcm: int, high: bool, at_us: int) -> Edge:
    return Edge(board="primary", bcm=bcm, level=high, at_us=at_us)


def test_edges_go_to_the_claimant_alone(board: Switchboard) -> None:
    assert claim_in(board, A, 17, pull="up").level is True
    drive(board, B, 17, False, 5)
    assert heard(board, A) == [edge(17, False, 5)]
    assert heard(board, B) == []


def test_one_process_a_pin(board: Switchboard) -> None:
    claim_in(board, A, 17)
    told = claim_in(board, B, 17)
    assert told.in_use
    assert told.error == "BCM 17 of primary is claimed by supervisor; one process a pin"
    assert claim_out(board, B, 17, True).in_use
    assert board.handle(B, Unclaim(ticket=1, board="primary", bcm=17), 0).in_use


def test_the_same_process_may_change_its_claim(board: Switchboard) -> None:
    claim_out(board, A, 17, True)
    assert level(board, 17) is True
    assert claim_in(board, A, 17, pull="down").level is False
    told = board.handle(A, SetOutput(ticket=1, board="primary", bcm=17, level=True), 0)
    assert "claim it as output first" in told.error


def test_a_dead_process_drives_nothing(board: Switchboard) -> None:
    claim_in(board, B, 23, pull="down")
    board.handle(A, AddContact(ticket=1, name="w", a="primary:18", b="primary:23", closed=True), 0)
    claim_out(board, A, 18, True, 3)
    board.gone(A, 9)
    assert heard(board, B) == [edge(23, True, 3), edge(23, False, 9)]
    assert not claim_out(board, B, 18, True).error  # the pin is free again


def test_a_latching_board_keeps_its_outputs_until_claimed_anew(board: Switchboard) -> None:
    board.handle(B, Watch(ticket=1), 0)
    claim_out(board, A, 18, True, 1, at="secondary")
    board.gone(A, 2)
    assert level(board, 18, at="secondary") is True
    claim_out(board, B, 18, False, 3, at="secondary")
    assert level(board, 18, at="secondary") is False
    assert not [report for report in heard(board, B) if isinstance(report, Conflict)]


def test_hands_let_go_when_their_connection_ends(board: Switchboard) -> None:
    claim_in(board, A, 17, pull="up")
    drive(board, B, 17, False, 1)
    board.gone(B, 2)
    assert level(board, 17) is True
    drive(board, B, 17, False, 3)
    drive(board, B, 17, None, 4)
    assert level(board, 17) is True


def test_debounce_tells_the_final_level_only(board: Switchboard) -> None:
    claim_in(board, A, 4, pull="up", bounce_us=1000)
    for at_us in (10, 20, 30):
        drive(board, B, 4, at_us == 20, at_us)
    assert board.next_due_us() == 1030
    board.expire(1029)
    assert heard(board, A) == []
    board.expire(1030)
    assert heard(board, A) == [edge(4, False, 1030)]
    assert board.next_due_us() is None


def test_watchers_hear_every_pin_and_every_conflict(board: Switchboard) -> None:
    board.handle(B, Watch(ticket=1), 0)
    claim_out(board, A, 18, True, 1)
    drive(board, B, 18, False, 2)
    assert heard(board, B)[0] == edge(18, True, 1)
    (conflict,) = [report for report in heard(board, B) if isinstance(report, Conflict)]
    assert (conflict.at_us, conflict.nodes) == (2, ("primary:18",))
    assert edge(18, False, 2) in heard(board, B)


def test_history_is_recalled(board: Switchboard) -> None:
    drive(board, B, 20, True, 5)
    told = board.handle(A, Recall(ticket=1, board="primary", bcm=20), 9)
    assert told.moments == ((0, False), (5, True))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Read(ticket=1, board="third", bcm=4), "boards: primary, secondary"),
        (Read(ticket=1, board="primary", bcm=99), "no pin BCM 99"),
        (ClaimInput(ticket=1, board="primary", bcm=4, pull="left"), "unknown pull 'left'"),
        (ClaimInput(ticket=1, board="primary", bcm=4, bounce_us=-1), "is not 0 to"),
        (MoveContacts(ticket=1, names=("nope",), closed=True), "no contact 'nope'"),
        (AddContact(ticket=1, name="x", a="third:4", b="gnd", closed=True), "write BOARD:BCM"),
        (AddContact(ticket=1, name="strap@primary", a="p", b="gnd", closed=True), "exists already"),
    ],
)
def test_nonsense_is_answered_not_raised(board: Switchboard, request_: Request, words: str) -> None:
    assert words in board.handle(A, request_, 0).error

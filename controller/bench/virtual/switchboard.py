"""What the pin bus does with a request: claims, hands, contacts, and who must be told.

Pure: connections are numbers, time is an argument, and what is to be sent lies in ``outbox`` until
the server takes it. The circuit itself is wiring/nets.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wiring import cable
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
from wiring.debounce import Debounce
from wiring.header import HEADER_PIN, boot_pull
from wiring.nets import RAILS, Change, Nets, UnknownName
from wiring.pinmap import PinMap
from wiring.signals import Pull

BOUNCE_MAX_US = 10_000_000
HISTORY = 256
LATCH = "latch"  # drives what a dead process drove, on a board that latches


class Refused(ValueError):
    """The request cannot be done; the text says why and what to do."""

    in_use = False


class InUse(Refused):
    """Another process has the pin."""

    in_use = True


@dataclass(slots=True)
class _Claim:
    connection: int
    debounce: Debounce | None  # None: an output
    output: bool = False  # what it was last told to drive


class Switchboard:
    """The bus without its sockets. ``latching`` boards keep their outputs when a process dies."""

    def __init__(
        self, pins: PinMap, boards: tuple[str, ...], latching: frozenset[str] = frozenset()
    ) -> None:
        self.outbox: list[tuple[int, Report]] = []
        self._boards = boards
        self._latching = latching
        self._nets = Nets(limit=HISTORY)
        self._place: dict[str, tuple[str, int]] = {}  # node -> board, bcm
        self._names: dict[int, str] = {}
        self._claims: dict[str, _Claim] = {}
        self._watchers: dict[int, None] = {}
        for board in boards:
            cable.add_board(self._nets, board)
            for bcm in HEADER_PIN:
                self._place[cable.node_of(board, bcm)] = (board, bcm)
        if len(boards) == 2:
            cable.lay_cable(self._nets, pins, (boards[0], boards[1]))

    def handle(self, connection: int, request: Request, now_us: int) -> Answer:
        """Do it, fill ``outbox`` with what others must hear, and answer."""
        try:
            return VERBS[type(request)](self, connection, request, now_us)
        except UnknownName as error:
            return Answer(ticket=request.ticket, error=str(error))
        except Refused as error:
            return Answer(ticket=request.ticket, error=str(error), in_use=error.in_use)

    def gone(self, connection: int, now_us: int) -> None:
        """The connection ended: a dead process drives nothing."""
        self._watchers.pop(connection, None)
        mine = [node for node, claim in self._claims.items() if claim.connection == connection]
        for node in mine:
            claim = self._claims.pop(node)
            if claim.debounce is None and self._place[node][0] in self._latching:
                # The chip goes on driving; the next claim of this pin takes it over.
                driver = _driver(connection)
                self._tell(self._nets.drive(node, LATCH, claim.output, now_us, instead_of=driver))
            else:
                self._tell(self._reset(node, now_us))
        self._tell(self._nets.release_all(_driver(connection), now_us))
        self._tell(self._nets.release_all(_hand(connection), now_us))
        self._names.pop(connection, None)

    def next_due_us(self) -> int | None:
        """When ``expire`` must be called, if nothing else happens before."""
        dues = [
            claim.debounce.due_us
            for claim in self._claims.values()
            if claim.debounce is not None and claim.debounce.due_us is not None
        ]
        return min(dues, default=None)

    def expire(self, now_us: int) -> None:
        """Tell the edges that have held for their debounce time."""
        for node, claim in self._claims.items():
            if claim.debounce is not None and claim.debounce.expire(now_us):
                self._edge(claim.connection, node, claim.debounce.reported, now_us)

    def _greet(self, connection: int, request: Greet, now_us: int) -> Answer:
        self._names[connection] = request.name[:64]
        return Answer(ticket=request.ticket)

    def _claim_input(self, connection: int, request: ClaimInput, now_us: int) -> Answer:
        node = self._claimable(connection, request.board, request.bcm)
        if not 0 <= request.bounce_us <= BOUNCE_MAX_US:
            raise Refused(f"bounce_us {request.bounce_us} is not 0 to {BOUNCE_MAX_US}")
        self._release_output(connection, node, now_us)
        if request.pull != "keep":
            self._tell(self._nets.set_pull(node, _pull(request.pull), now_us))
        level = self._nets.level(node)
        debounce = Debounce(settle_us=request.bounce_us, level=level)
        self._claims[node] = _Claim(connection, debounce)
        return Answer(ticket=request.ticket, level=level)

    def _claim_output(self, connection: int, request: ClaimOutput, now_us: int) -> Answer:
        node = self._claimable(connection, request.board, request.bcm)
        self._claims[node] = _Claim(connection, None, request.level)
        driver = _driver(connection)
        self._tell(self._nets.drive(node, driver, request.level, now_us, instead_of=LATCH))
        return Answer(ticket=request.ticket, level=self._nets.level(node))

    def _set_output(self, connection: int, request: SetOutput, now_us: int) -> Answer:
        node = self._node(request.board, request.bcm)
        claim = self._claims.get(node)
        if claim is None or claim.connection != connection or claim.debounce is not None:
            raise Refused(f"{node} is not an output of yours; claim it as output first")
        claim.output = request.level
        self._tell(self._nets.drive(node, _driver(connection), request.level, now_us))
        return Answer(ticket=request.ticket, level=self._nets.level(node))

    def _unclaim(self, connection: int, request: Unclaim, now_us: int) -> Answer:
        node = self._claimable(connection, request.board, request.bcm)
        self._release_output(connection, node, now_us)
        self._claims.pop(node, None)
        self._tell(self._reset(node, now_us))
        return Answer(ticket=request.ticket)

    def _drive(self, connection: int, request: Drive, now_us: int) -> Answer:
        node = self._node(request.board, request.bcm)
        hand = _hand(connection)
        if request.level is None:
            self._tell(self._nets.release(node, hand, now_us))
        else:
            self._tell(self._nets.drive(node, hand, request.level, now_us))
        return Answer(ticket=request.ticket, level=self._nets.level(node))

    def _read(self, connection: int, request: Read, now_us: int) -> Answer:
        node = self._node(request.board, request.bcm)
        return Answer(ticket=request.ticket, level=self._nets.level(node))

    def _recall(self, connection: int, request: Recall, now_us: int) -> Answer:
        node = self._node(request.board, request.bcm)
        moments = tuple((each.at_us, each.level) for each in self._nets.history(node))
        return Answer(ticket=request.ticket, level=self._nets.level(node), moments=moments)

    def _move_contacts(self, connection: int, request: MoveContacts, now_us: int) -> Answer:
        self._tell(self._nets.set_contacts(request.names, request.closed, now_us))
        return Answer(ticket=request.ticket)

    def _add_contact(self, connection: int, request: AddContact, now_us: int) -> Answer:
        for end in (request.a, request.b):
            if end not in RAILS and end not in self._nets.nodes:
                if ":" in end:
                    raise Refused(f"no pin {end!r}; write BOARD:BCM, boards: {self._known()}")
                self._nets.add_node(end, Pull.FLOATING, now_us)
        self._tell(
            self._nets.add_contact(
                request.name, request.a, request.b, closed=request.closed, now_us=now_us
            )
        )
        return Answer(ticket=request.ticket)

    def _watch(self, connection: int, request: Watch, now_us: int) -> Answer:
        self._watchers[connection] = None
        return Answer(ticket=request.ticket)

    def _node(self, board: str, bcm: int) -> str:
        node = cable.node_of(board, bcm)
        if node not in self._place:
            raise Refused(f"no pin BCM {bcm} on board {board!r}; boards: {self._known()}; 0 to 27")
        return node

    def _known(self) -> str:
        return ", ".join(self._boards)

    def _claimable(self, connection: int, board: str, bcm: int) -> str:
        node = self._node(board, bcm)
        claim = self._claims.get(node)
        if claim is not None and claim.connection != connection:
            holder = self._names.get(claim.connection, f"connection {claim.connection}")
            raise InUse(f"BCM {bcm} of {board} is claimed by {holder}; one process a pin")
        return node

    def _release_output(self, connection: int, node: str, now_us: int) -> None:
        self._tell(self._nets.release(node, _driver(connection), now_us))
        self._tell(self._nets.release(node, LATCH, now_us))

    def _reset(self, node: str, now_us: int) -> tuple[Change, ...]:
        return self._nets.set_pull(node, boot_pull(self._place[node][1]), now_us)

    def _tell(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.node not in self._place:
                continue
            claim = self._claims.get(change.node)
            if (
                claim is not None
                and claim.debounce is not None
                and claim.debounce.offer(change.level, change.at_us)
            ):
                self._edge(claim.connection, change.node, change.level, change.at_us)
            for watcher in self._watchers:
                self._edge(watcher, change.node, change.level, change.at_us)
        while self._nets.fights:
            fight = self._nets.fights.popleft()
            report = Conflict(at_us=fight.at_us, nodes=fight.nodes, high=fight.high, low=fight.low)
            self.outbox += [(watcher, report) for watcher in self._watchers]

    def _edge(self, connection: int, node: str, level: bool, at_us: int) -> None:
        board, bcm = self._place[node]
        self.outbox.append((connection, Edge(board=board, bcm=bcm, level=level, at_us=at_us)))


def _driver(connection: int) -> str:
    return f"process {connection}"


def _hand(connection: int) -> str:
    return f"hand {connection}"


def _pull(word: str) -> Pull:
    try:
        return Pull(word)
    except ValueError:
        raise Refused(f"unknown pull {word!r}; say up, down, floating or keep") from None


VERBS: dict[type, Callable[..., Answer]] = {
    Greet: Switchboard._greet,
    ClaimInput: Switchboard._claim_input,
    ClaimOutput: Switchboard._claim_output,
    SetOutput: Switchboard._set_output,
    Unclaim: Switchboard._unclaim,
    Drive: Switchboard._drive,
    Read: Switchboard._read,
    Recall: Switchboard._recall,
    MoveContacts: Switchboard._move_contacts,
    AddContact: Switchboard._add_contact,
    Watch: Switchboard._watch,
}

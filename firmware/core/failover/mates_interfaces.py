"""What the mate says of its data interfaces: kept, shown, and told when one fails or works again.

A hello has the states of the first sixteen. Of a mate with more, an ``Interfaces`` frame goes with
each hello on the failover link, and has all of them. Decides nothing: what follows for the roles is
``policy``'s, by the count in the hello.

Clauses: HM-8, IF-8.
"""

from __future__ import annotations

from firmware.core.failover.model import Unit
from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import HELLO_INTERFACES, Hello, Interfaces, InterfaceState

FAULTY = (
    InterfaceState.NO_LINK,
    InterfaceState.NO_LINK_WAITING,
    InterfaceState.FAILED,
    InterfaceState.FAILED_WAITING,
)  # of the mate's, as 103003 tells


def heard(unit: Unit, sequence: int, body: Interfaces) -> None:
    """All of them, of a mate that has more than a hello has room for."""
    if sequence > unit.mate.states_said:
        unit.mate.states_said = sequence
        _take(unit, body.states)


def heard_in_hello(unit: Unit, body: Hello) -> None:
    """The first few. What was said of those beyond stands until the mate says it anew."""
    full = len(body.interfaces) == HELLO_INTERFACES
    beyond = unit.mate.states[HELLO_INTERFACES:] if full else ()
    _take(unit, body.interfaces + beyond)


def _take(unit: Unit, states: tuple[InterfaceState, ...]) -> None:
    before = unit.mate.states
    if states == before:
        return
    unit.mate.states, unit.changed = states, True
    for place, (was, is_now) in enumerate(zip(before, states, strict=False)):
        if (was in FAULTY) is not (is_now in FAULTY):
            failed = MessageId.MATE_INTERFACE_FAILED, MessageId.MATE_INTERFACE_OK
            unit.log(failed[is_now not in FAULTY], str(place))

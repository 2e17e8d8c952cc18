"""The cable as contacts: the document's four cable states come out of plugs and one wire."""

import pytest

from wiring import cable
from wiring.load import default_map
from wiring.nets import Nets
from wiring.signals import Pull, Signal

PINS = default_map()
SENSED = (Signal.MY_PLUG, Signal.OTHER_PLUG, Signal.MATE_POWER)


@pytest.fixture
def nets() -> Nets:
    circuit = Nets()
    for board in cable.ENDS:
        cable.add_board(circuit, board)
    cable.lay_cable(circuit, PINS, cable.ENDS)
    for board in cable.ENDS:
        for pin in PINS.in_cable:
            if pin.pull is not Pull.FLOATING:
                circuit.set_pull(cable.node_of(board, pin.bcm), pin.pull, 0)
        circuit.drive(cable.node_of(board, PINS[Signal.POWER_OUT].bcm), board, True, 0)
    return circuit


def facts(nets: Nets, end: str) -> tuple[tuple[bool, ...], bool]:
    def says(signal: Signal) -> bool:
        return PINS[signal].active(nets.level(cable.node_of(end, PINS[signal].bcm)))

    return tuple(says(signal) for signal in SENSED), says(Signal.STRAP)


def push(nets: Nets, *ends: str) -> None:
    for end in ends:
        nets.set_contacts(cable.plug_contacts(PINS, end), True, 1)


def test_no_cable(nets: Nets) -> None:
    assert facts(nets, "primary") == ((False, False, False), False)
    assert facts(nets, "secondary") == ((False, False, False), False)


def test_both_plugs_in_and_both_powered(nets: Nets) -> None:
    push(nets, "primary", "secondary")
    assert facts(nets, "primary") == ((True, True, True), True)
    assert facts(nets, "secondary") == ((True, True, True), False)
    assert nets.fights_seen == 0


def test_one_plug_only(nets: Nets) -> None:
    push(nets, "primary")
    assert facts(nets, "primary") == ((True, False, False), True)
    assert facts(nets, "secondary") == ((False, False, False), False)


def test_the_mate_loses_power_but_its_plug_is_still_seen(nets: Nets) -> None:
    push(nets, "primary", "secondary")
    nets.drive(cable.node_of("primary", PINS[Signal.POWER_OUT].bcm), "primary", False, 2)
    assert facts(nets, "secondary")[0] == (True, True, False)
    assert facts(nets, "primary")[0] == (True, True, True)


@pytest.mark.parametrize(
    ("wire", "at_primary", "at_secondary"),
    [
        ("power-primary", (True, True, True), (True, True, False)),
        ("power-secondary", (True, True, False), (True, True, True)),
        ("plug-primary", (True, True, True), (True, False, True)),
        ("plug-secondary", (True, False, True), (True, True, True)),
        ("loop@primary", (False, True, True), (True, True, True)),
    ],
)
def test_one_broken_wire_is_one_wrong_fact(
    nets: Nets, wire: str, at_primary: tuple[bool, ...], at_secondary: tuple[bool, ...]
) -> None:
    push(nets, "primary", "secondary")
    nets.set_contacts([wire], False, 2)
    assert facts(nets, "primary")[0] == at_primary
    assert facts(nets, "secondary")[0] == at_secondary


def test_a_wrongly_made_cable_has_two_primary_plugs(nets: Nets) -> None:
    push(nets, "primary")
    nets.set_contacts(cable.plug_contacts(PINS, "secondary", marked="primary"), True, 1)
    assert facts(nets, "secondary")[1] is True


def test_pulling_a_plug_is_the_same_in_any_order(nets: Nets) -> None:
    push(nets, "primary", "secondary")
    for name in reversed(cable.plug_contacts(PINS, "secondary")):
        nets.set_contacts([name], False, 2)
    assert facts(nets, "secondary") == ((False, False, False), False)
    assert facts(nets, "primary")[0] == (True, False, False)

"""Units with many data interfaces: wires straight from one unit to the other, made in one batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from controller.bench.boot import appended
from controller.bench.perf.pair import Pair
from controller.bench.virtual.network import CARD_NIC, ETHERNETS, batch, burned_in_mac
from controller.bench.world import Rig, Unit

USUAL = 2  # the data interfaces of the document's configurations


@contextmanager
def interfaces(pair: Pair, count: int) -> Iterator[None]:
    """Both units have so many data interfaces, 2 to 250, once they are booted with ``widened``.

    Both are off meanwhile, before and after. Raises WorldError.
    """
    added = _added(count)
    _unplug(pair)
    batch(("ip",), [_wire(ethernet) for ethernet in added])
    _have(pair, added.stop)
    try:
        yield
    finally:
        _unplug(pair)
        # A veth goes with its other end.
        gone = [f"link del eth{ethernet}" for ethernet in added]
        batch(("ip", "-n", Unit.PRIMARY.value), gone)
        _have(pair, ETHERNETS)


def widened(rig: Rig, count: int) -> Rig:
    """The same, with so many interfaces in every configuration that is a whole one."""
    return appended(rig, "".join(_block(ethernet) for ethernet in _added(count)))


def _added(count: int) -> range:
    first = CARD_NIC + 1
    return range(first, first + count - USUAL)


def _wire(ethernet: int) -> str:
    ends = [
        f"name eth{ethernet} netns {unit.value} address {burned_in_mac(unit, ethernet)}"
        for unit in Unit
    ]
    return f"link add {ends[0]} type veth peer {ends[1]}"


def _block(ethernet: int) -> str:
    network = f"100.64.{ethernet}"  # the state link has all of 10.0.0.0/8
    address = f"ip address {network}.1 255.255.255.0 standby {network}.2"
    head = f"interface Ethernet{ethernet}\nnameif net{ethernet}\nsecurity-level 50\n"
    return f"{head}{address}\n!\n"


def _unplug(pair: Pair) -> None:
    """A box whose interfaces come or go is started anew."""
    for box in pair.world.units.values():
        box.stop()


def _have(pair: Pair, ethernets: int) -> None:
    for box in pair.world.units.values():
        box.ethernets = ethernets

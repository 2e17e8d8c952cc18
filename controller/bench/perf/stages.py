"""A unit cut off the inside switch, with a host that is heard in one stage of the tests only.

The unit hears nobody; its mate hears the host in the network activity stage (it talks), in the ARP
stage (the mate knows it as a neighbour, and it answers), or in the broadcast ping stage (the mate
knows no neighbour, and it answers broadcasts). Hosts know the gateway's MAC for good: else they
would ask for it, and be heard too early.
"""

from __future__ import annotations

from controller.bench.hosts import HOSTS, INSIDE_HOST
from controller.bench.perf.pair import Act, Deed, Pair
from controller.bench.virtual import clock
from controller.bench.virtual.network import batch, run
from controller.bench.world import Behaviour, Cut, Hosts, Link, Mend, Unit, WorldError
from firmware.core.wire.bodies import TestStage

CUT_OFF = Link.INSIDE


def heard_in(stage: TestStage) -> Deed:
    """Cut the unit off; the host is heard by the mate in that stage, and in none before it."""

    def deed(pair: Pair, unit: Unit) -> Act:
        _gateways("permanent")
        behaviour = Behaviour.TALK if stage is TestStage.ACTIVITY else Behaviour.USUAL
        pair.world.do(Hosts(CUT_OFF, behaviour))
        _answer_broadcasts(stage is TestStage.PING)
        _forget_hosts(unit.mate)
        if stage is TestStage.ARP:
            unheard = pair.world.ping(unit.mate, INSIDE_HOST.address)
            if unheard:
                raise WorldError(f"{unit.mate} does not reach {INSIDE_HOST.name}: {unheard}")

        def act() -> int:
            at_ns = clock.now_ns()
            pair.world.do(Cut(CUT_OFF, off=unit))
            return at_ns

        return act

    return deed


def mended(pair: Pair, _: Unit) -> None:
    """The port carries again; the hosts are as usual. Waits for a pair at rest."""
    for action in (Mend(CUT_OFF), Hosts(CUT_OFF, Behaviour.USUAL)):
        pair.world.do(action)
    _answer_broadcasts(False)
    _gateways("reachable")
    pair.rest()


def _gateways(state: str) -> None:
    """The hosts' entries of their gateway, which traffic has made, are in that state."""
    for host in HOSTS:
        entry = f"neigh change {host.gateway} dev eth0 nud {state}"
        batch(("ip", "-n", host.name), [entry])


def _answer_broadcasts(answer: bool) -> None:
    path = "/proc/sys/net/ipv4/icmp_echo_ignore_broadcasts"
    where = ["nsenter", f"--net=/run/netns/{INSIDE_HOST.name}"]
    run([*where, "sh", "-c", f"echo {int(not answer)} > {path}"])


def _forget_hosts(unit: Unit) -> None:
    """Those the unit knows as neighbours, which it would ask."""
    batch(("ip", "-n", unit.value), ["neigh flush all"])

"""What the data plane should look like: which MAC goes with which address.

Decides the ``DataPlan``. Does not know sockets or netlink.

MAC rules are the document's: active addresses ride on the primary's burned-in MACs, standby
addresses on the secondary's, on whichever unit they are (MA-1). A secondary that booted alone
does not know the primary's, so it uses its own until the primary appears, then changes to the
primary's; the primary's standby persona stays down until that is done, or two units would own
one MAC (MA-2). `failover mac address` overrides both (MA-3). An unknown MAC of the mate is stood
in for by one of our own made local, on a persona that is down.

Clauses: MA-1 to MA-4.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface

from firmware.core.failover.effects import DataPlan, Persona, PrepareDataPlane
from firmware.core.failover.model import Unit
from firmware.core.failover.states import is_active
from firmware.core.message_ids import MessageId
from firmware.core.settings import DataInterface, FailoverLink, Identity
from firmware.core.wire.bodies import UnitState

STAND_IN = 0x0A  # flips the "locally administered" bit and one the base MAC does not flip
RETRY_MS = 2_000  # a refused data plane is asked for again: a NIC may come back


def plan(unit: Unit) -> None:
    """Ask for the data plane the settings and the known MACs call for, if it is not so already."""
    made_of = _made_of(unit)
    if made_of == unit.plan.made_of:
        return
    unit.plan.made_of = made_of
    wanted = make(unit)
    if wanted != unit.plan.wanted:
        unit.plan.wanted = wanted
        unit.plan.ready, unit.plan.retry_ms = False, None
        unit.out.append(PrepareDataPlane(wanted))


def _made_of(unit: Unit) -> tuple[object, ...]:
    """All that ``make`` looks at, cheaper to compare than a plan is to make."""
    hello = unit.mate.hello
    stands_off = hello is not None and (hello.macs_set or not is_active(hello.state))
    failed, identify = unit.state is UnitState.FAILED, unit.mate.identify
    return unit.settings, unit.identity, identify, unit.conflict, failed, hello is None, stands_off


def refused(unit: Unit, why: str) -> None:
    """The kernel would not: said once for each reason, and asked for again a little later."""
    if why != unit.plan.refused:
        unit.log(MessageId.DATA_PLANE_REFUSED, why)
    unit.plan.ready, unit.plan.refused = False, why
    unit.plan.retry_ms = unit.last_step_ms + RETRY_MS


def time_passed(unit: Unit, now_ms: int) -> None:
    """Ask again, if that is due."""
    plan = unit.plan
    if plan.retry_ms is not None and now_ms >= plan.retry_ms and plan.wanted is not None:
        plan.retry_ms = None
        unit.out.append(PrepareDataPlane(plan.wanted))


def prepared(unit: Unit) -> None:
    """The data plane is as wanted. "Mac set" is true once the active MACs are the right ones."""
    unit.plan.ready, unit.plan.refused = True, ""
    if unit.plan.raised_ms is None:
        unit.plan.raised_ms = unit.last_step_ms
    mate_known = unit.mate.identify is not None and not unit.conflict
    mac_known = unit.identity is Identity.PRIMARY or mate_known
    overridden = all(i.active_mac for i in unit.settings.interfaces)
    set_now = mac_known or (overridden and unit.settings.configured)
    if set_now != unit.plan.macs_set:
        unit.plan.macs_set = set_now
        unit.hellos.next_link_ms = unit.hellos.next_data_ms = 0
    unit.changed = True


def make(unit: Unit) -> DataPlan:
    """The plan for what is known now."""
    settings, macs = unit.settings, _macs(unit)
    links = (settings.failover_link, settings.state_link)
    return DataPlan(
        personas=tuple(
            _persona(unit, interface, macs[interface.physical])
            for interface in settings.interfaces
            if interface.addressed and not interface.shutdown
        ),
        routes=settings.routes,
        links=tuple(link for link in links if link is not None and _usable(link)),
        identity=unit.identity or Identity.SECONDARY,
        silent=tuple(i.physical for i in settings.interfaces if i.shutdown),
        arp_timeout_s=settings.arp_timeout_s,
    )


def _usable(link: FailoverLink) -> bool:
    return link.primary is not None and not link.shutdown


def _persona(unit: Unit, interface: DataInterface, macs: tuple[str, str | None]) -> Persona:
    ours, theirs = macs
    primary = unit.identity is Identity.PRIMARY
    rule = (ours, theirs or _stand_in(ours)) if primary else (theirs or ours, ours)
    if not primary and theirs is None:
        rule = (ours, _stand_in(ours))  # MA-2: alone, on its own MACs
    return Persona(
        physical=interface.physical,
        name=interface.name,
        active=interface.active,
        standby=_in_network(interface.standby, interface.active),
        active6=interface.active6,
        standby6=_in_network6(interface.standby6, interface.active6),
        active_mac=interface.active_mac or rule[0],
        standby_mac=interface.standby_mac or rule[1],
        standby_up=_standby_up(unit, interface),
        mtu=interface.mtu,
        also=interface.also,
        static_arp=interface.static_arp,
    )


@lru_cache(maxsize=1024)  # of 250 interfaces: a plan is made with every change of the settings
def _in_network(standby: IPv4Address | None, active: IPv4Interface | None) -> IPv4Interface | None:
    if standby is None or active is None:
        return None
    return IPv4Interface((standby, active.network.prefixlen))


@lru_cache(maxsize=1024)
def _in_network6(standby: IPv6Address | None, active: IPv6Interface | None) -> IPv6Interface | None:
    if standby is None or active is None:
        return None
    return IPv6Interface((standby, active.network.prefixlen))


def _macs(unit: Unit) -> dict[str, tuple[str, str | None]]:
    """Our burned-in MAC of each interface, and the mate's if known.

    ID-2: of two units of one identity neither gives the other a MAC; one of them may be using it.
    """
    identify = unit.mate.identify if not unit.conflict else None
    theirs: tuple[str, ...] = () if identify is None else identify.macs
    return {
        card.physical: (card.burned_in_mac, theirs[place] if place < len(theirs) else None)
        for place, card in enumerate(unit.facts.interfaces)
    }


def _stand_in(mac: str) -> str:
    return f"{int(mac[:2], 16) ^ STAND_IN:02x}{mac[2:]}"


def _standby_up(unit: Unit, interface: DataInterface) -> bool:
    """MA-2: a standby whose mate is active on the wrong MACs waits with its own persona.

    HM-4: a failed unit is not on the network at all.
    """
    if unit.state is UnitState.FAILED:
        return False
    if interface.standby_mac is not None:
        return True
    hello = unit.mate.hello
    if unit.mate.identify is None or hello is None or unit.conflict:
        return False
    return hello.macs_set or not is_active(hello.state)

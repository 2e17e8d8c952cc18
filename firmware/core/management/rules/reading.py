"""From a configuration's draft to its rule set."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from firmware.core.management.rules import entries
from firmware.core.management.rules.draft import RulesDraft
from firmware.core.management.rules.entries import Line
from firmware.core.management.rules.ruleset import (
    AccessList,
    Ace,
    GlobalPool,
    Interface,
    Ipv6Interface,
    Redirection,
    RuleSet,
    SshAllowed,
    StaticNat,
    held_addresses,
)
from firmware.core.management.running.draft import Draft


def rule_set(draft: Draft, *, ssh_port: int = 22) -> RuleSet:
    """Everything a unit filters and translates."""
    said = draft.rules
    interfaces = _interfaces(draft)
    active = {interface.name: interface.active.ip for interface in interfaces}
    statics, redirections = _statics(said, active)
    return RuleSet(
        interfaces=interfaces,
        ipv6=tuple(
            Ipv6Interface(physical, interface.active6, interface.standby6)
            for physical, interface in draft.interfaces.items()
            if interface.name is not None and interface.active6 is not None
        ),
        lists=tuple(_list(name, lines, said, active) for name, lines in said.lists.items()),
        bindings=tuple(said.bindings),
        exemptions=tuple(said.exemptions),
        nats=tuple(said.nats),
        pools=_pools(said, active),
        statics=statics,
        redirections=redirections,
        inter_interface=said.inter_interface,
        intra_interface=said.intra_interface,
        nat_control=said.nat_control,
        ssh=tuple(SshAllowed(*permit) for permit in draft.terminal.ssh_permits),
        ssh_port=ssh_port,
        timeouts=said.timeouts,
    )


def held(draft: Draft) -> dict[str, tuple[IPv4Address, ...]]:
    """By interface name, the addresses it holds beside its own: for ``DataInterface.also``."""
    interfaces = _interfaces(draft)
    active = {interface.name: interface.active.ip for interface in interfaces}
    statics, redirections = _statics(draft.rules, active)
    rules = RuleSet(
        interfaces=interfaces,
        pools=_pools(draft.rules, active),
        statics=statics,
        redirections=redirections,
    )
    return {name: held_addresses(rules, name) for name in active}


def _interfaces(draft: Draft) -> tuple[Interface, ...]:
    return tuple(
        Interface(
            physical=physical,
            name=interface.name,
            level=interface.security_level,
            active=interface.active,
            standby=interface.standby,
            management_only=interface.management_only,
        )
        for physical, interface in draft.interfaces.items()
        if interface.name is not None and interface.active is not None
    )


def _list(
    name: str, lines: list[Line], said: RulesDraft, active: dict[str, IPv4Address]
) -> AccessList:
    aces = tuple(
        Ace(
            line=number,
            text=line.text,
            action=line.action,
            elements=entries.elements(line, said.groups, active),
            inactive=line.inactive,
            log=line.log,
        )
        for number, line in enumerate(lines, 1)
        if line.remark is None
    )
    remarks = tuple((n, line.remark) for n, line in enumerate(lines, 1) if line.remark is not None)
    return AccessList(name, aces, remarks, any(line.standard for line in lines))


def _pools(said: RulesDraft, active: dict[str, IPv4Address]) -> tuple[GlobalPool, ...]:
    found = []
    for pool in said.pools:
        first = pool.first or active.get(pool.interface)
        if first is not None:
            last = pool.last or first
            found.append(GlobalPool(pool.interface, pool.number, first, last))
    return tuple(found)


def _statics(
    said: RulesDraft, active: dict[str, IPv4Address]
) -> tuple[tuple[StaticNat, ...], tuple[Redirection, ...]]:
    statics: list[StaticNat] = []
    redirections: list[Redirection] = []
    for one in said.statics:
        mapped = one.mapped or active.get(one.mapped_interface)
        if mapped is None:
            continue
        if one.protocol is None:
            statics.append(
                StaticNat(
                    real_interface=one.real_interface,
                    mapped_interface=one.mapped_interface,
                    mapped=IPv4Network((mapped, one.length)),
                    real=IPv4Network((one.real, one.length)),
                )
            )
            continue
        redirections.append(
            Redirection(
                real_interface=one.real_interface,
                mapped_interface=one.mapped_interface,
                protocol=one.protocol,
                mapped=mapped,
                mapped_port=one.mapped_port,
                real=one.real,
                real_port=one.real_port,
            )
        )
    return tuple(statics), tuple(redirections)

"""Translation in nftables: who becomes whom, and who may not pass for want of a translation.

The order is that of release 7.x: exemption, port redirection, static, dynamic by the longest
network. Dynamic translation works towards lower security levels only. A host that would be
translated on its way out cannot be reached by its real address, and one that has a number and no
pool for it on the way out cannot leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware.core.management.rules.lists import PASSED, Form, Heads
from firmware.core.management.rules.ruleset import (
    TCP,
    DynamicNat,
    GlobalPool,
    Interface,
    Redirection,
    RuleSet,
    StaticNat,
)
from firmware.core.persona_names import persona_names


def _exemptions(rules: RuleSet, heads: Heads, interface: Interface, form: Form) -> list[str]:
    out: list[str] = []
    for exemption in rules.exemptions:
        loaded = heads.get((exemption.access_list, form))
        if exemption.interface == interface.name and loaded is not None:
            out.append(f"jump {loaded.head}")
            if loaded.marks:
                out.append(f"ct mark set {PASSED}")
    return out


def arriving(rules: RuleSet) -> Iterator[str]:
    """Rules for `prerouting`: mapped destinations become real."""
    for redirection in rules.redirections:
        came_by = rules.interface(redirection.mapped_interface)
        if came_by is not None:
            yield (
                f'iifname "{persona_names(came_by.physical)[0]}" ip daddr {redirection.mapped} '
                f"{_protocol(redirection)} dport {redirection.mapped_port} "
                f"dnat ip to {redirection.real}:{redirection.real_port}"
            )
    for static in rules.statics:
        came_by = rules.interface(static.mapped_interface)
        if came_by is None:
            continue
        yield (
            f'iifname "{persona_names(came_by.physical)[0]}" '
            f"ip daddr {static.mapped} {_to('daddr', static)}"
        )


def leaving(rules: RuleSet, heads: Heads, interface: Interface) -> list[str]:
    """What is done on the way out to what came in by that interface; empty: nothing."""
    return list(_leaving(rules, heads, interface))


def _leaving(rules: RuleSet, heads: Heads, interface: Interface) -> Iterator[str]:
    yield from _exemptions(rules, heads, interface, Form.EXEMPT)
    for redirection in rules.redirections:
        way = rules.interface(redirection.mapped_interface)
        if redirection.real_interface == interface.name and way is not None:
            yield (
                f"{_by(way)} ip saddr {redirection.real} "
                f"{_protocol(redirection)} sport {redirection.real_port} "
                f"snat ip to {redirection.mapped}:{redirection.mapped_port}"
            )
    for static in rules.statics:
        way = rules.interface(static.mapped_interface)
        if static.real_interface == interface.name and way is not None:
            yield f"{_by(way)} ip saddr {static.real} {_to('saddr', static)}"
    for nat in _dynamics(rules, interface):
        for way in rules.interfaces:
            if way.level < interface.level:
                yield from _dynamic(rules, nat, way)


def _dynamic(rules: RuleSet, nat: DynamicNat, way: Interface) -> Iterator[str]:
    pool = _pool(rules, nat, way)
    if nat.number == 0:
        yield f"{_by(way)} ip saddr {nat.network} accept"
    elif pool is not None and pool.first == pool.last:
        yield f"{_by(way)} ip saddr {nat.network} snat ip to {pool.first}"
    elif pool is not None:
        addresses = f"{pool.first}-{pool.last}"
        yield f"{_by(way)} ip saddr {nat.network} snat ip to {addresses} persistent"


def pair_checks(rules: RuleSet, heads: Heads, came: Interface, way: Interface) -> list[str]:
    """Verdicts on new connections from one interface to another; empty: nothing to check.

    The last line decides whatever the others leave.
    """
    if came.level > way.level:
        return _outward(rules, heads, came, way)
    if came.level < way.level:
        return _inward(rules, heads, came, way)
    return []


def _outward(rules: RuleSet, heads: Heads, came: Interface, way: Interface) -> list[str]:
    dynamics = _dynamics(rules, came)
    if not rules.nat_control and all(n.number == 0 or _pool(rules, n, way) for n in dynamics):
        return []
    out = _exemptions(rules, heads, came, Form.EXEMPT)
    out += [
        f"ip saddr {r.real} {_protocol(r)} sport {r.real_port} accept"
        for r in _redirections(rules, came, way)
    ]
    out += [f"ip saddr {s.real} accept" for s in _statics(rules, came, way)]
    for nat in dynamics:
        fits = nat.number == 0 or _pool(rules, nat, way) is not None
        out.append(f"ip saddr {nat.network} {'accept' if fits else 'drop'}")
    return [*out, "drop" if rules.nat_control else "accept"]


def _inward(rules: RuleSet, heads: Heads, came: Interface, way: Interface) -> list[str]:
    statics = _statics(rules, way, came)
    dynamics = [n for n in _dynamics(rules, way) if n.number == 0 or _pool(rules, n, came)]
    if not rules.nat_control and not dynamics and all(s.mapped == s.real for s in statics):
        return []
    out = ["ct status dnat accept"]
    out += _exemptions(rules, heads, way, Form.EXEMPT_BACK)
    out += [f"ip daddr {s.real} {'accept' if s.mapped == s.real else 'drop'}" for s in statics]
    out += [f"ip daddr {nat.network} drop" for nat in dynamics]
    return [*out, "drop" if rules.nat_control else "accept"]


def _to(field: str, static: StaticNat) -> str:
    """What becomes of a mapped destination ("daddr") or of a real source ("saddr")."""
    if static.mapped == static.real:
        return "accept"
    verb, before, after = "dnat", static.mapped, static.real
    if field == "saddr":
        verb, before, after = "snat", static.real, static.mapped
    if before.prefixlen == 32:
        return f"{verb} ip to {after.network_address}"
    return f"{verb} ip prefix to ip {field} map {{ {before} : {after} }}"


def _by(way: Interface) -> str:
    """Either persona: a packet may leave by the standby one just after a switchover."""
    active, standby = persona_names(way.physical)
    return f'oifname {{ "{active}", "{standby}" }}'


def _protocol(redirection: Redirection) -> str:
    return "tcp" if redirection.protocol == TCP else "udp"


def _dynamics(rules: RuleSet, interface: Interface) -> list[DynamicNat]:
    """Longest network first; of two that are equal the first typed."""
    found = [nat for nat in rules.nats if nat.interface == interface.name]
    return sorted(found, key=lambda nat: -nat.network.prefixlen)


def _pool(rules: RuleSet, nat: DynamicNat, way: Interface) -> GlobalPool | None:
    """A range before a single address."""
    found = [p for p in rules.pools if p.number == nat.number and p.interface == way.name]
    return min(found, key=lambda pool: pool.first == pool.last, default=None)


def _statics(rules: RuleSet, real: Interface, mapped: Interface) -> list[StaticNat]:
    wanted = (real.name, mapped.name)
    return [s for s in rules.statics if (s.real_interface, s.mapped_interface) == wanted]


def _redirections(rules: RuleSet, real: Interface, mapped: Interface) -> list[Redirection]:
    wanted = (real.name, mapped.name)
    return [r for r in rules.redirections if (r.real_interface, r.mapped_interface) == wanted]

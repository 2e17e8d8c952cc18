"""From a rule set to the nftables script that carries it out, and the settings beside it.

One table, `ip fover`. The rules name the personas of both roles, so both units load the same script
long before a takeover: personas that are down, or do not forward, make it inert. A packet comes in
by an active persona; it may leave by a standby one, in the moments after a planned switchover.

| chain | does |
|---|---|
| forward | known connections pass; a strange TCP segment is reset; else levels and lists |
| input | what is for the unit itself: ping, SSH where allowed, answers |
| prerouting, postrouting | translation, with explicit addresses |
| egress | lists bound to the way out, which see translated addresses |

What may pass is marked on the connection, so that lists see, and count, its first packet alone
even where no answer ever comes.

IPv6 has a table of its own, `ip6 fover`, where an interface has an IPv6 address: what the unit must
hear to be a neighbour, ping, and answers to what it asked come in; nothing is forwarded.

The script is in parts, each after a line ``PART``. All but the last bring the chain of a list that
nothing refers to yet, and are not needed where that chain is there; the last is the switch, in one
transaction. `nft -f` takes the whole as well, where one transaction may be that large.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firmware.core.management.rules import lists, translation
from firmware.core.management.rules.lists import OUT, PASSED, Form, Heads
from firmware.core.management.rules.ruleset import Direction, Interface, Ipv6Interface, RuleSet
from firmware.core.persona_names import persona_names, persona_stem

TABLE, TABLE6 = "ip fover", "ip6 fover"
PART = "# part"
NEVER_S = 2_000_000  # the kernel has no "never"; more than 23 days overflow its clock

_NOT_A_BEGINNING = "tcp flags & (fin | syn | rst | ack) != syn"
_STRANGERS = (
    # Regular failover: who goes on in a connection this unit does not know is told at once.
    "ct state invalid meta l4proto tcp reject with tcp reset",
    "ct state invalid drop",
    f"{_NOT_A_BEGINNING} reject with tcp reset",
)

CLOSED = f"""\
create table {TABLE}
add chain {TABLE} forward {{ type filter hook forward priority 0; policy drop; }}
"""  # before any rules are known; refused by the kernel where there are some already


def script(rules: RuleSet) -> str:
    """The whole script. The same rule set gives the same text."""
    heads, lines = _lists(rules)
    lines += [PART, f"add table {TABLE}"]
    lines += _pairs(rules, heads)
    lines += _leaving_chains(rules, heads)
    lines += _from_chains(rules, heads)
    lines += _base("forward", "type filter hook forward priority 0", _forward(rules), "drop")
    lines += _base("input", "type filter hook input priority 0", _input(rules))
    arriving = translation.arriving(rules)
    lines += _base("prerouting", "type nat hook prerouting priority -100", arriving)
    leaving = _leaving(rules, heads)
    lines += _base("postrouting", "type nat hook postrouting priority 100", leaving)
    lines += _base("egress", "type filter hook postrouting priority 150", _egress(rules, heads))
    if rules.ipv6:
        lines.append(f"add table {TABLE6}")
        forward = "type filter hook forward priority 0"
        lines += _base("forward", forward, (), "drop", table=TABLE6)
        lines += _base("input", "type filter hook input priority 0", _input6(rules), table=TABLE6)
    return "\n".join([*lines, ""])


def settings(rules: RuleSet) -> tuple[tuple[str, int], ...]:
    """Names under /proc/sys/net/netfilter and values: idle times in seconds, and three switches."""
    timeouts = rules.timeouts
    return (
        # Nobody may join in the middle of a connection.
        ("nf_conntrack_tcp_loose", 0),
        # "Invalid" must mean "unknown": a late segment of a good connection is not to be reset.
        ("nf_conntrack_tcp_be_liberal", 1),
        # `show conn` prints how many bytes a connection carried.
        ("nf_conntrack_acct", 1),
        ("nf_conntrack_tcp_timeout_established", _idle(timeouts.conn)),
        ("nf_conntrack_tcp_timeout_fin_wait", _idle(timeouts.half_closed)),
        ("nf_conntrack_tcp_timeout_close_wait", _idle(timeouts.half_closed)),
        ("nf_conntrack_udp_timeout", _idle(timeouts.udp)),
        ("nf_conntrack_udp_timeout_stream", _idle(timeouts.udp)),
        ("nf_conntrack_icmp_timeout", _idle(timeouts.icmp)),
    )


def _idle(seconds: int) -> int:
    return min(seconds, NEVER_S) or NEVER_S


def _lists(rules: RuleSet) -> tuple[Heads, list[str]]:
    """Each list in the forms in which it is used."""
    used: dict[tuple[str, Form], None] = {}
    for binding in rules.bindings:
        form = Form.WIRE if binding.direction is Direction.OUT else _form_in(rules)
        used[binding.access_list, form] = None
    for exemption in rules.exemptions:
        used[exemption.access_list, Form.EXEMPT] = None
        used[exemption.access_list, Form.EXEMPT_BACK] = None
    by_name = {one.name: one for one in rules.lists}
    heads: dict[tuple[str, Form], lists.Loaded] = {}
    parts: dict[tuple[str, ...], None] = {}  # lists that end alike share chains
    for name, form in used:
        if name in by_name:
            loaded = lists.load(by_name[name], form)
            heads[name, form] = loaded
            parts |= dict.fromkeys(loaded.parts)
    return heads, [line for part in parts for line in (PART, f"add table {TABLE}", *part)]


def _form_in(rules: RuleSet) -> Form:
    """Only where destinations are translated have they to be looked up as they were."""
    return Form.ORIGINAL if rules.statics or rules.redirections else Form.WIRE


def _base(
    name: str, hook: str, body: Iterable[str], policy: str = "accept", *, table: str = TABLE
) -> list[str]:
    return [
        f"add chain {table} {name} {{ {hook}; policy {policy}; }}",
        f"flush chain {table} {name}",
        *(f"add rule {table} {name} {rule}" for rule in body),
    ]


def _chain(name: str, body: Iterable[str]) -> list[str]:
    return [
        f"add chain {TABLE} {name}",
        f"flush chain {TABLE} {name}",
        *(f"add rule {TABLE} {name} {rule}" for rule in body),
    ]


def _forward(rules: RuleSet) -> list[str]:
    """Fail closed: the policy drops what no rule lets pass."""
    if not rules.interfaces:
        return []
    return [
        f"iifname != {_names(rules.interfaces, standby=False)} drop",
        f"oifname != {_names(rules.interfaces)} drop",
        "ct state established,related accept",
        f"ct mark {{ {PASSED}, {OUT} }} accept",
        *_STRANGERS,
        _dispatch("iifname", [(i, f"goto {_from(i)}") for i in rules.interfaces], standby=False),
    ]


def _from(interface: Interface) -> str:
    return f"from-{persona_stem(interface.physical)}"


def _from_chains(rules: RuleSet, heads: Heads) -> Iterator[str]:
    for interface in rules.interfaces:
        yield from _chain(_from(interface), _from_interface(rules, heads, interface))


def _from_interface(rules: RuleSet, heads: Heads, came: Interface) -> Iterator[str]:
    bound = [
        b.access_list
        for b in rules.bindings
        if b.interface == came.name and b.direction is Direction.IN
    ]
    ways = [way for way in rules.interfaces if _may(rules, came, way, listed=bool(bound))]
    if not ways:
        yield "drop"
        return
    yield f"oifname != {_names(ways)} drop"
    for name in bound:
        yield _verdict(heads, name, _form_in(rules))
    yield f"ct mark set {PASSED}"
    verdicts = []
    for way in ways:
        checked = translation.pair_checks(rules, heads, came, way)
        verdicts.append((way, f"goto {_pair(came, way)}" if checked else "accept"))
    yield _dispatch("oifname", verdicts)


def _verdict(heads: Heads, name: str, form: Form) -> str:
    """A list that is not there lets nothing pass."""
    loaded = heads.get((name, form))
    return "drop" if loaded is None else f"jump {loaded.head}"


def _may(rules: RuleSet, came: Interface, way: Interface, *, listed: bool) -> bool:
    """What the levels say; a list opens the way up, never one between equals."""
    if came.management_only or way.management_only:
        return False
    if came is way:
        return rules.intra_interface
    if came.level == way.level:
        return rules.inter_interface
    return came.level > way.level or listed


def _pair(came: Interface, way: Interface) -> str:
    return f"pair-{persona_stem(came.physical)}-{persona_stem(way.physical)}"


def _pairs(rules: RuleSet, heads: Heads) -> Iterator[str]:
    for came in rules.interfaces:
        for way in rules.interfaces:
            body = translation.pair_checks(rules, heads, came, way)
            if body:
                yield from _chain(_pair(came, way), body)


def _input(rules: RuleSet) -> list[str]:
    if not rules.interfaces:
        return []
    body = [
        f"iifname != {_names((*rules.interfaces, *_only_ipv6(rules)))} accept",
        "ct state established,related accept",
        *_STRANGERS,
    ]
    for interface in rules.interfaces:
        body += _to_unit(rules, interface)
    return [*body, "drop"]


def _to_unit(rules: RuleSet, interface: Interface) -> Iterator[str]:
    """By its own interface alone; a mapped address is nobody to speak to."""
    own = [str(a) for a in (interface.active.ip, interface.standby) if a is not None]
    here = f"iifname {_names([interface])} ip daddr {{ {', '.join(own)} }}"
    yield f"{here} icmp type echo-request accept"
    for allowed in rules.ssh:
        if allowed.interface == interface.name:
            source = "" if allowed.network.prefixlen == 0 else f"ip saddr {allowed.network} "
            yield f"{here} {source}tcp dport {rules.ssh_port} accept"


def _only_ipv6(rules: RuleSet) -> list[Ipv6Interface]:
    """By these nobody reaches an IPv4 address of another interface."""
    others = {interface.physical for interface in rules.interfaces}
    return [interface for interface in rules.ipv6 if interface.physical not in others]


def _input6(rules: RuleSet) -> Iterator[str]:
    # Of an interface with IPv4 alone nothing comes: its personas speak no IPv6.
    yield f"iifname != {_names(rules.ipv6)} accept"
    yield "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query } accept"
    yield "ct state established,related accept"
    for interface in rules.ipv6:
        own = [str(a) for a in (interface.active.ip, interface.standby) if a is not None]
        here = f"iifname {_names([interface])} ip6 daddr {{ {', '.join(own)}, fe80::/10 }}"
        yield f"{here} icmpv6 type echo-request accept"
    yield "drop"


def _leaving_chains(rules: RuleSet, heads: Heads) -> Iterator[str]:
    for interface in rules.interfaces:
        body = translation.leaving(rules, heads, interface)
        if body:
            yield from _chain(_leave(interface), body)


def _leave(interface: Interface) -> str:
    return f"leave-{persona_stem(interface.physical)}"


def _leaving(rules: RuleSet, heads: Heads) -> Iterator[str]:
    for interface in rules.interfaces:
        if translation.leaving(rules, heads, interface):
            active = persona_names(interface.physical)[0]
            yield f'iifname "{active}" goto {_leave(interface)}'


def _egress(rules: RuleSet, heads: Heads) -> Iterator[str]:
    bound = [
        (interface, binding.access_list)
        for binding in rules.bindings
        if binding.direction is Direction.OUT
        and (interface := rules.interface(binding.interface)) is not None
    ]
    if not bound:
        return
    # What the unit says itself has no mark; what a list let out before has the second.
    yield "ct state != new accept"
    yield f"ct mark != {PASSED} accept"
    for interface, name in bound:
        yield f"oifname {_names([interface])} {_verdict(heads, name, Form.WIRE)}"
    yield f"ct mark set {OUT}"


def _dispatch(what: str, verdicts: list[tuple[Interface, str]], *, standby: bool = True) -> str:
    elements = [
        f'"{name}" : {verdict}'
        for interface, verdict in verdicts
        for name in persona_names(interface.physical)[: 2 if standby else 1]
    ]
    return f"{what} vmap {{ {', '.join(elements)} }}"


def _names(interfaces: Iterable[Interface | Ipv6Interface], *, standby: bool = True) -> str:
    names = [
        f'"{name}"'
        for interface in interfaces
        for name in persona_names(interface.physical)[: 2 if standby else 1]
    ]
    return f"{{ {', '.join(names)} }}"

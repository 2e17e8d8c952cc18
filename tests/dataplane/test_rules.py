"""What passes, what does not, and as whom: the real kernel between two hosts."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dataplane.rig import FAR, Rig, batch, on_rig, plan
from dataplane.rules import (
    INSIDE,
    INSIDE_HOST,
    OUTSIDE,
    OUTSIDE_HOST,
    Echo,
    access_list,
    answer,
    bound,
    call,
    hits,
    holding,
    listen,
    load,
    rule_set,
)
from firmware.core.failover.effects import DataPlan
from firmware.core.management.rules import nft
from firmware.core.management.rules.hits import counters
from firmware.core.management.rules.ruleset import (
    ANY,
    TCP,
    DynamicNat,
    Exemption,
    GlobalPool,
    Redirection,
    RuleSet,
    SshAllowed,
    StaticNat,
    held_addresses,
)
from firmware.core.settings import Identity

MAPPED = "172.16.1.9"
PAT = GlobalPool("outside", 1, IPv4Address(OUTSIDE), IPv4Address(OUTSIDE))
ALL_INSIDE = DynamicNat("inside", 1, ANY)
STATIC = StaticNat(
    real_interface="inside",
    mapped_interface="outside",
    mapped=IPv4Network(MAPPED),
    real=IPv4Network(INSIDE_HOST),
)


def active(rig: Rig, rules: RuleSet, wanted: DataPlan | None = None) -> None:
    """One unit, active, with these rules."""
    plane = rig.prepared("unit-a", wanted or plan(Identity.PRIMARY))
    assert load(rig, "unit-a", rules) is None
    plane.assume()


# Level of outside and inside; what is configured; inside calls outside; outside calls inside.
LEVELS = (
    ((0, 100), rule_set(), "open", "silent"),
    ((100, 0), rule_set(levels=(100, 0)), "silent", "open"),
    ((50, 50), rule_set(levels=(50, 50)), "silent", "silent"),
    ((50, 50), rule_set(levels=(50, 50), inter_interface=True), "open", "open"),
    ((0, 100), RuleSet(), "silent", "silent"),
)


@on_rig
def test_without_a_list_the_levels_decide(rig: Rig) -> None:
    active(rig, RuleSet())
    servers = (listen(rig, "inside", 81), listen(rig, "outside", 81))
    for levels, rules, outward, inward in LEVELS:
        assert load(rig, "unit-a", rules) is None
        got = (
            answer(rig, "inside", OUTSIDE_HOST, 81),
            answer(rig, "outside", INSIDE_HOST, 81),
        )
        assert got == (outward, inward), levels
    assert all(servers)


# List; bound to; who calls whom at which port; what comes of it.
LISTS = (
    ("permit tcp any any 80", "outside in", "outside", 80, "open"),
    ("permit tcp any any 80", "outside in", "outside", 81, "silent"),
    ("permit tcp any any 80-81", "outside in", "outside", 81, "open"),
    ("permit udp any any 80", "outside in", "outside", 80, "silent"),
    ("permit ip any 192.168.2.0/24", "outside in", "outside", 80, "open"),
    ("permit ip any 192.168.3.0/24", "outside in", "outside", 80, "silent"),
    ("deny tcp any any 80; permit ip any any", "outside in", "outside", 80, "silent"),
    ("deny tcp any any 80; permit ip any any", "outside in", "outside", 81, "open"),
    ("deny tcp any any 80; permit ip any any", "inside in", "inside", 80, "silent"),
    ("deny tcp any any 80; permit ip any any", "inside in", "inside", 81, "open"),
    ("permit tcp any any 81", "inside in", "inside", 80, "silent"),
    ("permit tcp any any 81", "outside out", "inside", 80, "silent"),
    ("permit tcp any any 81", "outside out", "inside", 81, "open"),
    ("permit icmp any any", "outside in", "outside", 80, "silent"),
)


@on_rig
def test_a_list_decides_for_its_interface_and_ends_in_deny(rig: Rig) -> None:
    active(rig, RuleSet())
    servers = [listen(rig, host, port) for host in ("inside", "outside") for port in (80, 81)]
    for entries, where, caller, port, expected in LISTS:
        interface, direction = where.split()
        rules = rule_set(
            lists=(access_list("101", *entries.split("; ")),),
            bindings=(bound("101", interface, direction),),
        )
        assert load(rig, "unit-a", rules) is None
        called = OUTSIDE_HOST if caller == "inside" else INSIDE_HOST
        assert answer(rig, caller, called, port) == expected, (entries, where, port)
    assert all(servers)


@on_rig
def test_ping_passes_outward_and_its_answer_comes_back(rig: Rig) -> None:
    active(rig, rule_set())
    assert rig.ping("inside", FAR)
    assert not rig.ping("outside", INSIDE_HOST, tries=2)
    echo = rule_set(lists=(access_list("101", "permit icmp any any 8"),), bindings=(bound("101"),))
    assert load(rig, "unit-a", echo) is None
    assert rig.ping("outside", INSIDE_HOST)


@on_rig
def test_the_unit_itself_answers_ping_and_ssh_where_allowed(rig: Rig) -> None:
    ssh = SshAllowed(IPv4Network("192.168.2.0/24"), "inside")
    active(rig, rule_set(ssh=(ssh,)))
    assert rig.ping("inside", INSIDE)
    assert rig.ping("outside", OUTSIDE)
    assert not rig.ping("inside", OUTSIDE, tries=2)
    # Nobody listens there: a reset says that the rules let it through.
    assert answer(rig, "inside", INSIDE, 22) == "reset"
    assert answer(rig, "inside", INSIDE, 23) == "silent"
    assert answer(rig, "outside", OUTSIDE, 22) == "silent"
    # The failover link is not filtered.
    rig.prepared("unit-b", plan(Identity.SECONDARY))
    assert answer(rig, "unit-b", "10.1.0.1", 1234) == "reset"


@on_rig
def test_dynamic_translation_shows_the_active_address_and_lets_nobody_in(rig: Rig) -> None:
    lists = (access_list("101", "permit ip any any"),)
    rules = rule_set(nats=(ALL_INSIDE,), pools=(PAT,), lists=lists, bindings=(bound("101"),))
    active(rig, rules)
    echo = Echo(rig, "outside", "inside", 5000)
    assert echo.ask(OUTSIDE_HOST) == OUTSIDE
    server = listen(rig, "outside", 80)
    assert not isinstance(call(rig, "inside", OUTSIDE_HOST, 80), str)
    assert server.accept()[1][0] == OUTSIDE
    # The real address of a host that is translated is nobody's, whatever the list says.
    assert Echo(rig, "inside", "outside", 5001).ask(INSIDE_HOST) == "silent"


@on_rig
def test_a_pool_gives_one_host_one_address_and_the_unit_answers_for_it(rig: Rig) -> None:
    pool = GlobalPool("outside", 1, IPv4Address("172.16.1.20"), IPv4Address("172.16.1.23"))
    rules = rule_set(nats=(ALL_INSIDE,), pools=(PAT, pool))
    held = held_addresses(rules, "outside")
    assert [str(a) for a in held] == [f"172.16.1.{n}" for n in range(20, 24)]
    active(rig, rules, holding(*map(str, held)))
    asked = [Echo(rig, "outside", "inside", port).ask(OUTSIDE_HOST) for port in (5000, 5001, 5002)]
    assert len(set(asked)) == 1
    assert asked[0] in [str(a) for a in held]


@on_rig
def test_a_number_without_a_pool_does_not_leave(rig: Rig) -> None:
    active(rig, rule_set(nats=(ALL_INSIDE,)))
    assert Echo(rig, "outside", "inside", 5000).ask(OUTSIDE_HOST) == "silent"
    assert load(rig, "unit-a", rule_set(nats=(DynamicNat("inside", 0, ANY),))) is None
    assert Echo(rig, "outside", "inside", 5001).ask(OUTSIDE_HOST) == INSIDE_HOST


@on_rig
def test_nat_control_wants_a_translation(rig: Rig) -> None:
    active(rig, rule_set(nat_control=True))
    assert Echo(rig, "outside", "inside", 5000).ask(OUTSIDE_HOST) == "silent"
    with_pool = rule_set(nat_control=True, nats=(ALL_INSIDE,), pools=(PAT,))
    assert load(rig, "unit-a", with_pool) is None
    assert Echo(rig, "outside", "inside", 5001).ask(OUTSIDE_HOST) == OUTSIDE


@on_rig
def test_exempted_traffic_keeps_its_addresses_both_ways(rig: Rig) -> None:
    exempt = access_list("nonat", "permit ip any 172.16.1.3/32")
    rules = rule_set(
        lists=(exempt, access_list("101", "permit ip any any")),
        bindings=(bound("101"),),
        exemptions=(Exemption("inside", "nonat"),),
        nats=(ALL_INSIDE,),
        pools=(PAT,),
    )
    active(rig, rules)
    assert Echo(rig, "outside", "inside", 5000).ask(OUTSIDE_HOST) == INSIDE_HOST
    assert Echo(rig, "outside", "inside", 5001).say(FAR) == OUTSIDE
    assert Echo(rig, "inside", "outside", 5002).ask(INSIDE_HOST) == OUTSIDE_HOST


@on_rig
def test_a_static_is_reached_by_its_mapped_address_which_the_list_sees(rig: Rig) -> None:
    lists = (access_list("101", f"permit udp any {MAPPED}/32 5000"),)
    rules = rule_set(statics=(STATIC,), lists=lists, bindings=(bound("101"),))
    active(rig, rules, holding(MAPPED))
    assert Echo(rig, "inside", "outside", 5000).ask(MAPPED) == OUTSIDE_HOST
    assert Echo(rig, "inside", "outside", 5001).ask(MAPPED) == "silent"
    assert Echo(rig, "inside", "outside", 5002).ask(INSIDE_HOST) == "silent"
    assert Echo(rig, "outside", "inside", 5003).ask(OUTSIDE_HOST) == MAPPED


@on_rig
def test_a_static_of_a_network_keeps_the_host_part(rig: Rig) -> None:
    net = StaticNat(
        real_interface="inside",
        mapped_interface="outside",
        mapped=IPv4Network("203.0.113.0/24"),
        real=IPv4Network("192.168.2.0/24"),
    )
    lists = (access_list("101", "permit ip any 203.0.113.0/24"),)
    active(rig, rule_set(statics=(net,), lists=lists, bindings=(bound("101"),)))
    assert Echo(rig, "inside", "outside", 5000).ask("203.0.113.2") == OUTSIDE_HOST
    assert Echo(rig, "outside", "inside", 5001).ask(OUTSIDE_HOST) == "203.0.113.2"


@on_rig
def test_a_port_of_the_interface_address_is_redirected_and_no_other(rig: Rig) -> None:
    www = Redirection(
        real_interface="inside",
        mapped_interface="outside",
        protocol=TCP,
        mapped=IPv4Address(OUTSIDE),
        mapped_port=80,
        real=IPv4Address(INSIDE_HOST),
        real_port=8080,
    )
    lists = (access_list("101", f"permit tcp any {OUTSIDE}/32 80"),)
    active(rig, rule_set(redirections=(www,), lists=lists, bindings=(bound("101"),)))
    server = listen(rig, "inside", 8080)
    assert answer(rig, "outside", OUTSIDE, 80) == "open"
    assert server.accept()[1][0] == OUTSIDE_HOST
    assert answer(rig, "outside", OUTSIDE, 8080) == "silent"
    assert rig.ping("outside", OUTSIDE)


@on_rig
def test_a_hit_is_a_connection_and_stays_with_its_entry(rig: Rig) -> None:
    entries = ("permit tcp any any 80", "permit udp any any 5000")
    first = access_list("101", *entries)
    active(rig, rule_set(lists=(first,), bindings=(bound("101"),)))
    tcp, udp = (names[0] for names in counters(first))
    server = listen(rig, "inside", 80)
    for _ in range(3):
        assert answer(rig, "outside", INSIDE_HOST, 80) == "open"
    echo = Echo(rig, "inside", "outside", 5000)
    assert [echo.say(INSIDE_HOST) for _ in range(5)] == [OUTSIDE_HOST] * 5
    assert (hits(rig, "unit-a")[tcp], hits(rig, "unit-a")[udp]) == (3, 1)
    longer = access_list("101", "deny tcp any any 23", *entries[::-1])
    assert load(rig, "unit-a", rule_set(lists=(longer,), bindings=(bound("101"),))) is None
    assert answer(rig, "outside", INSIDE_HOST, 80) == "open"
    denied, udp_now, tcp_now = (names[0] for names in counters(longer))
    assert (tcp_now, udp_now) == (tcp, udp)
    assert hits(rig, "unit-a") == {tcp: 4, udp: 1, denied: 0}
    assert server.accept()


@on_rig
def test_a_long_list_decides_in_every_piece_of_it(rig: Rig) -> None:
    entries = [f"deny tcp any any {port}" for port in range(1000, 1600)]
    entries.insert(300, "permit tcp any any 1500")
    entries.append("permit tcp any any 80")
    long = access_list("101", *entries)
    exempt = access_list("nonat", *[f"deny ip any 10.0.{n % 250}.0/24" for n in range(300)])
    rules = rule_set(
        lists=(long, exempt),
        bindings=(bound("101"), bound("101", "outside", "out")),
        exemptions=(Exemption("inside", "nonat"),),
    )
    active(rig, rules)
    servers = [listen(rig, host, n) for host in ("inside", "outside") for n in (80, 81, 1499, 1500)]
    for caller, to in (("outside", INSIDE_HOST), ("inside", OUTSIDE_HOST)):
        got = [answer(rig, caller, to, port) for port in (80, 81, 1499, 1500)]
        assert got == ["open", "silent", "silent", "open"]
    assert all(servers)


@on_rig
def test_a_script_the_kernel_refuses_leaves_the_rules_as_they_were(rig: Rig) -> None:
    active(rig, rule_set())
    error = load(rig, "unit-a", nft.script(rule_set()).replace("policy drop", "policy maybe"))
    assert error is not None
    assert "policy" in error
    assert Echo(rig, "outside", "inside", 5000).ask(OUTSIDE_HOST) == INSIDE_HOST
    assert Echo(rig, "inside", "outside", 5001).ask(INSIDE_HOST) == "silent"


@on_rig
def test_a_standby_with_the_rules_passes_nothing(rig: Rig) -> None:
    rig.prepared("unit-b", plan(Identity.SECONDARY))
    assert load(rig, "unit-b", rule_set()) is None
    batch("inside", ["route replace default via 192.168.2.4"])
    assert rig.ping("inside", "192.168.2.4")
    assert not rig.ping("inside", FAR, tries=3)


@on_rig
def test_two_interfaces_of_one_level_need_the_permission_even_with_a_list(rig: Rig) -> None:
    lists = (access_list("101", "permit ip any any"),)
    rules = rule_set(levels=(50, 50), lists=lists, bindings=(bound("101"),))
    active(rig, rules)
    assert Echo(rig, "inside", "outside", 5000).ask(INSIDE_HOST) == "silent"


def test_held_addresses_are_those_of_the_interfaces_network_and_not_its_own() -> None:
    def pool(first: str, last: str) -> GlobalPool:
        return GlobalPool("outside", 1, IPv4Address(first), IPv4Address(last))

    rules = rule_set(
        pools=(pool("172.16.1.0", "172.16.1.5"), pool("203.0.113.1", "203.0.113.9")),
        statics=(STATIC,),
    )
    held = [str(address) for address in held_addresses(rules, "outside")]
    assert held == ["172.16.1.2", "172.16.1.3", "172.16.1.5", MAPPED]
    assert held_addresses(rules, "inside") == ()
    assert held_addresses(rules, "dmz") == ()
    assert rules.interfaces[0].active == IPv4Interface("172.16.1.1/24")

"""Lines about filtering and translation: how they are kept, when refused, what they mean."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from firmware.core.management.rules.hits import element_text
from firmware.core.management.rules.ruleset import (
    AccessList,
    DynamicNat,
    Exemption,
    GlobalPool,
    StaticNat,
    Timeouts,
)
from firmware.core.management.running.model import Configuration, Entered, Refused
from firmware.core.settings import PhysicalInterface, Platform, UnitFacts

FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"00:50:54:00:0a:0{n}")
        for n in range(3)
    ),
)
INTERFACES = """\
interface Ethernet0
 nameif outside
 ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
interface Ethernet1
 nameif inside
 ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2
"""
GROUPS = """\
object-group network SERVERS
 network-object host 10.1.1.1
 network-object 10.2.0.0 255.255.0.0
object-group network ALL
 group-object SERVERS
 network-object host 10.9.9.9
object-group service WEB tcp
 port-object eq 80
 port-object range 8000 8010
object-group protocol BOTH
 protocol-object tcp
 protocol-object udp
object-group icmp-type PING
 icmp-object echo
 icmp-object 0
"""


def configured(text: str = "") -> Configuration:
    configuration = Configuration(FACTS)
    faults = configuration.load(INTERFACES + text)
    assert faults == ()
    return configuration


def entered(configuration: Configuration, line: str) -> str:
    """The line as it is kept, or why it was refused."""
    answer = configuration.enter((), line)
    return answer.line if isinstance(answer, Entered) else answer.text.removeprefix("ERROR: ")


# As typed behind `access-list a`, and as kept; "=" is: as typed behind `extended`.
KEPT = """\
permit ip any any                               | =
deny ip 0 0 0.0.0.0 0.0.0.0                     | extended deny ip any any
permit tcp any any eq 80                        | extended permit tcp any any eq www
permit udp any any eq 514                       | extended permit udp any any eq syslog
permit tcp any any eq 514                       | extended permit tcp any any eq rsh
permit tcp any lt 1024 any neq 25               | extended permit tcp any lt 1024 any neq smtp
permit tcp any any range 20 21                  | extended permit tcp any any range ftp-data ftp
permit tcp any any range 22 22                  | extended permit tcp any any eq ssh
permit tcp 10.1.1.1 255.255.255.255 any         | extended permit tcp host 10.1.1.1 any
permit icmp any any 8                           | extended permit icmp any any echo
permit icmp any any echo-reply log              | =
permit 50 any any                               | extended permit esp any any
permit 99 any any                               | =
ext perm udp any interf outside                 | extended permit udp any interface outside
permit ip any any log 7 inactive                | extended permit ip any any log debugging inactive
permit ip any any log errors interval 60        | =
remark To   the web                             | remark To   the web
standard permit 10.0.0.0 255.0.0.0              | standard permit 10.0.0.0 255.0.0.0
permit tcp any object-group ALL object-group WEB | =
permit tcp any object-group WEB object-group ALL | =
permit object-group BOTH any any eq domain      | =
permit icmp any any object-group PING           | =
"""


@pytest.mark.parametrize("row", KEPT.splitlines())
def test_an_entry_is_kept_in_canonical_words_and_taken_away_in_any(row: str) -> None:
    typed, kept = (part.strip() for part in row.split("|"))
    kept = f"extended {typed}" if kept == "=" else kept
    typed = f"access-list a {typed}"
    configuration = configured(GROUPS)
    assert entered(configuration, typed) == f"access-list a {kept}"
    assert f"access-list a {kept}\n" in configuration.text
    again = configured(GROUPS + configuration.shown(family="access-list"))
    assert again.text == configuration.text
    assert entered(configuration, f"no {typed}") == f"no access-list a {kept}"
    assert "access-list" not in configuration.text


NO_PLACE = "a source and a destination are wanted: addresses, host, any or network groups"
REFUSED = (
    ("tcp 10.0.0.1 255.0.0.0 any", "10.0.0.1 has bits set where 255.0.0.0 has none"),
    ("tcp any range 21 20 any", "range 21 20 begins behind its end"),
    ("tcp any any lt 0", "lt 0 fits no port"),
    ("tcp any object-group NONE", "object-group NONE does not exist"),
    ("tcp any object-group WEB", NO_PLACE),
    ("icmp any any object-group SERVERS", NO_PLACE),
    (
        "udp any any object-group WEB",
        "object-group WEB is a group of tcp ports, not of udp",
    ),
    (
        "object-group BOTH any any object-group WEB",
        "object-group WEB is a group of tcp ports, not of udp",
    ),
    ("object-group WEB any any", "object-group WEB is no protocol group"),
    ("ip any any eq 80", "% Invalid input detected at '^' marker."),
    ("tcp any any eq nonsense", "% Invalid input detected at '^' marker."),
    ("frob any any", "% Invalid input detected at '^' marker."),
)


@pytest.mark.parametrize(("typed", "why"), REFUSED)
def test_an_entry_that_means_nothing_is_refused(typed: str, why: str) -> None:
    configuration = configured(GROUPS)
    before = configuration.text
    assert entered(configuration, f"access-list a permit {typed}") == why
    assert configuration.text == before


def test_an_entry_is_put_at_its_line_and_sent_there() -> None:
    configuration = configured()
    for line in ("permit tcp any any eq 1", "permit tcp any any eq 2", "line 1 remark first"):
        entered(configuration, f"access-list a {line}")
    answer = configuration.enter((), "access-list a line 3 deny udp any any")
    assert isinstance(answer, Entered)
    assert answer.line == "access-list a line 3 extended deny udp any any"
    (found,) = configuration.rules().lists
    assert found.remarks == ((1, "first"),)
    assert [(ace.line, ace.text) for ace in found.aces] == [
        (2, "extended permit tcp any any eq 1"),
        (3, "extended deny udp any any"),
        (4, "extended permit tcp any any eq 2"),
    ]


EXPANDED = (
    (
        "permit tcp any object-group ALL object-group WEB",
        (
            "extended permit tcp any host 10.9.9.9 eq www",
            "extended permit tcp any host 10.9.9.9 range 8000 8010",
            "extended permit tcp any host 10.1.1.1 eq www",
            "extended permit tcp any host 10.1.1.1 range 8000 8010",
            "extended permit tcp any 10.2.0.0 255.255.0.0 eq www",
            "extended permit tcp any 10.2.0.0 255.255.0.0 range 8000 8010",
        ),
    ),
    (
        "permit tcp any object-group WEB host 10.3.3.3",
        (
            "extended permit tcp any eq www host 10.3.3.3",
            "extended permit tcp any range 8000 8010 host 10.3.3.3",
        ),
    ),
    (
        "deny object-group BOTH any any eq domain",
        ("extended deny tcp any any eq domain", "extended deny udp any any eq domain"),
    ),
    (
        "permit icmp any any object-group PING",
        ("extended permit icmp any any echo", "extended permit icmp any any echo-reply"),
    ),
    ("permit tcp any interface outside", ("extended permit tcp any host 172.16.1.1",)),
)


@pytest.mark.parametrize(("typed", "expected"), EXPANDED)
def test_groups_are_multiplied_out(typed: str, expected: tuple[str, ...]) -> None:
    found = _only_list(configured(GROUPS + f"access-list a {typed}\n"))
    (ace,) = found.aces
    assert tuple(element_text(ace.action, element) for element in ace.elements) == expected


def _only_list(configuration: Configuration) -> AccessList:
    (found,) = configuration.rules().lists
    return found


def test_what_would_be_too_much_denies_and_never_permits() -> None:
    def group(name: str, network: int) -> str:
        hosts = (f" network-object host 10.{network}.{n >> 8}.{n & 255}\n" for n in range(1, 201))
        return f"object-group network {name}\n" + "".join(hosts)

    text = group("A", 1) + group("B", 2)
    for action, expected in (("permit", []), ("deny", ["extended deny ip any any"])):
        line = f"access-list a {action} ip object-group A object-group B\n"
        (ace,) = _only_list(configured(text + line)).aces
        assert [element_text(ace.action, element) for element in ace.elements] == expected


GROUP_REFUSALS = (
    ("object-group service SERVERS tcp", "", "SERVERS is there already"),
    ("no object-group network SERVERS", "", "SERVERS is used by: object-group network ALL"),
    ("group-object NONE", "object-group network ALL", "NONE does not exist"),
    ("group-object WEB", "object-group network ALL", "WEB is a service group"),
    ("group-object ALL", "object-group network SERVERS", "ALL would hold itself"),
    ("network-object 10.0.0.1 255.0.0.0", "object-group network ALL", "has bits set"),
    ("port-object range 9 8", "object-group service WEB tcp", "begins behind its end"),
)


@pytest.mark.parametrize(("line", "under", "why"), GROUP_REFUSALS)
def test_a_group_that_cannot_be_is_refused(line: str, under: str, why: str) -> None:
    configuration = configured(GROUPS)
    answer = configuration.enter((under,) if under else (), line)
    assert isinstance(answer, Refused)
    assert why in answer.text


ONLY_IP = "an exemption from translation takes `permit ip` and `deny ip` entries only"


def test_the_documents_nat_0_fault_is_refused_at_entry_and_does_not_exist() -> None:
    configuration = configured("access-list 101 permit ip any any\n")
    assert entered(configuration, "nat (inside) 0 access-list 102") == (
        "access-list 102 does not exist"
    )
    entered(configuration, "access-list 102 permit tcp any any eq www")
    assert entered(configuration, "nat (inside) 0 access-list 102") == (
        f"access-list 102 cannot be used here, {ONLY_IP}: extended permit tcp any any eq www"
    )
    taken = "nat (inside) 0 access-list 101"
    assert entered(configuration, taken) == taken
    assert entered(configuration, "access-list 101 permit udp any any") == (
        f"{taken} uses access-list 101, and {ONLY_IP}: extended permit udp any any"
    )
    assert "is used" in entered(configuration, "no access-list 101 permit ip any any")
    # What was taken is there after a boot.
    booted = Configuration(FACTS)
    assert booted.load(configuration.text) == ()
    assert f"{taken}\n" in booted.text
    assert booted.rules().exemptions == (Exemption("inside", "101"),)


def test_a_list_is_bound_to_an_interface_that_is_there() -> None:
    text = "access-list 101 permit ip any any\naccess-list std standard permit any\n"
    configuration = configured(text)
    for line, why in (
        ("access-group 102 in interface outside", "access-list 102 does not exist"),
        ("access-group 101 in interface dmz", "dmz: no interface has that name"),
        ("access-group std in interface inside", "access-list std is a standard list"),
    ):
        assert why in entered(configuration, line)
    entered(configuration, "access-group 101 in interface outside")
    assert "is used" in entered(configuration, "no access-list 101 permit ip any any")
    entered(configuration, "no access-group 101 in interface outside")
    assert entered(configuration, "no access-list 101 permit ip any any").startswith("no ")


def test_translation_as_typed_and_as_meant() -> None:
    configuration = configured()
    for line, kept in (
        ("nat (inside) 1 0 0", "nat (inside) 1 0.0.0.0 0.0.0.0"),
        ("global (outside) 1 interface", "global (outside) 1 interface"),
        (
            "static (inside,outside) 172.16.1.9 192.168.1.9",
            "static (inside,outside) 172.16.1.9 192.168.1.9 netmask 255.255.255.255",
        ),
        (
            "static (inside,outside) tcp interface 80 192.168.1.9 8080",
            "static (inside,outside) tcp interface www 192.168.1.9 8080 netmask 255.255.255.255",
        ),
        (
            "static (inside,outside) 10.0.0.0 10.0.0.0",
            "static (inside,outside) 10.0.0.0 10.0.0.0 netmask 255.0.0.0",
        ),
    ):
        assert entered(configuration, line) == kept
    rules = configuration.rules()
    outside = IPv4Address("172.16.1.1")
    assert rules.nats == (DynamicNat("inside", 1, IPv4Network("0.0.0.0/0")),)
    assert rules.pools == (GlobalPool("outside", 1, outside, outside),)
    assert rules.statics[0] == StaticNat(
        real_interface="inside",
        mapped_interface="outside",
        mapped=IPv4Network("172.16.1.9"),
        real=IPv4Network("192.168.1.9"),
    )
    (redirection,) = rules.redirections
    assert (redirection.mapped, redirection.mapped_port, redirection.real_port) == (
        outside,
        80,
        8080,
    )
    outside_settings = configuration.settings().interfaces[0]
    assert outside_settings.also == (IPv4Address("172.16.1.9"),)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nat (dmz) 1 0 0", "dmz: no interface has that name"),
        ("nat (inside) 1 10.0.0.1 255.0.0.0", "has bits set"),
        ("static (inside,inside) 1.1.1.1 2.2.2.2", "must differ"),
        ("static (inside,outside) 1.1.1.1 2.2.2.0 netmask 255.255.255.0", "has bits set"),
        (
            "static (inside,outside) tcp 1.1.1.1 80 2.2.2.2 80 netmask 255.0.0.0",
            "redirected to one host",
        ),
        ("global (outside) 1 10.0.0.9-10.0.0.1", "Invalid input"),
    ],
)
def test_a_translation_that_means_nothing_is_refused(line: str, why: str) -> None:
    assert why in entered(configured(), line)


def test_a_time_changes_and_the_others_of_its_line_stay() -> None:
    configuration = configured()
    default = "timeout conn 1:00:00 half-closed 0:10:00 udp 0:02:00 icmp 0:00:02\n"
    assert default in configuration.shown()
    entered(configuration, "timeout udp 0:01:00")
    entered(configuration, "timeout conn 0:30:00")
    changed = "timeout conn 0:30:00 half-closed 0:10:00 udp 0:01:00 icmp 0:00:02\n"
    assert changed in configuration.text
    assert configuration.rules().timeouts == Timeouts(conn=1800, udp=60)
    entered(configuration, "no timeout conn")
    assert default in configuration.shown()


def test_members_of_a_group_are_taken_away_as_they_were_typed() -> None:
    configuration = configured(GROUPS)
    for under, line in (
        ("object-group service WEB tcp", "no port-object eq 80"),
        ("object-group service WEB tcp", "no port-object range 8000 8010"),
        ("object-group network SERVERS", "no network-object 10.1.1.1 255.255.255.255"),
        ("object-group network ALL", "no group-object SERVERS"),
    ):
        answer = configuration.enter((under,), line)
        assert isinstance(answer, Entered), answer
        assert answer.changed
    groups = configuration.draft().rules.groups
    assert (groups["WEB"].ports, groups["ALL"].groups) == ([], [])
    assert groups["SERVERS"].networks == [IPv4Network("10.2.0.0/16")]


def test_what_a_cleared_family_leaves_without_meaning_goes_with_it() -> None:
    text = """\
access-list 101 permit ip any any
access-list srv permit ip any object-group SERVERS
nat (inside) 0 access-list 101
access-group srv in interface outside
"""
    configuration = configured(GROUPS + text)
    assert configuration.remove_family(("object-group",))
    rules = configuration.rules()
    assert ([one.name for one in rules.lists], rules.bindings) == (["101"], ())
    assert rules.exemptions == (Exemption("inside", "101"),)
    assert configuration.remove_family(("access-list",))
    assert configuration.rules().exemptions == ()
    # Nothing is left that the next boot would refuse.
    assert Configuration(FACTS).load(configuration.text) == ()


def test_levels_and_switches_reach_the_rules() -> None:
    rules = configured("nat-control\nsame-security-traffic permit intra-interface\n").rules()
    assert (rules.nat_control, rules.inter_interface, rules.intra_interface) == (True, False, True)
    assert [(i.name, i.level) for i in rules.interfaces] == [("outside", 0), ("inside", 100)]

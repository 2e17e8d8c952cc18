"""Rows of the command table: interfaces and the lines under them."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from firmware.core.management.cli.row import Arguments, Follow, Mode, No, Row, Shown, Typed
from firmware.core.management.cli.syntax import Argument
from firmware.core.management.cli.table.links import link_of, links
from firmware.core.management.running.draft import Draft, InterfaceDraft

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration, Entry

Sections = tuple["Entry", ...]


def header(physical: str) -> str:
    """The line that opens an interface."""
    return f"interface {physical}"


def host(address: IPv4Address, prefix: int) -> IPv4Interface | str:
    """An address a unit may have, or why not."""
    found = IPv4Interface((address, prefix))
    edges = (found.network.network_address, found.network.broadcast_address)
    if prefix < 31 and address in edges:
        return f"{address} is the network or broadcast address of {found.network}"
    if not int(address) or address.is_multicast or address.is_loopback:
        return f"{address} is no address of a host"
    return found


def standby_refused(active: IPv4Interface, standby: IPv4Address | None) -> str:
    """Why that cannot be the other unit's address, or nothing."""
    if standby is None:
        return ""
    edges = (active.network.network_address, active.network.broadcast_address)
    edge = active.network.prefixlen < 31 and standby in edges
    if standby not in active.network or standby == active.ip or edge:
        return f"standby {standby} must be another address of {active.network}"
    return ""


def overlap(typed: Typed, wanted: IPv4Interface, mine: str = "", *, links: bool = True) -> str:
    """What already has an address of that network, beside ``mine``; or nothing."""
    configuration = typed.configuration
    for entry in configuration.entries("interface"):
        physical = str(entry.arguments["physical"])
        other = configuration.entry("ip address", path=(entry.text,))
        if other is None or physical == mine:
            continue
        network = IPv4Interface((other.arguments["address"], other.arguments["mask"])).network
        if network.overlaps(wanted.network):
            return f"interface {physical}"
    for entry in configuration.entries("failover interface ip") if links else ():
        network = IPv4Interface((entry.arguments["address"], entry.arguments["mask"])).network
        if network.overlaps(wanted.network):
            return f"failover interface {entry.arguments['name']}"
    return ""


def physical_of(sections: Sections) -> str:
    """The interface a line stands under."""
    return str(sections[0].arguments["physical"])


def _draft(draft: Draft, sections: Sections) -> InterfaceDraft:
    return draft.interfaces.setdefault(physical_of(sections), InterfaceDraft())


def _check_interface(typed: Typed) -> str:
    physical = str(typed.arguments["physical"])
    if "." not in physical:
        return "an interface cannot be removed" if typed.negated else ""
    if typed.negated:
        link = link_of(typed.configuration, physical)
        return f"{physical} is the {link.what}" if link is not None else ""
    if not typed.configuration.facts.vlans:
        return (
            f"{physical}: this unit makes no sub-interfaces; have the system make the VLAN and "
            "name it in unit.toml as an interface of its own"
        )
    if not 1 <= int(physical.rpartition(".")[2]) <= 0xFFFFFFFF // 10:
        return f"{physical}: the number of a sub-interface is 1-429496729"
    return ""


def _rank(entry: Entry, configuration: Configuration) -> int:
    physical = str(entry.arguments["physical"]).partition(".")[0]
    return configuration.physicals.index(physical)


def _read_interface(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.interfaces.setdefault(str(arguments["physical"]), InterfaceDraft())


def _own_words(typed: Typed) -> tuple[tuple[tuple[str, ...], str], ...] | None:
    """What a unit prints of a failover interface says nothing new when it is typed."""
    link = link_of(typed.configuration, physical_of(typed.sections))
    if link is None:
        return None
    if typed.negated or typed.arguments.get("text") is not None:
        return ()
    return () if typed.arguments.get("name") == link.name else None


def _only_failover(typed: Typed) -> str:
    physical = physical_of(typed.sections)
    link = link_of(typed.configuration, physical)
    if link is None or typed.negated:
        return ""
    return f"{physical} is the {link.what} and can be used for nothing else"


def _check_nameif(typed: Typed) -> str:
    if why := _only_failover(typed):
        return why
    if typed.negated:
        return ""
    name, path = typed.arguments["name"], typed.path
    for entry in typed.configuration.entries("interface"):
        other = typed.configuration.entry("nameif", path=(entry.text,))
        if other is not None and other.arguments["name"] == name and entry.text != path[0]:
            return f"{name} is the name of {entry.arguments['physical']}"
    for link in links(typed.configuration):
        if link.name == name and link.physical:
            return f"{name} is the name of the {link.what}"
    return ""


_NAMING = ("if_name", "paren_if_name", "interface_pair")  # kinds of arguments
_WITHIN = re.compile(r"[^(),]+")


def names_interface(entry: Entry, name: str) -> bool:
    """Whether a line at the top speaks of the data interface of that name."""
    return name in _said(entry)


def _said(entry: Entry) -> set[str]:
    if entry.row.pattern.words[:1] in (("failover",), ("interface",)):
        return set()
    wanted = {t.name for t in entry.row.pattern.tokens if isinstance(t, Argument) and _is_if(t)}
    said = (str(entry.arguments.get(argument, "")) for argument in wanted)
    return {name for text in said for name in _WITHIN.findall(text)}


def nameless(configuration: Configuration) -> list[Entry]:
    """Lines at the top that speak of an interface that is not there any more."""
    there = {*configuration.interface_names, *(link.name for link in links(configuration))}
    return [entry for entry in configuration.entries() if _said(entry) - there]


def _is_if(token: Argument) -> bool:
    return token.kind in _NAMING


def _follow_name(typed: Typed, former: str, name: str) -> None:
    """Lines that speak of an interface follow its name; without one they go."""
    configuration = typed.configuration
    for entry in [e for e in configuration.entries() if names_interface(e, former)]:
        words = entry.text.split()
        at = [i for i, word in enumerate(words) if former in _WITHIN.findall(word)]
        if not name or not at:
            configuration.remove((), entry)
            continue
        # An access-list may have an interface's name: the interface stands behind it.
        words[at[-1]] = _WITHIN.sub(
            lambda found: name if found[0] == former else found[0], words[at[-1]]
        )
        configuration.reword(entry, " ".join(words))


def _after_nameif(typed: Typed) -> Follow:
    if typed.former is not None:
        name = "" if typed.negated else str(typed.arguments["name"])
        if typed.former.arguments["name"] != name:
            _follow_name(typed, str(typed.former.arguments["name"]), name)
    if typed.negated or typed.configuration.entry("security-level", path=typed.path) is not None:
        return Follow()
    name = typed.arguments["name"]
    level = InterfaceDraft(name=name).security_level
    return Follow(note=f'INFO: Security level for "{name}" set to {level} by default.')


def _read_nameif(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    _draft(draft, sections).name = arguments["name"]


def _name(configuration: Configuration, sections: Sections) -> str | None:
    entry = configuration.entry("nameif", path=tuple(section.text for section in sections))
    return None if entry is None else str(entry.arguments["name"])


def _idle(configuration: Configuration, sections: Sections) -> bool:
    """Neither a failover interface nor named."""
    linked = link_of(configuration, physical_of(sections)) is not None
    return not linked and _name(configuration, sections) is None


def _standing_name(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    return ("no nameif",) if _idle(configuration, sections) else ()


def _standing_level(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    if link_of(configuration, physical_of(sections)) is not None:
        return ()
    name = _name(configuration, sections)
    if name is None:
        return ("no security-level",)
    return (f"security-level {InterfaceDraft(name=name).security_level}",)


def _standing_address(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    return () if link_of(configuration, physical_of(sections)) is not None else ("no ip address",)


def _standing_description(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    link = link_of(configuration, physical_of(sections))
    return () if link is None else (f"description {link.description}",)


def _read_level(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    _draft(draft, sections).level = arguments["level"]


def _check_address(typed: Typed) -> str:
    if why := _only_failover(typed):
        return why
    if typed.negated:
        return ""
    arguments, physical = typed.arguments, physical_of(typed.sections)
    active = host(arguments["address"], arguments["mask"])
    if isinstance(active, str):
        return active
    if why := standby_refused(active, arguments.get("standby")):
        return why
    if other := overlap(typed, active, physical):
        return (
            f"Failed to apply IP address to interface {physical}, as the network overlaps with "
            f"{other}. Two interfaces cannot be in the same subnet."
        )
    return ""


def _read_address(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    interface = _draft(draft, sections)
    interface.active = IPv4Interface((arguments["address"], arguments["mask"]))
    interface.standby = arguments.get("standby")


def _check_dhcp(typed: Typed) -> str:
    return (
        "a unit of a failover pair needs a fixed address here and one for its mate: "
        "ip address <address> <mask> standby <address>"
    )


def _check_mac(typed: Typed) -> str:
    if why := _only_failover(typed):
        return why
    active, standby = typed.arguments.get("active"), typed.arguments.get("standby")
    if active is not None and active == standby:
        return "the standby MAC address must differ from the active one"
    return ""


def _read_mac(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    interface = _draft(draft, sections)
    interface.active_mac, interface.standby_mac = arguments["active"], arguments.get("standby")


def _read_shutdown(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    _draft(draft, sections).shutdown = True


def _check_vlan(typed: Typed) -> str:
    physical = physical_of(typed.sections)
    if "." not in physical:
        return f"vlan belongs to a sub-interface, as {physical}.10"
    if typed.negated:
        return ""
    parent = physical.partition(".")[0]
    for entry in typed.configuration.entries("interface"):
        other = str(entry.arguments["physical"])
        vlan = typed.configuration.entry("vlan", path=(entry.text,))
        same = vlan is not None and vlan.arguments["id"] == typed.arguments["id"]
        if same and other != physical and other.partition(".")[0] == parent:
            return f"vlan {typed.arguments['id']} is that of {other}"
    return ""


def _read_vlan(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    _draft(draft, sections).vlan = arguments["id"]


def _read_management(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    _draft(draft, sections).management_only = True


def _physical_only(typed: Typed) -> str:
    physical = physical_of(typed.sections)
    return f"{physical} has the speed of its parent" if "." in physical else ""


ROWS: tuple[Row, ...] = (
    Row(
        syntax="interface <physical:physical>",
        help="Enter the lines of an interface",
        key=("physical",),
        opens=Mode.INTERFACE,
        rank=_rank,
        separated=True,
        check=_check_interface,
        read=_read_interface,
        manual="A unit that was never configured has its interfaces shut down. What loads a "
        "configuration shuts down those it says, and those it does not mention at all. "
        "A sub-interface is `interface Ethernet0.10` with a `vlan`.",
    ),
    Row(
        syntax="description <text:line>",
        help="A text for people",
        mode=Mode.INTERFACE,
        instead=_own_words,
        standing=_standing_description,
        default_shown=Shown.ALWAYS,
        manual="That of a failover interface is made by the unit.",
    ),
    Row(
        syntax="speed speed={ 10 | 100 | 1000 | auto | nonegotiate }",
        help="Speed of the link in Mbit/s",
        mode=Mode.INTERFACE,
        check=_physical_only,
        default="speed auto",
        enforced=False,
        source="public",
    ),
    Row(
        syntax="duplex duplex={ auto | full | half }",
        help="Duplex of the link",
        mode=Mode.INTERFACE,
        check=_physical_only,
        default="duplex auto",
        enforced=False,
        source="public",
    ),
    Row(
        syntax="shutdown",
        help="Take the interface down",
        mode=Mode.INTERFACE,
        read=_read_shutdown,
    ),
    Row(
        syntax="vlan <id:1-4094>",
        help="Tag of a sub-interface",
        mode=Mode.INTERFACE,
        check=_check_vlan,
        read=_read_vlan,
    ),
    Row(
        syntax="mac-address <active:mac> [standby <standby:mac>]",
        help="Virtual MAC addresses; failover mac address goes first",
        mode=Mode.INTERFACE,
        check=_check_mac,
        read=_read_mac,
        source="recall",
    ),
    Row(
        syntax="nameif <name:if_name>",
        help="Name of a data interface",
        mode=Mode.INTERFACE,
        instead=_own_words,
        check=_check_nameif,
        follow=_after_nameif,
        read=_read_nameif,
        standing=_standing_name,
        default_shown=Shown.ALWAYS,
        manual="Lines that speak of an interface follow a new name, and go with `no nameif`. "
        "A failover interface has the name its failover line gives it; the same name typed "
        "here, as the document's page has it, says nothing more.",
    ),
    Row(
        syntax="security-level <level:0-100>",
        help="How far this side is trusted; higher may open connections to lower",
        mode=Mode.INTERFACE,
        instead=_own_words,
        check=_only_failover,
        read=_read_level,
        standing=_standing_level,
        default_shown=Shown.ALWAYS,
        manual="100 for the name inside, 0 for any other.",
    ),
    Row(
        syntax="ip address <address:address> <mask:mask> [standby <standby:address>]",
        help="Active and standby address",
        mode=Mode.INTERFACE,
        check=_check_address,
        read=_read_address,
        standing=_standing_address,
        default_shown=Shown.ALWAYS,
    ),
    Row(
        syntax="ip address dhcp [setroute]",
        help="Refused: a pair needs fixed addresses",
        mode=Mode.INTERFACE,
        no=No.REFUSED,
        check=_check_dhcp,
        source="public",
    ),
    Row(
        syntax="management-only",
        help="No traffic through this interface, only to the unit",
        mode=Mode.INTERFACE,
        check=_only_failover,
        read=_read_management,
        enforced=False,
    ),
)

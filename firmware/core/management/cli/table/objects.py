"""Rows of the command table: object-groups and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from firmware.core.management.cli.arguments import dotted
from firmware.core.management.cli.row import Arguments, Mode, Row, Typed
from firmware.core.management.rules.entries import Group, ports_of, protocol_number
from firmware.core.management.rules.ruleset import Ports
from firmware.core.management.rules.services import port_name
from firmware.core.management.running.draft import Draft

if TYPE_CHECKING:
    from firmware.core.management.running.entry import Entry
    from firmware.core.management.running.model import Configuration

Sections = tuple["Entry", ...]
KINDS = {
    "network": Mode.NETWORK_GROUP,
    "service": Mode.SERVICE_GROUP,
    "protocol": Mode.PROTOCOL_GROUP,
    "icmp-type": Mode.ICMP_GROUP,
}


def group_entry(configuration: Configuration, name: str) -> Entry | None:
    """The header of the group of that name."""
    for kind in KINDS:
        entry = configuration.entry(f"object-group {kind}", name)
        if entry is not None:
            return entry
    return None


def group_kind(header: Entry) -> str:
    """network, service, protocol or icmp-type."""
    return header.row.name.split()[1]


def _check_header(typed: Typed) -> str:
    name = typed.arguments["name"]
    configuration = typed.configuration
    header = group_entry(configuration, name)
    if typed.negated:
        user = next(_users(configuration, name), "") if header is not None else ""
        return f"object-group {name} is used by: {user}" if user else ""
    if header is None:
        return ""
    same = header.arguments.get("protocol") == typed.arguments.get("protocol")
    kind = typed.arguments.words[1]
    if group_kind(header) == kind and same:
        return ""
    return f"object-group {name} is there already, as: {header.text}"


def _users(configuration: Configuration, name: str) -> Iterator[str]:
    """Lines that refer to a group."""
    wanted = ("object-group", name)
    for entry in configuration.entries("access-list"):
        words = entry.arguments.words
        if any(words[at : at + 2] == wanted for at in range(len(words) - 1)):
            yield entry.text
    for header in _headers(configuration):
        for entry in configuration.entries("group-object", path=(header.text,)):
            if entry.arguments["group"] == name:
                yield f"{header.text}, {entry.text}"


def _headers(configuration: Configuration) -> Iterator[Entry]:
    for kind in KINDS:
        yield from configuration.entries(f"object-group {kind}")


def _check_inner(typed: Typed) -> str:
    """A group within a group: of the same kind, and never one that holds this one."""
    if typed.negated:
        return ""
    name, header = typed.arguments["group"], typed.sections[-1]
    inner = group_entry(typed.configuration, name)
    if inner is None:
        return f"object-group {name} does not exist"
    if group_kind(inner) != group_kind(header):
        return f"object-group {name} is a {group_kind(inner)} group, this is another kind"
    if inner.arguments.get("protocol") != header.arguments.get("protocol"):
        return f"object-group {name} is a group of {inner.arguments['protocol']} ports"
    if header.arguments["name"] in _within(typed.configuration, name):
        return f"object-group {name} would hold itself"
    return ""


def _within(configuration: Configuration, name: str) -> set[str]:
    """A group, and all it holds."""
    found, waiting = set[str](), [name]
    while waiting:
        one = waiting.pop()
        header = group_entry(configuration, one)
        if one in found or header is None:
            continue
        found.add(one)
        inner = configuration.entries("group-object", path=(header.text,))
        waiting += [str(entry.arguments["group"]) for entry in inner]
    return found


def _check_network(typed: Typed) -> str:
    return network_refused(typed.arguments)


def network_refused(arguments: Arguments, address: str = "address", mask: str = "mask") -> str:
    """Why address and mask are no network, or nothing."""
    length = arguments.get(mask, 32)
    where = arguments[address]
    if IPv4Network((where, length), strict=False).network_address != where:
        return f"{where} has bits set where {dotted(length)} has none"
    return ""


def _check_range(typed: Typed) -> str:
    arguments = typed.arguments
    if arguments.get("low", 0) > arguments.get("high", 65535):
        return f"range {arguments['low']} {arguments['high']} begins behind its end"
    return ""


def _group(draft: Draft, sections: Sections) -> Group:
    return draft.rules.groups[sections[-1].arguments["name"]]


def _read_header(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    group = Group(arguments.words[1], arguments.get("protocol", ""))
    draft.rules.groups[arguments["name"]] = group


def _read_network(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    network = IPv4Network((arguments["address"], arguments.get("mask", 32)))
    _group(draft, sections).networks.append(network)


def _read_ports(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    if "port" in arguments.values:
        ports = ports_of(("eq", str(arguments["port"])))
    else:
        ports = Ports(arguments["low"], arguments["high"])
    _group(draft, sections).ports.append(ports)


def _read_protocol(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    _group(draft, sections).numbers.append(protocol_number(arguments["protocol"]))


def _read_icmp(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    _group(draft, sections).numbers.append(arguments["type"])


def _read_inner(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    _group(draft, sections).groups.append(arguments["group"])


def _write_network(arguments: Arguments) -> str:
    if arguments.get("mask", 32) == 32:
        return f"network-object host {arguments['address']}"
    return " ".join(arguments.words)


def _write_ports(arguments: Arguments) -> str:
    if "port" in arguments.values:
        return f"port-object eq {port_name(arguments['port'])}"
    return f"port-object range {port_name(arguments['low'])} {port_name(arguments['high'])}"


def _header(kind: str, help: str) -> Row:
    more = " protocol={tcp|udp|tcp-udp}" if kind == "service" else ""
    return Row(
        syntax=f"object-group {kind} <name:name>{more}",
        help=help,
        key=("name",),
        opens=KINDS[kind],
        check=_check_header,
        read=_read_header,
        choices={"object-group": "A group to be named in access-lists", "name": "Its name"},
        manual="Cannot be removed while a line refers to it. A group that is there already is of "
        "the same kind.",
        source="public",
    )


def _inside(kind: str) -> tuple[Row, ...]:
    return (
        Row(
            syntax="group-object <group:name>",
            help="All that another group of this kind holds",
            mode=KINDS[kind],
            key=("group",),
            ordered=(),
            check=_check_inner,
            read=_read_inner,
            source="public",
        ),
        Row(
            syntax="description <text:line>",
            help="What the group is for",
            mode=KINDS[kind],
            least=(),
            source="public",
        ),
    )


ROWS: tuple[Row, ...] = (
    _header("network", "A group of hosts and networks"),
    _header("service", "A group of ports"),
    _header("protocol", "A group of protocols"),
    _header("icmp-type", "A group of ICMP types"),
    Row(
        syntax="network-object {host <address:address> | <address:address> <mask:mask>}",
        help="A host or a network",
        mode=Mode.NETWORK_GROUP,
        key=("*",),
        ordered=(),
        check=_check_network,
        read=_read_network,
        write=_write_network,
        source="public",
    ),
    Row(
        syntax="port-object {eq <port:port> | range <low:port> <high:port>}",
        help="A port or a range of them",
        mode=Mode.SERVICE_GROUP,
        key=("*",),
        least=("port",),
        ordered=(),
        check=_check_range,
        read=_read_ports,
        write=_write_ports,
        source="public",
    ),
    Row(
        syntax="protocol-object <protocol:protocol>",
        help="A protocol",
        mode=Mode.PROTOCOL_GROUP,
        key=("protocol",),
        ordered=(),
        read=_read_protocol,
        source="public",
    ),
    Row(
        syntax="icmp-object <type:icmp_type>",
        help="An ICMP type",
        mode=Mode.ICMP_GROUP,
        key=("type",),
        ordered=(),
        read=_read_icmp,
        source="public",
    ),
    *(row for kind in KINDS for row in _inside(kind)),
)

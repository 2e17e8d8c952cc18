"""Rows of the command table: access-lists, and where they look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from firmware.core.management.cli.row import Arguments, Row, Shown, Typed
from firmware.core.management.cli.table.naming import unknown
from firmware.core.management.cli.table.objects import group_entry, group_kind
from firmware.core.management.rules.entries import Group, Line, exempts_badly, parse, refused
from firmware.core.management.rules.ruleset import Binding, Direction
from firmware.core.management.running.draft import Draft

if TYPE_CHECKING:
    from firmware.core.management.running.entry import Entry
    from firmware.core.management.running.model import Configuration

Sections = tuple["Entry", ...]

ONLY_IP = "an exemption from translation takes `permit ip` and `deny ip` entries only"


def _place(name: str) -> str:
    return (
        f"{{any | host <{name}:address> | <{name}:address> <{name}_mask:mask>"
        f" | object-group <{name}_group:name> | interface <{name}_interface:if_name>}}"
    )


def _ports(name: str) -> str:
    return (
        f"[{{eq|neq|lt|gt}} <{name}_port:port> | range <{name}_low:port> <{name}_high:port>"
        f" | object-group <{name}_service:name>]"
    )


_SYNTAX = (
    "access-list <list:word> [line <line:1-16777215>] {remark <text:line> | [extended] "
    "{permit|deny} {"
    f"{{tcp|udp|object-group <protocols:name>}} {_place('source')} {_ports('source')}"
    f" {_place('destination')} {_ports('destination')}"
    f" | icmp {_place('source')} {_place('destination')}"
    " [<type:icmp_type> | object-group <types:name>]"
    f" | <protocol:protocol> {_place('source')} {_place('destination')}"
    "} [log [disable | default | <level:level> [interval <interval:1-600>] "
    "| interval <interval:1-600>]] [inactive]"
    " | standard {permit|deny} {any | host <destination:address>"
    " | <destination:address> <destination_mask:mask>}}"
)


def line_of(arguments: Arguments) -> Line:
    """The line these words are."""
    return parse(arguments.words)


def entries_of(configuration: Configuration, name: str) -> Iterator[Entry]:
    """The lines of a list, as entered."""
    entries = configuration.entries("access-list")
    return (entry for entry in entries if entry.arguments["list"] == name)


def _write(arguments: Arguments) -> str:
    return f"access-list {arguments['list']} {line_of(arguments).text}"


def _sent(arguments: Arguments) -> str:
    """The mate must put it in the same place."""
    line = line_of(arguments)
    where = "" if line.place is None else f"line {line.place} "
    return f"access-list {arguments['list']} {where}{line.text}"


def _stands(entry: Entry) -> int | None:
    return line_of(entry.arguments).place


def _check(typed: Typed) -> str:
    name, line = typed.arguments["list"], line_of(typed.arguments)
    if typed.negated:
        return _check_removal(typed.configuration, name, line)
    groups = _groups(typed.configuration, line)
    if why := refused(line, groups):
        return why
    exempting = exemption_by(typed.configuration, name)
    if exempting and exempts_badly(line):
        return f"{exempting} uses access-list {name}, and {ONLY_IP}: {line.text}"
    return ""


def _check_removal(configuration: Configuration, name: str, line: Line) -> str:
    """The last entry of a list stays while something uses the list."""
    left = [e for e in entries_of(configuration, name) if line_of(e.arguments).text != line.text]
    if any(line_of(entry.arguments).remark is None for entry in left):
        return ""
    user = exemption_by(configuration, name) or next(_bound(configuration, name), "")
    if not user:
        return ""
    return f"access-list {name} would be empty, and it is used; take this away first: {user}"


def _bound(configuration: Configuration, name: str) -> Iterator[str]:
    for entry in configuration.entries("access-group"):
        if entry.arguments["list"] == name:
            yield entry.text


def exemption_by(configuration: Configuration, name: str) -> str:
    """The `nat (...) 0 access-list` line that names a list, or nothing.

    Looked up by interface: a configuration of 10,000 entries asks this for each.
    """
    for interface in configuration.interface_names:
        entry = configuration.entry("nat 0", f"({interface})")
        if entry is not None and entry.arguments["list"] == name:
            return entry.text
    return ""


def _groups(configuration: Configuration, line: Line) -> Mapping[str, Group]:
    """The groups a line names, as far as their kinds go."""
    found: dict[str, Group] = {}
    for piece in (line.protocol, *line.pieces):
        header = group_entry(configuration, piece[1]) if piece[0] == "object-group" else None
        if header is None:
            continue
        group = Group(group_kind(header), header.arguments.get("protocol", ""))
        if group.kind == "protocol":
            members = configuration.entries("protocol-object", path=(header.text,))
            numbers = {"tcp": 6, "udp": 17, "icmp": 1}
            group.numbers = [numbers.get(m.arguments["protocol"]) for m in members]
        found[piece[1]] = group
    return found


def _read(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.rules.lists.setdefault(arguments["list"], []).append(line_of(arguments))


def orphans(configuration: Configuration) -> list[Entry]:
    """Lines that name an object-group or a list that is not there, after whole families went.

    They go too, as on a real unit: kept, they would be refused at the next boot.
    """
    gone: list[Entry] = []
    lists: set[str] = set()
    for entry in configuration.entries("access-list"):
        line = line_of(entry.arguments)
        named = [p[1] for p in (line.protocol, *line.pieces) if p[0] == "object-group"]
        if any(group_entry(configuration, name) is None for name in named):
            gone.append(entry)
        elif line.remark is None:
            lists.add(entry.arguments["list"])
    for name in ("access-group", "nat 0"):
        users = configuration.entries(name)
        gone += [entry for entry in users if entry.arguments["list"] not in lists]
    return gone


def _check_group(typed: Typed) -> str:
    if typed.negated:
        return ""
    name, interface = typed.arguments["list"], typed.arguments["interface"]
    lines = [line_of(entry.arguments) for entry in entries_of(typed.configuration, name)]
    if all(line.remark is not None for line in lines):
        return f"access-list {name} does not exist"
    if any(line.standard for line in lines):
        return f"access-list {name} is a standard list; an interface takes an extended one"
    return unknown(typed, interface)


def _read_group(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    direction = Direction(arguments["direction"])
    draft.rules.bindings.append(Binding(arguments["list"], direction, arguments["interface"]))


def _read_same(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    if arguments.has("inter-interface"):
        draft.rules.inter_interface = True
    else:
        draft.rules.intra_interface = True


def _same(which: str, help: str) -> Row:
    return Row(
        syntax=f"same-security-traffic permit {which}",
        help=help,
        read=_read_same,
        default=f"no same-security-traffic permit {which}",
        default_shown=Shown.ALL,
        source="public",
    )


ROWS: tuple[Row, ...] = (
    _same("inter-interface", "Let traffic pass between interfaces of one security level"),
    _same("intra-interface", "Let traffic leave by the interface it came in by"),
    Row(
        syntax=_SYNTAX,
        name="access-list",
        help="An entry of an access-list",
        key=("*",),
        ordered=("list",),
        place=_stands,
        check=_check,
        read=_read,
        write=_write,
        sent=_sent,
        choices={
            "list": "Name of the list",
            "line": "Where in the list it is to stand",
            "remark": "A note",
            "extended": "By protocol, source and destination",
            "standard": "By destination",
            "permit": "Let it pass",
            "deny": "Drop it",
            "any": "Every address",
            "host": "One address",
            "object-group": "A group",
            "interface": "The active address of an interface",
            "eq": "That port",
            "neq": "Any port but that",
            "lt": "Ports below",
            "gt": "Ports above",
            "range": "Ports from one to another",
            "log": "Kept and shown; a hit is counted in any case",
            "inactive": "Kept and not in force",
        },
        manual="After the last entry of a list everything is denied. A list that exempts from "
        f"translation is special: {ONLY_IP}.",
    ),
    Row(
        syntax="access-group <list:word> direction={in|out} interface <interface:if_name>",
        help="Bind an access-list to an interface",
        key=("direction", "interface"),
        least=("list", "direction", "interface"),
        check=_check_group,
        read=_read_group,
        choices={
            "list": "Name of the list",
            "in": "What comes in by the interface",
            "out": "What goes out by the interface",
        },
    ),
)

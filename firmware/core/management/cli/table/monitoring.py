"""Row of the command table: which interfaces are monitored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.core.management.cli.row import Arguments, No, Row, Shown, Typed
from firmware.core.management.cli.table.naming import unknown
from firmware.core.management.running import meaning
from firmware.core.management.running.draft import Draft
from firmware.core.settings import MONITORED_MOST

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration, Entry

Sections = tuple["Entry", ...]


def _check(typed: Typed) -> str:
    name = typed.arguments["name"]
    if missing := unknown(typed, name):
        return missing
    return "" if typed.negated else _no_room(typed.configuration, name)


def _no_room(configuration: Configuration, name: str) -> str:
    data = configuration.settings().interfaces
    others = sum(one.monitored for one in data if one.name != name)
    if others < MONITORED_MOST:
        return ""
    return f"{others} interfaces are monitored, the most there may be; leave one out first, with no"


def _standing(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    names: dict[str, str] = {}  # by physical name
    for entry in configuration.entries("interface"):
        named = configuration.entry("nameif", path=(entry.text,))
        if named is not None:
            names[entry.arguments["physical"]] = named.arguments["name"]
    monitored = meaning.monitored_unless_typed(names)
    return tuple(
        f"{'' if physical in monitored else 'no '}monitor-interface {name}"
        for physical, name in names.items()
    )


def _read(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.monitored[arguments["name"]] = not arguments.negated


ROWS: tuple[Row, ...] = (
    Row(
        syntax="monitor-interface <name:if_name>",
        help="Watch the health of an interface",
        key=("name",),
        no=No.KEPT,
        check=_check,
        read=_read,
        reads_no=True,
        standing=_standing,
        default_shown=Shown.ALL,
        manual="The first 250 physical interfaces are watched unless `no` says so, "
        "sub-interfaces are not. 250 may be watched at most.",
    ),
)

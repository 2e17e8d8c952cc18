"""Rows of the command table: the unit's name, and names of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.core.management.cli.row import Arguments, No, Row, Shown, Typed
from firmware.core.management.running.draft import Draft

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration, Entry

Sections = tuple["Entry", ...]


def _standing_hostname(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    return (f"hostname {configuration.default_hostname}",)


def _read_hostname(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.system.hostname = arguments["name"]


def _read_domain(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.system.domain = arguments["name"]


def _check_name(typed: Typed) -> str:
    if typed.negated:
        return ""
    address = typed.arguments["address"]
    other = typed.configuration.names.of(address)
    taken = other is not None and other != typed.arguments["name"]
    return f"{address} has the name {other} already" if taken else ""


def _read_name(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.system.names[arguments["name"]] = arguments["address"]


ROWS: tuple[Row, ...] = (
    Row(
        syntax="hostname <name:hostname>",
        help="The name in the prompt",
        read=_read_hostname,
        standing=_standing_hostname,
        default_shown=Shown.ALWAYS,
    ),
    Row(
        syntax="domain-name <name:name>",
        help="The domain this unit is in",
        read=_read_domain,
        default="domain-name default.domain.invalid",
        default_shown=Shown.ALWAYS,
    ),
    Row(
        syntax="names",
        help="Addresses may have names",
        no=No.KEPT,
        default="names",
        default_shown=Shown.ALWAYS,
        manual="Whether or not: a name may be typed for its address, and addresses are printed.",
    ),
    Row(
        syntax="name <address:address> <name:name>",
        help="A word that may be typed for an address",
        key=("name",),
        least=("address",),
        check=_check_name,
        read=_read_name,
    ),
)

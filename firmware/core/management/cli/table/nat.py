"""Rows of the command table: translation, and the idle times of what passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from firmware.core.management.cli.arguments import clock_text, dotted
from firmware.core.management.cli.row import Arguments, Row, Shown, Typed
from firmware.core.management.cli.table.access import (
    ONLY_IP,
    entries_of,
    line_of,
)
from firmware.core.management.cli.table.naming import unknown
from firmware.core.management.cli.table.objects import network_refused
from firmware.core.management.rules.draft import PoolDraft, StaticDraft
from firmware.core.management.rules.entries import exempts_badly
from firmware.core.management.rules.ruleset import TCP, UDP, DynamicNat, Exemption
from firmware.core.management.rules.services import port_name
from firmware.core.management.running.draft import Draft

if TYPE_CHECKING:
    from firmware.core.management.running.entry import Entry

Sections = tuple["Entry", ...]


def _inner(parenthesised: str) -> str:
    return parenthesised.strip("()")


def _check_exemption(typed: Typed) -> str:
    """The document's NAT 0 fault: a list that cannot exempt was taken, and gone after a boot."""
    if typed.negated:
        return ""
    name = typed.arguments["list"]
    if why := unknown(typed, _inner(typed.arguments["interface"])):
        return why
    lines = [line_of(entry.arguments) for entry in entries_of(typed.configuration, name)]
    if all(line.remark is not None for line in lines):
        return f"access-list {name} does not exist"
    for line in lines:
        if exempts_badly(line):
            return f"access-list {name} cannot be used here, {ONLY_IP}: {line.text}"
    return ""


def _read_exemption(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    exemption = Exemption(_inner(arguments["interface"]), arguments["list"])
    draft.rules.exemptions.append(exemption)


def _check_nat(typed: Typed) -> str:
    if typed.negated:
        return ""
    return unknown(typed, _inner(typed.arguments["interface"])) or network_refused(typed.arguments)


def _read_nat(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    network = IPv4Network((arguments["address"], arguments["mask"]))
    nat = DynamicNat(_inner(arguments["interface"]), arguments["number"], network)
    draft.rules.nats.append(nat)


def _check_global(typed: Typed) -> str:
    return "" if typed.negated else unknown(typed, _inner(typed.arguments["interface"]))


def _read_global(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    first, last = arguments.get("span", (None, None))
    draft.rules.pools.append(
        PoolDraft(
            interface=_inner(arguments["interface"]),
            number=arguments["number"],
            first=first,
            last=last,
        )
    )


def _length(arguments: Arguments) -> int:
    """The prefix length of a static. Where none was typed, a network's class, or one host."""
    given = arguments.get("mask")
    if given is not None:
        return int(given)
    first, host = int(arguments["real"]) >> 24, int(arguments["real"])
    length = 8 if first < 128 else 16 if first < 192 else 24
    return 32 if host & (0xFFFFFFFF >> length) or "mapped" not in arguments.values else length


def _check_static(typed: Typed) -> str:
    if typed.negated:
        return ""
    arguments = typed.arguments
    real, mapped = _inner(arguments["pair"]).split(",")
    if why := unknown(typed, real, mapped):
        return why
    if real == mapped:
        return f"{arguments['pair']}: the two interfaces must differ"
    length = _length(arguments)
    if "protocol" in arguments.values and length != 32:
        return "a port is redirected to one host: netmask 255.255.255.255"
    for name in ("mapped", "real"):
        address: IPv4Address | None = arguments.get(name)
        if address is not None and int(address) & (0xFFFFFFFF >> length):
            if length == 32:
                continue
            return f"{address} has bits set where {dotted(length)} has none"
    return ""


def _write_static(arguments: Arguments) -> str:
    mapped = str(arguments["mapped"]) if "mapped" in arguments.values else "interface"
    words = ["static", arguments["pair"]]
    if "protocol" in arguments.values:
        udp = arguments["protocol"] == "udp"
        words += [arguments["protocol"], mapped, port_name(arguments["mapped_port"], udp=udp)]
        words += [str(arguments["real"]), port_name(arguments["real_port"], udp=udp)]
    else:
        words += [mapped, str(arguments["real"])]
    words += ["netmask", dotted(_length(arguments))]
    words += [word for word in ("dns", "norandomseq") if arguments.has(word)]
    return " ".join([*words, *map(str, arguments.all("limit"))])


def _read_static(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    real, mapped = _inner(arguments["pair"]).split(",")
    protocol = arguments.get("protocol")
    draft.rules.statics.append(
        StaticDraft(
            real_interface=real,
            mapped_interface=mapped,
            mapped=arguments.get("mapped"),
            real=arguments["real"],
            length=_length(arguments),
            protocol=None if protocol is None else UDP if protocol == "udp" else TCP,
            mapped_port=arguments.get("mapped_port", 0),
            real_port=arguments.get("real_port", 0),
        )
    )


def _read_control(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.rules.nat_control = True


_CONN = {"conn": 3600, "half-closed": 600, "udp": 120, "icmp": 2}
_MEDIA = {"sunrpc": 600, "h323": 300, "h225": 3600, "mgcp": 300, "mgcp-pat": 300}
_SIP = {"sip": 1800, "sip_media": 120, "sip-invite": 180, "sip-disconnect": 120}
_XLATE = {"xlate": 10800}


def _argument(word: str) -> str:
    return word.replace("-", "_")


def _whole(defaults: Mapping[str, int], arguments: Arguments) -> str:
    """The line with every time in its place; of one typed twice the last counts."""
    words = ["timeout"]
    for word, default in defaults.items():
        seconds = (arguments.all(_argument(word)) or (default,))[-1]
        words += [word, clock_text(seconds)]
    return " ".join(words)


def _times(defaults: Mapping[str, int], help: str, *, enforced: bool) -> Row:
    """One `timeout` line. What is not typed stays as it is."""
    name = f"timeout {next(iter(defaults))}"

    def stays(typed: Typed) -> tuple[tuple[tuple[str, ...], str], ...] | None:
        entry = typed.configuration.entry(name)
        if entry is None or typed.negated:
            return None
        values = dict(entry.arguments.values) | dict(typed.arguments.values)
        whole = _whole(defaults, replace(typed.arguments, values=values))
        asked = _whole(defaults, typed.arguments)
        return None if whole == asked else (((), whole),)

    def read(draft: Draft, arguments: Arguments, sections: Sections) -> None:
        for word in defaults:
            given = arguments.all(_argument(word))
            if given and enforced:
                changed = {_argument(word): given[-1]}
                draft.rules.timeouts = replace(draft.rules.timeouts, **changed)

    one = "|".join(f"{word} <{_argument(word)}:clock>" for word in defaults)
    first = f"{{{one}}}"
    return Row(
        syntax=f"timeout {first} ({one})*",
        name=name,
        help=help,
        enforced=enforced,
        instead=stays,
        read=read,
        write=lambda arguments: _whole(defaults, arguments),
        default=_whole(defaults, Arguments({}, ())),
        default_shown=Shown.ALWAYS,
        manual="0:00:00 is never.",
    )


ROWS: tuple[Row, ...] = (
    Row(
        syntax="nat-control",
        help="Let nothing pass to a lower security level without translation",
        read=_read_control,
        default="no nat-control",
        default_shown=Shown.ALL,
        source="public",
    ),
    Row(
        syntax="global <interface:paren_if_name> <number:1-2147483647> "
        "{interface | <span:span> [netmask <mask:mask>]}",
        name="global",
        help="Addresses that hosts are translated to on their way out",
        key=("*",),
        ordered=(),
        check=_check_global,
        read=_read_global,
        choices={
            "interface": "The interface; behind the number: its own address, by ports",
            "number": "That of the nat lines it belongs to",
        },
        manual="One address is shared by ports. Of several for one number a range is used first.",
        source="public",
    ),
    Row(
        syntax="nat <interface:paren_if_name> <number:0-0> access-list <list:word>",
        name="nat 0",
        help="Exempt from translation what an access-list permits",
        key=("interface",),
        least=("interface", "list"),
        check=_check_exemption,
        read=_read_exemption,
        manual=f"The list must be there, and {ONLY_IP}.",
    ),
    Row(
        syntax="nat <interface:paren_if_name> <number:0-2147483647> <address:address> <mask:mask> "
        "[dns] [norandomseq] [<limit:0-65535> [<limit:0-65535>]]",
        name="nat",
        help="Hosts to be translated on their way out",
        key=("*",),
        ordered=(),
        check=_check_nat,
        read=_read_nat,
        choices={
            "number": "That of the global lines to use; 0: shown as they are",
            "limit": "Most connections, and most half-open ones; kept, not acted on",
        },
        source="public",
    ),
    Row(
        syntax="static <pair:interface_pair> {"
        "{<mapped:address>|interface} <real:address>"
        " | protocol={tcp|udp} {<mapped:address>|interface} <mapped_port:port> "
        "<real:address> <real_port:port>"
        "} [netmask <mask:mask>] [dns] [norandomseq] [<limit:0-65535> [<limit:0-65535>]]",
        name="static",
        help="A host, a network or a port that is seen by another address",
        key=("*",),
        ordered=(),
        check=_check_static,
        read=_read_static,
        write=_write_static,
        choices={
            "mapped": "The address it is seen by",
            "real": "The address it has",
            "interface": "The address of the interface",
            "limit": "Most connections, and most half-open ones; kept, not acted on",
        },
        source="public",
    ),
    _times(_XLATE, "How long a translation is kept", enforced=False),
    _times(_CONN, "How long an idle connection is kept", enforced=True),
    _times(_MEDIA, "Idle times of other protocols", enforced=False),
    _times(_SIP, "Idle times of SIP", enforced=False),
    Row(
        syntax="timeout uauth <uauth:clock> [kind={absolute|inactivity}]",
        name="timeout uauth",
        help="How long a user stays authenticated",
        enforced=False,
        default="timeout uauth 0:05:00 absolute",
        default_shown=Shown.ALWAYS,
    ),
)

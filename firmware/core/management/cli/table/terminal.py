"""Rows of the command table: sessions, from where they may come and what they look like."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from firmware.core.management.cli.arguments import dotted
from firmware.core.management.cli.row import Arguments, No, Row, Shown, Typed
from firmware.core.management.cli.table.naming import named
from firmware.core.management.running.draft import Draft

if TYPE_CHECKING:
    from firmware.core.management.running.model import Entry

PROMPT_WORDS = {
    "hostname": "Name of this unit",
    "domain": "Its domain",
    "context": "Security context; there is one only, and nothing is shown",
    "priority": "pri or sec: which unit this is",
    "state": "act or stby: what it does now",
}
_PROMPT = "|".join(PROMPT_WORDS)


def _pager(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    draft.terminal.pager = arguments.get("lines", 0)


def _no_pager(typed: Typed) -> str:
    more = typed.negated and "lines" in typed.arguments.values
    return "no pager takes no number; pager lines 24 is the default" if more else ""


def _banner(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    lines = draft.terminal.banners.setdefault(arguments["which"], [])
    lines.append(arguments.get("text", ""))


def _prompt(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    draft.terminal.prompt = tuple(dict.fromkeys(arguments.all("words")))


def _ssh_timeout(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    draft.terminal.ssh_timeout = arguments["minutes"]


def _show_form(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    draft.terminal.show_form = arguments["form"]


def _console_timeout(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    draft.terminal.console_timeout = arguments["minutes"]


def _ssh(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    network = IPv4Network((arguments["network"], arguments["mask"]), strict=False)
    draft.terminal.ssh_permits.append((network, arguments["interface"]))


def _network(typed: Typed) -> str:
    """The address must be that of its network, as a PIX demands; the interface must be there."""
    network, mask = typed.arguments["network"], typed.arguments["mask"]
    if int(network) & ((1 << (32 - mask)) - 1):
        proper = IPv4Network((network, mask), strict=False).network_address
        return f"{network} has host bits under {dotted(mask)}; the network is {proper}"
    return named(typed)


def _version(typed: Typed) -> str:
    if typed.arguments.get("version") == 1 and not typed.negated:
        return "SSH version 1 is not safe and not spoken here"
    return ""


_FROM = {
    "network": "From where",
    "mask": "Its mask",
    "interface": "Interface they come in by",
    "timeout": "Minutes of silence that end a session",
    "minutes": "Minutes",
}

ROWS: tuple[Row, ...] = (
    Row(
        syntax="banner which={asdm|exec|login|motd} [<text:line>]",
        help="A line of text shown to who comes in",
        key=("*",),
        repeats=True,
        least=("which",),
        ordered=("which",),
        read=_banner,
        choices={
            "asdm": "Known by name",
            "exec": "When a session begins, behind motd",
            "login": "Where `login` asks for a name and a password",
            "motd": "When a session begins",
            "text": "The line; $(hostname) and $(domain) are filled in",
        },
        manual="Each such line adds one; `no banner motd` takes all of them away.",
        source="public",
    ),
    Row(
        syntax="pager [lines] <lines:0-2147483647>",
        help="Lines of a page; 0: no pages",
        no=No.KEPT,
        reads_no=True,
        check=_no_pager,
        read=_pager,
        write=lambda arguments: f"pager lines {arguments['lines']}",
        default="pager lines 24",
        default_shown=Shown.ALWAYS,
        choices={"lines": "Lines of a page"},
    ),
    Row(
        syntax="telnet timeout <minutes:1-1440>",
        help="Minutes of silence that end a telnet session",
        enforced=False,
        default="telnet timeout 5",
        default_shown=Shown.ALWAYS,
        choices=_FROM,
        manual="Telnet is not spoken here.",
    ),
    Row(
        syntax="telnet <network:address> <mask:mask> <interface:if_name>",
        name="telnet permit",
        help="From where telnet sessions may come",
        key=("network", "mask", "interface"),
        check=_network,
        enforced=False,
        choices=_FROM,
        manual="Telnet is not spoken here.",
        source="public",
    ),
    Row(
        syntax="ssh scopy enable",
        help="Copying of files over SSH",
        enforced=False,
        source="public",
    ),
    Row(
        syntax="ssh <network:address> <mask:mask> <interface:if_name>",
        name="ssh permit",
        help="From where SSH sessions may come",
        key=("network", "mask", "interface"),
        check=_network,
        read=_ssh,
        choices=_FROM,
        source="public",
    ),
    Row(
        syntax="ssh timeout <minutes:1-60>",
        help="Minutes of silence that end an SSH session",
        read=_ssh_timeout,
        default="ssh timeout 5",
        default_shown=Shown.ALWAYS,
        choices=_FROM,
    ),
    Row(
        syntax="ssh version <version:1-2>",
        help="The version of SSH; only 2 is spoken here",
        check=_version,
        choices={"version": "2"},
        source="public",
    ),
    Row(
        syntax="fover show-form form={6|7|9}",
        help="Print show failover and its kin as that release did",
        read=_show_form,
        default="fover show-form 7",
        choices={
            "6": "As release 6.3 printed it",
            "7": "As release 7.2 prints it",
            "9": "As release 9.x prints it, for newer parsers",
        },
        source="ours",
    ),
    Row(
        syntax="console timeout <minutes:0-60>",
        help="Minutes of silence that end a console session; 0: never",
        read=_console_timeout,
        default="console timeout 0",
        default_shown=Shown.ALWAYS,
        choices=_FROM,
    ),
    Row(
        syntax=f"prompt words={{{_PROMPT}}} ( words={{{_PROMPT}}} )*",
        help="What the prompt says",
        read=_prompt,
        default="prompt hostname context",
        default_shown=Shown.ALWAYS,
        choices=PROMPT_WORDS,
    ),
)

"""Rows of the command table: orders to the session, all but those that show something.

An order is not a line of the configuration: it acts once. ``action`` names who does it. The mate
does the few that say ``replicated``; every other concerns this unit and this session only.
"""

from __future__ import annotations

from collections.abc import Mapping

from firmware.core.management.cli.row import Mode, Row, families
from firmware.core.management.cli.table import (
    access,
    failover,
    inspection,
    interfaces,
    known,
    logging,
    nat,
    objects,
    routes,
    services,
    system,
    terminal,
    users,
)

_LINES = (
    system,
    users,
    interfaces,
    objects,
    access,
    terminal,
    logging,
    routes,
    failover,
    nat,
    services,
    inspection,
    known,
)
# What may follow `show running-config` and `clear configure`: the first words of all lines.
FAMILIES: tuple[str, ...] = tuple(families(row for family in _LINES for row in family.ROWS))

DEBUG_WORDS: Mapping[str, str] = {
    "cable": "Status of the cable and of the LAN failover link",
    "cmd-exec": "Commands run for the mate by failover exec",
    "fail": "Faults inside failover",
    "fmsg": "Failover messages",
    "ifc": "States of monitored interfaces",
    "open": "Opening of failover devices",
    "rx": "Messages received",
    "rxdmp": "Messages received, in hexadecimal",
    "rxip": "Failover packets received on interfaces",
    "switch": "Switchovers",
    "sync": "Replication of configuration and commands",
    "tx": "Messages sent",
    "txdmp": "Messages sent, in hexadecimal",
    "txip": "Failover packets sent on interfaces",
    "verify": "Verification of failover messages",
}
_DEBUG = "|".join(DEBUG_WORDS)

UNITS: Mapping[str, str] = {
    "active": "The active unit",
    "standby": "The standby unit",
    "mate": "The other unit",
}


def order(
    syntax: str,
    action: str,
    help: str,
    *,
    mode: Mode = Mode.EXEC,
    privilege: int = 15,
    replicated: bool = False,
    choices: Mapping[str, str] | None = None,
    manual: str = "",
    source: str = "public",
) -> Row:
    """A row with an action; its defaults are those of an order, not of a line."""
    return Row(
        syntax=syntax,
        help=help,
        action=action,
        mode=mode,
        privilege=privilege,
        replicated=replicated,
        choices=choices or {},
        manual=manual,
        source=source,
    )


_SESSION = (
    order(
        "enable [<level:0-15>]",
        "enable",
        "Turn on privileged commands",
        mode=Mode.USER,
        privilege=0,
        choices={"level": "Privilege level, 15 if left out"},
    ),
    order("disable [<level:0-15>]", "disable", "Turn off privileged commands"),
    order("login", "login", "Log in as a particular user", mode=Mode.USER, privilege=0),
    order("logout", "logout", "End this session", mode=Mode.USER, privilege=0),
    order("exit", "leave", "Leave this mode, or the session", mode=Mode.USER, privilege=0),
    order("quit", "leave", "Leave this mode, or the session", mode=Mode.USER, privilege=0),
    order("end", "end", "Leave configuration mode"),
    order(
        "help [<command:line>]",
        "show_help",
        "How help works, or the page of one command",
        mode=Mode.USER,
        privilege=0,
    ),
    order(
        "configure terminal",
        "configure_terminal",
        "Enter configuration mode",
        source="seed",
    ),
    order(
        "terminal pager [lines] <lines:0-2147483647>",
        "terminal_pager",
        "Lines of a page in this session; 0: no pages",
        choices={"lines": "Lines of a page"},
    ),
    order(
        "pager [lines] <lines:0-2147483647>",
        "terminal_pager",
        "Lines of a page in this session; 0: no pages",
        choices={"lines": "Lines of a page"},
        manual="In configuration mode `pager` is a line that is kept, and counts for new sessions.",
    ),
    order("terminal width <columns:40-511>", "terminal_width", "Columns of this terminal"),
    order("terminal monitor", "terminal_monitor", "Show system messages in this session"),
    order("terminal no monitor", "terminal_no_monitor", "Show no system messages here"),
    order("no terminal monitor", "terminal_no_monitor", "Show no system messages here"),
    order(
        "ping [<interface:if_name>] <address:address>",
        "ping",
        "Send echo requests",
        mode=Mode.USER,
        privilege=1,
        choices={"interface": "Interface to send from", "address": "Who is asked"},
    ),
)

_FAILOVER = (
    order("failover active", "failover_active", "Make this unit active", source="seed"),
    order("no failover active", "failover_not_active", "Make the other unit active", source="seed"),
    order(
        "failover reset",
        "failover_reset",
        "Restore a failed unit to standby",
        source="seed",
        manual="The unit does not become active by it, and fails again while its fault lasts.",
    ),
    order(
        "failover reload-standby",
        "failover_reload_standby",
        "Boot the standby unit anew",
        source="recall",
        manual="On the active unit only.",
    ),
    order(
        "failover exec unit={active|standby|mate} <command:line>",
        "failover_exec",
        "Run a command on a unit of the pair and print its answer here",
        choices={**UNITS, "command": "Command to run there"},
    ),
    order("clear failover statistics", "clear_failover_statistics", "Zero the failover counters"),
    order(
        f"debug fover [what={{{_DEBUG}}}]",
        "debug_fover",
        "Follow failover in this session",
        choices=DEBUG_WORDS,
        source="seed",
        manual="Without a keyword: all of them.",
    ),
    order(
        f"no debug fover [what={{{_DEBUG}}}]",
        "undebug_fover",
        "Stop following failover",
        choices=DEBUG_WORDS,
    ),
    order(
        f"undebug fover [what={{{_DEBUG}}}]",
        "undebug_fover",
        "Stop following failover",
        choices=DEBUG_WORDS,
    ),
    order("no debug all", "undebug_all", "Stop following everything"),
    order("undebug all", "undebug_all", "Stop following everything"),
)


def _copy(what: str, action: str, help: str, *, replicated: bool = False) -> Row:
    return order(
        f"copy [/noconfirm] {what}",
        action,
        help,
        replicated=replicated,
        choices={
            "/noconfirm": "Do not ask",
            "running-config": "The running configuration",
            "startup-config": "The configuration the unit boots from",
            "source": "File to read",
            "target": "File to write",
        },
        source="seed" if replicated else "public",
    )


_FLASH = (
    order(
        "write [memory]",
        "write_memory",
        "Save the running configuration to flash, on both units",
        replicated=True,
        source="seed",
    ),
    order(
        "write standby",
        "write_standby",
        "Send the whole configuration to the standby unit",
        source="seed",
        manual="On the active unit. The standby clears what it runs except the failover lines.",
    ),
    order("write terminal", "write_terminal", "Print the running configuration"),
    order("write erase", "write_erase", "Empty the startup configuration of this unit"),
    _copy(
        "running-config startup-config",
        "write_memory",
        "Save the running configuration to flash, on both units",
        replicated=True,
    ),
    _copy("running-config <target:flash>", "copy_running_to_file", "Keep a copy in flash"),
    _copy("startup-config <target:flash>", "copy_startup_to_file", "Keep a copy in flash"),
    _copy(
        "<source:flash> running-config", "copy_file_to_running", "Take the lines of a file as typed"
    ),
    _copy("<source:flash> startup-config", "copy_file_to_startup", "Boot from these lines"),
    _copy(
        "startup-config running-config",
        "copy_startup_to_running",
        "Take the lines of the startup configuration as typed",
    ),
    order(
        "dir [flash:]",
        "list_files",
        "Files in flash",
        choices={"flash:": "The flash of this unit"},
    ),
    order(
        "delete [/noconfirm] <file:flash>",
        "delete_file",
        "Delete a file from flash, on both units",
        replicated=True,
        choices={"/noconfirm": "Do not ask", "file": "File to delete"},
    ),
    order(
        "rename <file:flash> <target:flash>",
        "rename_file",
        "Give a file in flash another name, on both units",
        replicated=True,
        choices={"file": "File to rename", "target": "Its new name; no file may have it"},
    ),
    order(
        "mkdir <directory:line>",
        "no_directories",
        "Refused: flash has no directories",
        choices={"directory": "Directory to make"},
    ),
    order(
        "rmdir <directory:line>",
        "no_directories",
        "Refused: flash has no directories",
        choices={"directory": "Directory to remove"},
    ),
    order("more <file:flash>", "show_file", "Print a file from flash"),
    order(
        "reload [noconfirm]",
        "reload",
        "Boot this unit from its startup configuration",
        choices={"noconfirm": "Do not ask"},
    ),
)

_CLEAR = (
    order(
        "clear configure all",
        "clear_configure_all",
        "Take every line away",
        replicated=True,
    ),
    order(
        f"clear configure family={{{'|'.join(FAMILIES)}}} [<which:line>]",
        "clear_configure",
        "Take the lines of one family away",
        replicated=True,
        choices={
            **{word: f"All {word} lines" for word in FAMILIES},
            "which": "Only those that begin so",
        },
    ),
    order("clear logging buffer", "clear_logging_buffer", "Empty the message buffer"),
    order("clear arp", "clear_arp", "Forget the addresses learned by ARP"),
    order("clear conn", "clear_conn", "Drop all connections"),
    order("clear xlate", "clear_xlate", "Drop all translations, and with them their connections"),
    order(
        "clear access-list <name:name> counters",
        "clear_access_list",
        "Zero the hit counts of a list",
        choices={"counters": "Its hit counts"},
    ),
)

ROWS: tuple[Row, ...] = (*_SESSION, *_FAILOVER, *_FLASH, *_CLEAR)

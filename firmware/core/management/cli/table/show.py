"""Rows of the command table: what shows something. None changes anything, none goes to the mate."""

from __future__ import annotations

from firmware.core.management.cli.row import Mode, Row
from firmware.core.management.cli.table.orders import FAMILIES, UNITS, order


def _anybody(syntax: str, action: str, help: str) -> Row:
    return order(syntax, action, help, mode=Mode.USER, privilege=1)


_PAIR = (
    order(
        "show failover [form form={6|7|9}]",
        "show_failover",
        "The pair as this unit sees it",
        choices={
            "form": "In the form of another release",
            "6": "As release 6.3 printed it",
            "7": "As release 7.2 prints it",
            "9": "As release 9.x prints it, for newer parsers",
        },
        manual="`form` is ours; without it the 7.2 form is printed.",
        source="seed",
    ),
    order("show failover state", "show_failover_state", "States and reasons", source="seed"),
    order("show failover history", "show_failover_history", "Every change of this unit's state"),
    order(
        "show failover interface",
        "show_failover_interface",
        "Addresses of the failover and state links",
        source="seed",
    ),
    order(
        "show failover statistics",
        "show_failover_statistics",
        "Failover messages sent and received",
    ),
    order(
        "show failover exec unit={active|standby|mate}",
        "show_failover_exec",
        "In which mode failover exec runs commands on a unit",
        choices=UNITS,
        source="recall",
    ),
    order(
        "show failover config-diff",
        "show_failover_config_diff",
        "What differs between the configurations of the two units",
        source="ours",
    ),
    order(
        "show monitor-interface",
        "show_monitor_interface",
        "The monitored interfaces of both units",
        source="seed",
    ),
    order("show fover", "show_fover", "What no Cisco unit would print", source="ours"),
    order(
        "show fover not-enforced",
        "show_not_enforced",
        "Lines that are kept and shown, and not acted on",
        source="ours",
    ),
    order("show debug", "show_debug", "What this session follows"),
)

_CONFIGURATION = (
    order(
        f"show running-config [all] [family={{{'|'.join(FAMILIES)}}} [<which:line>]]",
        "show_running_config",
        "The running configuration, or one family of its lines",
        choices={
            "all": "Also lines that say what holds anyway",
            **{word: f"Its {word} lines" for word in FAMILIES},
            "which": "Only those that begin so",
        },
        source="seed",
    ),
    order("show startup-config", "show_startup_config", "The configuration the unit boots from"),
    order(
        "show startup-config errors",
        "show_startup_errors",
        "Lines of it that could not be taken at boot",
    ),
    _anybody("show checksum", "show_checksum", "The checksum of the running configuration"),
)

_UNIT = (
    _anybody("show version", "show_version", "What this unit is and runs"),
    _anybody("show curpriv", "show_curpriv", "Who you are, and what you may do"),
    _anybody("show clock", "show_clock", "The time"),
    _anybody("show history", "show_history", "What was typed in this session"),
    _anybody("show mode", "show_mode", "Single or multiple security contexts"),
    _anybody("show firewall", "show_firewall", "Routed or transparent"),
    order("show users", "show_users", "Who is logged in"),
    order("show ssh sessions", "show_users", "Who is logged in"),
    order("show pager", "show_pager", "Lines of a page in this session"),
    order("show terminal", "show_terminal", "Settings of this session"),
    order(
        "show logging [setting|all]",
        "show_logging",
        "Settings of logging, and the message buffer",
        choices={
            "setting": "The settings only",
            "all": "Every message in memory, whatever the settings",
        },
        manual="`all` is ours.",
    ),
    order("show flash", "list_files", "Files in flash"),
)

_KERNEL = (
    order(
        "show interface [<interface:word>]",
        "show_interface",
        "Interfaces, their state and counters",
        choices={"interface": "One interface, by its name or as Ethernet0"},
    ),
    order("show interface ip brief", "show_interface_brief", "Interfaces, one line each"),
    order("show ip address [<interface:word>]", "show_ip_address", "Addresses of interfaces"),
    order(
        "show ipv6 interface [<interface:word>]",
        "show_ipv6_interface",
        "Interfaces that have IPv6 addresses",
        choices={"interface": "One interface, by its name or as Ethernet0"},
        source="recall",
    ),
    order(
        "show ipv6 interface brief [<interface:word>]",
        "show_ipv6_interface_brief",
        "IPv6 addresses of every named interface",
        choices={"interface": "One interface, by its name or as Ethernet0"},
        source="recall",
    ),
    order(
        "show ipv6 neighbor",
        "show_ipv6_neighbor",
        "Addresses learned by neighbour discovery",
        source="recall",
    ),
    order("show nameif", "show_nameif", "Names and security levels of interfaces"),
    order("show route [<interface:if_name>]", "show_route", "Routes in use"),
    order("show arp", "show_arp", "Addresses learned by ARP"),
    order("show xlate [count]", "show_xlate", "Address translations in use"),
    order("show conn [count]", "show_conn", "Connections through this unit"),
    order("show access-list [<name:name>]", "show_access_list", "Lists, with their hit counts"),
    order("show memory", "show_memory", "Memory in use"),
    order("show cpu [usage]", "show_cpu", "Processor time in use"),
    order("show blocks", "show_blocks", "Message blocks of this unit", source="seed"),
)

ROWS: tuple[Row, ...] = (*_PAIR, *_CONFIGURATION, *_UNIT, *_KERNEL)

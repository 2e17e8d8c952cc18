"""The command table: words, help, where it may be typed, whether the mate does it too, who does it.

Words are typed in full or by a prefix that leaves one command; ``?`` after a beginning lists what
could follow. Configuration lines are not here but in grammar.py: in configuration mode, what is no
command of this table is one of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

LINE_MAX = 510  # characters of one typed line

# First words of configuration lines that are kept and not acted on: those of the document's
# configurations and their kin. Outside configure terminal a line that begins with none of them,
# and that grammar.py does not know, is a typing error. What stands under an interface counts too.
_WORDS = (
    "aaa aaa-server access-group access-list alias arp asa asdm auth-prompt banner boot class "
    "class-map clock console crypto ddns description dhcpd dhcprelay dns domain-name duplex "
    "dynamic-access-policy-record dynamic-map enable failover filter fixup fragment ftp "
    "ftp-map global group-policy http icmp igmp inspect ip ipv6 isakmp key logging "
    "mac-address mac-list management-access match message-length mfib monitor-interface "
    "mroute mtu multicast-routing name nameif names nat ntp object object-group pager "
    "parameters passwd password pim pix policy-map privilege prompt regex rip route route-map "
    "router same-security-traffic security-level service service-policy sla smtp-server "
    "snmp-map snmp-server speed ssh ssl static sunrpc-server sysopt telnet tcp-map terminal "
    "tftp-server threat-detection time-range timeout track tunnel-group url-block url-cache "
    "url-server username virtual vlan vpdn vpn-sessiondb webvpn wccp "
)
CONFIGURATION_WORDS = frozenset(_WORDS.split())


class Place(Enum):
    """Where a session stands, and how its prompt ends."""

    EXEC = "#"
    CONFIG = "(config)#"
    INTERFACE = "(config-if)#"


@dataclass(frozen=True, slots=True)
class Row:
    """One command. ``handler`` names a function of shell.py."""

    words: tuple[str, ...]
    handler: str
    help: str
    privilege: int = 15
    replicated: bool = False
    config_only: bool = False


def _row(words: str, handler: str, help: str, *, replicated: bool = False) -> Row:
    return Row(tuple(words.split()), handler, help, replicated=replicated)


COMMANDS = (
    _row("show failover", "show_failover", "The pair as this unit sees it"),
    _row("show failover state", "show_state", "States and reasons in short"),
    _row("show failover history", "show_history", "Every change of this unit's state"),
    _row("show failover interface", "show_links", "Addresses of the failover and state links"),
    _row("show running-config", "show_running", "The running configuration"),
    _row("show running-config failover", "show_running_failover", "Its failover lines"),
    _row("show version", "show_version", "What this unit is"),
    _row("show logging", "show_logging", "The system messages in memory"),
    _row("show logging all", "show_logging", "All of them, whatever the logging lines say"),
    _row("failover active", "order_active", "Make this unit active"),
    _row("no failover active", "order_no_active", "Make the other unit active"),
    _row("failover reset", "order_reset", "Restore a failed unit to standby"),
    _row("copy running-config startup-config", "save", "Save to flash", replicated=True),
    _row("write memory", "save", "Save to flash", replicated=True),
    _row("write standby", "write_standby", "Send the whole configuration to the standby"),
    _row("write erase", "write_erase", "Empty startup-config"),
    _row("reload", "reload", "Boot this unit from startup-config"),
    _row("configure terminal", "configure", "Enter configuration mode"),
    _row("end", "end", "Leave configuration mode"),
    _row("exit", "leave", "Leave this mode, or the session"),
    _row("quit", "leave", "Leave this mode, or the session"),
    Row(("failover",), "line", "Enable failover on this unit", config_only=True),
    Row(("no", "failover"), "line", "Disable failover; roles stay", config_only=True),
)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """No command of the table; ``why`` says which could have been meant."""

    why: str


def resolve(words: tuple[str, ...], place: Place) -> Row | Unresolved:
    """The one command these words are."""
    typed = tuple(word.lower() for word in words)
    fits = [row for row in COMMANDS if len(row.words) == len(typed) and _begins(row.words, typed)]
    exact = [row for row in fits if row.words == typed]
    fits = exact or fits
    if len(fits) == 1 and fits[0].config_only and place is Place.EXEC:
        return Unresolved(f"{' '.join(fits[0].words)} belongs into configure terminal")
    if len(fits) == 1:
        return fits[0]
    if fits:
        return Unresolved(f"could be {' or '.join(' '.join(row.words) for row in fits)}")
    longer = [row for row in COMMANDS if _begins(row.words, typed)]
    if longer:
        return Unresolved(f"incomplete: {' or '.join(' '.join(row.words) for row in longer)}")
    return Unresolved("no such command; type ? for a list")


def candidates(words: tuple[str, ...]) -> str:
    """The answer to ``?``: every command that begins so."""
    typed = tuple(word.lower() for word in words)
    rows = [row for row in COMMANDS if _begins(row.words, typed)]
    return "".join(f"  {' '.join(row.words):38}{row.help}\n" for row in rows)


def _begins(words: tuple[str, ...], typed: tuple[str, ...]) -> bool:
    return len(words) >= len(typed) and all(
        word.startswith(start) for word, start in zip(words, typed, strict=False)
    )

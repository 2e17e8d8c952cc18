"""Rows of the command table: failover.

Below 200 ms a unit poll time is ours (docs/decisions/0003), in LAN mode only; hold times from
30 ms go with it.
"""

from __future__ import annotations

from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

from firmware.core.management.cli.row import Arguments, Follow, No, Row, Shown, Typed
from firmware.core.management.cli.table.interfaces import header, host, overlap, standby_refused
from firmware.core.management.cli.table.links import lan_link, link_of, state_link
from firmware.core.management.running import meaning
from firmware.core.management.running.draft import Draft
from firmware.core.settings import (
    MANY_INTERFACES,
    MANY_POLL_MS,
    OURS_BELOW_MS,
    Identity,
    Platform,
)

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration, Entry

Sections = tuple["Entry", ...]

LOCAL_CA = (
    "Failover cannot be configured while the local CA server is configured. "
    "Please remove the local CA server configuration before configuring failover."
)
_KEPT_ON_A_LINK = ("shutdown", "speed", "duplex", "vlan")
_ONE_NAME = "both can share it under one name only"
_HIDDEN_KEY = "failover key *****"


def _lan(configuration: Configuration) -> bool:
    enabled = configuration.entry("failover lan enable") is not None
    return enabled or configuration.facts.platform is Platform.ASA


def _no_local_ca(typed: Typed) -> str:
    there = typed.configuration.entry("crypto ca server") is not None
    return LOCAL_CA if there and not typed.negated else ""


# -- links -----------------------------------------------------------------------------------------


def _check_enable(typed: Typed) -> str:
    if typed.configuration.facts.platform is Platform.ASA:
        return (
            "failover lan enable is no command of this platform: its failover is always LAN-based"
        )
    return _no_local_ca(typed)


def _follow_enable(typed: Typed) -> Follow:
    """An empty unit enabled failover for the cable; who it is on a LAN is still to be typed."""
    if typed.negated or typed.from_mate or not typed.configuration.for_the_cable:
        return Follow()
    note = "INFO: Failover was enabled for the cable and is now off; type failover when it is set"
    return Follow(note, (((), "no failover"),))


def _check_lan_interface(typed: Typed) -> str:
    if typed.negated:
        return ""
    name, physical = typed.arguments["name"], typed.arguments["physical"]
    other = state_link(typed.configuration)
    if other is None or not other.physical:
        return _no_local_ca(typed) or _check_link_interface(typed, name, physical)
    if (other.physical == physical) != (other.name == name):
        return f"{other.physical} is the {other.what} {other.name}; {_ONE_NAME}"
    return _no_local_ca(typed) or _check_link_interface(typed, name, physical)


def _check_state_link(typed: Typed) -> str:
    if typed.negated:
        return ""
    name, physical = typed.arguments["name"], typed.arguments.get("physical")
    lan = lan_link(typed.configuration)
    if lan is not None and (lan.physical == physical) != (lan.name == name) and physical:
        return f"{lan.physical} is the {lan.what} {lan.name}; {_ONE_NAME}"
    if physical is not None:
        return _no_local_ca(typed) or _check_link_interface(typed, name, physical)
    shared = lan is not None and lan.name == name
    if not shared and _physical_named(typed.configuration, name) is None:
        return (
            f"{name} is the name of no interface; say which one: failover link {name} <interface>"
        )
    return _no_local_ca(typed)


def _check_link_interface(typed: Typed, name: str, physical: str) -> str:
    configuration = typed.configuration
    if "." in physical and configuration.entry("interface", physical) is None:
        return f"there is no {physical}; make it first with interface {physical} and its vlan"
    other = _physical_named(configuration, name)
    if other is not None and other != physical:
        return f"{name} is the name of {other}"
    return ""


def _physical_named(configuration: Configuration, name: str) -> str | None:
    for entry in configuration.entries("interface"):
        named = configuration.entry("nameif", path=(entry.text,))
        if named is not None and named.arguments["name"] == name:
            return str(entry.arguments["physical"])
    return None


def _clear_link(typed: Typed) -> Follow:
    """The interface is failover's now: what was said of it otherwise goes."""
    physical = typed.arguments.get("physical")
    if typed.negated or physical is None:
        return Follow()
    configuration, path = typed.configuration, (header(physical),)
    lines: list[tuple[tuple[str, ...], str]] = [((), path[0])]
    for entry in list(configuration.entries(path=path)):
        if entry.row.name not in _KEPT_ON_A_LINK and not entry.negated:
            configuration.remove(path, entry)
    for entry in list(configuration.entries("interface")):
        below = str(entry.arguments["physical"])
        if below.startswith(f"{physical}.") and link_of(configuration, below) is None:
            lines.append(((), f"no interface {below}"))
    note = f"INFO: Non-failover interface config is cleared on {physical} and its sub-interfaces"
    return Follow(note, tuple(lines))


def _check_interface_ip(typed: Typed) -> str:
    if typed.negated:
        return ""
    arguments = typed.arguments
    primary = host(arguments["address"], arguments["mask"])
    if isinstance(primary, str):
        return primary
    if why := standby_refused(primary, arguments["standby"]):
        return why
    # The document's own links overlap (10.0.0.0/8, 10.1.0.0/24); a data interface must not.
    if other := overlap(typed, primary, links=False):
        return f"{primary.network} overlaps with that of {other}"
    return _no_local_ca(typed)


def _link_first(entry: Entry, configuration: Configuration) -> bool:
    """The addresses of the LAN failover link stand before those of the state link."""
    lan = lan_link(configuration)
    return lan is None or entry.arguments["name"] != lan.name


def _read_enabled(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.enabled = True


def _read_unit(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    primary = arguments["unit"] == "primary"
    draft.failover.identity = Identity.PRIMARY if primary else Identity.SECONDARY


def _read_lan_interface(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.lan_link = (arguments["name"], arguments["physical"])


def _read_lan_enable(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.lan = True


def _read_link(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.state_link = (arguments["name"], arguments.get("physical"))


def _read_interface_ip(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    primary = IPv4Interface((arguments["address"], arguments["mask"]))
    draft.failover.addresses[arguments["name"]] = (primary, arguments["standby"])


# -- key -------------------------------------------------------------------------------------------


def _check_key(typed: Typed) -> str:
    secret = str(typed.arguments.get("secret", ""))
    if not typed.negated and not secret.strip("*"):
        return "***** is how a failover key is shown, not the key; type the secret itself"
    return "" if typed.negated else _no_local_ca(typed)


def _mask_key(arguments: Arguments) -> str:
    return _HIDDEN_KEY


def _read_key(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    secret = arguments["secret"]
    draft.failover.secret = bytes.fromhex(secret) if arguments.has("hex") else secret


# -- times -----------------------------------------------------------------------------------------


def _times(arguments: Arguments) -> tuple[int, int | None]:
    """Poll and hold in milliseconds."""
    values = arguments.values
    poll = values["poll_ms"] if "poll_ms" in values else values["poll_s"] * 1000
    if "hold_ms" in values:
        return poll, values["hold_ms"]
    return poll, values["hold_s"] * 1000 if "hold_s" in values else None


def _spoken(ms: int) -> str:
    return f"{ms} msec" if ms % 1000 else f"{ms // 1000} seconds"


def _short_hold(poll: int, hold: int | None, least: int) -> str:
    if hold is None or hold >= least * poll:
        return ""
    rule = f"must be at least {least} x the poll time, {_spoken(poll)}"
    return f"holdtime {_spoken(hold)} {rule}"


def _check_unit_times(typed: Typed) -> str:
    if typed.negated:
        return ""
    poll, hold = _times(typed.arguments)
    if poll < OURS_BELOW_MS and not _lan(typed.configuration):
        return f"poll time {poll} is out of range 200-999 msec (less needs LAN-based failover)"
    if hold is not None and hold < 800 and poll >= OURS_BELOW_MS:
        return f"holdtime {hold} is out of range 800-999 msec (less needs a poll below 200)"
    return _short_hold(poll, hold, 3) or _too_fast_for_many(typed.configuration, poll)


def _too_fast_for_many(configuration: Configuration, poll: int) -> str:
    named = len(configuration.interface_names)
    if named <= MANY_INTERFACES or poll >= MANY_POLL_MS:
        return ""
    return f"poll time {poll} is too short for {named} interfaces: {MANY_POLL_MS} msec or more"


def _check_interface_times(typed: Typed) -> str:
    return "" if typed.negated else _short_hold(*_times(typed.arguments), 5)


def _written(ms: int) -> str:
    return str(ms // 1000) if ms % 1000 == 0 else f"msec {ms}"


def _line_of(what: str, poll: int, hold: int | None) -> str:
    held = "" if hold is None else f" holdtime {_written(hold)}"
    return f"failover polltime {what} {_written(poll)}{held}"


def _write_unit_times(arguments: Arguments) -> str:
    return _line_of("unit", *_times(arguments))


def _write_interface_times(arguments: Arguments) -> str:
    return _line_of("interface", *_times(arguments))


def _standing_unit_times(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    draft = Draft((), configuration.facts.platform)
    draft.failover.lan = _lan(configuration)
    return (_line_of("unit", *meaning.unit_times(draft)),)


def _standing_interface_times(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    draft = Draft((), configuration.facts.platform)
    return (_line_of("interface", *meaning.interface_times(draft)),)


def _hold_alone(typed: Typed) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The document's `failover holdtime unit` is kept as a part of the poll time's line."""
    entry = typed.configuration.entry("failover polltime unit")
    draft = Draft((), typed.configuration.facts.platform)
    draft.failover.lan = _lan(typed.configuration)
    poll = meaning.unit_times(draft)[0] if entry is None else _times(entry.arguments)[0]
    values = typed.arguments.values
    hold = values["hold_ms"] if "hold_ms" in values else values["hold_s"] * 1000
    return (((), _line_of("unit", poll, hold)),)


def _read_unit_times(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.unit_times = _times(arguments)


def _read_interface_times(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.interface_times = _times(arguments)


# -- the rest --------------------------------------------------------------------------------------


def _read_policy(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.policy, draft.failover.policy_percent = arguments["policy"]


def _read_http(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.replication_http = True


def _read_timeout(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    draft.failover.reconnect_s = arguments["time"]


def _check_mac(typed: Typed) -> str:
    if typed.negated:
        return ""
    arguments = typed.arguments
    if arguments["active"] == arguments["standby"]:
        return "the standby MAC address must differ from the active one"
    link = link_of(typed.configuration, arguments["physical"])
    return (
        "" if link is None else f"{arguments['physical']} is the {link.what}: its MAC never moves"
    )


def _read_mac(draft: Draft, arguments: Arguments, sections: Sections) -> None:
    macs = (arguments["active"], arguments["standby"])
    draft.failover.macs[arguments["physical"]] = macs


def _standing_lan_unit(configuration: Configuration, sections: Sections) -> tuple[str, ...]:
    lan = lan_link(configuration)
    return () if lan is None else ("failover lan unit secondary",)


ROWS: tuple[Row, ...] = (
    Row(
        syntax="failover",
        help="Enable failover on this unit",
        replicated=False,
        default="no failover",
        default_shown=Shown.ALWAYS,
        check=_no_local_ca,
        read=_read_enabled,
        manual="`no failover` leaves the roles as they are. On a PIX with the cable an empty flash "
        "enables failover.",
    ),
    Row(
        syntax="failover lan unit unit={ primary | secondary }",
        help="Which unit this is, in LAN mode",
        replicated=False,
        check=_no_local_ca,
        read=_read_unit,
        standing=_standing_lan_unit,
        default_shown=Shown.ALWAYS,
        manual="The only lasting difference between the two configurations.",
    ),
    Row(
        syntax="failover lan interface <name:if_name> <physical:physical>",
        help="LAN failover link: its name, and its interface",
        check=_check_lan_interface,
        follow=_clear_link,
        read=_read_lan_interface,
    ),
    Row(
        syntax="failover lan enable",
        help="Use the LAN failover link, not the cable",
        check=_check_enable,
        follow=_follow_enable,
        read=_read_lan_enable,
    ),
    Row(
        syntax="failover key { hex <secret:hex_key> | <secret:failover_key> }",
        help="What both units seal their frames with",
        check=_check_key,
        masked=_mask_key,
        secret="secret",
        read=_read_key,
        manual="The first key is entered on both units; a later one travels under the one before. "
        "Nothing on the cable is sealed.",
        source="public",
    ),
    Row(
        syntax="failover polltime [unit] { msec <poll_ms:10-999> | <poll_s:1-15> } "
        "[holdtime { msec <hold_ms:30-999> | <hold_s:1-45> }]",
        name="failover polltime unit",
        help="1-15 s or 200-999 ms (10-999 in LAN mode); hold at least 3 x poll",
        check=_check_unit_times,
        write=_write_unit_times,
        read=_read_unit_times,
        standing=_standing_unit_times,
        default_shown=Shown.ALL,
        manual="Without a hold time that of the mode holds (45 s with the cable, 15 s on the LAN), "
        "or 3 x poll where that is more. Polls of 10-199 ms are ours; holds of 30-799 ms go "
        "with them. With more than 100 interfaces the shortest are 50 and 150 ms.",
    ),
    Row(
        syntax="failover holdtime unit { msec <hold_ms:30-999> | <hold_s:1-45> }",
        help="The same hold time, spelled as the document does",
        no=No.REFUSED,
        instead=_hold_alone,
        manual="Kept as `failover polltime unit ... holdtime ...`.",
    ),
    Row(
        syntax="failover polltime interface { msec <poll_ms:500-999> | <poll_s:1-15> } "
        "[holdtime <hold_s:5-75>]",
        help="1-15 s or 500-999 ms; hold 5-75 s and at least 5 x poll",
        check=_check_interface_times,
        write=_write_interface_times,
        read=_read_interface_times,
        standing=_standing_interface_times,
        default_shown=Shown.ALL,
    ),
    Row(
        syntax="failover interface-policy <policy:policy>",
        help="Failed interfaces that make a unit fail: 1-250, or 1%-100%",
        default="failover interface-policy 1",
        default_shown=Shown.ALL,
        read=_read_policy,
        source="public",
    ),
    Row(
        syntax="failover timeout <time:reconnect>",
        help="How long a connection may come back to another unit",
        default="failover timeout 0:00:00",
        default_shown=Shown.ALL,
        read=_read_timeout,
        source="recall",
        enforced=False,
    ),
    Row(
        syntax="failover replication http",
        help="Replicate the state of HTTP connections too",
        default="no failover replication http",
        default_shown=Shown.ALL,
        read=_read_http,
        enforced=False,
    ),
    Row(
        syntax="failover mac address <physical:physical> <active:mac> <standby:mac>",
        help="Virtual MAC addresses of an interface",
        key=("physical",),
        check=_check_mac,
        read=_read_mac,
    ),
    Row(
        syntax="failover link <name:if_name> [<physical:physical>]",
        help="The state link; without an interface it shares the one of that name",
        check=_check_state_link,
        follow=_clear_link,
        read=_read_link,
    ),
    Row(
        syntax="failover interface ip <name:if_name> <address:address> <mask:mask> "
        "standby <standby:address>",
        help="A link's addresses: the primary's, then the secondary's",
        key=("name",),
        ordered=("name",),
        rank=_link_first,
        check=_check_interface_ip,
        read=_read_interface_ip,
    ),
)

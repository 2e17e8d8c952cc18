"""Rows of the command table: which messages are said, and to whom. What they do is telling.py's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.core.management.cli.arguments import LEVELS
from firmware.core.management.cli.row import Arguments, Follow, No, Row, Typed
from firmware.core.management.running.draft import Draft, ListedMessages

if TYPE_CHECKING:
    from firmware.core.management.running.model import Entry

# Classes of messages, by the first three digits of their numbers.
CLASSES: dict[str, tuple[int, ...]] = {
    "auth": (109, 113),
    "bridge": (110, 220),
    "ca": (717,),
    "config": (111, 112, 208, 308),
    "ha": (101, 102, 103, 104, 105, 210, 311, 709, 990),
    "ip": (209, 215, 313, 317, 408),
    "np": (319,),
    "ospf": (318, 409, 503, 613),
    "rip": (107, 312),
    "session": (
        *(106, 108, 201, 202, 204, 302, 303, 304, 305, 314, 405, 406, 407, 500, 502, 607),
        *(608, 609, 616, 620, 703, 710),
    ),
    "snmp": (212,),
    "sys": (199, 211, 214, 216, 306, 307, 315, 414, 604, 605, 606, 610, 612, 614, 615, 701, 711),
    "vpn": (316, 320, 402, 404, 501, 602, 702, 713, 714, 715),
    "webvpn": (716,),
}
_CLASS = "|".join(CLASSES)
DESTINATIONS = {
    "buffered": "The message buffer, of `show logging`",
    "console": "Console sessions",
    "monitor": "SSH sessions with `terminal monitor`",
    "trap": "Syslog servers (stored, not sent yet)",
    "history": "SNMP traps (stored, not sent yet)",
    "mail": "Mail, as an MQTT event/email-alert",
    "asdm": "Known by name",
}
_DESTINATION = "|".join(DESTINATIONS)
RECIPIENTS_MAX = 5
RECIPIENT_LEVEL = 3  # of who was given none
_HELP = {
    "level": "0-7, or emergencies to debugging: these and all that are worse",
    "list": "Name of a logging list",
    "class": "Messages of one subject",
    "interface": "Interface it is reached by",
    "address": "Address",
    "message": "One message, or a range",
    **{name: f"Messages of class {name}" for name in CLASSES},
    "ha": "Failover: messages 101-105, 210, 311, 709, and 990 of our own",
}

_Sections = tuple["Entry", ...]


def _enable(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.enabled = True


def _timestamp(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.timestamp = True


def _standby(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.standby = True


def _filter(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    named = arguments.get("list")
    draft.logging.filters[arguments["to"]] = arguments["level"] if named is None else named


def _class(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    for to, level in zip(arguments.all("to"), arguments.all("level"), strict=True):
        draft.logging.classes[(arguments["class"], to)] = level


def _list(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    numbers = arguments.get("messages")
    if numbers is None:
        level = arguments.get("level", len(LEVELS) - 1)
        listed = ListedMessages(level=level, kind=arguments.get("class", ""))
    else:
        listed = ListedMessages(first=numbers[0], last=numbers[1])
    draft.logging.lists.setdefault(arguments["name"], []).append(listed)


def _silenced(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.silenced.add(arguments["number"])


def _level(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.levels[arguments["number"]] = arguments["level"]


def _from(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.mail_from = arguments["address"]


def _recipient(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    level = arguments.get("level", RECIPIENT_LEVEL)
    draft.logging.recipients.append((arguments["address"], level))


def _smtp(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.mail_servers = arguments.all("server")


def _host(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    host = (arguments["interface"], arguments["address"], arguments.get("port", ""))
    draft.logging.hosts.append(host)


def _buffer_size(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.buffer_size = arguments["bytes"]


def _facility(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.facility = arguments["number"]


def _device(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.device_id = arguments.get("text") or arguments["what"]


def _queue(draft: Draft, arguments: Arguments, sections: _Sections) -> None:
    draft.logging.queue = arguments["messages"]


def _what_is_missing(typed: Typed) -> Follow:
    """The document names a list that its page never makes: taken, and said so."""
    if typed.negated:
        return Follow()
    configuration, to, name = (
        typed.configuration,
        typed.arguments["to"],
        typed.arguments.get("list"),
    )
    notes = []
    lists = configuration.entries("logging list")
    if name is not None and not any(entry.arguments["name"] == name for entry in lists):
        notes.append(
            f"WARNING: there is no logging list {name} yet; nothing goes to {to} until there is "
            f"one, as: logging list {name} level alerts class ha"
        )
    if to == "mail" and configuration.entry("logging enable") is None:
        notes.append("INFO: nothing is mailed until logging enable is typed")
    return Follow("\n".join(notes))


def _list_name(typed: Typed) -> str:
    """Where a list may be named a level may stand too, cut short."""
    name = typed.arguments["name"].lower()
    if typed.negated or not any(level.startswith(name) for level in (*LEVELS, *"01234567")):
        return ""
    return f"{name} would be read as a level; give the list another name"


def _room(typed: Typed) -> str:
    others = [
        entry
        for entry in typed.configuration.entries("logging recipient-address")
        if entry.arguments["address"] != typed.arguments["address"]
    ]
    if typed.negated or len(others) < RECIPIENTS_MAX:
        return ""
    return f"there are {RECIPIENTS_MAX} recipients already; take one away first"


def _recipient_text(arguments: Arguments) -> str:
    level = arguments.get("level", RECIPIENT_LEVEL)
    more = "" if level == RECIPIENT_LEVEL else f" level {LEVELS[level]}"
    return f"logging recipient-address {arguments['address']}{more}"


def _to(destination: str) -> Row:
    return Row(
        syntax=f"logging to={{{destination}}} {{<level:level>|<list:name>}}",
        name=f"logging {destination}",
        help=DESTINATIONS[destination],
        read=_filter,
        follow=_what_is_missing,
        least=(),
        choices=_HELP,
        enforced=destination not in ("trap", "history", "asdm"),
        source="seed" if destination == "mail" else "public",
    )


def _known(
    syntax: str, help: str, *, key: tuple[str, ...] = (), least: tuple[str, ...] | None = None
) -> Row:
    return Row(syntax=syntax, help=help, key=key, least=least, enforced=False, source="public")


_WHAT_IS_SAID = (
    Row(syntax="logging enable", help="Say system messages", read=_enable, source="public"),
    Row(
        syntax="logging on",
        name="logging enable",
        help="The same as logging enable",
        read=_enable,
        write=lambda _: "logging enable",
        source="public",
    ),
    Row(
        syntax="logging timestamp",
        help="Say when, in each message",
        read=_timestamp,
        source="public",
    ),
    Row(
        syntax="logging standby",
        help="The standby unit speaks to others too",
        read=_standby,
        manual="Without it a standby unit fills its buffer and its console, and mails nothing.",
        source="public",
    ),
    Row(
        syntax=f"logging list <name:name> {{level <level:level> [class class={{{_CLASS}}}]"
        f"|class class={{{_CLASS}}}|message <messages:messages>}}",
        help="A list of messages, to be named where a level may stand",
        key=("*",),
        least=("name",),
        ordered=("name",),
        check=_list_name,
        read=_list,
        choices={**_HELP, "name": "Name of the list", "messages": "Number, or a range"},
        source="public",
    ),
    Row(
        syntax="logging message <number:100000-999999>",
        help="Say this message; it is said unless `no` was typed",
        key=("number",),
        no=No.ONLY,
        reads_no=True,
        read=_silenced,
        choices={"number": "Number of the message"},
        source="public",
    ),
    Row(
        syntax="logging message <number:100000-999999> level <level:level>",
        name="logging message level",
        help="Say this message at another level",
        key=("number",),
        read=_level,
        choices={**_HELP, "number": "Number of the message"},
        source="public",
    ),
)

_TO_WHOM = (
    *(_to(destination) for destination in DESTINATIONS),
    Row(
        syntax="logging buffer-size <bytes:4096-1048576>",
        help="Bytes of the message buffer",
        read=_buffer_size,
        default="logging buffer-size 4096",
        choices={"bytes": "Bytes"},
        source="public",
    ),
    Row(
        syntax=f"logging class class={{{_CLASS}}} "
        f"to={{{_DESTINATION}}} <level:level> ( to={{{_DESTINATION}}} <level:level> )*",
        help="Messages of one subject, at a level of their own",
        key=("class",),
        read=_class,
        choices={**_HELP, **DESTINATIONS},
        source="public",
    ),
    Row(
        syntax="logging from-address <address:mail_address>",
        help="Who mails come from",
        read=_from,
        least=(),
        choices={"address": "Mail address"},
    ),
    Row(
        syntax="logging recipient-address <address:mail_address> [level <level:level>]",
        help="Who mails go to, five at most",
        key=("address",),
        check=_room,
        read=_recipient,
        write=_recipient_text,
        choices={**_HELP, "address": "Mail address", "level": "errors, if left out"},
    ),
    Row(
        syntax="smtp-server <server:host> [<server:host>]",
        help="Mail server, and a second one for when it does not answer",
        read=_smtp,
        least=(),
        choices={"server": "Address or name of a mail server"},
    ),
    Row(
        syntax="logging host <interface:if_name> <address:host> [<port:word>] "
        "[format emblem] [secure]",
        help="A syslog server (stored, not sent to yet)",
        key=("interface", "address"),
        enforced=False,
        read=_host,
        choices={**_HELP, "port": "17/514, or as tcp/1470"},
        source="public",
    ),
    Row(
        syntax="logging facility <number:16-23>",
        help="Facility of syslog",
        read=_facility,
        enforced=False,
        default="logging facility 20",
        choices={"number": "16 is LOCAL0, 23 is LOCAL7"},
        source="public",
    ),
    Row(
        syntax="logging device-id "
        "{what={hostname|context-name}|what={ipaddress} <text:if_name>|what={string} <text:line>}",
        help="What names this unit in messages to a syslog server",
        read=_device,
        enforced=False,
        least=(),
        choices={"text": "Interface, or text"},
        source="public",
    ),
    Row(
        syntax="logging queue <messages:0-8192>",
        help="Messages that may wait to be said",
        read=_queue,
        enforced=False,
        default="logging queue 512",
        choices={"messages": "Messages"},
        source="public",
    ),
)

_BY_NAME = (
    _known("logging asdm-buffer-size <messages:100-512>", "Messages kept for ASDM", least=()),
    _known("logging debug-trace", "Debugging text as messages"),
    _known("logging emblem", "The EMBLEM form of messages"),
    _known("logging flash-bufferwrap", "Keep full buffers in flash"),
    _known("logging flash-maximum-allocation <size:4-15750>", "Flash for them", least=()),
    _known("logging flash-minimum-free <size:0-15750>", "Flash left free by them", least=()),
    _known("logging ftp-bufferwrap", "Send full buffers by FTP"),
    _known("logging permit-hostdown", "Go on without a syslog server"),
    _known("logging rate-limit <text:line>", "Messages a second", key=("*",)),
)

ROWS: tuple[Row, ...] = (*_WHAT_IS_SAID, *_TO_WHOM, *_BY_NAME)

"""Which messages the `logging` lines send where, and what a mail about one says.

Pure functions of those lines. The memory of the unit keeps every message whatever they say
(messages.Buffer); what leaves it, and what `show logging` prints, is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.core.management.cli.arguments import LEVELS
from firmware.core.management.cli.table.logging import CLASSES
from firmware.core.management.dates import log_text
from firmware.core.management.messages import Buffer
from firmware.core.management.running.draft import ListedMessages, LoggingDraft

# Where a message may go, as the lines name it.
BUFFER, CONSOLE, MONITOR, MAIL = "buffered", "console", "monitor", "mail"
TRAP, HISTORY = "trap", "history"
HERE = (BUFFER, CONSOLE, MONITOR)  # a standby unit speaks here without `logging standby`
_ALL = (*HERE, TRAP, HISTORY, MAIL)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail about one message. Nobody sends it yet: it is told over MQTT."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    servers: tuple[str, ...]


def severity(said: LoggingDraft, number: int, own: int) -> int:
    """The level a message has here: its own, or that of `logging message ... level`."""
    return said.levels.get(number, own)


def destinations(said: LoggingDraft, number: int, level: int, *, standby: bool) -> tuple[str, ...]:
    """Where a message of that level goes, of BUFFER, CONSOLE, MONITOR, TRAP, HISTORY and MAIL."""
    if not said.enabled or number in said.silenced:
        return ()
    open_to = _ALL if said.standby or not standby else HERE
    return tuple(to for to in open_to if _passes(said, to, number, level))


def mail(said: LoggingDraft, level: int, text: str, hostname: str) -> Mail | None:
    """The mail about a message that goes to MAIL; None: nobody to send it to, from or by."""
    recipients = tuple(who for who, least in said.recipients if level <= least)
    if not (recipients and said.mail_from and said.mail_servers):
        return None
    subject = f"{hostname}: {text.partition(':')[0]}"
    return Mail(said.mail_from, recipients, subject, text, said.mail_servers)


def class_of(number: int) -> str:
    """The class of a message, by its first three digits; empty: of none."""
    family = number // 1000
    return next((name for name, families in CLASSES.items() if family in families), "")


def shown(
    said: LoggingDraft, buffer: Buffer, *, settings: bool = False, everything: bool = False
) -> str:
    """``show logging``. ``settings``: without messages; ``everything``: all in memory (ours)."""
    if everything:
        return "".join(f"{log_text(one.wall_ms)}: {one.text}\n" for one in buffer.lines)
    text = "".join(line + "\n" for line in _settings(said, buffer))
    return text if settings else text + "".join(line + "\n" for line in buffer.shown)


def _passes(said: LoggingDraft, to: str, number: int, level: int) -> bool:
    wanted = said.filters.get(to)
    if isinstance(wanted, int) and level <= wanted:
        return True
    if isinstance(wanted, str) and any(
        _listed(line, number, level) for line in said.lists.get(wanted, ())
    ):
        return True
    by_class = said.classes.get((class_of(number), to))
    return by_class is not None and level <= by_class


def _listed(line: ListedMessages, number: int, level: int) -> bool:
    return (
        line.first <= number <= line.last
        and level <= line.level
        and line.kind in ("", class_of(number))
    )


def _settings(said: LoggingDraft, buffer: Buffer) -> list[str]:
    hosts = [
        f"        Logging to {interface} {address}" + (f" {port}" if port else "")
        for interface, address, port in said.hosts
    ]
    return [
        f"Syslog logging: {_on(said.enabled)}",
        f"    Facility: {said.facility}",
        f"    Timestamp logging: {_on(said.timestamp)}",
        f"    Standby logging: {_on(said.standby)}",
        "    Deny Conn when Queue Full: disabled",
        f"    Console logging: {_level(said, CONSOLE)}",
        f"    Monitor logging: {_level(said, MONITOR)}",
        f"    Buffer logging: {_level(said, BUFFER, buffer.passed)}",
        f"    Trap logging: {_level(said, TRAP)}",
        *hosts,
        f"    History logging: {_level(said, HISTORY)}",
        f"    Device ID: {said.device_id or 'disabled'}",
        f"    Mail logging: {_mail_settings(said)}",
        f"    ASDM logging: {_level(said, 'asdm')}",
    ]


def _on(on: bool) -> str:
    return "enabled" if on else "disabled"


def _level(said: LoggingDraft, to: str, logged: int | None = None) -> str:
    wanted = said.filters.get(to)
    classes = [
        f"class {name} level {LEVELS[n]}" for (name, at), n in said.classes.items() if at == to
    ]
    if wanted is None and not classes:
        return "disabled"
    named = (
        ()
        if wanted is None
        else (f"list {wanted}" if isinstance(wanted, str) else f"level {LEVELS[wanted]}",)
    )
    counted = () if logged is None else (f"{logged} messages logged",)
    return ", ".join((*named, *classes, *counted))


def _mail_settings(said: LoggingDraft) -> str:
    text = _level(said, MAIL)
    if text == "disabled":
        return text
    wanted = said.filters.get(MAIL)
    missing = (
        *(
            (f"logging list {wanted}",)
            if isinstance(wanted, str) and wanted not in said.lists
            else ()
        ),
        *(() if said.mail_from else ("logging from-address",)),
        *(() if said.recipients else ("logging recipient-address",)),
        *(() if said.mail_servers else ("smtp-server",)),
    )
    return text + (f" (nothing is mailed without {', '.join(missing)})" if missing else "")

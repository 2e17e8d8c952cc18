"""What a unit says of itself beside failover: version, clock, memory, processor, sessions.

Only lines that the product prints too, so that parsers of it understand them; a fact of ours that
a person must see is a line beginning with WARNING.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware.core.management.dates import clock_text
from firmware.core.management.kernel import KernelFacts
from firmware.core.management.views.picture import text_of
from firmware.core.settings import PhysicalInterface, Platform, UnitFacts

_PRODUCT = {
    Platform.PIX: "Cisco PIX Security Appliance",
    Platform.ASA: "Cisco Adaptive Security Appliance",
}
_LICENCES = {
    "UR": "an Unrestricted (UR)",
    "R": "a Restricted (R)",
    "FO": "a Failover (FO)",
    "FO-AA": "a Failover Active/Active (FO-AA)",
}
_TITLES = {Platform.PIX: "PIX", Platform.ASA: "ASA"}


@dataclass(frozen=True, slots=True)
class Modified:
    """Who changed the running configuration last, and when (wall clock)."""

    user: str
    wall_ms: int


@dataclass(frozen=True, slots=True)
class BlockRow:
    """Buffers of one size: how many there may be, the fewest ever free, free now."""

    size: int  # bytes
    most: int
    low: int
    free: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session. ``peer`` is the client's address, empty at the console."""

    number: int
    peer: str
    user: str


def version(
    facts: UnitFacts,
    hostname: str,
    up_ms: int,
    real_time: bool | None,
    modified: Modified | None = None,
) -> str:
    """``show version``. ``real_time``: what was granted; None: the failover process is away."""
    licence = _LICENCES.get(facts.licence, f"a {facts.licence}")
    failover = "Disabled" if facts.licence == "R" else "Active/Standby"
    return text_of(
        [
            "",
            f"{_PRODUCT[facts.platform]} Software Version {facts.version}",
            'Config file at boot was "startup-config"',
            "",
            f"{hostname} up {_up(up_ms)}",
            "",
            f"Hardware:   {facts.model}, {facts.memory_mb} MB RAM",
            f"Internal ATA Compact Flash, {facts.flash_mb}MB",
            "",
            *(
                f" {index}: Ext: {interface.physical:<20}: address is {_dotted(interface)}"
                for index, interface in enumerate(facts.interfaces)
            ),
            "",
            "Licensed features for this platform:",
            f"Maximum Physical Interfaces  : {len(facts.interfaces)}",
            f"Failover                     : {failover}",
            f"Security Contexts            : {facts.contexts}",
            f"SSL VPN Peers                : {facts.ssl_vpn_peers}",
            "",
            f"This platform has {licence} license.",
            *_features(facts),
            "",
            f"Serial Number: {facts.chassis}",
            _last_change(modified),
            *_warnings(real_time),
        ]
    )


def inventory(facts: UnitFacts) -> str:
    """``show inventory``: the chassis, which is all there is."""
    title = f"{_TITLES[facts.platform]} {facts.model} Security Appliance"
    return text_of(
        [
            f'Name: "Chassis", DESCR: "{title}"',
            f"PID: {facts.model:<18}, VID: V01     , SN: {facts.chassis}",
        ]
    )


def mode(facts: UnitFacts) -> str:
    """``show mode``"""
    return f"Security context mode: {'multiple' if facts.multiple else 'single'}\n"


def firewall(facts: UnitFacts) -> str:
    """``show firewall``"""
    return f"Firewall mode: {'Transparent' if facts.transparent else 'Router'}\n"


def clock(wall_ms: int, zone: str = "UTC", offset_min: int = 0) -> str:
    """``show clock``. ``offset_min``: what ``clock timezone`` adds to UTC, in minutes."""
    return clock_text(wall_ms + offset_min * 60_000, zone) + "\n"


def memory(facts: KernelFacts) -> str:
    """``show memory``: the machine's."""
    total, free = facts.memory_total, facts.memory_free
    share = round(100 * free / total) if total else 0
    return text_of(
        [
            f"Free memory:  {free:>16} bytes ({share}%)",
            f"Used memory:  {total - free:>16} bytes ({100 - share if total else 0}%)",
            "-------------     ----------------",
            f"Total memory: {total:>16} bytes (100%)",
        ]
    )


def cpu_usage(facts: KernelFacts) -> str:
    """``show cpu usage``: the machine's, all processors together."""
    return (
        f"CPU utilization for 5 seconds = {facts.cpu_5s}%; "
        f"1 minute: {facts.cpu_60s}%; 5 minutes: {facts.cpu_300s}%\n"
    )


def blocks(rows: Sequence[BlockRow]) -> str:
    """``show blocks``"""
    lines = [f"  {'SIZE':<6}{'MAX':>7}{'LOW':>7}{'CNT':>7}"]
    return text_of(
        lines + [f"  {row.size:<6}{row.most:>7}{row.low:>7}{row.free:>7}" for row in rows]
    )


def curpriv(user: str, level: int, *, privileged: bool, configuring: bool) -> str:
    """``show curpriv``. ``level``: 0 to 15."""
    mode = "P_PRIV" if privileged else "P_UNPR"
    return text_of(
        [
            f"Username : {user}",
            f"Current privilege level : {level}",
            f"Current Mode/s : {mode}{' P_CONF' if configuring else ''}",
        ]
    )


def typed(lines: Sequence[str]) -> str:
    """``show history``: the session's own lines, oldest first."""
    return text_of([f"  {line}" for line in lines])


def users(rows: Sequence[SessionRow]) -> str:
    """``show users`` and ``show ssh sessions``; the console's sessions have no SSH version."""
    lines = [f"{'SID':<4}{'Client IP':<16}{'Version':<8}{'State':<17}Username"]
    for row in rows:
        peer, ssh = (row.peer, "2.0") if row.peer else ("console", "-")
        lines.append(f"{row.number:<4}{peer:<16}{ssh:<8}{'SessionStarted':<17}{row.user}".rstrip())
    return text_of(lines)


def _up(up_ms: int) -> str:
    """The two greatest of days, hours, minutes and seconds, as a unit says it."""
    seconds = up_ms // 1000
    parts = (
        (seconds // 86_400, "day"),
        (seconds // 3600 % 24, "hour"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "sec"),
    )
    first = next((index for index, (count, _) in enumerate(parts) if count), 3)
    said = parts[first : first + 2]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in said)


def _features(facts: UnitFacts) -> list[str]:
    return [f"This platform has also {', '.join(facts.features)}."] if facts.features else []


def _last_change(modified: Modified | None) -> str:
    if modified is None:
        return "Configuration has not been modified since last system restart."
    return f"Configuration last modified by {modified.user} at {clock_text(modified.wall_ms)}"


def _warnings(real_time: bool | None) -> list[str]:
    if real_time is None:
        return ["WARNING: the failover process does not answer; it is being started"]
    return [] if real_time else ["WARNING: the failover process is not real-time"]


def _dotted(interface: PhysicalInterface) -> str:
    digits = interface.burned_in_mac.replace(":", "")
    if not digits:
        return "not known here"
    return ".".join(digits[i : i + 4] for i in range(0, 12, 4))

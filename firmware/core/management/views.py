"""``show ...``: facts -> text, line for line as the document prints it.

Knows the failover machine's last picture, the settings, and the time; decides nothing. Where the
page's blanks were lost, a real unit's are used: hosts 8 deep, active time 16, interfaces 18.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware.core.failover.effects import StateChanged
from firmware.core.failover.view import (
    HostView,
    InterfaceView,
    LinkStatus,
    UnitView,
)
from firmware.core.management.dates import utc_text
from firmware.core.settings import (
    FailoverLink,
    Identity,
    Mode,
    PhysicalInterface,
    Platform,
    Settings,
    UnitFacts,
)
from firmware.core.wire.bodies import InterfaceState, UnitState

HISTORY_MAX = 60  # rows kept, as a unit does
MONITORED_MAX = 250

_NO = "0.0.0.0"
_GRANTED = {True: "yes", False: "no", None: "not known, it does not answer"}

STATISTICS = (
    "General",
    "sys cmd",
    "up time",
    "RPC services",
    "TCP conn",
    "UDP conn",
    "ARP tbl",
    "Xlate_Timeout",
    "VPN IKE upd",
    "VPN IPSEC upd",
    "VPN CTCP upd",
    "VPN SDI upd",
    "VPN DHCP upd",
)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change of state and when it was."""

    wall_ms: int
    change: StateChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that ``show failover`` is made of."""

    view: UnitView
    settings: Settings
    facts: UnitFacts
    now_ms: int  # the clock of ``view.at_ms``
    last_failover_ms: int | None  # wall clock


def failover(picture: Picture) -> str:
    """``show failover``"""
    view, facts = picture.view, picture.facts
    lines = [f"Failover {'On' if view.enabled else 'Off'}"]
    if facts.platform is Platform.PIX:
        lines.append(f"Cable status: {view.cable.value}")
    lines += [
        f"Failover unit {view.mine.identity.value if view.mine.identity else 'Unknown'}",
        f"Failover LAN Interface: {_lan_interface(picture)}",
        *_timers(picture.settings),
        "Interface Policy 1",
        f"Monitored Interfaces {_monitored(view)} of {MONITORED_MAX} maximum",
        f"Version: Ours {facts.version}, Mate {view.other.version or 'Unknown'}",
        f"Last Failover at: {_when(picture.last_failover_ms)}",
        *_host("This host", view.mine, _counted(view.mine, picture)),
        *_host("Other host", _mate(view), _counted(view.other, picture)),
        "",
        *_statistics(picture.settings.state_link, view.state_link),
    ]
    return _text(lines)


def state(view: UnitView) -> str:
    """``show failover state``, in the form of 7.2."""
    return _text(
        [
            "====My State====",
            f"{_identity(view.mine)} | {_short(view.mine.state)} |",
            "====Other State====",
            f"{_identity(_mate(view))} | {_short(view.other.state)} |",
            "====Configuration State====",
            *_deep(_sync(view)),
            "====Communication State====",
            *_deep("Mac set" if view.macs_set else ""),
            "=====Failed Reason=====",
            "My Fail Reason:",
            *_deep(view.mine.fail_reason.value),
            "Other Fail Reason:",
            *_deep(view.other.fail_reason.value),
        ]
    )


def history(rows: Sequence[HistoryRow]) -> str:
    """``show failover history``, oldest first."""
    rule = "=" * 74
    lines = [rule, f"{'From State':27}{'To State':27}Reason", rule]
    for row in rows:
        change = row.change
        columns = f"{change.before.text:27}{change.after.text:27}{change.reason}"
        lines += [utc_text(row.wall_ms), columns, ""]
    return _text([*lines, rule])


def links(settings: Settings, identity: Identity | None) -> str:
    """``show failover interface``: each link once, the system address being the primary's."""
    found = dict.fromkeys(link for link in (settings.failover_link, settings.state_link) if link)
    lines = []
    for link in found:
        first, second = link.primary, link.secondary
        system = first.with_netmask.replace("/", " ") if first else _NO
        ours = (first.ip if first else None, second)
        own, theirs = reversed(ours) if identity is Identity.SECONDARY else ours
        lines += [
            f"      interface {link.name} {link.physical}",
            f"          System IP Address: {system}",
            f"          My IP Address      : {own or _NO}",
            f"          Other IP Address   : {theirs or _NO}",
        ]
    return _text(lines or ["No failover or state link is configured"])


def version(facts: UnitFacts, hostname: str, up_ms: int, real_time: bool | None) -> str:
    """``show version``, in brief. ``real_time``: what was granted; None: the process is away."""
    name = "PIX" if facts.platform is Platform.PIX else "Adaptive"
    seconds = up_ms // 1000
    up = f"{seconds // 3600} hours {seconds // 60 % 60} mins {seconds % 60} secs"
    return _text(
        [
            f"{name} Security Appliance Software Version {facts.version}",
            "",
            f"{hostname} up {up}",
            "",
            f"Hardware:   {facts.model}, {facts.memory_mb} MB RAM",
            f"Flash:      {facts.flash_mb} MB",
            *(
                f"{index}: Ext: {interface.physical:12}: address is {_dotted(interface)}"
                for index, interface in enumerate(facts.interfaces)
            ),
            "",
            f"This platform has a {facts.licence} license.",
            f"Serial Number: {facts.chassis}",
            f"Real-time priority of the failover process: {_GRANTED[real_time]}",
        ]
    )


def is_active(unit: UnitState) -> bool:
    """Active, or on its way there: its addresses are the active ones."""
    return unit in (
        UnitState.JUST_ACTIVE,
        UnitState.ACTIVE_DRAIN,
        UnitState.ACTIVE_APPLYING_CONFIG,
        UnitState.ACTIVE_CONFIG_APPLIED,
        UnitState.ACTIVE,
    )


def active_time_s(host: HostView, view: UnitView, now_ms: int) -> int:
    """An active unit's time goes on between two pictures."""
    since_ms = max(0, now_ms - view.at_ms) if is_active(host.state) else 0
    return host.active_time_s + since_ms // 1000


def _counted(host: HostView, picture: Picture) -> int:
    return active_time_s(host, picture.view, picture.now_ms)


def _text(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


def _deep(text: str) -> list[str]:
    return [f"        {text}"] if text else []


def _dotted(interface: PhysicalInterface) -> str:
    digits = interface.burned_in_mac.replace(":", "")
    if not digits:
        return "not known here"
    return ".".join(digits[i : i + 4] for i in range(0, 12, 4))


def _lan_interface(picture: Picture) -> str:
    view, link = picture.view, picture.settings.failover_link
    if view.mode is Mode.CABLE:
        return "N/A - Serial-based failover enabled"
    if link is None:
        return "not Configured"
    return f"{link.name} {link.physical} ({view.failover_link.value})"


def _timers(settings: Settings) -> list[str]:
    unit = f"{_time(settings.poll_unit_ms)}, holdtime {_time(settings.hold_unit_ms)}"
    interface = f"{_time(settings.poll_interface_ms)}, holdtime {_time(settings.hold_interface_ms)}"
    return [f"Unit Poll frequency {unit}", f"Interface Poll frequency {interface}"]


def _time(ms: int) -> str:
    return f"{ms} milliseconds" if ms % 1000 else f"{ms // 1000} seconds"


def _when(wall_ms: int | None) -> str:
    return "never" if wall_ms is None else utc_text(wall_ms)


def _monitored(view: UnitView) -> int:
    unwatched = InterfaceState.NORMAL_NOT_MONITORED
    return sum(interface.state is not unwatched for interface in view.mine.interfaces)


def _identity(host: HostView) -> str:
    return host.identity.value if host.identity else "Unknown"


def _mate(view: UnitView) -> HostView:
    """The mate, called what it must be while it has not said so."""
    mate = view.other
    if mate.identity is not None or view.mine.identity is None:
        return mate
    return HostView(
        identity=view.mine.identity.other,
        state=mate.state,
        active_time_s=mate.active_time_s,
        interfaces=mate.interfaces,
        fail_reason=mate.fail_reason,
        version=mate.version,
    )


def _host(who: str, host: HostView, active_s: int) -> list[str]:
    return [
        f"        {who}: {_identity(host)} - {host.state.text}",
        f"                Active time: {active_s} (sec)",
        *(f"                  {_interface(interface)}" for interface in host.interfaces),
    ]


def _interface(interface: InterfaceView) -> str:
    return f"Interface {interface.name} ({interface.address}): {interface.state.text}"


def _statistics(link: FailoverLink | None, status: LinkStatus) -> list[str]:
    """The logical updates; nothing is relayed yet, so the true counts are zeros."""
    lines = ["Stateful Failover Logical Update Statistics"]
    if link is None:
        return [*lines, "        Link : Unconfigured."]
    columns = "".join(f"{name:<11}" for name in ("xmit", "xerr", "rcv", "rerr")).rstrip()
    zeros = "".join(f"{0:<11}" for _ in range(4)).rstrip()
    return [
        *lines,
        f"        Link : {link.name} {link.physical} ({status.value})",
        f"        {'Stateful Obj':<16}{columns}",
        *(f"        {name:<16}{zeros}" for name in STATISTICS),
        "",
        "        Logical Update Queue Information",
        f"        {'':16}{'Cur':<8}{'Max':<8}Total",
        f"        {'Recv Q:':<16}{0:<8}{0:<8}0",
        f"        {'Xmit Q:':<16}{0:<8}{0:<8}0",
    ]


def _short(unit: UnitState) -> str:
    return "Standby" if unit is UnitState.STANDBY_READY else unit.text


def _sync(view: UnitView) -> str:
    text = view.sync.value
    return f"{text} - STANDBY" if text and not is_active(view.mine.state) else text

"""``show failover`` in its three forms, and ``show monitor-interface``.

The 7.2 form is the document's, with one line of ours, that of `failover witness`. Where the page's
blanks were lost, a real unit's are used: hosts 8 deep, active time 16, interfaces 18. The 6.x form
keeps the blanks of the page's own samples. What an interface's state is followed by in brackets
came with 8.4.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.failover.view import HostView, InterfaceView, LinkStatus, UnitView
from firmware.core.management.dates import utc_text
from firmware.core.management.views.picture import (
    Form,
    Picture,
    active_time_s,
    is_active,
    mate,
    name_of,
    text_of,
    witnesses,
)
from firmware.core.settings import MONITORED_MOST, FailoverLink, Mode, Platform, Settings
from firmware.core.wire.bodies import UnitState

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
STATISTICS_9 = (
    *STATISTICS[:8],
    "IPv6 ND tbl",
    "VPN IKEv1 SA",
    "VPN IKEv1 P2",
    "VPN IKEv2 SA",
    "VPN IKEv2 P2",
    "VPN CTCP upd",
    "VPN SDI upd",
    "VPN DHCP upd",
    "SIP Session",
    "SIP Tx",
    "SIP Pinhole",
    "Route Session",
    "Router ID",
    "User-Identity",
    "CTS SGTNAME",
    "CTS PAC",
    "TrustSec-SXP",
    "IPv6 Route",
    "STS Table",
    "Umbrella Device-ID",
)
_ABSENT = (UnitState.NOT_DETECTED, UnitState.FAILED)


def failover(picture: Picture, form: Form = Form.V7) -> str:
    """``show failover``"""
    return text_of(_FORMS[form](picture))


def monitored(view: UnitView, form: Form = Form.V7) -> str:
    """``show monitor-interface``"""
    lines = []
    for who, host in (("This", view.mine), ("Other", mate(view))):
        lines.append(f"{who} host: {name_of(host.identity)} - {host.state.text}")
        lines += [f"    {_interface(interface, form)}" for interface in host.interfaces]
    return text_of(lines)


def _form_6(picture: Picture) -> list[str]:
    view = picture.view
    lines = [_on_or_off(view)]
    if picture.facts.platform is Platform.PIX:
        lines.append(f"  Cable status: {view.cable.value}")
    lines.append(f"  Reconnect timeout {_reconnect(picture.settings)}")
    for who, host in (("This", view.mine), ("Other", mate(view))):
        lines += [
            f"    {who} host: {name_of(host.identity)} - {_state_6(host.state)}",
            f"      Active time: {active_time_s(host, view, picture.now_ms)} (sec)",
        ]
        for number, interface in enumerate(host.interfaces):
            lines.append(f"      Interface {number} ({interface.address}): {interface.state.text}")
    return lines


def _form_7(picture: Picture) -> list[str]:
    view, settings, facts = picture.view, picture.settings, picture.facts
    lines = [_on_or_off(view)]
    if facts.platform is Platform.PIX:
        lines.append(f"Cable status: {view.cable.value}")
    return [
        *lines,
        f"Failover unit {name_of(view.mine.identity)}",
        f"Failover LAN Interface: {_lan_interface(picture)}",
        *_witness(view),
        *_timers(settings),
        *_policy(picture),
        *_replication(settings),
        _versions(picture),
        _last_failover(picture),
        *_host("This host", view.mine, picture, Form.V7),
        *_host("Other host", mate(view), picture, Form.V7),
        "",
        *_statistics(settings.state_link, view.state_link, STATISTICS),
    ]


def _form_9(picture: Picture) -> list[str]:
    view, settings = picture.view, picture.settings
    lines = [_on_or_off(view)]
    if view.mode is Mode.CABLE:
        lines.append(f"Cable status: {view.cable.value}")
    return [
        *lines,
        f"Failover unit {name_of(view.mine.identity)}",
        f"Failover LAN Interface: {_lan_interface(picture)}",
        f"Reconnect timeout {_reconnect(settings)}",
        *_timers(settings),
        *_policy(picture),
        "MAC Address Move Notification Interval not set",
        *_replication(settings),
        _versions(picture),
        f"Serial Number: Ours {picture.facts.chassis}, Mate {view.other.chassis or 'Unknown'}",
        _last_failover(picture),
        *_host("This host", view.mine, picture, Form.V9),
        *_host("Other host", mate(view), picture, Form.V9),
        "",
        *_statistics(settings.state_link, view.state_link, STATISTICS_9),
    ]


_FORMS: dict[Form, Callable[[Picture], list[str]]] = {
    Form.V6: _form_6,
    Form.V7: _form_7,
    Form.V9: _form_9,
}


def _on_or_off(view: UnitView) -> str:
    return f"Failover {'On' if view.enabled else 'Off'}"


def _state_6(state: UnitState) -> str:
    """6.x knew active, standby and failed; a unit in between is what it is on its way to."""
    if is_active(state):
        return "Active"
    if state is UnitState.FAILED:
        return "Standby (Failed)"
    if state in (UnitState.DISABLED, UnitState.NEGOTIATION, UnitState.NOT_DETECTED):
        return state.text
    return "Standby"


def _lan_interface(picture: Picture) -> str:
    view, link = picture.view, picture.settings.failover_link
    if view.mode is Mode.CABLE:
        return "N/A - Serial-based failover enabled"
    if link is None:
        return "not Configured"
    return f"{link.name} {link.physical} ({view.failover_link.value})"


def _witness(view: UnitView) -> list[str]:
    """The one line of ours, where the unit's configuration has one of ours. Not for parsers."""
    return [f"Witness: {witnesses(view)}"] if view.witnesses else []


def _reconnect(settings: Settings) -> str:
    seconds = settings.reconnect_s
    if seconds < 0:
        return "-1"
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _timers(settings: Settings) -> list[str]:
    unit = f"{_time(settings.poll_unit_ms)}, holdtime {_time(settings.hold_unit_ms)}"
    interface = f"{_time(settings.poll_interface_ms)}, holdtime {_time(settings.hold_interface_ms)}"
    return [f"Unit Poll frequency {unit}", f"Interface Poll frequency {interface}"]


def _time(ms: int) -> str:
    return f"{ms} milliseconds" if ms % 1000 else f"{ms // 1000} seconds"


def _policy(picture: Picture) -> list[str]:
    settings = picture.settings
    percent = "%" if settings.interface_policy_percent else ""
    watched = sum(one.state.monitored for one in picture.view.mine.interfaces)
    return [
        f"Interface Policy {settings.interface_policy}{percent}",
        f"Monitored Interfaces {watched} of {MONITORED_MOST} maximum",
    ]


def _replication(settings: Settings) -> list[str]:
    return ["failover replication http"] if settings.replication_http else []


def _versions(picture: Picture) -> str:
    mates = picture.view.other.version or "Unknown"
    return f"Version: Ours {picture.facts.version}, Mate {mates}"


def _last_failover(picture: Picture) -> str:
    wall_ms = picture.last_failover_ms
    return f"Last Failover at: {'never' if wall_ms is None else utc_text(wall_ms)}"


def _host(who: str, host: HostView, picture: Picture, form: Form) -> list[str]:
    active_s = active_time_s(host, picture.view, picture.now_ms)
    lines = [
        f"        {who}: {name_of(host.identity)} - {host.state.text}",
        f"                Active time: {active_s} (sec)",
    ]
    if form is Form.V9 and host.version and not (who == "Other host" and host.state in _ABSENT):
        slot = f"{picture.facts.model} hw/sw rev (/{host.version}) status (Up Sys)"
        lines.append(f"                slot 0: {slot}")
    return lines + [f"                  {_interface(one, form)}" for one in host.interfaces]


def _interface(interface: InterfaceView, form: Form) -> str:
    text = interface.state.text
    if form is Form.V9 and not text.endswith(")"):
        text += " (Monitored)"
    return f"Interface {interface.name} ({interface.address}): {text}"


def _statistics(link: FailoverLink | None, status: LinkStatus, rows: tuple[str, ...]) -> list[str]:
    """The logical updates; nothing is relayed yet, so the true counts are zeros."""
    lines = ["Stateful Failover Logical Update Statistics"]
    if link is None:
        return [*lines, "        Link : Unconfigured."]
    columns = "".join(f"{name:<11}" for name in ("xmit", "xerr", "rcv", "rerr")).rstrip()
    zeros = "".join(f"{0:<11}" for _ in range(4)).rstrip()
    width = max(16, max(map(len, rows)) + 1)
    return [
        *lines,
        f"        Link : {link.name} {link.physical} ({status.value})",
        f"        {'Stateful Obj':<{width}}{columns}",
        *(f"        {name:<{width}}{zeros}" for name in rows),
        "",
        "        Logical Update Queue Information",
        f"        {'':16}{'Cur':<8}{'Max':<8}Total",
        f"        {'Recv Q:':<16}{0:<8}{0:<8}0",
        f"        {'Xmit Q:':<16}{0:<8}{0:<8}0",
    ]

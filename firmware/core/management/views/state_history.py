"""``show failover state``, ``history``, ``interface``, ``statistics`` and ``exec``."""

from __future__ import annotations

from collections.abc import Sequence

from firmware.core.failover.view import FailReason, HostView, UnitView
from firmware.core.management.dates import utc_text
from firmware.core.management.views.picture import (
    Form,
    HistoryRow,
    is_active,
    mate,
    name_of,
    text_of,
)
from firmware.core.settings import Identity, Settings
from firmware.core.wire.bodies import InterfaceState, UnitState

_NO = "0.0.0.0"
_FAULTY = (
    InterfaceState.FAILED,
    InterfaceState.FAILED_WAITING,
    InterfaceState.NO_LINK,
    InterfaceState.NO_LINK_WAITING,
    InterfaceState.LINK_DOWN,
    InterfaceState.LINK_DOWN_WAITING,
)


def state(
    view: UnitView,
    form: Form = Form.V7,
    *,
    mine_failed_ms: int | None = None,
    other_failed_ms: int | None = None,
) -> str:
    """``show failover state``. The two times, wall clock, are printed by the 9.x form alone."""
    if form is Form.V9:
        return text_of(_state_9(view, mine_failed_ms, other_failed_ms))
    return text_of(
        [
            "====My State====",
            f"{name_of(view.mine.identity)} | {_short(view.mine.state)} |",
            "====Other State====",
            f"{name_of(mate(view).identity)} | {_short(view.other.state)} |",
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
    return text_of([*lines, rule])


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
    return text_of(lines or ["No failover or state link is configured"])


def statistics(sent: int, received: int) -> str:
    """``show failover statistics``: failover messages since boot, or since they were cleared."""
    return text_of([f"tx:{sent}", f"rx:{received}"])


def exec_mode(active: bool, path: tuple[str, ...]) -> str:
    """``show failover exec``: where commands sent to that unit land.

    ``path``: header lines of the sub-mode, ("interface Ethernet0",); () at the top.
    """
    place = f"{path[-1].split()[0]} sub-command" if path else "config"
    return f"{'Active' if active else 'Standby'} unit Failover EXEC is at {place} mode\n"


def _state_9(view: UnitView, mine_ms: int | None, other_ms: int | None) -> list[str]:
    lines = ["", f"{'':15}{'State':15}{'Last Failure Reason':25}Date/Time"]
    for who, host, at_ms in (
        ("This host  -   ", view.mine, mine_ms),
        ("Other host -   ", mate(view), other_ms),
    ):
        reason = host.fail_reason
        when = utc_text(at_ms) if at_ms is not None and reason is not FailReason.NONE else ""
        row = f"{'':15}{host.state.text:15}{reason.value or 'None':25}{when}"
        lines += [who + name_of(host.identity), row.rstrip(), *_faults(host)]
    # The unequal rules are a real unit's.
    return [
        *lines,
        "",
        "====Configuration State===",
        *_tabbed(_sync(view)),
        "====Communication State===",
        *_tabbed("Mac set" if view.macs_set else ""),
    ]


def _faults(host: HostView) -> list[str]:
    if host.fail_reason is not FailReason.INTERFACE:
        return []
    return [
        f"{'':30}{one.name}: {one.state.text.split(' (')[0]}"
        for one in host.interfaces
        if one.state in _FAULTY
    ]


def _deep(text: str) -> list[str]:
    return [f"        {text}"] if text else []


def _tabbed(text: str) -> list[str]:
    return [f"\t{text}"] if text else []


def _short(unit: UnitState) -> str:
    return "Standby" if unit is UnitState.STANDBY_READY else unit.text


def _sync(view: UnitView) -> str:
    text = view.sync.value
    roleless = view.mine.state in (UnitState.DISABLED, UnitState.NEGOTIATION)
    stands_by = not is_active(view.mine.state) and not roleless
    return f"{text} - STANDBY" if text and stands_by else text

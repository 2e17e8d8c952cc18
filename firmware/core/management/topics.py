"""What a unit says over MQTT: one row per topic, and the payloads made from the facts.

Topics stand under ``fover/v1/<site>/<pair>/<chassis>/``: a unit is named by its chassis, its role
is a value. State is retained and carries sequence, boot, time and how long it is worth believing;
events are never retained. A payload is a tree of plain values, JSON on the wire; turning it into
bytes, and talking to a broker, is the driver's.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.core.failover.view import CableStatus, HostView, LinkStatus, UnitView
from firmware.core.management.dates import iso_text
from firmware.core.settings import Mode, UnitFacts
from firmware.core.wire.bodies import InterfaceState, UnitState

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: is it retained, what does it say, which fields has its payload."""

    name: str
    retained: bool
    says: str
    fields: tuple[str, ...]


AVAILABILITY = Topic(
    "availability",
    True,
    "`online`, or by Last Will `offline`; plain text. The mate's state tells of a power cut first",
    (),
)
STATE = Topic(
    "state",
    True,
    "everything `show failover` knows, at every change and every 10 s",
    (
        "sequence",
        "boot",
        "at",
        "expires_s",
        "chassis",
        "hostname",
        "enabled",
        "mode",
        "cable",
        "failover_link",
        "witness",
        "state_link",
        "mine",
        "mate",
        "sync",
        "macs_set",
        "conflict",
        "understood",
        "switchovers",
        "last_switchover",
        "late_worst_ms",
        "real_time",
        "frames_ignored",
    ),
)
ALERTS = Topic(
    "alerts",
    True,
    "what is wrong now, in words; an empty list when nothing is",
    ("sequence", "boot", "at", "alerts"),
)
MESSAGE_EVENT = Topic(
    "event/message",
    False,
    "one system message",
    ("sequence", "boot", "at", "number", "severity", "text", "to"),
)
HISTORY_EVENT = Topic(
    "event/history",
    False,
    "one row of `show failover history`",
    ("sequence", "boot", "at", "from", "to", "reason"),
)
SWITCH_EVENT = Topic(
    "event/switch",
    False,
    "a power or link switch of the panel moved",
    ("sequence", "boot", "at", "signal", "on"),
)
PROCESS_EVENT = Topic(
    "event/process",
    False,
    "a process of the unit ended and is started again",
    ("sequence", "boot", "at", "process", "why"),
)
EMAIL_ALERT_EVENT = Topic(
    "event/email-alert",
    False,
    "a mail that is due by `logging mail`; `status` is `queued`: nobody sends it yet",
    (
        "sequence",
        "boot",
        "at",
        "status",
        "number",
        "severity",
        "from",
        "recipients",
        "subject",
        "text",
        "smtp_servers",
    ),
)

TOPICS = (
    AVAILABILITY,
    STATE,
    ALERTS,
    MESSAGE_EVENT,
    HISTORY_EVENT,
    SWITCH_EVENT,
    PROCESS_EVENT,
    EMAIL_ALERT_EVENT,
)

STATE_EVERY_MS = 10_000
STATE_EXPIRES_S = 30


def base(site: str, pair: str, chassis: str) -> str:
    """Where a unit's topics begin, with the last slash. Wildcards in names are replaced."""
    parts = (part.translate({ord(c): "-" for c in "/+#\0"}) for part in (site, pair, chassis))
    return "/".join(("fover", "v1", *parts, ""))


def stamp(boot: int, sequence: int, wall_ms: int) -> dict[str, Json]:
    """What every payload begins with."""
    return {"sequence": sequence, "boot": f"{boot:016x}", "at": iso_text(wall_ms)}


def state_payload(
    view: UnitView,
    facts: UnitFacts,
    hostname: str,
    last_switchover: str,
    active_s: tuple[int, int],
) -> dict[str, Json]:
    """The fields of ``state`` after the stamp. ``active_s``: of this unit and its mate, by now."""
    return {
        "expires_s": STATE_EXPIRES_S,
        "chassis": facts.chassis,
        "hostname": hostname,
        "enabled": view.enabled,
        "mode": view.mode.value,
        "cable": view.cable.value,
        "failover_link": view.failover_link.value,
        "witness": {witness.value: word.value for witness, word in view.witnesses},
        "state_link": view.state_link.value,
        "mine": _host(view.mine, active_s[0]),
        "mate": _host(view.other, active_s[1]),
        "sync": view.sync.value,
        "macs_set": view.macs_set,
        "conflict": view.conflict,
        "understood": not view.not_understood,
        "switchovers": view.switchovers,
        "last_switchover": last_switchover,
        "late_worst_ms": view.late_worst_ms,
        "real_time": view.real_time,
        "frames_ignored": dict(view.frames_ignored),
    }


def _host(host: HostView, active_s: int) -> dict[str, Json]:
    return {
        "identity": host.identity.value if host.identity else None,
        "state": host.state.text,
        "active_time_s": active_s,
        "fail_reason": host.fail_reason.value,
        "version": host.version,
        "interfaces": [
            {"name": i.name, "physical": i.physical, "address": i.address, "state": i.state.text}
            for i in host.interfaces
        ],
    }


_WELL = (
    InterfaceState.UNKNOWN,
    InterfaceState.UNKNOWN_WAITING,
    InterfaceState.NORMAL,
    InterfaceState.NORMAL_WAITING,
)


def alerts(view: UnitView) -> tuple[str, ...]:
    """What is wrong now, in the order of weight."""
    if not view.enabled:
        return ("failover is off",)
    return (
        *(("this unit is failed",) if view.mine.state is UnitState.FAILED else ()),
        *(("takeover blocked: no failover witness is left",) if view.takeover_blocked else ()),
        *(("both units claim one identity",) if view.conflict else ()),
        *(("the mate is not understood: another failover key",) if view.not_understood else ()),
        *(
            (f"the mate is {view.other.state.text.lower()}" + (view.unfit and f": {view.unfit}"),)
            if view.other.state in (UnitState.FAILED, UnitState.NOT_DETECTED)
            else ()
        ),
        *(
            (f"cable: {view.cable.value}",)
            if view.cable is not CableStatus.NORMAL
            and (view.mode is Mode.CABLE or view.cable is not CableStatus.NOT_USED)
            else ()
        ),
        *(
            (f"failover link: {view.failover_link.value}",)
            if view.mode is Mode.LAN and view.failover_link is not LinkStatus.UP
            else ()
        ),
        *(
            f"interface {interface.name}: {interface.state.text}"
            for interface in view.mine.interfaces
            if interface.state.monitored and interface.state not in _WELL
        ),
    )


def markdown() -> str:
    """docs/topics.md, made from the table."""
    head = (
        "# MQTT topics\n\n"
        "Made from `firmware/core/management/topics.py`; a test holds it current. All stand under\n"
        "`fover/v1/<site>/<pair>/<chassis>/`; payloads are JSON objects. `sequence` grows by one\n"
        "with everything a unit says in one life of its management process, `boot` names that\n"
        "life, `at` is UTC.\n\n"
        "| topic | retained | says | fields |\n|---|---|---|---|\n"
    )
    return head + "".join(
        f"| {t.name} | {'yes' if t.retained else 'no'} | {t.says} | {', '.join(t.fields)} |\n"
        for t in TOPICS
    )

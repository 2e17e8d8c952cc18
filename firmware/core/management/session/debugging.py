"""``debug fover``: what management sees of failover, told to the sessions that follow it.

| keyword | told |
|---|---|
| switch | every change of this unit's state, with its reason |
| cable | changes of the cable and of the failover and state links |
| ifc | changes of the states of interfaces, here and on the mate |
| sync | replication: what begins, ends, is refused |
| fmsg, rx, tx | messages from and to the mate's management, by size |
| rxdmp, txdmp | their first bytes, in hexadecimal |
| cmd-exec | commands run for the mate |
| verify | frames that were ignored, and why |
| fail | messages of a fault of this unit: fenced, refused, no room |
| open | the failover process, which opens the devices, came or went |
| rxip, txip | frames received and sent, counted every second |

Single frames are the failover process's alone: it must not wait for terminals.
"""

from __future__ import annotations

from firmware.core.failover.effects import StateChanged
from firmware.core.failover.events import MessageQueued, SnapshotWanted, SyncEnded
from firmware.core.failover.view import HostView, UnitView
from firmware.core.management.events import ConsoleText, Reply, ToFailover
from firmware.core.management.model import Model

DUMP_MAX = 64  # bytes of a message
COUNT_MS = 1_000  # between two counts of frames
_COUNTS = {"rxip", "txip"}


def follow(model: Model) -> None:
    """Look through what this step asked for."""
    if not _followed(model):
        return
    for effect in tuple(model.out):
        if isinstance(effect, ToFailover) and isinstance(effect.event, MessageQueued):
            _message(model, "tx", effect.event.payload)
        elif isinstance(effect, ToFailover) and isinstance(effect.event, SyncEnded):
            tell(model, "sync", f"fover_sync: {effect.event.outcome.value}")
        elif isinstance(effect, ConsoleText) and "eplication" in effect.text:
            tell(model, "sync", f"fover_sync: {effect.text.strip()}")


def received(model: Model, payload: bytes) -> None:
    """A message came from the mate's management."""
    if _followed(model):
        _message(model, "rx", payload)


def switched(model: Model, change: StateChanged) -> None:
    """The unit's state changed."""
    said = f"{change.before.text} -> {change.after.text}, {change.reason}"
    tell(model, "switch", f"fover_switch: {said}")


def viewed(model: Model, before: UnitView | None, now: UnitView) -> None:
    """The picture changed."""
    if before is None or not _followed(model):
        return
    if before.cable is not now.cable:
        tell(model, "cable", f"fover_cable: {before.cable.value} -> {now.cable.value}")
    for name in ("failover_link", "state_link"):
        old, new = getattr(before, name), getattr(now, name)
        if old is not new:
            tell(model, "cable", f"fover_cable: {name} {old.value} -> {new.value}")
    _interfaces(model, "this", before.mine, now.mine)
    _interfaces(model, "other", before.other, now.other)
    for way, old, new in (("tx", before.sent, now.sent), ("rx", before.received, now.received)):
        if new > old:
            tell(model, f"{way}ip", f"fover_{way}ip: {new - old} frames, {new} since boot")
    counted = dict(before.frames_ignored)
    for why, count in now.frames_ignored:
        if count != counted.get(why, 0):
            tell(model, "verify", f"fover_verify: {why}, {count} frames")


def opened(model: Model, *, there: bool) -> None:
    """The failover process came, or went."""
    said = "opened its devices" if there else "went away, its devices are closed"
    tell(model, "open", f"fover_open: the failover process {said}")


def due_ms(model: Model) -> int | None:
    """When ``time_passed`` has something to do."""
    counts = model.connected and any(one.debug & _COUNTS for one in model.sessions.values())
    return model.debug_due_ms if counts else None


def time_passed(model: Model) -> None:
    """Have frames counted, while a session follows that."""
    due = due_ms(model)
    if due is not None and due <= model.now_ms:
        model.debug_due_ms = model.now_ms + COUNT_MS
        model.out.append(ToFailover(SnapshotWanted()))


def failed(model: Model, why: str) -> None:
    """Something of this unit failed."""
    tell(model, "fail", f"fover_fail: {why}")


def ran(model: Model, line: str) -> None:
    """A command is run for the mate."""
    tell(model, "cmd-exec", f"fover_cmd_exec: {line}")


def tell(model: Model, word: str, text: str) -> None:
    """A line to every session that follows this."""
    for session in model.sessions.values():
        if word in session.debug:
            model.out.append(Reply(session.number, text + "\n", False))


def _interfaces(model: Model, who: str, before: HostView, now: HostView) -> None:
    states = {one.name: one.state for one in before.interfaces}
    for one in now.interfaces:
        old = states.get(one.name)
        if old is not None and old is not one.state:
            text = f"fover_ifc: {who} host, {one.name}: {old.text} -> {one.state.text}"
            tell(model, "ifc", text)


def _message(model: Model, way: str, payload: bytes) -> None:
    tell(model, way, f"fover_{way}: message of {len(payload)} bytes")
    tell(model, "fmsg", f"fover_fmsg: {way} {payload[:1].decode('ascii', 'replace')}")
    more = " ..." if len(payload) > DUMP_MAX else ""
    tell(model, f"{way}dmp", f"fover_{way}dmp: {payload[:DUMP_MAX].hex(' ')}{more}")


def _followed(model: Model) -> bool:
    return any(session.debug for session in model.sessions.values())

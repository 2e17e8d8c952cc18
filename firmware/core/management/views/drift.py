"""What fover alone shows: ``show fover``, its list of lines not enforced, and the two
configurations' differences.

The document's outputs get no line of ours; what a person should know beyond them stands here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from firmware.core.failover.view import UnitView
from firmware.core.management.views.picture import mate, name_of, text_of, witnesses

# Beyond either, matching lines in order could take minutes: at most a third of a second within.
_LINES_MAX = 4_000  # of both texts, alike ends left out
_PAIRS_MAX = 4  # lines alike on the other side, for each line on average

Line = tuple[str, str]  # the header above it, and the line


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What ``show fover`` is made of. ``view`` is None while the failover process is away."""

    view: UnitView | None
    digest: int  # u32 of the running configuration, as in the hello
    key_set: bool
    out_of_sync: str = ""  # why the pair is; empty: it is not, as far as is known
    waiting: int = 0  # messages the mate has not acknowledged
    not_enforced: int = 0  # lines of the configuration kept and not acted on
    weak_passwords: int = 0  # stored in the weak form
    unsaved: bool = False  # running-config differs from what flash has


def fover(standing: Standing) -> str:
    """``show fover``"""
    view = standing.view
    more = " (show fover not-enforced)" if standing.not_enforced else ""
    lines = ["Configuration", *_row("Digest", _digests(standing))]
    lines += _row("Out of sync", standing.out_of_sync or "no")
    if view is not None:
        lines += _row("Changed by hand", _edited(view))
    lines += _row("Waiting for the mate", f"{standing.waiting} messages")
    lines += _row("Saved", "no" if standing.unsaved else "yes")
    lines += _row("Kept, not enforced", f"{standing.not_enforced} lines{more}")
    lines += ["Security"]
    lines += _row("Failover key", "set" if standing.key_set else "not set: hellos in clear text")
    if view is not None:
        lines += _row("Mate understood", _understood(view))
    lines += _row("Weak passwords", str(standing.weak_passwords))
    return text_of(lines + _process(view))


def not_enforced(lines: Sequence[str]) -> str:
    """``show fover not-enforced``: the lines, in the configuration's order."""
    if not lines:
        return "Every line of the configuration is acted on\n"
    head = f"{len(lines)} lines are kept, shown and replicated, and not acted on:"
    return text_of([head, *(f"  {line}" for line in lines)])


def config_diff(ours: str, mates: str) -> str:
    """``show failover config-diff``: ``-`` only here, ``+`` only on the mate.

    A line that differs inside a section comes with the section's header. Long texts that differ
    far apart, or repeat themselves, are compared as bags of lines.
    """
    if ours == mates:
        return "The configurations of this unit and the mate are equal\n"
    lines = ["- this unit", "+ mate"]
    header = ""
    for sign, (section, line) in _changes(_sectioned(ours), _sectioned(mates)):
        if section and section != header:
            lines.append(f"  {section}")
        header = section if section else line
        lines.append(f"{sign} {line}")
    if len(lines) == 2:
        return "The configurations have the same lines in another order\n"
    return text_of(lines)


def _process(view: UnitView | None) -> list[str]:
    lines = ["Failover process"]
    if view is None:
        return lines + _row("State", "it does not answer; it is being started")
    lines += _row("State", f"{name_of(view.mine.identity)}, {view.mine.state.text}")
    lines += _row("Mate", f"{name_of(mate(view).identity)}, {view.other.state.text}")
    lines += _row("Witness", witnesses(view) or "off")
    lines += _row("Fit to be a mate", view.unfit or "yes, as far as is known")
    lines += _row("Synchronisation", view.sync.value or "none yet")
    lines += _row("Identity conflict", "BOTH UNITS CLAIM ONE IDENTITY" if view.conflict else "no")
    lines += _row("Real-time", "yes" if view.real_time else "not real-time")
    lines += _row("Lease", _lease(view))
    lines += _row("Latest alarm since boot", f"{view.late_worst_ms} ms late")
    lines += _row("Switchovers since boot", str(view.switchovers))
    lines += _row("Frames ignored", str(sum(count for _, count in view.frames_ignored)))
    return lines + [f"    {why}: {count}" for why, count in view.frames_ignored]


def _lease(view: UnitView) -> str:
    """LS-5: how long the kernel goes on forwarding by itself."""
    if view.lease_refused:
        return f"not available: {view.lease_refused}"
    if not view.lease_ms:
        return "none, this unit does not serve"
    ran_out = f"ran out {view.lease_lapses} times, {view.lease_lapsed_worst_ms} ms at worst"
    return f"{view.lease_ms} ms a renewal; {ran_out}"


def _digests(standing: Standing) -> str:
    ours = standing.digest
    theirs = None if standing.view is None else standing.view.other.digest
    if theirs is None:
        return f"ours {ours:08x}, mate's not known"
    return f"ours {ours:08x}, mate's {theirs:08x}: {'equal' if ours == theirs else 'NOT equal'}"


def _understood(view: UnitView) -> str:
    return (
        "NO: type the same failover key on both units"
        if view.not_understood
        else "yes, where heard"
    )


def _edited(view: UnitView) -> str:
    """Which unit was typed at while it stood by."""
    where = {"this unit": view.mine.edited, "the mate": view.other.edited}
    return ", ".join(name for name, edited in where.items() if edited) or "no"


def _row(name: str, value: str) -> list[str]:
    return [f"  {name + ':':<25}{value}"]


def _sectioned(text: str) -> list[Line]:
    found: list[Line] = []
    header = ""
    for line in text.splitlines():
        if line[:1] in (" ", "\t"):
            found.append((header, line))
        else:
            header = line
            found.append(("", line))
    return found


def _changes(ours: list[Line], mates: list[Line]) -> Iterator[tuple[str, Line]]:
    """Only what stands between the ends the two have in common is compared: mostly very little."""
    shorter = min(len(ours), len(mates))
    head = next((n for n in range(shorter) if ours[n] != mates[n]), shorter)
    rest = shorter - head
    tail = next((n for n in range(rest) if ours[-1 - n] != mates[-1 - n]), rest)
    ours, mates = ours[head : len(ours) - tail], mates[head : len(mates) - tail]
    here, there = Counter(ours), Counter(mates)
    pairs = sum(count * there[line] for line, count in here.items())
    lines = len(ours) + len(mates)
    if lines > _LINES_MAX or pairs > _PAIRS_MAX * lines:
        yield from (("-", line) for line in (here - there).elements())
        yield from (("+", line) for line in (there - here).elements())
        return
    for what, a, b, c, d in SequenceMatcher(None, ours, mates, autojunk=False).get_opcodes():
        if what != "equal":
            yield from (("-", line) for line in ours[a:b])
            yield from (("+", line) for line in mates[c:d])

"""Makes a schedule that broke a rule small: fewer faults, shorter waits, a simpler ground.

A part is left out, the rest is played from the beginning, and what still breaks one of the same
rules is kept, until nothing more can go. Everything that is left in place is mended as before, so
that a pair is never blamed for what nobody repaired. What comes out is a story to keep, with the
checks that fail as long as the fault is in there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from controller.bench.simulated.playing import Found, settle
from controller.bench.simulated.schedules import TIMERS, Move, Schedule

TRIES_MOST = 400
WAITS_MS = (1, 10, 100, 1_000)


def shrunk(found: Found, tell: Callable[[str], None]) -> str:
    """The smallest story that still breaks one of those rules; says how it goes."""
    tried = 0
    while tried < TRIES_MOST:
        for smaller in _smaller(found.schedule):
            tried += 1
            again = settle(smaller.ground).play(smaller)
            if again is not None and again.rules & found.rules:
                found = again
                tell(f"  shrinking: {len(found.schedule.moves)} moves, after {tried} tries")
                break
            if tried >= TRIES_MOST:
                break
        else:
            break
    return story(found)


def _smaller(whole: Schedule) -> Iterator[Schedule]:
    """What might do as well, the boldest first."""
    moves = whole.moves
    for size in (len(moves) // 2, 1):
        for at in range(0, len(moves), max(size, 1)):
            if size and len(moves) > size:
                yield replace(whole, moves=_without(moves, set(range(at, at + size))))
    if whole.ground.saved:
        yield replace(whole, ground=replace(whole.ground, saved=False))
    timers = whole.ground.timers
    if timers is not None and timers is not TIMERS[whole.ground.mode][-1]:
        simple = replace(whole.ground, timers=TIMERS[whole.ground.mode][-1])
        yield replace(whole, ground=simple)
    for at, move in enumerate(moves):
        for ms in WAITS_MS:
            if ms < move.wait_ms and whole.kind != "single":
                shorter = replace(move, wait_ms=ms)
                yield replace(whole, moves=(*moves[:at], shorter, *moves[at + 1 :]))


def _without(moves: tuple[Move, ...], gone: set[int]) -> tuple[Move, ...]:
    """Without these, and without the mending of what then never broke."""
    left: list[Move] = []
    for at, move in enumerate(moves):
        broken = any(other.drawn is move.drawn for other in left)
        if at not in gone and (broken or not move.mends):
            left.append(move)
    return tuple(left)


def story(found: Found) -> str:
    """As a story file: what broke is a comment, and the last checks fail by it."""
    wanted, text = found.schedule, found.schedule.text()
    broke = "".join(f"# Broke {line}\n" for line in found.why)
    how = f"# fover story --world simulated --seed {wanted.ground.variant} FILE\n"
    if wanted.kind == "single" and (checks := _checks(found)):
        at = text.index("\n", text.index("\nwait ", text.index("\n! ")) + 1) + 1
        text = text[:at] + checks + text[at:]
    return text.replace("\n", f"\n{broke}{how}", 1)


def _checks(found: Found) -> str:
    """What a story can look at after the fault."""
    checks = {"FW-4": "served within 1ms\n", "FW-8": f"forwarder {found.active}\n"}
    return "".join(check for rule, check in checks.items() if rule in found.rules)

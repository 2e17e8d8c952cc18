"""Schedules: what a seed decides to do to a pair, in the words of stories.

A schedule stands on a *ground*: a pair booted, settled and given its timers. Grounds are few, so
that many schedules may share one; everything after it is the seed's own. Kinds:

- *single*: one fault. Somebody forwards again within its bound, never two at once while they hear
  each other, and service moves only if that fault may move it; then it is mended.
- *double*: two faults, the second at any moment of what the first one led to.
- *many*: up to a dozen faults and repairs in a minute.
- *early*: the same from the first moment of the boot on; the ground is two units being switched on.
- *typing*: a typist who knows the command table types at both units, and faults come beside it.

In the end everything is mended, and the pair must come to one active and one Standby Ready unit.
After typing that holds for two units that are still told to be a pair; then both boot anew from
what was in their flashes in the beginning, and it holds for any.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from controller.bench.faults import FAULTS, Drawn, Fault, draw, in_world
from firmware.core.settings import Mode

KINDS = {"single": 8, "double": 6, "many": 6, "early": 2, "typing": 1}
MANY_MOST = 12
MENDS, TYPES = 0.4, 0.8  # shares of the moves of some kinds
REST_MS = 60_000
END = f"wait 4s\nrest within {REST_MS // 1000}s\n"
ANEW = (
    "power-off primary secondary\nreflash primary\nreflash secondary\npower-on primary secondary\n"
)
AFTER_FAULT_MS = 8_000  # beyond the hold time: a boot, a negotiation, and quiet to look at
VARIANTS, VARIANT_SEEDS = 5, 1_000  # of each ground's own delays: another each thousand seeds
EARLY_VARIANTS = 1_000  # a boot is all that such a ground is


@dataclass(frozen=True, slots=True)
class Timers:
    """As they are typed, of the failover link and of the data interfaces; the hold time of both."""

    typed: str
    hold_ms: int
    interface: str = "interface msec 500 holdtime 5"


TIMERS = {
    Mode.CABLE: (
        Timers("unit msec 200 holdtime msec 800", 800),
        Timers("unit 1 holdtime 3", 3_000),
        Timers("unit 15 holdtime 45", 45_000, "interface 5 holdtime 25"),
    ),
    Mode.LAN: (
        Timers("unit msec 50 holdtime msec 150", 150),
        Timers("unit msec 200 holdtime msec 800", 800),
        Timers("unit 1 holdtime 3", 3_000),
    ),
}
REWRITING = tuple(fault for fault in FAULTS if fault.rewrites)
DEFAULT_HOLD_MS = {Mode.CABLE: 45_000, Mode.LAN: 15_000}


@dataclass(frozen=True, slots=True)
class Ground:
    """A pair to begin with. ``timers`` None: two units switched on, and nothing more."""

    mode: Mode
    saved: bool  # the secondary has its configuration in flash
    timers: Timers | None
    variant: int  # the seed of its own delays

    @property
    def boot(self) -> str:
        """The boot set."""
        return f"{self.mode.value}-saved" if self.saved else self.mode.value

    @property
    def hold_ms(self) -> int:
        """How long a unit of it waits for its mate."""
        return DEFAULT_HOLD_MS[self.mode] if self.timers is None else self.timers.hold_ms

    def text(self) -> str:
        """The verbs that make it."""
        if self.timers is None:
            return "power-on primary secondary\n"
        return (
            f"power-on primary secondary\nrest within {REST_MS // 1000}s\n"
            f"type primary\n    failover polltime {self.timers.typed}\n"
            f"    failover polltime {self.timers.interface}\nwait 3s\n"
        )


@dataclass(frozen=True, slots=True)
class Move:
    """A fault comes, or is mended; then time passes."""

    drawn: Drawn
    mends: bool
    wait_ms: int

    @property
    def text(self) -> str:
        """Its verbs; empty for the mending of what is over by itself."""
        return self.drawn.repair if self.mends else self.drawn.does


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One seed's story, still in parts, so that parts can be left out."""

    seed: int
    kind: str
    ground: Ground
    moves: tuple[Move, ...]

    @property
    def single(self) -> Drawn | None:
        """The one fault of a schedule of that kind."""
        return self.moves[0].drawn if self.kind == "single" else None

    @property
    def head(self) -> str:
        """Title and headers."""
        head = f"# Seed {self.seed}, {self.kind}.\nboot: {self.ground.boot}\n"
        faults = {move.drawn.fault for move in self.moves}
        only = sorted(fault.name for fault in faults if fault.worlds == ("simulated",))
        return head + (f"worlds: simulated ({', '.join(only)})\n\n" if only else "\n")

    @property
    def rewrites(self) -> bool:
        """Whether somebody types at what the pair is told to be."""
        return any(move.drawn.fault.rewrites for move in self.moves)

    @property
    def after_ground(self) -> str:
        """Everything that is the seed's own, until all is mended."""
        moves = [_said(move, measured=self.kind == "single") for move in self.moves]
        return "".join(moves) + "".join(f"{text}\n" for text in self._repairs()) + END

    @property
    def anew(self) -> str:
        """How a pair begins anew whose configuration was rewritten; nothing for any other."""
        return ANEW + END if self.rewrites else ""

    def _repairs(self) -> Iterable[str]:
        """All that may still be broken, each once; last, both units are on."""
        repairs = [move.drawn.repair for move in self.moves if move.drawn.repair]
        return dict.fromkeys((*repairs, "power-on primary secondary"))

    def text(self) -> str:
        """The whole story."""
        return self.head + self.ground.text() + self.after_ground + self.anew


def _said(move: Move, *, measured: bool) -> str:
    if not move.text:
        return ""
    return f"{'! ' if measured and not move.mends else ''}{move.text}\nwait {move.wait_ms}ms\n"


def schedule(seed: int) -> Schedule:
    """The schedule of that seed."""
    chance = Random(seed)
    kind = chance.choices(tuple(KINDS), tuple(KINDS.values()))[0]
    ground = _ground(chance, kind, seed)
    made = Schedule(seed=seed, kind=kind, ground=ground, moves=())
    return replace(made, moves=tuple(_moves(chance, kind, ground)))


def _ground(chance: Random, kind: str, seed: int) -> Ground:
    mode = chance.choice(tuple(Mode))
    early = kind == "early"
    return Ground(
        mode=mode,
        saved=chance.random() < 0.5,
        timers=None if early else chance.choice(TIMERS[mode]),
        variant=1
        + (chance.randrange(EARLY_VARIANTS) if early else seed // VARIANT_SEEDS % VARIANTS),
    )


def _moves(chance: Random, kind: str, ground: Ground) -> list[Move]:
    faults = in_world("simulated", ground.mode)
    if kind == "single":
        faults = tuple(fault for fault in faults if not fault.stops)
        return [_move(chance, faults, ground, ground.hold_ms + AFTER_FAULT_MS)]
    if kind == "double":
        second_ms = ground.hold_ms + AFTER_FAULT_MS
        return [_move(chance, faults, ground), _move(chance, faults, ground, second_ms)]
    moves: list[Move] = []
    for _ in range(chance.randrange(2, MANY_MOST)):
        if kind == "typing" and chance.random() < TYPES:
            moves.append(_move(chance, REWRITING, ground, chance.randrange(1, 1_000)))
            continue
        broken = [move.drawn for move in moves if move.drawn.repair]
        if broken and chance.random() < MENDS:
            moves.append(Move(chance.choice(broken), True, _pause_ms(chance, ground)))
        else:
            moves.append(_move(chance, faults, ground))
    return moves


def _move(
    chance: Random, faults: tuple[Fault, ...], ground: Ground, wait_ms: int | None = None
) -> Move:
    drawn = draw(chance, faults, ground.mode)
    return Move(drawn, False, _pause_ms(chance, ground) if wait_ms is None else wait_ms)


def _pause_ms(chance: Random, ground: Ground) -> int:
    """Moments, times within a hold time, and times in which roles change and come to rest."""
    return chance.randrange(1, chance.choice((50, ground.hold_ms, 2 * ground.hold_ms, 6_000)))

"""The command: which measurements, in which order, and where their results go."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from controller.bench.perf import page, picture
from controller.bench.perf.causes import SECTIONS, Causes
from controller.bench.perf.cost import cost
from controller.bench.perf.false_switchovers import false_switchovers
from controller.bench.perf.figures import Section
from controller.bench.perf.interfaces import interfaces
from controller.bench.perf.machine import this_machine
from controller.bench.perf.pair import NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.replication import replication
from controller.bench.perf.schedules import schedules
from controller.bench.perf.switchovers import switchovers
from controller.bench.virtual import namespaces
from controller.bench.virtual.world import VirtualWorld
from controller.bench.world import WorldError

PAGE = Path(__file__).resolve().parents[3] / "docs" / "performance.md"
REPETITIONS, MINUTES = 10, 10  # what the page wants at least
QUICK_REPETITIONS, QUICK_MINUTES = 3, 1
FAILED, INTERRUPTED = 1, 130


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of each."""

    repetitions: int
    minutes: float
    lines: str = ""  # of false-switchovers: those whose name has this in it


Measure = Callable[[Pair, Progress, Section, Wanted], None]


def _causes(causes: Causes) -> Measure:
    def measure(pair: Pair, progress: Progress, section: Section, wanted: Wanted) -> None:
        switchovers(causes, pair, progress, section, wanted.repetitions)

    return measure


MEASUREMENTS: Mapping[str, Measure] = {
    **{name: _causes(causes) for name, causes in SECTIONS.items()},
    "interfaces": lambda pair, progress, section, _: interfaces(pair, progress, section),
    "cost": lambda pair, progress, section, wanted: cost(
        pair, progress, section, wanted.repetitions
    ),
    "replication": lambda pair, progress, section, wanted: replication(
        pair, progress, section, wanted.repetitions
    ),
    "schedules": lambda _, progress, section, wanted: schedules(
        progress, section, wanted.repetitions
    ),
    "false-switchovers": lambda pair, progress, section, wanted: false_switchovers(
        pair, progress, section, wanted.minutes, wanted.lines
    ),
}


def main(rest: Sequence[str]) -> int:
    """Measure. 0: all could be measured, whatever it came to; 1: something failed.

    130: interrupted, and what was measured so far was shown. Raises NamespaceError where the kernel
    refuses the private world.
    """
    words = list(rest[1:] if rest[:1] == ["--"] else rest)
    said = _parser().parse_args(words)
    namespaces.enter([sys.executable, "-m", "controller.bench.perf", *words])
    machine = this_machine().lines()
    progress = Progress()
    for line in machine:
        progress.line(line)
    begun = time.monotonic()
    sections: list[Section] = []
    interrupted = False
    with _pair(progress) as pair:
        try:
            names = said.sections or tuple(MEASUREMENTS)
            for section in _measured(names, pair, progress, _wanted(said)):
                sections.append(section)
                _show(section, progress)
        except Interrupted as so_far:
            interrupted = True
            _show(so_far.section, progress)
    progress.line(f"\n{len(sections)} measurements in {(time.monotonic() - begun) / 60:.0f} min")
    if interrupted:
        progress.line("Interrupted: nothing was written.")
        return INTERRUPTED
    written = _write(sections, machine, said, progress)
    return FAILED if not written or any(section.failures for section in sections) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fover perf", description="Measures the pair, on an idle machine best."
    )
    parser.add_argument(
        "sections",
        nargs="*",
        type=_section,
        metavar="SECTION",
        help=f"{', '.join(MEASUREMENTS)}; all of them if none is named",
    )
    parser.add_argument(
        "--repetitions", type=_positive, metavar="N", help=f"of each cause ({REPETITIONS})"
    )
    parser.add_argument(
        "--minutes",
        type=_positive,
        metavar="N",
        help=f"of each line of false-switchovers ({MINUTES})",
    )
    parser.add_argument(
        "--lines",
        default="",
        metavar="TEXT",
        help='of false-switchovers only those with TEXT in their name: "5 x 10/30 ms, real-time"',
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_REPETITIONS} repetitions, {QUICK_MINUTES} minute",
    )
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="write the page here; without it docs/performance.md is written, by a whole run "
        f"of at least {REPETITIONS} repetitions and {MINUTES} minutes only",
    )
    return parser


def _wanted(said: argparse.Namespace) -> Wanted:
    repetitions, minutes = REPETITIONS, MINUTES
    if said.quick:
        repetitions, minutes = QUICK_REPETITIONS, QUICK_MINUTES
    return Wanted(said.repetitions or repetitions, said.minutes or minutes, said.lines)


def _section(text: str) -> str:
    if text not in MEASUREMENTS:
        raise argparse.ArgumentTypeError(f"{text!r}: wanted {', '.join(MEASUREMENTS)}")
    return text


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: wanted a whole number from 1 on")
    return int(text)


@contextmanager
def _pair(progress: Progress) -> Iterator[Pair]:
    progress.now("building the virtual world")
    world = VirtualWorld()
    try:
        yield Pair(world, progress)
    finally:
        world.close()


class Interrupted(Exception):
    """Somebody had enough; with what was found until then."""

    def __init__(self, section: Section) -> None:
        super().__init__(section.name)
        self.section = section


def _measured(
    names: Sequence[str], pair: Pair, progress: Progress, wanted: Wanted
) -> Iterator[Section]:
    """One section after the other; what could not be measured at all is one that says why."""
    for number, name in enumerate(names, 1):
        progress.part(f"{number}/{len(names)}" if len(names) > 1 else "")
        section = Section(name=name, title=name, how="")
        try:
            MEASUREMENTS[name](pair, progress, section, wanted)
        except (WorldError, NotAtRest) as why:
            section.title = f"{section.title}: could not be measured"
            section.failures.append(str(why))
        except KeyboardInterrupt:
            section.notes.append("Interrupted.")
            raise Interrupted(section) from None
        yield section


def _show(section: Section, progress: Progress) -> None:
    progress.line()
    for line in page.terminal(section):
        progress.line(line)


def _write(
    sections: Sequence[Section],
    machine: Sequence[str],
    said: argparse.Namespace,
    progress: Progress,
) -> bool:
    """Write page and picture if this run may. False if that was refused."""
    wanted = _wanted(said)
    enough = wanted.repetitions >= REPETITIONS and wanted.minutes >= MINUTES
    if said.page is None and (said.sections or said.lines or not enough):
        progress.line(f"Not written: {PAGE.name} is of whole runs (see --help).")
        return True
    target: Path = said.page or PAGE
    drawing = target.with_suffix(".svg")
    image = picture.svg(picture.outages(sections))
    text = page.page(sections, machine, drawing.name if image else None)
    try:
        before = (target if target.exists() else PAGE).read_text(encoding="utf-8")
        target.write_text(page.between_marks(before, text), encoding="utf-8")
        if image:
            drawing.write_text(image, encoding="utf-8")
    except (OSError, ValueError) as error:
        progress.line(f"{target} was not written: {error}")
        return False
    progress.line(f"Written: {target}" + (f", {drawing.name}" if image else ""))
    return True

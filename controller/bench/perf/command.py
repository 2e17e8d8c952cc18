"""The command: which measurements, in which order, and where their results go."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from controller.bench.perf import page, picture
from controller.bench.perf.cost import cost
from controller.bench.perf.figures import Section
from controller.bench.perf.lateness import lateness
from controller.bench.perf.machine import this_machine
from controller.bench.perf.pair import NotAtRest, Pair
from controller.bench.perf.progress import Progress
from controller.bench.perf.replication import replication
from controller.bench.perf.schedules import schedules
from controller.bench.perf.switchovers import dead_unit, fencing, planned, power_cut
from controller.bench.virtual import namespaces
from controller.bench.virtual.world import VirtualWorld
from controller.bench.world import WorldError

PAGE = Path(__file__).resolve().parents[3] / "docs" / "performance.md"
REPETITIONS, MINUTES = 20, 5  # what the page wants at least
FAILED = 1

Measure = Callable[[Pair, Progress, argparse.Namespace], Section]
MEASUREMENTS: Mapping[str, Measure] = {
    "power-cut": lambda pair, progress, said: power_cut(pair, progress, said.repetitions),
    "dead-unit": lambda pair, progress, said: dead_unit(pair, progress, said.repetitions),
    "planned": lambda pair, progress, said: planned(pair, progress, said.repetitions),
    "fencing": lambda pair, progress, said: fencing(pair, progress, said.repetitions),
    "lateness": lambda pair, progress, said: lateness(pair, progress, said.minutes),
    "cost": lambda pair, progress, said: cost(pair, progress, said.repetitions),
    "replication": lambda pair, progress, said: replication(pair, progress, said.repetitions),
    "schedules": lambda _, progress, said: schedules(progress, said.repetitions),
}


def main(rest: Sequence[str]) -> int:
    """Measure. 0: all could be measured, whatever it came to; 1: something failed.

    Raises NamespaceError where the kernel refuses the private world.
    """
    words = list(rest[1:] if rest[:1] == ["--"] else rest)
    said = _parser().parse_args(words)
    namespaces.enter([sys.executable, "-m", "controller.bench.perf", *words])
    machine = this_machine().lines()
    progress = Progress()
    for line in machine:
        progress.line(line)
    sections = []
    begun = time.monotonic()
    with _pair(progress) as pair:
        for name in said.only or MEASUREMENTS:
            sections.append(_measured(name, pair, progress, said))
            progress.line()
            for line in page.terminal(sections[-1]):
                progress.line(line)
    progress.line(f"\n{len(sections)} measurements in {(time.monotonic() - begun) / 60:.0f} min")
    written = _write(sections, machine, said, progress)
    return FAILED if not written or any(section.failures for section in sections) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fover perf", description="Measures the pair, on an idle machine best."
    )
    parser.add_argument(
        "--repetitions", type=_positive, default=REPETITIONS, metavar="N", help="of each (20)"
    )
    parser.add_argument(
        "--only", action="append", choices=tuple(MEASUREMENTS), help="may be given again"
    )
    parser.add_argument(
        "--minutes", type=_positive, default=MINUTES, metavar="N", help="with all cores hogged (5)"
    )
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="write the page here; without it docs/performance.md is written, by a whole run "
        f"of at least {REPETITIONS} repetitions and {MINUTES} minutes only",
    )
    return parser


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


def _measured(name: str, pair: Pair, progress: Progress, said: argparse.Namespace) -> Section:
    """One section; what could not be measured at all is a section that says why."""
    try:
        return MEASUREMENTS[name](pair, progress, said)
    except (WorldError, NotAtRest) as why:
        title = f"{name}: could not be measured"
        return Section(name=name, title=title, how="", tried=1, failures=[str(why)])


def _write(
    sections: Sequence[Section],
    machine: Sequence[str],
    said: argparse.Namespace,
    progress: Progress,
) -> bool:
    """Write page and picture if this run may. False if that was refused."""
    whole = not said.only and said.repetitions >= REPETITIONS and said.minutes >= MINUTES
    if said.page is None and not whole:
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

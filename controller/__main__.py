"""The ``fover`` command: bench, story, explore, wiring, doctor, perf."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from controller.bench.boot import load_rig
from controller.bench.play import STORIES, play_all, read, shipped
from controller.bench.story import Story
from controller.bench.table import Table
from controller.bench.virtual import namespaces
from controller.bench.world import Rig, World
from wiring.load import WiringError

if TYPE_CHECKING:
    from controller.bench.virtual.world import VirtualWorld

NOT_HELD, NO_BENCH, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; its exit status. 1: something did not hold, 2: it could not be tried."""
    parser = _parser()
    said, rest = parser.parse_known_args(arguments)
    if said.command is _perf:
        said.rest = rest  # has a parser of its own, heavy with what it measures
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    command: Callable[[argparse.Namespace], int] = said.command
    try:
        return command(said)
    except KeyboardInterrupt:
        print()
        return INTERRUPTED
    except (namespaces.NamespaceError, WiringError) as error:
        print(error, file=sys.stderr)
        return NO_BENCH


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fover", description="Watches and tries a failover pair.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    bench = commands.add_parser("bench", help="play the stories, then show the pair as it lives")
    bench.add_argument("--once", action="store_true", help="end after the stories; 0 if all held")
    _add_world(bench)
    bench.add_argument("stories", nargs="*", metavar="STORY", help="only these, by name")
    bench.set_defaults(command=_bench)

    story = commands.add_parser("story", help="play story files")
    _add_world(story)
    story.add_argument("stories", nargs="+", metavar="STORY", help="a name, or a path to .story")
    story.set_defaults(command=_bench, once=True)

    explore = commands.add_parser("explore", help="hunt with random schedules, simulated")
    explore.add_argument("--seeds", type=_how_many, default=1000, metavar="N", help="how many")
    explore.add_argument(
        "--from", type=int, default=1, dest="first", metavar="SEED", help="where to begin, or go on"
    )
    explore.set_defaults(command=_explore)

    exhaust = commands.add_parser("exhaust", help="every interleaving of a small model of a pair")
    exhaust.add_argument("--depth", type=_how_many, default=8, metavar="N", help="actions, 8")
    exhaust.add_argument("--losses", type=int, default=2, metavar="N", help="frames lost, 2")
    exhaust.add_argument("--faults", type=int, default=1, metavar="N", help="faults, 1")
    exhaust.add_argument("--orders", type=int, default=1, metavar="N", help="orders typed, 1")
    exhaust.set_defaults(command=_exhaust)

    wiring = commands.add_parser("wiring", help="check the pin map and print its tables")
    wiring.set_defaults(command=_wiring)

    doctor = commands.add_parser("doctor", help="what this machine can and cannot do for a bench")
    doctor.set_defaults(command=_doctor)

    perf = commands.add_parser("perf", help="measure; for an idle machine", add_help=False)
    perf.set_defaults(command=_perf)
    return parser


def _how_many(text: str) -> int:
    """A number of 1 or more; argparse prints what is wrong with any other."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number to try; wanted 1 or more")
    return int(text)


def _add_world(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--world",
        choices=("virtual", "simulated"),
        default="virtual",
        help="virtual: namespaces on this machine (default); simulated: virtual time, in memory",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the simulated world's delays")


def _bench(said: argparse.Namespace) -> int:
    stories, problems = read(shipped(said.stories))
    if problems:
        print(*problems, sep="\n", file=sys.stderr)
        return NO_BENCH
    if said.world == "virtual":
        namespaces.enter([sys.executable, "-m", "controller", *sys.argv[1:]])
        return _bench_virtual(stories, once=said.once)
    from controller.bench.simulated.world import SimulatedWorld

    return _play(SimulatedWorld(said.seed), stories)


def _bench_virtual(stories: Sequence[Story], *, once: bool) -> int:
    """The worlds are heavy, and one does not need what the other imports."""
    from controller.bench.virtual.broker import NO_MOSQUITTO
    from controller.bench.virtual.world import VirtualWorld

    world = VirtualWorld()
    try:
        if world.broker is None:
            print(NO_MOSQUITTO)
        status = _play(world, stories)
        if not once:
            _show(world)
        return status
    finally:
        world.close()


def _play(world: World, stories: Sequence[Story]) -> int:
    return 0 if all(result.passed for result in play_all(world, stories, Table())) else NOT_HELD


def _show(world: VirtualWorld) -> None:
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        print("Not a terminal: no live view. `fover bench --once` says so by its exit status.")
        return
    from controller.bench.live import Asking, Listening, show

    rig = load_rig(STORIES / "boot" / "cable")
    assert isinstance(rig, Rig), rig
    if world.broker is None:
        show(world, rig, Asking(world))
        return
    listening = Listening(world.broker.address, world.broker.port, rig.chassis)
    try:
        show(world, rig, listening)
    finally:
        listening.close()


def _explore(said: argparse.Namespace) -> int:
    from controller.bench.simulated.explore import explore

    return NOT_HELD if explore(range(said.first, said.first + said.seeds)) else 0


def _exhaust(said: argparse.Namespace) -> int:
    from controller.bench.exhaustive.model import Budget
    from controller.bench.exhaustive.search import exhaust

    return NOT_HELD if exhaust(said.depth, Budget(said.losses, said.faults, said.orders)) else 0


def _wiring(said: argparse.Namespace) -> int:
    from controller.wiring_text import plain
    from wiring.harness import cable_table, pin_table
    from wiring.load import default_map

    pins = default_map()
    print(plain(pin_table(pins)), plain(cable_table(pins)), sep="\n\n")
    return 0


def _perf(said: argparse.Namespace) -> int:
    from controller.bench.perf import main as perf

    return perf(said.rest)


def _doctor(said: argparse.Namespace) -> int:
    """One line for each thing a bench wants; 0 if a bench can play here."""
    try:
        namespaces.guard([sys.executable, "-c", ""])
        refused = ""
    except namespaces.NamespaceError as error:
        refused = str(error)
    _say("private namespaces", not refused, refused)
    for program, package, without in (
        ("ip", "iproute2", "no virtual bench"),
        ("mosquitto", "mosquitto", "no MQTT: stories play, the live view asks the units"),
        ("tcpdump", "tcpdump", "no second capture beside ours"),
    ):
        found = any(shutil.which(program, path=path) for path in (None, "/usr/sbin:/sbin"))
        _say(program, found, f"{without}; apt-get install {package}")
    _say("real time", _may_real_time(), "units run without; timings are coarser")
    return NO_BENCH if refused else 0


def _say(what: str, well: bool, otherwise: str) -> None:
    print(f"{what:20} {'yes' if well else 'no: ' + otherwise}")


def _may_real_time() -> bool:
    """Whether this user may ask for SCHED_FIFO: CAP_SYS_NICE, or an rtprio limit."""
    import resource

    status = Path("/proc/self/status").read_text()
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    nice = int(effective.split()[1], 16) & (1 << 23)
    return bool(nice) or resource.getrlimit(resource.RLIMIT_RTPRIO)[0] > 0


if __name__ == "__main__":
    sys.exit(main())

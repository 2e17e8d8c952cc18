"""The ``fover-unit`` command: run one unit, check its unit.toml, speak to its terminal.

Each part is imported only when it is asked for: a cold boot waits for every import.
"""

from __future__ import annotations

import signal
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from pathlib import Path

from firmware.processes.unit_file import UnitFile, UnitFileError, read_unit_file

DEFAULT_CONFIG = Path("/etc/fover/unit.toml")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit status: 0 done, 1 failed, 2 wrongly asked."""
    if not __debug__:
        print("fover-unit: without assertions (python -O) a wrong unit stays up", file=sys.stderr)
        return 2
    asked = _parser().parse_args(arguments)
    try:
        unit = read_unit_file(asked.config)
    except UnitFileError as error:
        print(error, file=sys.stderr)
        return 2
    status: int = asked.do(unit, asked)
    return status


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="fover-unit", description="One unit of an active/standby failover pair."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    config = ArgumentParser(add_help=False)
    config.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_CONFIG,
        metavar="FILE",
        help=f"the unit.toml of this unit (default: {DEFAULT_CONFIG})",
    )
    for name, do, text in (
        ("run", _run, "run the unit until it is told to stop"),
        ("check", _check, "say what is wrong with unit.toml, and start nothing"),
        ("attach", _attach, "a terminal session on the running unit"),
    ):
        commands.add_parser(name, parents=[config], help=text).set_defaults(do=do)
    execute = commands.add_parser("exec", parents=[config], help='one command: "show failover"')
    execute.add_argument("line", help="the command, in quotes")
    execute.set_defaults(do=_exec)
    for name, do in (
        ("failover", _failover),
        ("management", _management),
        ("nursery", _nursery),
    ):
        # The supervisor's own; of no use to a person, so not in the list of commands.
        process = commands.add_parser(name, parents=[config], description=SUPPRESS)
        process.add_argument("--parent", type=int, required=True)
        process.add_argument("--heartbeat-fd", type=int)
        process.add_argument("--control-fd", type=int)
        process.set_defaults(do=do)
    return parser


def _run(unit: UnitFile, asked: Namespace) -> int:
    from firmware.processes.supervisor import run

    return run(unit)


def _check(unit: UnitFile, asked: Namespace) -> int:
    print(f"{unit.path}: good. {unit.facts.chassis}, {unit.facts.model} {unit.facts.version}")
    return 0


def _failover(unit: UnitFile, asked: Namespace) -> int:
    from firmware.processes.realtime import end_with

    # The end of its heartbeat tells it to let its addresses go; one that is stopped must hear it.
    if not end_with(asked.parent, signal.SIGCONT):
        return 1
    from firmware.processes.failover import run

    return run(unit, asked.heartbeat_fd)


def _management(unit: UnitFile, asked: Namespace) -> int:
    from firmware.processes.realtime import end_with, run_anywhere

    if not end_with(asked.parent, signal.SIGKILL):
        return 1
    run_anywhere()  # the supervisor may be pinned to the CPU of the failover process
    from firmware.processes.management import run

    return run(unit)


def _nursery(unit: UnitFile, asked: Namespace) -> int:
    from firmware.processes.realtime import end_with, run_anywhere

    if not end_with(asked.parent, signal.SIGKILL):
        return 1
    run_anywhere()
    from firmware.processes.nursery import serve

    return serve(unit, asked.parent, asked.control_fd, main)


def _attach(unit: UnitFile, asked: Namespace) -> int:
    from firmware.drivers.terminal.client import attach

    return attach(unit.run / "terminal")


def _exec(unit: UnitFile, asked: Namespace) -> int:
    from firmware.drivers.terminal.client import execute

    return execute(unit.run / "terminal", asked.line)


if __name__ == "__main__":
    sys.exit(main())

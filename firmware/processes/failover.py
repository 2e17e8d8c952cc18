"""The failover process's start: drivers, priority, then the loop; and its end when we are wrong."""

from __future__ import annotations

import fcntl
import os
import resource
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from firmware.core.settings import PhysicalInterface, UnitFacts
from firmware.drivers.netlink import DataPlane, InterfaceTests, NoSuchNicError
from firmware.processes import ipc, realtime
from firmware.processes.channels import Channels
from firmware.processes.end_signals import EndSignals
from firmware.processes.failover_loop import FailoverLoop
from firmware.processes.management_link import ManagementLink
from firmware.processes.unit_file import UnitFile

HIGHEST_DESCRIPTOR = 1023  # beyond it the kernel's table of files would grow
FAULT_STATUS = 70  # what an assertion of ours ends with


def run(unit: UnitFile, heartbeat_fd: int | None) -> int:
    """Run until told to end, or until the supervisor is gone; the process's exit status."""
    if heartbeat_fd is None:
        print("failover: is started by `fover-unit run`, not by hand", file=sys.stderr)
        return 2
    heartbeat = ipc.Connection(socket.socket(fileno=_closed_first(heartbeat_fd)))
    try:
        plane = DataPlane(unit.nics)
        tests = InterfaceTests(unit.nics, plane.burned_in_macs())
        pins = _open_pins(unit)
        management = ManagementLink(unit.run / "failover")
    except (NoSuchNicError, ValueError, RuntimeError, OSError) as error:
        print(f"failover: {unit.path}: {error}", file=sys.stderr)
        return 1
    channels = Channels(unit.nics, unit.serial)
    signals = EndSignals()
    realtime.quieten_interpreter()
    granted = realtime.take_real_time(realtime.FAILOVER_PRIORITY, unit.cpu)
    realtime.favour_worker_threads()
    for refusal in granted.refusals:
        print(f"failover: {refusal}; running without", file=sys.stderr)
    facts = _facts(unit, plane, granted.real_time)
    try:
        drivers = (heartbeat, plane, tests, channels, management, pins, signals)
        return FailoverLoop(facts, unit, *drivers).run()
    except BaseException as fault:
        _die_of(fault)


def _closed_first(descriptor: int) -> int:
    """The same file under the highest number there is.

    The kernel closes the files of a dead process from the highest number down, and waits 10 to
    20 ms over each packet socket: the supervisor's end of file must not come after those.
    """
    highest = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 1
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, min(highest, HIGHEST_DESCRIPTOR))
    os.close(descriptor)
    return moved


def _facts(unit: UnitFile, plane: DataPlane, real_time: bool) -> UnitFacts:
    interfaces = tuple(
        PhysicalInterface(physical=physical, burned_in_mac=mac)
        for physical, mac in plane.burned_in_macs().items()
    )
    refused = plane.lease.refused
    return replace(unit.facts, interfaces=interfaces, real_time=real_time, lease_refused=refused)


def _open_pins(unit: UnitFile) -> Any:
    if unit.gpio is None:
        return None
    # Imported here: a tenth of a second, which a unit without GPIO need not wait.
    from firmware.drivers.gpio import FailoverPins, open_factory

    gpio = unit.gpio
    return FailoverPins(open_factory(gpio.factory, gpio.chip, gpio.bus, gpio.board))


def _die_of(fault: BaseException) -> NoReturn:
    """Leave at once, with one line of why: every instant with addresses and no engine is one too
    many, and the supervisor fences when the heartbeat's descriptor closes."""
    where, trace = [], fault.__traceback__
    while trace is not None:
        where.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    line = f"failover: {type(fault).__name__}: {fault} (at {' > '.join(where)})\n"
    os.write(2, line.encode(errors="replace"))
    os._exit(FAULT_STATUS)

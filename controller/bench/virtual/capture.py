"""What units send on their data ports, recorded beside the bench, and a second opinion as root."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from controller.bench.virtual import clock
from controller.bench.virtual.capture_process import DROPS, HEARTBEAT, LOOKED_AT
from controller.bench.virtual.forwarding import Forwarding
from controller.bench.virtual.frames import RECORD, BadPcap, Seen, port_number, read_pcap
from controller.bench.virtual.network import DATA, port
from controller.bench.virtual.processes import Processes, Started
from controller.bench.virtual.ring import RingReader
from controller.bench.world import Unit, WorldError

_LATE_S = 5.0
_TCPDUMP_LATE_NS = 200_000_000  # how late tcpdump may be with writing a frame
AGREE_NS = 2_000_000  # both captures stamp in the kernel, at taps a few microseconds apart
Loss = tuple[int, int, int]  # a port, and the moments between which it was taken away, ns


class Capture:
    """A running capture of every data port, from the switch's side."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        """Returns once every port is looked at. Raises WorldError."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "frames"
        words = ["controller.bench.virtual.capture_process", str(path)]
        processes.start_module("capture", words, wait_ready=True)
        self._ring = RingReader(path, RECORD)
        self._first = 0

    def forget(self) -> None:
        """Frames from now on only."""
        self.catch_up()
        self._first = self._ring.written

    def catch_up(self) -> None:
        """Wait until everything sent before this call is recorded. Raises WorldError."""
        called_ns = clock.now_ns()
        # A block the kernel still fills is handed over within 10 ms; then one round to read it.
        settled_ns = called_ns + 30_000_000
        while self._ring.number(HEARTBEAT) < settled_ns:
            if clock.now_ns() - called_ns > _LATE_S * 1e9:
                raise WorldError("the capture process does not keep up; see capture.log")
            time.sleep(0.005)

    def await_ports(self, number: int) -> None:
        """Wait until so many of the data ports are looked at: one is gone, or back again."""
        until = time.monotonic() + _LATE_S
        while self._ring.number(LOOKED_AT) != number:
            if time.monotonic() > until:
                raise WorldError(f"the capture does not look at {number} ports; see capture.log")
            time.sleep(0.005)

    def frames(self) -> list[Seen]:
        """Everything the units sent since ``forget``, in order of time. Catch up first."""
        # Ports are read one after the other: nearly in order, which the sort likes.
        return sorted(Seen._make(record) for record in self._ring.since(self._first))

    def missed(self) -> int:
        """Frames the capture had no room for, since it was started."""
        return self._ring.number(DROPS)


class SecondOpinion:
    """tcpdump on the same ports, for a judgement that owes nothing to our own capture. Root only.

    In a user namespace tcpdump is refused, as it is where it is not installed: ``available``.
    """

    def __init__(self, processes: Processes, folder: Path) -> None:
        self._processes = processes
        self._folder = folder
        self._running: dict[tuple[Unit, int], Started] = {}
        self._files: list[tuple[Unit, int, Path]] = []
        self._losses: list[Loss] = []
        self._offset_ns = 0
        folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def available() -> bool:
        """Whether this is root of the machine, and tcpdump is there."""
        outside = Path("/proc/self/uid_map").read_text().split()
        return os.geteuid() == 0 and outside[1] == "0" and shutil.which("tcpdump") is not None

    def start(self) -> None:
        """Begin a capture on every data port, forgetting the last one. Raises WorldError."""
        self.stop()
        self._offset_ns = clock.offset_ns()
        self._files.clear()
        self._losses.clear()
        for unit in Unit:
            for ethernet in DATA:
                self._begin(unit, ethernet)
        self._await_files()

    def lose(self, unit: Unit, ethernet: int, since_ns: int) -> None:
        """That port was taken away, at that moment or later; its tcpdump ends by itself."""
        self._losses.append((port_number(unit, ethernet), since_ns, clock.now_ns()))
        running = self._running.pop((unit, ethernet), None)
        until = time.monotonic() + _LATE_S
        while running is not None and running.alive and time.monotonic() < until:
            time.sleep(0.005)
        if running is not None:
            self._processes.end(running)

    def find(self, unit: Unit, ethernet: int) -> None:
        """It is back: go on. Raises WorldError."""
        self._begin(unit, ethernet)
        self._await_files()

    def _begin(self, unit: Unit, ethernet: int) -> None:
        name = port(unit, f"eth{ethernet}")
        file = self._folder / f"{name}-{len(self._files)}.pcap"
        file.unlink(missing_ok=True)
        command = ["tcpdump", "-i", name, "-Q", "in", "-s", "64", "-U", "-n", "-B", "1024"]
        command += ["-Z", "root", "--time-stamp-precision=nano", "--immediate-mode"]
        command += ["-w", str(file)]
        self._running[unit, ethernet] = self._processes.start(f"tcpdump-{name}", command)
        self._files.append((unit, ethernet, file))

    def _await_files(self) -> None:
        begun = time.monotonic()
        while not all(file.exists() for _, _, file in self._files):
            if time.monotonic() - begun > _LATE_S:
                dead = next(iter(self._running.values()))
                raise WorldError(f"tcpdump does not begin to capture:\n{dead.tail()}")
            time.sleep(0.005)

    def comparable(self, frames: Iterable[Seen]) -> list[Seen]:
        """Those of a capture that both must have."""
        return comparable(frames, self._losses)

    def frames(self, until_ns: int) -> list[Seen]:
        """Wait for the frames up to that moment, end the captures, read their files.

        Raises WorldError if one is no pcap file.
        """
        time.sleep(max(0, until_ns + _TCPDUMP_LATE_NS - clock.now_ns()) / 1e9)
        self.stop()
        found: list[Seen] = []
        for unit, ethernet, file in self._files:
            try:
                found += read_pcap(file.read_bytes(), unit, ethernet, self._offset_ns)
            except BadPcap as error:
                raise WorldError(f"{file}: {error}") from error
        return sorted(frame for frame in found if frame.at_ns <= until_ns)

    def stop(self) -> None:
        """End the captures; the files stay until the next start."""
        for started in self._running.values():
            self._processes.end(started)
        self._running.clear()


def comparable(frames: Iterable[Seen], losses: Sequence[Loss]) -> list[Seen]:
    """Without what tcpdump had yet to read when a port was taken away: it reads nothing after."""
    return [
        frame
        for frame in frames
        if not any(
            frame.port == lost and since_ns - _TCPDUMP_LATE_NS <= frame.at_ns <= gone_ns
            for lost, since_ns, gone_ns in losses
        )
    ]


def disagreements(ours: Forwarding, theirs: Forwarding) -> list[str]:
    """Where two captures of one run differ on who forwarded when; empty if they agree."""
    found = []
    for unit in Unit:
        pairs = (
            ("first active frame", ours.from_active_mac[unit], theirs.from_active_mac[unit]),
            ("forwarded frame", ours.moments[unit], theirs.moments[unit]),
        )
        for what, mine, other in pairs:
            if len(mine) != len(other):
                found.append(f"{unit} {what}: {len(mine)} by our capture, {len(other)} by tcpdump")
            elif mine and max(abs(mine[0] - other[0]), abs(mine[-1] - other[-1])) > AGREE_NS:
                found.append(f"{unit} {what}: times differ by more than {AGREE_NS // 1000} us")
    return found

"""A unit cut off all its switches at one instant, carriers staying: it is dead, but still lit.

The switches' ports are disabled by one batch. iproute2's ``bridge`` is started beforehand and
waits, so that the cut itself is one write and five requests to the kernel, some ten microseconds
apart. A port that loses its carrier is enabled anew when the carrier comes back: power off and
on again mends it.
"""

from __future__ import annotations

import subprocess

from controller.bench.virtual import clock
from controller.bench.virtual.network import SWITCHES, port
from controller.bench.world import Unit, WorldError

_WAIT_S = 5.0


class Severance:
    """One cut, ready to be made. Use once; ``close`` in any case."""

    def __init__(self, unit: Unit) -> None:
        """Make ready. Raises WorldError without iproute2."""
        nics = [*(f"eth{ethernet}" for ethernet in SWITCHES), "mgmt0"]
        self._lines = "".join(f"link set dev {port(unit, nic)} state 0\n" for nic in nics)
        try:
            self._tool = subprocess.Popen(
                ["bridge", "-batch", "-"],
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
            )
        except FileNotFoundError:
            raise WorldError("bridge is not installed: apt-get install iproute2") from None

    def cut(self) -> int:
        """Cut now. The moment before it was asked for, in the bench's nanoseconds."""
        stdin = self._tool.stdin
        assert stdin is not None
        at_ns = clock.now_ns()
        stdin.write(self._lines)
        stdin.flush()
        return at_ns

    def close(self) -> None:
        """Have it end. Raises WorldError with its words if a port was refused."""
        try:
            _, said = self._tool.communicate(timeout=_WAIT_S)
        except subprocess.TimeoutExpired:
            self._tool.kill()
            self._tool.communicate()
            raise WorldError("bridge -batch does not end") from None
        if self._tool.returncode != 0:
            raise WorldError(f"bridge -batch: {said.strip()}")

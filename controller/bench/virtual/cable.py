"""The bench's hand on the serial cable: plugs, single contacts, cuts, noise."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from controller.bench.virtual.contacts import plugged, pulled, unplugged
from controller.bench.virtual.processes import Processes
from controller.bench.world import Unit, Wire, WorldError

_ANSWER_S = 5.0


class CableHand:
    """Talks to a running cable process. Every call returns when the cable has obeyed."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_ANSWER_S)
        self._socket.connect(str(folder / "control"))

    @classmethod
    def start(cls, processes: Processes, folder: Path, pins: Path | None) -> CableHand:
        """Start the cable in that folder; its ends are ``folder/primary`` and ``secondary``."""
        folder.mkdir(parents=True, exist_ok=True)
        words = ["controller.bench.virtual.cable_process", "--folder", str(folder)]
        if pins is not None:
            words += ["--pins", str(pins)]
        processes.start_module("cable", words, wait_ready=True)
        return cls(folder)

    def plug(self, straps: Mapping[Unit, Unit]) -> None:
        """Both plugs in, all contacts closed, no cut, no noise. Says what each end's strap is."""
        self._order(contacts=plugged(straps), cut=[], garble=0)

    def unplug(self) -> None:
        """No cable at all: every contact open, at once."""
        self._order(contacts=unplugged())

    def set(self, wire: Wire, closed: bool) -> None:
        """One wire breaks, or is whole again."""
        self._order(contacts={wire.value: closed})

    def pull(self, plug: Unit | None, order: Iterable[Wire], over_ms: int) -> None:
        """Pull a plug, or both: contacts open in that order, evenly over a time, the first now."""
        steps = pulled(plug, order)
        step_ms = over_ms / max(1, len(steps) - 1)
        self._order(open=[[names, index * step_ms] for index, names in enumerate(steps)])

    def pending(self) -> int:
        """Contacts still to open of the last ``pull``."""
        return int(self._order()["pending"])

    def cut(self, senders: Iterable[Unit]) -> None:
        """Lose what these units send; the contacts stay closed. Replaces the last cut."""
        self._order(cut=[unit.value for unit in senders])

    def garble(self, percent: int) -> None:
        """Change that share of the bytes, both ways. 0 to 100."""
        self._order(garble=percent)

    def flush(self, unit: Unit) -> None:
        """Forget the bytes on their way to and from a unit that lost power."""
        self._order(flush=[unit.value])

    def counts(self) -> dict[Unit, dict[str, int]]:
        """For each sender: bytes delivered, dropped, lost, garbled, overrun."""
        return {Unit(name): counts for name, counts in self._order()["lines"].items()}

    def close(self) -> None:
        """Let go of the cable; it stays as it is."""
        self._socket.close()

    def _order(self, **order: object) -> dict[str, Any]:
        try:
            self._socket.send(json.dumps(order).encode())
            answer: dict[str, Any] = json.loads(self._socket.recv(65_536))
        except (OSError, ValueError) as error:
            raise WorldError(f"the cable process does not answer: {error}") from error
        if "error" in answer:
            raise WorldError(f"the cable refused {order}: {answer['error']}")
        return answer

"""The bench's own MQTT broker, on the management link, where only the bench's world reaches it."""

from __future__ import annotations

import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from controller.bench.virtual.network import BENCH_ADDRESS
from controller.bench.virtual.processes import Processes, Started
from controller.bench.world import WorldError

PORT = 1883  # free for certain: the network namespace is ours alone
NO_MOSQUITTO = (
    "mosquitto is not installed, so units publish nothing and there is no MQTT view; "
    "the stories play without. To have it: apt-get install mosquitto"
)
_READY_S = 5.0


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker that keeps nothing on disk and lets everybody in."""

    address: str
    port: int
    started: Started


def start_broker(processes: Processes, folder: Path) -> Broker | None:
    """Start mosquitto; None where it is not installed. Raises WorldError if it does not answer."""
    # Debian puts it where a person's PATH does not look.
    binary = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/sbin")
    if binary is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "mosquitto.conf"
    lines = [
        f"listener {PORT} {BENCH_ADDRESS}",
        "allow_anonymous true",
        "persistence false",
        "log_dest stderr",
        "log_type error",
        "user root",  # else it drops to a user that this private world may not have
    ]
    configuration.write_text("\n".join(lines) + "\n")
    started = processes.start("mosquitto", [binary, "-c", str(configuration)])
    until = time.monotonic() + _READY_S
    while True:
        try:
            socket.create_connection((BENCH_ADDRESS, PORT), timeout=1.0).close()
            return Broker(BENCH_ADDRESS, PORT, started)
        except OSError as error:
            if time.monotonic() > until or not started.alive:
                raise WorldError(f"mosquitto does not answer: {error}\n{started.tail()}") from error
        time.sleep(0.01)

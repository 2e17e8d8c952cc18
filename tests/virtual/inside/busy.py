"""A bench with processes of every kind, for others to end: says ``busy`` and waits."""

import threading

from controller.bench.virtual.cable import CableHand
from controller.bench.virtual.namespaces import RUN
from controller.bench.virtual.network import Network
from controller.bench.virtual.processes import Processes

Network().build()
processes = Processes(RUN / "log")
CableHand.start(processes, RUN / "cable", None)
processes.start("deaf", ["sh", "-c", "trap '' TERM INT HUP; sleep 1000"], netns="primary")
print("busy", flush=True)
threading.Event().wait()

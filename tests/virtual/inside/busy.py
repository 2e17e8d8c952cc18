"""A bench in full swing, for others to end: says ``busy`` and waits."""

import threading

from controller.bench.cable import CableHand
from controller.bench.capture import Capture
from controller.bench.namespaces import RUN
from controller.bench.network import Network
from controller.bench.processes import Processes
from controller.bench.traffic import Traffic

Network().build()
processes = Processes(RUN / "log")
Capture(processes, RUN / "capture")
CableHand.start(processes, RUN / "cable", None)
Traffic(processes, RUN / "traffic")
print("busy", flush=True)
threading.Event().wait()

"""The bench's hand on the network: wires, switches and hosts, whatever a story does to them."""

from __future__ import annotations

from pathlib import Path

from controller.bench.virtual.behaviour import Hosts
from controller.bench.virtual.network import Network
from controller.bench.virtual.processes import Processes
from controller.bench.virtual.switches import Switches
from controller.bench.virtual.wire_faults import WireFaults
from controller.bench.virtual.worse_wires import WorseWires
from controller.bench.world import (
    BpdusOnly,
    Cut,
    Drop,
    Mend,
    SpanningTree,
    Storm,
    Switch,
    WorldError,
    Worsen,
)
from controller.bench.world import (
    Hosts as HostsAction,
)

NetworkAction = Cut | Drop | BpdusOnly | Worsen | Mend | Switch | SpanningTree | HostsAction | Storm


class NetworkHand:
    """Does it and returns when it is done. Raises WorldError."""

    def __init__(self, network: Network, processes: Processes, folder: Path) -> None:
        self.faults = WireFaults(network)
        self._worse = WorseWires(processes, self.faults, folder)
        self._switches = Switches(network)
        self._hosts = Hosts(processes)

    def do(self, action: NetworkAction) -> None:
        """Obey one verb."""
        match action:
            case Cut():
                self.faults.cut(action)
            case Drop():
                self.faults.drop(action)
            case BpdusOnly(link):
                if not self._switches.runs_spanning_tree(link):
                    raise WorldError(f"the switch of {link} runs no spanning tree: nothing is left")
                self.faults.bpdus_only(action)
            case Worsen():
                self._worse.worsen(action)
            case Mend(link):
                self.faults.mend(link)
                self._worse.mend(link)
            case Switch(link, condition):
                self._switches.become(link, condition)
            case SpanningTree(link, forward_delay_ms):
                self._switches.spanning_tree(link, forward_delay_ms)
            case HostsAction(link, behaviour):
                self._hosts.behave(link, behaviour)
            case Storm(link, flood, ms):
                self._hosts.storm(link, flood, ms)

    def calm(self) -> None:
        """Everything as it was built."""
        self.faults.mend_all()
        self._worse.mend_all()
        self._switches.calm()
        self._hosts.calm()

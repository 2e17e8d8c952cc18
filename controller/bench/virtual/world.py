"""The virtual world: real units, real kernels' forwarding, wires and switches of this machine.

One build serves every story: between stories the units are switched off, their flashes rewritten,
everything mended and plugged, and what switches and hosts had learned is forgotten.
"""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

from controller.bench.unit_faults import (
    Crash,
    Damage,
    Drift,
    Garbage,
    GoOn,
    Refit,
    Reflash,
    SetDate,
    SetStrap,
    Slow,
    Starve,
)
from controller.bench.virtual import clock, evidence
from controller.bench.virtual.broker import Broker, start_broker
from controller.bench.virtual.cable import CableHand
from controller.bench.virtual.capture import Capture, SecondOpinion, disagreements
from controller.bench.virtual.console_line import Conversation
from controller.bench.virtual.echo import echo
from controller.bench.virtual.forwarding import Forwarding, forwarding
from controller.bench.virtual.namespaces import RUN
from controller.bench.virtual.network import DATA, ETHERNETS, Network, port
from controller.bench.virtual.network_hand import NetworkHand
from controller.bench.virtual.pinbus import PinBus
from controller.bench.virtual.processes import Processes
from controller.bench.virtual.traffic import SETTLED_NS, Traffic, arp_tables
from controller.bench.virtual.unit_box import Surroundings, UnitBox
from controller.bench.world import (
    Action,
    BpdusOnly,
    Claim,
    CloseContact,
    CopyFlash,
    Cut,
    Drop,
    Erase,
    Fit,
    Flap,
    Freeze,
    Garble,
    Hosts,
    Kill,
    Link,
    Measurement,
    Mend,
    OpenContact,
    PlugCable,
    PlugLink,
    PowerOff,
    PowerOn,
    PullCable,
    PullLink,
    Reappear,
    Rig,
    SpanningTree,
    Stop,
    Storm,
    Switch,
    Thaw,
    Unit,
    Vanish,
    WorldError,
    Worsen,
)
from controller.bench.world import (
    Traffic as TrafficSwitch,
)

CONTROL_MS = 700  # traffic without a fault before a story goes on: what an outage is held against
_FLOWS_S = 3.0  # a pair with no active unit carries nothing; the story goes on all the same
_RECOVERS_S = 3.0
_RECENT_NS = 500_000_000
_STATE_AGE_NS = 40_000_000
_ORDER = re.compile(r"\s*(no\s+)?failover\s+active\s*$")
_THIS_HOST = re.compile(r"^\s*This host: .*? - (.+?)\s*$", re.MULTILINE)


def _ethernet(interface: str) -> int:
    """The number of "Ethernet0" to "Ethernet5". Raises WorldError for others."""
    number = int(interface.removeprefix("Ethernet"))
    if number >= ETHERNETS:
        raise WorldError(f"no unit has an {interface}; there are Ethernet0 to {ETHERNETS - 1}")
    return number


class VirtualWorld:
    """Two units on this machine; see World. Only inside ``namespaces.enter``."""

    name = "virtual"
    claims = frozenset(Claim)

    def __init__(self, folder: Path = RUN, *, second_opinion: bool = True) -> None:
        """Build everything but run no unit yet. Raises WorldError.

        ``second_opinion``: root's tcpdump looks too; for runs that begin with everything off.
        """
        self.processes = Processes(folder / "log")
        self.network = Network()
        self.network.build()
        self.hand = NetworkHand(self.network, self.processes, folder / "wires")
        bus_path = folder / "pinbus"
        words = ["controller.bench.virtual.pinbus", "--socket", str(bus_path)]
        self.processes.start_module("pinbus", words, wait_ready=True)
        self.bus = PinBus.connect(str(bus_path))
        self.cable = CableHand.start(self.processes, folder / "cable", bus_path)
        self.broker: Broker | None = start_broker(self.processes, folder / "broker")
        self.capture = Capture(self.processes, folder / "capture")
        self._second = None
        if second_opinion and SecondOpinion.available():
            self._second = SecondOpinion(self.processes, folder / "tcpdump")
        self._folder = folder
        self._rig = Rig(boot=dict.fromkeys(Unit))
        self.units = {unit: self._box(unit) for unit in Unit}
        self._traffic: Traffic | None = None
        self._run = evidence.Run()
        self._cable_cut: set[Unit] = set()
        self._straps = dict(self._rig.straps)
        self._gone: list[Vanish] = []
        self._states: dict[Unit, tuple[int, str]] = {}

    def _box(self, unit: Unit) -> UnitBox:
        surroundings = Surroundings(
            folder=self._folder / unit.value,
            bus_path=self._folder / "pinbus",
            serial=self._folder / "cable" / unit.value,
            broker=self.broker.address if self.broker else None,
            broker_port=self.broker.port if self.broker else 0,
            cpu=list(Unit).index(unit) % (os.cpu_count() or 1),
        )
        return UnitBox(unit, self.processes, self.bus, surroundings)

    def prepare(self, rig: Rig) -> None:
        """See World. Whatever the last story left behind is gone."""
        self._stop_traffic()
        self._switch_off_both()
        self._mend_everything(rig)
        for unit, box in self.units.items():
            box.erase()
            text = rig.boot.get(unit)
            if text is not None:
                box.write_startup(text)
            box.start(rig.chassis[unit], rig.facts[unit])
            box.forget_words()
        for box in self.units.values():
            box.await_there()
        self.network.forget()
        self._rig = rig
        self.forget()
        if self._second is not None:
            self._second.start()

    def forget(self) -> None:
        """Measure and judge what happens from now on; the pair goes on as it is."""
        self._run = evidence.Run()
        self._states.clear()
        self.capture.forget()

    def _switch_off_both(self) -> None:
        for box in self.units.values():
            box.power(False)
        for box in self.units.values():
            try:
                box.await_gone()
            except WorldError:
                box.stop()  # a box in doubt is started anew, not trusted

    def _mend_everything(self, rig: Rig) -> None:
        self.hand.calm()
        for vanished in tuple(self._gone):
            self._reappear(Reappear(vanished.unit, vanished.interface))
        if rig.crossover != self.network.crossover:
            for box in self.units.values():
                box.stop()  # the NIC under it is exchanged
            self.network.rewire(rig.crossover)
        self._cable_cut.clear()
        self._straps = dict(rig.straps)
        self.network.speak_ipv6(rig.ipv6)
        self.cable.plug(self._straps)
        if not rig.cable_present:
            self.cable.unplug()
        for unit, box in self.units.items():
            box.plug_all()
            self.cable.flush(unit)

    def do(self, action: Action) -> None:
        """See World."""
        self._alive()
        if not isinstance(action, TrafficSwitch):
            self._run.acted(clock.now_ns())
        match action:
            case PowerOn() | PowerOff():
                self._power(action)
            case PullCable() | PlugCable() | OpenContact() | CloseContact() | Garble():
                self._touch_cable(action)
            case Cut() | Mend() | Worsen() if action.link is Link.CABLE:
                self._touch_wire(action)
            case Cut() | Drop() | BpdusOnly() | Worsen() | Mend() | Switch() | SpanningTree():
                self.hand.do(action)
            case Hosts() | Storm():
                self.hand.do(action)
            case Flap():
                self._flap(action)
            case Vanish():
                self._vanish(action)
            case Reappear():
                self._reappear(action)
            case PullLink(unit, interface) | PlugLink(unit, interface):
                self.units[unit].link(interface, isinstance(action, PlugLink))
            case Kill(unit, process):
                self.units[unit].signal(process, signal.SIGKILL)
            case Stop(unit, process):
                self.units[unit].signal(process, signal.SIGSTOP)
            case Freeze(unit) | Thaw(unit):
                self.units[unit].stand_still(isinstance(action, Freeze))
            case Fit(unit):
                self._off(unit).fit()
            case GoOn(unit, process):
                self.units[unit].go_on(process)
            case Starve(unit, process):
                self.units[unit].starve(process)
            case Erase(unit):
                self._off(unit).erase()
            case Damage(unit):
                self._off(unit).damage()
            case Reflash(unit):
                self._off(unit).erase()
                self.units[unit].write_startup(self._rig.boot.get(unit) or "")
            case CopyFlash(source, target):
                self._off(target).write_startup(self._off(source).read_startup())
            case TrafficSwitch(on):
                self._start_traffic() if on else self._stop_traffic()
            case Refit(unit, key, value):
                self._off(unit).refit(key, value)
            case SetStrap(unit, says):
                self._straps[unit] = says
                self.cable.mark(unit, says)
            case Drift() | SetDate() | Slow() | Crash() | Garbage():
                name = type(action).__name__
                raise WorldError(f"{name}: only the simulated world can do that to a unit")

    def _power(self, action: PowerOn | PowerOff) -> None:
        on = isinstance(action, PowerOn)
        for unit in action.units:
            if on:
                self._run.boots.append((clock.now_ns(), unit))
                self.cable.flush(unit)
            self._states.pop(unit, None)
            self.units[unit].power(on)
        if not on:
            for unit in action.units:
                self.units[unit].await_gone()

    def _touch_cable(
        self, action: PullCable | PlugCable | OpenContact | CloseContact | Garble
    ) -> None:
        match action:
            case PullCable(unit, order, over_ms):
                self.cable.pull(unit, order, over_ms)
                while self.cable.pending():
                    time.sleep(0.001)
            case PlugCable():
                self.cable.plug(self._straps)
                self.cable.cut(self._cable_cut)
            case OpenContact(wire) | CloseContact(wire):
                self.cable.set(wire, isinstance(action, CloseContact))
            case Garble(percent):
                self.cable.garble(percent)

    def _touch_wire(self, action: Cut | Mend | Worsen) -> None:
        match action:
            case Worsen():
                self.cable.worsen(action)
            case Mend():
                self._cable_cut.clear()
                self.cable.mend()
            case Cut(sender=sender):
                self._cable_cut |= set(Unit) if sender is None else {sender}
                self.cable.cut(self._cable_cut)

    def _flap(self, action: Flap) -> None:
        """The switch turned that often, on a schedule of its own: being late makes it no longer."""
        step_s = action.over_ms / 1000 / (2 * action.times)
        due = time.monotonic()
        for turn in range(2 * action.times):
            self.units[action.unit].link(action.interface, plugged=turn % 2 == 1)
            due += step_s
            time.sleep(max(0.0, due - time.monotonic()))

    def _vanish(self, action: Vanish) -> None:
        ethernet = _ethernet(action.interface)
        self.capture.catch_up()
        since_ns = clock.now_ns()
        self.network.vanish(action.unit, ethernet)
        if ethernet in DATA and self._second is not None:
            self._second.lose(action.unit, ethernet, since_ns)
        self.hand.faults.forget(port(action.unit, f"eth{ethernet}"))
        self._gone.append(action)
        self.capture.await_ports(self._ports_there())

    def _reappear(self, action: Reappear) -> None:
        """There when both captures look at its port: nothing the unit says is missed."""
        ethernet = _ethernet(action.interface)
        self.network.prepare_nic(action.unit, ethernet)
        self._gone.remove(Vanish(action.unit, action.interface))
        self.capture.await_ports(self._ports_there())
        if ethernet in DATA and self._second is not None:
            self._second.find(action.unit, ethernet)
        self.network.reappear(action.unit, ethernet)

    def _ports_there(self) -> int:
        gone = sum(_ethernet(vanished.interface) in DATA for vanished in self._gone)
        return len(DATA) * len(Unit) - gone

    def _off(self, unit: Unit) -> UnitBox:
        box = self.units[unit]
        if box.has_power or box.switched_on:
            raise WorldError(f"{unit} has power; its flash is not to be opened")
        return box

    def _start_traffic(self) -> None:
        """On when both directions carry packets and the control window has passed."""
        self._stop_traffic()
        self._traffic = Traffic(self.processes, self._folder / "traffic")
        if not self.traffic_flows():
            return
        self._run.flows_ns, self._run.disturbed_ns = clock.now_ns(), None
        self.run(CONTROL_MS)

    def traffic_flows(self) -> bool:
        """Whether the probe gets through, both ways; waits a little for it to begin."""
        until = time.monotonic() + _FLOWS_S
        while self._traffic is not None and not self._traffic.flows():
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return self._traffic is not None

    def _stop_traffic(self) -> None:
        if self._traffic is not None:
            self._traffic.stop()
        self._traffic = None

    def type(self, unit: Unit, line: str) -> str:
        """See World."""
        box = self.units[unit]
        if not box.switched_on:
            return "ERROR: the unit is off"
        # A look changes nothing: only what could is the end of the control window.
        if not line.lstrip().startswith("show"):
            self._run.acted(clock.now_ns())
        if _ORDER.match(line):
            self._run.orders.append(clock.now_ns())
        return box.console.type(line)

    def console(self, unit: Unit) -> Conversation:
        """See World."""
        return self.units[unit].conversation

    def state(self, unit: Unit) -> str:
        """See World. Asked again within 40 ms it is the same answer: asking costs the unit CPU."""
        self._alive()
        box = self.units[unit]
        if not box.switched_on:
            return "off"
        now_ns = clock.now_ns()
        asked_ns, known = self._states.get(unit, (0, ""))
        if now_ns - asked_ns > _STATE_AGE_NS:
            known = self._ask_state(box)
            self._states[unit] = (now_ns, known)
        return known

    @staticmethod
    def _ask_state(box: UnitBox) -> str:
        try:
            found = _THIS_HOST.search(box.window.type("show failover"))
        except WorldError:
            return "silent"
        return found[1] if found else "silent"

    def messages(self, unit: Unit) -> list[str]:
        """See World."""
        if not self.units[unit].switched_on:
            return []
        try:
            said = self.units[unit].window.type("show logging all")
        except WorldError:
            return []
        # A line begins with the unit's date, which differs from world to world.
        return [line[line.index("%") :] for line in said.splitlines() if ": %" in line]

    def forwarders(self) -> tuple[Unit, ...]:
        """See World. Without traffic, the hosts send some for as long as it takes to see."""
        if self._traffic is None:
            knock = Traffic(self.processes, self._folder / "knock")
            self.run(_RECENT_NS // 1_000_000)
            knock.stop()
        now_ns = clock.now_ns()
        found = self._forwarding()
        return tuple(unit for unit in Unit if found.forwarded(unit, now_ns - _RECENT_NS, now_ns))

    def ping(self, unit: Unit, address: str) -> str:
        """See World."""
        return echo(self.processes, unit, address)

    def now_ms(self) -> int:
        """See World."""
        return clock.now_ns() // 1_000_000

    def run(self, ms: int) -> None:
        """See World."""
        time.sleep(max(0, ms) / 1000)
        self._alive()

    def mark_fault(self) -> None:
        """See World."""
        self._run.faults.append(clock.now_ns())

    def measure(self) -> Measurement:
        """See World. Waits, a little, for an outage to end, so that its length can be told."""
        if self._traffic is not None:
            until = time.monotonic() + _RECOVERS_S
            while not self._traffic.flows() and time.monotonic() < until:
                time.sleep(0.01)
            self.run(2 * SETTLED_NS // 1_000_000)
        end_ns = clock.now_ns()
        outage = self._traffic.outage if self._traffic is not None else None
        tcp = self._traffic.connections if self._traffic is not None else None
        return evidence.measurement(self._run, self._forwarding(), end_ns, outage, tcp)

    def judge(self) -> list[str]:
        """See World. As root, tcpdump's capture of the same run must tell the same."""
        end_ns = clock.now_ns()
        self.capture.catch_up()
        frames = [frame for frame in self.capture.frames() if frame.at_ns <= end_ns]
        ours = forwarding(frames, self._run.boots)
        found = [] if self._rig.two_actives else evidence.violations(self._run, ours)
        for unit, box in self.units.items():
            if crash := box.crash():
                found.append(f"a process of {unit} crashed:\n{crash}")
        if self._second is not None:
            ours, theirs = (
                forwarding(self._second.comparable(seen), self._run.boots)
                for seen in (frames, self._second.frames(end_ns))
            )
            found += disagreements(ours, theirs)
        return found

    def arp_tables(self) -> str:
        """See World."""
        return arp_tables()

    def close(self) -> None:
        """See World."""
        self.bus.close()
        self.cable.close()
        self.processes.end_all()

    def _forwarding(self) -> Forwarding:
        self.capture.catch_up()
        return forwarding(self.capture.frames(), self._run.boots)

    def _alive(self) -> None:
        """A bench process that died would make every later observation a lie."""
        for dead in self.processes.dead():
            raise WorldError(f"{dead.name} ended by itself\n{dead.tail()}")

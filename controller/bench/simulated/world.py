"""The simulated world: two units, their cable and links in virtual time, from one seed.

It plays the same stories as the others and claims less: there are no packets, so no outage, no ARP
and no TCP. What forwards is judged from who holds active addresses on a NIC that is up, at every
change of that. ``Simulation`` is the pair and its wires; ``SimulatedWorld`` gives it the verbs.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from controller.bench.hosts import HOSTS
from controller.bench.simulated.hands import UNIT_FAULTS, hurt
from controller.bench.simulated.simulation import Simulation
from controller.bench.simulated.talk import Session
from controller.bench.simulated.wires import PLACES
from controller.bench.unit_faults import UnitFault
from controller.bench.world import Action as WorldAction
from controller.bench.world import (
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
    Traffic,
    Unit,
    Vanish,
    Wire,
    WorldError,
    Worsen,
)
from firmware.core.management import events as me

ANSWER_US = 3_000_000  # a command that is not answered by then never will be


class SimulatedWorld:
    """The verbs of the bench over a ``Simulation``."""

    name = "simulated"
    claims = frozenset({Claim.DECIDE, Claim.OVERLAP})

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._sim: Simulation | None = None
        self._faults_us: list[int] = []
        self._sessions: dict[tuple[Unit, me.SessionKind], Session] = {}
        self._verbs: dict[type, Callable[[Any], None]] = {
            PowerOn: lambda a: self._power(a.units, True),
            PowerOff: lambda a: self._power(a.units, False),
            PullCable: self._pull_cable,
            PlugCable: lambda _: self._contacts(True),
            OpenContact: lambda a: self.sim.contact(a.wire, False),
            CloseContact: lambda a: self.sim.contact(a.wire, True),
            PullLink: lambda a: self.sim.units[a.unit].link_switch(a.interface, False),
            PlugLink: lambda a: self.sim.units[a.unit].link_switch(a.interface, True),
            Cut: lambda a: self.sim.cut(a),
            Drop: lambda a: self.sim.links[a.link].drop(a),
            BpdusOnly: self._bpdus_only,
            Worsen: lambda a: self.sim.worsen(a),
            Mend: lambda a: self.sim.mend(a.link),
            Switch: lambda a: self.sim.switch(a),
            SpanningTree: lambda a: self.sim.spanning_tree(a),
            Hosts: lambda a: self.sim.listening.behave(a),
            Storm: lambda a: self.sim.listening.storm(a),
            Flap: self._flap,
            Vanish: lambda a: self.sim.units[a.unit].vanish(a.interface),
            Reappear: lambda a: self.sim.units[a.unit].reappear(a.interface),
            Garble: lambda a: setattr(self.sim.cable, "garbled_percent", a.percent),
            Kill: lambda a: self.sim.units[a.unit].kill(a.process),
            Stop: lambda a: self.sim.units[a.unit].stop(a.process),
            Freeze: lambda a: self.sim.units[a.unit].freeze(),
            Thaw: lambda a: self.sim.units[a.unit].thaw(),
            Fit: self._fit,
            Erase: lambda a: self.sim.units[a.unit].flash.clear(),
            CopyFlash: self._copy_flash,
            Traffic: lambda a: setattr(self.sim.listening, "traffic", a.on),
            **dict.fromkeys(UNIT_FAULTS, self._hurt),
        }

    @property
    def sim(self) -> Simulation:
        """The pair now on the bench."""
        if self._sim is None:
            raise WorldError("nothing was prepared")
        return self._sim

    def prepare(self, rig: Rig) -> None:
        """A new pair."""
        self._sim = Simulation(rig, self._seed)
        self._faults_us.clear()
        self._sessions.clear()

    def do(self, action: WorldAction) -> None:
        """Obey one verb."""
        self._verbs[type(action)](action)

    def _power(self, units: tuple[Unit, ...], on: bool) -> None:
        for unit in units:
            self.sim.power(unit, on)

    def _pull_cable(self, action: PullCable) -> None:
        step_us = action.over_ms * 1000 // max(len(action.order), 1)
        for wire in action.order:
            self.sim.contact(wire, False)
            self.sim.schedule.run(step_us)

    def _contacts(self, closed: bool) -> None:
        for wire in Wire:
            self.sim.contact(wire, closed)

    def _bpdus_only(self, action: BpdusOnly) -> None:
        if not self.sim.links[action.link].forward_delay_us:
            raise WorldError(f"the switch of {action.link} runs no spanning tree: nothing is left")
        self.sim.links[action.link].drop(action)

    def _flap(self, action: Flap) -> None:
        step_us = action.over_ms * 1000 // (2 * action.times)
        for _ in range(action.times):
            for closed in (False, True):
                self.sim.units[action.unit].link_switch(action.interface, closed)
                self.sim.schedule.run(step_us)

    def _fit(self, action: Fit) -> None:
        self.sim.fit(action.unit)
        for at in [at for at in self._sessions if at[0] is action.unit]:
            del self._sessions[at]

    def _hurt(self, action: UnitFault) -> None:
        hurt(self.sim, action)

    def _copy_flash(self, action: CopyFlash) -> None:
        config = self.sim.units[action.source].flash.get(me.STARTUP_CONFIG)
        if config is None:
            raise WorldError(f"{action.source} has no startup-config to copy")
        self.sim.units[action.target].flash[me.STARTUP_CONFIG] = config

    def type(self, unit: Unit, line: str) -> str:
        """Type a line, and let time pass until it is answered."""
        box = self.sim.units[unit]
        if not box.powered:
            return "ERROR: the unit is off"
        if box.management is None:
            return "ERROR: the unit does not answer yet"
        session = self._session(unit, me.SessionKind.PROGRAM)
        session.say(line)
        until_us = self.sim.schedule.now_us + ANSWER_US
        while not session.answered and self.sim.schedule.step(until_us):
            pass
        return session.heard() if session.answered else "ERROR: the unit did not answer"

    def console(self, unit: Unit) -> Session:
        """See World."""
        return self._session(unit, me.SessionKind.CONSOLE)

    def _session(self, unit: Unit, kind: me.SessionKind) -> Session:
        """The one session of that kind at that unit; it keeps its place."""
        if (unit, kind) not in self._sessions:
            number = len(self._sessions) + 1
            self._sessions[unit, kind] = Session(self.sim.units[unit], number, kind)
        return self._sessions[unit, kind]

    def state(self, unit: Unit) -> str:
        """What the unit's failover machine is."""
        return self.sim.units[unit].state

    def messages(self, unit: Unit) -> list[str]:
        """The unit's message buffer."""
        management = self.sim.units[unit].management
        return list(management.messages) if management is not None else []

    def forwarders(self) -> tuple[Unit, ...]:
        """Who could forward within the last 500 ms."""
        return self.sim.judge.forwarded_since(self.sim.schedule.now_us - 500_000)

    def ping(self, unit: Unit, address: str) -> str:
        """Only whether somebody holds the address and can be reached; there are no packets here."""
        found = self._holder(unit, address)
        if found is None:
            return f"nobody holds {address}"
        holder, physical = found
        link = self.sim.links[PLACES[physical]]
        reached = link.speaks(unit) and self.sim.carrier(unit, physical)
        if isinstance(holder, Unit) and holder is not unit:
            reached = reached and link.hears(holder) and link.silenced != set(Unit)
        if not reached and holder is not unit:
            return f"{holder} holds {address} and cannot be reached"
        self.sim.listening.pinged(unit, physical, address)
        return ""

    def _holder(self, unit: Unit, address: str) -> tuple[Unit | str, str] | None:
        """Who has that address, a unit or a host, and by which interface the unit gets there."""
        wanted = ip_address(address)
        for holder, box in self.sim.units.items():
            for persona in box.data.plan.personas if box.data.plan is not None else ():
                active, standby = (
                    (persona.active, persona.active6),
                    (persona.standby, persona.standby6),
                )
                here = active if box.data.holding else standby
                if box.powered and any(end is not None and end.ip == wanted for end in here):
                    return holder, persona.physical
        for host in HOSTS:
            physical = next(name for name, link in PLACES.items() if link is host.link)
            if address in (host.address, host.address6) and self.sim.units[unit].powered:
                return f"the host {host.name}", physical
        return None

    def now_ms(self) -> int:
        """Virtual time."""
        return self.sim.schedule.now_ms

    def run(self, ms: int) -> None:
        """Jump."""
        self.sim.schedule.run(ms * 1000)

    def mark_fault(self) -> None:
        """From here on, who forwards next?"""
        self._faults_us.append(self.sim.schedule.now_us)

    def measure(self) -> Measurement:
        """Time to decide and overlap; packets do not exist here."""
        judge = self.sim.judge
        decided = [judge.decided_us(fault) for fault in self._faults_us]
        known = [us / 1000 for us in decided if us is not None]
        overlap = max((judge.overlap_us(fault) for fault in self._faults_us), default=0)
        return Measurement(
            decide_ms=max(known, default=None),
            overlap_ms=overlap / 1000,
        )

    def judge(self) -> list[str]:
        """The forwarder bounds."""
        return [] if self.sim.rig.two_actives else self.sim.judge.violations()

    def arp_tables(self) -> str:
        """Not claimed."""
        return ""

    def close(self) -> None:
        """Nothing to end."""
        self._sim = None

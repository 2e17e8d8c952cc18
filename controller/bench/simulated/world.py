"""The simulated world: two units, their cable and links in virtual time, from one seed.

It plays the same stories as the others and claims less: there are no packets, so no outage, no ARP
and no TCP. What forwards is judged from who holds active addresses on a NIC that is up, at every
change of that. ``Simulation`` is the pair and its wires; ``SimulatedWorld`` gives it the verbs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from random import Random
from typing import Any

from controller.bench.simulated.clock import Schedule
from controller.bench.simulated.invariants import Judge
from controller.bench.simulated.talk import Session
from controller.bench.simulated.unit import SimulatedUnit
from controller.bench.simulated.wires import PLACES, EthernetLink, Said, SimulatedCable
from controller.bench.world import Action as WorldAction
from controller.bench.world import (
    Claim,
    CloseContact,
    CopyFlash,
    Cut,
    Erase,
    Garble,
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
    Rig,
    Stop,
    Traffic,
    Unit,
    Wire,
    WorldError,
)
from firmware.core.failover import events as ev
from firmware.core.management import events as me
from firmware.core.settings import Identity, Mode, PhysicalInterface, Platform, UnitFacts
from firmware.core.wire.bodies import CABLE, LAN, Frame

BOOT_US, BOOT_SPREAD_US = 400_000, 200_000
ANSWER_US = 3_000_000  # a command that is not answered by then never will be
IDENTITIES = {Unit.PRIMARY: Identity.PRIMARY, Unit.SECONDARY: Identity.SECONDARY}


def facts(unit: Unit, chassis: str) -> UnitFacts:
    """Two alike PIX with six interfaces; MACs that say whose they are."""
    mark = 1 if unit is Unit.PRIMARY else 2
    return UnitFacts(
        chassis=chassis,
        model="PIX-515E",
        version="7.2(1)",
        platform=Platform.PIX,
        memory_mb=128,
        flash_mb=16,
        licence="UR",
        interfaces=tuple(
            PhysicalInterface(
                physical=f"Ethernet{n}", burned_in_mac=f"00:06:5b:{mark:02x}:00:{n:02x}"
            )
            for n in range(6)
        ),
        real_time=True,
    )


class Simulation:
    """Two units and what is between them. One seed decides every delay and loss."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.schedule = Schedule()
        self.chance = Random(seed)
        self.cable = SimulatedCable(self.schedule, self.chance)
        self.links = {link: EthernetLink(self.schedule, self.chance) for link in Link}
        self.rig = rig
        for unit, strap in rig.straps.items():
            self.cable.straps[unit] = IDENTITIES[strap]
        if not rig.cable_present:
            self.cable.closed = dict.fromkeys(Wire, False)
        self.units = {unit: self._unit(unit, rig) for unit in Unit}
        self.judge = Judge(self.schedule, self.units)
        self.carriers: dict[tuple[Unit, str], bool] = {}

    def _unit(self, unit: Unit, rig: Rig) -> SimulatedUnit:
        said = dict[str, Any](rig.facts[unit])
        if "platform" in said:
            said["platform"] = Platform(said["platform"])
        made = SimulatedUnit(
            name=unit,
            facts=replace(facts(unit, rig.chassis[unit]), **said),
            around=self,
            has_cable=rig.mode is Mode.CABLE,
        )
        boot = rig.boot[unit]
        if boot is not None:
            made.flash[me.STARTUP_CONFIG] = boot
        return made

    # Around: what a unit sees of the world

    def boot_us(self) -> int:
        """Processes do not start equally quickly."""
        return BOOT_US + self.chance.randrange(BOOT_SPREAD_US)

    def nonce(self) -> int:
        """Never 0."""
        return self.chance.getrandbits(64) | 1

    def cable_facts(self, unit: Unit) -> ev.CableFacts | None:
        """The lines of the unit's plug."""
        return self.cable.facts(unit, self.units[unit.mate].powered)

    def say(self, unit: Unit, channel: str, frame: Frame) -> None:
        """Onto the cable or a link, if the unit's end of it is up."""
        if channel == CABLE:
            self.cable.send(unit, frame, self._from_cable)
            return
        physical = self._failover_nic(unit) if channel == LAN else channel
        link = PLACES.get(physical)
        if link is None or not self.units[unit].nics.get(physical, False):
            return

        def deliver(to: Unit, arrived: Said) -> None:
            if self._carrier(to, physical):
                self.units[to].hear(channel, arrived)

        self.links[link].carry(unit, self.units[unit].sealed(frame), deliver)

    def _failover_nic(self, unit: Unit) -> str:
        engine = self.units[unit].engine
        link = engine.unit.settings.failover_link if engine is not None else None
        return link.physical if link is not None else "Ethernet3"

    def _from_cable(self, to: Unit, frame: Frame | None) -> None:
        unit = self.units[to]
        if not unit.powered:
            return
        if frame is None:
            unit.step(ev.BadFrameReceived(CABLE, "wrong CRC"))
        else:
            unit.step(ev.FrameReceived(CABLE, frame))

    def changed(self, unit: Unit) -> None:
        """Carriers and cable facts follow at their own pace; judges look at once."""
        if not hasattr(self, "carriers"):
            return  # a unit is still being made
        self.judge.look()
        self.schedule.after(800, self._tell_carriers)
        self.tell_cable()

    def tell_cable(self) -> None:
        """Both units' lines, as they now are, an edge's time later."""
        for unit in Unit:
            if self.units[unit].has_cable:
                self.schedule.after(300, lambda unit=unit: self._edge(unit))  # type: ignore[misc]

    def _edge(self, unit: Unit) -> None:
        box = self.units[unit]
        seen = self.cable_facts(unit)
        if seen is None or box.engine is None or not box.engine.started:
            return
        if seen != box.engine.unit.cable.facts:
            box.step(ev.CableChanged(seen))

    def _carrier(self, unit: Unit, physical: str) -> bool:
        here = self.units[unit].nics.get(physical, False)
        if self.rig.crossover and PLACES.get(physical) is Link.FAILOVER:
            return here and self.units[unit.mate].nics.get(physical, False)
        return here

    def _tell_carriers(self) -> None:
        for unit, box in self.units.items():
            if box.engine is None or not box.engine.started:
                continue
            for physical in box.nics:
                up = self._carrier(unit, physical)
                if box.engine is not None and box.engine.unit.carriers.get(physical) != up:
                    box.step(ev.CarrierChanged(physical, up))

    # Faults, for verbs and schedules alike

    def contact(self, wire: Wire, closed: bool) -> None:
        """One contact of the cable opens or closes."""
        self.cable.closed[wire] = closed
        self.tell_cable()

    def power(self, unit: Unit, on: bool) -> None:
        """A power switch."""
        if not on:
            self.cable.power_cut(unit)
        self.units[unit].power(on)

    def cut(self, link: Link, senders: tuple[Unit, ...]) -> None:
        """Nothing these send passes on that link."""
        silenced = self.cable.silenced if link is Link.CABLE else self.links[link].silenced
        silenced.update(senders)

    def mend(self, link: Link) -> None:
        """Everything passes again."""
        if link is Link.CABLE:
            self.cable.silenced.clear()
            self.cable.garbled_percent = 0
        self.links[link].silenced.clear()

    def hears(self, unit: Unit) -> bool:
        """Whether what the mate says on the failover link reaches that unit now."""
        mate = unit.mate
        if self.rig.mode is Mode.CABLE:
            whole = self.cable.closed[Wire(f"transmit-{mate}")] and not self.cable.garbled_percent
            return whole and mate not in self.cable.silenced
        there = self._carrier(mate, "Ethernet3") and mate not in self.links[Link.FAILOVER].silenced
        return there and self._carrier(unit, "Ethernet3")


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
            Cut: self._cut,
            Mend: lambda a: self.sim.mend(a.link),
            Garble: lambda a: setattr(self.sim.cable, "garbled_percent", a.percent),
            Kill: lambda a: self.sim.units[a.unit].kill(a.process),
            Stop: lambda a: self.sim.units[a.unit].stop(a.process),
            Erase: lambda a: self.sim.units[a.unit].flash.clear(),
            CopyFlash: self._copy_flash,
            Traffic: lambda _: None,
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

    def _cut(self, action: Cut) -> None:
        """A unit cut off its switch neither says nor hears: both directions between the two."""
        senders = tuple(Unit) if action.sender is None else (action.sender,)
        self.sim.cut(action.link, senders)

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
        wanted = IPv4Address(address)
        for holder, box in self.sim.units.items():
            for persona in box.data.plan.personas if box.data.plan is not None else ():
                here = persona.active if box.data.holding else persona.standby
                if here is None or here.ip != wanted or not box.powered:
                    continue
                link = self.sim.links[PLACES[persona.physical]]
                if holder is unit or not link.silenced:
                    return ""
                return f"{holder} holds {address} and cannot be reached"
        return f"nobody holds {address}"

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

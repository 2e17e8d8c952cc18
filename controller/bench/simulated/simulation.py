"""The simulated pair and what is between its units: one seed decides every delay and loss."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from controller.bench.simulated.around import Test
from controller.bench.simulated.clock import Schedule
from controller.bench.simulated.ethernet import EthernetLink
from controller.bench.simulated.garbage import recording
from controller.bench.simulated.invariants import Judge
from controller.bench.simulated.listening import Listening
from controller.bench.simulated.unit import SimulatedUnit
from controller.bench.simulated.wires import PLACES, Said, SimulatedCable
from controller.bench.world import (
    CARD,
    Condition,
    Cut,
    Link,
    Rig,
    SpanningTree,
    Switch,
    Unit,
    Wire,
    WorldError,
    Worsen,
)
from firmware.core.failover import events as ev
from firmware.core.management import events as me
from firmware.core.settings import Identity, Mode, PhysicalInterface, Platform, UnitFacts
from firmware.core.wire.bodies import CABLE, LAN, Frame

BOOT_US, BOOT_SPREAD_US = 400_000, 200_000
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


def _card(unit: Unit) -> PhysicalInterface:
    """The interface of a card, with a MAC that says whose it is."""
    mark = 1 if unit is Unit.PRIMARY else 2
    return PhysicalInterface(physical=CARD, burned_in_mac=f"00:06:5b:{mark:02x}:00:10")


class Simulation:
    """Two units and what is between them. One seed decides every delay and loss."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.schedule = Schedule()
        self.chance = Random(seed)
        self.cable = SimulatedCable(self.schedule, self.chance)
        self.links = {link: EthernetLink(self.schedule, self.chance) for link in Link}
        self.card = EthernetLink(self.schedule, self.chance)  # between the cards' interfaces
        self.rig = rig
        for unit, strap in rig.straps.items():
            self.cable.straps[unit] = IDENTITIES[strap]
        if not rig.cable_present:
            self.cable.closed = dict.fromkeys(Wire, False)
        self.units = {unit: self._unit(unit, rig) for unit in Unit}
        self.listening = Listening(self)
        self.judge = Judge(self.schedule, self.units)
        self.recordings = {link: recording() for link in Link}
        self.carriers: dict[tuple[Unit, str], bool] = {}  # of the switches' ports

    def _unit(self, unit: Unit, rig: Rig) -> SimulatedUnit:
        said = dict[str, Any](rig.facts[unit])
        if "platform" in said:
            said["platform"] = Platform(said["platform"])
        made = SimulatedUnit(
            name=unit,
            facts=replace(facts(unit, rig.chassis[unit]), **said),
            around=self,
            has_cable=rig.mode is Mode.CABLE or rig.cable_present,
        )
        boot = rig.boot[unit]
        if boot is not None:
            made.flash[me.STARTUP_CONFIG] = boot
        return made

    def fit(self, unit: Unit) -> None:
        """The same unit and flash with a card, in place of the one without. Raises WorldError."""
        old = self.units[unit]
        if old.powered:
            raise WorldError(f"{unit} has power; no card is put into it")
        self.units[unit] = SimulatedUnit(
            name=unit,
            facts=replace(old.facts, interfaces=(*old.facts.interfaces, _card(unit))),
            around=self,
            has_cable=old.has_cable,
            flash=old.flash,
        )

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
            self.recordings[Link.CABLE].append(frame)
            self.cable.send(unit, frame, self._from_cable)
            return
        physical = self._failover_nic(unit) if channel == LAN else channel
        link = self._wire(physical)
        if link is None or not self.units[unit].nics.get(physical, False):
            return

        def deliver(to: Unit, arrived: Said) -> None:
            if self.carrier(to, physical):
                self.units[to].hear(channel, arrived)

        said = self.units[unit].sealed(frame)
        if physical in PLACES:
            self.recordings[PLACES[physical]].append(said)
        link.carry(unit, said, deliver)

    def _wire(self, physical: str) -> EthernetLink | None:
        """What that interface is plugged into; None: nothing."""
        place = PLACES.get(physical)
        return self.card if physical == CARD else self.links[place] if place is not None else None

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
        self._note_ports()
        self.schedule.after(800, self._tell_carriers)
        self.tell_cable()

    def listen(self, unit: Unit, effect: Test) -> None:
        """An interface test."""
        self.listening.obey(unit, effect)

    def _note_ports(self) -> None:
        for physical, place in PLACES.items():
            for unit in Unit:
                up = self.carrier(unit, physical)
                if up and not self.carriers.get((unit, physical), False):
                    self.links[place].came_up(unit)
                self.carriers[unit, physical] = up

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

    def carrier(self, unit: Unit, physical: str) -> bool:
        """Whether that NIC is up, and there is power at the other end of its wire."""
        here = self.units[unit].nics.get(physical, False)
        place = PLACES.get(physical)
        if place is not None and self.links[place].condition is Condition.OFF:
            return False
        if self.rig.crossover and place is Link.FAILOVER:
            return here and self.units[unit.mate].nics.get(physical, False)
        return here

    def _tell_carriers(self) -> None:
        for unit, box in self.units.items():
            if box.engine is None or not box.engine.started:
                continue
            for physical in box.nics:
                up = self.carrier(unit, physical)
                if box.engine is not None and box.engine.unit.carriers.get(physical) != up:
                    box.step(ev.CarrierChanged(physical, up, physical in box.gone))

    # Faults, for verbs and schedules alike

    def contact(self, wire: Wire, closed: bool) -> None:
        """One contact of the cable opens or closes."""
        self.cable.closed[wire] = closed
        self.tell_cable()

    def power(self, unit: Unit, on: bool) -> None:
        """A power switch."""
        if not on:
            self.cable.power_cut(unit)
            self.listening.forget(unit)
        self.units[unit].power(on)

    def cut(self, cut: Cut) -> None:
        """Nothing passes as that says."""
        if cut.link is Link.CABLE:
            self.cable.silenced.update(Unit if cut.sender is None else (cut.sender,))
        else:
            self.links[cut.link].cut(cut)

    def worsen(self, fault: Worsen) -> None:
        """A link delays, loses, repeats or overtakes."""
        if fault.link is not Link.CABLE:
            self.links[fault.link].worsen(fault)
            return
        if fault.delay_ms is not None:
            self.cable.delay_us = fault.delay_ms * 1000
        if fault.lose_percent is not None:
            self.cable.lost_percent = fault.lose_percent

    def mend(self, link: Link) -> None:
        """Everything passes again."""
        if link is Link.CABLE:
            self.cable.mend()
        self.links[link].mend()

    def switch(self, action: Switch) -> None:
        """A switch hangs, loses its power or starts."""
        self.links[self.switched(action.link)].become(action.condition)
        for unit in Unit:
            self.changed(unit)

    def spanning_tree(self, action: SpanningTree) -> None:
        """A switch runs spanning tree from now on, or ends it, which opens its ports."""
        link = self.links[self.switched(action.link)]
        link.forward_delay_us = (action.forward_delay_ms or 0) * 1000
        if action.forward_delay_ms is None:
            link.open_ports()

    def switched(self, link: Link) -> Link:
        """That link, which has a switch. Raises WorldError for a crossover."""
        if self.rig.crossover and link is Link.FAILOVER:
            raise WorldError("the failover link is a crossover here: it has no switch")
        return link

    def hears(self, unit: Unit) -> bool:
        """Whether what the mate says on the failover link reaches that unit now."""
        mate = unit.mate
        if self.rig.mode is Mode.CABLE:
            noisy = self.cable.garbled_percent or self.cable.lost_percent
            whole = self.cable.closed[Wire(f"transmit-{mate}")] and not noisy
            return whole and mate not in self.cable.silenced
        there = self.carrier(mate, "Ethernet3") and self.carrier(unit, "Ethernet3")
        link = self.links[Link.FAILOVER]
        return there and link.passes(mate) and not link.loss

"""Two whole units in the simulated world: what is typed on both, lost, refused and sent anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from controller.bench.simulated.managing import obey
from controller.bench.simulated.unit import SimulatedUnit
from controller.bench.simulated.world import SimulatedWorld
from controller.bench.world import (
    Action,
    Cut,
    Kill,
    Link,
    Mend,
    PowerOff,
    PowerOn,
    Process,
    Rig,
    Unit,
)
from firmware.core.failover import effects as fe
from firmware.core.failover import events as fev
from firmware.core.management import events as ev
from firmware.core.management.replicate import messages as say
from firmware.core.settings import Mode, PhysicalInterface

BOOT = Path(__file__).parents[1] / "stories" / "boot"
P, S = Unit.PRIMARY, Unit.SECONDARY


class Pair:
    """A simulated pair that has settled, and everything its managements said to each other."""

    def __init__(self, mode: Mode, seed: int = 1, facts: dict[Unit, dict[str, int]] | None = None):
        folder = BOOT / f"{mode.value}-saved"
        boot = {unit: (folder / f"{unit}.cfg").read_text(encoding="utf-8") for unit in Unit}
        self.world = SimulatedWorld(seed)
        rig = Rig(boot=boot, mode=mode, cable_present=mode is Mode.CABLE)
        self.world.prepare(replace(rig, facts={unit: (facts or {}).get(unit, {}) for unit in Unit}))

    def start(self) -> Pair:
        self.do(PowerOn((P, S)))
        self.world.run(20_000)
        assert self.states() == ("Active", "Standby Ready")
        if self.box(P).flash[ev.STARTUP_CONFIG].find("failover lan enable") < 0:
            assert not self.type(P, "failover polltime unit msec 200 holdtime msec 800")
        self.world.run(3_000)
        return self

    def do(self, action: Action) -> None:
        self.world.do(action)

    def box(self, unit: Unit) -> SimulatedUnit:
        return self.world.sim.units[unit]

    def type(self, unit: Unit, *lines: str) -> str:
        return "".join(self.world.type(unit, line) for line in lines)

    def states(self) -> tuple[str, str]:
        return self.world.state(P), self.world.state(S)

    def digests(self) -> tuple[int, ...]:
        return tuple(self.engine(unit).unit.settings.digest for unit in Unit)

    def engine(self, unit: Unit):  # type: ignore[no-untyped-def]
        engine = self.box(unit).engine
        assert engine is not None
        return engine

    def running(self, unit: Unit) -> str:
        management = self.box(unit).management
        assert management is not None
        return management.running_config

    def logged(self, unit: Unit, number: int) -> list[str]:
        return [text for text in self.world.messages(unit) if f"-{number}:" in text]

    def history(self, unit: Unit) -> list[str]:
        return [change.after.text for _, change in self.box(unit).history]

    def slip_in(self, line: str) -> None:
        """The standby has a line that the active unit knows nothing of, and nobody typed."""
        batch = say.Batch(1, (say.Line((), line),))
        event = ev.FromFailover(fe.DeliverMessage(say.encode(batch)))
        self.box(S).step_management(event)


MODES = pytest.mark.parametrize("mode", list(Mode))


@MODES
@pytest.mark.parametrize("seed", range(1, 6))
def test_two_terminals_typing_throughout_a_synchronisation_end_equal(mode: Mode, seed: int) -> None:
    pair = Pair(mode, seed).start()
    pair.type(P, *(f"access-list 200 extended permit tcp any host 10.9.8.{n}" for n in range(250)))
    pair.world.run(5_000)
    assert pair.type(P, "write standby") == ""
    answers, before = [], len(pair.history(S))
    for number in range(2_000):
        answers.append(
            pair.type(S, f"access-list 300 extended deny tcp any host 10.1.1.{number % 200}")
        )
        pair.type(
            P, f"access-list 400 extended deny udp any host 10.2.{number // 200}.{number % 200}"
        )
        pair.world.run(1 + number % 7)
        if "Standby Ready" in pair.history(S)[before:]:
            break
    pair.world.run(20_000)
    assert pair.states() == ("Active", "Standby Ready")
    assert all("WARNING" in answer or answer.startswith("ERROR") for answer in answers)
    assert pair.digests()[0] == pair.digests()[1]
    assert "access-list 300" not in pair.running(S)
    if mode is Mode.CABLE:  # on the LAN it is over between two lines
        assert any("being replicated" in answer for answer in answers)
        assert pair.logged(P, 709008)


@MODES
def test_many_pasted_lines_share_messages(mode: Mode) -> None:
    pair = Pair(mode).start()
    management, said = pair.box(P).management, 0
    assert management is not None
    for number in range(500):
        line = f"access-list 200 extended permit tcp any host 10.9.{number // 200}.{number % 200}"
        now_ms = pair.world.now_ms()
        for effect in management.step(ev.CommandEntered(99, line), now_ms, now_ms):
            said += isinstance(effect, ev.ToFailover) and isinstance(
                effect.event, fev.MessageQueued
            )
            obey(pair.box(P), effect)
    assert said == 1
    pair.world.run(10_000)
    assert pair.digests()[0] == pair.digests()[1]
    assert "host 10.9.2.99" in pair.running(S)
    assert management._model.mirror.outbox.number < 600


@MODES
def test_a_line_that_only_the_standby_has_mends_itself(mode: Mode) -> None:
    pair = Pair(mode).start()
    pair.slip_in("hostname stray")
    assert "hostname stray" in pair.running(S)
    pair.world.run(10_000)
    assert pair.states() == ("Active", "Standby Ready")
    assert pair.digests()[0] == pair.digests()[1]
    assert "hostname stray" not in pair.running(S)
    reasons = [change.reason for _, change in pair.box(S).history]
    assert reasons.count("Configuration mismatch") == 1
    assert not pair.logged(P, 990016)


def test_what_the_standby_refuses_is_told_on_both_and_not_tried_for_ever() -> None:
    """Alike in number and type of interfaces, and yet one is called otherwise."""
    pair = Pair(Mode.LAN)
    box = pair.box(S)
    other = PhysicalInterface(physical="Ethernet9", burned_in_mac="00:06:5b:02:00:09")
    box.facts = replace(box.facts, interfaces=(*box.facts.interfaces[:5], other))
    box.nics["Ethernet9"] = box.nics.pop("Ethernet5")
    pair.do(PowerOn((P, S)))
    pair.world.run(60_000)
    pair.type(P, "interface Ethernet5", "description spare")
    pair.world.run(60_000)
    assert pair.states() == ("Active", "Standby Ready")
    assert pair.logged(P, 709007)
    assert pair.logged(S, 709007)
    told = pair.logged(P, 990016)
    assert "refused" in told[-1]
    began = len(pair.logged(P, 709003))
    assert began <= 5
    pair.world.run(600_000)
    assert len(pair.logged(P, 709003)) == began
    pair.do(PowerOff((P,)))
    pair.world.run(20_000)
    assert pair.world.state(S) == "Active"


@MODES
def test_a_line_typed_as_the_active_unit_dies_is_on_both_or_on_none(mode: Mode) -> None:
    pair = Pair(mode).start()
    pair.type(P, "hostname dying")
    pair.do(Kill(P, Process.FAILOVER))
    pair.world.run(30_000)
    assert sorted(pair.states()) == ["Active", "Standby Ready"]
    assert pair.digests()[0] == pair.digests()[1]


def test_lines_typed_while_nothing_passes_wait_and_too_many_become_one_configuration() -> None:
    pair = Pair(Mode.LAN).start()
    pair.do(Cut(Link.FAILOVER))
    pair.world.run(20_000)
    for number in range(60_000):
        octets = f"10.{number // 62500}.{number // 250 % 250}.{number % 250}"
        pair.box(P).management._model.mirror.outbox.add(  # type: ignore[union-attr]
            say.Line((), f"name {octets} n{number}")
        )
    assert pair.box(P).management._model.mirror.outbox.owed  # type: ignore[union-attr]
    before = len(pair.logged(P, 709003))
    pair.do(Mend(Link.FAILOVER))
    pair.world.run(30_000)
    assert len(pair.logged(P, 709003)) == before + 1
    assert pair.digests()[0] == pair.digests()[1]


def test_a_flash_too_small_keeps_what_it_has_and_both_say_so() -> None:
    pair = Pair(Mode.LAN, facts={S: {"flash_mb": 1}}).start()
    kept = pair.running(S)
    model = pair.box(P).management._model  # type: ignore[union-attr]
    lines = "".join(
        f"access-list big extended permit tcp any host 10.{n // 62500}.{n // 250 % 250}.{n % 250}\n"
        for n in range(25_000)
    )
    model.configuration.load(model.configuration.text + lines)
    assert len(model.configuration.text) > 1 << 20
    assert pair.type(P, "write standby") == ""
    pair.world.run(3_000)
    assert pair.world.state(S) == "Cold Standby"
    assert pair.running(S) == kept
    assert pair.logged(P, 105020)
    assert pair.logged(S, 105020)
    pair.world.run(300_000)
    assert len(pair.logged(S, 105020)) < 10
    assert pair.type(S, "write memory").startswith("Building") or kept == pair.running(S)


def test_an_edit_on_the_standby_outlives_its_management() -> None:
    pair = Pair(Mode.LAN).start()
    pair.type(S, "hostname mine")
    pair.do(Kill(S, Process.MANAGEMENT))
    pair.world.run(20_000)
    assert pair.states() == ("Active", "Standby Ready")
    assert "hostname mine" in pair.running(S)
    assert "changed by hand" in pair.logged(P, 990016)[-1]
    assert pair.type(P, "write standby") == ""
    pair.world.run(5_000)
    assert pair.digests()[0] == pair.digests()[1]
    assert pair.logged(P, 990017)


def test_the_same_line_typed_on_both_is_no_difference() -> None:
    pair = Pair(Mode.LAN).start()
    pair.type(S, "hostname same")
    pair.type(P, "hostname same")
    pair.world.run(5_000)
    assert not pair.engine(S).unit.settings.edited
    pair.slip_in("hostname stray")
    pair.world.run(10_000)
    assert "hostname same" in pair.running(S)


@MODES
def test_files_are_deleted_and_renamed_on_both_and_copied_on_one(mode: Mode) -> None:
    pair = Pair(mode).start()
    for unit in Unit:
        assert "bytes copied" in pair.type(unit, "copy running-config flash:old.cfg")
    assert "bytes copied" in pair.type(P, "copy running-config flash:here.cfg")

    def files(unit: Unit) -> set[str]:
        return {name for name in pair.box(unit).flash if name.startswith("file.")}

    assert pair.type(P, "rename flash:old.cfg flash:/kept.cfg") == ""
    pair.world.run(3_000)
    assert files(P) == {"file.kept.cfg", "file.here.cfg"}
    assert files(S) == {"file.kept.cfg"}
    assert "no such file" in pair.type(P, "rename flash:old.cfg flash:new.cfg")
    assert pair.type(P, "delete /noconfirm flash:kept.cfg", "rename flash:here.cfg flash:x") == ""
    pair.world.run(3_000)
    assert (files(P), files(S)) == ({"file.x"}, set())
    (told,) = pair.logged(S, 709007)  # it never had here.cfg; that is no difference of lines
    assert "flash:/here.cfg" in told
    assert not pair.logged(P, 990016)
    assert "bytes copied" in pair.type(S, "copy running-config flash:own")
    assert pair.type(S, "delete /noconfirm flash:own") == ""
    pair.world.run(3_000)
    assert files(P) == {"file.x"}
    assert pair.digests()[0] == pair.digests()[1]
    assert "no directories" in pair.type(P, "mkdir flash:/logs")

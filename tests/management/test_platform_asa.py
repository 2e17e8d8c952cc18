"""Platform asa: the LAN untold, its own messages, and the document's replacement of a unit."""

from __future__ import annotations

from dataclasses import replace

from test_replication_pair import P, Pair, S

from controller.bench.world import PowerOff, PowerOn, Unit
from firmware.core.settings import Mode, Platform

STEPS = (
    "failover lan unit primary",
    "failover lan interface failover Ethernet3",
    "failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2",
    "interface Ethernet3",
    "no shut",
    "exit",
)


class Asas(Pair):
    """Two of them, with the document's LAN configuration as an ASA has it."""

    def __init__(self) -> None:
        super().__init__(Mode.LAN)
        for unit in Unit:
            box = self.box(unit)
            box.facts = replace(box.facts, platform=Platform.ASA, model="ASA5510")
            lines = box.flash["startup-config"].splitlines(keepends=True)
            box.flash["startup-config"] = "".join(
                line for line in lines if line.strip() != "failover lan enable"
            )

    def start(self) -> Asas:
        self.do(PowerOn((P, S)))
        self.world.run(30_000)
        assert self.states() == ("Active", "Standby Ready")
        return self


def test_failover_is_over_the_lan_and_nobody_is_told_of_a_cable() -> None:
    pair = Asas().start()
    shown = pair.type(P, "show failover")
    assert "Failover LAN Interface: failover Ethernet3 (up)" in shown
    assert "Cable" not in shown
    assert "is no command of this platform" in pair.type(P, "failover lan enable")
    assert "failover lan enable" not in pair.type(P, "show running-config all failover")
    assert pair.type(P, "show running-config").startswith("ASA Version 7.2(1)\n")
    for unit in Unit:
        said = pair.world.messages(unit)
        assert said
        assert all(line.startswith("%ASA-") for line in said)


def test_a_failed_unit_is_replaced_as_the_document_says() -> None:
    pair = Asas().start()
    pair.type(P, "write memory")
    pair.type(S, "failover active")
    pair.world.run(5_000)
    assert pair.states() == ("Standby Ready", "Active")

    pair.type(P, "no failover")
    pair.world.run(20_000)
    assert "Other host: Primary - Not Detected" in pair.type(S, "show failover")

    pair.do(PowerOff((P,)))
    pair.world.run(2_000)
    pair.box(P).flash.clear()  # fresh from its box
    pair.do(PowerOn((P,)))
    pair.world.run(20_000)
    assert pair.states() == ("Disabled", "Active")
    answers = {line: pair.type(P, line) for line in STEPS}
    cleared = "INFO: Non-failover interface config is cleared on Ethernet3 and its sub-interfaces\n"
    assert {line: text for line, text in answers.items() if text} == {STEPS[1]: cleared}

    assert pair.type(P, "failover") == ""
    pair.world.run(30_000)
    assert pair.states() == ("Standby Ready", "Active")
    assert pair.digests()[0] == pair.digests()[1]
    assert pair.logged(P, 709006)
    assert pair.type(P, "show running-config hostname") == "hostname pix\n"
    assert "failover lan unit primary" in pair.running(P)

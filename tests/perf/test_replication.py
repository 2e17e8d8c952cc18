"""The configuration whose replication is measured: long, whole, and of one unit at first."""

import pytest

from controller.bench.boot import load_rig
from controller.bench.perf.replication import LINES, lengthened, long_list
from controller.bench.play import STORIES
from controller.bench.world import Rig, Unit
from firmware.core.management.running.model import Configuration
from firmware.core.settings import PhysicalInterface, Platform, UnitFacts

FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"02:00:00:00:01:0{n}")
        for n in range(6)
    ),
)


def test_no_two_lines_are_alike() -> None:
    assert len(set(long_list().splitlines())) == LINES


@pytest.mark.parametrize("boot_set", ["lan", "cable"])
def test_the_primary_boots_with_all_of_it_and_the_secondary_with_nothing(boot_set: str) -> None:
    rig = load_rig(STORIES / "boot" / boot_set)
    assert isinstance(rig, Rig), rig
    boot = lengthened(rig).boot
    assert long_list() not in (boot[Unit.SECONDARY] or "")
    configuration = Configuration(FACTS)
    faults = configuration.load(boot[Unit.PRIMARY] or "")
    assert all("key" in fault.text for fault in faults), faults
    assert configuration.text.count("\naccess-list long ") == LINES
    assert "access-group long in interface outside" in configuration.text

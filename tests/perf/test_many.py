"""The configuration of a unit with many interfaces."""

import pytest

from controller.bench.boot import load_rig
from controller.bench.perf.many import widened
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
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"02:00:00:00:01:{n:02x}")
        for n in range(256)
    ),
)


@pytest.mark.parametrize("count", [2, 10, 250])
def test_all_of_them_have_names_and_addresses(count: int) -> None:
    rig = load_rig(STORIES / "boot" / "lan")
    assert isinstance(rig, Rig), rig
    configuration = Configuration(FACTS)
    faults = configuration.load(widened(rig, count).boot[Unit.PRIMARY] or "")
    assert all("key" in fault.text for fault in faults), faults
    data = configuration.settings().interfaces
    assert len(data) == count
    assert all(one.active is not None and one.standby is not None for one in data)

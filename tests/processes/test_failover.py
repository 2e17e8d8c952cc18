"""The failover process against a real kernel, alone; what each scenario shows is its name."""

import pytest

from .private import play

SCENARIOS = (
    "boots_and_takes_the_addresses",
    "lets_go_when_its_supervisor_dies",
    "does_not_miss_management",
    "goes_on_without_a_nic_that_was_pulled",
    "takes_nonsense_from_the_wire_and_from_management",
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_failover_process(scenario: str) -> None:
    play("failover_scenarios", scenario)

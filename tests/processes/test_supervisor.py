"""Whole units against a real kernel; what each scenario shows is its name."""

import pytest

from .private import play

SCENARIOS = (
    "a_unit_that_hangs_dies_or_stops_is_replaced_at_once",
    "a_dead_supervisor_takes_its_processes_along",
    "the_switches_are_power_and_carrier",
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_unit(scenario: str) -> None:
    play("supervisor_scenarios", scenario)

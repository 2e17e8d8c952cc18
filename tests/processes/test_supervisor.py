"""Whole units against a real kernel; what each scenario shows is its name."""

import pytest

from .private import play

SCENARIOS = (
    "a_stopped_failover_process_is_fenced",
    "a_killed_failover_process_is_fenced",
    "an_orderly_stop_hands_over",
    "a_dead_supervisor_takes_its_processes_along",
    "a_dead_management_is_started_again_and_nothing_else",
    "the_switches_are_power_and_carrier",
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_unit(scenario: str) -> None:
    play("supervisor_scenarios", scenario)

"""Rules are loaded when they changed, once for lines that come together, and never too late."""

from dataclasses import replace

from firmware.core.management.events import RulesLoaded
from firmware.core.management.rules import duty
from firmware.core.management.rules.ruleset import RuleSet, Timeouts

RULES = RuleSet(nat_control=True)


def test_the_first_rules_are_due_at_once_and_settings_wait_for_them() -> None:
    state = duty.Duty()
    duty.watch(state, 7, 1000)
    assert state.due_ms == 1000
    ask = duty.take(state, 7, RULES)
    assert ask is not None
    assert (ask.number, dict(ask.timeouts)["nf_conntrack_tcp_loose"]) == (1, 0)
    assert not state.ready
    duty.loaded(state, RulesLoaded(1))
    assert (state.ready, state.error, state.due_ms) == (True, None, None)


def test_lines_that_come_together_are_one_load_and_a_load_is_not_put_off() -> None:
    state = duty.Duty()
    assert duty.take(state, 1, RULES) is not None
    for generation in range(2, 9):
        duty.watch(state, generation, 1000 + generation)
    assert state.due_ms == 1002 + duty.SETTLE_MS
    assert duty.take(state, 8, replace(RULES, timeouts=Timeouts(udp=5))) is not None
    duty.watch(state, 8, 2000)
    assert state.due_ms is None


def test_a_change_that_is_none_for_the_rules_loads_nothing() -> None:
    state = duty.Duty()
    duty.take(state, 1, RULES)
    duty.watch(state, 2, 1000)
    assert duty.take(state, 2, replace(RULES)) is None
    assert state.number == 1


def test_rules_that_were_refused_are_asked_for_again_at_the_next_change() -> None:
    state = duty.Duty()
    duty.take(state, 1, RULES)
    duty.loaded(state, RulesLoaded(1, "no such thing"))
    assert (state.ready, state.error) == (True, "no such thing")
    duty.watch(state, 2, 1000)
    again = duty.take(state, 2, RULES)
    assert again is not None
    assert again.number == 2

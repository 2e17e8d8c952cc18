"""Which MAC rides where, and who serves alone."""

from dataclasses import replace

import pytest

from firmware.core.failover import effects as fe
from firmware.core.failover.lease import ALONE_MS
from firmware.core.settings import Identity, Mode

from .pair import A, B, Pair, only_active


def test_ma2_a_secondary_alone_uses_its_own_macs_until_the_primary_appears():
    pair = Pair()
    pair.boot(B)
    pair.run(8_000)
    assert only_active(pair, B)
    plan = pair.engine(B).unit.plan.wanted
    assert [p.active_mac for p in plan.personas] == ["00:06:5b:01:00:00", "00:06:5b:01:00:01"]
    pair.boot(A)
    pair.run(4_000)
    assert pair.states == ("Standby Ready", "Active")
    plans = [pair.engine(i).unit.plan.wanted for i in (A, B)]
    for plan in plans:
        assert [p.active_mac for p in plan.personas] == ["00:06:5b:00:00:00", "00:06:5b:00:00:01"]
        assert [p.standby_mac for p in plan.personas] == ["00:06:5b:01:00:00", "00:06:5b:01:00:01"]
        assert all(p.standby_up for p in plan.personas)


def test_ma2_the_primarys_standby_persona_waits_for_mac_set():
    pair = Pair()
    pair.boot(B)
    pair.run(8_000)
    pair.boot(A)
    pair.run(4_000)
    prepared = [e.plan for e in pair.effects[A] if isinstance(e, fe.PrepareDataPlane)]
    ups = [all(p.standby_up for p in plan.personas) for plan in prepared]
    assert ups[0] is False
    assert ups[-1] is True


@pytest.mark.parametrize("identity", list(Identity))
def test_id2_of_two_units_of_one_identity_neither_takes_the_others_macs(identity):
    pair = Pair()
    pair.wanted = [replace(wanted, lan_identity=identity) for wanted in pair.wanted]
    pair.boot(A)
    pair.run(8_000)
    pair.boot(B)
    pair.run(8_000)
    assert pair.states == ("Active", "Negotiation")
    for index, other in ((A, "01"), (B, "00")):
        for persona in pair.engine(index).unit.plan.wanted.personas:
            assert f"00:06:5b:{other}" not in (persona.active_mac[:11], persona.standby_mac[:11])
            assert not persona.standby_up


def test_nothing_is_due_for_a_unit_that_knows_nobody_and_is_off_but_its_lease():
    pair = Pair()
    pair.wanted[A] = replace(pair.wanted[A], enabled=False, mode=Mode.CABLE)  # and no cable
    pair.boot(A)
    pair.run(100)
    assert pair.state(A) == "Disabled"
    assert pair.holding[A]  # OR-4: a gateway by itself
    due_ms = pair.engine(A).next_due_ms()
    assert due_ms is not None
    assert due_ms - pair.schedule.now_ms > ALONE_MS // 4

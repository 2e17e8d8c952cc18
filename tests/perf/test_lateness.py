"""The failover process's counters as it writes them, differences, and histories."""

import json
from collections import Counter
from math import inf
from pathlib import Path

import pytest

from controller.bench.perf.histories import became_active, transitions
from controller.bench.perf.lateness_counters import Lateness, between, bound_text, parse, together
from controller.bench.world import Unit
from firmware.core.failover.effects import StateChanged
from firmware.core.management import views
from firmware.core.management.views import HistoryRow
from firmware.core.wire.bodies import UnitState
from firmware.processes.counters import BUCKETS_US, Counters

US = 1_000


def counted(path: Path, *late_us: int) -> Lateness:
    """What is read of a process whose alarms were that late."""
    made = Counters(path, dict)
    for us in late_us:
        made.late(us * US)
    found = parse(json.dumps(made.as_dict()))
    assert isinstance(found, Lateness), found
    return found


def test_what_the_process_writes_is_read(tmp_path: Path) -> None:
    late = counted(tmp_path / "c", 40, 150, 80_000)
    assert late.alarms == 3
    assert late.worst_exact == 80_000
    assert dict(late.buckets) == {
        **dict.fromkeys(map(float, BUCKETS_US), 0),
        100.0: 1,
        200.0: 1,
        inf: 1,
    }


def test_quantiles_are_upper_bounds(tmp_path: Path) -> None:
    late = counted(tmp_path / "c", *[40] * 98, 150, 90_000)
    assert late.bound(0.5) == 100
    assert late.bound(0.99) == 200
    assert bound_text(late.bound(0.99), late) == "<= 0.2 ms"
    assert bound_text(late.bound(0.999), late) == "> 50 ms"
    assert late.worst() == "90 ms"


def test_the_worst_before_the_first_look_is_not_told_again(tmp_path: Path) -> None:
    before = counted(tmp_path / "c", 90_000)
    after = counted(tmp_path / "c", 90_000, 40, 1_700)
    late = between(before, after)
    assert late is not None
    assert late.alarms == 2
    assert late.worst() == "<= 2 ms"


def test_a_worse_one_is_told_exactly(tmp_path: Path) -> None:
    late = between(counted(tmp_path / "c", 40), counted(tmp_path / "c", 40, 1_712))
    assert late is not None
    assert late.worst() == "1.71 ms"


def test_a_process_started_anew_is_noticed(tmp_path: Path) -> None:
    before = counted(tmp_path / "c", 40, 40)
    assert between(before, counted(tmp_path / "c", 40)) is None
    assert between(before, counted(tmp_path / "c", 900, 900, 900)) is None


def test_nothing_late_has_no_worst(tmp_path: Path) -> None:
    same = counted(tmp_path / "c", 40)
    late = between(same, same)
    assert late is not None
    assert (late.alarms, late.worst()) == (0, "-")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "3",
        '{"alarms": 1}',
        '{"alarms": 1, "late_worst_us": 1, "late_us": []}',
        '{"alarms": 1, "late_worst_us": 1, "late_us": {"about 3": 1}}',
        '{"alarms": null, "late_worst_us": 1, "late_us": {}}',
        '{"alarms": 1, "late_worst_us": 1, "late_us": {"<= 20": 1, "<= 10": 1}}',
    ],
)
def test_anything_else_is_a_line_that_says_so(text: str) -> None:
    assert isinstance(parse(text), str)


WALL_MS = 1_167_113_264_000  # 06:07:44 UTC Dec 26 2006
HISTORY = views.history(
    [
        HistoryRow(WALL_MS, StateChanged(before, after, reason))
        for before, after, reason in (
            (UnitState.STANDBY_READY, UnitState.JUST_ACTIVE, "HELLO not heard from mate"),
            (UnitState.ACTIVE_CONFIG_APPLIED, UnitState.ACTIVE, "HELLO not heard from mate"),
            (UnitState.ACTIVE, UnitState.FAILED, "Set by own fault"),
        )
    ]
)  # as the unit prints it


def test_a_history_is_read_by_its_columns() -> None:
    assert sorted(transitions(HISTORY)) == [
        "06:07:44 UTC Dec 26 2006: Active > Failed",
        "06:07:44 UTC Dec 26 2006: Active Config Applied > Active",
        "06:07:44 UTC Dec 26 2006: Standby Ready > Just Active",
    ]


def test_only_what_is_new_counts_and_only_becoming_active() -> None:
    before = {Unit.PRIMARY: Counter[str](), Unit.SECONDARY: transitions(HISTORY)}
    after = {Unit.PRIMARY: transitions(HISTORY), Unit.SECONDARY: transitions(HISTORY)}
    assert became_active(before, after) == 1
    assert became_active(after, after) == 0


def test_several_processes_as_one(tmp_path: Path) -> None:
    late = together([counted(tmp_path / "c", 40, 150), counted(tmp_path / "c", 60_000)])
    assert (late.alarms, late.worst_exact) == (3, 60_000)
    assert late.bound(0.5) == 200
    unknown = between(counted(tmp_path / "c", 90_000), counted(tmp_path / "c", 90_000, 40))
    assert unknown is not None
    assert together([late, unknown]).worst() == "> 50 ms"


def test_stalls_are_read_and_only_the_new_ones_told(tmp_path: Path) -> None:
    made = Counters(tmp_path / "c", dict)
    made.hold(30)
    looks = []
    for due_ns in (10_000_000, 90_000_000):
        made.ran(due_ns, due_ns + 21_000_000)
        found = parse(json.dumps(made.as_dict()))
        assert isinstance(found, Lateness), found
        looks.append(found)
    assert looks[1].stalls_ns == ((10_000_000, 31_000_000), (90_000_000, 111_000_000))
    late = between(*looks)
    assert late is not None
    assert late.stalls_ns == ((90_000_000, 111_000_000),)

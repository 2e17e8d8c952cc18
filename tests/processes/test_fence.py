"""The supervisor's rules as tables: when, what happens, and what is asked for, in that order."""

import pytest

from firmware.core.failover.events import TimePassed
from firmware.core.failover.fence import Supervision, tick_ms
from firmware.core.failover.fence_events import (
    AskToEnd,
    EmptyRun,
    FencingAsked,
    Finished,
    FreezeProcesses,
    HeartbeatHeard,
    KillProcesses,
    LinkSwitched,
    PowerSwitched,
    Process,
    ProcessGone,
    RaiseNics,
    ReloadAsked,
    ReportEnded,
    ReportFenced,
    SayNotice,
    SetLink,
    SetPowerOut,
    StartProcess,
    StopAsked,
    SupervisorEffect,
    SupervisorEvent,
    TakeDown,
)

BOOT = "empty run, start failover, start management"
CUT = "freeze failover+management, down eth0+eth1+mgmt0, power low, kill failover+management, "
FENCE = "freeze failover, down eth0+eth1, notice, kill failover, fenced"

TABLES = {
    "a power-on is a cold boot": f"""
        0    power on            => power high, raise mgmt0, {BOOT}
        5    power on            =>
    """,
    "a power cut lets nobody say a last word": f"""
        0    power off           => {CUT}empty run
        10   power on            => power high, raise mgmt0, {BOOT}
        500  watch eth0 10       =>
        505  power off           => {CUT}empty run
        506  gone failover       =>
        506  gone management     =>
        900  pass                =>
    """,
    "heartbeats keep a unit on the network": """
        0    power on            => ...
        100  watch eth0+eth1 10  =>
        110  pass                =>
        119  heartbeat           =>
        120  pass                =>
        130  pass                =>
        140  pass                =>
        149  heartbeat           =>
        150  pass                =>
    """,
    "three ticks on time without a heartbeat fence": f"""
        0    power on            => ...
        100  watch eth0+eth1 10  =>
        110  pass                =>
        120  pass                =>
        130  pass                =>
        140  pass                => {FENCE}, start failover
    """,
    "a tick that is late by more than a tick does not count": f"""
        0    power on            => ...
        100  watch eth0+eth1 10  =>
        110  pass                =>
        120  pass                =>
        130  pass                =>
        151  pass                =>
        172  pass                =>
        182  pass                => {FENCE}, start failover
    """,
    "a tick that is a little late counts, and the next is a whole tick after it": f"""
        0    power on            => ...
        100  watch eth0+eth1 10  =>
        110  pass                =>
        129  pass                =>
        130  pass                =>
        139  pass                =>
        140  pass                =>
        149  pass                => {FENCE}, start failover
    """,
    "end of file fences at once, and the restart waits longer each time": f"""
        0    power on            => ...
        100  watch eth0+eth1 10  =>
        103  gone failover       => {FENCE}, start failover, ended failover
        300  watch eth0+eth1 10  =>
        303  gone failover       => {FENCE}, ended failover
        502  pass                =>
        503  pass                => start failover
        600  watch eth0+eth1 10  =>
        603  gone failover       => {FENCE}, ended failover
        1103 pass                => start failover
    """,
    "a process that lived long is restarted at once again": f"""
        0     power on            => ...
        100   gone failover       => {FENCE}, start failover, ended failover
        200   watch eth0+eth1 100 =>
        30150 heartbeat           =>
        30200 gone failover       => {FENCE}, start failover, ended failover
    """,
    "a process that died before its first word may have raised any NIC": f"""
        0    power on            => ...
        50   gone failover       => {FENCE}, start failover, ended failover
    """,
    "a process that never says its first word is fenced": f"""
        0     power on            => ...
        14999 pass                =>
        15000 pass                => {FENCE}, start failover
    """,
    "management is restarted and nobody is fenced": """
        0    power on            => ...
        100  gone management     => kill management, ended management, start management
        200  gone management     => kill management, ended management
        400  pass                => start management
    """,
    "a link switch works with power and without, once for each move": """
        0    link eth1 open      => open eth1
        1    link eth0 closed    => close eth0
        2    power on            => ...
        3    link eth1 open      =>
        4    link eth1 closed    => close eth1
        5    power off           => ...
        6    link eth0 open      => open eth0
    """,
    "a reload keeps POWER and tells the mate": f"""
        0    reload              =>
        1    power on            => ...
        100  watch eth0+eth1 10  =>
        105  reload              => freeze failover+management, down eth0+eth1, notice, \
kill failover+management, {BOOT}
    """,
    "an orderly stop tells the mate once the addresses are let go": """
        0    power on            => ...
        100  watch eth0+eth1 10  =>
        105  stop                => ask failover+management
        106  stop                =>
        120  watch - 10          =>
        121  gone failover       => notice, kill failover
        130  gone management     => kill management, finished
    """,
    "a process that crashes in an orderly stop is cut off": """
        0    power on            => ...
        100  watch eth0+eth1 10  =>
        105  stop                => ask failover+management
        121  gone failover       => down eth0+eth1, notice, kill failover
    """,
    "an orderly stop that is not heeded is forced": """
        0    power on            => ...
        100  watch eth0+eth1 10  =>
        105  stop                => ask failover+management
        130  gone management     => kill management
        2104 pass                =>
        2105 pass                => freeze failover+management, down eth0+eth1, notice, \
kill failover+management, finished
    """,
    "a unit without power stops at once": """
        0    power off           => ...
        10   stop                => finished
    """,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_rules(table: str) -> None:
    rules = Supervision(nics=("eth0", "eth1"), management_nic="mgmt0")
    for line in table.strip().splitlines():
        happened, expected = (part.strip() for part in line.split("=>"))
        moment, event = happened.split(maxsplit=1)
        effects = ", ".join(told(effect) for effect in rules.step(parsed(event), int(moment)))
        assert expected in (effects, "..."), f"{happened}: {effects}"


def test_the_next_due_time_is_the_next_thing_to_judge() -> None:
    rules = Supervision(nics=("eth0",))
    assert rules.next_due_ms() is None
    rules.step(PowerSwitched(True), 0)
    assert rules.next_due_ms() == 15_000
    rules.step(FencingAsked(("eth0",), 40), 300)
    assert rules.next_due_ms() == 340
    rules.step(ProcessGone(Process.FAILOVER, "killed"), 310)
    rules.step(ProcessGone(Process.FAILOVER, "killed"), 320)
    assert rules.next_due_ms() == 520
    rules.step(PowerSwitched(False), 400)
    assert rules.next_due_ms() is None


def test_nothing_is_due_that_a_step_would_not_take_away() -> None:
    """Else the supervisor would go round without a rest, above everybody else."""
    rules = Supervision(nics=("eth0",))
    now = 0
    for event in (PowerSwitched(True), FencingAsked(("eth0",), 40), StopAsked()):
        rules.step(event, now)
        for _ in range(50):
            due = rules.next_due_ms()
            if due is None or any(isinstance(e, Finished) for e in rules.step(TimePassed(), due)):
                break
            later = rules.next_due_ms()
            assert later is None or later > due
            now = due


def test_a_fence_says_how_long_nothing_was_heard() -> None:
    rules = Supervision(nics=("eth0",))
    rules.step(PowerSwitched(True), 0)
    rules.step(FencingAsked(("eth0",), 10), 100)
    rules.step(HeartbeatHeard(), 104)
    effects = [rules.step(TimePassed(), now) for now in (110, 120, 130, 140)]
    why = ReportFenced("no heartbeat for 36 ms, 3 ticks of 10 ms")
    assert why in effects[-1]


@pytest.mark.parametrize(("hold", "tick"), [(30, 5), (60, 10), (800, 100), (45_000, 100)])
def test_four_ticks_fit_into_the_hold_time(hold: int, tick: int) -> None:
    assert tick_ms(hold, leased=False) == tick
    assert 4 * tick < hold


@pytest.mark.parametrize(("hold", "tick"), [(30, 10), (60, 20), (300, 100), (45_000, 100)])
def test_with_a_lease_nobody_is_cut_off_before_the_mate_would_act(hold: int, tick: int) -> None:
    assert tick_ms(hold, leased=True) == tick
    assert 3 * tick >= min(hold, 300)


def parsed(line: str) -> SupervisorEvent:
    """One line of a table: "watch eth0+eth1 10"."""
    match line.split():
        case ["power", word]:
            return PowerSwitched(word == "on")
        case ["link", nic, word]:
            return LinkSwitched(nic, word == "closed")
        case ["watch", nics, tick]:
            return FencingAsked(tuple(nics.split("+")) if nics != "-" else (), int(tick))
        case ["gone", process]:
            return ProcessGone(Process(process), "killed")
        case ["heartbeat"]:
            return HeartbeatHeard()
        case ["reload"]:
            return ReloadAsked()
        case ["stop"]:
            return StopAsked()
        case ["pass"]:
            return TimePassed()
    raise AssertionError(f"no such event: {line}")


def told(effect: SupervisorEffect) -> str:
    """An effect in the words of the tables."""
    match effect:
        case FreezeProcesses(processes):
            return "freeze " + "+".join(process.value for process in processes)
        case KillProcesses(processes):
            return "kill " + "+".join(process.value for process in processes)
        case AskToEnd(processes):
            return "ask " + "+".join(process.value for process in processes)
        case TakeDown(nics):
            return "down " + "+".join(nics)
        case RaiseNics(nics):
            return "raise " + "+".join(nics)
        case SetLink(nic, closed):
            return f"close {nic}" if closed else f"open {nic}"
        case SetPowerOut(on):
            return "power high" if on else "power low"
        case StartProcess(process):
            return f"start {process.value}"
        case ReportEnded(process, _):
            return f"ended {process.value}"
        case ReportFenced(_):
            return "fenced"
        case SayNotice():
            return "notice"
        case EmptyRun():
            return "empty run"
        case Finished():
            return "finished"

"""The simulated world's alarms: set anew at every step, and rung once for each moment."""

from controller.bench.simulated.clock import Alarm, Schedule


def test_an_alarm_rings_once_for_a_moment_it_is_set_to_again_and_again() -> None:
    schedule, rung = Schedule(), list[tuple[int, int]]()
    alarm = Alarm(schedule, lambda due_ms: rung.append((schedule.now_us, due_ms)))
    for wait_us in (5_000, 5_000, 5_000):
        alarm.set(5, wait_us)
    schedule.run(1_000)
    alarm.set(5, 4_000)
    schedule.run(10_000)
    assert rung == [(5_000, 5)]


def test_it_may_be_set_to_the_moment_at_which_it_has_just_rung() -> None:
    schedule, rung = Schedule(), list[int]()
    alarm = Alarm(schedule, rung.append)
    alarm.set(0, 0)
    schedule.run(1)
    alarm.set(0, 0)
    schedule.run(1)
    assert rung == [0, 0]


def test_another_due_time_or_another_moment_is_another_alarm() -> None:
    schedule, rung = Schedule(), list[tuple[int, int]]()
    alarm = Alarm(schedule, lambda due_ms: rung.append((schedule.now_us, due_ms)))
    alarm.set(5, 5_000)
    alarm.set(3, 3_000)
    alarm.set(5, 6_000)  # the clock's rate has changed
    schedule.run(10_000)
    assert rung == [(3_000, 3), (5_000, 5), (6_000, 5)]

"""The small parts of the processes, each with what would go wrong without it."""

import json
import os
import select
import socket
import subprocess
import sys
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from firmware.__main__ import main
from firmware.core.settings import DataInterface, FailoverLink, Identity, Settings
from firmware.processes import ipc
from firmware.processes.channels import known_only, own_address
from firmware.processes.clock import Alarm, now_ns
from firmware.processes.counters import STALLS_KEPT, Counters
from firmware.processes.notices import Notices
from firmware.processes.run_directory import RunDirectory, RunDirectoryError

LINK = FailoverLink(
    name="failover",
    physical="Ethernet3",
    primary=IPv4Interface("10.1.0.1/24"),
    secondary=IPv4Address("10.1.0.2"),
)


def interface(physical: str) -> DataInterface:
    return DataInterface(physical=physical, name=physical.lower(), active=None, standby=None)


def test_what_is_on_an_unknown_interface_is_left_out_and_named() -> None:
    settings = Settings(
        failover_link=LINK,
        state_link=replace(LINK, physical="Ethernet2"),
        interfaces=(interface("Ethernet0"), interface("Ethernet7")),
    )
    kept, unknown = known_only(settings, ("Ethernet0", "Ethernet3"))
    assert unknown == ("Ethernet7", "Ethernet2")
    assert kept == replace(settings, state_link=None, interfaces=(interface("Ethernet0"),))
    assert known_only(kept, ("Ethernet0", "Ethernet3")) == (kept, ())


@pytest.mark.parametrize(
    ("identity", "secondary", "address"),
    [
        (Identity.PRIMARY, IPv4Address("10.1.0.2"), IPv4Interface("10.1.0.1/24")),
        (Identity.SECONDARY, IPv4Address("10.1.0.2"), IPv4Interface("10.1.0.2/24")),
        (Identity.SECONDARY, None, None),
    ],
)
def test_a_link_has_two_addresses_and_a_unit_one(
    identity: Identity, secondary: IPv4Address | None, address: IPv4Interface | None
) -> None:
    assert own_address(replace(LINK, secondary=secondary), identity) == address


def test_an_alarm_rings_once_at_its_moment_and_can_be_taken_back() -> None:
    alarm = Alarm()
    try:
        assert not alarm.rang()
        due = now_ns() + 1_500_000
        alarm.set(due)
        assert select.select([alarm], [], [], 10)[0]
        assert now_ns() >= due
        assert alarm.rang()
        assert not alarm.rang()
        alarm.set(0)
        assert select.select([alarm], [], [], 10)[0], "a moment that is past rings at once"
        alarm.set(None)
        assert not select.select([alarm], [], [], 0)[0]
    finally:
        alarm.close()


def test_a_directory_that_holds_files_of_others_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(RunDirectoryError, match=r"holds files that are not fover's.*Name a dir"):
        RunDirectory(tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_a_power_cut_leaves_only_the_supervisors_own(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    (run.path / "running-config").write_text("hostname pix", encoding="utf-8")
    (run.path / "supervisor").touch()
    (run.path / "deeper" / "still").mkdir(parents=True)
    (run.path / "link").symlink_to(tmp_path)
    run.empty()
    assert {entry.name for entry in run.path.iterdir()} == {".fover", "supervisor"}
    run.close()
    RunDirectory(run.path).close()  # and a later start finds it its own


def test_two_units_never_share_a_run_directory(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    with pytest.raises(RunDirectoryError, match="another fover-unit runs here"):
        RunDirectory(run.path)
    run.close()


def test_last_words_are_said_on_descriptors_that_were_handed_over() -> None:
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.bind(("127.0.0.1", 0))
    ear.settimeout(10)
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    read, write = os.pipe()
    notices = Notices()
    frames = (
        ipc.NoticeFrame("lan", b"I am failed", "127.0.0.1", ear.getsockname()[1]),
        ipc.NoticeFrame("cable", b"I am failed too"),
    )
    assert notices.replace(frames, [os.dup(mouth.fileno()), write])
    mouth.close()  # the process that sealed them is gone
    assert notices.say() == 2
    assert ear.recv(100) == b"I am failed"
    assert os.read(read, 100) == b"I am failed too"
    assert not notices.replace(frames, [os.dup(read)]), "one descriptor for two frames"
    assert notices.say() == 0
    os.close(read)
    ear.close()


def test_a_channel_that_is_down_does_not_keep_the_others_from_speaking() -> None:
    read, write = os.pipe()
    gone, broken = os.pipe()
    os.close(gone)
    notices = Notices()
    frames = (ipc.NoticeFrame("lan", b"x"), ipc.NoticeFrame("cable", b"y"))
    assert notices.replace(frames, [broken, write])
    assert notices.say() == 1
    assert os.read(read, 10) == b"y"
    notices.clear()
    os.close(read)


def test_the_counters_say_how_late(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.json", lambda: {"more": 1})
    for late_us in (99, 100, 101, 60_000):
        counters.late(late_us * 1_000)
    counters.step(2_000_001)
    shown = counters.as_dict()
    assert (shown["alarms"], shown["late_worst_us"], shown["more"]) == (4, 60_000, 1)
    assert shown["steps_over_2000_us"] == 1
    late = shown["late_us"]
    assert isinstance(late, dict)
    assert {limit: count for limit, count in late.items() if count} == {
        "<= 100": 2,
        "<= 200": 1,
        "> 50000": 1,
    }


def test_a_stall_is_kept_with_its_begin_and_end(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.json", dict)
    counters.ran(0, 60_000_000_000)  # nobody has said yet how long the mate waits
    counters.hold(30)
    for due_ms, at_ms in ((1_000, 1_014), (1_010, 1_025), (1_040, 1_035)):
        counters.ran(due_ms * 1_000_000, at_ms * 1_000_000)
    shown = counters.as_dict()
    assert (shown["stalled"], shown["stalls_ns"]) == (1, [[1_010_000_000, 1_025_000_000]])
    assert not (tmp_path / "counters.json").exists()
    counters.idle(0)
    assert json.loads((tmp_path / "counters.json").read_text())["stalled"] == 1, "at once"
    for number in range(STALLS_KEPT):
        counters.ran(number, number + 20_000_000)
    shown = counters.as_dict()
    assert shown["stalled"] == STALLS_KEPT + 1
    assert shown["stalls_ns"] == [[n, n + 20_000_000] for n in range(STALLS_KEPT)]


def test_check_says_what_is_wrong_and_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "unit.toml").write_text("[unit]\n", encoding="utf-8")
    assert main(["check", "--config", str(tmp_path / "unit.toml")]) == 2
    assert "[interfaces] is missing" in capsys.readouterr().err


def test_a_fault_of_ours_ends_the_process_at_once_with_one_line() -> None:
    program = (
        "from firmware.processes.failover import _die_of\n"
        "try:\n    assert False, 'two actives'\n"
        "except BaseException as fault:\n    _die_of(fault)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 70
    assert done.stderr == "failover: AssertionError: two actives (at <string>:3)\n"


_A_FAMILY_IS_KILLED = """
import os, signal, subprocess, sys, time
from firmware.processes import realtime
from firmware.processes.children import bury

realtime.adopt_orphans()
shell = ["sh", "-c", "sleep 60 & echo $!; wait"]
family = subprocess.Popen(shell, stdout=subprocess.PIPE, text=True, start_new_session=True)
sleeper = family.stdout.readline().strip()
os.kill(family.pid, signal.SIGKILL)
os.waitpid(family.pid, 0)
print(bury(family.pid))  # the sleeper lives
os.killpg(family.pid, signal.SIGKILL)
while bury(family.pid):
    time.sleep(0.001)
print(os.path.exists(f"/proc/{sleeper}"))
"""


def test_what_a_killed_process_had_started_is_reaped_and_never_waited_for() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _A_FAMILY_IS_KILLED], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["True", "False"]

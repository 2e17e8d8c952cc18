"""A flash damaged in every way: the unit says so, starts, and leaves its mate in service."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.bench.virtual.unit_box import STARTUP_CONFIG
from controller.bench.world import Rig
from tests.virtual.inside.pair.living import IN_SERVICE, P, Pair, S

Damage = Callable[[Path, str], object]
LATCHED = "latched-identity"

DAMAGES: dict[str, tuple[str, Damage]] = {
    "binary garbage": (
        "not UTF-8 at byte",
        lambda file, _: file.write_bytes(random.Random(7).randbytes(5000)),
    ),
    "half of it": (
        "it ends in the middle",
        lambda file, text: file.write_text(text[: len(text) // 2]),
    ),
    "a byte that is no text": (
        "not UTF-8 at byte",
        lambda file, text: file.write_bytes(text.encode() + b"banner motd \xff\n"),
    ),
    "erased blocks": ("it holds NUL bytes", lambda file, _: file.write_bytes(bytes(4096))),
    "a directory": ("Is a directory", lambda file, _: file.mkdir()),
    "a pipe": ("Not a regular file", lambda file, _: os.mkfifo(file)),
    "a loop": ("Too many levels of symbolic links", lambda file, _: file.symlink_to(file.name)),
    "megabytes": ("more than 8388608 bytes", lambda file, _: os.truncate(_made(file), 9 << 20)),
}


def _made(file: Path) -> Path:
    file.touch()
    return file


@pytest.fixture(scope="module")
def rig(pair: Pair) -> Rig:
    return pair.boot("cable-saved")


@pytest.fixture(scope="module", autouse=True)
def primary_serves(pair: Pair, rig: Rig, no_violation: None) -> None:
    pair.power(True, P)
    pair.reach({P: "Active"})


def boot_damaged(pair: Pair, name: str, do: Callable[[Path], object]) -> None:
    """The secondary boots from what ``do`` makes of its flash, and becomes a standby."""
    pair.power(False, S)
    pair.reach({S: "off"})
    box = pair.world.units[S]
    box.erase()
    do(box.flash / name)
    pair.power(True, S)
    pair.reach(IN_SERVICE)


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_startup_config_is_told_and_replaced(pair: Pair, rig: Rig, kind: str) -> None:
    told, damage = DAMAGES[kind]
    text = rig.boot[S] or ""
    before = pair.world.type(P, "show failover history")
    boot_damaged(pair, STARTUP_CONFIG, lambda file: damage(file, text))
    pair.tells(S, 990009, f"{STARTUP_CONFIG} cannot be used: {told}")
    assert pair.world.type(P, "show failover history") == before
    assert "ip address 192.168.1.1" in pair.world.type(S, "show running-config")
    assert pair.world.forwarders() == (P,)


def test_lines_that_mean_nothing_are_counted_and_kept_short(pair: Pair) -> None:
    line = "frobnicate " + "x" * 2_000_000 + "\n"
    boot_damaged(pair, STARTUP_CONFIG, lambda file: file.write_text("failover\n" + line))
    pair.tells(
        S, 990018, "1 lines of the startup configuration were not taken, the first is line 2"
    )
    assert max(len(message) for message in pair.world.messages(S)) < 500


def test_a_damaged_identity_is_told_and_the_strap_counts(pair: Pair) -> None:
    boot_damaged(pair, LATCHED, lambda file: file.write_bytes(b"\xff\0garbage"))
    pair.tells(S, 990009, LATCHED)


def test_both_at_once_the_damaged_one_stands_by(pair: Pair, rig: Rig) -> None:
    pair.power(False, P, S)
    pair.reach({P: "off", S: "off"})
    pair.world.units[S].write_startup((rig.boot[S] or "")[:1000])
    pair.power(True, P, S)
    pair.reach(IN_SERVICE)
    pair.tells(S, 990009, "it ends in the middle")
    assert pair.world.forwarders() == (P,)

"""A power cut at any instant of a write or an erase: what was kept is whole, the old or the new.

A child does it with the real ``Flash`` and kills itself at its n-th step into or out of the kernel,
for every n; what is then in the directory is read as a unit would that boots.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from firmware.core.management.events import STARTUP_CONFIG
from firmware.drivers.flash import Flash

OLD = "".join(f"access-list old line {n} extended permit ip any any\n" for n in range(3000))
NEW = "".join(f"access-list new line {n} extended deny ip any any\n" for n in range(4000))
INTO, OUT_OF = "c_call", "c_return"
Deed = Callable[[Flash], object]


def cut_at(step: int, flash: Flash, do: Deed) -> bool:
    """Have a child do it and lose its power at that step. False if it was done before."""
    child = os.fork()
    if child == 0:
        try:
            steps = count()

            def profile(_: object, event: str, what: object) -> None:
                within = getattr(what, "__module__", None) == "posix"
                if within and event in (INTO, OUT_OF) and next(steps) == step:
                    os.kill(os.getpid(), signal.SIGKILL)

            sys.setprofile(profile)
            do(flash)
            sys.setprofile(None)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status == signal.SIGKILL


def cuts(directory: Path, before: str | None, do: Deed) -> Iterator[Flash]:
    """The flash after a cut at every step, anew each time, and at last with nothing cut."""
    for step in count():
        flash = Flash(directory / str(step))
        if before is not None:
            assert Flash(directory / str(step), durable=False).write(STARTUP_CONFIG, before)
        was_cut = cut_at(step, flash, do)
        yield flash
        if not was_cut:
            assert step > 6, "a write has more steps than that"
            return


def write_new(flash: Flash) -> object:
    return flash.write(STARTUP_CONFIG, NEW)


@pytest.mark.parametrize("before", [None, OLD, ""], ids=["nothing", "a file", "an empty file"])
def test_a_write_leaves_the_old_or_the_new(tmp_path: Path, before: str | None) -> None:
    found = [flash.read(STARTUP_CONFIG) for flash in cuts(tmp_path, before, write_new)]
    assert {one.error for one in found} == {None}
    texts = [one.text for one in found]
    turned = texts.index(NEW)  # from the moment it was put in its place
    assert texts == [before] * turned + [NEW] * (len(texts) - turned)
    assert turned > 0


def test_an_erasure_leaves_the_old_or_nothing(tmp_path: Path) -> None:
    texts = [
        flash.read(STARTUP_CONFIG).text
        for flash in cuts(tmp_path, OLD, lambda flash: flash.erase(STARTUP_CONFIG))
    ]
    turned = texts.index(None)
    assert texts == [OLD] * turned + [None] * (len(texts) - turned)
    assert turned > 0


def test_nobody_else_may_read_what_a_cut_leaves(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for flash in cuts(tmp_path, OLD, write_new):
            assert not flash.write("other", "x").error
        modes = {
            file: stat.S_IMODE(file.stat().st_mode)
            for file in tmp_path.rglob("*")
            if file.is_file()
        }
    finally:
        os.umask(before)
    assert any(file.name == f"{STARTUP_CONFIG}.new" for file in modes), "no cut was in a write"
    assert set(modes.values()) == {0o600}, modes


def test_a_cut_write_is_in_nobodys_way_afterwards(tmp_path: Path) -> None:
    for flash in cuts(tmp_path, OLD, write_new):
        assert flash.write(STARTUP_CONFIG, OLD).error is None
        assert flash.read(STARTUP_CONFIG).text == OLD


def test_a_text_is_on_the_medium_before_it_takes_the_place_of_another(tmp_path: Path) -> None:
    """A child killed leaves what it wrote in memory; a power cut does not: so the order counts."""
    flash, said = Flash(tmp_path), list[str]()

    def profile(_: object, event: str, what: object) -> None:
        if event == INTO and getattr(what, "__module__", None) == "posix":
            said.append(getattr(what, "__name__", ""))

    sys.setprofile(profile)
    try:
        flash.write(STARTUP_CONFIG, NEW)
    finally:
        sys.setprofile(None)
    steps = [step for step in said if step in ("write", "fsync", "replace", "rename")]
    assert steps in (["write", "fsync", place, "fsync"] for place in ("replace", "rename"))

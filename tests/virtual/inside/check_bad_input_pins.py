"""A pin map with an unknown or a doubled pin: every command refuses it and names the line."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wiring.load import PINS_FILE

GOOD = PINS_FILE.read_text(encoding="utf-8")
FIRST, SECOND = re.findall(r"^bcm = \d+$", GOOD, re.MULTILINE)[:2]
BAD = {
    "an unknown signal": (GOOD.replace('signal = "', 'signal = "MOON_', 1), "unknown signal"),
    "an unknown pin": (GOOD.replace(FIRST, "bcm = 99", 1), "99"),
    "a doubled pin": (GOOD.replace(SECOND, FIRST, 1), "'s already"),
}
UNIT = """
[unit]
chassis = "1"
model = "PIX-515E"
version = "7.2(1)"
memory_mb = 128
flash_mb = 16
licence = "UR"
[paths]
flash = "{folder}/flash"
run = "{folder}/run"
[interfaces]
Ethernet0 = "lo"
[gpio]
factory = "mock"
"""


@pytest.fixture(params=BAD)
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The bad map lies over the good one, in this private world alone."""
    text, told = BAD[request.param]
    bad = tmp_path / "bad.toml"
    bad.write_text(text)
    subprocess.run(["mount", "--bind", bad, PINS_FILE], check=True)
    yield told
    subprocess.run(["umount", PINS_FILE], check=True)


def refusal(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode in (1, 2), done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_a_bad_map_is_refused_with_its_line(told: str, tmp_path: Path) -> None:
    unit = tmp_path / "unit.toml"
    unit.write_text(UNIT.format(folder=tmp_path))
    for words in (("controller", "wiring"), ("firmware", "run", "--config", str(unit))):
        said = refusal(*words)
        assert re.search(rf"pins\.toml:\d+: .*{re.escape(told)}", said), said

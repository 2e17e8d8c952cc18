"""What every test is held to: it leaves no process and no thread behind.

What fixtures of a wider scope started is there before and after, and so is not the test's.
Hypothesis runs few, repeatable examples here; ``make fuzz`` runs many and others each time.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "netns: needs network namespaces that are not to be had")


def _children() -> dict[int, str]:
    """Every process this one started and has not waited for, zombies too."""
    found = {}
    for task in Path("/proc/self/task").iterdir():
        try:
            words = (task / "children").read_text().split()
        except FileNotFoundError:  # a client's thread that ends just now
            continue
        for word in words:
            try:
                found[int(word)] = Path(f"/proc/{word}/stat").read_text().split(")")[0] + ")"
            except FileNotFoundError:
                continue
    return found


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not thread.daemon}


@pytest.fixture(autouse=True)
def leaves_nothing_running() -> Iterator[None]:
    children, threads = _children(), _threads()
    yield
    left = [what for pid, what in _children().items() if pid not in children]
    assert not left, f"processes left running or not waited for: {left}"
    stray = [thread.name for thread in _threads() - threads]
    assert not stray, f"threads left running: {stray}"

"""Tests marked ``own_namespace`` run in a child that has a network of its own.

Root makes one directly; an ordinary user enters a user namespace first, and skips where the kernel
refuses that. Fixtures are made outside; ``two_units`` is therefore only entered inside.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
REFUSED = 77  # exit status: no namespace to be had
_libc = ctypes.CDLL(None, use_errno=True)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "own_namespace: runs in a network namespace of its own")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if pyfuncitem.get_closest_marker("own_namespace") is None:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    status, said = _in_child(lambda: pyfuncitem.obj(**arguments))
    if status == REFUSED:
        pytest.skip(f"the kernel gives no network namespace here: {said}")
    if status != 0:
        pytest.fail(said or f"the child ended with {status}", pytrace=False)
    return True


def _in_child(body: Callable[[], None]) -> tuple[int, str]:
    """Run it in a forked child within new namespaces: exit status, and what it said."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os._exit(_child(body, writer))
    os.close(writer)
    with open(reader) as said:
        text = said.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def _child(body: Callable[[], None], writer: int) -> int:
    try:
        _enter_namespaces()
    except OSError as error:
        os.write(writer, str(error).encode())
        return REFUSED
    try:
        body()
    except BaseException:
        os.write(writer, traceback.format_exc().encode())
        return 1
    return 0


def _enter_namespaces() -> None:
    user, group = os.getuid(), os.getgid()
    if user == 0:
        _check(_libc.unshare(CLONE_NEWNET))
        return
    _check(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNET))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class TwoUnits:
    """Two network namespaces joined by two wires: ``eth0`` (data) and ``eth1`` (failover)."""

    def __init__(self) -> None:
        self._spaces = {"left": _here()}
        _check(_libc.unshare(CLONE_NEWNET))
        self._spaces["right"] = _here()
        for nic in ("eth0", "eth1"):
            self.wire(nic)

    def wire(self, nic: str) -> None:
        """A wire between the units' NICs of that name, both up."""
        with self.at("left"):
            there = f"/proc/{os.getpid()}/fd/{self._spaces['right']}"
            ip(f"link add {nic} type veth peer name {nic} netns {there}")
        for unit in self._spaces:
            with self.at(unit):
                ip(f"link set {nic} up")

    @contextmanager
    def at(self, unit: str) -> Iterator[None]:
        """In that unit's namespace; sockets made here stay there."""
        _check(_libc.setns(self._spaces[unit], CLONE_NEWNET))
        yield

    def mac(self, unit: str, nic: str) -> str:
        with self.at(unit):
            shown = subprocess.run(
                ["ip", "-br", "link", "show", nic], check=True, capture_output=True, text=True
            )
        return shown.stdout.split()[2]


def ip(words: str) -> None:
    """``ip``, in the namespace we are in; its complaint is the failure."""
    done = subprocess.run(["ip", *words.split()], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"ip {words}: {done.stderr.strip()}")


def _here() -> int:
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@pytest.fixture
def two_units() -> Callable[[], TwoUnits]:
    """Call it inside a test marked ``own_namespace``."""
    if sys.platform != "linux" or not hasattr(socket, "AF_PACKET"):
        pytest.skip("network namespaces are Linux's")
    return TwoUnits

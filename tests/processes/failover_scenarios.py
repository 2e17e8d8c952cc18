"""The failover process alone: the scenario plays its supervisor and its management."""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from firmware.core.failover.effects import Log, Publish
from firmware.core.failover.events import SettingsChanged, SnapshotWanted
from firmware.core.message_ids import MessageId
from firmware.core.wire.bodies import Hello, UnitState
from firmware.processes import ipc

from . import rig


class Unit:
    """A running failover process and both its other ends."""

    def __init__(self) -> None:
        rig.build()
        rig.RUN.mkdir()
        self.heartbeat, there = ipc.pair()
        fd = there.fileno()
        self.began_ns = time.monotonic_ns()
        command = [sys.executable, "-m", "firmware", "failover", "--config", str(rig.UNIT_TOML)]
        command += ["--parent", str(os.getpid()), "--heartbeat-fd", str(fd)]
        self.process = subprocess.Popen(command, pass_fds=(fd,))
        there.close()
        self.supervised: list[ipc.Message] = []
        self.managed: list[ipc.Message] = []
        self.management = self.manage()

    def manage(self) -> ipc.Connection:
        """Connect as management does."""
        found: list[ipc.Connection] = []

        def connected() -> bool:
            connection = ipc.connect(rig.RUN / "failover")
            found.extend([connection] if connection is not None else [])
            return bool(found)

        rig.until("the failover process listens", connected)
        return found[0]

    def boot(self, *, enabled: bool = False) -> None:
        """Say what management says first. Not enabled: a gateway by itself, active at once."""
        self.management.send(ipc.BootFacts(None))
        self.management.send(SettingsChanged(rig.settings(enabled=enabled)))

    def boot_alone(self) -> None:
        """And wait for its addresses."""
        self.boot()
        self.until("it has its addresses", lambda: rig.addresses() >= rig.ACTIVE)

    def until(self, what: str, true: Callable[[], object]) -> None:
        """Hear both ends until it is so."""
        selector = selectors.DefaultSelector()
        for end in (self.heartbeat, self.management):
            if not end.closed:
                selector.register(end, selectors.EVENT_READ)
        limit = time.monotonic() + rig.LIMIT_S
        while not true():
            assert time.monotonic() < limit, f"still not so: {what}"
            selector.select(0.01)
            self.supervised += self.heartbeat.receive()
            self.managed += self.management.receive()

    def state(self) -> UnitState | None:
        """As last published."""
        views = [message.view for message in self.managed if isinstance(message, Publish)]
        return views[-1].mine.state if views else None

    def logged(self) -> list[MessageId]:
        """Messages so far."""
        return [message.message for message in self.managed if isinstance(message, Log)]

    def end(self) -> None:
        """Let it go in good order."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(rig.LIMIT_S) == 0


def boots_and_takes_the_addresses() -> None:
    unit = Unit()
    ear = rig.mate_ear()
    unit.boot(enabled=True)
    rig.heard(ear, lambda frame: isinstance(frame.body, Hello))
    first_hello_ms = (time.monotonic_ns() - unit.began_ns) // 1_000_000
    print(f"first hello after {first_hello_ms} ms")
    unit.until("it is active", lambda: unit.state() is UnitState.ACTIVE)
    assert rig.addresses() >= rig.ACTIVE | {"10.1.0.1/24"}
    fencing = [message for message in unit.supervised if isinstance(message, ipc.Fencing)]
    assert fencing[-1] == ipc.Fencing(("eth0", "eth1"), 100), "what to take down, and when"
    assert any(isinstance(message, ipc.Heartbeat) for message in unit.supervised)
    unit.end()
    assert not rig.addresses() & rig.ACTIVE, "an orderly end lets the addresses go"
    unit.until("told to", lambda: ipc.Fencing((), 100) in unit.supervised)


def lets_go_when_its_supervisor_dies() -> None:
    unit = Unit()
    unit.boot_alone()
    unit.heartbeat.close()
    assert unit.process.wait(rig.LIMIT_S) == 0
    assert not rig.addresses() & rig.ACTIVE


def does_not_miss_management() -> None:
    unit = Unit()
    unit.boot_alone()
    unit.management.close()
    unit.supervised.clear()
    unit.until("it goes on", lambda: len(unit.supervised) >= 5)
    unit.management = unit.manage()
    unit.managed.clear()
    unit.boot()
    unit.until("the picture comes anew", lambda: unit.state() is not None)
    assert rig.addresses() >= rig.ACTIVE, "nothing moved"
    unit.end()


def goes_on_without_a_nic_that_was_pulled() -> None:
    unit = Unit()
    unit.boot(enabled=True)
    unit.until("it is active", lambda: unit.state() is UnitState.ACTIVE)
    rig.until("it has its addresses", lambda: rig.addresses() >= rig.ACTIVE)
    unit.supervised.clear()
    rig.ip("link del eth1")
    unit.until("it is said", lambda: MessageId.NIC_GONE in unit.logged())
    assert "172.16.1.1/16" in rig.addresses(), "the others serve"
    rig.ip("link add eth1 type veth peer name eth1 netns mate")
    rig.ip("-n mate link set eth1 up")
    rig.hello_heard("eth1")
    unit.until("it serves there again", lambda: rig.addresses() >= rig.ACTIVE)
    assert unit.logged().count(MessageId.NIC_GONE) == 1
    assert not {MessageId.DATA_PLANE_REFUSED, MessageId.SWITCHING_TO_FAILED} & set(unit.logged())
    assert unit.state() is UnitState.ACTIVE
    unit.end()


def takes_nonsense_from_the_wire_and_from_management() -> None:
    unit = Unit()
    unit.boot_alone()
    ear = rig.mate_ear()
    for length in range(0, 1400, 7):
        ear.sendto(os.urandom(length), ("10.1.0.255", 50105))
    talker = socket.socket(fileno=os.dup(unit.management.fileno()))
    talker.send(b"{not json")
    talker.send(b'{"kind":"SettingsChanged","settings":7}')
    talker.close()
    elsewhere = replace(rig.settings().interfaces[0], physical="Ethernet9")
    interfaces = (*rig.settings().interfaces, elsewhere)
    strange = rig.settings(enabled=False, interfaces=interfaces)
    unit.management.send(SettingsChanged(strange))
    unit.managed.clear()
    unit.management.send(SnapshotWanted())
    unit.until("it answers", lambda: unit.state() is not None)
    assert rig.addresses() >= rig.ACTIVE, "nothing moved"
    unit.end()


if __name__ == "__main__":
    globals()[sys.argv[1]]()

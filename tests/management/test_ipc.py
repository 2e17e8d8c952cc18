"""Messages between processes: what is said is what is heard, and nothing else gets in."""

import os
import socket
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.failover.effects import (
    DeliverMessage,
    LatchIdentity,
    Log,
    OrderAnswered,
    Publish,
    ResetReplication,
    StartSync,
    StateChanged,
)
from firmware.core.failover.events import (
    MessageQueued,
    Order,
    OrderGiven,
    SettingsChanged,
    SnapshotWanted,
    SyncEnded,
    SyncOutcome,
    SyncWanted,
)
from firmware.core.failover.view import (
    CableStatus,
    HostView,
    InterfaceView,
    LinkStatus,
    SyncStatus,
    UnitView,
)
from firmware.core.management.events import Fenced, ProcessEnded, Reload, SwitchMoved
from firmware.core.message_ids import MessageId
from firmware.core.settings import (
    DataInterface,
    FailoverLink,
    Identity,
    Mode,
    Settings,
    StaticRoute,
)
from firmware.core.wire.bodies import InterfaceState, UnitState
from firmware.processes import ipc

HOST = HostView(
    identity=Identity.PRIMARY,
    state=UnitState.STANDBY_READY,
    active_time_s=12,
    interfaces=(
        InterfaceView(
            name="outside",
            physical="Ethernet0",
            address="172.16.1.1",
            state=InterfaceState.NORMAL_WAITING,
        ),
    ),
)
LINK = FailoverLink(
    name="failover",
    physical="Ethernet3",
    primary=IPv4Interface("10.1.0.1/24"),
    secondary=IPv4Address("10.1.0.2"),
)
SAMPLES = (
    ipc.BootFacts(Identity.SECONDARY),
    ipc.BootFacts(None),
    SettingsChanged(
        Settings(
            enabled=True,
            mode=Mode.LAN,
            failover_link=LINK,
            interfaces=(
                DataInterface(
                    physical="Ethernet0",
                    name="outside",
                    active=IPv4Interface("172.16.1.1/16"),
                    standby=None,
                ),
                DataInterface(
                    physical="Ethernet1",
                    name="inside",
                    active=None,
                    standby=None,
                    active6=IPv6Interface("2001:db8:1::1/64"),
                    standby6=IPv6Address("2001:db8:1::2"),
                ),
            ),
            routes=(
                StaticRoute(
                    interface="outside",
                    network=IPv4Network("0.0.0.0/0"),
                    gateway=IPv4Address("172.16.1.3"),
                ),
            ),
            digest=0xFFFFFFFF,
        )
    ),
    OrderGiven(Order.NO_ACTIVE, 7),
    MessageQueued(bytes(range(256))),
    SyncEnded(SyncOutcome.RECEIVED),
    SyncWanted(),
    SnapshotWanted(),
    StateChanged(UnitState.ACTIVE, UnitState.FAILED, "No power detected from peer"),
    Log(MessageId.SWITCHING_TO_ACTIVE, ("mate want me Active",)),
    OrderAnswered(7, ""),
    DeliverMessage(b""),
    StartSync(),
    ResetReplication(),
    Publish(
        UnitView(
            at_ms=1,
            enabled=True,
            mode=Mode.CABLE,
            conflict=False,
            cable=CableStatus.NORMAL,
            failover_link=LinkStatus.UP,
            state_link=LinkStatus.DOWN,
            mine=HOST,
            other=HOST,
            sync=SyncStatus.DONE,
            macs_set=True,
            switchovers=1,
            frames_ignored=(("lan: no echo of this boot", 3),),
            late_worst_ms=0,
            real_time=False,
        )
    ),
    LatchIdentity(Identity.PRIMARY),
    ipc.Heartbeat(),
    ipc.Fencing(("eth0", "eth1"), 5),
    ipc.Notice((ipc.NoticeFrame("lan", b"\x00\xff", "10.1.0.2", 1050),)),
    SwitchMoved("POWER", False),
    ProcessEnded("failover", "signal 9"),
    Fenced("end of file"),
    Reload(),
)


def test_every_message_has_a_sample() -> None:
    assert {type(sample) for sample in SAMPLES} == set(get_args(ipc.Message))


@pytest.mark.parametrize("message", SAMPLES, ids=lambda message: type(message).__name__)
def test_what_is_said_is_what_is_heard(message: ipc.Message) -> None:
    assert ipc.decode(ipc.encode(message)) == message


@given(st.binary(max_size=200))
def test_noise_is_unknown(packet: bytes) -> None:
    assert isinstance(ipc.decode(packet), ipc.Unknown)


@pytest.mark.parametrize(
    "packet",
    [
        b'{"kind":"Settings"}',
        b'{"kind":"OrderGiven","order":"sing","ticket":1}',
        b'{"kind":"OrderGiven","order":"failover active","ticket":"1"}',
        b'{"kind":"OrderGiven","ticket":1}',
        b'{"kind":["OrderGiven"]}',
        b'{"kind":"MessageQueued","payload":"not base64!"}',
        b'{"kind":"LatchIdentity","identity":null}',
        b"[" * 100_000,
    ],
)
def test_what_does_not_fit_is_unknown_and_says_why(packet: bytes) -> None:
    answer = ipc.decode(packet)
    assert isinstance(answer, ipc.Unknown)
    assert answer.why


def test_an_address_that_is_none_is_unknown() -> None:
    packet = ipc.encode(SAMPLES[2]).replace(b"172.16.1.3", b"172.16.1.300")
    assert isinstance(ipc.decode(packet), ipc.Unknown)


def test_connections_keep_order_and_count_noise() -> None:
    raw, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener = ipc.Connection(there)
    raw.send(ipc.encode(OrderAnswered(1, "no")))
    raw.send(b"noise")
    raw.send(ipc.encode(OrderAnswered(2, "")))
    assert listener.receive() == [OrderAnswered(1, "no"), OrderAnswered(2, "")]
    assert (listener.malformed, bool(listener.why_malformed)) == (1, True)
    raw.close()
    assert listener.receive() == []
    assert listener.closed
    listener.close()


def test_a_reader_that_never_reads_costs_a_bounded_queue() -> None:
    here, there = ipc.pair()
    sent = 0
    while here.send(MessageQueued(bytes(1000))):
        sent += 1
        assert sent < 10_000
    assert here.pending == ipc.QUEUE_MAX
    assert here.dropped == 1
    heard = 0
    while batch := there.receive():
        heard += len(batch)
        here.flush()
    assert (heard, here.pending) == (sent, 0)
    here.close()
    there.close()


def test_descriptors_travel_with_their_message() -> None:
    here, there = ipc.pair()
    read_end, write_end = os.pipe()
    here.send(ipc.Notice((ipc.NoticeFrame("cable", b"x"),)), (write_end,))
    os.close(write_end)
    assert there.receive() == [ipc.Notice((ipc.NoticeFrame("cable", b"x"),))]
    (descriptor,) = there.take_descriptors()
    os.write(descriptor, b"x")
    os.close(descriptor)
    assert os.read(read_end, 10) == b"x"
    assert os.read(read_end, 10) == b""  # nobody else holds the writing end
    os.close(read_end)
    here.close()
    there.close()


def test_a_listener_replaces_a_dead_ones_socket_and_leaves_none(tmp_path: Path) -> None:
    path = tmp_path / "failover"
    assert ipc.connect(path) is None
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    dead.bind(str(path))
    dead.close()
    assert ipc.connect(path) is None
    listener = ipc.Listener(path)
    assert listener.accept() is None
    here = ipc.connect(path)
    there = listener.accept()
    assert here is not None
    assert there is not None
    here.send(StartSync())
    assert there.receive() == [StartSync()]
    here.close()
    there.close()
    listener.close()
    assert not path.exists()


def test_a_listener_that_cannot_says_where(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        ipc.Listener(tmp_path / "missing" / "failover")

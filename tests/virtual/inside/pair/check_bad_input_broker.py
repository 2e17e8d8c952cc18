"""A broker that is away, says nothing, refuses, or dies: one message, and no switchover waits."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from controller.bench.virtual.broker import NO_MOSQUITTO, PORT, start_broker
from controller.bench.virtual.namespaces import RUN
from controller.bench.virtual.network import BENCH_ADDRESS
from controller.bench.virtual.unit_box import PAIR, SITE
from controller.bench.world import Unit
from tests.virtual.inside.pair.living import IN_SERVICE, SWITCHED, P, Pair

LOST = 990010
REFUSALS = {True: b"\x20\x03\x00\x87\x00", False: b"\x20\x02\x00\x05"}  # by "is MQTT 5"


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> Iterator[None]:
    """A pair that has lost the world's own broker; it is there again for the next module."""
    first = pair.world.broker
    if first is None:
        pytest.skip(NO_MOSQUITTO)
    pair.serve("cable")
    pair.world.processes.end(first.started)
    pair.until(lambda: told(pair) == [1, 1])
    yield
    pair.world.broker = start_broker(pair.world.processes, RUN / "broker")


@contextlib.contextmanager
def broker(pair: Pair, number: signal.Signals = signal.SIGTERM) -> Iterator[None]:
    """A broker that both have told their state; ended by that signal, which both tell once."""
    started = start_broker(pair.world.processes, RUN / "broker")
    assert started is not None
    try:
        pair.until(lambda: len(retained()) == 2)
        before = told(pair)
        yield
        assert told(pair) == before
        started.started.process.send_signal(number)
        started.started.process.wait()
    finally:
        pair.world.processes.end(started.started)
    pair.until(lambda: told(pair) == [count + 1 for count in before])


class BadBroker:
    """Listens where the broker should, and answers ``refusing`` or not at all. Close it."""

    def __init__(self, *, refusing: bool) -> None:
        self.asked = 0  # connections in which a unit has spoken
        self._refusing = refusing
        self._held: list[socket.socket] = []
        self._listener = socket.create_server((BENCH_ADDRESS, PORT))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                self._held.append(client)
                client.settimeout(5)
                with contextlib.suppress(OSError):
                    said = client.recv(1000)
                    if self._refusing:
                        client.sendall(REFUSALS[b"MQTT\x05" in said])
                        client.close()
                self.asked += 1

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for client in self._held:
            client.close()


@contextlib.contextmanager
def instead(*, refusing: bool) -> Iterator[BadBroker]:
    bad = BadBroker(refusing=refusing)
    try:
        yield bad
    finally:
        bad.close()


def retained() -> dict[str, bytes]:
    """The states the broker has, by topic."""
    came: dict[str, bytes] = {}
    ended = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)

    def on_message(_: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        if message.topic == "end":
            ended.set()
        else:
            came[message.topic] = bytes(message.payload)

    client.on_message = on_message
    client.connect(BENCH_ADDRESS, PORT)
    client.loop_start()
    client.subscribe([(f"fover/v1/{SITE}/{PAIR}/+/state", 1), ("end", 1)])
    client.publish("end", b"", 1)
    assert ended.wait(10)
    client.disconnect()
    client.loop_stop()
    return came


def told(pair: Pair) -> list[int]:
    return [len(pair.said(unit, LOST)) for unit in Unit]


def test_away_silent_and_refusing_is_one_change(pair: Pair) -> None:
    assert f"{BENCH_ADDRESS}:{PORT} is not reachable: connection lost" in pair.said(P, LOST)[0]
    with instead(refusing=False) as silent:
        pair.until(lambda: silent.asked >= 1)
        pair.order(P, "no failover active", SWITCHED)
        pair.order(P, "failover active", IN_SERVICE)
    with instead(refusing=True) as refusing, pair.unmoved():
        pair.until(lambda: refusing.asked >= 3)
    assert told(pair) == [1, 1]


def test_a_broker_that_comes_back_is_told_what_is_true(pair: Pair) -> None:
    with pair.unmoved(), broker(pair):
        states = b"".join(retained().values())
        assert b"Active" in states
        assert b"Standby Ready" in states


def test_a_broker_killed_in_mid_session_is_told_once_and_met_again(pair: Pair) -> None:
    with pair.unmoved():
        with broker(pair, signal.SIGKILL):
            pass
        with broker(pair):
            pass

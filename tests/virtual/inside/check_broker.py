"""The private broker: anybody in, MQTT 5, nothing left on disk."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from controller.bench.virtual.broker import NO_MOSQUITTO, Broker, start_broker
from controller.bench.virtual.network import Network
from controller.bench.virtual.processes import Processes


@pytest.fixture
def broker(network: Network, tmp_path: Path) -> Iterator[Broker]:
    if shutil.which("mosquitto", path="/usr/bin:/usr/sbin") is None:
        pytest.skip(NO_MOSQUITTO)
    processes = Processes(tmp_path / "logs")
    started = start_broker(processes, tmp_path / "broker")
    assert started is not None
    yield started
    processes.end_all()


def test_a_retained_message_comes_back(broker: Broker, tmp_path: Path) -> None:
    came: list[bytes] = []
    arrived = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)

    def on_message(_: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        came.append(bytes(message.payload))
        arrived.set()

    client.on_message = on_message
    client.connect(broker.address, broker.port)
    client.loop_start()
    client.publish("fover/v1/test", b"kept", retain=True).wait_for_publish(10)
    client.subscribe("fover/v1/#")
    assert arrived.wait(10)
    client.disconnect()
    client.loop_stop()
    assert came == [b"kept"]
    assert {path.name for path in (tmp_path / "broker").iterdir()} == {"mosquitto.conf"}

"""When the units say a message, by their own clocks, over MQTT."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from controller.bench.virtual import clock
from controller.bench.virtual.broker import Broker

TOPIC = "fover/v1/+/+/+/event/message"


class Said(NamedTuple):
    """A message, and when its unit said it, on the bench's clock: to the millisecond."""

    chassis: str
    number: int
    at_ns: int


class Told:
    """Listens in a thread of its own."""

    def __init__(self, broker: Broker) -> None:
        """Raises OSError if the broker does not answer."""
        self._said: list[Said] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._heard
        self._client.on_connect = lambda client, *_: client.subscribe(TOPIC)
        self._client.connect(broker.address, broker.port)
        self._client.loop_start()

    def _heard(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        said = read(message.topic, bytes(message.payload), clock.offset_ns())
        if said is not None:
            self._said.append(said)

    def forget(self) -> None:
        """What was said so far is of no interest any more."""
        self._said.clear()

    def first(self, chassis: str, number: int, after_ns: int) -> int | None:
        """When that unit said it first from that moment on; None if it has not."""
        return first(tuple(self._said), chassis, number, after_ns)

    def __enter__(self) -> Told:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def read(topic: str, payload: bytes, offset_ns: int) -> Said | None:
    """One event; None if it is not what docs say. ``offset_ns``: wall-clock minus bench's clock."""
    try:
        table = json.loads(payload)
        wall = datetime.fromisoformat(table["at"])
        wall_ns = round(wall.timestamp() * 1_000) * 1_000_000
        return Said(topic.split("/")[4], int(table["number"]), wall_ns - offset_ns)
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def first(said: Iterable[Said], chassis: str, number: int, after_ns: int) -> int | None:
    """The first moment from that one on. A millisecond is forgiven: units count whole ones."""
    wanted = (chassis, number)
    moments = [one.at_ns for one in said if (one.chassis, one.number) == wanted]
    return min((at for at in moments if at >= after_ns - 1_000_000), default=None)

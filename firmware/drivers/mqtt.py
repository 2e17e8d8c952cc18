"""MQTT through paho: publish, and say when the broker comes or goes. Never waits for a broker.

paho keeps a thread of its own; its callbacks only hand a fact to the event loop. MQTT 5 first; a
broker that refuses it or hangs up on it is spoken to in 3.1.1, and the other way round. While there
is no broker, events wait in a bounded queue (QoS 1), then are dropped and counted; state is not
kept, the management machine says it again on ``BrokerChanged``. The Last Will takes
``availability`` back to ``offline``.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from firmware.core.management.events import BrokerChanged
from firmware.core.management.topics import AVAILABILITY, STATE

KEEPALIVE_S = 5
QUEUE_MAX = 256  # events that wait for a broker
CONNECT_TIMEOUT_S = 2.0
RETRY_S = (1, 10)  # paho waits so long between attempts, at least and at most
PROTOCOLS = (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311)


class _What(Enum):
    CONNECTED = 1
    REFUSED = 2  # the broker said no
    CLOSED = 3  # the connection ended, for whatever reason; also after a refusal
    NO_CONNECTION = 4


@dataclass(frozen=True, slots=True)
class _Fact:
    """What paho's thread has to say. ``client`` tells an old one's last words apart."""

    client: paho.Client
    what: _What
    why: str


class Mqtt:
    """One unit's connection to its broker. ``tell`` is called in the loop's own thread."""

    def __init__(
        self,
        broker: str,
        port: int,
        base: str,
        *,
        client_id: str,
        tell: Callable[[BrokerChanged], None],
        retry_s: tuple[float, float] = RETRY_S,
    ) -> None:
        self._broker, self._port, self._base = broker, port, base
        self._client_id = client_id
        self._tell = tell
        self._retry_s = retry_s
        self._loop = asyncio.get_running_loop()
        self._protocol = 0  # index of PROTOCOLS
        self._reachable: bool | None = None
        self._refused = False  # the last fact was a no of the broker
        self._refusals = 0  # in a row
        self._waiting: deque[tuple[str, str, bool]] = deque(maxlen=QUEUE_MAX)
        self.dropped = 0
        self._client = self._start()

    @property
    def protocol(self) -> str:
        """What is spoken, or tried: "MQTTv5" or "MQTTv311"."""
        return PROTOCOLS[self._protocol].name

    def publish(self, topic: str, payload: Mapping[str, Any], *, retain: bool) -> None:
        """Say it, or keep it for a broker that comes, or drop it and count."""
        data = json.dumps(payload, separators=(",", ":"))
        if self._reachable:
            self._say(topic, data, retain)
        elif topic != STATE.name:  # state is said anew when the broker comes
            self.dropped += len(self._waiting) == QUEUE_MAX
            self._waiting.append((topic, data, retain))

    def _say(self, topic: str, data: str, retain: bool) -> None:
        qos = 0 if topic == STATE.name else 1
        said = self._client.publish(self._base + topic, data, qos=qos, retain=retain)
        if said.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            self.dropped += 1

    async def close(self) -> None:
        """Say offline, and end paho's thread."""
        if self._reachable:
            said = self._client.publish(self._base + AVAILABILITY.name, "offline", 1, retain=True)
            # A broker that hangs must not keep us.
            await self._loop.run_in_executor(None, said.wait_for_publish, 0.5)
        client = self._client
        await self._loop.run_in_executor(None, _end, client)

    def _start(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=PROTOCOLS[self._protocol],
        )
        # Room for all that waited, and for what is said meanwhile.
        client.max_queued_messages_set(2 * QUEUE_MAX)
        least, most = self._retry_s
        client.reconnect_delay_set(least, most)  # type: ignore[arg-type]  # floats do as well
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.will_set(self._base + AVAILABILITY.name, "offline", qos=1, retain=True)

        def on_connect(
            who: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
        ) -> None:
            what = _What.REFUSED if reason.is_failure else _What.CONNECTED
            self._hand_over(_Fact(who, what, str(reason)))

        def on_connect_fail(who: paho.Client, _data: Any) -> None:
            self._hand_over(_Fact(who, _What.NO_CONNECTION, "no connection"))

        def on_disconnect(
            who: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
        ) -> None:
            self._hand_over(_Fact(who, _What.CLOSED, _words(reason)))

        client.on_connect = on_connect
        client.on_connect_fail = on_connect_fail
        client.on_disconnect = on_disconnect
        client.connect_async(self._broker, self._port, keepalive=KEEPALIVE_S)
        client.loop_start()
        return client

    def _hand_over(self, fact: _Fact) -> None:
        """In paho's thread: nothing but this."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._heard, fact)

    def _heard(self, fact: _Fact) -> None:
        if fact.client is not self._client:
            return
        after_refusal, self._refused = self._refused, fact.what is _What.REFUSED
        if fact.what is _What.CONNECTED:
            self._refusals = 0
            self._say(AVAILABILITY.name, "online", True)
            while self._waiting:
                self._say(*self._waiting.popleft())
            self._change(True, "")
        elif fact.what is _What.CLOSED and after_refusal:
            return  # the same no
        elif fact.what is _What.NO_CONNECTION or self._reachable:
            self._change(False, fact.why)
        else:
            self._refusals += 1
            if self._refusals % 2:  # it may want the other protocol; a second no is final
                self._speak_otherwise()
            else:
                self._change(False, fact.why)

    def _change(self, reachable: bool, why: str) -> None:
        if reachable is not self._reachable:
            self._reachable = reachable
            self._tell(BrokerChanged(f"{self._broker}:{self._port}", reachable, why))

    def _speak_otherwise(self) -> None:
        """A client knows one protocol: end this one, out of the loop's way, and begin another."""
        old = self._client
        self._protocol = 1 - self._protocol
        self._client = self._start()
        self._loop.run_in_executor(None, _end, old)


def _words(reason: ReasonCode) -> str:
    """Why a connection ended, for a person. paho knows no word for a broker that just went."""
    text = str(reason)
    return "connection lost" if text == "Unspecified error" else text


def _end(client: paho.Client) -> None:
    client.disconnect()
    client.loop_stop()

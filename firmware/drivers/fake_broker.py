"""A broker for tests and for machines without one: enough MQTT to publish to, 3.1.1 and 5.

Remembers what it was told, keeps retained values, says Last Wills. Can refuse MQTT 5, or everybody,
and can hang up on all, as brokers do.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, field

_MQTT_5 = 5
_UNSUPPORTED_VERSION = {5: 0x84, 4: 0x01}
_NOT_AUTHORIZED = {5: 0x87, 4: 0x05}


@dataclass(slots=True)
class FakeBroker:
    """Listens on a free port of the loopback; ``start`` first, ``close`` last."""

    speaks_5: bool = True
    refuses: bool = False
    port: int = 0
    said: list[tuple[str, str]] = field(default_factory=list)  # topic, payload, in order
    retained: dict[str, str] = field(default_factory=dict)
    levels: list[int] = field(default_factory=list)  # protocol of each CONNECT
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        """Listen; the same port again after ``close``."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def heard(self, topic: str, payload: str | None = None) -> str:
        """Wait until this is among what was said; returns the newest payload of the topic."""
        while True:
            told = [said for name, said in self.said if name == topic]
            if told and (payload is None or payload in told):
                return told[-1]
            self.changed.clear()
            await self.changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        will: tuple[str, str, bool] | None = None
        try:
            kind, body = await _packet(reader)
            level, will = _connect(body)
            self.levels.append(level)
            refusal = self._refusal(level)
            writer.write(_connack(level, refusal))
            if refusal:
                will = None
                return
            while True:
                kind, body = await _packet(reader)
                if kind >> 4 == 3:
                    self._published(kind, body, level, writer)
                elif kind >> 4 == 12:  # PINGREQ
                    writer.write(b"\xd0\x00")
                elif kind >> 4 == 14:  # DISCONNECT
                    will = None
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # hung up: that is what the will is for
        finally:
            if will is not None:
                self._say(*will)
            self._writers.discard(writer)
            writer.close()

    def _refusal(self, level: int) -> int:
        known = _MQTT_5 if level == _MQTT_5 else 4
        if level == _MQTT_5 and not self.speaks_5:
            return _UNSUPPORTED_VERSION[known]
        return _NOT_AUTHORIZED[known] if self.refuses else 0

    def _published(self, kind: int, body: bytes, level: int, writer: asyncio.StreamWriter) -> None:
        topic, at = _string(body, 0)
        if kind >> 1 & 3:
            writer.write(b"\x40\x02" + body[at : at + 2])
            at += 2
        if level == _MQTT_5:
            at += 1 + body[at]  # properties; ours are shorter than 128 bytes
        self._say(topic, body[at:].decode(), bool(kind & 1))

    def _say(self, topic: str, payload: str, retain: bool) -> None:
        self.said.append((topic, payload))
        if retain:
            self.retained[topic] = payload
        self.changed.set()


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return kind, await reader.readexactly(length)


def _string(body: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">H", body, at)
    return body[at + 2 : at + 2 + length].decode(), at + 2 + length


def _connect(body: bytes) -> tuple[int, tuple[str, str, bool] | None]:
    """Protocol level, and the will."""
    _, at = _string(body, 0)
    level, flags = body[at], body[at + 1]
    at += 4
    if level == _MQTT_5:
        at += 1 + body[at]
    _, at = _string(body, at)  # client id
    if not flags & 4:
        return level, None
    if level == _MQTT_5:
        at += 1 + body[at]
    topic, at = _string(body, at)
    payload, at = _string(body, at)
    return level, (topic, payload, bool(flags & 0x20))


def _connack(level: int, code: int) -> bytes:
    body = bytes((0, code)) + (b"\0" if level == _MQTT_5 else b"")
    return bytes((0x20, len(body))) + body

"""What a simulated unit's Ethernet drivers do with frames: seal them, open them, or cannot."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from controller.bench.simulated.wires import Said
from firmware.core.failover import events as ev
from firmware.core.settings import Settings
from firmware.core.wire.bodies import LAN, BadFrame, Frame
from firmware.core.wire.frames import encode
from firmware.core.wire.seal import Seals, Unreadable


class Sealing:
    """The keys of one life of a failover process, and where its mate was understood."""

    def __init__(self) -> None:
        self._seals = Seals(ChaCha20Poly1305, InvalidTag)
        self._mate_seen: set[str] = set()  # channels on which its MAC is known

    def use(self, settings: Settings, now_ms: int) -> None:
        """The key that the configuration has now."""
        self._seals.use(
            settings.key,
            from_mate=settings.key_from_mate,
            now_ms=now_ms,
            hold_ms=settings.hold_unit_ms,
        )

    def sealed(self, frame: Frame, now_ms: int) -> Said:
        """A frame for an Ethernet link: bytes where there is a key, itself where not."""
        self._seals.time_passed(now_ms)
        return self._seals.encode(frame) if self._seals.keyed else frame

    def heard(self, channel: str, said: Said, boot: int | None, now_ms: int) -> ev.Event:
        """What came by an Ethernet link, from the mate: nobody else is there. ``boot``: ours."""
        self._seals.time_passed(now_ms)
        heard: Frame | BadFrame | Unreadable
        if isinstance(said, bytes):
            heard = self._seals.decode(said)
        else:
            heard = self._seals.decode(encode(said)) if self._seals.keyed else said
        if isinstance(heard, Frame):
            if heard.header.echo == boot:
                self._mate_seen.add(channel)
            return ev.FrameReceived(channel, heard)
        if isinstance(heard, Unreadable) and (channel == LAN or channel in self._mate_seen):
            return ev.FrameUnreadable(channel, heard.probe, heard.serves)
        return ev.BadFrameReceived(channel, heard.why)

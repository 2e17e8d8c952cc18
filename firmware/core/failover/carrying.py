"""What management has to say to the mate's: the ordered channel, on whichever link there is.

Carries opaque messages; decides only when nobody is there to carry them to. Each link keeps its
own numbers, and a unit that comes back to a link goes on in them: those of the mate went on.

Clauses: NC-5, ST-5.
"""

from __future__ import annotations

from firmware.core.failover.effects import DeliverMessage, ResetReplication, StartSync
from firmware.core.failover.model import Unit
from firmware.core.failover.view import SyncStatus
from firmware.core.settings import Mode
from firmware.core.wire.bodies import Ack, Segment, UnitState
from firmware.core.wire.channel import CABLE_RATE, LAN_RATE, OrderedChannel

ASKS_ON_MS = 2_000  # a mate that has it leaves Sync Config at once, and says so


class Carrying:
    """The ordered channels of one unit."""

    def __init__(self) -> None:
        self._streams = {
            Mode.CABLE: OrderedChannel(CABLE_RATE),
            Mode.LAN: OrderedChannel(LAN_RATE),
        }
        self._ordered = self._streams[Mode.CABLE]

    @property
    def astray(self) -> bool:
        """The mate acknowledges what was never sent: somebody speaks in its name."""
        return self._ordered.astray

    def use(self, mode: Mode) -> None:
        """The failover link is now that one; what waits for the other is of no use."""
        self._ordered.drop_waiting()
        self._ordered = self._streams[mode]

    def begin_anew(self, unit: Unit) -> None:
        """A new life at one of the two ends: nothing half said is understood any more."""
        for stream in self._streams.values():
            stream.reset()
        unit.out.append(ResetReplication())

    def heard(self, unit: Unit, body: Segment | Ack) -> None:
        """A piece of what the mate says, or that it has heard."""
        if isinstance(body, Ack):
            self._ordered.on_ack(body)
            return
        for payload in self._ordered.on_segment(body):
            unit.out.append(DeliverMessage(payload))

    def queue(self, unit: Unit, payload: bytes) -> None:
        """Something to say. Without a mate it is dropped: the next synchronisation carries all."""
        if unit.mate.lost:
            return
        if not self._ordered.queue(payload):
            # What is half said must be ended, or the mate's numbers no longer fit ours.
            self._ordered.drop_waiting()
            self._ordered.queue(payload)
            unit.out.append(ResetReplication())

    def serve_sync(self, unit: Unit, now_ms: int) -> None:
        """A mate in Sync Config asks for the whole configuration: pass it on, once.

        One that goes on asking after it was sent had left that state and come back to it, unheard.
        """
        mate, hello = unit.mate, unit.mate.hello
        asks = hello is not None and hello.state is UnitState.SYNC_CONFIG
        if mate.lost or not asks or unit.state is not UnitState.ACTIVE:
            return
        over_ms = None if mate.sync_ended_ms is None else now_ms - mate.sync_ended_ms
        if not mate.sync_served or (over_ms is not None and over_ms >= ASKS_ON_MS):
            mate.sync_served, mate.sync_ended_ms = True, None
            unit.sync = SyncStatus.SYNCING
            unit.out.append(StartSync())

    def carry(self, unit: Unit, now_ms: int) -> None:
        """Say what the link takes now."""
        if unit.mate.lost or unit.link.failed:
            return
        for body in self._ordered.poll(now_ms):
            unit.send(unit.link_channel, body)

    def due_ms(self, unit: Unit, now_ms: int) -> int | None:
        """When ``carry`` has something to say; never in the past, "at once" is no lateness."""
        due = self._ordered.next_due_ms()
        if due is None or unit.mate.lost or unit.link.failed:
            return None
        return max(due, now_ms)

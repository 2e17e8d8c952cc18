"""The failover machine: ``step(event, now_ms)`` gives effects. The only way in.

Holds the ``if``s: which module looks at an event, which causes come of it, what entering a state
means. The modules compute; the table in ``states`` answers; this file carries it out. Nothing here
reads a clock, and between one ``next_due_ms()`` and the next nothing happens by itself.

Order within a step: the event is noted, its causes fire, then the two units' states are put side by
side until nothing more follows; last come the hellos that are due, lamps and the picture. Silence
is judged only by ``TimePassed``, which the process steps after it has drained every channel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from firmware.core.failover import (
    dataplan,
    entering,
    fitness,
    handover,
    identifying,
    interfaces,
    ladder,
    lamps,
    lease,
    meeting,
    monitor,
    policy,
    power,
    renewal,
    report,
    silence,
    speaking,
    startup,
    witness,
)
from firmware.core.failover import events as ev
from firmware.core.failover.carrying import Carrying
from firmware.core.failover.effects import (
    AssumeAddresses,
    Effect,
    LatchIdentity,
    Publish,
    SetUnitTimers,
)
from firmware.core.failover.model import Unit
from firmware.core.failover.states import REASONS, TABLE, Cause, is_active, is_standby
from firmware.core.failover.view import SyncStatus
from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode
from firmware.core.wire.bodies import (
    Ack,
    Answer,
    Frame,
    Handover,
    HandoverStep,
    Identify,
    MoreIdentity,
    Segment,
    TestReport,
    UnitState,
)
from firmware.core.wire.frames import chassis_number

SAYS = {
    HandoverStep.YIELDED: UnitState.STANDBY_READY,
    HandoverStep.CLAIMED: UnitState.ACTIVE,
}  # of the unit that takes the step
GONE = (Cause.MATE_LOST, Cause.MATE_POWER_LOST, Cause.MATE_FAILED)
ADDRESSES_MS = 1_000  # a data plane that neither took nor refused them by then is looked at again
# One for each of 250 interfaces may come at once: what is shown and said of them waits for the
# TimePassed that ends the round, but where the unit's own state changes.
CROWDS = (ev.FrameReceived, ev.CarrierChanged)
FIRED_MOST = 24  # causes in one step; more means two rows chase each other


class Engine:
    """One unit's failover machine. Feed ``Started`` first, then everything else."""

    def __init__(self) -> None:
        self._unit: Unit | None = None
        self._carrying = Carrying()
        self._handlers: dict[type, Callable[[Unit, ev.Event, int], list[Cause]]] = {
            ev.SettingsChanged: self._settings,
            ev.TimePassed: self._time,
            ev.FrameReceived: self._frame,
            ev.FrameUnreadable: self._unreadable,
            ev.BadFrameReceived: self._bad_frame,
            ev.CarrierChanged: self._carrier,
            ev.ActivityHeard: self._activity,
            ev.CableChanged: self._cable,
            ev.ShortTimerExpired: self._short_timer,
            ev.OrderGiven: self._order,
            ev.MessageQueued: self._message,
            ev.SyncWanted: lambda _unit, _event, _now_ms: [Cause.MISMATCH],
            ev.SyncEnded: self._sync_ended,
            ev.Done: self._done,
            ev.Failed: self._failed,
            ev.ManagementBack: self._management_back,
            ev.SnapshotWanted: self._snapshot,
        }

    @property
    def started(self) -> bool:
        """Whether ``Started`` has been stepped; before that there is no ``unit``."""
        return self._unit is not None

    @property
    def unit(self) -> Unit:
        """The state, for the simulated world's judges and tests. Not to be written."""
        assert self._unit is not None, "Started has not been stepped"
        return self._unit

    def step(self, event: ev.Event, now_ms: int) -> list[Effect]:
        """What follows from one event at ``now_ms``, to be done in this order."""
        if isinstance(event, ev.Started):
            return self._started(event, now_ms)
        unit = self.unit
        unit.out = []
        unit.last_step_ms = now_ms
        before, unit.owes = unit.state, False
        stood_still = lease.stood_still(unit, now_ms)
        if stood_still:
            self._fire_all(unit, stood_still, now_ms)
        causes = self._handlers[type(event)](unit, event, now_ms)
        self._fire_all(unit, causes, now_ms)
        if unit.state is UnitState.JUST_ACTIVE:
            # Nothing before the addresses: hellos and pictures wait for Done, which comes at once.
            unit.due_ms = now_ms + ADDRESSES_MS
        elif isinstance(event, CROWDS) and unit.changed and unit.state is before:
            unit.owes = True
        else:
            self._finish(unit, now_ms)
        if isinstance(event, ev.SettingsChanged) and unit.due_ms is not None:
            unit.due_ms = max(unit.due_ms, now_ms)  # shorter timers make nobody late
        return unit.out

    def next_due_ms(self) -> int | None:
        """When ``TimePassed`` must be stepped at the latest; None if only an event can matter."""
        return self.unit.last_step_ms if self.unit.owes else self.unit.due_ms

    def check(self) -> None:
        """Assert what must always hold. A unit that fails this dies; its mate takes over."""
        unit = self.unit
        if unit.state is UnitState.ACTIVE:
            assert unit.holding, "Active without the active addresses"
        if is_standby(unit.state) and unit.handover.yielded_ms is None:
            assert not unit.holding, f"{unit.state.text} with the active addresses"
        if unit.state not in (UnitState.DISABLED,):
            assert unit.identity is not None, f"{unit.state.text} without an identity"

    # What each event means

    def _started(self, event: ev.Started, now_ms: int) -> list[Effect]:
        unit = Unit(
            facts=event.facts,
            boot=event.boot,
            chassis=chassis_number(event.facts.chassis),
            latched=event.latched,
            goes_on=event.goes_on,
            carriers=dict(event.carriers),
            since_ms=now_ms,
            last_step_ms=now_ms,
        )
        unit.cable.facts = event.cable
        self._unit = unit
        if not unit.facts.real_time:
            unit.log(MessageId.NOT_REAL_TIME)
        if unit.facts.lease_refused:
            unit.log(MessageId.NO_LEASE, unit.facts.lease_refused)
        return unit.out

    def _settings(self, unit: Unit, event: ev.Event, now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.SettingsChanged)
        before, channels = unit.settings, unit.channels
        unit.take_settings(event.settings)
        first, unit.booted = not unit.booted, True
        unit.changed = True
        if first or before.hold_unit_ms != event.settings.hold_unit_ms:
            unit.out.append(SetUnitTimers(event.settings.hold_unit_ms))
        other_link = first or before.mode is not event.settings.mode
        if other_link:
            self._carrying.use(event.settings.mode)
        if other_link or before.cable_used is not event.settings.cable_used:
            power.judge(unit)
        self._forget_channels(unit)
        interfaces.configured_anew(unit)
        if before.hold_interface_ms != event.settings.hold_interface_ms:
            interfaces.held_otherwise(unit, now_ms)
        if first or replace(before, digest=0) != replace(event.settings, digest=0):
            speaking.speak_now(unit)  # a digest can wait: a pasted page is no page of hellos
        if unit.channels != channels:
            speaking.seal_notice(unit)
        unit.passive = unit.passive and event.settings.enabled
        if event.settings.enabled and unit.state is UnitState.DISABLED and not unit.passive:
            return self._enable(unit)
        if unit.identity is None:
            unit.identity = startup.identity(unit)  # OR-4: off, and yet it must hear its mate
        if before.enabled and not event.settings.enabled:
            return [Cause.DISABLED]
        return []

    def _enable(self, unit: Unit) -> list[Cause]:
        """ID-1: who we are is settled when failover starts, and stays."""
        unit.identity = startup.identity(unit)
        if unit.identity is None:
            unit.log(MessageId.CABLE_UNREADABLE)
            return []
        facts = unit.cable.facts
        if facts is not None and facts.my_plug and unit.settings.mode is Mode.CABLE:
            unit.latched = unit.identity
            unit.out.append(LatchIdentity(unit.identity))
        unit.took_part = True
        startup.forget_the_silent(unit)
        return [Cause.ENABLED]

    def _forget_channels(self, unit: Unit) -> None:
        known = unit.channels
        for heard in (unit.mate.heard_ms, unit.mate.hellos, unit.mate.sequences):
            for channel in [c for c in heard if c not in known]:
                del heard[channel]
        witness.forget(unit, known)

    def _time(self, unit: Unit, _event: ev.Event, now_ms: int) -> list[Cause]:
        unit.lease.drained_ms = now_ms
        if unit.due_ms is not None and now_ms > unit.due_ms:
            unit.late_worst_ms = max(unit.late_worst_ms, now_ms - unit.due_ms)
            silence.forgive_lateness(unit, now_ms - unit.due_ms)
        plugged_ms = startup.plugged_due_ms(unit)
        if plugged_ms is not None and now_ms >= plugged_ms:
            return self._enable(unit)
        strap_ms = power.strap_due_ms(unit)
        if strap_ms is not None and now_ms >= strap_ms and not startup.strap_taken(unit):
            power.tell_strap(unit)
        dataplan.time_passed(unit, now_ms)
        return [*silence.judge(unit, now_ms), *handover.time_passed(unit, now_ms)]

    def _frame(self, unit: Unit, event: ev.Event, now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.FrameReceived)
        channel, frame, boot = event.channel, event.frame, unit.mate.boot
        if unit.identity is None:
            return []
        if channel not in unit.channels:
            unit.ignore(channel, "by a way that is not configured")
            return []
        if not monitor.counts(unit, channel, frame, now_ms):
            return []
        unit.received += 1
        if unit.mate.boot != boot:
            self._new_life(unit)
        causes = self._body(unit, channel, frame, now_ms)
        interfaces.look_at(unit, channel, now_ms)
        monitor.restore_link(unit, now_ms)
        power.heard(unit)
        return causes

    def _new_life(self, unit: Unit) -> None:
        """The mate's boot is new: whatever was under way with the old one is over."""
        handover.forget(unit, "ERROR: the other unit restarted meanwhile")
        self._begin_anew(unit)

    def _renew(self, unit: Unit, now_ms: int) -> None:
        """NC-5: a new life of this unit, which goes on as it is."""
        astray = self._carrying.astray
        if renewal.due(unit, now_ms, astray=astray):
            if astray:
                unit.log(MessageId.CHANNEL_BEGUN_ANEW)
            renewal.renew(unit, now_ms)
            self._begin_anew(unit)

    def _begin_anew(self, unit: Unit) -> None:
        self._carrying.begin_anew(unit)
        unit.handover.number = 0
        speaking.seal_notice(unit)
        speaking.speak_now(unit)

    def _body(self, unit: Unit, channel: str, frame: Frame, now_ms: int) -> list[Cause]:
        body = frame.body
        if isinstance(body, Segment | Ack):
            self._carrying.heard(unit, body)
        elif isinstance(body, Answer):
            power.answered(unit, body)
        elif isinstance(body, Identify | MoreIdentity):
            self._identified(unit, channel, body)
        elif isinstance(body, TestReport):
            interfaces.reported(unit, body, now_ms)
        elif isinstance(body, Handover):
            if frame.header.sequence < unit.mate.newest:
                return []  # HO-4: overtaken by newer word of its state
            monitor.note_handover(unit, frame.header.sequence, SAYS.get(body.step))
            return handover.heard(unit, body, now_ms)
        else:
            return monitor.note(unit, channel, frame, now_ms)
        return []

    def _identified(self, unit: Unit, channel: str, body: Identify | MoreIdentity) -> None:
        """A unit in Negotiation tells without being asked."""
        if identifying.heard(unit, body):
            fitness.judge(unit)
        asks = isinstance(body, Identify) and body.asks
        if asks and unit.state is not UnitState.NEGOTIATION:
            identifying.say(unit, channel)

    def _unreadable(self, unit: Unit, event: ev.Event, now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.FrameUnreadable)
        if unit.identity is not None and event.channel in unit.channels:
            monitor.unreadable(unit, event, now_ms)
        return []

    def _bad_frame(self, unit: Unit, event: ev.Event, _now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.BadFrameReceived)
        unit.ignore(event.channel, event.why)
        return []

    def _carrier(self, unit: Unit, event: ev.Event, now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.CarrierChanged)
        changed = unit.carriers.get(event.physical) != event.up
        if not changed and not event.gone:
            return []
        unit.carriers[event.physical] = event.up
        unit.changed = True
        if not event.up:
            witness.carrier_lost(unit, event.physical)
        link = unit.settings.failover_link
        for interface in unit.settings.interfaces:
            if interface.physical == event.physical:
                if changed:
                    unit.log(MessageId.LINK_UP if event.up else MessageId.LINK_DOWN, interface.name)
                if event.gone:
                    unit.log(MessageId.NIC_GONE, interface.name, event.physical)
        if changed and link is not None and link.physical == event.physical:
            unit.log(MessageId.LAN_INTERFACE_UP if event.up else MessageId.LAN_INTERFACE_DOWN)
            unit.hellos.next_link_ms = now_ms  # LK-1
        interfaces.look_at(unit, event.physical, now_ms)
        return []

    def _activity(self, unit: Unit, event: ev.Event, now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.ActivityHeard)
        interfaces.activity(unit, event.physical, now_ms)
        return []

    def _cable(self, unit: Unit, event: ev.Event, _now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.CableChanged)
        power.cable_changed(unit, event.facts)
        return []

    def _short_timer(self, unit: Unit, event: ev.Event, _now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.ShortTimerExpired)
        if event.timer is ev.ShortTimer.POWER_SETTLE:
            power.settled(unit)
            return []
        return power.probe_expired(unit)

    def _order(self, unit: Unit, event: ev.Event, now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.OrderGiven)
        return handover.order(unit, event.order, event.ticket, now_ms)

    def _message(self, unit: Unit, event: ev.Event, _now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.MessageQueued)
        self._carrying.queue(unit, event.payload)
        return []

    def _sync_ended(self, unit: Unit, event: ev.Event, now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.SyncEnded)
        failed = event.outcome is ev.SyncOutcome.FAILED
        unit.sync = SyncStatus.FAILED if failed else SyncStatus.DONE
        unit.mate.sync_ended_ms = now_ms
        unit.changed = True
        if not failed:
            unit.sync_failures = 0
        if event.outcome is ev.SyncOutcome.SENT:
            return []
        return [Cause.SYNC_FAILED if failed else Cause.SYNC_RECEIVED]

    def _done(self, unit: Unit, event: ev.Event, now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.Done)
        if event.effect == "PrepareDataPlane":
            dataplan.prepared(unit)
        elif event.effect == "AssumeAddresses":
            unit.holding = is_active(unit.state) or unit.state is UnitState.DISABLED
            unit.changed = True
            if unit.state is UnitState.JUST_ACTIVE:
                return [Cause.PROGRESS] * 4
            if unit.state is UnitState.DISABLED:
                handover.serves(unit)
        elif event.effect == "YieldAddresses":
            unit.holding = False
            return handover.yielded(unit, now_ms)
        return []

    def _failed(self, unit: Unit, event: ev.Event, _now_ms: int) -> list[Cause]:
        assert isinstance(event, ev.Failed)
        unit.changed = True
        if event.effect == "PrepareDataPlane":
            dataplan.refused(unit, event.why)
        elif event.effect == "YieldAddresses":
            handover.refused_by_kernel(unit, event.why)
        elif event.effect == "AssumeAddresses":
            unit.holding = False
            unit.log(MessageId.DATA_PLANE_REFUSED, event.why)
            handover.refused_by_kernel_in_claim(unit)
            return [Cause.ADDRESSES_REFUSED]
        else:
            unit.log(MessageId.DATA_PLANE_REFUSED, event.why)
        return []

    def _management_back(self, unit: Unit, _event: ev.Event, _now_ms: int) -> list[Cause]:
        """Whatever it was sending or receiving died with it: ask, or be asked, again."""
        unit.changed = True
        unit.mate.sync_served = False
        if unit.state is UnitState.STANDBY_READY and not unit.settings.edited:
            return [Cause.MISMATCH]  # a line of the mate's may have come while nobody listened
        return [Cause.SYNC_FAILED] if unit.state is UnitState.SYNC_CONFIG else []

    def _snapshot(self, unit: Unit, _event: ev.Event, _now_ms: int) -> list[Cause]:
        unit.changed = True
        return []

    # What causes lead to

    def _fire_all(self, unit: Unit, causes: list[Cause], now_ms: int) -> None:
        waiting, fired = list(causes), 0
        while True:
            if not waiting:
                interfaces.look_if_due(unit, now_ms)
                waiting = meeting.causes(unit, now_ms) + meeting.progress(unit)
                waiting = waiting or policy.causes(unit, now_ms)
            if not waiting:
                return
            fired += 1
            assert fired <= FIRED_MOST, f"{unit.state.text}: {waiting[0]} fires without end"
            if not self._fire(unit, waiting.pop(0), now_ms) and not waiting:
                return

    def _fire(self, unit: Unit, cause: Cause, now_ms: int) -> bool:
        """Look the cause up and do what the row says. Whether the state changed."""
        row = TABLE[unit.state, cause]
        if cause in GONE:
            handover.forget(unit, "ERROR: the other unit went away meanwhile")
            unit.handover.drop_links_ms = None
            if cause is Cause.MATE_FAILED:
                unit.log(MessageId.MATE_REPORTS_FAILURE, REASONS[cause])
        if row.target is row.state:
            return False
        entering.enter(unit, row, now_ms)
        return True

    # What ends every step

    def _finish(self, unit: Unit, now_ms: int) -> None:
        if unit.booted:
            if unit.changed:
                dataplan.plan(unit)
            self._stand_alone(unit, now_ms)
            handover.resolve_frozen(unit)
            self._carrying.serve_sync(unit, now_ms)
            ladder.tell(unit)
            self._renew(unit, now_ms)
            if not lease.waits(unit):
                speaking.time_passed(unit, now_ms)
                lease.renew(unit, now_ms)
            self._carrying.carry(unit, now_ms)
            monitor.show_mismatch(unit, now_ms)
            witness.look(unit, now_ms, passive=startup.stays_passive(unit, now_ms))
        if unit.changed and unit.booted:
            lamps.show(unit)
            unit.changed = False
            unit.out.append(Publish(report.view(unit, now_ms)))
        unit.due_ms = self._due_ms(unit, now_ms)

    def _stand_alone(self, unit: Unit, now_ms: int) -> None:
        """OR-4: with failover off from boot on, a unit is a gateway by itself."""
        if unit.plan.ready and not unit.holding and startup.alone(unit, now_ms):
            unit.holding = unit.changed = True
            unit.out.append(AssumeAddresses())

    def _due_ms(self, unit: Unit, now_ms: int) -> int | None:
        if not unit.booted:
            return None
        dues = (
            speaking.due_ms(unit),
            silence.due_ms(unit),
            unit.testimony.due_ms,
            handover.due_ms(unit),
            lease.due_ms(unit, now_ms),
            meeting.due_ms(unit, now_ms),
            startup.plugged_due_ms(unit),
            startup.alone_due_ms(unit, now_ms),
            power.strap_due_ms(unit),
            unit.plan.retry_ms,
            unit.watch_due_ms,
            policy.due_ms(unit, now_ms),
            self._carrying.due_ms(unit, now_ms),
        )
        known = [due for due in dues if due is not None]
        return max(min(known), now_ms) if known else None  # of times long past nobody is late

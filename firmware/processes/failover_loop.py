"""The failover process: the loop that feeds the engine and does what it asks.

One thread, one epoll, one timerfd. A round drains everything that is readable, then lets time
pass, so that a process that stalled hears what was said meanwhile before it judges anybody silent.
Nothing here decides about roles; an assertion in the core ends the process, and the supervisor
takes the unit off the network at once.
"""

from __future__ import annotations

import os
import selectors
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from firmware.core.failover import effects as ef
from firmware.core.failover import events as ev
from firmware.core.failover.engine import Engine
from firmware.core.failover.fence import TICK_MAX_MS, tick_ms
from firmware.core.settings import Identity, Settings, UnitFacts
from firmware.drivers.netlink import DataPlane, InterfaceTests
from firmware.processes import ipc, realtime
from firmware.processes.channels import Channels, Driver, known_only
from firmware.processes.clock import Alarm, now_ms, now_ns
from firmware.processes.counters import Counters
from firmware.processes.end_signals import EndSignals
from firmware.processes.management_link import ManagementLink
from firmware.processes.unit_file import UnitFile

CARRIER_POLL_NS = 200_000_000
DRAIN_MAX_NS = 8_000_000  # how long a flood is listened to before time is let pass all the same
REST_S = 0.001  # and before it is listened to again
# What management asks of the failover machine in its own words.
_TYPED = ev.OrderGiven | ev.MessageQueued | ev.SyncWanted | ev.SyncEnded | ev.SnapshotWanted


class FailoverLoop:
    """The loop. Owns the drivers it was given."""

    def __init__(
        self,
        facts: UnitFacts,
        unit: UnitFile,
        heartbeat: ipc.Connection,
        plane: DataPlane,
        tests: InterfaceTests,
        channels: Channels,
        management: ManagementLink,
        pins: Any,  # FailoverPins; not imported where there is no GPIO
        signals: EndSignals,
    ) -> None:
        self._facts, self._unit = facts, unit
        self._heartbeat, self._plane, self._channels = heartbeat, plane, channels
        self._management, self._pins, self._signals = management, pins, signals
        self._tests = tests
        self._engine = Engine()
        self._settings = Settings()
        self._identity: Identity | None = None  # for which channels were made
        self._started = self._ending = False
        self._alarm = Alarm()
        self._selector = selectors.EpollSelector()
        self._short: dict[ev.ShortTimer, int] = {}  # when each runs out, ns
        self._carriers_ns = self._heartbeat_ns = now_ns()
        self._floods = 0  # rounds that ended with something still to be heard
        self._tick_ms = TICK_MAX_MS
        self._fenced_nics: tuple[str, ...] = ()
        self._notice: tuple[ef.SendFrame, ...] = ()
        self._notice_opened = 0
        self._counters = Counters(unit.run / "failover-counters.json", self._more_counters)
        self._verbs = self._effect_table()

    def run(self) -> int:
        """Go round until told to end."""
        self._register()
        self._ask_to_be_watched(())
        while not self._ending:
            self._round()
        return self._end()

    # One round

    def _round(self) -> None:
        due_ns = self._next_due_ns()
        self._alarm.set(due_ns)
        drained = self._drain()
        if self._ending:
            return  # a supervisor that died while we stood still: nothing is to be said before that
        self._counters.ran(due_ns, now_ns())
        self._alarm.rang()
        self._time_passes()
        now = now_ns()
        self._channels.pump(now)
        self._plane.pump(now)
        self._tests.pump(now)
        self._management.flush(self._selector)
        self._beat(now)
        self._reseal_if_void()
        self._counters.idle(self._next_due_ns())
        if not drained:
            # At real-time priority a process that never sleeps is ended by the kernel, and what is
            # below it on its CPU starves. The flood fills the sockets meanwhile, and is lost there.
            self._floods += 1
            time.sleep(REST_S)

    def _drain(self) -> bool:
        """Wait, then hear all that came in. False if it came faster than it could be heard.

        For half a tick at most: the supervisor must not take a flood for a hang.
        """
        readable = self._hear_readable(None)
        until = now_ns() + min(DRAIN_MAX_NS, self._tick_ms * 500_000)
        while readable and now_ns() < until:
            readable = self._hear_readable(0)
        return not readable

    def _hear_readable(self, timeout_s: float | None) -> bool:
        ready = self._selector.select(timeout_s)
        readable = [key.data for key, _ in ready if key.data is not None]
        for receive in readable:
            receive()
        return bool(readable)

    def _time_passes(self) -> None:
        now = now_ns()
        for timer, due in tuple(self._short.items()):
            if now >= due:
                del self._short[timer]
                self._counters.late(now - due)
                self._step(ev.ShortTimerExpired(timer))
        if now >= self._carriers_ns:
            # Beside netlink's own word, which may lag by 0.6 s for a young NIC.
            self._carriers_ns = now + CARRIER_POLL_NS
            self._plane.ask_carriers()
        due_ms = self._engine.next_due_ms() if self._started else None
        if due_ms is not None and now_ms() >= due_ms:
            self._counters.late(now_ns() - due_ms * 1_000_000)
            self._step(ev.TimePassed())

    def _next_due_ns(self) -> int:
        dues = [self._carriers_ns, self._heartbeat_ns + self._tick_ms * 1_000_000]
        dues += self._short.values()
        for driver in (self._channels, self._plane, self._tests):
            due = driver.next_due_ns()
            if due is not None:
                dues.append(due)
        due_ms = self._engine.next_due_ms() if self._started else None
        if due_ms is not None:
            dues.append(due_ms * 1_000_000)
        return min(dues)

    def _step(self, event: ev.Event) -> None:
        """One event, its effects, and what the data plane answers to those: all in this round."""
        if not self._started:
            return  # nobody has told who we are yet; what is true now is told in Started
        events = deque([event])
        while events:
            began = now_ns()
            effects = self._engine.step(events.popleft(), began // 1_000_000)
            self._engine.check()
            for effect in effects:
                answer = self._verbs[type(effect)](effect)
                if answer is not None:
                    events.append(answer)
            self._counters.step(now_ns() - began)
        if self._engine.unit.identity is not self._identity:
            self._apply_channels()

    # What comes in

    def _register(self) -> None:
        self._selector.register(self._alarm, selectors.EVENT_READ, None)
        self._selector.register(self._heartbeat, selectors.EVENT_READ, self._hear_supervisor)
        self._selector.register(self._signals, selectors.EVENT_READ, self._hear_signals)
        self._selector.register(self._plane, selectors.EVENT_READ, self._hear_plane)
        self._selector.register(self._tests, selectors.EVENT_READ, self._hear_tests)
        self._selector.register(
            self._management.listener, selectors.EVENT_READ, self._admit_management
        )
        if self._pins is not None:
            self._selector.register(self._pins, selectors.EVENT_READ, self._hear_pins)
        self._register_channels()

    def _register_channels(self) -> None:
        """Watch the channel drivers there are now, and no others."""
        there = {driver.fileno(): driver for driver in self._channels.drivers()}
        for key in tuple(self._selector.get_map().values()):
            if isinstance(key.data, _Hearing):
                self._selector.unregister(key.fileobj)
        for fileno, driver in there.items():
            self._selector.register(fileno, selectors.EVENT_READ, _Hearing(self, driver))

    def hear(self, driver: Driver) -> None:
        """Step what came in by a channel."""
        for event in self._channels.receive_from(driver):
            self._step(event)

    def _hear_supervisor(self) -> None:
        self._heartbeat.receive()
        self._ending = self._ending or self._heartbeat.closed

    def _hear_signals(self) -> None:
        self._ending = self._signals.asked_to_end() or self._ending

    def _hear_plane(self) -> None:
        for event in self._plane.receive():
            self._step(event)

    def _hear_tests(self) -> None:
        for event in self._tests.receive():
            self._step(event)

    def _hear_pins(self) -> None:
        for event in self._pins.receive():
            self._step(event)

    def _admit_management(self) -> None:
        self._management.admit(self._selector, self._hear_management)

    def _hear_management(self) -> None:
        for message in self._management.receive():
            self._obey_management(message)

    def _obey_management(self, message: ipc.Message) -> None:
        if isinstance(message, ipc.BootFacts):
            self._management.greet()
            if self._started:
                self._step(ev.ManagementBack())
            else:
                self._start(message)
        elif isinstance(message, ev.SettingsChanged):
            self._change_settings(message)
        elif isinstance(message, _TYPED):
            self._step(message)

    def _start(self, boot: ipc.BootFacts) -> None:
        self._started = True
        self._step(
            ev.Started(
                facts=self._facts,
                boot=int.from_bytes(os.urandom(8), "big") or 1,
                cable=None if self._pins is None else self._pins.facts(),
                latched=boot.latched,
                goes_on=boot.goes_on,
                carriers=self._plane.carriers(),
            )
        )

    def _change_settings(self, event: ev.SettingsChanged) -> None:
        settings, unknown = known_only(event.settings, tuple(self._unit.nics))
        for name in unknown:
            print(
                f"failover: the configuration uses {name}, which [interfaces] of "
                f"{self._unit.path} does not name; left out",
                file=sys.stderr,
            )
        self._settings = settings
        self._apply_channels()
        self._step(ev.SettingsChanged(settings))

    def _apply_channels(self) -> None:
        """Before a step: what it says needs its channel. After one that told who this unit is."""
        self._identity = self._engine.unit.identity if self._engine.started else None
        if self._channels.apply(self._settings, self._identity):
            self._register_channels()
            self._notice_opened = -1

    # What goes out

    def _effect_table(self) -> dict[type[ef.Effect], Callable[[Any], ev.Event | None]]:
        """From effect to verb. A verb may answer with an event, stepped in the same round."""
        plane, tell = self._plane, self._management.tell
        return {
            ef.PrepareDataPlane: self._prepare,
            ef.AssumeAddresses: lambda _: plane.assume(),
            ef.YieldAddresses: lambda _: plane.yield_(),
            ef.ReleaseAddresses: lambda _: plane.release(),
            ef.DropActiveLinks: lambda _: plane.drop_active_links(),
            ef.HoldLease: self._hold_lease,
            ef.ListenForActivity: self._tests.do,
            ef.StopListening: self._tests.do,
            ef.AskNeighbour: self._tests.do,
            ef.PingBroadcast: self._tests.do,
            ef.SendFrame: self._channels.send,
            ef.SealFailedNotice: self._seal,
            ef.StartShortTimer: self._start_short_timer,
            ef.SetUnitTimers: self._set_unit_timers,
            ef.SetLamp: self._light if self._pins is not None else lambda _: None,
            ef.LatchIdentity: tell,
            ef.StateChanged: tell,
            ef.Log: tell,
            ef.OrderAnswered: tell,
            ef.DeliverMessage: tell,
            ef.StartSync: tell,
            ef.ResetReplication: tell,
            ef.Publish: tell,
        }

    def _light(self, effect: ef.SetLamp) -> None:
        self._pins.set_lamp(effect)

    def _hold_lease(self, effect: ef.HoldLease) -> None:
        """What is left of it: this process may have stood still since the step that asked."""
        self._plane.lease.hold(effect.until_ms - now_ms())

    def _prepare(self, effect: ef.PrepareDataPlane) -> None:
        # NICs of the old plan too: until this one is done they may still forward.
        nics = [self._unit.nics[persona.physical] for persona in effect.plan.personas]
        self._ask_to_be_watched(tuple(dict.fromkeys((*self._fenced_nics, *nics))))
        self._plane.prepare(effect.plan)

    def _start_short_timer(self, effect: ef.StartShortTimer) -> None:
        self._short[effect.timer] = now_ns() + effect.microseconds * 1_000

    def _set_unit_timers(self, effect: ef.SetUnitTimers) -> None:
        self._tick_ms = tick_ms(effect.hold_unit_ms, leased=not self._facts.lease_refused)
        self._counters.hold(effect.hold_unit_ms)
        self._ask_to_be_watched(self._fenced_nics)

    def _ask_to_be_watched(self, nics: tuple[str, ...]) -> None:
        self._fenced_nics = nics
        self._heartbeat.send(ipc.Fencing(nics, self._tick_ms))
        self._heartbeat_ns = now_ns()

    def _beat(self, now: int) -> None:
        # Half a tick: a wake-up that is a little late must not look like a missing heartbeat.
        if now - self._heartbeat_ns >= self._tick_ms * 500_000:
            self._heartbeat_ns = now
            self._heartbeat.send(ipc.Heartbeat())

    def _seal(self, effect: ef.SealFailedNotice) -> None:
        self._notice, self._notice_opened = effect.frames, self._channels.opened()
        routes = self._channels.routes(effect.frames)
        frames = tuple(
            ipc.NoticeFrame(route.channel, route.data)
            if route.address is None
            else ipc.NoticeFrame(
                route.channel, route.data, str(route.address[0]), int(route.address[1])
            )
            for route in routes
        )
        self._heartbeat.send(ipc.Notice(frames), tuple(route.fd for route in routes))

    def _reseal_if_void(self) -> None:
        """A device that was opened anew has another descriptor."""
        if self._notice and self._channels.opened() != self._notice_opened:
            self._seal(ef.SealFailedNotice(self._notice))

    def _more_counters(self) -> dict[str, object]:
        return {
            "channels": self._channels.counts(),
            "lease": self._plane.lease.counts(),
            "rounds_flooded": self._floods,
            "troubles": self._channels.troubles(),
            "management_dropped": self._management.dropped,
            "interface_tests": asdict(self._tests.counts),
            f"hogs_over_{realtime.RTTIME_SOFT_US}_us": self._signals.hogs,
        }

    # The end

    def _end(self) -> int:
        """In good order: let the addresses go, then say so, then leave."""
        self._plane.release()
        self._heartbeat.send(ipc.Fencing((), self._tick_ms))  # nothing left to take down
        for said in self._notice:  # there may be no supervisor left to say it
            self._channels.send(said)
        self._channels.pump(now_ns())
        realtime.give_back_real_time()
        self._management.close()
        self._tests.close()
        self._plane.close()
        return 0


class _Hearing:
    """What to do when a channel is readable. A type of its own, to be told from the others."""

    def __init__(self, loop: FailoverLoop, driver: Driver) -> None:
        self._loop, self._driver = loop, driver

    def __call__(self) -> None:
        self._loop.hear(self._driver)

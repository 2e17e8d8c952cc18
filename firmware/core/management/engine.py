"""The management machine: events in, effects out, time injected; the only way in is ``step``.

Beside the failover machine it needs no process. To run the two in memory:

1. Make ``ManagementEngine(facts, cable=..., boot=...)``; step it with every event of
   ``cold_boot(startup_config_text_or_None, latched_or_None)``, in order.
2. Carry out its effects: ``SendBootFacts(latched)`` comes first and is the ``latched`` of the
   failover machine's ``Started``; every ``ToFailover(event)`` is stepped into the failover machine.
3. Every effect of the failover machine that is in ``FOR_MANAGEMENT`` is stepped back in as
   ``FromFailover(effect)``; carry on until neither has anything to say.
4. ``WriteFlash``, ``RenameFlash``, ``EraseFlash``: do it, then step ``FlashWritten(name)``.
5. ``CommandEntered(session, line)`` (any number; no need to open a session: it stands in
   configuration mode, where commands work too) is answered by ``Reply(session, text, ...)``, maybe
   in a later step: an order is answered when the failover machine has.
6. ``next_due_ms()`` is when to step ``TimePassed()``. ``Keep``, ``PublishTopic``,
   ``ConsoleText``, ``ToSupervisor`` may be kept to look at, or dropped.

``now_ms`` must be the failover machine's own clock, ``wall_ms`` is UTC and for printing only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from firmware.core.failover import effects as fe
from firmware.core.failover.events import SnapshotWanted
from firmware.core.management import events as ev
from firmware.core.management import forgetting, history, loading, mirror, settling, telling, topics
from firmware.core.management.model import Model
from firmware.core.management.replicate.outbox import Outbox
from firmware.core.management.replicate.state import EDITED_MARK, Replication
from firmware.core.management.running.load import damage
from firmware.core.management.running.model import Configuration
from firmware.core.management.session import (
    answers,
    debugging,
    entering,
    files,
    idle,
    kernel_shows,
    login,
    orders,
    prompts,
    secrets,
    showing,
)
from firmware.core.management.session.passwords import Salts
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, UnitFacts
from firmware.core.wire.bodies import UnitState

FOR_MANAGEMENT = (
    fe.LatchIdentity,
    fe.StateChanged,
    fe.Log,
    fe.OrderAnswered,
    fe.DeliverMessage,
    fe.StartSync,
    fe.ResetReplication,
    fe.Publish,
)


def cold_boot(startup: str | None, latched: Identity | None) -> tuple[ev.Event, ...]:
    """The events of a boot from that flash with a failover machine ready to listen."""
    return (
        ev.FlashRead(ev.LATCHED_IDENTITY, None if latched is None else latched.value),
        ev.FlashRead(ev.HISTORY, None),
        ev.FlashRead(ev.RUNNING_CONFIG, None),
        ev.FlashRead(ev.STARTUP_CONFIG, startup),
        ev.FailoverConnected(),
    )


class ManagementEngine:
    """One unit's management. ``cable``: the unit has the cable's GPIO; ``boot``: a random u64.

    ``seed``: random bytes that passwords are salted from, drawn from ``boot`` where there is
    nothing to protect. ``enforces``: somebody carries out ``LoadRules``; the failover machine is
    told nothing before they are loaded. ``management_path``: SSH may always come by a NIC that is
    no interface of the configuration. ``ssh_port``: None where there is no SSH.
    """

    def __init__(
        self,
        facts: UnitFacts,
        *,
        cable: bool,
        boot: int,
        seed: bytes = b"",
        enforces: bool = False,
        management_path: bool = False,
        ssh_port: int | None = None,
    ) -> None:
        self._model = model = Model(
            facts=facts,
            cable=cable,
            boot=boot,
            salts=Salts(seed or boot.to_bytes(8, "big")),
            enforces=enforces,
            management_path=management_path,
            ssh_port=ssh_port,
            configuration=Configuration(facts),
            writers={ev.STARTUP_CONFIG: deque()},
            mirror=Replication(outbox=Outbox(facts.blocks)),
        )
        remote = model.mirror.remote
        remote.run = lambda *asked: entering.run_for_mate(model, *asked)
        remote.finish = lambda number, text: answers.finish(model, number, text)
        self._kept: str | None = None  # a running configuration that outlived its process
        self._started = False
        self._handlers = self._by_event()
        self._answers = self._by_effect()

    def _by_event(self) -> dict[type, Callable[[Any], None]]:
        model = self._model
        return {
            ev.FlashRead: self._flash_read,
            ev.FlashWritten: lambda event: files.written(model, event),
            ev.FlashListed: lambda event: files.listed(model, event),
            ev.CommandEntered: lambda event: entering.entered(model, event),
            ev.SessionOpened: lambda event: entering.opened(model, event),
            ev.SessionClosed: lambda event: entering.closed(model, event.session),
            ev.WindowChanged: lambda event: entering.resized(model, event),
            ev.HelpAsked: lambda event: entering.helped(model, event),
            ev.CompletionAsked: lambda event: entering.completing(model, event),
            ev.Interrupted: lambda event: entering.interrupted(model, event),
            ev.ConnectionAsked: lambda event: login.connecting(model, event),
            ev.LoginAsked: lambda event: login.logging_in(model, event),
            ev.KernelTold: lambda event: kernel_shows.told(model, event),
            ev.Pinged: lambda event: orders.pinged(model, event),
            ev.RulesLoaded: lambda event: loading.loaded(model, event),
            ev.FromFailover: self._from_failover,
            ev.FailoverConnected: self._failover_connected,
            ev.FailoverLost: self._failover_lost,
            ev.SwitchMoved: self._switch_moved,
            ev.ProcessEnded: self._process_ended,
            ev.Fenced: self._fenced,
            ev.BrokerChanged: self._broker_changed,
            ev.TimePassed: self._time_passed,
        }

    def _by_effect(self) -> dict[type, Callable[[Any], None]]:
        return {
            fe.LatchIdentity: self._latch,
            fe.StateChanged: self._state_changed,
            fe.Log: lambda said: telling.log(self._model, said.message, *said.arguments),
            fe.OrderAnswered: lambda said: orders.answered(self._model, said.ticket, said.text),
            fe.DeliverMessage: self._delivered,
            fe.StartSync: lambda said: mirror.send_whole(self._model),
            fe.ResetReplication: lambda said: mirror.reset(self._model),
            fe.Publish: self._viewed,
        }

    def step(self, event: ev.Event, now_ms: int, wall_ms: int) -> list[ev.Effect]:
        """Something happened; what is to be done now, in order."""
        model = self._model
        if not self._started:
            model.started_ms, self._started = now_ms, True
        model.now_ms, model.wall_ms = now_ms, wall_ms
        self._handlers[type(event)](event)
        debugging.follow(model)
        mirror.catch_replies(model)
        model.out, out = [], model.out
        return out

    def next_due_ms(self) -> int | None:
        """When ``TimePassed`` is due; None: whenever something else happens."""
        model = self._model
        dues = [order.due_ms for order in model.orders.values()]
        others = (mirror.due_ms(model), idle.due_ms(model), loading.due_ms(model))
        pair = (debugging.due_ms(model), showing.view_due_ms(model))
        more = (*others, *pair, model.state_due_ms, model.settle_due_ms)
        return min((*dues, *(due for due in more if due is not None)), default=None)

    # -- for worlds, tests and the process to look at --------------------------------------------

    @property
    def running_config(self) -> str:
        """The running configuration, every line."""
        return self._model.configuration.text

    @property
    def state(self) -> str:
        """The unit's own state as `show failover` prints it; empty while it is not known."""
        return "" if self._model.view is None else self._model.view.mine.state.text

    @property
    def messages(self) -> tuple[str, ...]:
        """The system messages in memory, oldest first: ``%PIX-1-104001: (Secondary) ...``"""
        return tuple(logged.text for logged in self._model.buffer.lines)

    @property
    def messages_ignored(self) -> int:
        """Messages from the mate that could not be used."""
        return self._model.mirror.inbox.bad

    # -- handlers --------------------------------------------------------------------------------

    def _flash_read(self, event: ev.FlashRead) -> None:
        model = self._model
        if files.was_read(model, event):
            return
        if event.error:
            telling.log(model, MessageId.FLASH_UNREADABLE, event.name, event.error)
        if event.name == ev.LATCHED_IDENTITY:
            said = (event.text or "").strip()
            model.latched = next((i for i in Identity if i.value == said), None)
            if said and model.latched is None:
                telling.log(model, MessageId.FLASH_UNREADABLE, event.name, "no identity in it")
        elif event.name == ev.HISTORY:
            model.history.extendleft(reversed(tuple(history.rows(event.text or ""))))
        elif event.name == ev.RUNNING_CONFIG:
            self._kept, model.goes_on = event.text, event.text is not None
        elif event.name == ev.STARTUP_CONFIG and not model.booted:
            text = event.text or ""
            if why := damage(text):
                telling.log(model, MessageId.FLASH_UNREADABLE, event.name, why)
                text = ""
            self._boot(text)

    def _boot(self, startup: str) -> None:
        model = self._model
        if self._kept is None:
            faults = model.configuration.boot(startup, cable=model.cable)
            model.saved = model.configuration.generation
            model.out.append(ev.DropConnections())  # of a life before a power cut
            model.holds_stale = False
        else:
            model.mirror.edited = self._kept.endswith(EDITED_MARK)
            faults = model.configuration.load(self._kept.removesuffix(EDITED_MARK))
        telling.list_faults(model, faults)
        secrets.strengthen_loaded(model)
        model.booted, self._kept = True, None
        settling.settle(model, anew=True)
        telling.list_ignored(model)
        if weak := secrets.weak(model):
            telling.log(model, MessageId.WEAK_PASSWORDS, str(len(weak)), weak[0])
        if model.connected:
            self._introduce()

    def _failover_connected(self, event: ev.FailoverConnected) -> None:
        self._model.connected = True
        debugging.opened(self._model, there=True)
        if self._model.booted:
            self._introduce()

    def _introduce(self) -> None:
        model = self._model
        model.out.append(ev.SendBootFacts(model.latched, model.goes_on))
        loading.tell_settings(model)
        model.out.append(ev.ToFailover(SnapshotWanted()))

    def _failover_lost(self, event: ev.FailoverLost) -> None:
        model = self._model
        model.holds_stale = model.holds_stale or model.serves  # the mate may serve meanwhile
        model.connected, model.view, model.state_due_ms = False, None, None
        debugging.opened(model, there=False)
        mirror.reset(model)
        orders.give_up(model, "the failover process ended meanwhile", all_of_them=True)
        showing.viewed(model)
        prompts.refresh(model)

    def _delivered(self, said: fe.DeliverMessage) -> None:
        debugging.received(self._model, said.payload)
        mirror.receive(self._model, said.payload)

    def _viewed(self, said: fe.Publish) -> None:
        before = self._model.view
        telling.viewed(self._model, said.view)
        forgetting.viewed(self._model)
        mirror.watch(self._model)
        debugging.viewed(self._model, before, said.view)
        showing.viewed(self._model)
        prompts.refresh(self._model)

    def _from_failover(self, event: ev.FromFailover) -> None:
        answer = self._answers.get(type(event.effect))
        assert answer is not None, f"{type(event.effect).__name__} is not for management"
        answer(event.effect)

    def _latch(self, said: fe.LatchIdentity) -> None:
        self._model.latched, self._model.goes_on = said.identity, True
        self._model.out.append(ev.WriteFlash(ev.LATCHED_IDENTITY, said.identity.value + "\n"))

    def _state_changed(self, said: fe.StateChanged) -> None:
        if said.before is UnitState.NEGOTIATION and said.after is UnitState.COLD_STANDBY:
            self._model.out.append(ev.ConsoleText("      Detected an Active mate"))
        telling.state_changed(self._model, said)
        debugging.switched(self._model, said)
        forgetting.changed(self._model, said)

    def _switch_moved(self, event: ev.SwitchMoved) -> None:
        fields: dict[str, topics.Json] = {"signal": event.signal, "on": event.on}
        telling.publish(self._model, topics.SWITCH_EVENT, fields)

    def _fenced(self, event: ev.Fenced) -> None:
        telling.log(self._model, MessageId.FENCED, event.why)
        debugging.failed(self._model, event.why)

    def _process_ended(self, event: ev.ProcessEnded) -> None:
        fields: dict[str, topics.Json] = {"process": event.process, "why": event.why}
        telling.publish(self._model, topics.PROCESS_EVENT, fields)

    def _broker_changed(self, event: ev.BrokerChanged) -> None:
        if event.reachable:
            telling.publish_all(self._model)
        else:
            telling.log(self._model, MessageId.BROKER_UNREACHABLE, event.broker, event.why)

    def _time_passed(self, event: ev.TimePassed) -> None:
        model = self._model
        why = "the failover process does not answer; show failover tells what became of it"
        orders.give_up(model, why, all_of_them=False)
        showing.time_passed(model)
        mirror.time_passed(model)
        idle.time_passed(model)
        loading.time_passed(model)
        debugging.time_passed(model)
        if model.settle_due_ms is not None and model.now_ms >= model.settle_due_ms:
            settling.settle(model)
        if model.state_due_ms is not None and model.now_ms >= model.state_due_ms:
            telling.publish_state(model)

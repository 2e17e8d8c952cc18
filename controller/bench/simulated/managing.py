"""What the drivers of a simulated unit's management process do: terminals, flash, and telling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.core.failover import fence_events as fence
from firmware.core.management import events as me

if TYPE_CHECKING:
    from controller.bench.simulated.unit import SimulatedUnit

HOP_US = 100  # a message between two processes of a unit


def obey(unit: SimulatedUnit, effect: me.Effect) -> None:
    """Do it; what comes of it is told the management machine."""
    match effect:
        case me.Reply(session, text, done, prompt):
            unit.answers.setdefault(session, []).append(text + prompt)
            unit.waiting[session] = prompt if done else ""
            if done:
                unit.done.add(session)
        case me.ConsoleText(text):
            for session in unit.consoles:
                again = unit.waiting.get(session, "")
                unit.answers.setdefault(session, []).append(f"\n{text}\n{again}")
        case me.PromptChanged(session, prompt):
            unit.answers.setdefault(session, []).append(f"\n{prompt}")
            unit.waiting[session] = prompt
        case me.SendBootFacts():
            unit.boot_facts(effect)
        case me.ToFailover(event):
            unit.schedule.after(HOP_US, lambda: unit.step(event))
        case me.ToSupervisor():
            unit.schedule.after(HOP_US, lambda: unit.supervise(fence.ReloadAsked()))
        case me.WriteFlash(name, text):
            unit.flash[name] = text
            unit.step_management(me.FlashWritten(name))
        case me.RenameFlash(name, to):
            there = name in unit.flash and to not in unit.flash
            if there:
                unit.flash[to] = unit.flash.pop(name)
            unit.step_management(me.FlashWritten(name, None if there else "No such file"))
        case me.EraseFlash(name):
            unit.flash.pop(name, None)
            unit.step_management(me.FlashWritten(name))
        case me.ReadFlash(name):
            unit.step_management(me.FlashRead(name, unit.flash.get(name)))
        case me.ListFlash(prefix):
            names = sorted(name for name in unit.flash if name.startswith(prefix))
            files = tuple(me.FlashFile(n, len(unit.flash[n].encode()), 0) for n in names)
            unit.step_management(me.FlashListed(files))
        case me.AskKernel(session) | me.ClearKernel(session):
            why = "there is no kernel in the simulated world"
            unit.step_management(me.KernelTold(session, None, why))
        case me.Ping(session, address):
            why = "there is no kernel in the simulated world"
            unit.step_management(me.Pinged(session, address, (), why))
        case me.Keep(name, text):
            unit.kept[name] = text
        case me.PublishTopic():
            unit.published = [*unit.published[-99:], effect]
        case _:
            pass

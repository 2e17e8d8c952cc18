"""Flash: startup-config and the files a user keeps beside it; and saving to it.

A user's file is kept under a name of its own kind, so that it never meets one of the unit's.
Flash answers in a later step; the session waits meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from firmware.core.management import keeping, mirror, telling
from firmware.core.management.cli.matching import Fault
from firmware.core.management.cli.row import Arguments
from firmware.core.management.dates import clock_text
from firmware.core.management.events import (
    LATCHED_IDENTITY,
    STARTUP_CONFIG,
    EraseFlash,
    FlashListed,
    FlashRead,
    FlashWritten,
    ListFlash,
    ReadFlash,
    WriteFlash,
)
from firmware.core.management.keeping import PREFIX
from firmware.core.management.model import Model
from firmware.core.management.running import load
from firmware.core.management.running.load import damage, said
from firmware.core.management.running.model import Refused
from firmware.core.management.session import secrets
from firmware.core.management.session.answers import answer, ask, refuse
from firmware.core.management.session.session import Session
from firmware.core.management.session.showing import cryptochecksum
from firmware.core.message_ids import MessageId

REFUSED_TOLD = 20  # lines of a file that were not taken
SAVED = "[OK]\n"
BUILDING = "Building configuration...\n"

Reading = Callable[[FlashRead], None]


# -- saving --------------------------------------------------------------------------------------


def write_memory(model: Model, session: Session, arguments: Arguments) -> None:
    """Save on this unit, and on the mate where it listens."""
    save(model, session)


def save(model: Model, session: Session, then: Callable[[], None] | None = None) -> None:
    """Write startup-config here and on the mate; then go on, else say [OK]."""
    session.saved = partial(_told_saved, model, session, _saving(model)) if then is None else then
    generation = model.configuration.generation
    mirror.send_save(model)
    why = mirror.save(model, session.number)
    if why:
        refuse(model, session, why)
    else:
        session.waits = True
        model.saving = generation


def _saving(model: Model) -> str:
    """What is about to be saved, as `write memory` tells of it."""
    size = len(model.configuration.saved.encode("utf-8", "replace"))
    return f"{BUILDING}{cryptochecksum(model)}\n{size} bytes copied"


def _told_saved(model: Model, session: Session, saving: str) -> None:
    took_s = (model.now_ms - session.idle_since_ms) / 1000  # since the command was typed
    answer(model, session, f"{saving} in {took_s:.3f} secs\n{SAVED}")


def write_standby(model: Model, session: Session, arguments: Arguments) -> None:
    """Have the standby clear what it runs, and take this."""
    why = mirror.write_standby(model)
    if why:
        refuse(model, session, f"write standby: {why}")
    else:
        answer(model, session, "")


def write_erase(model: Model, session: Session, arguments: Arguments) -> None:
    """Empty startup-config; a person is asked."""
    if session.interactive:
        ask(model, session, "Erase configuration in flash memory? [confirm]", _erase_confirmed)
    else:
        _erase(model, session)


def _erase_confirmed(model: Model, session: Session, given: str) -> None:
    if given.strip().lower() in ("", "y", "yes"):
        _erase(model, session)
    else:
        answer(model, session, "")


def _erase(model: Model, session: Session) -> None:
    session.waits, session.saved = True, None
    model.writers[STARTUP_CONFIG].append(session.number)
    model.out.append(EraseFlash(STARTUP_CONFIG))


def written(model: Model, event: FlashWritten) -> None:
    """Flash answered a write, in the order they were asked for."""
    if event.name == LATCHED_IDENTITY and event.error:
        telling.log(model, MessageId.FLASH_UNREADABLE, event.name, event.error)
    waiting = model.writers.get(event.name)
    if not waiting:
        return
    number = waiting.popleft()
    if event.name == STARTUP_CONFIG and event.error is None and model.saving is not None:
        model.saved, model.saving = model.saving, None
    if event.name != STARTUP_CONFIG and not waiting:
        del model.writers[event.name]
    session = model.sessions.get(number)
    if number == mirror.NOBODY:
        _failed_for_mate(model, event)
    elif session is not None:
        _saved(model, session, event)


def _failed_for_mate(model: Model, event: FlashWritten) -> None:
    if event.error is None:
        return
    if event.name == STARTUP_CONFIG:
        mirror.save_failed(model, event.error)
        return
    said = f"flash:/{event.name.removeprefix(PREFIX)} ({event.error})"
    telling.log(model, MessageId.REPLICATION_COMMAND_FAILED, said)


def _saved(model: Model, session: Session, event: FlashWritten) -> None:
    then, session.saved = session.saved, None
    name = event.name.removeprefix(PREFIX)
    if event.error:
        refuse(model, session, f"{name}: {event.error}")
    elif then is not None:
        then()
    else:
        answer(model, session, SAVED)


# -- reading -------------------------------------------------------------------------------------


def read(model: Model, session: Session, name: str, then: Reading) -> None:
    """Read a file; ``then`` gets it, unless it cannot be read or is not there."""
    session.waits = True
    model.readers.setdefault(name, []).append((session.number, then))
    model.out.append(ReadFlash(name))


def was_read(model: Model, event: FlashRead) -> bool:
    """Whether somebody waited for this."""
    waiting = model.readers.pop(event.name, [])
    for number, then in waiting:
        session = model.sessions.get(number)
        if session is None:
            continue
        shown = event.name.removeprefix(PREFIX)
        if event.error:
            refuse(model, session, f"{shown}: {event.error}")
        elif event.text is None and event.name != STARTUP_CONFIG:
            refuse(model, session, f"flash:{shown}: no such file")
        else:
            then(event)
    return bool(waiting)


def show_file(model: Model, session: Session, arguments: Arguments) -> None:
    """Print a file, as it is, but for passwords in clear."""

    def then(event: FlashRead) -> None:
        lines = (event.text or "").splitlines()
        answer(model, session, "".join(secrets.masked(line) + "\n" for line in lines))

    read(model, session, PREFIX + arguments["file"], then)


def show_startup_config(model: Model, session: Session, arguments: Arguments) -> None:
    """What flash has."""

    def then(event: FlashRead) -> None:
        if event.text is None:
            answer(model, session, "No Configuration\n")
            return
        lines = [secrets.masked(line) for line in event.text.splitlines()]
        head = f"{model.facts.platform.name} Version {model.facts.version}"
        if not any(line.startswith(head[:11]) for line in lines[:2]):
            lines = [": Saved", head, "!", *lines, ": end"]
        answer(model, session, "".join(line + "\n" for line in lines))

    read(model, session, STARTUP_CONFIG, then)


def show_startup_errors(model: Model, session: Session, arguments: Arguments) -> None:
    """The lines of startup-config that were not taken at boot."""
    if not model.boot_faults:
        answer(model, session, "INFO: no errors\n")
        return
    lines = (f"line {one.number}: {one.text}\n    {one.why}\n" for one in model.boot_faults)
    answer(model, session, "Reading from flash...\n" + "".join(lines))


# -- copying -------------------------------------------------------------------------------------


def copy_running_to_file(model: Model, session: Session, arguments: Arguments) -> None:
    """Keep what runs under a name."""
    _write_file(model, session, arguments["target"], model.configuration.saved)


def copy_startup_to_file(model: Model, session: Session, arguments: Arguments) -> None:
    """Keep what flash boots from under a name."""
    target = arguments["target"]
    read(model, session, STARTUP_CONFIG, lambda e: _write_file(model, session, target, e.text))


def copy_file_to_startup(model: Model, session: Session, arguments: Arguments) -> None:
    """Boot from a file's lines; a text that is not whole is refused."""

    def then(event: FlashRead) -> None:
        text = event.text or ""
        if why := damage(text):
            refuse(model, session, f"flash:{arguments['source']}: {why}")
            return
        size = len(text.encode("utf-8", "replace"))
        session.saved = lambda: answer(model, session, f"{size} bytes copied\n")
        model.saved = None
        model.writers[STARTUP_CONFIG].append(session.number)
        model.out.append(WriteFlash(STARTUP_CONFIG, text))

    read(model, session, PREFIX + arguments["source"], then)


def copy_file_to_running(model: Model, session: Session, arguments: Arguments) -> None:
    """Take the lines of a file as if they were typed."""
    name = PREFIX + arguments["source"]
    read(model, session, name, lambda event: _take_lines(model, session, event.text or ""))


def copy_startup_to_running(model: Model, session: Session, arguments: Arguments) -> None:
    """Take the lines of startup-config as if they were typed."""
    read(model, session, STARTUP_CONFIG, lambda e: _take_lines(model, session, e.text or ""))


def list_files(model: Model, session: Session, arguments: Arguments) -> None:
    """The user's files."""
    session.waits = True
    model.listers.append(session.number)
    model.out.append(ListFlash(PREFIX))


def listed(model: Model, event: FlashListed) -> None:
    """Flash said what it has."""
    session = model.sessions.get(model.listers.popleft()) if model.listers else None
    if session is None:
        return
    if event.error:
        refuse(model, session, f"flash: {event.error}")
        return
    rows = [
        f"{number:<4} -rw-  {one.size:<11} {clock_text(one.modified_ms)}  "
        f"{one.name.removeprefix(PREFIX)}\n"
        for number, one in enumerate(event.files, 1)
    ]
    used = sum(one.size for one in event.files)
    total = model.facts.flash_mb << 20
    end = f"\n{total} bytes total ({max(0, total - used)} bytes free)\n"
    answer(model, session, "\nDirectory of flash:/\n\n" + "".join(rows) + end)


def delete_file(model: Model, session: Session, arguments: Arguments) -> None:
    """Delete a file; a person is asked."""
    name = arguments["file"]
    if session.interactive and not arguments.has("/noconfirm"):
        question = f"Delete flash:/{name}? [confirm]"
        ask(model, session, question, partial(_delete_confirmed, name=name))
    else:
        _delete(model, session, name)


def _delete_confirmed(model: Model, session: Session, given: str, *, name: str) -> None:
    if given.strip().lower() in ("", "y", "yes"):
        _delete(model, session, name)
    else:
        answer(model, session, "")


def _delete(model: Model, session: Session, name: str) -> None:
    order = keeping.delete_order(name)
    read(model, session, PREFIX + name, lambda _: _on_both(model, session, order))


def rename_file(model: Model, session: Session, arguments: Arguments) -> None:
    """Give a file another name, on both units; none may have it."""
    name, to = arguments["file"], arguments["target"]
    order = keeping.rename_order(name, to)
    read(model, session, PREFIX + name, lambda _: _on_both(model, session, order))


def no_directories(model: Model, session: Session, arguments: Arguments) -> None:
    """The flash of a unit has files and no directories."""
    refuse(model, session, "the flash of this unit has no directories; copy to flash:NAME")


def _on_both(model: Model, session: Session, order: str) -> None:
    """The active unit's files are the pair's: the mate does it too."""
    session.waits = True
    session.saved = lambda: answer(model, session, "")
    keeping.carries_out(model, order, session.number)
    if model.active:
        mirror.pass_on(model, order)


def _write_file(model: Model, session: Session, name: str, text: str | None) -> None:
    if text is None:
        refuse(model, session, "there is no startup-config in flash")
        return
    room = model.facts.flash_mb << 20
    size = len(text.encode("utf-8", "replace"))
    if size > room:
        refuse(model, session, f"flash:{name}: {size} bytes, the flash of this unit has {room}")
        return
    session.waits = True
    session.saved = lambda: answer(model, session, f"{size} bytes copied\n")
    file = PREFIX + name
    model.writers.setdefault(file, deque()).append(session.number)
    model.out.append(WriteFlash(file, text))


def _take_lines(model: Model, session: Session, text: str) -> None:
    """Every line on its own: one that is refused is said, and the next is tried."""
    why = mirror.typing_refused(model, "")
    if why:
        refuse(model, session, why)
        return
    path: tuple[str, ...] = ()
    refused: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if load.framing(line.strip()):
            continue
        found = model.configuration.find(path, line.strip())
        if isinstance(found, Fault):
            refused.append(f"line {number}: {secrets.covered(line.strip())}: {said(found, line)}")
            continue
        outcome = mirror.enter(model, found[0], secrets.strengthened(model, found[1]))
        if isinstance(outcome, Refused):
            refused.append(f"line {number}: {secrets.covered(line.strip())}: {outcome.text}")
        else:
            path = outcome.path
    if len(refused) > REFUSED_TOLD:
        refused[REFUSED_TOLD:] = [f"and {len(refused) - REFUSED_TOLD} lines more"]
    answer(model, session, "".join(f"ERROR: {one}\n" for one in refused))

"""What is typed at a console, and exactly what is printed: transcripts/*.txt.

A line that begins with a prompt or a question is something typed. ``<word>`` is typed where nothing
is echoed; ``{500}`` first lets milliseconds pass; a line ending in ``?`` asks for help, one in
``<Tab>`` for completion, and what is given back stands behind ``=>``. The first line names the
startup-config, or is ``-``. All else is what was printed.
"""

import re
from pathlib import Path

import pytest

from firmware.core.management import events as ev
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.settings import Identity, PhysicalInterface, Platform, UnitFacts

DOCUMENT = Path(__file__).parents[1] / "document"
FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
WALL_MS = 1_167_113_264_000
TYPED = re.compile(
    r"^([\w./-]+(?:\([\w-]+\))?[>#] |Password: |Username: |.*\[confirm\]|.*\[Y\]es/\[N\]o: )(.*)$",
    re.MULTILINE,
)
FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac="02:00:00:00:00:01")
        for n in range(6)
    ),
)


class Console:
    """A unit, a flash that answers at once, and a screen."""

    def __init__(self, startup: str | None) -> None:
        self.engine = ManagementEngine(FACTS, cable=True, boot=7)
        self.flash: dict[str, str] = {}
        self.now_ms = 0
        self.screen = ""
        self.secret = False
        for event in cold_boot(startup, Identity.PRIMARY):
            self.step(event)
        self.step(ev.SessionOpened(1, ev.SessionKind.CONSOLE))

    def step(self, event: ev.Event) -> None:
        for effect in self.engine.step(event, self.now_ms, WALL_MS + self.now_ms):
            match effect:
                case ev.Reply():
                    given_back = f"=> {effect.line}\n" if effect.line else ""
                    self.screen += effect.text + given_back + effect.prompt
                    self.secret = effect.secret
                case ev.WriteFlash(name, text):
                    self.flash[name] = text
                    self.step(ev.FlashWritten(name))
                case ev.EraseFlash(name):
                    self.flash.pop(name, None)
                    self.step(ev.FlashWritten(name))
                case ev.RenameFlash(name, to):
                    self.flash[to] = self.flash.pop(name)
                    self.step(ev.FlashWritten(name))
                case ev.ListFlash(prefix):
                    names = sorted(name for name in self.flash if name.startswith(prefix))
                    files = (ev.FlashFile(n, len(self.flash[n]), WALL_MS) for n in names)
                    self.step(ev.FlashListed(tuple(files)))
                case ev.ReadFlash(name):
                    self.step(ev.FlashRead(name, self.flash.get(name)))
                case ev.CloseSession():
                    self.screen += "(closed)\n"

    def type(self, typed: str) -> None:
        self.screen += typed + "\n"
        wait = re.match(r"\{(\d+)\}", typed)
        if wait:
            typed = typed[wait.end() :]
        if typed.endswith("<Tab>"):
            self.step(ev.CompletionAsked(1, typed.removesuffix("<Tab>")))
        elif typed.endswith("?"):
            self.step(ev.HelpAsked(1, typed[:-1]))
        else:
            self.step(ev.CommandEntered(1, typed.strip("<>") if self.secret else typed))
        if wait:
            self.now_ms += int(wait[1])
            self.step(ev.TimePassed())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_printed_is_what_stands_there(file: Path) -> None:
    first, _, wanted = file.read_text(encoding="utf-8").partition("\n")
    startup = None if first == "-" else (DOCUMENT / first).read_text(encoding="utf-8")
    console = Console(startup)
    for found in TYPED.finditer(wanted):
        if found.end() < len(wanted):  # the last prompt may stand there unanswered
            console.type(found[2])
    assert console.screen == wanted


def test_there_are_transcripts() -> None:
    assert len(FILES) >= 5

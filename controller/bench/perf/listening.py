"""When a console says something, and how long the same terminal takes to answer meanwhile."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from controller.bench.virtual.console_line import Console, Conversation
from controller.bench.world import WorldError

LOOK_S, ASK_S, ANSWER_S = 0.005, 0.05, 30.0


class Listener:
    """Listens in threads of its own, so that nobody who waits keeps it; moments are monotonic.

    ``heard``: when each of the texts was there first. ``answers``: when ``asks`` was typed, and how
    many seconds its answer took.
    """

    def __init__(self, terminal: Path, texts: tuple[str, ...], *, asks: str = "") -> None:
        self.heard: dict[str, float] = {}
        self.answers: list[tuple[float, float]] = []
        self._texts = texts
        self._conversation = Conversation(terminal)
        self._console = Console(terminal, appear_s=0.0, answer_s=ANSWER_S)
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._listen, name="console listener")]
        if asks:
            asker = threading.Thread(target=self._ask, args=(asks,), name="terminal asker")
            self._threads.append(asker)

    @property
    def heard_all(self) -> bool:
        """Whether every text was there."""
        return len(self.heard) == len(self._texts)

    def __enter__(self) -> Listener:
        self._conversation.heard()  # what is shown from now on is heard
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._conversation.close()
        self._console.close()

    def _listen(self) -> None:
        while not self._ended.wait(LOOK_S):
            said, now_s = self._conversation.heard(), time.monotonic()
            for text in self._texts:
                if text in said:
                    self.heard.setdefault(text, now_s)

    def _ask(self, line: str) -> None:
        while not self._ended.wait(ASK_S):
            begun_s = time.monotonic()
            try:
                self._console.type(line)
            except WorldError:
                continue  # it is booting
            self.answers.append((begun_s, time.monotonic() - begun_s))

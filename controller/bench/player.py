"""Plays a story in a world and says what came of it.

The player knows verbs, checks and verdicts; it does not know which world it plays in. A check that
fails ends the story (what follows would mean nothing); it is measured and judged all the same.

States take time to be told, so ``show``, ``messages``, ``forwarder`` and ``arp`` may come true up
to ``GRACE_MS`` later; ``expect`` says its own time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from controller.bench import verdict
from controller.bench.story import Story
from controller.bench.verbs import (
    ArpUnchanged,
    Converse,
    Expect,
    Forwarders,
    Messages,
    Ping,
    Rest,
    Said,
    Served,
    Show,
    Step,
    Typed,
    TypeLines,
    Wait,
)
from controller.bench.world import Claim, Measurement, Talk, Unit, World, WorldError

POLL_MS = 20
GRACE_MS = 2000
ANSWER_MS = 10_000  # a console may be asked while the unit boots
States = tuple[tuple[Unit, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryResult:
    """What came of a story. ``why`` is empty exactly if it passed; one line for each reason.

    ``expected`` and ``observed`` are of the last ``expect`` the story came to.
    """

    story: Story
    world: str
    claims: frozenset[Claim]
    expected: States = ()
    observed: States = ()
    measurement: Measurement | None = None
    rows: tuple[verdict.Row, ...] = ()
    why: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def passed(self) -> bool:
        """Every check, bound and forwarder rule held."""
        return not self.why


def play(
    story: Story, world: World, progress: Callable[[Step], None] = lambda _: None
) -> StoryResult:
    """Prepare the world, play all steps, measure, judge. Never raises ``WorldError``."""
    if world.name not in story.worlds:
        return StoryResult(
            story=story, world=world.name, claims=world.claims, skipped=story.why_not_elsewhere
        )
    playing = _Playing(story, world)
    try:
        world.prepare(story.rig)
        for step in story.steps:
            progress(step)
            playing.step(step)
    except _Broken as broken:
        playing.why.append(str(broken))
    except WorldError as error:
        playing.why.append(f"the {world.name} world: {error}")
    return playing.result()


class _Broken(Exception):
    """A check did not hold: what was wanted and what was seen."""


@dataclass(slots=True)
class _Playing:
    """One story being played."""

    story: Story
    world: World
    why: list[str] = field(default_factory=list)
    expected: States = ()
    observed: States = ()
    faults: int = 0
    arp_before: str = ""

    def step(self, step: Step) -> None:
        """Do it; raises ``_Broken`` with the step's line named."""
        if step.fault:
            self.arp_before = self.arp_before or self.world.arp_tables()
            self.faults += 1
            self.world.mark_fault()
        try:
            self._do(step)
        except _Broken as broken:
            raise _Broken(f"line {step.line}, {step.text}: {broken}") from None

    def _do(self, step: Step) -> None:
        match step.does:
            case TypeLines(unit, lines):
                for line in lines:
                    self._type(unit, line)
            case Converse(unit, said):
                self._converse(unit, said)
            case Wait(ms):
                self.world.run(ms)
            case Expect() as expect:
                self._expect(expect)
            case Show(unit, command, lines):
                self._until(lambda: missing_line(self.world.type(unit, command), lines))
            case Messages() as check:
                self._messages(check)
            case Forwarders(units):
                self._until(lambda: self._wrong_forwarders(units))
            case Ping(unit, address):
                self._ping(unit, address)
            case ArpUnchanged():
                self._until(self._changed_arp)
            case Rest(ms):
                self._until(self._restless, ms)
            case Served(ms):
                self._until(lambda: "" if self.world.forwarders() else "forwarding: nobody", ms)
            case action:
                self.world.do(action)

    def _type(self, unit: Unit, typed: Typed) -> None:
        answer = self.world.type(unit, typed.line)
        if typed.answer is not None and typed.answer not in answer:
            raise _Broken(f"{typed.line!r} answered {answer!r}, wanted {typed.answer!r}")
        if typed.answer is None and refused(answer):
            raise _Broken(f"{typed.line!r} answered {answer!r}")

    def _converse(self, unit: Unit, said: tuple[Said, ...]) -> None:
        """Each line at its prompt; what is shown before the next prompt is the answer."""
        talk = self.world.console(unit)
        before: Said | None = None
        for one in said:
            heard = self._prompted(talk, one.prompt)
            if before is not None and (wrong := missing_line(heard, before.answer)):
                raise _Broken(f"{before.line!r} answered: {wrong}")
            talk.say(one.line)
            before = one
        if before is not None and before.answer:
            answer = before.answer
            self._until(lambda: missing_line(talk.heard(), answer), ANSWER_MS)

    def _prompted(self, talk: Talk, prompt: str) -> str:
        """Wait for that prompt; what was shown before it."""
        deadline, looked = self.world.now_ms() + ANSWER_MS, ""
        while not (heard := talk.heard()).rstrip().endswith(prompt):
            if self.world.now_ms() >= deadline:
                raise _Broken(f"no prompt {prompt!r} in:\n{heard}")
            self.world.run(POLL_MS)
            if heard == looked and heard.rstrip()[-1:] in (">", "#"):
                talk.say("")  # a prompt of a moment ago: Enter has it said anew
            looked = heard
        return heard.rstrip().removesuffix(prompt)

    def _look(self, expect: Expect) -> bool:
        self.expected = expect.states
        self.observed = tuple((unit, self.world.state(unit)) for unit, _ in expect.states)
        return self.observed == expect.states

    def _expect(self, expect: Expect) -> None:
        if expect.throughout:
            self._expect_throughout(expect)
        else:
            self._expect_within(expect)

    def _expect_within(self, expect: Expect) -> None:
        deadline = self.world.now_ms() + expect.ms
        while not self._look(expect):
            if self.world.now_ms() >= deadline:
                raise _Broken(f"saw {states_text(self.observed)}")
            self.world.run(POLL_MS)

    def _expect_throughout(self, expect: Expect) -> None:
        begun = self.world.now_ms()
        while self._look(expect):
            passed = self.world.now_ms() - begun
            if passed >= expect.ms:
                return
            self.world.run(min(POLL_MS, expect.ms - passed))
        raise _Broken(f"saw {states_text(self.observed)} after {self.world.now_ms() - begun} ms")

    def _until(self, wrong: Callable[[], str], ms: int | None = None) -> None:
        """Nothing is wrong now, or soon."""
        deadline = self.world.now_ms() + (GRACE_MS if ms is None else ms)
        while said := wrong():
            if self.world.now_ms() >= deadline:
                raise _Broken(said)
            self.world.run(POLL_MS)

    def _messages(self, check: Messages) -> None:
        if not check.absent:
            logged = self.world.messages
            self._until(lambda: missing_message(logged(check.unit), check.wanted), check.ms)
            return
        for text in check.wanted:
            if not missing_message(self.world.messages(check.unit), (text,)):
                raise _Broken(f"{check.unit} logged {text}")

    def _wrong_forwarders(self, units: tuple[Unit, ...]) -> str:
        seen = self.world.forwarders()
        return "" if set(seen) == set(units) else f"forwarding: {', '.join(seen) or 'nobody'}"

    def _restless(self) -> str:
        self.observed = tuple((unit, self.world.state(unit)) for unit in Unit)
        return "" if at_rest(state for _, state in self.observed) else states_text(self.observed)

    def _ping(self, unit: Unit, address: str) -> None:
        why_not = self.world.ping(unit, address)
        if why_not:
            raise _Broken(why_not)

    def _changed_arp(self) -> str:
        now = self.world.arp_tables()
        return "" if now == self.arp_before else f"was\n{self.arp_before}\nis\n{now}"

    def result(self) -> StoryResult:
        """Measure and judge what was played."""
        measurement, rows = None, tuple[verdict.Row, ...]()
        try:
            if self.faults:
                measurement = self.world.measure()
                rows = verdict.judge(self.story.bounds, measurement, self.world.claims)
            self.why += self.world.judge()
        except WorldError as error:
            self.why.append(f"the {self.world.name} world could not measure: {error}")
        self.why += [row.text for row in rows if row.held is False]
        return StoryResult(
            story=self.story,
            world=self.world.name,
            claims=self.world.claims,
            expected=self.expected,
            observed=self.observed,
            measurement=measurement,
            rows=rows,
            why=tuple(self.why),
        )


def at_rest(states: Iterable[str]) -> bool:
    """FW-5: one unit is active, the other ready to take over."""
    return sorted(states) == ["Active", "Standby Ready"]


def states_text(states: States) -> str:
    """ "primary off, secondary Active" """
    return ", ".join(f"{unit} {state}" for unit, state in states)


def refused(answer: str) -> bool:
    """Whether an answer says that the line was not taken, as `fover-unit exec` tells it."""
    return any(line.lstrip().startswith(("ERROR", "% ")) for line in answer.splitlines())


def missing_line(output: str, wanted: tuple[str, ...]) -> str:
    """What is wrong with the output; empty if all lines are in it, in this order.

    Leading and trailing blanks do not count, runs of blanks are one, ``...`` is anything.
    """
    lines = iter(output.splitlines())
    for want in wanted:
        parts = (re.escape(" ".join(part.split())) for part in want.split("..."))
        pattern = re.compile(r".*".join(parts))
        if not any(pattern.fullmatch(" ".join(line.split())) for line in lines):
            return f"no line {want!r} (in this place) in:\n{output}"
    return ""


def missing_message(logged: list[str], wanted: tuple[str, ...]) -> str:
    """What is wrong with the log; empty if all are in it, in this order."""
    messages = iter(logged)
    for want in wanted:
        number, _, text = want.partition(" ")
        if not any(f"-{number}:" in message and text.strip() in message for message in messages):
            return f"no {want!r} (in this place) among:\n" + "\n".join(logged)
    return ""

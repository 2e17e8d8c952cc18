"""Stories: a text a person reads, as steps a world plays. docs/stories.md is the grammar.

``parse`` is total: a text that is no story becomes a ``BadStory`` that names, for every bad line,
the file, the line, what is wrong and what is allowed. How verbs read their words is in verbs.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from controller.bench.boot import load_rig
from controller.bench.reading import Refused, milliseconds
from controller.bench.verbs import VERBS, Does, Step
from controller.bench.world import Rig

WORLDS = ("simulated", "virtual", "physical")
_CLAUSE = re.compile(r"[A-Z]{2,3}-\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the measured fault is held to. None: not judged. Times in milliseconds."""

    decide_ms: int | None = None
    outage_ms: int | None = None
    lost: int | None = None
    overlap_ms: int | None = None
    tcp_reset_ms: int | None = None  # connections are reset, the first this soon
    tcp_kept: bool = False  # no connection notices anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A whole story. ``not_in`` says by world why it cannot be played there."""

    name: str
    title: str
    boot: str
    rig: Rig
    steps: tuple[Step, ...]
    clauses: tuple[str, ...] = ()
    bounds: Bounds = Bounds()
    worlds: tuple[str, ...] = WORLDS
    why_not_elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class BadStory:
    """A text that is no story. Each problem is "file:line: what is wrong; what is allowed"."""

    name: str
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Block:
    """An unindented line and the indented ones below it, with their line numbers."""

    number: int
    text: str
    below: list[tuple[int, str]] = field(default_factory=list)


def load(file: Path, boots: Path | None = None) -> Story | BadStory:
    """Read and parse a file. Boot sets are in ``boot`` beside it unless said otherwise."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:  # its text would name the file once more
        return BadStory(file.stem, (f"{file}: cannot be read: {error.strerror}",))
    except UnicodeDecodeError as error:
        return BadStory(file.stem, (f"{file}: cannot be read as UTF-8: {error.reason}",))
    return parse(text, file=str(file), boots=boots or file.parent / "boot")


def parse(text: str, *, file: str, boots: Path) -> Story | BadStory:
    """The story in that text; ``file`` is for its name and for the problems."""
    name = Path(file).stem
    title, blocks, problems = _blocks(text, file)
    headers, verbs = _split(blocks)
    said = _headers(headers, file, problems)
    steps = _steps(verbs, file, problems)
    if not title:
        problems.append(f"{file}:1: no title; the first line is a comment: # What happens.")
    if not steps and not problems:
        problems.append(f"{file}: nothing happens; allowed verbs: {', '.join(VERBS)}")
    rig = load_rig(boots / said.boot) if said.boot else "no boot set; wanted a line `boot: NAME`"
    if isinstance(rig, str):
        problems.append(f"{file}: {rig}")
    if problems or isinstance(rig, str):
        return BadStory(name, tuple(problems))
    return Story(
        name=name,
        title=title,
        boot=said.boot,
        rig=replace(rig, two_actives=said.two_actives),
        steps=tuple(steps),
        clauses=said.clauses,
        bounds=said.bounds,
        worlds=said.worlds,
        why_not_elsewhere=said.why_not_elsewhere,
    )


def _blocks(text: str, file: str) -> tuple[str, list[_Block], list[str]]:
    title, blocks, problems = "", list[_Block](), list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("#"):
            title = title or bare.lstrip("# ")
        elif bare and not line[0].isspace():
            blocks.append(_Block(number, bare))
        elif bare and blocks:
            blocks[-1].below.append((number, bare))
        elif bare:
            problems.append(f"{file}:{number}: indented, but there is no verb above it")
    return title, blocks, problems


def _split(blocks: list[_Block]) -> tuple[list[_Block], list[_Block]]:
    """Headers are the leading lines whose first word ends in a colon."""
    for index, block in enumerate(blocks):
        if not block.text.split()[0].endswith(":"):
            return blocks[:index], blocks[index:]
    return blocks, []


@dataclass(slots=True)
class _Said:
    """What the headers say, as it is gathered."""

    boot: str = ""
    clauses: tuple[str, ...] = ()
    bounds: Bounds = Bounds()
    worlds: tuple[str, ...] = WORLDS
    why_not_elsewhere: str = ""
    two_actives: bool = False


def _headers(blocks: list[_Block], file: str, problems: list[str]) -> _Said:
    said = _Said()
    for block in blocks:
        key, _, value = block.text.partition(":")
        wrong = _header(said, key, value.strip())
        if not wrong and block.below:
            wrong = "a header has no lines below it"
        if wrong:
            problems.append(f"{file}:{block.number}: {key}: {wrong}")
    return said


def _header(said: _Said, key: str, value: str) -> str:
    """Take one header over; what is wrong with it, or nothing."""
    if key == "boot":
        said.boot = value
        return "" if re.fullmatch(r"[a-z0-9-]+", value) else "wanted the name of a boot set"
    if key == "clauses":
        said.clauses = tuple(value.split())
        bad = [clause for clause in said.clauses if not _CLAUSE.match(clause)]
        return f"{bad[0]!r} is no clause; wanted like FA-1" if bad else ""
    if key == "bounds":
        bounds = _bounds(value)
        said.bounds = bounds if isinstance(bounds, Bounds) else Bounds()
        return bounds if isinstance(bounds, str) else ""
    if key == "worlds":
        found = re.fullmatch(r"([a-z ]+)\((.+)\)", value)
        said.worlds = tuple(found[1].split()) if found else ()
        said.why_not_elsewhere = found[2] if found else ""
        known = bool(said.worlds) and all(world in WORLDS for world in said.worlds)
        return "" if known else f"wanted some of {', '.join(WORLDS)}, then (the reason)"
    if key == "two-actives":
        said.two_actives = value == "expected"
        return "" if said.two_actives else f"{value!r}; allowed is only: expected"
    return "unknown header; allowed are clauses, boot, bounds, worlds, two-actives"


_WANTED = "decide T, outage T, lost N, overlap T, tcp reset T or tcp kept"


def _bounds(value: str) -> Bounds | str:
    found: dict[str, int] = {}
    kept = False
    for part in value.split(","):
        words = part.split()
        if words == ["tcp", "kept"]:
            kept = True
            continue
        what, amount = " ".join(words[:-1]), words[-1] if words else ""
        if what == "lost" and amount.isdigit():
            found["lost"] = int(amount)
            continue
        if what not in ("decide", "outage", "lost", "overlap", "tcp reset"):
            return f"{part.strip()!r}; wanted {_WANTED}"
        time = milliseconds(amount)
        if what == "lost" or time is None:
            return (
                f"{amount!r} for {what}; wanted {'a number' if what == 'lost' else '250ms or 2s'}"
            )
        found[f"{what.replace(' ', '_')}_ms"] = time
    if kept and "tcp_reset_ms" in found:
        return "tcp kept and tcp reset: only one of them can be"
    return Bounds(**found, tcp_kept=kept)


def _steps(blocks: list[_Block], file: str, problems: list[str]) -> list[Step]:
    steps = []
    for block in blocks:
        fault = block.text.startswith("!")
        words = block.text.removeprefix("!").split()
        try:
            does = _does(words, [text for _, text in block.below])
        except Refused as refused:
            problems.append(f"{file}:{block.number}: {refused}")
        else:
            steps.append(Step(block.number, fault, " ".join(words), does))
    return steps


def _does(words: list[str], below: list[str]) -> Does:
    verb = words[0] if words else ""
    if verb not in VERBS:
        raise Refused(f"{verb!r} is no verb; allowed are {', '.join(VERBS)}")
    row = VERBS[verb]
    if below and not row.takes_lines:
        raise Refused(f"{verb} takes no lines below it")
    if row.takes_lines and not below:
        raise Refused(f"{verb} wants indented lines below it")
    return row.read(words[1:], below)

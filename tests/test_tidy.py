"""The house is as its docs say: arrows, sizes, honest tests, clauses with their stories."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.bench.story import Story, load
from firmware.core.failover.states import ACTING, Row

ROOT = Path(__file__).parents[1]
ROOMS = ("wiring", "firmware", "controller")
SOURCES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
STORIES = sorted((ROOT / "tests" / "stories").glob("*.story"))

# What a room may import of ours. Longest prefix wins.
ARROWS = {
    "wiring": ("wiring",),
    "firmware.core": ("firmware.core", "wiring.signals"),
    "firmware.drivers": ("firmware.core", "wiring"),
    "firmware.processes": ("firmware.core", "firmware.drivers", "firmware.processes", "wiring"),
    "firmware.__main__": ("firmware", "wiring"),
    "controller": ("controller", "firmware.core", "wiring"),
}
# The core decides; it reads no clock, no file, no chance.
CORE_MAY = {
    "__future__",
    "abc",
    "binascii",
    "collections",
    "dataclasses",
    "difflib",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "ipaddress",
    "re",
    "struct",
    "typing",
    "zlib",
}
FUNCTION_LINES, FILE_LINES = 60, 500
BAD_FILES = {"utils.py", "common.py", "helpers.py", "misc.py"}


def _module(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                yield node.lineno, "."  # a relative one; tests may, the rooms may not
                continue
            yield node.lineno, node.module
            for name in node.names:
                if (ROOT / Path(*node.module.split("."), name.name)).with_suffix(".py").exists():
                    yield node.lineno, f"{node.module}.{name.name}"


def _in(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def _room(module: str) -> str | None:
    """The room of a module, by its longest prefix; None for the empty package files between."""
    return max((room for room in ARROWS if _in(module, room)), key=len, default=None)


def _driver(module: str) -> str:
    """The driver a module belongs to: its file or its package."""
    return ".".join(module.split(".")[:3])


def _wrong_arrow(module: str, name: str) -> str:
    """Why ``module`` may not import ``name``; empty if it may."""
    room = _room(module)
    if room is None or not any(_in(name, ours) for ours in ROOMS) or name in ("firmware",):
        return ""
    if room == "firmware.drivers" and _in(name, room):
        mine = _driver(name) == _driver(module) or _driver(module).endswith("fakes")
        return "" if mine or name == room else "drivers do not know one another"
    if any(_in(name, allowed) for allowed in ARROWS[room]):
        return ""
    return f"{room} may import {', '.join(ARROWS[room])}"


@pytest.mark.parametrize(
    ("module", "name", "refused"),
    [
        ("firmware.core.wire.frames", "wiring.load", True),
        ("firmware.core.wire.frames", "wiring.signals", False),
        ("firmware.core.wire.frames", "firmware.drivers.gpio", True),
        ("firmware.drivers.gpio", "firmware.drivers.netlink", True),
        ("firmware.drivers.netlink.batches", "firmware.drivers.netlink.sysctl", False),
        ("firmware.drivers.gpio", "firmware.processes.ipc", True),
        ("controller.bench.world", "firmware.drivers.gpio", True),
        ("controller.bench.world", "firmware.core.settings", False),
        ("firmware.core.settings", "controller.bench.world", True),
        ("wiring.load", "firmware.core.settings", True),
    ],
)
def test_the_arrows_themselves(module: str, name: str, refused: bool) -> None:
    assert bool(_wrong_arrow(module, name)) is refused


@pytest.mark.parametrize("file", SOURCES, ids=_module)
def test_imports_point_one_way(file: Path) -> None:
    module = _module(file)
    for line, name in _imports(file):
        assert name != ".", f"{file}:{line}: a relative import; write the room out"
        wrong = _wrong_arrow(module, name)
        assert not wrong, f"{file}:{line}: imports {name}: {wrong}"


@pytest.mark.parametrize(
    "file", [file for file in SOURCES if _in(_module(file), "firmware.core")], ids=_module
)
def test_the_core_is_pure(file: Path) -> None:
    for line, name in _imports(file):
        if not any(_in(name, ours) for ours in ROOMS):
            first = name.split(".")[0]
            assert first in CORE_MAY, f"{file}:{line}: the core may not import {name}"


def test_nothing_imports_tests() -> None:
    for file in SOURCES:
        for line, name in _imports(file):
            assert not _in(name, "tests"), f"{file}:{line}: imports {name}"


@pytest.mark.parametrize("file", [*SOURCES, *TESTS], ids=lambda f: str(f.relative_to(ROOT)))
def test_sizes(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= FILE_LINES, f"{file}: over {FILE_LINES} lines; split it"
    assert file.name not in BAD_FILES, f"{file}: name it after what it does"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES, f"{file}:{node.lineno}: {node.name} has {lines} lines"


@pytest.mark.parametrize("file", TESTS, ids=lambda f: str(f.relative_to(ROOT)))
def test_tests_are_honest(file: Path) -> None:
    """No sleep hopes, no mock agrees with itself, nothing is skipped without a reason."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("time.sleep", "sleep"), f"{file}:{node.lineno}: {called}"
            assert "monkeypatch.setattr" not in called, f"{file}:{node.lineno}: {called}"
            if called == "pytest.skip":
                assert node.args or node.keywords, f"{file}:{node.lineno}: say why"
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            assert name not in ("MagicMock", "Mock", "AsyncMock"), f"{file}:{node.lineno}: {name}"
    for line, name in _imports(file):
        assert not _in(name, "unittest.mock"), f"{file}:{line}: imports {name}"


@pytest.mark.parametrize("file", SOURCES, ids=_module)
def test_nothing_is_left_for_later(file: Path) -> None:
    for number, line in enumerate(file.read_text().splitlines(), 1):
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line), f"{file}:{number}: {line.strip()}"


def _clauses() -> dict[str, tuple[set[str], list[str]]]:
    """What behaviour.md says: by clause, its stories and its tests."""
    clauses: dict[str, tuple[set[str], list[str]]] = {}
    at = ""
    for line in (ROOT / "docs" / "behaviour.md").read_text().splitlines():
        if heading := re.match(r"### ([A-Z]{2,3}-\d+) ", line):
            at = heading[1]
            assert at not in clauses, f"behaviour.md has two clauses {at}"
            clauses[at] = (set(), [])
        elif line.startswith("Stories: "):
            clauses[at][0].update(line.removeprefix("Stories: ").split(", "))
        elif line.startswith("Tests: "):
            clauses[at][1].extend(line.removeprefix("Tests: ").split(", "))
    return clauses


def _stories() -> dict[str, Story]:
    loaded = {file.stem: load(file) for file in STORIES}
    return {name: story for name, story in loaded.items() if isinstance(story, Story)}


def test_every_clause_is_shown() -> None:
    for clause, (stories, tests) in _clauses().items():
        assert stories or tests, f"{clause} has neither a story nor a test"
        for test in tests:
            assert (ROOT / test).exists(), f"{clause} names {test}, which is not there"


def test_clauses_and_stories_name_each_other() -> None:
    said = {(clause, name) for clause, (names, _) in _clauses().items() for name in names}
    shown = {(clause, name) for name, story in _stories().items() for clause in story.clauses}
    assert said - shown == set(), "behaviour.md names stories that do not name the clause"
    assert shown - said == set(), "stories name clauses that do not name the story"


@pytest.mark.parametrize("row", ACTING, ids=lambda row: f"{row.state.text}, {row.cause.name}")
def test_every_acting_row_has_a_clause_that_is_shown(row: Row) -> None:
    assert any(_clauses()[row.clause]), f"{row.clause} has neither a story nor a test"


def test_the_code_cites_clauses_that_exist() -> None:
    """A clause cited in the core is written down. Ranges as "EV-1 to EV-4" cite their ends."""
    known, kinds = _clauses(), {clause.split("-")[0] for clause in _clauses()}
    for file in SOURCES:
        for kind, number in re.findall(r"\b([A-Z]{2})-(\d+)\b", file.read_text()):
            if kind in kinds:
                assert f"{kind}-{number}" in known, f"{file} cites {kind}-{number}"

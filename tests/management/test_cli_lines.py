"""The command language held against a page of typed lines (cli_lines.txt)."""

from pathlib import Path

import pytest

from firmware.core.management.cli.arguments import Context
from firmware.core.management.cli.matching import Fault, Index, Why
from firmware.core.management.cli.row import Mode
from firmware.core.management.cli.table import TABLE

PAGE = Path(__file__).with_name("cli_lines.txt")
UNIT = Context(("Ethernet0", "Ethernet1", "Ethernet2", "Ethernet3"))
_ENDS = ("> ", "# ")


def _exchanges() -> list[tuple[str, str, str]]:
    """Prompt, what was typed behind it, and what was answered."""
    found = []
    for block in PAGE.read_text().split("\n\n"):
        first, _, answer = block.strip("\n").partition("\n")
        if not first.startswith("# --") and "# What is typed" not in first:
            prompt = next(first[: first.index(end) + 2] for end in _ENDS if end in first)
            found.append((prompt, first[len(prompt) :], answer))
    return found


def _index(prompt: str) -> tuple[Index, int]:
    if prompt == "> ":
        return TABLE.orders(Mode.USER), 1
    if prompt == "# ":
        return TABLE.orders(Mode.EXEC), 15
    return TABLE.lines(Mode(prompt[1 : prompt.index(")")])), 15


def _answered(prompt: str, typed: str) -> str:
    index, privilege = _index(prompt)
    if typed.endswith("?"):
        expected = index.expected(typed[:-1], UNIT, privilege=privilege)
        if isinstance(expected, Fault):
            return _shown(prompt, expected)
        return "\n".join(f"  {one.shows:20} {one.help}".rstrip() for one in expected)
    found = index.match(typed, UNIT, privilege=privilege)
    if isinstance(found, Fault):
        return _shown(prompt, found)
    return "= " + "no " * found.negated + found.text


def _shown(prompt: str, fault: Fault) -> str:
    caret = [] if fault.why is Why.INCOMPLETE else [" " * (len(prompt) + fault.column) + "^"]
    detail = [f"  {fault.detail}"] if fault.detail else []
    return "\n".join((*caret, fault.why.value, *detail))


@pytest.mark.parametrize(
    ("prompt", "typed", "answer"), _exchanges(), ids=[p + t for p, t, _ in _exchanges()]
)
def test_a_typed_line(prompt: str, typed: str, answer: str) -> None:
    assert _answered(prompt, typed) == answer


def test_the_page_has_every_kind_of_answer() -> None:
    answers = "\n".join(answer for _, _, answer in _exchanges())
    assert all(why.value in answers for why in Why)
    assert "= " in answers
    assert "<cr>" in answers

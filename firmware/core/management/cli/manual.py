"""docs/commands.md: every command, from its row. And the page of one command, for `help`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from firmware.core.management.cli.arguments import kind
from firmware.core.management.cli.row import Mode, No, Row, Shown
from firmware.core.management.cli.syntax import Argument, Keyword
from firmware.core.management.cli.table import TABLE

_SOURCES = {
    "seed": "the document",
    "public": "the public command references",
    "recall": "a best guess",
    "ours": "ours",
}
_HEAD = """\
# Commands

Made from the command table (`firmware/core/management/cli/table/`); a test holds it current. How a
row is written is in [cli.md](cli.md). Words may be abbreviated to what tells them apart; `?` and
Tab help anywhere. *From* says where a command is known from: the document, the public command
references, a best guess, or ours.

"""


def markdown() -> str:
    """docs/commands.md."""
    return _HEAD + _orders() + _lines() + _by_name()


def page(row: Row) -> str:
    """What `help` says of one command, as plain text."""
    return "".join(line + "\n" for line in (row.syntax, f"  {row.help}.", *_facts(row)))


def pages(words: str) -> tuple[Row, ...]:
    """The rows whose beginning these words are, for `help`."""
    typed = words.lower().split()
    return tuple(
        row
        for row in TABLE.rows
        if len(row.pattern.words) >= len(typed)
        and all(w.startswith(t) for w, t in zip(row.pattern.words, typed, strict=False))
    )


def _orders() -> str:
    orders = [row for row in TABLE.rows if not row.kept]
    text = "## Orders\n\nTyped at `>` or `#`, and in configuration mode too.\n\n"
    return text + "".join(_entry(row) for row in orders)


def _lines() -> str:
    text = (
        "## Lines of the configuration\n\n`no` before a line takes it away, unless it says so.\n\n"
    )
    for mode in Mode:
        rows = [row for row in TABLE.rows if row.kept and row.enforced and row.mode is mode]
        if rows:
            text += f"### ({mode.value})\n\n" + "".join(_entry(row) for row in rows)
    return text


def _by_name() -> str:
    text = (
        "## Known by name\n\n"
        "These lines are kept, shown, saved and replicated, and not acted on;\n"
        "`show fover not-enforced` lists those a unit has.\n\n"
        "| mode | line | what it would be |\n|---|---|---|\n"
    )
    rows = sorted((r for r in TABLE.rows if r.kept and not r.enforced), key=lambda r: _mode(r.mode))
    return text + "".join(
        f"| {row.mode.value} | `{_bar(row.syntax)}` | {row.help} |\n" for row in rows
    )


def _mode(mode: Mode) -> int:
    return tuple(Mode).index(mode)


def _bar(text: str) -> str:
    return text.replace("|", "\\|")


def _entry(row: Row) -> str:
    facts = "".join(f"- {fact.strip()}\n" for fact in _facts(row))
    return f"#### `{row.syntax}`\n\n{row.help}.\n\n{facts}\n"


def _facts(row: Row) -> Iterator[str]:
    """Whatever else the row says, a line each."""
    yield from _words(row)
    if row.manual:
        yield f"  {row.manual}"
    if row.kept:
        yield from _of_a_line(row)
    elif row.privilege < 15:
        yield f"  Privilege {row.privilege}."
    if not row.kept and row.replicated:
        yield "  The mate does it too."
    yield f"  From: {_SOURCES[row.source]}."


def _of_a_line(row: Row) -> Iterator[str]:
    if row.default:
        shown = {Shown.ALWAYS: ", always printed", Shown.ALL: "", Shown.NEVER: ""}
        yield f"  Default: `{row.default}`{shown[row.default_shown]}."
    if row.no is not No.REMOVES:
        yield f"  `no`: {row.no.value}."
    if not row.replicated:
        yield "  Not replicated."
    if row.secret:
        yield f"  `{row.secret}` is not shown."


def _words(row: Row) -> Iterator[str]:
    """Keywords and arguments with help of their own, once each."""
    seen: set[str] = set()
    for state, token in enumerate(row.pattern.tokens):
        text, help_text = _word(row, state, token)
        if help_text and text not in seen:
            seen.add(text)
            yield f"  `{text}`: {help_text}."


def _word(row: Row, state: int, token: Keyword | Argument) -> tuple[str, str]:
    if isinstance(token, Keyword):
        return token.text, row.choices.get(token.text, "") if state >= row.pattern.head else ""
    shape = kind(token.kind)
    help_text = row.choices.get(token.name, shape.help or token.name.replace("_", " "))
    return token.name, f"{help_text} ({shape.shows})"


def actions(rows: Iterable[Row] = TABLE.rows) -> tuple[str, ...]:
    """The names the session has handlers for, sorted."""
    return tuple(sorted({row.action for row in rows if row.action}))

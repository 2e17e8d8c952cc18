"""What the matcher remembers of earlier lines changes no answer."""

from pathlib import Path

from firmware.core.management.cli.arguments import Context
from firmware.core.management.cli.matching import Fault, Index, Matched
from firmware.core.management.cli.row import Mode
from firmware.core.management.cli.table import TABLE

PAGE = Path(__file__).with_name("cli_lines.txt")
UNIT = Context(("Ethernet0", "Ethernet1", "Ethernet2", "Ethernet3"))
PROMPT = "(config)# "
# The same ways with other values, values that are keywords elsewhere, and ways that end too soon.
LISTS = tuple(
    f"{no}access-list {name} {words}"
    for words in (
        "permit tcp host 10.1.1.1 host 10.1.1.2 eq 80",
        "permit tcp host 10.1.1.1 host 10.1.1.3 eq www",
        "permit tcp host 10.1.1.4 any eq 70000",
        "extended permit 6 any any",
        "permit tcp any range 1 2 any range 3 4",
        "permit udp 10.0.0.0 255.0.0.0 object-group permit",
        "line 3 deny ip any any log 4",
        "remark permit tcp any any",
        "permit icmp any any 8",
        "permit tcp host 10.1.1.1",
        "permit tcp 10.1.1.1 255.0.255.0 any",
    )
    for name in ("a", "line", "extended", "101")
    for no in ("", "no ")
)


def _typed() -> list[str]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith(PROMPT)]
    return [line.removeprefix(PROMPT) for line in lines if not line.endswith("?")] + list(LISTS)


def _said(found: Matched | Fault) -> object:
    if isinstance(found, Fault):
        return found
    return found.row.name, found.arguments, found.negated, found.full, found.text


def test_a_line_is_the_same_to_who_has_read_many_and_to_who_reads_its_first() -> None:
    rows = TABLE.lines(Mode.CONFIG).rows
    experienced = Index(rows)
    lines = [line for line in _typed() if line.strip()]
    for line in lines * 2 + lines[::-1]:
        experienced.match(line, UNIT)
    for line in lines:
        assert _said(experienced.match(line, UNIT)) == _said(Index(rows).match(line, UNIT)), line

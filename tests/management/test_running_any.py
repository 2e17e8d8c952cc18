"""Any lines at all: what they become prints, loads and digests the same; refused: nothing."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from running_units import document, loaded, ok, unit

from firmware.core.management.running.model import Entered, Refused

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SOME = (
    "no failover lan unit primary interface Ethernet0 ethernet3 ip address 10.0.0.1 255.0.0.0 "
    "standby 10.0.0.2 polltime msec 200 holdtime nameif outside shutdown ! : route access-list 1 "
    "extended permit any object-group network x failover link names name banner exec exit"
)
WORDS = st.sampled_from(SOME.split())
LINES = st.one_of(TEXTS, st.lists(WORDS, max_size=7).map(" ".join))


@given(st.lists(LINES, max_size=30))
@settings(deadline=None, max_examples=40)
def test_any_text_loads_and_what_it_became_loads_the_same(lines: list[str]) -> None:
    configuration = unit()
    configuration.load("\n".join(lines))
    configuration.settings()
    configuration.shown(everything=True)
    again = unit()
    assert again.load(configuration.text) == ()
    assert (again.text, again.digest) == (configuration.text, configuration.digest)


@given(st.lists(LINES.map(lambda line: line.replace("\n", " ")), max_size=8))
@settings(deadline=None, max_examples=40)
def test_a_line_that_is_refused_changes_nothing(lines: list[str]) -> None:
    configuration = loaded(document("cable_primary"))
    path: tuple[str, ...] = ()
    for line in lines:
        before, generation = configuration.text, configuration.generation
        answer = configuration.enter(path, line)
        if isinstance(answer, Entered):
            path = answer.path if configuration.section(answer.path) is not None else ()
        else:
            assert isinstance(answer, Refused)
            assert (configuration.text, configuration.generation) == (before, generation)


def _blocks(text: str) -> list[list[str]]:
    """Lines at the top with what stands under them; lines of one list stay together."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        ordered = line.startswith("access-list") and blocks and blocks[-1][0][:11] == line[:11]
        if line.startswith(" ") or ordered:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


SHORT = {
    "interface": "int",
    "failover": "fail",
    "extended": "ext",
    "standby": "stand",
    "security-level": "sec",
    "hostname": "hostn",
}


def _abbreviated(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    first, _, rest = line.strip().partition(" ")
    words = [SHORT.get(first, first), rest.replace(" standby ", " stand ")]
    return indent + " ".join(words).strip()


@given(st.randoms(use_true_random=False), st.booleans())
@settings(deadline=None, max_examples=15)
def test_shuffled_and_abbreviated_lines_print_the_same(chance: Random, short: bool) -> None:
    whole = loaded(
        document("lan_primary")
        + "access-list 102 permit tcp any any eq 80\naccess-list 102 deny ip any any\n"
        "access-group 102 in interface inside\nno monitor-interface inside\n"
        "failover polltime unit msec 300 holdtime 1\n"
        "route inside 10.9.0.0 255.255.0.0 192.168.1.9\n"
    )
    blocks = _blocks(whole.text)
    chance.shuffle(blocks)
    lines = (_abbreviated(line) if short else line for block in blocks for line in block)
    other = loaded("\n".join(lines))
    assert other.text == whole.text
    assert other.digest == whole.digest


def test_many_lines_stay_many() -> None:
    lines = [f"access-list 7 extended permit ip host {host(0, n)} any" for n in range(500)]
    configuration = loaded("\n".join(lines))
    for n in range(300):  # more in one place than halves of a number can tell apart
        ok(configuration, f"access-list 7 line 250 extended deny ip host {host(1, n)} any")
    shown = configuration.shown(family="access-list").splitlines()
    assert shown[:249] == lines[:249]
    assert shown[-251:] == lines[249:]
    placed = [line.split()[6] for line in shown[249:-251]]
    assert placed == [host(1, n) for n in reversed(range(300))]


def host(net: int, number: int) -> str:
    return f"10.{net}.{number >> 8}.{number & 255}"

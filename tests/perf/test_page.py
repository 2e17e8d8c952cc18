"""The page, the terminal's tables and the picture."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from controller.bench.perf import page, picture
from controller.bench.perf.figures import Aim, Grid, Section, Series

ROOT = Path(__file__).parents[2]
MACHINE = ("CPU: a slow one, 2 cores", "Run as: root")


def cut(*values: float, met: float = 5) -> Section:
    series = Series(
        what="outage, longest gap",
        unit="ms",
        values=values,
        control=(1.0, 1.2),
        aim=Aim("median", met),
    )
    return Section(name="power-cut", title="Power cut", how="It is cut.", series=[series], tried=3)


def test_an_aim_is_beside_what_was_reached_met_or_not() -> None:
    text = page.page([cut(4.0, 4.6, 9.0)], MACHINE, None)
    assert "| Power cut | outage, longest gap, ms | median <= 5 | median 4.6 | yes |" in text
    assert (
        "| outage, longest gap, ms | 3 | 4.6 | 9.0 | 9.0 | 1.1, 1.2 | median <= 5 | yes |" in text
    )
    assert "| NO |" in page.page([cut(7.0)], MACHINE, None)
    assert all(f"- {line}" in text for line in MACHINE)


CAUSES = Section(
    name="links",
    title="Links",
    how="",
    series=[
        Series(what="detect", unit="ms", values=(1.0, 2.0, 9.0), cause="inside"),
        Series(what="gap", unit="ms", values=(3.0,), control=(0.5,), cause="inside"),
        Series(what="gap", unit="ms", values=(), control=(), aim=Aim("worst", 4), cause="cable"),
    ],
)


def test_causes_stand_one_a_row_with_their_control_beside_them() -> None:
    (grid,) = page.by_cause(CAUSES.series)
    assert grid.head == ("p50/p95/max", "N", "detect, ms", "gap, ms", "gap without")
    assert grid.rows == (
        ("inside", "3", "2.0/9.0/9.0", "3.0/3.0/3.0", "0.5/0.5/0.5"),
        ("cable", "0", "", "-", ""),
    )


def test_more_figures_than_a_line_takes_make_another_table() -> None:
    many = [Series(what=what, unit="ms", values=(4_567.8,), cause="inside") for what in "abcde"]
    assert [grid.head[2:] for grid in page.by_cause(many)] == [
        ("a, ms", "b, ms", "c, ms"),
        ("d, ms", "e, ms"),
    ]
    section = Section(name="links", title="Links", how="", series=many)
    assert max(map(len, page.terminal(section))) <= page.WIDTH


def test_the_aim_of_a_cause_is_told_on_the_terminal_too() -> None:
    assert "cable: gap, ms  worst <= 4  worst -   NO" in page.terminal(CAUSES)


def test_failed_repetitions_are_counted_and_named() -> None:
    section = cut(4.0)
    section.failures.append("power cut, repetition 2:\nno takeover")
    text = page.page([section], MACHINE, None)
    assert "- 3 repetitions, 1 failed." in text
    assert "- Failed: power cut, repetition 2: no takeover" in text


def test_what_was_not_measured_at_all_is_not_met() -> None:
    text = page.page([cut()], MACHINE, None)
    assert "| Power cut | outage, longest gap, ms | median <= 5 | median - | NO |" in text


def test_a_terminal_of_80_columns_shows_all() -> None:
    section = cut(4.0, 5.5)
    section.title = "A title " * 12
    section.how = "A sentence of many words. " * 12
    section.series.append(
        Series(
            what="a row with a rather long name, and what it is made of",
            unit="packets",
            values=(123_456.0,),
            control=(1.0, 99_999.0),
            aim=Aim("worst", 10_000),
        )
    )
    section.grids.append(Grid(("load", *"abc"), (("a case of many words " * 3, "1", "2", "3"),)))
    section.failures.append("because " * 40)
    lines = page.terminal(section)
    assert max(map(len, lines[1:])) <= page.WIDTH
    assert len(lines[0]) > page.WIDTH  # a title is one line, and none of ours is so long


def test_only_what_is_between_the_marks_is_replaced() -> None:
    text = f"Before.\n\n{page.BEGIN}\nold\n{page.END}\nAfter.\n"
    once = page.between_marks(text, "new\n")
    assert once == f"Before.\n\n{page.BEGIN}\n\nnew\n\n{page.END}\nAfter.\n"
    assert page.between_marks(once, "new\n") == once


@pytest.mark.parametrize(
    "text",
    ["", page.BEGIN, page.END, f"{page.END}\n{page.BEGIN}"],
    ids=["none", "b", "e", "turned"],
)
def test_missing_marks_are_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="marks are missing"):
        page.between_marks(text, "new")


def test_the_page_in_the_docs_can_be_written() -> None:
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "\nnew\n" in page.between_marks(text, "new\n")


def test_the_picture_has_a_dot_for_every_value() -> None:
    rows = picture.outages([cut(4.0, 5.5, 90.0)])
    root = ET.fromstring(picture.svg(rows))
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    seen = [e for e in circles if e.get("class") == "seen"]
    assert (len(seen), len(circles)) == (3, 5)
    places = [float(e.get("cx", "0")) for e in seen]
    assert places == sorted(places)
    titles = [e[0].text for e in seen]
    assert titles == ["4.0 ms", "5.5 ms", "90 ms"]


def test_all_dots_are_on_the_paper() -> None:
    rows = [
        Series(what="a < b & c", unit="ms", values=(0.0, 0.04, 1.0, 12_345.0), control=(0.5,)),
        Series(what="nothing", unit="ms", values=(), control=()),
    ]
    root = ET.fromstring(picture.svg(rows))
    width, height = map(float, root.get("viewBox", "").split()[2:])
    for circle in (e for e in root.iter() if e.tag.endswith("circle")):
        assert 0 < float(circle.get("cx", "0")) < width
        assert 0 < float(circle.get("cy", "0")) < height
    assert any(e.text == "a < b & c" for e in root.iter())


def test_one_value_alone_can_be_drawn_and_none_is_no_picture() -> None:
    one = Series(what="one", unit="ms", values=(1.0,))
    assert ET.fromstring(picture.svg([one])).tag.endswith("svg")
    assert picture.svg([]) == ""


def test_rates_and_packets_are_not_in_the_picture() -> None:
    section = cut(4.0)
    section.series.append(Series(what="lost", unit="packets", values=(1.0,), control=(0.0,)))
    section.series.append(Series(what="time to decide", unit="ms", values=(1.0,)))
    section.series.append(CAUSES.series[1])
    rows = [row.what for row in picture.outages([section])]
    assert rows == ["power-cut, outage, longest gap", "inside"]

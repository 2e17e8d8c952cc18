"""The picture of a pair, folded from what two units tell a broker."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from controller.console.picture import UNITS_MAX, PairPicture, active, fold, shown_state

BASE = "fover/v1/lab/bench/"


def told(unit: str, topic: str, **fields: Any) -> tuple[str, str]:
    return f"{BASE}{unit}/{topic}", json.dumps(fields)


def state(
    unit: str, sequence: int, mine: tuple[str, str], mate: tuple[str, str], **more: Any
) -> tuple[str, str]:
    fields = {
        "sequence": sequence,
        "boot": "a1",
        "at": "2006-12-26T06:07:44.000Z",
        "mine": {"identity": mine[0], "state": mine[1]},
        "mate": {"identity": mate[0], "state": mate[1]},
        "cable": "Normal",
    }
    return told(unit, "state", **(fields | more))


def folded(*said: tuple[str, str | bytes]) -> PairPicture:
    picture = PairPicture()
    for topic, payload in said:
        picture = fold(picture, topic, payload)
    return picture


ONLINE = ((f"{BASE}one/availability", b"online"), (f"{BASE}two/availability", "online"))
PAIR = (
    *ONLINE,
    state("one", 5, ("Primary", "Active"), ("Secondary", "Standby Ready")),
    state("two", 9, ("Secondary", "Standby Ready"), ("Primary", "Active")),
)


def test_a_healthy_pair() -> None:
    picture = folded(*PAIR)
    assert active(picture) == ("one",)
    assert shown_state(picture, "two") == "Standby Ready"
    assert picture.units["one"].identity == "Primary"
    assert picture.ignored == 0


def test_the_mate_tells_of_a_power_cut_before_the_last_will() -> None:
    cut = state(
        "two", 10, ("Secondary", "Active"), ("Primary", "Failed"), cable="Other side powered off"
    )
    picture = folded(*PAIR, cut)
    assert (shown_state(picture, "one"), active(picture)) == ("off", ("two",))
    back = state("one", 1, ("Primary", "Negotiation"), ("Secondary", "Active"), boot="b2")
    assert shown_state(fold(picture, *back), "one") == "Negotiation"


def test_a_failed_mate_and_a_last_will() -> None:
    lost = state("two", 10, ("Secondary", "Active"), ("Primary", "Failed"))
    assert shown_state(folded(*PAIR, lost), "one") == "Failed"
    assert shown_state(folded(*PAIR, (f"{BASE}one/availability", "offline")), "one") == "off"
    assert shown_state(folded(*ONLINE), "one") == "unknown"
    assert shown_state(PairPicture(), "one") == "unknown"


def test_what_is_older_changes_nothing_and_a_new_life_counts_from_the_start() -> None:
    old = state("one", 4, ("Primary", "Failed"), ("Secondary", "Active"))
    picture = folded(*PAIR, old)
    assert (active(picture), picture.ignored) == (("one",), 1)
    anew = state("one", 0, ("Primary", "Negotiation"), ("Secondary", "Active"), boot="b2")
    assert shown_state(fold(picture, *anew), "one") == "Negotiation"


def test_retained_topics_come_in_any_order() -> None:
    stamp = {"boot": "a1", "at": "x"}
    alerts = told("one", "alerts", sequence=2, alerts=["the mate is failed"], **stamp)
    picture = folded(*PAIR, alerts)
    assert picture.units["one"].alerts == ("the mate is failed",)


def test_events_are_lines_for_people() -> None:
    stamp = {"boot": "a1", "at": "x"}
    picture = folded(
        told("one", "event/message", sequence=1, text="%PIX-1-104001: ...", **stamp),
        told("one", "event/history", sequence=2, reason="why", **stamp, **{"from": "A", "to": "B"}),
        told("one", "event/switch", sequence=3, signal="SWITCH_POWER", on=False, **stamp),
        told("one", "event/process", sequence=4, process="failover", why="signal 9", **stamp),
        told("one", "event/unheard-of", sequence=5, **stamp),
    )
    assert [event.text for event in picture.events] == [
        "%PIX-1-104001: ...",
        "A -> B  why",
        "SWITCH_POWER off",
        "failover: signal 9",
    ]
    assert picture.ignored == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
TOPICS = st.sampled_from(
    ["one/state", "one/alerts", "one/event/message", "one/event/", "one", "two/availability", ""]
)
FIELDS = st.fixed_dictionaries(
    {"sequence": JSON, "boot": JSON | st.just("a"), "at": JSON | st.just("x")},
    optional={"mine": JSON, "mate": JSON, "alerts": JSON, "text": JSON, "cable": JSON},
)


@given(TOPICS, st.one_of(JSON, FIELDS).map(json.dumps) | st.text() | st.binary())
def test_nonsense_never_raises(topic: str, payload: str | bytes) -> None:
    picture = fold(folded(*PAIR), BASE + topic, payload)
    assert set(picture.units) <= {"one", "two"}
    active(picture)
    [event.text for event in picture.events]


def test_strangers_are_bounded() -> None:
    picture = folded(*((f"{BASE}unit{n}/availability", "online") for n in range(100)))
    assert len(picture.units) == UNITS_MAX
    assert folded(("homeassistant/x", "online")).ignored == 1

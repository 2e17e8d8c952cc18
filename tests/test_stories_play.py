"""Every story holds in the simulated world; and the player, verdicts and table tell the truth."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from controller.__main__ import main
from controller.bench import verdict
from controller.bench.live import HELP, Ask, Hand, Quit, answer, draw, folded
from controller.bench.play import play_all, read, shipped
from controller.bench.player import StoryResult, missing_line, missing_message, play
from controller.bench.simulated.world import SimulatedWorld
from controller.bench.story import Bounds, Story, parse
from controller.bench.table import WIDTH, Table
from controller.bench.world import Action, Claim, Measurement, PlugCable, PowerOff, PowerOn, Unit
from controller.console.picture import Happening

BOOTS = Path(__file__).parent / "stories" / "boot"
FILES = shipped()
UP = "power-on primary secondary\nexpect within 20s\n    primary Active\n"


def _story(body: str, *, boot: str = "cable", bounds: str = "") -> Story:
    head = f"# A title.\nboot: {boot}\n" + (f"bounds: {bounds}\n" if bounds else "")
    story = parse(head + body, file="some.story", boots=BOOTS)
    assert isinstance(story, Story), story
    return story


def _play(body: str, *, bounds: str = "") -> StoryResult:
    return play(_story(body, bounds=bounds), SimulatedWorld(1))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_story_holds_in_the_simulated_world(file: Path, seed: int) -> None:
    stories, problems = read([file])
    assert not problems
    result = play(stories[0], SimulatedWorld(seed))
    assert result.passed, "\n".join(result.why)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            UP + "expect within 1s\n    secondary Active\n",
            "line 6, expect within 1s: saw secondary",
        ),
        (UP + "expect for 1s\n    primary Disabled\n", "saw primary Active after 0 ms"),
        (UP + "type primary\n    failover polltime unit 99\n", "99 is out of range"),
        (UP + "type primary\n    frobnicate\n", "line 6, type primary: 'frobnicate' answered"),
        (UP + "type primary\n    show failover\n    => Faiover\n", "wanted 'Faiover'"),
        (UP + "show primary show failover\n    Failover Off\n", "no line 'Failover Off'"),
        (UP + "messages primary\n    999999\n", "no '999999' (in this place) among"),
        (UP + "no-messages primary\n    104001\n", "primary logged 104001"),
        (UP + "ping primary 10.9.9.9\n", "10.9.9.9"),
        ("forwarder primary\n", "forwarding: nobody"),
        ("copy-flash secondary primary\n", "the simulated world: "),
    ],
)
def test_what_does_not_hold_is_told(body: str, told: str) -> None:
    result = _play(body)
    assert not result.passed
    assert told in result.why[0], result.why


def test_a_story_goes_on_to_its_end_only_while_it_holds() -> None:
    result = _play(UP + "expect within 1s\n    primary off\nerase primary\n")
    assert len(result.why) == 1


def test_a_bound_that_is_broken_fails_the_story() -> None:
    body = UP + "wait 2s\n! power-off primary\nexpect within 2s\n    secondary Active\n"
    held = _play(body, bounds="decide 1s")
    assert held.passed
    assert [row.held for row in held.rows] == [True]
    broken = _play(body, bounds="decide 1ms")
    assert not broken.passed
    assert "decide" in broken.why[0]
    assert "bound 1 ms" in broken.why[0]


@pytest.mark.parametrize(
    ("measured", "claims", "held"),
    [
        (900.0, {Claim.OUTAGE}, True),
        (1000.0, {Claim.OUTAGE}, True),
        (1000.1, {Claim.OUTAGE}, False),
        (None, {Claim.OUTAGE}, False),
        (900.0, {Claim.DECIDE}, None),
    ],
)
def test_a_bound_is_judged_where_it_is_claimed(
    measured: float | None, claims: set[Claim], held: bool | None
) -> None:
    rows = verdict.judge(
        Bounds(outage_ms=1000), Measurement(outage_gap_ms=measured), frozenset(claims)
    )
    assert [row.held for row in rows] == [held]


@pytest.mark.parametrize(
    ("bounds", "tcp", "reset_ms", "held", "told"),
    [
        (Bounds(tcp_reset_ms=100), "reset", 12.0, True, "tcp reset 12 ms, bound 100 ms"),
        (Bounds(tcp_reset_ms=100), "reset", 101.0, False, "tcp reset 101 ms, bound 100 ms"),
        (Bounds(tcp_reset_ms=100), "survived", None, False, "tcp reset: survived, wanted reset"),
        (Bounds(tcp_reset_ms=100), None, None, False, "tcp reset: not measured, wanted reset"),
        (Bounds(tcp_kept=True), "kept", None, True, "tcp kept"),
        (Bounds(tcp_kept=True), "reset", 3.0, False, "tcp kept: reset, wanted kept"),
    ],
)
def test_tcp_is_judged_by_its_word_and_its_time(
    bounds: Bounds, tcp: str | None, reset_ms: float | None, held: bool, told: str
) -> None:
    measured = Measurement(tcp=tcp, tcp_reset_ms=reset_ms)
    (row,) = verdict.judge(bounds, measured, frozenset({Claim.TCP}))
    assert row.held is held
    assert row.text.startswith(told)
    (row,) = verdict.judge(bounds, measured, frozenset())
    assert row.held is None


def test_lines_are_found_in_order_with_blanks_forgiven() -> None:
    output = "  Failover On \n\tThis host:   Primary - Active\n"
    assert not missing_line(output, ("Failover On", "This host: ... - Active"))
    assert missing_line(output, ("This host: ...", "Failover On"))
    assert missing_line(output, ("Failover",))


def test_messages_are_found_by_number_and_text_in_order() -> None:
    logged = ["%PIX-1-101001: (Primary) Failover cable OK.", "%PIX-1-104001: (Primary) a reason"]
    assert not missing_message(logged, ("101001", "104001 a reason"))
    assert missing_message(logged, ("104001", "101001"))
    assert missing_message(logged, ("104001 another",))


def _table_of(*results: StoryResult) -> str:
    out = io.StringIO()
    table = Table(out)
    table.header("virtual", len(results))
    for result in results:
        table.row(result)
    table.footer(results, 12.0)
    return out.getvalue()


def test_the_table_fits_and_says_everything() -> None:
    measured = Measurement(
        decide_ms=3.21,
        outage_lost=6,
        outage_gap_ms=12.4,
        control_lost=0,
        control_gap_ms=4.0,
        tcp="reset",
        tcp_reset_ms=12.2,
    )
    result = StoryResult(
        story=replace(_story("wait 1s\n"), name="a-story-with-a-name-of-some-length"),
        world="virtual",
        claims=frozenset(Claim),
        expected=((Unit.PRIMARY, "off"), (Unit.SECONDARY, "Active")),
        observed=((Unit.PRIMARY, "off"), (Unit.SECONDARY, "Standby Ready")),
        measurement=measured,
        why=("line 3: " + "saw something else " * 9,),
    )
    text = _table_of(result, replace(result, why=()))
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    for said in ("off", "Standby Ready", "3.2 ms", "6, 12 ms", "(0, 4.0 ms)", "reset", "FAILS"):
        assert said in text
    assert "1 of 2 held in 12 s" in text
    assert "\x1b" not in text


def test_a_story_not_played_here_is_neither_held_nor_failed() -> None:
    story = replace(_story("wait 1s\n"), worlds=("virtual",), why_not_elsewhere="needs packets")
    result = play(story, SimulatedWorld(1))
    assert result.skipped == "needs packets"
    assert "0 of 1 held in 12 s, 1 not played here" in _table_of(result)


def test_play_all_prints_a_row_each() -> None:
    out = io.StringIO()
    results = play_all(SimulatedWorld(1), [_story(UP), _story("wait 1s\n")], Table(out))
    assert [result.passed for result in results] == [True, True]
    assert "2 of 2 held" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["story", "--world", "simulated", "state-link-cut"], 0),
        (["bench", "--once", "--world", "simulated", "state-link-cut"], 0),
        (["story", "--world", "simulated", "no-such-story"], 2),
        (["explore", "--seeds", "1"], 0),
        (["wiring"], 0),
    ],
)
def test_the_command(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    told = capsys.readouterr()
    assert "no-such-story" in told.err if status else told.out


def test_a_hand_undoes_what_it_did() -> None:
    hand = Hand()
    done: list[Action | Ask | Quit | None] = [hand.press(key) for key in "pps"]
    assert done == [
        PowerOff((Unit.PRIMARY,)),
        PowerOn((Unit.PRIMARY,)),
        PowerOff((Unit.SECONDARY,)),
    ]
    assert hand.left() == "secondary off"
    assert hand.press("f") == Ask(Unit.PRIMARY)
    assert hand.press("x") is None
    assert isinstance(hand.press("q"), Quit)
    hand.press("c")
    assert hand.press("c") == PlugCable()


class Still:
    """A source that never changes, with more to say than a screen holds."""

    name = "a test"

    def look(self) -> None:
        """Nothing is new."""

    def lines(self, unit: Unit) -> list[str]:
        """Each unit says its own name."""
        return ["Active", f"I am the {unit}", "a line much too long for half a terminal " * 3]

    def events(self, unit: Unit) -> list[str]:
        """More than fit, each longer than fits."""
        return [f"event {number} {'and so on ' * 9}" for number in range(99)]


@pytest.mark.parametrize("size", [(80, 24), (60, 12), (200, 50)])
def test_the_live_view_fits_the_terminal_and_always_shows_the_keys(size: tuple[int, int]) -> None:
    console = Console(width=size[0], file=io.StringIO(), record=True)
    console.print(draw(Still(), Hand(), "", size))
    lines = console.export_text().splitlines()
    assert len(lines) == size[1]
    assert max(map(len, lines)) <= size[0]
    assert "all as it was" in lines[-2]
    assert lines[-1].startswith(HELP[: size[0] - 1])
    text = "\n".join(lines)
    for said in ("I am the primary", "I am the secondary", "event 98"):
        assert said in text
    assert "event 0 " not in text


def test_an_answer_stands_in_place_of_the_panels() -> None:
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(draw(Still(), Hand(), "Failover On\n" + "line\n" * 40, (80, 24)))
    lines = console.export_text().splitlines()
    assert lines[0].rstrip() == "Failover On"
    assert "I am the primary" not in "\n".join(lines)
    assert len(lines) == 24
    assert lines[-1].rstrip() == "any key returns"


def test_the_statistics_are_no_part_of_an_answer_and_off_is_one() -> None:
    world = SimulatedWorld(1)
    assert play(_story(UP), world).passed
    told = answer(world, Unit.PRIMARY)
    assert "This host: Primary - Active" in told
    assert "Stateful Failover" not in told
    world.do(PowerOff((Unit.PRIMARY,)))
    assert "off" in answer(world, Unit.PRIMARY)


def _change(before: str, after: str, why: str) -> Happening:
    return Happening("a", "history", "", {"from": before, "to": after, "reason": why})


def test_a_switchover_is_one_line_and_hides_no_message() -> None:
    message = Happening("a", "message", "", {"text": "%PIX-1-104001: (Secondary) Switching"})
    events = [
        _change("Standby Ready", "Just Active", "HELLO not heard"),
        message,
        _change("Just Active", "Active Drain", "HELLO not heard"),
        _change("Active Drain", "Active", "HELLO not heard"),
        _change("Active", "Standby Ready", "Set by the config command"),
        _change("Standby Ready", "Active", "Set by the config command"),
    ]
    assert [event.text for event in folded(events)] == [
        "Standby Ready -> Active  HELLO not heard",
        message.text,
        "Active -> Standby Ready  Set by the config command",
        "Standby Ready -> Active  Set by the config command",
    ]


def test_evidence_keeps_its_columns() -> None:
    evidence = "Xmit Q:   0     0     0\n\tThis host: Primary\n" + "x" * 200
    result = replace(
        play(_story("wait 1s\n"), SimulatedWorld(1)), why=("no line 'a' in:\n" + evidence,)
    )
    text = _table_of(result)
    assert "      Xmit Q:   0     0     0\n" in text
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert "1 story in" in text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("active-loses-power-cabel", "near it: active-loses-power-cable"),
        ("boot-both-at", "boot-both-at-once-cable"),
        ("qqqqqq", "in tests/stories"),
    ],
)
def test_a_name_that_is_none_is_told_with_what_is_near(name: str, told: str) -> None:
    stories, problems = read(shipped([name]))
    assert not stories
    assert len(problems) == 1
    assert problems[0].startswith(f"{name}: no story of that name; ")
    assert told in problems[0]


def test_a_file_that_is_not_there_is_named_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.story"
    assert read([file])[1] == [f"{file}: cannot be read: No such file or directory"]


@pytest.mark.parametrize("number", ["0", "-3", "many"])
def test_a_hunt_of_nothing_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["explore", f"--seeds={number}"])
    assert refused.value.code == 2
    assert "wanted 1 or more" in capsys.readouterr().err


def test_the_wiring_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wiring"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert not any("|" in line for line in lines)
    for said in ("POWER_SWITCH", "the mate has power", "transmit-secondary", "Ground: "):
        assert any(said in line for line in lines), said

"""Every story reads; every bad line is named, with what is allowed there."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.bench import unit_faults, world
from controller.bench.boot import load_rig
from controller.bench.story import BadStory, Bounds, Story, load, parse
from controller.bench.verbs import VERBS, Expect, Messages, Typed, TypeLines, Wait
from controller.bench.world import Rig, Unit, Wire
from firmware.core.settings import Mode

HERE = Path(__file__).parent
STORIES = sorted((HERE / "stories").glob("*.story"))
BOOTS = HERE / "stories" / "boot"
HEAD = "# A title.\nboot: cable\n"


def _parse(body: str, head: str = HEAD) -> Story | BadStory:
    return parse(head + body, file="some.story", boots=BOOTS)


def _step(body: str) -> object:
    story = _parse(body)
    assert isinstance(story, Story), story
    return story.steps[0].does


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_shipped_story(file: Path) -> None:
    story = load(file)
    assert isinstance(story, Story), "\n".join(story.problems)
    assert len(story.title) <= 100
    faults = [step for step in story.steps if step.fault]
    measured = story.bounds != Bounds()
    assert measured == bool(faults), "a measured fault and its bounds come together"


def test_all_of_a_story() -> None:
    story = _parse(
        "power-on primary secondary\nexpect within 20s\n    primary    Active\n"
        "! type secondary\n    failover active\n    => ERROR\n    show failover\n",
        "# Title here.\n# More.\nclauses: FA-1 ST-10\nboot: lan-crossover\n"
        "bounds: decide 1s, outage 250ms, lost 1, overlap 50ms, tcp reset 300ms\n"
        "worlds: simulated (only there)\n"
        "two-actives: expected\n\n",
    )
    assert isinstance(story, Story), story
    assert (story.name, story.title) == ("some", "Title here.")
    assert story.clauses == ("FA-1", "ST-10")
    assert story.bounds == Bounds(
        decide_ms=1000, outage_ms=250, lost=1, overlap_ms=50, tcp_reset_ms=300
    )
    assert (story.worlds, story.why_not_elsewhere) == (("simulated",), "only there")
    assert story.rig.mode is Mode.LAN
    assert story.rig.crossover
    assert story.rig.two_actives
    assert not story.rig.cable_present
    assert [step.does for step in story.steps] == [
        world.PowerOn((Unit.PRIMARY, Unit.SECONDARY)),
        Expect(20_000, False, ((Unit.PRIMARY, "Active"),)),
        TypeLines(Unit.SECONDARY, (Typed("failover active", "ERROR"), Typed("show failover"))),
    ]
    assert [(step.line, step.fault) for step in story.steps] == [
        (9, False),
        (10, False),
        (12, True),
    ]


@pytest.mark.parametrize(
    ("line", "does"),
    [
        ("cut failover", world.Cut(world.Link.FAILOVER)),
        (
            "cut cable primary->secondary",
            world.Cut(world.Link.CABLE, sender=Unit.PRIMARY),
        ),
        ("cut inside secondary", world.Cut(world.Link.INSIDE, off=Unit.SECONDARY)),
        ("garble cable 20%", world.Garble(20)),
        ("drop inside toward primary", world.Drop(world.Link.INSIDE, Unit.PRIMARY, True)),
        ("drop failover from secondary", world.Drop(world.Link.FAILOVER, Unit.SECONDARY, False)),
        ("bpdus-only outside primary", world.BpdusOnly(world.Link.OUTSIDE, Unit.PRIMARY)),
        ("delay cable 30ms", world.Worsen(world.Link.CABLE, delay_ms=30)),
        ("lose failover 5%", world.Worsen(world.Link.FAILOVER, lose_percent=5)),
        ("duplicate failover 5%", world.Worsen(world.Link.FAILOVER, duplicate_percent=5)),
        ("reorder failover 20ms", world.Worsen(world.Link.FAILOVER, reorder_ms=20)),
        ("switch inside hangs", world.Switch(world.Link.INSIDE, world.Condition.HANGS)),
        ("spanning-tree inside 15s", world.SpanningTree(world.Link.INSIDE, 15_000)),
        ("spanning-tree inside off", world.SpanningTree(world.Link.INSIDE, None)),
        ("hosts outside quiet", world.Hosts(world.Link.OUTSIDE, world.Behaviour.QUIET)),
        ("storm inside arp 2s", world.Storm(world.Link.INSIDE, world.Flood.ARP, 2000)),
        ("flap primary Ethernet1 5 over 2s", world.Flap(Unit.PRIMARY, "Ethernet1", 5, 2000)),
        ("vanish primary Ethernet1", world.Vanish(Unit.PRIMARY, "Ethernet1")),
        ("return primary Ethernet1", world.Reappear(Unit.PRIMARY, "Ethernet1")),
        ("pull-link primary Ethernet0", world.PullLink(Unit.PRIMARY, "Ethernet0")),
        ("stop primary failover", world.Stop(Unit.PRIMARY, world.Process.FAILOVER)),
        ("copy-flash primary secondary", world.CopyFlash(Unit.PRIMARY, Unit.SECONDARY)),
        ("traffic off", world.Traffic(False)),
        ("go-on primary failover", unit_faults.GoOn(Unit.PRIMARY, world.Process.FAILOVER)),
        ("drift primary 110%", unit_faults.Drift(Unit.PRIMARY, 110)),
        ("set-date primary back 2s", unit_faults.SetDate(Unit.PRIMARY, -2000)),
        ("slow secondary 10ms", unit_faults.Slow(Unit.SECONDARY, 10)),
        ("crash primary after 7", unit_faults.Crash(Unit.PRIMARY, 7)),
        ("reflash primary", unit_faults.Reflash(Unit.PRIMARY)),
        ("damage primary", unit_faults.Damage(Unit.PRIMARY)),
        ("refit primary version 8.0(2)", unit_faults.Refit(Unit.PRIMARY, "version", "8.0(2)")),
        ("strap primary secondary", unit_faults.SetStrap(Unit.PRIMARY, Unit.SECONDARY)),
        ("garbage failover 20", unit_faults.Garbage(world.Link.FAILOVER, 20)),
        ("wait 250ms", Wait(250)),
        ("pull-cable", world.PullCable(None, tuple(Wire))),
        (
            "messages primary within 3s\n    101001",
            Messages(Unit.PRIMARY, ("101001",), False, 3000),
        ),
    ],
)
def test_a_verb_is_read(line: str, does: object) -> None:
    assert _step(line) == does


def test_a_plug_pulled_opens_the_named_contacts_first() -> None:
    pulled = _step("pull-cable secondary order power-primary plug-secondary over 50ms")
    assert isinstance(pulled, world.PullCable)
    assert pulled.order[:2] == (Wire.POWER_PRIMARY, Wire.PLUG_SECONDARY)
    assert set(pulled.order) == set(Wire) - {Wire.PLUG_PRIMARY}
    assert pulled.over_ms == 50


BAD = [
    ("fly primary", "some.story:3: 'fly' is no verb; allowed are power-on"),
    ("power-on", "wanted one or both of primary, secondary"),
    ("power-on third", "'third' is no unit; allowed are primary, secondary"),
    ("wait 3", "'3' is no time; wanted like 250ms or 2s"),
    ("wait", "wanted T, got 'nothing'"),
    ("cut moon", "'moon' is no link; allowed are cable, failover, state, inside, outside"),
    ("cut cable primary->primary", "a unit does not send to itself"),
    ("garble failover 3%", "only the cable can be garbled"),
    ("garble cable 101%", "N from 0 to 100"),
    ("drop inside primary", "wanted LINK toward|from UNIT"),
    ("drop inside against primary", "wanted drop LINK toward UNIT or drop LINK from UNIT"),
    ("drop cable toward primary", "the cable has no switch"),
    ("lose failover 101%", "'101%' is no share; wanted like 10%"),
    ("duplicate cable 5%", "the cable has no switch"),
    ("switch inside broken", "'broken' is no condition; allowed are on, hangs, off"),
    ("spanning-tree inside 1s", "it is from 2s to 30s"),
    ("hosts failover quiet", "there is no host on failover; wanted inside or outside"),
    ("hosts inside loud", "'loud' is no behaviour; allowed are usual, quiet"),
    ("storm inside fire 2s", "'fire' is no flood; allowed are arp, broadcast"),
    ("flap primary Ethernet1 0 over 2s", "N from 1 to 100"),
    ("open-contact ground", "'ground' is no wire; allowed are transmit-primary"),
    ("pull-cable primary order plug-secondary", "plug-secondary is not opened by the plug"),
    ("pull-cable over soon", "'soon' is no time"),
    ("pull-link primary eth0", "'eth0' is no interface; allowed are Ethernet0"),
    ("kill primary nursery", "'nursery' is no process; allowed are supervisor, failover"),
    ("freeze both", "'both' is no unit; allowed are primary, secondary"),
    ("expect soon\n    primary Active", "wanted expect within T or expect for T"),
    ("expect within 1s", "expect wants indented lines below it"),
    ("expect within 1s\n    primary Happy", "'Happy' is no state; allowed are Disabled"),
    ("wait 1s\n    primary Active", "wait takes no lines below it"),
    ("messages primary\n    4001", "wanted a six-digit message number"),
    ("type primary\n    => ERROR", "`=> text` follows the line"),
    ("ping primary 1.2.3", "'1.2.3' is no IPv4 or IPv6 address"),
    ("arp changed", "wanted arp unchanged"),
    ("traffic maybe", "wanted traffic on or traffic off"),
    ("plug-cable primary", "takes no words"),
    ("!", "'' is no verb"),
    ("rest soon", "wanted within T"),
    ("drift primary 110", "'110' is no rate; wanted like 110%"),
    ("drift primary 300%", "'300' is no such number; wanted 50 to 200"),
    ("set-date primary 2s", "wanted UNIT forward|back T"),
    ("set-date primary to 2s", "wanted set-date UNIT forward T or set-date UNIT back T"),
    ("crash primary in 3", "wanted crash UNIT after N"),
    ("refit primary colour red", "'colour' is no fact to change; allowed are version, model"),
    ("garbage failover 0", "'0' is no such number; wanted 1 to 1000"),
]


@pytest.mark.parametrize(("body", "told"), BAD)
def test_a_bad_line_is_named(body: str, told: str) -> None:
    story = _parse(body)
    assert isinstance(story, BadStory)
    assert len(story.problems) == 1
    assert story.problems[0].startswith("some.story:3: ")
    assert told in story.problems[0]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("boot: cable\n", "no title"),
        ("# T\n", "no boot set; wanted a line `boot: NAME`"),
        ("# T\nboot: moon\n", "there is no boot set 'moon'; there are: cable,"),
        ("# T\nboot: ../x\n", "wanted the name of a boot set"),
        ("# T\nboot: cable\nclauses: FA1\n", "'FA1' is no clause; wanted like FA-1"),
        ("# T\nboot: cable\nbounds: lost 1s\n", "wanted a number"),
        (
            "# T\nboot: cable\nbounds: pain 1s\n",
            "wanted decide T, outage T, lost N, overlap T, tcp reset T",
        ),
        ("# T\nboot: cable\nbounds: tcp lost 1s\n", "'tcp lost 1s'; wanted decide T"),
        ("# T\nboot: cable\nbounds: tcp kept, tcp reset 1s\n", "only one of them"),
        ("# T\nboot: cable\nbounds: ,\n", "''; wanted decide T"),
        ("# T\nboot: cable\nworlds: virtual\n", "then (the reason)"),
        ("# T\nboot: cable\ncolour: red\n", "unknown header; allowed are clauses"),
        ("# T\nboot: cable\ntwo-actives: never\n", "allowed is only: expected"),
        ("    primary\n# T\nboot: cable\n", "there is no verb above it"),
    ],
)
def test_a_bad_header_is_named(head: str, told: str) -> None:
    story = _parse("wait 1s\n", head)
    assert isinstance(story, BadStory)
    assert any(told in problem for problem in story.problems), story.problems


def test_every_problem_is_told_at_once() -> None:
    story = _parse("fly\nwait 3\nwait 1s\n")
    assert isinstance(story, BadStory)
    assert [problem.split(":")[1] for problem in story.problems] == ["3", "4"]


def test_a_file_that_is_not_there_is_a_bad_story(tmp_path: Path) -> None:
    story = load(tmp_path / "none.story")
    assert isinstance(story, BadStory)
    assert "cannot be read" in story.problems[0]


words = st.sampled_from([*VERBS, "primary", "secondary", "within", "1s", "->", "=>", "!", ":", "x"])
lines = st.lists(st.one_of(words, st.text(max_size=12)), max_size=6).map(" ".join)


@given(st.lists(lines, max_size=12).map("\n".join))
def test_any_text_is_a_story_or_a_bad_story(text: str) -> None:
    assert isinstance(_parse(text, ""), Story | BadStory)


@pytest.mark.parametrize("folder", sorted(BOOTS.iterdir()), ids=lambda folder: folder.name)
def test_shipped_boot_set(folder: Path) -> None:
    assert isinstance(load_rig(folder), Rig)


@pytest.mark.parametrize(
    ("boot", "document"),
    [
        ("cable/primary.cfg", "cable_primary.cfg"),
        ("lan/primary.cfg", "lan_primary.cfg"),
        ("lan/secondary.cfg", "lan_secondary.cfg"),
    ],
)
def test_units_boot_the_documents_own_text(boot: str, document: str) -> None:
    assert (BOOTS / boot).read_bytes() == (HERE / "document" / document).read_bytes()


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("mode = 'radio'", "mode: 'radio'; allowed are"),
        ("cable = 1", "cable: 1; allowed are true and false"),
        ("straps = { third = 'primary' }", "straps: "),
        ("colour = 'red'", "colour: unknown key"),
        ("mode", "not TOML"),
    ],
)
def test_a_bad_rig_is_named(tmp_path: Path, toml: str, told: str) -> None:
    (tmp_path / "rig.toml").write_text(toml)
    rig = load_rig(tmp_path)
    assert isinstance(rig, str)
    assert str(tmp_path / "rig.toml") in rig
    assert told in rig

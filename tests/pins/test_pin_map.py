"""The shipped map is good; every kind of bad one is refused with its line and a remedy."""

from pathlib import Path

import pytest

from wiring.header import GROUND_PINS, HEADER_PIN, boot_pull
from wiring.load import PINS_FILE, WiringError, default_map, load, parse
from wiring.signals import OUTPUTS, UART, Pull, Signal

GOOD = PINS_FILE.read_text(encoding="utf-8")


def table(signal: str) -> str:
    """The [[pin]] table of that signal as it stands in the file."""
    start = GOOD.index(f'[[pin]]\nsignal = "{signal}"')
    end = GOOD.find("\n\n", start)
    return GOOD[start:end]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def refusal(text: str) -> str:
    with pytest.raises(WiringError) as caught:
        parse(text, "map.toml")
    return str(caught.value)


def test_shipped_map_has_every_signal_once() -> None:
    pins = default_map()
    assert sorted(pin.signal.name for pin in pins.pins) == sorted(signal.name for signal in Signal)
    assert len({pin.bcm for pin in pins.pins}) == len(Signal)


def test_outputs_are_quiet_at_boot() -> None:
    pins = default_map()
    for signal in set(OUTPUTS) - set(UART):
        at_boot = boot_pull(pins[signal].bcm) is Pull.UP
        assert not pins[signal].active(at_boot), signal


def test_header_is_a_header() -> None:
    assert len(HEADER_PIN) == 28
    supplies = {1, 2, 4, 17}
    assert sorted([*HEADER_PIN.values(), *GROUND_PINS, *supplies]) == list(range(1, 41))


def test_level_and_meaning() -> None:
    strap = default_map()[Signal.STRAP]
    assert strap.level(active=True) is False
    assert strap.active(level=True) is False
    power = default_map()[Signal.POWER_OUT]
    assert power.level(active=True) is True


# signal whose table is changed, what is replaced, by what, words the refusal must contain
BAD_PINS = [
    ("LAMP_FAULT", "bcm = 21\nheader = 40", "bcm = 20\nheader = 38", "LAMP_STANDBY's already"),
    ("LAMP_FAULT", "bcm = 21\nheader = 40", "bcm = 1\nheader = 28", "ID EEPROM"),
    ("LAMP_FAULT", "bcm = 21\nheader = 40", "bcm = 14\nheader = 8", "reserved to the cable's UART"),
    ("UART_TX", "bcm = 14\nheader = 8", "bcm = 24\nheader = 18", "the UART's pin is BCM 14"),
    ("LAMP_FAULT", "bcm = 21", "bcm = 28", "no BCM 28"),
    ("LAMP_FAULT", "bcm = 21", "bcm = -1", "no BCM -1"),
    ("LAMP_FAULT", "header = 40", "header = 38", "header pin 38 is BCM 20, not BCM 21"),
    ("LAMP_FAULT", "header = 40", "header = 39", "header pin 39 is ground"),
    ("LAMP_FAULT", "header = 40", "header = 1", "header pin 1 is a supply"),
    ("LAMP_FAULT", "header = 40", "header = 41", "not on the header"),
    ("LAMP_FAULT", "bcm = 21\nheader = 40", "bcm = 2\nheader = 3", "while a Pi boots"),
    ("POWER_OUT", 'active = "high"', 'active = "low"', "while a Pi boots"),
    ("STRAP", 'direction = "in"', 'direction = "out"', "say 'in'"),
    ("POWER_OUT", 'direction = "out"', 'direction = "in"', "say 'out'"),
    ("POWER_OUT", 'pull = "floating"', 'pull = "up"', "an output has no pull"),
    ("MATE_POWER", 'pull = "down"', 'pull = "up"', "must not be true that 'the mate has power'"),
    ("MATE_POWER", 'pull = "down"', 'pull = "floating"', "say pull = 'down'"),
    ("POWER_SWITCH", 'pull = "up"', 'pull = "down"', "must be true that"),
    ("MATE_POWER", "bcm = 23\nheader = 16", "bcm = 3\nheader = 5", "pull-up on the board"),
    ("POWER_OUT", "series_ohm = 4700", "series_ohm = 470", "feed a Pi without power"),
    ("STRAP", 'guard = "series"\nseries_ohm = 1000', 'guard = "none"', "needs a guard"),
    ("STRAP", "series_ohm = 1000\n", "", "series_ohm goes with"),
    ("UART_RX", 'guard = "converter"', 'guard = "opto"', "RS-232 goes through a level converter"),
    ("STRAP", "contact = 9", "contact = 10", "contact 10 is not 1 to 9"),
    ("STRAP", "contact = 9", "contact = 1", "MY_PLUG: contact 1 is STRAP's"),
    ("STRAP", "contact = 9", "contact = 5", "contact 5 is the ground"),
    ("STRAP", "contact = 9\n", "", "give it a contact"),
    ("STRAP", 'wire = "strap"', 'wire = "loop"', "say wire = 'strap'"),
    ("POWER_OUT", 'far_end = "MATE_POWER"', 'far_end = "UART_RX"', "the mate's MATE_POWER"),
    ("LAMP_FAULT", 'guard = "series"', 'guard = "series"\ncontact = 9', "leave out contact"),
]  # fmt: skip


@pytest.mark.parametrize(("signal", "old", "new", "words"), BAD_PINS)
def test_bad_pin_is_refused_at_its_table(signal: str, old: str, new: str, words: str) -> None:
    good = table(signal)
    assert old in good
    text = GOOD.replace(good, good.replace(old, new, 1))
    told = refusal(text)
    assert words in told
    said = words.split(":")[0] if words.startswith("MY_PLUG") else signal
    line = line_of(text, f'[[pin]]\nsignal = "{said}"')
    assert f"map.toml:{line}: " in told


# what is replaced, by what (in LAMP_FAULT's table), the line's own start, words
BAD_WORDS = [
    ('signal = "LAMP_FAULT"', 'signal = "LAMP_BLUE"', "unknown signal 'LAMP_BLUE'; known: STRAP"),
    ('direction = "out"', 'direction = "inout"', "unknown direction 'inout'; known: in, out"),
    ('pull = "floating"', 'pull = "sideways"', "known: up, down, floating"),
    ('active = "high"', 'active = "yes"', "say high or low"),
    ('guard = "series"', 'guard = "luck"', "known: none, series, opto, converter"),
    ("bcm = 21", "bcm = true", "bcm must be a whole number, not True"),
    ("bcm = 21", 'bcm = "21"', "bcm must be a whole number"),
    ("header = 40", "haeder = 40", "unknown key 'haeder'"),
]


@pytest.mark.parametrize(("old", "new", "words"), BAD_WORDS)
def test_bad_word_is_refused_at_its_line(old: str, new: str, words: str) -> None:
    good = table("LAMP_FAULT")
    text = GOOD.replace(good, good.replace(old, new, 1))
    told = refusal(text)
    line = (
        line_of(text, new) if new.startswith("signal") else text[: text.rindex(new)].count("\n") + 1
    )
    assert f"map.toml:{line}: " in told
    assert words in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "\n[[pin]\n", "not TOML"),
        (GOOD + "\n[relay]\n", "unknown entry 'relay'"),
        (GOOD.replace("[cable]", "[cord]", 1), "no [cable] table"),
        (GOOD.replace("contacts = 9", 'contacts = "nine"'), "contacts must be a whole number"),
        (GOOD.replace("presence = 7 ", "presence = 5 "), "give each its own"),
        (GOOD.replace(table("LAMP_FAULT"), ""), "LAMP_FAULT has no pin"),
        (GOOD + "\n" + table("LAMP_FAULT"), "LAMP_FAULT has a pin already"),
        (GOOD.split("[[pin]]")[0] + "pin = 3", "unknown key 'pin'"),
        ("pin = [{bcm = 4}]\n" + GOOD.split("[[pin]]")[0], "as its own [[pin]] table"),
        ("pin = 3\n" + GOOD.split("[[pin]]")[0], "write [[pin]]"),
        ("", "no [cable] table"),
        ("\x00", "not TOML"),
    ],
)
def test_bad_file_is_refused(text: str, words: str) -> None:
    told = refusal(text)
    assert told.startswith("map.toml:")
    assert words in told


def test_every_problem_is_told_at_once() -> None:
    text = GOOD.replace("header = 40", "header = 38").replace(
        "series_ohm = 4700", "series_ohm = 1", 1
    )
    assert len(refusal(text).splitlines()) == 2


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WiringError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(WiringError, match="cannot be read"):
        load(tmp_path / "bytes.toml")

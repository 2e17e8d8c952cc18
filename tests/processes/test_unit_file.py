"""Every way to write unit.toml wrong gets one line that says what to write instead."""

from pathlib import Path

import pytest

from firmware.core.settings import Platform
from firmware.processes.unit_file import (
    GpioSettings,
    MqttSettings,
    UnitFile,
    UnitFileError,
    parse_unit_file,
    read_unit_file,
)

GOOD = """
[unit]
chassis = "444433330001"
model = "PIX-515E"
version = "7.2(1)"
memory_mb = 128
flash_mb = 16
licence = "UR"

[interfaces]
Ethernet0 = "eth0"
Ethernet1 = "eth1"
"""

FULL = """
[unit]
chassis = "444433330001"
model = "ASA5540"
version = "8.0(3)6"
platform = "asa"
memory_mb = 1024
flash_mb = 64
licence = "FO-AA"

[paths]
flash = "/srv/flash"
run = "/run/one"

[interfaces]
"GigabitEthernet0/0" = "lan0"
"GigabitEthernet0/3" = "lan3"
"Management0/0" = "lan9"

[cable]
serial = "/dev/ttyAMA0"

[gpio]
factory = "fover_bus"
bus = "/run/bench/pins"
board = "primary"

[mqtt]
broker = "192.0.2.1"
port = 1884
site = "attic"
pair = "edge"

[terminal]
management_nic = "mgmt0"

[realtime]
cpu = 1
"""

# What is written in place of what, and the line a person then sees.
WRONG = [
    ("[unit]", "[unti]", "[unti] is not known; did you mean unit?"),
    ("[unit]", "[unti]", "[unit] is missing; docs/unit.md says what goes there"),
    ("[interfaces]", "[interfaces", "not TOML:"),
    ("chassis", "chasis", "[unit] chasis is not known; did you mean chassis?"),
    ("chassis", "chasis", "[unit] chassis is missing"),
    ('"444433330001"', "444433330001", "must be text in quotes"),
    ('"444433330001"', '"a/b"', "[unit] chassis = 'a/b': must be 1 to 32 letters"),
    ('"444433330001"', f'"{"9" * 33}"', "must be 1 to 32 letters, digits, . - or _"),
    ('"7.2(1)"', '"seven"', "[unit] version = 'seven': must be a version such as"),
    ('"UR"', '"ur"', "[unit] licence = 'ur': must be one of UR, R, FO, FO-AA"),
    ("memory_mb = 128", "memory_mb = 0", "[unit] memory_mb = 0: must be a number, 1 to"),
    ("memory_mb = 128", "memory_mb = true", "memory_mb = True: must be a number"),
    ('licence = "UR"', 'licence = "UR"\nplatform = "xip"', "must be one of pix, asa"),
    ('Ethernet1 = "eth1"', 'Ethernet1 = "eth0"', "Ethernet0 is on eth0 already"),
    ('Ethernet1 = "eth1"', 'Ethernet1 = "a-name-that-is-long"', "must be a kernel interface name"),
    ('Ethernet1 = "eth1"', "Ethernet1 = 1", "must be text in quotes"),
    ('Ethernet1 = "eth1"', 'inside = "eth1"', "'inside' must be a name and a number"),
    ('Ethernet1 = "eth1"', '[paths]\nrun = "run"', "must be an absolute path"),
    ('Ethernet1 = "eth1"', '[paths]\nrun = "/var/lib/fover"', "flash and run are the same"),
    ('Ethernet1 = "eth1"', '[gpio]\nfactory = "rpi"', "must be one of lgpio, fover_bus"),
    ('Ethernet1 = "eth1"', '[gpio]\nfactory = "fover_bus"', "[gpio] bus is missing; factory ="),
    ('Ethernet1 = "eth1"', "[cable]", "[cable] serial is missing"),
    ('Ethernet1 = "eth1"', "[mqtt]\nport = 70000", "[mqtt] broker is missing"),
    ('Ethernet1 = "eth1"', "[mqtt]\nport = 70000", "must be a number, 1 to 65535"),
    ('Ethernet1 = "eth1"', '[mqtt]\nbroker = "b"\nsite = "a/#"', "must be 1 to 64 letters"),
    ('Ethernet1 = "eth1"', "[ssh]\nport = 0", "[ssh] port = 0: must be a number, 1 to 65535"),
    ('Ethernet1 = "eth1"', '[ssh]\nport = "22"', "[ssh] port = '22': must be a number, 1 to"),
    ('Ethernet1 = "eth1"', "[ssh]\nprot = 22", "[ssh] prot is not known; did you mean port?"),
    ('Ethernet1 = "eth1"', '[terminal]\nmanagement_nic = "eth0"', "is in [interfaces] too"),
    ('Ethernet1 = "eth1"', "[realtime]\ncpu = -1", "[realtime] cpu = -1: must be a number"),
    ("[unit]", "paths = 1\n[unit]", "paths must be a section: write [paths]"),
    ('Ethernet0 = "eth0"\nEthernet1 = "eth1"', "", "[interfaces] has 0 lines; write 1 to 255"),
]


@pytest.mark.parametrize(("count", "said"), [(255, ""), (256, "has 256 lines; write 1 to 255")])
def test_a_unit_has_250_interfaces_at_most(count: int, said: str) -> None:
    named = 'Ethernet0 = "eth0"\nEthernet1 = "eth1"'
    lines = "\n".join(f'Ethernet{n} = "eth{n}"' for n in range(count))
    read = parse_unit_file(GOOD.replace(named, lines), Path("/unit.toml"))
    if said:
        assert isinstance(read, tuple)
        assert said in read[0]
    else:
        assert isinstance(read, UnitFile)
        assert len(read.nics) == count


@pytest.mark.parametrize(("written", "instead", "line"), WRONG)
def test_a_mistake_is_named_with_its_file_and_key(written: str, instead: str, line: str) -> None:
    assert written in GOOD
    problems = parse_unit_file(GOOD.replace(written, instead, 1), Path("/etc/fover/unit.toml"))
    assert isinstance(problems, tuple)
    assert all(problem.startswith("/etc/fover/unit.toml: ") for problem in problems)
    assert any(line in problem for problem in problems), problems


def test_every_problem_is_told_at_once() -> None:
    text = GOOD.replace('"UR"', '"XX"').replace("flash_mb", "flsh_mb").replace("eth1", "eth0")
    problems = parse_unit_file(text, Path("/u.toml"))
    assert isinstance(problems, tuple)
    assert len(problems) == 4  # licence, unknown key, missing key, NIC twice


def test_the_least_file_is_a_plain_linux_box() -> None:
    unit = parse_unit_file(GOOD, Path("/u.toml"))
    assert isinstance(unit, UnitFile)
    assert unit.facts.platform is Platform.PIX
    assert [interface.physical for interface in unit.facts.interfaces] == ["Ethernet0", "Ethernet1"]
    assert (unit.serial, unit.gpio, unit.mqtt, unit.management_nic, unit.cpu) == (None,) * 5
    assert (str(unit.flash), str(unit.run)) == ("/var/lib/fover", "/run/fover")


def test_a_full_file_says_all_it_says() -> None:
    unit = parse_unit_file(FULL, Path("/u.toml"))
    assert isinstance(unit, UnitFile)
    assert unit.facts.platform is Platform.ASA
    assert unit.facts.version == "8.0(3)6"
    assert unit.gpio == GpioSettings(factory="fover_bus", bus="/run/bench/pins", board="primary")
    assert unit.mqtt == MqttSettings(broker="192.0.2.1", port=1884, site="attic", pair="edge")
    assert unit.all_nics() == ("lan0", "lan3", "lan9", "mgmt0")
    assert unit.link_switches() == {0: "lan0", 3: "lan3"}
    assert unit.cpu == 1


def test_no_gpio_can_be_said_aloud() -> None:
    unit = parse_unit_file(GOOD + '[gpio]\nfactory = "none"\n', Path("/u.toml"))
    assert isinstance(unit, UnitFile)
    assert unit.gpio is None


def test_the_file_of_the_documents_is_accepted() -> None:
    page = Path(__file__).parents[2] / "docs" / "unit.md"
    example = page.read_text(encoding="utf-8").split("```toml\n", 1)[1].split("```", 1)[0]
    assert isinstance(parse_unit_file(example, Path("/u.toml")), UnitFile)


def test_ssh_is_on_where_it_has_a_section() -> None:
    for text, port in (("", None), ("[ssh]\n", 22), ("[ssh]\nport = 2222\n", 2222)):
        unit = parse_unit_file(GOOD + text, Path("/u.toml"))
        assert isinstance(unit, UnitFile)
        assert unit.ssh_port == port


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnitFileError, match=r"absent\.toml: there is no such file"):
        read_unit_file(tmp_path / "absent.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UnitFileError, match=r"bytes\.toml: cannot be read"):
        read_unit_file(tmp_path / "bytes.toml")
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    assert read_unit_file(tmp_path / "good.toml").path == tmp_path / "good.toml"

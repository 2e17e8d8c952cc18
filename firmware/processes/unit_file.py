"""unit.toml: what one unit is and where its parts are. Read once at start, by every process.

A file that is wrong anywhere is refused whole, with every problem named at once: file, key, what
is wrong, what to write instead. Knows the file, not the machine: whether a NIC or a device exists
is for whoever opens it to say. Burned-in MACs are the machine's too: the kernel is asked.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.core.settings import BLOCKS_LEAST, PhysicalInterface, Platform, UnitFacts
from firmware.core.wire.bodies import FEATURES, INTERFACES_MOST

LICENCES = ("UR", "R", "FO", "FO-AA")
FACTORIES = ("lgpio", "fover_bus", "mock", "none")
NIC_NAME_MAX = 15  # the kernel's limit


@dataclass(frozen=True, slots=True, kw_only=True)
class GpioSettings:
    """How the unit reaches its GPIO lines. ``bus`` and ``board`` are for fover_bus only."""

    factory: str  # "lgpio", "fover_bus" or "mock"
    chip: int = 0
    bus: str | None = None
    board: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """Where the unit publishes, and under which names."""

    broker: str
    port: int = 1883
    site: str = "lab"
    pair: str = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFile:
    """One unit.toml, checked. Burned-in MACs in ``facts`` are empty: they are not in the file."""

    path: Path  # absolute, of the file itself
    facts: UnitFacts
    flash: Path
    run: Path
    nics: dict[str, str]  # the configuration's name -> the kernel's
    serial: str | None
    gpio: GpioSettings | None
    mqtt: MqttSettings | None
    management_nic: str | None
    cpu: int | None
    ssh_port: int | None = None  # None: no SSH

    def link_switches(self) -> dict[int, str]:
        """Number of a link switch -> kernel NIC: switch 3 is for Ethernet3, and for Ethernet0/3.

        Where two names end in the same number, the first in the file has the switch.
        """
        switches: dict[int, str] = {}
        for physical, nic in self.nics.items():
            number = re.search(r"(\d+)$", physical)
            if number is not None:
                switches.setdefault(int(number[1]), nic)
        return switches

    def all_nics(self) -> tuple[str, ...]:
        """Every NIC that a power cut takes down, the management NIC among them."""
        managed = () if self.management_nic is None else (self.management_nic,)
        return (*self.nics.values(), *managed)


class UnitFileError(Exception):
    """unit.toml cannot be used. One line for each problem."""


def read_unit_file(path: Path) -> UnitFile:
    """Read and check a unit.toml. Raises UnitFileError with every problem named."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UnitFileError(
            f"{path}: there is no such file. docs/unit.md has one to copy"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnitFileError(f"{path}: cannot be read: {error}") from None
    read = parse_unit_file(text, path.absolute())
    if isinstance(read, UnitFile):
        return read
    raise UnitFileError("\n".join(read))


def parse_unit_file(text: str, path: Path) -> UnitFile | tuple[str, ...]:
    """The file's content, or its problems, one line each. Never raises."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return (f"{path}: not TOML: {error}",)
    problems = [f"{path}: {problem}" for problem in _problems(document)]
    return tuple(problems) if problems else _unit_file(document, path)


Check = Callable[[Any], str | None]  # a value -> what is wrong with it, or None


def _words(what: str, pattern: str) -> Check:
    """A check for text of a form; ``what`` says the form to a person."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return f"must be text in quotes ({what})"
        return None if re.fullmatch(pattern, value) else f"must be {what}"

    return check


def _number(low: int, high: int) -> Check:
    def check(value: Any) -> str | None:
        number = isinstance(value, int) and not isinstance(value, bool)
        return None if number and low <= value <= high else f"must be a number, {low} to {high}"

    return check


def _one_of(*allowed: str) -> Check:
    def check(value: Any) -> str | None:
        return None if value in allowed else f"must be one of {', '.join(allowed)}"

    return check


def _yes_or_no(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _features(value: Any) -> str | None:
    known = isinstance(value, list) and all(name in FEATURES for name in value)
    return None if known else f"must be a list of names, each one of {', '.join(FEATURES)}"


# With a chassis and a model at their longest, and 16 interfaces, it still fits a cable's frame.
_VERSION = _words(
    'a version such as "7.2(1)", 20 characters at most',
    r"(?=.{1,20}$)\d+\.\d+(\(\d+(\.\d+)*\)\d*)?",
)
_PATH = _words("an absolute path, beginning with /", r"/.*")
_NIC = _words(f"a kernel interface name of 1 to {NIC_NAME_MAX} characters", r"[^\s/:]{1,15}")
_LEVEL = _words("1 to 64 letters, digits, - or _", r"[A-Za-z0-9_-]{1,64}")

# Section -> key -> (must be there, check). [interfaces] is not here: its keys are the user's own.
_KEYS: dict[str, dict[str, tuple[bool, Check]]] = {
    "unit": {
        "chassis": (True, _words("1 to 32 letters, digits, . - or _", r"[A-Za-z0-9._-]{1,32}")),
        "model": (True, _words("1 to 24 printable ASCII characters", r"[ -~]{1,24}")),
        "version": (True, _VERSION),
        "platform": (False, _one_of(*(platform.value for platform in Platform))),
        "memory_mb": (True, _number(1, 2**32 - 1)),
        "flash_mb": (True, _number(1, 2**32 - 1)),
        "licence": (True, _one_of(*LICENCES)),
        "transparent": (False, _yes_or_no),
        "multiple": (False, _yes_or_no),
        "contexts": (False, _number(0, 2**16 - 1)),
        "ssl_vpn_peers": (False, _number(0, 2**16 - 1)),
        "features": (False, _features),
        "blocks": (False, _number(BLOCKS_LEAST, 2**16 - 1)),
    },
    "paths": {"flash": (False, _PATH), "run": (False, _PATH)},
    "cable": {"serial": (True, _PATH)},
    "gpio": {
        "factory": (True, _one_of(*FACTORIES)),
        "chip": (False, _number(0, 255)),
        "bus": (False, _PATH),
        "board": (False, _LEVEL),
    },
    "mqtt": {
        "broker": (True, _words("a host name or an address", r"[^\s/]{1,255}")),
        "port": (False, _number(1, 65535)),
        "site": (False, _LEVEL),
        "pair": (False, _LEVEL),
    },
    "ssh": {"port": (False, _number(1, 65535))},
    "terminal": {"management_nic": (False, _NIC)},
    "realtime": {"cpu": (False, _number(0, 1023))},
}


def _problems(document: dict[str, Any]) -> list[str]:
    known = ("unit", "interfaces", *(name for name in _KEYS if name != "unit"))
    found = [_unknown(f"[{name}]", name, known) for name in document if name not in known]
    for section in ("unit", "interfaces"):
        if section not in document:
            found.append(f"[{section}] is missing; docs/unit.md says what goes there")
    for section, content in document.items():
        if section in known and not isinstance(content, dict):
            found.append(f"{section} must be a section: write [{section}] on a line of its own")
        elif section == "interfaces":
            found += _interface_problems(content)
        elif section in _KEYS:
            found += _section_problems(section, content)
    return found or _joint_problems(document)


def _section_problems(section: str, content: dict[str, Any]) -> list[str]:
    keys = _KEYS[section]
    found = [_unknown(f"[{section}] {key}", key, keys) for key in content if key not in keys]
    for key, (needed, check) in keys.items():
        if key in content:
            wrong = check(content[key])
            if wrong is not None:
                found.append(f"[{section}] {key} = {content[key]!r}: {wrong}")
        elif needed:
            found.append(f"[{section}] {key} is missing; docs/unit.md says what goes there")
    return found


_PHYSICAL = _words('a name and a number, such as "Ethernet0"', r"[A-Za-z]+\d+(/\d+)*")


def _interface_problems(content: dict[str, Any]) -> list[str]:
    found: list[str] = []
    owner: dict[Any, str] = {}
    for physical, nic in content.items():
        for value, check in ((physical, _PHYSICAL), (nic, _NIC)):
            wrong = check(value)
            if wrong is not None:
                found.append(f"[interfaces] {physical} = {nic!r}: {value!r} {wrong}")
        if isinstance(nic, str) and owner.setdefault(nic, physical) != physical:
            found.append(
                f"[interfaces] {physical} = {nic!r}: {owner[nic]} is on {nic} already; "
                "one NIC has one name"
            )
    if not 1 <= len(content) <= INTERFACES_MOST:
        found.append(f"[interfaces] has {len(content)} lines; write 1 to {INTERFACES_MOST}")
    return found


def _joint_problems(document: dict[str, Any]) -> list[str]:
    """What is wrong between keys that are right one by one."""
    found = []
    gpio = document.get("gpio", {})
    if gpio.get("factory") == "fover_bus":
        for key in ("bus", "board"):
            if key not in gpio:
                found.append(f'[gpio] {key} is missing; factory = "fover_bus" needs it')
    managed = document.get("terminal", {}).get("management_nic")
    if managed in document["interfaces"].values():
        found.append(
            f"[terminal] management_nic = {managed!r}: is in [interfaces] too; "
            "management has a link of its own"
        )
    paths = document.get("paths", {})
    if paths.get("flash", DEFAULT_FLASH) == paths.get("run", DEFAULT_RUN):
        found.append("[paths] flash and run are the same; a power cut empties run")
    return found


def _unknown(where: str, name: str, known: tuple[str, ...] | dict[str, Any]) -> str:
    import difflib  # here, as only a mistake needs it and a cold boot does not

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"{where} is not known; {hint}"


DEFAULT_FLASH, DEFAULT_RUN = "/var/lib/fover", "/run/fover"


def _unit_file(document: dict[str, Any], path: Path) -> UnitFile:
    unit = document["unit"]
    paths, gpio, mqtt = (document.get(name, {}) for name in ("paths", "gpio", "mqtt"))
    nics: dict[str, str] = document["interfaces"]
    facts = UnitFacts(
        **{
            **unit,
            "platform": Platform(unit.get("platform", "pix")),
            "features": tuple(name for name in FEATURES if name in unit.get("features", ())),
        },
        interfaces=tuple(PhysicalInterface(physical=name, burned_in_mac="") for name in nics),
    )
    return UnitFile(
        path=path,
        facts=facts,
        flash=Path(paths.get("flash", DEFAULT_FLASH)),
        run=Path(paths.get("run", DEFAULT_RUN)),
        nics=dict(nics),
        serial=document.get("cable", {}).get("serial"),
        gpio=GpioSettings(**gpio) if gpio.get("factory", "none") != "none" else None,
        mqtt=MqttSettings(**mqtt) if mqtt else None,
        management_nic=document.get("terminal", {}).get("management_nic"),
        cpu=document.get("realtime", {}).get("cpu"),
        ssh_port=document["ssh"].get("port", 22) if "ssh" in document else None,
    )

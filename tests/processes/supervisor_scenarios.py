"""Whole units under their supervisors: one here, its mate in the namespace ``mate``."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from controller.bench.virtual.pinbus import PinBus
from wiring.signals import Signal

from . import rig

BUS = Path("/run/pinbus")
GPIO = f"""
[gpio]
factory = "fover_bus"
bus = "{BUS}"
board = "primary"
"""
GATEWAY = """hostname pix
interface Ethernet0
 nameif outside
 ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
interface Ethernet1
 nameif inside
 ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2
"""
# Not monitored: wires lead from unit to unit here, and a fenced unit takes its mate's links.
PAIRED = """no monitor-interface outside
no monitor-interface inside
failover
failover lan unit {identity}
failover lan interface failover Ethernet3
failover lan enable
failover polltime unit 15 holdtime 45
failover interface ip failover 10.1.0.1 255.255.255.0 standby 10.1.0.2
"""
PRIMARY, SECONDARY = Path("/run/unit"), Path("/run/mate")
MATE_TOML = Path("/run/mate.toml")


def run_unit(toml: Path, *prefix: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", "firmware", "run", "--config", str(toml)]
    )


def run_mate() -> subprocess.Popen[bytes]:
    """The secondary, at the other end of the wires."""
    flash = Path("/run/mate-flash")
    flash.mkdir()
    configure(flash, "secondary")
    facts = rig.FACTS.replace("/run/unit", str(SECONDARY)).replace("/run/flash", str(flash))
    MATE_TOML.write_text(facts.replace("444433330001", "444433330002"), encoding="utf-8")
    rig.ip("-n mate address del 10.1.0.2/24 dev eth3")
    return run_unit(MATE_TOML, "nsenter", "--net=/run/netns/mate")


def configure(flash: Path, identity: str = "") -> None:
    """As a unit of the pair, or as a gateway by itself, which need not look for a mate."""
    text = GATEWAY + (PAIRED.format(identity=identity) if identity else "")
    (flash / "startup-config").write_text(text, encoding="utf-8")


def pid(run: Path, process: str) -> int:
    return int((run / f"{process}.pid").read_text())


def exists(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def alive() -> set[str]:
    """The command lines of all that run here but for this scenario and supervisors."""
    found = set()
    for proc in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if "firmware" in command and int(proc.name) != os.getpid():
                found.add(command)
    return found


def pair() -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """Primary active, secondary standby, both with the document's 45 s of hold time."""
    rig.build()
    configure(rig.FLASH, "primary")
    units = run_unit(rig.UNIT_TOML), run_mate()
    rig.until("the primary is active", lambda: rig.addresses() >= rig.ACTIVE)
    rig.until("the primary is content", lambda: shown(rig.UNIT_TOML, "Standby Ready"))
    return units


def shown(toml: Path, words: str) -> bool:
    """Whether `show failover` of that unit says so."""
    command = [sys.executable, "-m", "firmware", "exec", "--config", str(toml), "show failover"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return words in done.stdout


def end(*units: subprocess.Popen[bytes]) -> None:
    for unit in units:
        unit.send_signal(signal.SIGTERM)
    for unit in units:
        assert unit.wait(rig.LIMIT_S) == 0


def a_unit_that_hangs_dies_or_stops_is_replaced_at_once() -> None:
    """The hold time is 45 s, and no wait here is as long: only the notice explains it."""
    unit, mate = pair()

    os.kill(pid(PRIMARY, "failover"), signal.SIGSTOP)
    rig.until("the mate has taken over", lambda: rig.addresses("mate") >= rig.ACTIVE)
    assert not rig.addresses() & rig.ACTIVE
    rig.until("a fresh process is standby", lambda: "172.16.1.2/16" in rig.addresses())
    rig.until("the mate is content", lambda: shown(MATE_TOML, "Standby Ready"))

    os.kill(pid(SECONDARY, "failover"), signal.SIGKILL)
    rig.until("this unit has taken over", lambda: rig.addresses() >= rig.ACTIVE)
    assert not rig.addresses("mate") & rig.ACTIVE
    rig.until("this unit is content", lambda: shown(rig.UNIT_TOML, "Standby Ready"))

    end(unit)
    assert not rig.addresses() & rig.ACTIVE
    rig.until("the mate has taken over", lambda: rig.addresses("mate") >= rig.ACTIVE)
    end(mate)
    assert not alive()


def a_dead_supervisor_takes_its_processes_along() -> None:
    rig.build()
    configure(rig.FLASH)
    unit = run_unit(rig.UNIT_TOML)
    rig.until("it has its addresses", lambda: rig.addresses() >= rig.ACTIVE)
    unit.kill()
    unit.wait()
    rig.until("its addresses are gone", lambda: not rig.addresses() & rig.ACTIVE)
    rig.until("its processes are gone", lambda: not alive())


def the_switches_are_power_and_carrier() -> None:
    rig.build(GPIO)
    configure(rig.FLASH)
    command = [sys.executable, "-m", "controller.bench.virtual.pinbus", "--socket", str(BUS)]
    server = subprocess.Popen([*command, "--boards", "primary"])
    with PinBus.connect(str(BUS)) as bus:
        unit = run_unit(rig.UNIT_TOML)
        rig.until("it has its addresses", lambda: rig.addresses() >= rig.ACTIVE)
        assert bus.read("primary", Signal.POWER_OUT)
        _pull_a_link(bus)
        _lose_management()
        (PRIMARY / "stray").write_text("of this life", encoding="utf-8")
        processes = [pid(PRIMARY, name) for name in ("failover", "management")]
        bus.say("primary", Signal.POWER_SWITCH, False)
        rig.until("POWER is low", lambda: not bus.read("primary", Signal.POWER_OUT))
        rig.until("the mate sees no carrier", lambda: not any(map(rig.carrier, rig.NICS)))
        rig.until("no process is left", lambda: not any(map(exists, processes)))
        rig.until("<run> is empty", lambda: _files(PRIMARY) == {".fover", "supervisor"})
        bus.say("primary", Signal.POWER_SWITCH, True)
        rig.until("it has its addresses again", lambda: rig.addresses() >= rig.ACTIVE)
        assert bus.read("primary", Signal.POWER_OUT)
        end(unit)
    server.terminate()
    assert server.wait(rig.LIMIT_S) == 0


def _pull_a_link(bus: PinBus) -> None:
    """Carrier goes, stays away through a restart of the failover process, and comes back."""
    rig.until("carrier", lambda: rig.carrier("eth1"))
    bus.say("primary", Signal.LINK_SWITCH_1, False)
    rig.until("no carrier", lambda: not rig.carrier("eth1"))
    before = pid(PRIMARY, "failover")
    os.kill(before, signal.SIGKILL)
    rig.until("it is started again", lambda: pid(PRIMARY, "failover") != before)
    rig.until("its addresses", lambda: "172.16.1.1/16" in rig.addresses())
    assert not rig.carrier("eth1")
    bus.say("primary", Signal.LINK_SWITCH_1, True)
    rig.until("carrier again", lambda: rig.carrier("eth1"))


def _lose_management() -> None:
    """It is started again, and nothing else is."""
    before = pid(PRIMARY, "failover"), pid(PRIMARY, "management")
    os.kill(before[1], signal.SIGKILL)
    rig.until("it is started again", lambda: pid(PRIMARY, "management") != before[1])
    rig.until("it can be asked", lambda: shown(rig.UNIT_TOML, "This host:"))
    assert pid(PRIMARY, "failover") == before[0]
    assert rig.addresses() >= rig.ACTIVE


def _files(run: Path) -> set[str]:
    return {entry.name for entry in run.iterdir()}


if __name__ == "__main__":
    globals()[sys.argv[1]]()

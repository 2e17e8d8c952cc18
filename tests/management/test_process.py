"""The management process in this process: real sockets and flash, the failover side by hand."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from firmware.core.failover.effects import DeliverMessage, LatchIdentity, OrderAnswered, StartSync
from firmware.core.failover.events import MessageQueued, OrderGiven, SettingsChanged, SnapshotWanted
from firmware.core.management.events import Reload, SwitchMoved
from firmware.core.settings import Identity, PhysicalInterface, Platform, UnitFacts
from firmware.drivers.fake_broker import FakeBroker
from firmware.processes import ipc
from firmware.processes.management import FAULT_STATUS, Management
from firmware.processes.unit_file import MqttSettings, UnitFile

LIMIT_S = 30
CABLE = (Path(__file__).parents[1] / "document" / "cable_primary.cfg").read_text(encoding="utf-8")


class Other:
    """Another process: listens where management connects."""

    def __init__(self, path: Path) -> None:
        self.listener = ipc.Listener(path)
        self.connection: ipc.Connection | None = None
        self.heard: list[ipc.Message] = []

    async def met(self) -> ipc.Connection:
        while self.connection is None or self.connection.closed:
            self.connection = self.listener.accept()
            await asyncio.sleep(0)
        return self.connection

    async def next(self, *kinds: type) -> ipc.Message:
        """The next message of one of these kinds."""
        connection = await self.met()
        while True:
            while self.heard:
                message = self.heard.pop(0)
                if isinstance(message, kinds):
                    return message
            self.heard = connection.receive()
            await asyncio.sleep(0)

    def close(self) -> None:
        self.listener.close()
        if self.connection is not None:
            self.connection.close()


def unit_file(root: Path, mqtt: MqttSettings | None = None) -> UnitFile:
    facts = UnitFacts(
        chassis="444433330001",
        model="PIX-515E",
        version="7.2(1)",
        platform=Platform.PIX,
        memory_mb=128,
        flash_mb=16,
        licence="UR",
        interfaces=tuple(
            PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac="") for n in range(4)
        ),
    )
    return UnitFile(
        path=root / "unit.toml",
        facts=facts,
        flash=root / "flash",
        run=root,
        nics={f"Ethernet{n}": f"eth{n}" for n in range(4)},
        serial=None,
        gpio=None,
        mqtt=mqtt,
        management_nic=None,
        cpu=None,
    )


def play(unit: UnitFile, story: Callable[[Other, Other], Awaitable[None]]) -> None:
    async def run() -> None:
        failover, supervisor = Other(unit.run / "failover"), Other(unit.run / "supervisor")
        management = asyncio.create_task(Management(unit).run())
        try:
            await asyncio.wait_for(story(failover, supervisor), LIMIT_S)
        finally:
            management.cancel()
            await asyncio.gather(management, return_exceptions=True)
            failover.close()
            supervisor.close()

    asyncio.run(run())


async def typed(unit: UnitFile, *lines: str) -> list[str]:
    while not (unit.run / "terminal").exists():
        await asyncio.sleep(0)
    reader, writer = await asyncio.open_unix_connection(str(unit.run / "terminal"), limit=1 << 24)
    writer.write(b"exec\n" + "".join(line + "\n" for line in lines).encode())
    answers = [(await reader.readuntil(b"\0"))[:-1].decode() for _ in lines]
    writer.close()
    return answers


def test_boots_from_flash_and_introduces_itself_to_every_failover_process(tmp_path: Path) -> None:
    unit = unit_file(tmp_path)
    unit.flash.mkdir()
    (unit.flash / "startup-config").write_text(CABLE)

    async def story(failover: Other, supervisor: Other) -> None:
        assert await failover.next(ipc.BootFacts) == ipc.BootFacts(None)
        settings = await failover.next(SettingsChanged)
        assert isinstance(settings, SettingsChanged)
        assert [interface.name for interface in settings.settings.interfaces] == [
            "outside",
            "inside",
        ]
        assert await failover.next(SnapshotWanted) == SnapshotWanted()
        connection = await failover.met()
        connection.send(LatchIdentity(Identity.SECONDARY))
        while not (unit.flash / "latched-identity").exists():
            await asyncio.sleep(0)
        connection.close()
        assert await failover.next(ipc.BootFacts) == ipc.BootFacts(Identity.SECONDARY, goes_on=True)

    play(unit, story)


def test_typed_lines_reach_failover_flash_and_the_copy_in_run(tmp_path: Path) -> None:
    unit = unit_file(tmp_path)

    async def story(failover: Other, supervisor: Other) -> None:
        answers = await typed(
            unit, "hostname gateway", "interface Ethernet0", "nameif dmz", "write memory"
        )
        assert answers[-1].startswith("Building configuration...\nCryptochecksum: ")
        assert answers[-1].endswith(" secs\n[OK]\n")
        saved = (unit.flash / "startup-config").read_text()
        head = ": Saved\nPIX Version 7.2(1)\n!\n"
        assert saved.startswith(f"{head}hostname gateway\n")
        assert "\n nameif dmz\n" in saved
        running = (unit.run / "running-config").read_text()
        assert saved == f"{head}{running}: end\n"
        order = asyncio.create_task(typed(unit, "failover active"))
        given = await failover.next(OrderGiven)
        assert isinstance(given, OrderGiven)
        (await failover.met()).send(OrderAnswered(given.ticket, "ERROR: the mate is failed"))
        assert await order == ["ERROR: the mate is failed\n"]
        await typed(unit, "reload")
        assert await supervisor.next(Reload) == Reload()

    play(unit, story)


def test_a_management_that_was_killed_goes_on_with_the_running_configuration(
    tmp_path: Path,
) -> None:
    unit = unit_file(tmp_path)
    (unit.run / "running-config").write_text("hostname unsaved\n")
    unit.flash.mkdir()
    (unit.flash / "startup-config").write_text("hostname saved\n")

    async def story(failover: Other, supervisor: Other) -> None:
        assert await typed(unit, "show running-config hostname") == ["hostname unsaved\n"]

    play(unit, story)


def test_a_long_configuration_crosses_to_a_mate_whole(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        (root / "flash").mkdir(parents=True)
    lines = "".join(
        f"access-list 102 extended permit ip host 10.{n // 250}.7.{n % 250} any\n"
        for n in range(2000)
    )
    (one / "flash" / "startup-config").write_text(lines)
    first, second = unit_file(one), unit_file(two)

    async def story(failover: Other, supervisor: Other) -> None:
        there = Other(second.run / "failover")
        mate = asyncio.create_task(Management(second).run())
        (await failover.met()).send(StartSync())
        while (await typed(second, "show running-config access-list")) != [lines]:
            message = await failover.next(MessageQueued)
            assert isinstance(message, MessageQueued)
            (await there.met()).send(DeliverMessage(message.payload))
        mate.cancel()
        await asyncio.gather(mate, return_exceptions=True)
        there.close()

    play(first, story)


def test_a_switch_and_the_units_state_are_told_to_the_broker(tmp_path: Path) -> None:
    async def run() -> None:
        broker = FakeBroker()
        await broker.start()
        unit = unit_file(tmp_path, MqttSettings(broker="127.0.0.1", port=broker.port))
        failover, supervisor = Other(unit.run / "failover"), Other(unit.run / "supervisor")
        management = asyncio.create_task(Management(unit).run())
        base = "fover/v1/lab/bench/444433330001/"
        await broker.heard(base + "availability", "online")
        (await supervisor.met()).send(SwitchMoved("SWITCH_POWER", True))
        assert '"signal":"SWITCH_POWER","on":true' in await broker.heard(base + "event/switch")
        management.cancel()
        await asyncio.gather(management, return_exceptions=True)
        assert await broker.heard(base + "availability", "offline")
        await broker.close()
        failover.close()
        supervisor.close()

    asyncio.run(asyncio.wait_for(run(), LIMIT_S))


FAULTY = """
import asyncio, sys
from pathlib import Path
from firmware.core.management.events import TimePassed
from firmware.processes.management import FAULT_STATUS, Management
from tests.management.test_process import unit_file

class Unheard(TimePassed):
    "No machine knows what to do with it."

async def serve():
    management = Management(unit_file(Path(sys.argv[1])))
    asyncio.get_running_loop().call_soon(management.step, Unheard())
    await management.run()

asyncio.run(serve())
"""


def test_a_fault_in_the_machine_ends_the_process_and_says_where(tmp_path: Path) -> None:
    """Going on would leave a session waiting for ever, and a change half made."""
    command = [sys.executable, "-c", FAULTY, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert ended.returncode == FAULT_STATUS
    assert ended.stderr.startswith("management: Traceback")
    assert "in step" in ended.stderr
    assert "Unheard" in ended.stderr

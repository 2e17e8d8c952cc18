"""SSH in the management process: its host key in flash, and what a person is told."""

import asyncio
import socket
import stat
from pathlib import Path

import asyncssh
import pytest
from terminal_machine import PASSWORD, Machine

from firmware.drivers.flash import Flash
from firmware.drivers.terminal.ssh import HOST_KEYS, is_host_key
from firmware.processes.remote import Remote

HERE = "127.0.0.1"
HOST_KEY = next(iter(HOST_KEYS))


def free_port() -> int:
    with socket.create_server((HERE, 0)) as found:
        return int(found.getsockname()[1])


def life(flash: Path, knows: str = "ssh-ed25519") -> str:
    """Boot, let somebody in, end: the host key he was shown. ``knows``: the only kind he does."""

    async def run() -> str:
        machine, port = Machine(), free_port()
        remote = Remote(port, Flash(flash), machine.sessions)
        machine.admitted, machine.judged = remote.admitted, remote.judged
        remote.start()
        try:
            while True:
                try:
                    connection = await asyncssh.connect(
                        HERE,
                        port,
                        username="a",
                        password=PASSWORD,
                        known_hosts=None,
                        config=None,
                        server_host_key_algs=[knows],
                    )
                    break
                except ConnectionRefusedError:
                    await asyncio.sleep(0.01)
            key = connection.get_server_host_key()
            assert key is not None
            connection.abort()
            return f"{key.get_algorithm()} {key.get_fingerprint()}"
        finally:
            await remote.close()

    return asyncio.run(asyncio.wait_for(run(), 30))


def test_the_host_key_is_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = life(tmp_path)
    assert life(tmp_path) == first
    kept = tmp_path / HOST_KEY
    assert is_host_key(kept.read_text())
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("knows", "kind"),
    [
        ("ssh-ed25519", "ssh-ed25519"),
        ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"),
        ("rsa-sha2-256", "ssh-rsa"),
        ("rsa-sha2-512", "ssh-rsa"),
    ],
)
def test_a_client_that_knows_one_kind_of_key_is_shown_it(
    tmp_path: Path, knows: str, kind: str
) -> None:
    first = life(tmp_path, knows)
    assert first.startswith(f"{kind} ")
    assert life(tmp_path, knows) == first
    assert {one.name for one in tmp_path.iterdir()} == set(HOST_KEYS)


def test_a_damaged_host_key_is_replaced_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = life(tmp_path)
    (tmp_path / HOST_KEY).write_text("-----BEGIN")
    second = life(tmp_path)
    assert second != first
    assert life(tmp_path) == second
    said = capsys.readouterr().err
    assert said == (
        f"management: SSH: flash: {HOST_KEY}: it is not a key. "
        "The unit has a new host key; clients will ask\n"
    )


def test_one_that_cannot_be_read_is_left_in_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / HOST_KEY).mkdir()
    assert life(tmp_path) != life(tmp_path)
    assert (tmp_path / HOST_KEY).is_dir()
    assert capsys.readouterr().err.count("The unit has a new host key") == 2


def test_one_that_cannot_be_kept_serves_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "flash").write_text("a file, where a directory should be")
    life(tmp_path / "flash")
    assert HOST_KEY in capsys.readouterr().err


def test_without_a_port_there_is_no_ssh(tmp_path: Path) -> None:
    async def run() -> None:
        remote = Remote(None, Flash(tmp_path), Machine().sessions)
        remote.start()
        await remote.close()

    asyncio.run(run())
    assert list(tmp_path.iterdir()) == []

"""A private world to play in: own mount, PID and network namespaces, gone with its first process.

``enter`` runs a command again inside and stays outside as its guard. Whatever happens to the guard
(Ctrl-C, a closed terminal, SIGKILL), the kernel ends the first process inside, with it every other
process of its PID namespace, and with those the namespaces and the files, which live on a tmpfs
that only the private mount namespace ever saw. Nothing has to be cleaned up, so nothing is left.

``python -m controller.bench.virtual.namespaces COMMAND...`` does the same for any command.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

RUN = Path("/run/fover-bench")  # on the private tmpfs
GRACE_S = 3.0  # what the inside gets to say goodbye to the terminal before it is killed

_MARK = "FOVER_PRIVATE_WORLD"
_UNSHARE = ("unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc")
_AS_ROOT_OF_OWN = ("--user", "--map-root-user")


class NamespaceError(Exception):
    """The kernel or the machine refuses private namespaces; says what to do about it."""


def enter(arguments: Sequence[str]) -> None:
    """Return at once when inside; else run ``arguments`` inside and exit with its status.

    ``arguments`` is the command line that comes back to this call, from the interpreter on.
    Raises NamespaceError where namespaces are refused.
    """
    if inside():
        _furnish()
        return
    sys.exit(guard(arguments))


def inside() -> bool:
    """Whether this process is the first of a private world."""
    return os.environ.get(_MARK) == "1" and os.getpid() == 1


def guard(arguments: Sequence[str]) -> int:
    """Run a command inside and wait for it. Its exit status; 130 when it was interrupted."""
    command = [*_unshare_command(), *arguments]
    # The guard's own death must end the rest even when it comes as SIGKILL.
    command = ["setpriv", "--pdeathsig", "SIGKILL", *command]
    # A Ctrl-C while the interpreter inside is still starting is the guard's alone to hear: ignored
    # signals stay ignored over exec, until the inside sets its own handlers.
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING_SIGNALS}
    child = subprocess.Popen(command, env={**os.environ, _MARK: "1"})
    ending = _Ending(child)
    for number in _ENDING_SIGNALS:
        signal.signal(number, ending.on_signal)
    try:
        status = ending.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 130 if ending.asked else status


_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Ending:
    """Passes the wish to end on to the inside, once; the second wish, or the grace, kills."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self.asked = False
        self._child = child

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self._child.kill()
            return
        self.asked = True
        # unshare itself holds SIGINT and SIGTERM back; its child is the one to tell. After a
        # Ctrl-C it has heard already and ignores this second word.
        for pid in _children(self._child.pid):
            os.kill(pid, signal.SIGTERM)

    def wait(self) -> int:
        while not self.asked:
            try:
                return self._child.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
        try:
            return self._child.wait(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _unshare_command() -> list[str]:
    """The form of unshare that works here: plain as root, with a user namespace otherwise."""
    forms = [[*_UNSHARE, *_AS_ROOT_OF_OWN]]
    if os.geteuid() == 0:
        forms.insert(0, list(_UNSHARE))
    said = ""
    for form in forms:
        try:
            tried = subprocess.run([*form, "true"], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise NamespaceError(
                "unshare is not installed; it is part of util-linux: apt-get install util-linux"
            ) from None
        if tried.returncode == 0:
            return form
        said = tried.stderr.strip() or f"unshare ended with {tried.returncode}"
    raise NamespaceError(_advice(said))


def _advice(said: str) -> str:
    """What stands in the way, as far as /proc tells, and what to do."""
    lines = [f"This kernel refuses the namespaces the bench plays in ({said})."]
    for name, bad, wanted in (
        ("kernel/unprivileged_userns_clone", "0", "1"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
        ("user/max_user_namespaces", "0", "10000"),
    ):
        try:
            value = Path("/proc/sys", name).read_text().strip()
        except OSError:
            continue
        if value == bad:
            lines.append(f"Allow them:  sudo sysctl -w {name.replace('/', '.')}={wanted}")
    lines.append("Or run the same command as root. In a container, it needs CAP_SYS_ADMIN.")
    return "\n".join(lines)


def _furnish() -> None:
    """A private /run for sockets, flashes and logs, and one ear for the wish to end."""
    for number in _ENDING_SIGNALS:
        signal.signal(number, _end_once)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "mode=755,size=512m", "tmpfs", "/run"], check=True
    )
    for folder in (RUN, Path("/run/tmp")):
        folder.mkdir(mode=0o755)
    os.environ["TMPDIR"] = "/run/tmp"
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _end_once(number: int, frame: FrameType | None) -> None:
    for each in _ENDING_SIGNALS:
        # Not SIG_IGN: Python calls that an error when such a signal is already on its way.
        signal.signal(each, _heard_already)
    raise KeyboardInterrupt


def _heard_already(number: int, frame: FrameType | None) -> None:
    """The end has begun."""


def main() -> None:
    """Run the command given in words inside; show a refusal in words."""
    if inside():
        _furnish()
        try:
            status = subprocess.run(sys.argv[1:], check=False).returncode
        except KeyboardInterrupt:
            status = 130
        sys.exit(status)
    try:
        enter([sys.executable, "-m", "controller.bench.virtual.namespaces", *sys.argv[1:]])
    except NamespaceError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

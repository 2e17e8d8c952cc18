"""<run>: what a unit keeps while it has power. One supervisor owns it; a power cut empties it.

Emptying a directory by mistake would cost somebody their files, so only a directory that was empty
when it was first claimed, and so carries our mark, is ever touched.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

MARK = ".fover"
SOCKET = "supervisor"  # where management reaches the supervisor


class RunDirectoryError(Exception):
    """<run> cannot be used; the text says what to do."""


class RunDirectory:
    """The claimed directory. Nobody else claims it while this object lives."""

    def __init__(self, path: Path) -> None:
        """Claim it; make it if need be. Raises RunDirectoryError."""
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            mark = path / MARK
            if not mark.exists() and any(path.iterdir()):
                raise RunDirectoryError(
                    f"[paths] run = {path}: holds files that are not fover's, and a power cut "
                    "empties it. Name a directory of its own"
                )
            self._lock = os.open(mark, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RunDirectoryError(f"[paths] run = {path}: {error.strerror}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise RunDirectoryError(
                f"[paths] run = {path}: another fover-unit runs here. Stop it first"
            ) from None

    def empty(self) -> None:
        """Remove all but what must outlive a power cut: it is the supervisor's, not the unit's."""
        for entry in self.path.iterdir():
            if entry.name in (MARK, SOCKET):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)

    def close(self) -> None:
        """Let somebody else claim it."""
        os.close(self._lock)

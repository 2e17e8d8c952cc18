"""Flash: a directory of small text files. What was acknowledged survives a power cut.

A file is written beside its old self, forced to the medium, then put in its place in one step, and
that step is forced too. What cannot be read or written comes back as words, never as an exception.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from firmware.core.management.events import FlashFile, FlashListed, FlashRead, FlashWritten

FILE_MAX = 8 << 20  # bytes
_NEW = ".new"


class Flash:
    """The files under one directory, made if need be, for this user's eyes only.

    ``durable=False`` leaves out the forcing, for a directory that does not outlive power anyway.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self._directory = directory
        self._durable = durable

    def read(self, name: str) -> FlashRead:
        """The text kept under that name; text None and error None where there is none."""
        try:
            data = self._content(self._directory / name)
        except FileNotFoundError:
            return FlashRead(name, None)
        except OSError as error:
            return FlashRead(name, None, error.strerror or str(error))
        if len(data) > FILE_MAX:
            return FlashRead(name, None, f"more than {FILE_MAX} bytes")
        try:
            return FlashRead(name, data.decode())
        except UnicodeDecodeError as error:
            return FlashRead(name, None, f"not UTF-8 at byte {error.start}")

    def list(self, prefix: str) -> FlashListed:
        """The files whose names begin so, in order; none in a directory that is not there."""
        found = []
        try:
            with os.scandir(self._directory) as entries:
                for entry in entries:
                    kept = entry.name.startswith(prefix) and not entry.name.endswith(_NEW)
                    if kept and entry.is_file(follow_symlinks=False):
                        facts = entry.stat(follow_symlinks=False)
                        modified_ms = facts.st_mtime_ns // 1_000_000
                        found.append(FlashFile(entry.name, facts.st_size, modified_ms))
        except FileNotFoundError:
            return FlashListed(())
        except OSError as error:
            return FlashListed((), error.strerror or str(error))
        return FlashListed(tuple(sorted(found, key=lambda one: one.name)))

    def write(self, name: str, text: str) -> FlashWritten:
        """Keep it. When this says no error, the text is on the medium."""
        try:
            self._replace(name, text.encode())
        except UnicodeEncodeError as error:
            return FlashWritten(name, f"not UTF-8 at character {error.start}")
        except OSError as error:
            return FlashWritten(name, error.strerror or str(error))
        return FlashWritten(name)

    def rename(self, name: str, to: str) -> FlashWritten:
        """Keep it under another name, which none may have."""
        try:
            if (self._directory / to).exists():
                raise FileExistsError(errno.EEXIST, "a file of the new name is there already")
            (self._directory / name).rename(self._directory / to)
            self._force(self._directory)
        except OSError as error:
            return FlashWritten(name, error.strerror or str(error))
        return FlashWritten(name)

    def erase(self, name: str) -> FlashWritten:
        """Remove it; there may be none."""
        try:
            (self._directory / name).unlink(missing_ok=True)
            self._force(self._directory)
        except OSError as error:
            return FlashWritten(name, error.strerror or str(error))
        return FlashWritten(name)

    def _content(self, file: Path) -> bytes:
        # Not waiting: a damaged directory may call a pipe what was a file, and nobody writes to it.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as opened:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return opened.read(FILE_MAX + 1)
        raise OSError(errno.EINVAL, "Not a regular file")

    def _replace(self, name: str, data: bytes) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._directory / (name + _NEW)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, 0o600)  # one left by a power cut may be another's
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            if self._durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        new.replace(self._directory / name)
        self._force(self._directory)

    def _force(self, directory: Path) -> None:
        if not self._durable or not directory.exists():
            return
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

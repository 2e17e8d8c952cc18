"""Kernel settings under /proc/sys/net, written and read back.

Read back because a write may be taken without effect: in a user namespace some are refused
silently. /proc/sys/net shows the network namespace of the thread that looks.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_ROOT = Path("/proc/sys/net")


class SettingRefusedError(Exception):
    """A kernel setting the data plane depends on is not to be had."""


def require(setting: str, value: int) -> None:
    """Make sure ``setting`` ("ipv4/conf/all/arp_ignore") is ``value``.

    Raises SettingRefusedError, naming the setting and what it is.
    """
    path = _ROOT / setting
    try:
        if _read(path) == value:
            return
        path.write_text(f"{value}\n")
        found = _read(path)
    except FileNotFoundError:
        if setting.startswith("ipv6/"):
            return  # a kernel without IPv6 has nothing to switch off
        raise SettingRefusedError(f"{path} does not exist; is /proc mounted?") from None
    except OSError as error:
        raise SettingRefusedError(
            f"{path} must be {value} and cannot be set: {error.strerror}; "
            "run as root of the network namespace with /proc/sys writable"
        ) from error
    if found != value:
        raise SettingRefusedError(f"{path} must be {value}; the kernel keeps it at {found}")


def prefer(setting: str, value: int) -> None:
    """Set it where that can be done; nothing depends on it."""
    path = _ROOT / setting
    with suppress(OSError):
        if _read(path) != value:
            path.write_text(f"{value}\n")


def _read(path: Path) -> int:
    return int(path.read_text())

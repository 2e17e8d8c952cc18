"""The programs that are asked, and what can go wrong with them, in words."""

from __future__ import annotations

import json
import subprocess
from itertools import islice
from threading import Timer
from typing import Any

PATIENCE_S = 5.0  # for one program
_PACKAGES = {"ip": "iproute2", "nft": "nftables", "conntrack": "conntrack"}


class NotToldError(Exception):
    """The kernel could not be asked; says what was asked and what to do."""


def ip(*arguments: str) -> list[Any]:
    """``ip -j``. Raises NotToldError."""
    found = from_json("ip", "-j", *arguments)
    assert isinstance(found, list)
    return found


def from_json(*command: str) -> Any:
    """What a program answers in JSON; an empty answer is an empty list. Raises NotToldError."""
    answer = carry_out("", *command)
    try:
        return json.loads(answer or "[]")
    except ValueError as error:
        raise NotToldError(f"{' '.join(command)}: its answer is not JSON") from error


def carry_out(script: str, *command: str) -> str:
    """Run a program, the script its input; what it prints. Raises NotToldError."""
    shown = " ".join(command)
    try:
        done = subprocess.run(
            command,
            input=script,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotToldError(_silent(shown)) from error
    except OSError as error:
        raise NotToldError(_cannot_start(command[0], error)) from error
    if done.returncode:
        raise NotToldError(f"{shown}: {done.stderr.strip()}")
    return done.stdout


def first_lines(most: int, *command: str) -> list[str]:
    """What a program prints, ended when that is enough. Raises NotToldError."""
    shown = " ".join(command)
    try:
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise NotToldError(_cannot_start(command[0], error)) from error
    patience = Timer(PATIENCE_S, program.kill)
    patience.start()
    try:
        assert program.stdout is not None
        lines = list(islice(program.stdout, most))
        if len(lines) == most:
            program.kill()
            program.communicate()
            return lines
        _, said = program.communicate()
    finally:
        patience.cancel()
        patience.join()
    if program.returncode < 0:
        raise NotToldError(_silent(shown))
    if program.returncode:
        raise NotToldError(f"{shown}: {said.strip()}")
    return lines


def _silent(shown: str) -> str:
    return f"{shown}: no answer in {PATIENCE_S:.0f} s"


def _cannot_start(program: str, error: OSError) -> str:
    return f"{program}: {error.strerror}; install the package {_PACKAGES.get(program, program)}"

"""Plays something in a fork of this process: what it does to a pair is gone with it."""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Callable
from typing import TypeVar

Told = TypeVar("Told")


class ForkDied(Exception):
    """It said why on standard error."""


def forked(play: Callable[[], Told]) -> Told:
    """What ``play`` returns, from a fork. Raises ForkDied.

    Only for a process without threads. What is returned must be one that pickle takes.
    """
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        _tell(theirs, play)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        raise ForkDied
    found: Told = pickle.loads(told)
    return found


def _tell(pipe: int, play: Callable[[], object]) -> None:
    """In the fork: play, tell, and be gone without any of the parent's last rites."""
    status = 1
    try:
        told = play()
        with os.fdopen(pipe, "wb") as out:
            pickle.dump(told, out)
        status = 0
    except KeyboardInterrupt:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)

"""Copies of machines, and what of them tells two states apart. Both by looking at their fields.

``copied`` is ``copy.deepcopy`` for what a machine is made of, ten times quicker: what cannot
change (numbers, enums, tuples, frozen dataclasses) is shared. An ``Essence`` is equal for two
machines that will do the same from now on: times, known by their names that end in ``_ms``, are
counted from now; what only counts or tells is left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import fields
from enum import Enum
from functools import cache
from types import FunctionType, MethodType, NoneType
from typing import Any

from firmware.core.failover.engine import Engine
from firmware.core.settings import Settings
from firmware.core.wire.bodies import Frame, Hello

LONG_AGO_MS = -20_000  # every time before that is the same
# What counts, tells, or grows without meaning. Sequences: nothing comes twice or late in the model.
LEFT_OUT = frozenset(
    {
        *("_handlers", "_rate", "rate", "facts", "out", "changed", "reason", "counts", "ignored"),
        *("received", "late_worst_ms", "switchovers", "active_since_ms", "active_before_ms"),
        *("active_time_s", "unread_told_ms", "probe_number", "former", "wanted", "judged"),
        *("identify", "newest", "sequence", "sequences", "lapses", "lapsed_worst_ms"),
    }
)
TIMES = frozenset({"candidates"})  # whose names do not say so
LENGTHS = frozenset({"_wait_ms"})  # of time, not points in it
SHARED = (int, str, bytes, float, NoneType, tuple, frozenset, FunctionType, Enum)


def _unchanging(kind: type) -> bool:
    """Whether values of that kind cannot change."""
    parameters = getattr(kind, "__dataclass_params__", None)
    frozen = parameters is not None and parameters.frozen
    return frozen or issubclass(kind, SHARED)


def _slotted(kind: type) -> tuple[str, ...]:
    """Of a class that has nothing else; else none."""
    return tuple(name for base in kind.__mro__ for name in base.__dict__.get("__slots__", ()))


# Asked for every field of every copy.
_shared: Callable[[type], bool] = cache(_unchanging)
_slots: Callable[[type], tuple[str, ...]] = cache(_slotted)


def copied(value: Any, memo: dict[int, Any] | None = None) -> Any:
    """A copy that shares nothing which can change."""
    kind = type(value)
    if _shared(kind):
        return value
    memo = {} if memo is None else memo
    if id(value) in memo:
        return memo[id(value)]
    if kind is dict:
        return {key: one if _shared(type(one)) else copied(one, memo) for key, one in value.items()}
    if kind is MethodType:
        return MethodType(value.__func__, copied(value.__self__, memo))
    if kind in (list, deque):
        return kind([one if _shared(type(one)) else copied(one, memo) for one in value])
    if kind in (set, bytearray):
        return kind(value)
    twin = memo[id(value)] = object.__new__(kind)
    for name in _slots(kind) or tuple(value.__dict__):
        one = getattr(value, name)
        setattr(twin, name, one if _shared(type(one)) else copied(one, memo))
    return twin


class Essence:
    """What of a machine matters from now on, its times apart."""

    __slots__ = ("_rest", "_times")

    def __init__(self, machine: Engine | Frame | None) -> None:
        self._times: list[int] = []
        rest: list[Hashable] = []
        _take(machine, False, rest, self._times)
        self._rest = hash(tuple(rest))

    def at(self, now_ms: int) -> Hashable:
        """As it is then."""
        long_ago_ms = now_ms + LONG_AGO_MS
        times = (ms - now_ms if ms > long_ago_ms else LONG_AGO_MS for ms in self._times)
        return (self._rest, *times)


_PLAIN = (str, bytes, bool, NoneType)


def _take(value: Any, time: bool, rest: list[Hashable], times: list[int]) -> None:
    """Put what matters of a value with the rest, or with the times."""
    kind = type(value)
    if kind is int:
        if time:
            times.append(value)
        rest.append(None if time else value)
    elif kind in _PLAIN:
        rest.append(value)
    elif kind is Settings:
        rest.append(id(value))  # the model gives each unit the same ones again and again
    elif kind is Frame:
        rest.append((value.header.boot, value.header.echo))
        _take(value.body, False, rest, times)
    elif kind is Hello:
        rest.extend(getattr(value, name) for name in _HELLO)
    elif kind is dict:
        rest.append(tuple(value))
        for one in value.values():
            _take(one, time, rest, times)
    elif kind in (list, deque):
        rest.append(len(value))
        for one in value:
            _take(one, time, rest, times)
    elif _shared(kind) or kind in (set, bytearray):
        rest.append(value if _shared(kind) else kind.__name__ + repr(value))
    else:
        for name, is_time in _named(_slots(kind) or tuple(value.__dict__)):
            _take(getattr(value, name), is_time, rest, times)


_HELLO = tuple(field.name for field in fields(Hello) if field.name not in LEFT_OUT)


@cache
def _named(names: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """The fields that matter, and which of them are times."""
    return tuple(
        (name, name in TIMES or (name.endswith("_ms") and name not in LENGTHS))
        for name in names
        if name not in LEFT_OUT
    )

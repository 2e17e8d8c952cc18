"""Copies of machines, and what of them tells two states apart. Both by looking at their fields.

``copied`` is ``copy.deepcopy`` for what a machine is made of, ten times quicker: what cannot change
(numbers, enums, tuples, frozen dataclasses) is shared. ``essence`` is a hashable value, equal for
two machines that will do the same from now on: times, known by their names that end in ``_ms``, are
counted from now; what only counts or tells is left out.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from types import FunctionType, MethodType
from typing import Any

from firmware.core.settings import Settings
from firmware.core.wire.bodies import Frame, Hello

LONG_AGO_MS = -20_000  # every time before that is the same
# What counts, tells, or grows without meaning. Sequences: nothing comes twice or late in the model.
LEFT_OUT = frozenset(
    """
    _handlers out late_worst_ms received ignored sequences sequence newest active_since_ms
    active_before_ms switchovers probe_number former changed reason counts active_time_s facts
    unread_told_ms rate _rate wanted judged identify
    """.split()
)
TIMES = frozenset({"candidates"})  # whose names do not say so
_SHARED = (int, str, bytes, bool, float, type(None), tuple, frozenset, FunctionType, type)


def copied(value: Any, memo: dict[int, Any] | None = None) -> Any:
    """A copy that shares nothing which can change."""
    memo = {} if memo is None else memo
    plan = _PLANS.get(type(value)) or _plan(type(value))
    return plan(value, memo)


_Plan = Callable[[Any, dict[int, Any]], Any]
_PLANS: dict[type, _Plan] = {}


def _plan(kind: type) -> _Plan:
    plan = _PLANS[kind] = _made_plan(kind)
    return plan


def _made_plan(kind: type) -> _Plan:
    if issubclass(kind, _SHARED) or _frozen(kind):
        return lambda value, _memo: value
    if issubclass(kind, dict):
        return lambda value, memo: {k: copied(v, memo) for k, v in value.items()}
    if issubclass(kind, (list, deque, set)):
        return lambda value, memo: kind(copied(one, memo) for one in value)
    if issubclass(kind, bytearray):
        return lambda value, _memo: bytearray(value)
    if kind is MethodType:
        return lambda value, memo: MethodType(value.__func__, copied(value.__self__, memo))
    names = _names(kind)
    return (lambda value, memo: _twin(value, memo, names)) if names else _by_dict


def _frozen(kind: type) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return (parameters is not None and parameters.frozen) or hasattr(kind, "__members__")


def _names(kind: type) -> tuple[str, ...]:
    """Slots of a class that has nothing else."""
    return tuple(name for base in kind.__mro__ for name in base.__dict__.get("__slots__", ()))


def _twin(value: Any, memo: dict[int, Any], names: tuple[str, ...]) -> Any:
    if id(value) in memo:
        return memo[id(value)]
    twin = memo[id(value)] = object.__new__(type(value))
    for name in names:
        object.__setattr__(twin, name, copied(getattr(value, name), memo))
    return twin


def _by_dict(value: Any, memo: dict[int, Any]) -> Any:
    if id(value) in memo:
        return memo[id(value)]
    twin = memo[id(value)] = object.__new__(type(value))
    twin.__dict__.update((name, copied(one, memo)) for name, one in value.__dict__.items())
    return twin


def essence(value: Any, now_ms: int) -> Hashable:
    """What of a machine matters from now on."""
    return tuple(_essence("", value, now_ms))


def _essence(name: str, value: Any, now_ms: int) -> Iterator[Hashable]:
    """Its parts, in order, each name's once."""
    if name in LEFT_OUT:
        return
    if isinstance(value, Frame):
        yield (value.header.boot, value.header.echo)
        yield from _essence("", value.body, now_ms)
    elif isinstance(value, Settings):
        yield id(value)  # the model gives each unit the same ones again and again
    elif isinstance(value, Hello):
        yield from (getattr(value, said) for said in _HELLO)
    elif isinstance(value, bool) or not isinstance(value, int):
        yield from _other(name, value, now_ms)
    else:
        time = name.endswith("_ms") or name in TIMES
        yield max(value - now_ms, LONG_AGO_MS) if time else value


_HELLO = tuple(f.name for f in dataclasses.fields(Hello) if f.name not in LEFT_OUT)


def _other(name: str, value: Any, now_ms: int) -> Iterator[Hashable]:
    kind = type(value)
    if issubclass(kind, dict):
        for key in sorted(value, key=str):
            yield key
            yield from _essence(name, value[key], now_ms)
    elif issubclass(kind, (list, deque)):
        yield len(value)
        for one in value:
            yield from _essence(name, one, now_ms)
    elif issubclass(kind, bytearray):
        yield bytes(value)
    elif issubclass(kind, (*_SHARED, set)) or _frozen(kind):
        yield value
    else:
        for field in _fields(kind, value):
            yield from _essence(field, getattr(value, field), now_ms)


def _fields(kind: type, value: Any) -> tuple[str, ...]:
    return _names(kind) or tuple(value.__dict__)

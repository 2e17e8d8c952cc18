"""The packet filter of an interface test: which frames show that a NIC hears somebody.

Decides nothing of its own: IT-1 in docs/behaviour.md as a program for the kernel, which runs it
before a frame wakes anybody. Frames are told apart by MACs and EtherType alone.
"""

from __future__ import annotations

import struct

from firmware.core.base_mac import base_mac
from firmware.core.failover.effects import Persona
from firmware.core.wire.link import HELLO_ETHERTYPE

# Classic BPF, linux/bpf_common.h: an instruction is (code, jump if true, if false, constant).
_LOAD_WORD, _LOAD_HALF, _AND, _EQUAL, _RETURN = 0x20, 0x28, 0x54, 0x15, 0x06
_INSTRUCTION = struct.Struct("=HBBI")
_TO, _FROM, _TYPE = 0, 6, 12  # offsets in a frame
_LLDP = 0x88CC
SNAP = 64  # bytes of a frame that are kept: nobody reads more than that it came

Test = tuple[int, int, int, int]  # load instruction, offset, mask, value
Rule = tuple[Test, ...]  # all of them true: the frame does not count
_WHOLE = 0xFFFFFFFF

# 01:80:c2:00:00:00 to :3f (spanning tree, LACP, LLDP, GARP), 01:00:0c:cc:cc:cc and :cd (CDP, PVST+)
CONTROL: tuple[Rule, ...] = (
    ((_LOAD_WORD, _TO, _WHOLE, 0x0180C200), (_LOAD_HALF, _TO + 4, 0xFFC0, 0)),
    ((_LOAD_WORD, _TO, _WHOLE, 0x01000CCC), (_LOAD_HALF, _TO + 4, 0xFFFE, 0xCCCC)),
    ((_LOAD_HALF, _TYPE, _WHOLE, _LLDP),),
    ((_LOAD_HALF, _TYPE, _WHOLE, HELLO_ETHERTYPE),),
)
DEAF = _INSTRUCTION.pack(_RETURN, 0, 0, 0)  # nothing counts


def eligible(burned_in: str, persona: Persona | None, *, holding: bool) -> bytes:
    """The program for a NIC with that burned-in MAC: what is left of a frame that counts, or none.

    What the pair says itself comes from one of six MACs: both personas', and the base MACs of the
    NICs these were burned in. What answers the mate's tests goes to the mate's persona.
    """
    rules = list(CONTROL)
    pair = [burned_in] if persona is None else [persona.active_mac, persona.standby_mac, burned_in]
    for mac in dict.fromkeys((*pair, *map(base_mac, pair))):
        rules.append(_mac(_FROM, mac))
    if persona is not None and persona.active_mac != persona.standby_mac:
        rules.append(_mac(_TO, persona.standby_mac if holding else persona.active_mac))
    return b"".join(_refuse(rule) for rule in rules) + _INSTRUCTION.pack(_RETURN, 0, 0, SNAP)


def _mac(offset: int, mac: str) -> Rule:
    high, low = struct.unpack("!IH", bytes.fromhex(mac.replace(":", "")))
    return ((_LOAD_WORD, offset, _WHOLE, high), (_LOAD_HALF, offset + 4, _WHOLE, low))


def _refuse(rule: Rule) -> bytes:
    """End with nothing if every test of the rule is true, else go on behind it.

    A load beyond the frame's end ends with nothing, too: a runt shows nothing.
    """
    sizes = [2 if mask == _WHOLE else 3 for _, _, mask, _ in rule]
    left = sum(sizes) + 1  # instructions to the end of the rule
    program = b""
    for (load, offset, mask, value), size in zip(rule, sizes, strict=True):
        program += _INSTRUCTION.pack(load, 0, 0, offset)
        if mask != _WHOLE:
            program += _INSTRUCTION.pack(_AND, 0, 0, mask)
        left -= size
        program += _INSTRUCTION.pack(_EQUAL, 0, left, value)
    return program + _INSTRUCTION.pack(_RETURN, 0, 0, 0)

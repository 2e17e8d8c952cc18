"""The packet filter of an interface test: which frames show that a NIC hears somebody.

Decides nothing of its own: IT-1 in docs/behaviour.md as a program for the kernel, which runs it
before a frame wakes anybody. A frame counts unless a row here knows it: what a switch says of
itself, what belongs to another network, what the pair itself says, and answers to the mate.

A load beyond the frame's end ends with nothing: what is too short to be looked at shows nothing.
"""

from __future__ import annotations

import struct

from firmware.core.base_mac import base_mac
from firmware.core.failover.effects import Persona
from firmware.core.wire.link import HELLO_ETHERTYPE

# Classic BPF, linux/bpf_common.h: an instruction is (code, jump if true, if false, constant).
_LOAD_4, _LOAD_2, _LOAD_1, _AND, _EQUAL, _RETURN = 0x20, 0x28, 0x30, 0x54, 0x15, 0x06
_INSTRUCTION = struct.Struct("=HBBI")
_FIVE = struct.Struct("=" + "HBBI" * 5)
_REFUSE = _INSTRUCTION.pack(_RETURN, 0, 0, 0)
_ACCEPT = _INSTRUCTION.pack(_RETURN, 0, 0, 1)  # a byte of it: nobody reads more than that it came

_TO, _FROM, _TYPE = 0, 6, 12  # offsets in a frame; the kernel has taken a VLAN tag out
_IP, _IP_PROTOCOL, _IP_SOURCE, _IGMP = 0x0800, 23, 26, 2
_IPV6, _IPV6_NEXT, _IPV6_SOURCE, _HOP_BY_HOP = 0x86DD, 20, 22, 0
_VLAN_TAG = 0xFFFFF000 + 44  # not of the frame: what the kernel keeps beside it

Test = tuple[int, int, int, int]  # load instruction, offset, mask, value
Rule = tuple[Test, ...]  # all of them true: the frame does not count
_WHOLE = 0xFFFFFFFF
CONTROL: tuple[Rule, ...] = (
    # 01:80:c2:00:00:00 to :3f: spanning tree, pause, LACP, 802.1X, LLDP, GARP, MRP, CFM
    ((_LOAD_4, _TO, _WHOLE, 0x0180C200), (_LOAD_2, _TO + 4, 0xFFC0, 0)),
    # 01:00:0c: one maker's switches among themselves: CDP, PVST+, VTP, UDLD and more
    ((_LOAD_4, _TO, 0xFFFFFF00, 0x01000C00),),
    ((_LOAD_2, _TYPE, _WHOLE, HELLO_ETHERTYPE),),
    ((_LOAD_2, _TYPE, _WHOLE, 0x88CC),),  # LLDP to whomever
    ((_LOAD_2, _TYPE, _WHOLE, 0x888E),),  # 802.1X to one station
    ((_LOAD_2, _TYPE, _WHOLE, 0x9000),),  # loopback test: a switch's port talks to itself
    # IGMP without an address: a switch that watches over multicast asks and joins like that
    (
        (_LOAD_2, _TYPE, _WHOLE, _IP),
        (_LOAD_1, _IP_PROTOCOL, _WHOLE, _IGMP),
        (_LOAD_4, _IP_SOURCE, _WHOLE, 0),
    ),
    # the same of IPv6, MLD: nothing else has options for every hop and no address
    (
        (_LOAD_2, _TYPE, _WHOLE, _IPV6),
        (_LOAD_1, _IPV6_NEXT, _WHOLE, _HOP_BY_HOP),
        *((_LOAD_4, _IPV6_SOURCE + word, _WHOLE, 0) for word in (0, 4, 8, 12)),
    ),
)


def eligible(burned_in: str, persona: Persona | None, *, holding: bool) -> bytes:
    """The program for a NIC with that burned-in MAC: a byte of a frame that counts, or none.

    What the pair says itself comes from one of six MACs: both personas', and the base MACs of the
    NICs these were burned in. What answers the mate's tests goes to the mate's persona, or to its
    base MAC if its personas are down.
    """
    pair = [burned_in] if persona is None else [persona.active_mac, persona.standby_mac, burned_in]
    program = _CONTROL
    for mac in dict.fromkeys((*pair, *map(base_mac, pair))):
        program += _refuse_mac(_FROM, mac)
    if persona is not None and persona.active_mac != persona.standby_mac:
        program += _refuse_mac(_TO, persona.standby_mac if holding else persona.active_mac)
        for mac in pair[:2]:
            if mac != burned_in:
                program += _refuse_mac(_TO, base_mac(mac))
    return program + _ACCEPT


def _refuse_mac(offset: int, mac: str) -> bytes:
    """As ``_refuse``, in one go: a filter is made for each of 250 interfaces at once."""
    number = int(mac.replace(":", ""), 16)
    return _FIVE.pack(
        *(_LOAD_4, 0, 0, offset),
        *(_EQUAL, 0, 3, number >> 16),
        *(_LOAD_2, 0, 0, offset + 4),
        *(_EQUAL, 0, 1, number & 0xFFFF),
        *(_RETURN, 0, 0, 0),
    )


def _refuse(rule: Rule) -> bytes:
    """End with nothing if every test of the rule is true, else go on behind it."""
    program = _REFUSE
    for load, offset, mask, value in reversed(rule):
        left = len(program) // _INSTRUCTION.size
        program = _INSTRUCTION.pack(_EQUAL, 0, left, value) + program
        if mask != _WHOLE:
            program = _INSTRUCTION.pack(_AND, 0, 0, mask) + program
        program = _INSTRUCTION.pack(load, 0, 0, offset) + program
    return program


def _refuse_tagged() -> bytes:
    """A VLAN's: another network. Number 0 is a priority and no VLAN."""
    looks = ((_LOAD_2, 0, 0, _VLAN_TAG), (_AND, 0, 0, 0x0FFF), (_EQUAL, 1, 0, 0))
    return b"".join(_INSTRUCTION.pack(*one) for one in looks) + _REFUSE


_CONTROL = _refuse_tagged() + b"".join(map(_refuse, CONTROL))

"""Frames of every kind at their limits, and Hypothesis' way of making more of them."""

from __future__ import annotations

from hypothesis import strategies as st

from firmware.core.settings import Identity
from firmware.core.wire.bodies import (
    SEGMENT_LAN,
    Ack,
    Answer,
    Body,
    FailedNotice,
    Frame,
    Handover,
    HandoverStep,
    Header,
    Hello,
    Identify,
    InterfaceState,
    Probe,
    Segment,
    UnitState,
)

u32 = st.integers(0, 0xFFFFFFFF)
u64 = st.integers(0, 0xFFFFFFFFFFFFFFFF)
identities = st.sampled_from(Identity)
macs = st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":"))


def texts(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(
        st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=least, max_size=most
    )


hellos: st.SearchStrategy[Body] = st.builds(
    Hello,
    identity=identities,
    state=st.sampled_from(UnitState),
    chassis=u64,
    configured=st.booleans(),
    hears_link=st.booleans(),
    macs_set=st.booleans(),
    failed=st.booleans(),
    holding=st.booleans(),
    active_time_s=u32,
    digest=u32,
    interfaces=st.lists(st.sampled_from(InterfaceState), max_size=16).map(tuple),
)
identifies: st.SearchStrategy[Body] = st.builds(
    Identify,
    chassis=texts(1, 32),
    model=texts(0, 32),
    version=texts(0, 32),
    platform=texts(0, 8),
    licence=texts(0, 8),
    memory_mb=u32,
    flash_mb=u32,
    macs=st.lists(macs, max_size=16).map(tuple),
)
segments: st.SearchStrategy[Body] = st.builds(
    Segment, number=u32, more=st.booleans(), payload=st.binary(max_size=SEGMENT_LAN)
)
bodies: st.SearchStrategy[Body] = st.one_of(
    hellos,
    identifies,
    segments,
    st.builds(Probe, u32),
    st.builds(Answer, u32),
    st.builds(Handover, st.sampled_from(HandoverStep), u32),
    st.builds(FailedNotice, identities),
    st.builds(Ack, u32),
)
headers = st.builds(Header, sequence=u32, boot=st.integers(1, 0xFFFFFFFFFFFFFFFF), echo=u64)
all_frames = st.builds(Frame, headers, bodies)

HEADER = Header(sequence=7, boot=0x0123456789ABCDEF, echo=0xFEDCBA9876543210)


def hello(sequence: int = 7, interfaces: int = 2) -> Frame:
    body = Hello(
        identity=Identity.PRIMARY,
        state=UnitState.ACTIVE,
        chassis=0x1122334455667788,
        configured=True,
        interfaces=(InterfaceState.NORMAL,) * interfaces,
    )
    return Frame(Header(sequence, HEADER.boot, HEADER.echo), body)


def segment(number: int, size: int = 200) -> Frame:
    return Frame(HEADER, Segment(number, False, bytes([number % 255 + 1]) * size))

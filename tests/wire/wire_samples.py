"""Frames of every kind at their limits, and Hypothesis' way of making more of them."""

from __future__ import annotations

from hypothesis import strategies as st

from firmware.core.settings import Identity
from firmware.core.wire.bodies import (
    FEATURES,
    INTERFACES_MOST,
    MORE_IDENTITY_MOST,
    SEGMENT_LAN,
    TEST_ENTRIES_MOST,
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
    InterfaceKind,
    Interfaces,
    InterfaceState,
    MoreIdentity,
    Probe,
    Segment,
    TestEntry,
    TestReport,
    TestStage,
    UnitState,
)

u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
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
    edited=st.booleans(),
    active_time_s=u32,
    digest=u32,
    failed_interfaces=u8,
    interfaces=st.lists(st.sampled_from(InterfaceState), max_size=16).map(tuple),
)


@st.composite
def _identifies(draw: st.DrawFn) -> Body:
    """What a unit file allows: model and version shorter than the wire does."""
    ports = draw(st.lists(macs, max_size=16).map(tuple))
    kinds = st.tuples(*(st.sampled_from(InterfaceKind) for _ in ports))
    return Identify(
        chassis=draw(texts(1, 32)),
        model=draw(texts(0, 24)),
        version=draw(texts(0, 20)),
        platform=draw(texts(0, 8)),
        licence=draw(texts(0, 8)),
        memory_mb=draw(u32),
        flash_mb=draw(u32),
        macs=ports,
        kinds=draw(st.one_of(st.just(()), kinds)),
        transparent=draw(st.booleans()),
        multiple=draw(st.booleans()),
        asks=draw(st.booleans()),
        more=len(ports) == 16 and draw(st.booleans()),
        contexts=draw(u16),
        ssl_vpn_peers=draw(u16),
        features=draw(st.sets(st.sampled_from(FEATURES)).map(_in_order)),
    )


def _in_order(names: set[str]) -> tuple[str, ...]:
    return tuple(name for name in FEATURES if name in names)


identifies: st.SearchStrategy[Body] = _identifies()
segments: st.SearchStrategy[Body] = st.builds(
    Segment, number=u32, more=st.booleans(), payload=st.binary(max_size=SEGMENT_LAN)
)


@st.composite
def _pieces(draw: st.DrawFn) -> Body:
    """Of the MACs from the 17th on."""
    total = draw(st.integers(17, INTERFACES_MOST))
    first = draw(st.integers(16, total - 1))
    kind = st.tuples(macs, st.sampled_from(InterfaceKind))
    most = min(MORE_IDENTITY_MOST, total - first)
    cards = draw(st.lists(kind, min_size=1, max_size=most))
    return MoreIdentity(
        total=total, first=first, macs=tuple(m for m, _ in cards), kinds=tuple(k for _, k in cards)
    )


entries = st.builds(
    TestEntry, st.integers(0, INTERFACES_MOST - 1), st.sampled_from(TestStage), st.booleans()
)
lists: st.SearchStrategy[Body] = st.one_of(
    st.lists(st.sampled_from(InterfaceState), max_size=INTERFACES_MOST).map(
        lambda states: Interfaces(tuple(states))
    ),
    _pieces(),
    st.lists(entries, max_size=TEST_ENTRIES_MOST).map(lambda found: TestReport(tuple(found))),
)
bodies: st.SearchStrategy[Body] = st.one_of(
    hellos,
    identifies,
    segments,
    lists,
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

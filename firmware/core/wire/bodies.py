"""What two units say to each other: the typed bodies of frames, and the header they travel under.

Knows nothing of bytes (frames.py) nor of when to say what (failover/). A *channel* is the name of a
way to the mate: ``CABLE``, ``LAN``, or the physical name of a data interface ("Ethernet0").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from firmware.core.settings import Identity

CABLE = "cable"
LAN = "lan"
FAILED_UNKNOWN = 255  # Hello.failed_interfaces


class UnitState(IntEnum):
    """Every state of ``show failover history``, in the order of the wire. Printed by ``text``."""

    DISABLED = 0
    NEGOTIATION = 1
    COLD_STANDBY = 2
    SYNC_CONFIG = 3
    SYNC_FILE_SYSTEM = 4
    BULK_SYNC = 5
    STANDBY_READY = 6
    JUST_ACTIVE = 7
    ACTIVE_DRAIN = 8
    ACTIVE_APPLYING_CONFIG = 9
    ACTIVE_CONFIG_APPLIED = 10
    ACTIVE = 11
    FAILED = 12
    NOT_DETECTED = 13  # only ever said of the mate

    @cached_property
    def text(self) -> str:
        """As `show failover` prints it: "Standby Ready"."""
        return self.name.replace("_", " ").title()


class InterfaceState(IntEnum):
    """What a unit thinks of one of its data interfaces. Four bits on the wire."""

    UNKNOWN = 0
    NORMAL = 1
    NORMAL_WAITING = 2
    NORMAL_NOT_MONITORED = 3
    TESTING = 4
    NO_LINK = 5
    NO_LINK_WAITING = 6
    LINK_DOWN = 7
    LINK_DOWN_WAITING = 8
    FAILED = 9
    FAILED_WAITING = 10
    UNKNOWN_WAITING = 11
    NO_LINK_NOT_MONITORED = 12
    LINK_DOWN_NOT_MONITORED = 13

    @cached_property
    def monitored(self) -> bool:
        """Whether it counts for the interface policy."""
        return not self.name.endswith("NOT_MONITORED")

    @cached_property
    def text(self) -> str:
        """As `show failover` prints it: "Normal (Waiting)"."""
        words = self.name.replace("_", " ").title().replace("Not Monitored", "(Not-Monitored)")
        return words.replace("Waiting", "(Waiting)")


@dataclass(frozen=True, slots=True)
class Header:
    """Who sent a frame in which life, and to which life of the receiver."""

    sequence: int  # u32, grows by one per frame and boot, over all channels
    boot: int  # u64, the sender's random number of this boot
    echo: int  # u64, the receiver's boot as the sender knows it; 0 = not known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """I am alive, this is what I am. At most 64 bytes on the cable, framing included."""

    identity: Identity
    state: UnitState
    chassis: int  # u64, first 8 bytes of SHA-256 of the chassis serial number
    configured: bool = False  # has data interfaces with addresses
    hears_link: bool = False  # hears the mate on the failover link
    macs_set: bool = False  # the active MACs are the primary's, or configured
    failed: bool = False  # this unit has marked itself failed
    holding: bool = False  # the active addresses are on this unit, failover off included
    edited: bool = False  # its configuration was changed by hand while it was standby
    active_time_s: int = 0  # u32
    digest: int = 0  # u32 of the running configuration
    failed_interfaces: int = 0  # monitored ones, 0 to 250; FAILED_UNKNOWN: links still come up
    # The first 16 at most, in the order of unit.toml; the Interfaces frame has all of them.
    interfaces: tuple[InterfaceState, ...] = ()


class InterfaceKind(IntEnum):
    """The type of a physical interface, as its name says it. Four bits on the wire."""

    ETHERNET = 1
    FAST_ETHERNET = 2
    GIGABIT_ETHERNET = 3
    TEN_GIGABIT_ETHERNET = 4
    MANAGEMENT = 5
    OTHER = 15

    @property
    def text(self) -> str:
        """As in an interface's name: "GigabitEthernet"."""
        return self.name.replace("_", " ").title().replace(" ", "")


def kind_of(physical: str) -> InterfaceKind:
    """The kind of "GigabitEthernet0/1"."""
    letters = "".join(c for c in physical if c.isalpha()).lower()
    return next((k for k in InterfaceKind if k.text.lower() == letters), InterfaceKind.OTHER)


# Features a licence may name, in the order of their bits on the wire. Only added to, at most 32.
FEATURES = (
    "VPN-DES",
    "VPN-3DES-AES",
    "Cut-through Proxy",
    "Guards",
    "URL-filtering",
    "GTP/GPRS",
    "SSL-VPN",
    "Botnet Traffic Filter",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identify:
    """What the unit is; compared at negotiation. Sent when the mate's boot is new."""

    chassis: str  # 1 to 32 ASCII characters
    model: str
    version: str
    platform: str
    licence: str
    memory_mb: int  # u32
    flash_mb: int  # u32
    macs: tuple[str, ...] = ()  # burned-in MACs in the order of unit.toml, at most 16
    kinds: tuple[InterfaceKind, ...] = ()  # as many as MACs, or none
    transparent: bool = False
    multiple: bool = False
    asks: bool = False  # the sender does not know yet what the receiver is
    more: bool = False  # there are more than 16 interfaces: MoreIdentity frames tell the others
    contexts: int = 0  # u16
    ssl_vpn_peers: int = 0  # u16
    features: tuple[str, ...] = ()  # of FEATURES, in their order


@dataclass(frozen=True, slots=True)
class Probe:
    """Answer at once, on the channel it came by."""

    number: int  # u32


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to the probe of that number."""

    number: int


class HandoverStep(IntEnum):
    """A planned switchover in order: asked for, addresses let go, addresses taken, or refused."""

    REQUEST = 0  # standby to active: let me be active
    YIELDED = 1  # old active to new: the addresses are free, take them
    CLAIMED = 2  # new active to old: taken, gratuitous ARP is out
    REFUSED = 3  # the one asked will not
    RESET = 4  # to a failed mate: be as if you had not failed


@dataclass(frozen=True, slots=True)
class Handover:
    """One step of a planned switchover. Said on every channel; the number tells repeats apart."""

    step: HandoverStep
    number: int  # u32


@dataclass(frozen=True, slots=True)
class FailedNotice:
    """This unit was fenced by its supervisor. Pre-sealed; its sequence is the highest there is."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of the ordered stream. At most SEGMENT_CABLE or SEGMENT_LAN bytes of payload."""

    number: int  # u32
    more: bool  # the message goes on in the next segment
    payload: bytes


@dataclass(frozen=True, slots=True)
class Ack:
    """Everything before ``next_number`` has arrived in order."""

    next_number: int  # u32


INTERFACES_MOST = 255  # of a unit, its links among them; 250 of them may be monitored
HELLO_INTERFACES = 16  # in a hello and in an Identify
MORE_IDENTITY_MOST = 30  # MACs in one piece, so that the cable carries it
TEST_ENTRIES_MOST = 100  # in one report, likewise


@dataclass(frozen=True, slots=True)
class Interfaces:
    """The states of all data interfaces. Beside the hello of a unit with more than 16."""

    states: tuple[InterfaceState, ...]  # at most 255, in the order of unit.toml


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreIdentity:
    """MACs and kinds of interfaces that had no place in the Identify frame, a piece of them."""

    total: int  # 17 to 255, interfaces of the unit
    first: int  # 16 to 254, place of the first MAC in unit.toml
    macs: tuple[str, ...]  # burned-in, 1 to 30
    kinds: tuple[InterfaceKind, ...]  # as many


class TestStage(IntEnum):
    """The tests of an interface, in order. Two bits on the wire."""

    __test__ = False  # not one of pytest's

    ACTIVITY = 0
    ARP = 1
    PING = 2
    ENDED = 3  # nobody was heard in any


@dataclass(frozen=True, slots=True)
class TestEntry:
    """How far the test of one interface is on the sender."""

    __test__ = False

    index: int  # 0 to 254, place in ``Settings.interfaces``
    stage: TestStage
    heard: bool  # whether the sender heard anything there since the test began


@dataclass(frozen=True, slots=True)
class TestReport:
    """What the sender's interface tests have found so far."""

    __test__ = False

    entries: tuple[TestEntry, ...]  # at most 100


Body = (
    Hello
    | Identify
    | Probe
    | Answer
    | Handover
    | FailedNotice
    | Segment
    | Ack
    | Interfaces
    | MoreIdentity
    | TestReport
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A header and what it carries."""

    header: Header
    body: Body


@dataclass(frozen=True, slots=True)
class BadFrame:
    """Bytes that are no frame of ours, and the reason in words. Counted, never raised."""

    why: str  # one of a fixed few (frames.REASONS), so that counting by reason is bounded


FRAME_CABLE_MAX = 256  # bytes on the cable, COBS and delimiters included: 22 ms of line
HELLO_CABLE_MAX = 64
FRAME_LAN_MAX = 1400
SEGMENT_CABLE = 200
SEGMENT_LAN = 1200


@dataclass(frozen=True, slots=True)
class NoticeRoute:
    """How a frame leaves by a descriptor without the driver that owns it: all a supervisor needs.

    ``os.write(fd, data)`` where ``address`` is None (the cable), ``sendto(data, address)``
    otherwise. Made anew whenever the driver reopens (its ``counts.opened`` grows).
    """

    channel: str
    fd: int
    data: bytes  # framed for the channel, complete
    address: tuple[str, int] | tuple[str, int, int, int, bytes] | None  # UDP, AF_PACKET, cable

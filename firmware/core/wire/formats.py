"""The tables of the wire: what each field is called, how wide it is, and where it stands.

All numbers are big-endian. Every frame is HEADER, the body's fields, what may follow them, TRAILER.
Version, type, length and the CRC at the end keep their places in every future version, so that a
newer unit is told from noise. What later days added to a body follows it, and is left out where it
says nothing: the frames of every release stay readable, and there is one way to write each.

Knows nothing of how bodies become bytes (packing.py), nor of whole frames (frames.py). docs/wire.md
shows the same tables; a test compares them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from firmware.core.wire.bodies import (
    Ack,
    Answer,
    Body,
    FailedNotice,
    Handover,
    Hello,
    Identify,
    Interfaces,
    MoreIdentity,
    Probe,
    Segment,
    TestReport,
)

VERSION = 1
SEQUENCE_LAST = 0xFFFFFFFF  # of a pre-sealed FailedNotice

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Format:
    """One body on the wire: its type number, its fixed fields, and what may follow them."""

    number: int
    body: type[Body]
    fields: Fields
    follows: str = ""

    @property
    def layout(self) -> struct.Struct:
        """The fixed fields, big-endian, without gaps."""
        return layout_of(self.fields)


def layout_of(fields: Fields) -> struct.Struct:
    """These fields, big-endian, without gaps."""
    return struct.Struct(">" + "".join(code for _, code in fields))


HEADER: Fields = (
    ("version", "B"),
    ("type", "B"),
    ("length", "H"),  # of the whole frame, version to CRC: what an Ethernet pads is cut off by it
    ("sequence", "I"),
    ("boot", "Q"),  # never 0
    ("echo", "Q"),
)
TRAILER: Fields = (("crc", "I"),)  # CRC-32 (IEEE 802.3) of everything before it

FORMATS: tuple[Format, ...] = (
    Format(
        1,
        Hello,
        (
            ("flags", "B"),  # HELLO_FLAGS, first name in the lowest bit
            ("state", "B"),
            ("chassis", "Q"),
            ("active_time_s", "I"),
            ("digest", "I"),
            ("count", "B"),  # of interfaces
            ("interfaces", "Q"),  # 4 bits each, the first in the highest; the rest 0
        ),
        "HELLO_MORE unless all of it is 0",
    ),
    Format(
        2,
        Identify,
        (("memory_mb", "I"), ("flash_mb", "I"), ("count", "B")),  # count of MACs
        "strings, then 6 bytes a MAC, then IDENTIFY_MORE unless all of it is 0",
    ),
    Format(3, Probe, (("number", "I"),)),
    Format(4, Answer, (("number", "I"),)),
    Format(5, Handover, (("step", "B"), ("number", "I"))),
    Format(6, FailedNotice, (("identity", "B"),)),  # 0 primary, 1 secondary
    Format(7, Segment, (("number", "I"), ("more", "B")), "payload"),
    Format(8, Ack, (("next_number", "I"),)),
    Format(9, Interfaces, (("count", "B"),), "4 bits an interface, a last half byte 0"),
    Format(
        10,
        MoreIdentity,
        (("total", "B"), ("first", "B"), ("count", "B")),  # count of MACs in this piece
        "6 bytes a MAC, then 4 bits a kind, a last half byte 0",
    ),
    Format(11, TestReport, (("count", "B"),), "TEST_ENTRY for each"),
)
HELLO_FLAGS = ("secondary", "configured", "hears_link", "macs_set", "failed", "holding", "edited")
# What units of later days also say in a hello, and tell of themselves.
HELLO_MORE: Fields = (("failed_interfaces", "B"),)
IDENTIFY_MORE: Fields = (
    ("flags", "B"),  # IDENTIFY_FLAGS, first name in the lowest bit
    ("contexts", "H"),
    ("ssl_vpn_peers", "H"),
    ("features", "I"),  # FEATURES, first name in the lowest bit
    ("kinds", "Q"),  # 4 bits an interface, the first in the highest; the rest 0
)
IDENTIFY_FLAGS = ("transparent", "multiple", "asks", "more")
TEST_ENTRY: Fields = (("index", "B"), ("result", "B"))  # TEST_HEARD, and the stage below it
TEST_STAGE_LAST, TEST_HEARD = 3, 0x80
# (name, least, most): a length byte, then that many printable ASCII characters
STRINGS = (
    ("chassis", 1, 32),
    ("model", 0, 32),
    ("version", 0, 32),
    ("platform", 0, 8),
    ("licence", 0, 8),
)

TOO_SHORT = "shorter than a frame"
TOO_LONG = "longer than a frame"
WRONG_LENGTH = "length field does not match"
WRONG_CRC = "wrong CRC"
OTHER_VERSION = "frame of another version"
NO_BOOT = "boot number is zero"
UNKNOWN_TYPE = "unknown frame type"
WRONG_SIZE = "wrong size for its type"
BAD_VALUE = "a field is out of range"
BAD_TEXT = "a text is not printable ASCII"
REASONS = (
    TOO_SHORT,
    TOO_LONG,
    WRONG_LENGTH,
    WRONG_CRC,
    OTHER_VERSION,
    NO_BOOT,
    UNKNOWN_TYPE,
    WRONG_SIZE,
    BAD_VALUE,
    BAD_TEXT,
)

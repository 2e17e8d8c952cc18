"""An AF_PACKET socket with a TPACKET_V3 ring: the kernel fills blocks, we read whole blocks.

The kernel keeps and stamps the frames whatever we are doing, and wakes us once a block instead of
once a frame, so that looking on costs the bench next to nothing.
"""

from __future__ import annotations

import mmap
import socket
import struct
from collections.abc import Iterator

_SOL_PACKET, _RX_RING, _STATISTICS, _VERSION, _IGNORE_OUTGOING = 263, 5, 6, 10, 23
_TPACKET_V3 = 2
_ETH_P_ALL = 3
_BLOCK_BYTES, _BLOCKS, _FRAME_BYTES = 1 << 18, 16, 2048
_RETIRE_MS = 10  # a block that is not full is handed over after this long
_BLOCK = struct.Struct("=8xIII")  # status, frames, offset of the first
_FRAME = struct.Struct("=IIIIIIH")  # next, seconds, nanoseconds, kept, length, status, MAC offset
_KERNEL, _USER = 0, 1


class PacketRing:
    """What enters an interface, with the kernel's wall-clock stamps. Raises OSError."""

    def __init__(self, interface: str, *, outgoing: bool = False) -> None:
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(_SOL_PACKET, _VERSION, _TPACKET_V3)
        self.socket.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, int(not outgoing))
        frames = _BLOCK_BYTES // _FRAME_BYTES * _BLOCKS
        request = struct.pack("=7I", _BLOCK_BYTES, _BLOCKS, _FRAME_BYTES, frames, _RETIRE_MS, 0, 0)
        self.socket.setsockopt(_SOL_PACKET, _RX_RING, request)
        self._map = mmap.mmap(self.socket.fileno(), _BLOCK_BYTES * _BLOCKS)
        self._next = 0
        self._interface = interface
        self.socket.bind((interface, _ETH_P_ALL))

    def fileno(self) -> int:
        """Readable when a block is ready."""
        return self.socket.fileno()

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Everything in the blocks that are ready: (wall-clock ns, the frame's first bytes)."""
        while True:
            base = self._next * _BLOCK_BYTES
            status, count, offset = _BLOCK.unpack_from(self._map, base)
            if not status & _USER:
                return
            position = base + offset
            for _ in range(count):
                step, seconds, nanos, kept, _, _, mac = _FRAME.unpack_from(self._map, position)
                begin = position + mac
                yield seconds * 1_000_000_000 + nanos, self._map[begin : begin + min(kept, 64)]
                position += step
            struct.pack_into("=I", self._map, base + 8, _KERNEL)
            self._next = (self._next + 1) % _BLOCKS

    def lost(self) -> bool:
        """Whether the interface is gone for ever; one that was only down is looked at again.

        Either is said as an error, and to wait for frames is no waiting until it is taken note of.
        """
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return error != 0 and self.socket.getsockname()[0] != self._interface

    def drops(self) -> int:
        """Frames the ring had no room for since last asked."""
        raw = self.socket.getsockopt(_SOL_PACKET, _STATISTICS, 12)
        return int(struct.unpack("=III", raw)[1])

    def close(self) -> None:
        """Let go of the ring."""
        self._map.close()
        self.socket.close()

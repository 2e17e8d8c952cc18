"""One NIC listened to by an interface test: a packet socket that hears what counts."""

from __future__ import annotations

import errno
import socket
import struct
from ctypes import addressof, create_string_buffer

READ_MAX = 16  # frames; the buffer holds fewer
_RAW = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
_ETH_P_ALL = 0x0003
_SO_ATTACH_FILTER = 26
_SOL_PACKET, _PACKET_IGNORE_OUTGOING = 263, 23


class Ear:
    """Hears what the NIC hears, before personas take it, and nothing that is sent.

    Raises OSError where there is no such NIC. Whoever has done with it closes ``socket``, for which
    the kernel waits 10 to 20 ms.
    """

    def __init__(self, nic: str) -> None:
        self._nic = nic
        self._program = b""  # none yet: with protocol 0 it hears nothing
        self.socket = socket.socket(socket.AF_PACKET, _RAW, 0)
        try:
            self.socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
            # The least there is: one frame tells all there is to tell.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            self.socket.bind((nic, 0))
        except OSError:
            self.socket.close()
            raise

    def fileno(self) -> int:
        """To wait on."""
        return self.socket.fileno()

    def nic_is_gone(self) -> bool:
        """Whether it was removed. One that went down is heard again when it is up."""
        return bool(self.socket.getsockname()[0] != self._nic)

    def listen(self, program: bytes) -> None:
        """From now on, what that filter lets through; what was heard before is forgotten."""
        if program != self._program:
            self._attach(program)
        if not self._program:  # only now: nothing slips in before the filter is in its place
            self.socket.bind((self._nic, _ETH_P_ALL))
        self._program = program
        self.heard()

    def heard(self) -> bool:
        """Read what is there; whether there was any."""
        found = False
        for _ in range(READ_MAX):
            try:
                self.socket.recv(1)
                found = True
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENETDOWN:  # that is told once; another would be for ever
                    break
        return found

    def _attach(self, program: bytes) -> None:
        """struct sock_fprog { unsigned short len; struct sock_filter *filter; }"""
        kept = create_string_buffer(program, len(program))
        told = struct.pack("@HP", len(program) // 8, addressof(kept))
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, told)

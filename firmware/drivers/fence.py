"""Takes NICs down and brings them up, for the supervisor: fencing, power cuts, link switches.

Knows one netlink message and nothing of personas, plans or roles; it must work when everything
else does not. A fence is prepared when it is made and is one send: a NIC that goes down takes its
personas' carrier along, and the mate's data plane is alone from then on.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable

from firmware.core.link_switch import OPEN_SWITCH_FLAG

_RTM_NEWLINK, _REQUEST_ACK, _IFF_UP = 16, 0x5, 0x1
_HEADER = struct.Struct("=IHHII BxHiII")  # nlmsghdr, ifinfomsg
_NAME = struct.Struct("=HH16s")  # IFLA_IFNAME: a NIC that was pulled and is back has a new index
_IFLA_IFNAME = 3
_SIZE = _HEADER.size + _NAME.size
_ANSWER = struct.Struct("=IHHIIi")  # nlmsghdr, errno
_NLMSG_ERROR = 2


class Fence:
    """Power over some NICs of this network namespace.

    Raises ValueError naming a NIC that does not exist. Needs CAP_NET_ADMIN.
    """

    def __init__(self, nics: Iterable[str]) -> None:
        self._nics = tuple(nics)
        for nic in self._nics:
            _must_be_there(nic)
        self._open: set[str] = set()  # NICs whose link switch is open
        self._all_down = self._batch(self._nics, flags=0, change=_IFF_UP)
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE
        )
        self._socket.bind((0, 0))

    def fence(self) -> list[str]:
        """All of them down. Which were not, and why; empty when all are."""
        return self._send(self._all_down)

    def raise_(self, nics: Iterable[str]) -> list[str]:
        """Those up, but for any whose link switch is open. For NICs no data plane looks after."""
        closed = [nic for nic in nics if nic not in self._open]
        return self._send(self._batch(closed, flags=_IFF_UP, change=_IFF_UP))

    def set_link(self, nic: str, up: bool) -> list[str]:
        """Obey a link switch. Open: down, and marked so that nothing raises it. Closed: the mark
        goes, and the data plane raises the NIC if the configuration wants it."""
        if up:
            self._open.discard(nic)
            return self._send(self._batch([nic], flags=0, change=OPEN_SWITCH_FLAG))
        self._open.add(nic)
        change = OPEN_SWITCH_FLAG | _IFF_UP
        return self._send(self._batch([nic], flags=OPEN_SWITCH_FLAG, change=change))

    def close(self) -> None:
        """The end."""
        self._socket.close()

    def _batch(self, nics: Iterable[str], *, flags: int, change: int) -> bytes:
        # The sequence number of a message is the place of its NIC.
        return b"".join(
            _HEADER.pack(
                *(_SIZE, _RTM_NEWLINK, _REQUEST_ACK, self._nics.index(nic), 0),
                *(socket.AF_UNSPEC, 0, 0, flags, change),
            )
            + _NAME.pack(_NAME.size, _IFLA_IFNAME, nic.encode())
            for nic in nics
        )

    def _send(self, batch: bytes) -> list[str]:
        if not batch:
            return []
        refused: list[str] = []
        try:
            self._socket.send(batch)
            # The kernel answers each message before send returns.
            for _ in range(len(batch) // _SIZE):
                answer = self._socket.recv(4096, socket.MSG_DONTWAIT)
                _, kind, _, place, _, code = _ANSWER.unpack_from(answer)
                if kind == _NLMSG_ERROR and code:
                    refused.append(f"{self._nics[place]}: {os.strerror(-code)}")
        except OSError as error:
            refused.append(f"netlink: {error.strerror}")
        return refused


def _must_be_there(nic: str) -> None:
    try:
        socket.if_nametoindex(nic)
    except OSError:
        raise ValueError(f"there is no NIC {nic} on this machine") from None

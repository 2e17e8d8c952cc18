"""The lease: what goes by the active personas, ARP and all, goes only while this process says so.

Two tables of the netdev family, around both ways through every active persona:

- ``fover`` stays. It drops whatever does not carry the mark.
- ``fover-lease-<port>`` is *owned* by a socket of this process, and goes with it. It gives the mark
  while its one element lives, for a time that every renewal says anew.

So a unit whose processes are dead is silent at once, and one whose processes stand still falls
silent when the time is over. Base NICs are not touched: hellos go on. Standby personas are kept
from one thing only: to speak IPv6 without an address (``_nameless``).

A renewal is a frame of ours into ``lo``, which a rule there turns into the element's new time and
drops. It takes no lock: changing an element by netlink waits for whoever loads packet rules, and an
element that is taken out and put in again for an RCU grace period besides (docs/dataplane.md).
"""

from __future__ import annotations

import errno
import socket
from bisect import bisect_right

from firmware.drivers.netlink import netfilter as nf

LOOPBACK = "lo"
FIRST_MS = 20  # what `assume` begins with; no lease is shorter (10 ms polls, 30 ms hold time)

_GATE, _SET = "fover", "alive"
_MARK = 0x2000_0000  # of the packet, between the two chains and nowhere else
_EVERY_BIT = 0xFFFF_FFFF
_KEY = b"\0\0\0\1"
_ETHERTYPE = b"\x88\xb6"  # IEEE 802 local experimental 2; hellos have the other
_ELEMENTS_MOST = 65_535  # those that ran out are swept once a second
_LEASE_PRIORITY, _GATE_PRIORITY = 0, 1
_FINE_UP_TO_MS, _LONGEST_MS = 60_000, 90_000_000
_OVER = 255  # ends the lease


def _terms() -> tuple[int, ...]:
    """How long a renewal can be for, ms. A packet cannot carry a time: each has a rule."""
    found = [2]
    while found[-1] < _LONGEST_MS:
        last = found[-1]
        found.append(last + max(1, last // 16) if last < _FINE_UP_TO_MS else last * 2)
    return tuple(found)


TERMS_MS = _terms()


def _frame(number: int) -> bytes:
    return bytes(12) + _ETHERTYPE + bytes([number])


class Lease:
    """``refused``: why the kernel cannot hold one; the unit then runs without. ``renewals``: how
    often it was begun or renewed; ``unheard``: how often no rule was there to hear it."""

    def __init__(self) -> None:
        """Nothing is leased, and no persona covered yet. ``lo`` must be up by the first renewal."""
        self.renewals = self.unheard = 0
        self._kernel = nf.NetfilterSocket()
        self._table = f"fover-lease-{self._kernel.port}"
        self._covered: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._turn = 0  # of the chains that give the mark
        self._frames = tuple(_frame(number) for number in range(len(TERMS_MS)))
        self._sender = socket.socket(
            socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, 0
        )
        self._sender.bind((LOOPBACK, 0))
        self.refused = "; ".join(self._kernel.send(self._beginnings()))
        if self.refused:
            self._kernel.send([nf.new_table(_GATE), nf.delete_table(_GATE)])

    def hold(self, milliseconds: int) -> None:
        """From now on for that long, give or take what TERMS_MS and a tick of the kernel make."""
        term = bisect_right(TERMS_MS, milliseconds) - 1
        if term >= 0:
            self._say(self._frames[term])

    def end(self) -> None:
        """Nothing passes any more."""
        self._say(_frame(_OVER))

    def cover(self, personas: dict[str, int], standbys: dict[str, int]) -> list[str]:
        """These active personas, with their kernel indexes, pass nothing without a lease; neither
        they nor these standby personas say anything by IPv6 without an address.

        Called by the worker, while they are down or covered. What the kernel refused; then those
        covered before are covered still.
        """
        if self.refused or (personas, standbys) == self._covered:
            return []
        refused = self._kernel.send(self._coverings(tuple(personas), tuple(standbys)))
        if not refused:
            self._covered = dict(personas), dict(standbys)
            self._turn += 1
        return refused

    def counts(self) -> dict[str, int]:
        """For the counters of the process."""
        return {"renewals": self.renewals, "unheard": self.unheard}

    def close(self) -> None:
        """The lease is over; the gate stays shut."""
        self._sender.close()
        self._kernel.close()

    def _say(self, frame: bytes) -> None:
        if self.refused:
            return
        try:
            self._sender.send(frame)
        except OSError as error:
            if error.errno == errno.ENOBUFS:  # dropped by our rule, which is to say: heard
                self.renewals += 1
                return
        self.unheard += 1

    def _beginnings(self) -> list[nf.Ask]:
        table, begin = self._table, "renew"
        asks = [
            nf.new_table(table, nf.OWNED),
            nf.new_set(table, _SET, _ELEMENTS_MOST),
            nf.new_chain(table, begin, nf.EGRESS, 0, (LOOPBACK,)),
        ]
        orders = [(n, nf.change(_SET, nf.UPDATE, term)) for n, term in enumerate(TERMS_MS)]
        for number, change in (*orders, (_OVER, nf.change(_SET, nf.DELETE))):
            ours = nf.load_frame(12, 3), nf.equals(_ETHERTYPE + bytes([number]))
            asks.append(nf.new_rule(table, begin, *ours, nf.load(_KEY), change, nf.drop()))
        return asks

    def _coverings(self, devices: tuple[str, ...], standbys: tuple[str, ...]) -> list[nf.Ask]:
        """In one transaction: at no moment is a persona without its gate, or a lease unheeded."""
        asks = [nf.new_table(_GATE), nf.delete_table(_GATE), nf.new_table(_GATE)]
        for side, hook in (("in", nf.INGRESS), ("out", nf.EGRESS)):
            old, new = f"{side}-{self._turn}", f"{side}-{self._turn + 1}"
            if self._turn:
                # The kernel takes a chain away with its last device; then this makes it first.
                asks += [nf.new_chain(self._table, old), nf.delete_chain(self._table, old)]
            if devices:
                asks.append(nf.new_chain(self._table, new, hook, _LEASE_PRIORITY, devices))
                asks.append(nf.new_rule(self._table, new, *_giving_the_mark()))
                asks.append(nf.new_chain(_GATE, side, hook, _GATE_PRIORITY, devices))
                asks += [nf.new_rule(_GATE, side, *rule) for rule in _asking_for_the_mark()]
        for name, those in (("nameless", devices), ("nameless-standby", standbys)):
            if those:
                asks.append(nf.new_chain(_GATE, name, nf.EGRESS, _LEASE_PRIORITY, those))
                asks.append(nf.new_rule(_GATE, name, *_nameless()))
        return asks


def _nameless() -> tuple[bytes, ...]:
    """IPv6 from nobody is dropped. A persona whose addresses go to the mate would say by its MAC,
    a moment later, that it leaves their groups: switches would learn the MAC at the wrong port."""
    ipv6, nobody = nf.load_frame(12, 2), nf.load_frame(22, 16)
    return ipv6, nf.equals(b"\x86\xdd"), nobody, nf.equals(bytes(16)), nf.drop()


def _giving_the_mark() -> tuple[bytes, ...]:
    marked = nf.mask(_EVERY_BIT ^ _MARK, _MARK)
    return nf.load(_KEY), nf.is_in(_SET), nf.load_mark(), marked, nf.store_mark()


def _asking_for_the_mark() -> tuple[tuple[bytes, ...], ...]:
    """Without it the packet ends; with it, it goes on without: nobody else shall see it."""
    return (
        (nf.load_mark(), nf.mask(_MARK), nf.equals(bytes(4)), nf.drop()),
        (nf.load_mark(), nf.mask(_EVERY_BIT ^ _MARK), nf.store_mark()),
    )

"""A host that talks: broadcasts, or ARP requests, so many a second for so long.

    python -m controller.bench.virtual.chatter_process arp|broadcast HOST --hz N --seconds S

Runs in that host's namespace. Says ``ready`` on its standard output when the first is on its way,
and, when the time is over, on its standard error how many it said; then it waits to be ended. On an
absolute schedule: a process that was late says what it owes, at most a tenth of a second's worth.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Interface
from itertools import count

from controller.bench.hosts import HOSTS, Host
from controller.bench.virtual import clock

_DISCARD = 9
_REST_NS = 1_000_000
_SENDERS = 200  # an ARP storm comes from so many addresses and MACs
_TEXT = b"fover bench"
_REQUEST = bytes.fromhex("0001080006040001")  # Ethernet, IPv4, lengths, who has
_MANY = bytes.fromhex("02000a0000")  # their MACs, but for the last byte
_ETH_P_ARP = bytes.fromhex("0806")


def broadcasts(host: Host) -> Callable[[], None]:
    """One datagram to everybody on the host's network, each time."""
    everybody = IPv4Interface(f"{host.address}/{host.prefix}").network.broadcast_address
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    udp.connect((str(everybody), _DISCARD))
    return lambda: _said(udp, _TEXT)


def requests(host: Host) -> Iterator[bytes]:
    """Frames that ask everybody for the active unit's MAC, from one sender after the other."""
    mine = IPv4Interface(f"{host.address}/{host.prefix}")
    wanted = socket.inet_aton(host.gateway)
    for number in count():
        which = number % _SENDERS
        mac = _MANY + bytes([which])
        address = (mine.network.network_address + 20 + which).packed
        body = _REQUEST + mac + address + bytes(6) + wanted
        yield (b"\xff" * 6 + mac + _ETH_P_ARP + body).ljust(60, b"\0")


def asking(host: Host) -> Callable[[], None]:
    """One of these requests, each time."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    raw.bind(("eth0", 0))
    frames = requests(host)
    return lambda: _said(raw, next(frames))


def _said(through: socket.socket, what: bytes) -> None:
    with contextlib.suppress(OSError):  # a link that is down, or full
        through.send(what)


def chatter(say: Callable[[], None], hz: int, seconds: float) -> int:
    """Say it ``hz`` times a second for so long; how often that was."""
    say()
    print("ready", flush=True)
    begun_ns, said = clock.now_ns(), 1
    while (passed_ns := clock.now_ns() - begun_ns) < seconds * 1e9:
        owed = passed_ns * hz // 1_000_000_000 + 1 - said
        for _ in range(min(owed, max(1, hz // 10))):
            say()
            said += 1
        time.sleep(max(_REST_NS, 1_000_000_000 // hz // 10) / 1e9)
    return said


def main() -> None:
    """Talk, tell, wait."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("arp", "broadcast"))
    parser.add_argument("host", choices=[host.name for host in HOSTS])
    parser.add_argument("--hz", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    asked = parser.parse_args()
    host = next(host for host in HOSTS if host.name == asked.host)
    say = (asking if asked.what == "arp" else broadcasts)(host)
    said = chatter(say, asked.hz, asked.seconds)
    print(f"{asked.what}: {said} in {asked.seconds} s", file=sys.stderr, flush=True)
    signal.pause()


if __name__ == "__main__":
    main()

"""The fake links behave as the drivers they stand for."""

from __future__ import annotations

import os
import select

from wire_samples import hello

from firmware.core.failover.events import BadFrameReceived, FrameReceived
from firmware.core.wire import formats
from firmware.core.wire.bodies import LAN
from firmware.drivers.fake_links import fake_pair


def test_two_ends_hear_each_other() -> None:
    left, right = fake_pair(LAN)
    left.send(hello(1))
    left.send(hello(2))
    assert select.select([right], [], [], 0)[0]
    assert right.receive() == [FrameReceived(LAN, hello(1)), FrameReceived(LAN, hello(2))]
    assert right.receive() == []
    right.send(hello(3))
    assert left.receive() == [FrameReceived(LAN, hello(3))]
    assert left.next_due_ns() is None
    left.close()
    assert right.receive() == []
    right.send(hello(4))
    assert right.counts.dropped == 1
    right.close()


def test_the_hand_cuts_and_garbles_one_direction() -> None:
    left, right = fake_pair(LAN)
    left.cut = True
    left.send(hello(1))
    right.send(hello(2))
    assert right.receive() == []
    assert left.receive() == [FrameReceived(LAN, hello(2))]
    left.cut, left.garble = False, True
    left.send(hello(3))
    assert right.receive() == [BadFrameReceived(LAN, formats.WRONG_CRC)]
    left.close()
    right.close()


def test_a_full_wire_drops_and_counts() -> None:
    left, right = fake_pair(LAN)
    while left.counts.dropped == 0:
        left.send(hello(1))
    assert len(right.receive()) == left.counts.sent
    left.close()
    right.close()


def test_a_notice_needs_no_driver() -> None:
    left, right = fake_pair(LAN)
    route = left.notice(hello(9))
    assert route is not None
    os.write(route.fd, route.data)
    assert right.receive() == [FrameReceived(LAN, hello(9))]
    left.close()
    right.close()

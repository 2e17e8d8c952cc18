"""Links that are not there, or come and go, while units boot. ST-4."""

from firmware.core.failover.policy import LINKS_COME_UP_MS
from firmware.core.message_ids import MessageId

from .pair import A, B, Pair, only_active

INSIDE = "Ethernet1"


def test_st4_of_two_that_boot_the_healthier_serves():
    pair = Pair()
    pair.boot(A, B)
    pair.carrier(A, INSIDE, False)
    pair.run(LINKS_COME_UP_MS + 3_000)
    assert only_active(pair, B)
    assert pair.state(A) == "Failed"


def test_st4_a_link_that_goes_and_comes_while_the_units_boot_decides_nothing():
    """A NIC is lowered to be given its MAC: its far end, which may be the mate, sees no carrier."""
    pair = Pair()
    pair.boot(A, B)
    pair.run(1)
    pair.carrier(A, INSIDE, False)
    pair.run(LINKS_COME_UP_MS - 500)
    pair.carrier(A, INSIDE, True)
    pair.run(5_000)
    assert only_active(pair, A)
    assert pair.state(B) == "Standby Ready"
    assert MessageId.SWITCHING_TO_FAILED not in pair.logged(B)

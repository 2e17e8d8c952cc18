"""Two machines with failover keys: nobody takes over from a mate that is only not understood."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.core.failover import effects as fe
from firmware.core.failover import events as ev
from firmware.core.failover.engine import Engine
from firmware.core.failover.monitor import UNREAD_TOLD_MS
from firmware.core.failover.view import FailReason
from firmware.core.management import topics
from firmware.core.message_ids import MessageId
from firmware.core.settings import Mode
from firmware.core.wire import seal
from firmware.core.wire.bodies import CABLE, LAN, FailedNotice, Frame
from firmware.core.wire.seal import Seals, Unreadable

from .pair import CHANNEL_US, A, B, Pair

ONE, TWO = (bytes([n]) * seal.KEY_BYTES for n in (1, 2))


class KeyedPair(Pair):
    """Two machines whose Ethernet frames are really sealed. Every frame is the mate's."""

    def __init__(self, mode: Mode = Mode.LAN, *keys: bytes | None) -> None:
        super().__init__(mode)
        self.seals = [self._seals(), self._seals()]
        self.kept: list[tuple[int, str, bytes]] = []  # what was said, by whom and where
        for index, key in enumerate(keys):
            self.wanted[index] = replace(self.wanted[index], key=key)

    def _seals(self) -> Seals:
        return Seals(ChaCha20Poly1305, InvalidTag)

    def boot(self, *indices: int) -> None:
        for index in indices:
            self.seals[index] = self._seals()
        super().boot(*indices)

    def step(self, index: int, event: ev.Event) -> None:
        if isinstance(event, ev.SettingsChanged):
            self.seals[index].use(
                event.settings.key,
                from_mate=event.settings.key_from_mate,
                now_ms=self.schedule.now_ms,
                hold_ms=event.settings.hold_unit_ms,
            )
        super().step(index, event)

    def key(self, index: int, key: bytes | None, *, from_mate: bool = False) -> None:
        """The configuration of a unit has this key now."""
        wanted = replace(self.engine(index).unit.settings, key=key, key_from_mate=from_mate)
        self.step(index, ev.SettingsChanged(wanted))

    def replicated_key(self, index: int, key: bytes) -> None:
        """Typed on that unit, and sent to its mate as a line."""
        self.key(index, key)
        self.step(index, ev.MessageQueued(key))

    def hear(self, index: int, channel: str, data: bytes) -> None:
        """Bytes from the mate's place."""
        self.seals[index].time_passed(self.schedule.now_ms)
        found = self.seals[index].decode(data)
        if isinstance(found, Frame):
            self.step(index, ev.FrameReceived(channel, found))
        elif isinstance(found, Unreadable):
            self.step(index, ev.FrameUnreadable(channel, found.probe, found.serves))
        else:
            self.step(index, ev.BadFrameReceived(channel, found.why))

    def _do(self, index: int, engine: Engine, effect: fe.Effect) -> None:
        super()._do(index, engine, effect)
        if isinstance(effect, fe.DeliverMessage):
            self.schedule.after(0, lambda: self.key(index, effect.payload, from_mate=True))

    def _say(self, index: int, channel: str, frame: Frame) -> None:
        if channel == CABLE:
            super()._say(index, channel, frame)
        elif (channel, index) not in self.lost:
            self.seals[index].time_passed(self.schedule.now_ms)
            data, mate = self.seals[index].encode(frame), self.engines[1 - index]
            self.kept.append((index, channel, data))

            def arrive() -> None:
                if self.engines[1 - index] is mate:
                    self.hear(1 - index, channel, data)

            self.schedule.after(CHANNEL_US[channel], arrive)

    def warned(self, index: int) -> int:
        """How often the unit has told that it does not understand."""
        return self.logged(index).count(MessageId.KEY_MISMATCH)


def test_a_pair_with_one_key_is_a_pair() -> None:
    pair = KeyedPair(Mode.LAN, ONE, ONE).both()
    assert all(not found for found in map(pair.warned, (A, B)))
    pair.die(A)
    pair.run(1_000)
    assert pair.states == ("off", "Active")


@pytest.mark.parametrize("key", [TWO, None], ids=["another key", "no key"])
def test_a_mismatch_in_a_working_pair_changes_no_role_and_is_told(key: bytes | None) -> None:
    pair = KeyedPair(Mode.LAN, ONE, ONE).both()
    pair.key(B, key)
    pair.run(seal.PATIENCE_LEAST_MS + 20_000)
    assert pair.states == ("Active", "Standby Ready")
    assert (pair.warned(A), pair.warned(B)) == (1, 1)
    for index in (A, B):
        seen = pair.view(index)
        assert seen.not_understood
        assert seen.other.fail_reason is FailReason.COMMUNICATION
        assert any("another failover key" in one for one in topics.alerts(seen))
        said = pair.logged(index)
        assert MessageId.NO_RESPONSE not in said
        assert MessageId.FAILOVER_LINK_FAILED not in said
    pair.run(2 * UNREAD_TOLD_MS)
    assert (pair.warned(A), pair.warned(B)) == (3, 3)
    pair.key(B, ONE)
    pair.run(2_000)
    for index in (A, B):
        seen = pair.view(index)
        assert not seen.not_understood
        assert seen.other.fail_reason is FailReason.NONE
        assert topics.alerts(seen) == ()


def test_a_mate_that_dies_while_it_is_not_understood_is_taken_over_from() -> None:
    pair = KeyedPair(Mode.LAN, None, None).both()
    pair.key(A, ONE)
    pair.run(5_000)
    pair.die(A)
    pair.run(1_000)
    assert pair.states == ("off", "Active")
    assert MessageId.NO_RESPONSE in pair.logged(B)


@pytest.mark.parametrize("sender", [A, None], ids=["from the active", "both ways"])
def test_the_failover_link_may_fail_meanwhile_and_the_data_interfaces_still_tell(
    sender: int | None,
) -> None:
    """A probe that cannot be read is answered all the same: a hold time is shorter than a poll."""
    pair = KeyedPair(Mode.LAN, None, None).both()
    pair.key(A, ONE)
    pair.run(2_000)
    pair.cut(LAN, sender=sender)
    pair.run(10_000)
    assert pair.states == ("Active", "Standby Ready")
    assert MessageId.FAILOVER_LINK_FAILED in pair.logged(B)


def test_no_order_moves_a_role_while_the_mate_is_not_understood() -> None:
    pair = KeyedPair(Mode.LAN, None, None).both()
    pair.key(A, ONE)
    pair.run(2_000)
    pair.order(A, ev.Order.NO_ACTIVE)
    pair.order(B, ev.Order.ACTIVE)
    pair.run(2_000)
    assert pair.states == ("Active", "Standby Ready")
    assert all("not understood" in pair.answers[index][-1].text for index in (A, B))
    pair.key(B, ONE)
    pair.run(1_000)
    pair.order(B, ev.Order.ACTIVE)
    pair.run(1_000)
    assert pair.states == ("Standby Ready", "Active")


# At boot


@pytest.mark.parametrize(("mine", "theirs"), [(ONE, TWO), (ONE, None), (None, ONE)])
@pytest.mark.parametrize("index", [A, B], ids=["primary", "secondary"])
def test_who_boots_beside_an_active_mate_waits(
    index: int, mine: bytes | None, theirs: bytes | None
) -> None:
    keys = [theirs, theirs]
    keys[index] = mine
    pair = KeyedPair(Mode.LAN, *keys)
    pair.boot(1 - index)
    pair.run(10_000)
    assert pair.state(1 - index) == "Active"
    pair.boot(index)
    for _ in range(60):
        pair.run(1_000)
        assert pair.state(index) == "Negotiation"
        assert pair.state(1 - index) == "Active"
    assert pair.warned(index) == pair.warned(1 - index) == 1
    pair.key(index, theirs)
    pair.run(5_000)
    assert pair.state(index) == "Standby Ready"


@pytest.mark.parametrize("lead_ms", range(-12_000, 12_001, 500))
def test_of_two_that_boot_the_primary_serves_and_never_both(lead_ms: int) -> None:
    """Whoever comes first by however much: together the primary leads, else who serves already."""
    pair = KeyedPair(Mode.LAN, ONE, TWO)
    first, second = (A, B) if lead_ms >= 0 else (B, A)
    pair.boot(first)
    pair.run(abs(lead_ms))
    pair.boot(second)
    for _ in range(200):
        pair.run(100)
        assert not all(pair.holding)
    assert pair.holding[A] is (lead_ms > -5_000), pair.states
    assert any(pair.holding)


@pytest.mark.parametrize("index", [A, B], ids=["primary", "secondary"])
def test_an_active_unit_that_reboots_with_another_key_leaves_nobody_without(index: int) -> None:
    """Quicker than the hold time: its mate, Standby Ready, never saw it silent."""
    pair = KeyedPair(Mode.LAN, ONE, ONE)
    pair.boot(index)
    pair.run(6_000)
    pair.boot(1 - index)
    pair.run(5_000)
    assert pair.states == (
        ("Active", "Standby Ready") if index == A else ("Standby Ready", "Active")
    )
    pair.die(index)
    pair.wanted[index] = replace(pair.wanted[index], key=TWO)
    pair.boot(index)
    for _ in range(150):
        pair.run(100)
        assert not all(pair.holding)
    assert pair.states == ("Active", "Standby Ready" if index == A else "Negotiation")


def test_a_unit_whose_failover_is_off_does_not_serve_beside_it_either() -> None:
    pair = KeyedPair(Mode.LAN, ONE, TWO)
    pair.wanted[B] = replace(pair.wanted[B], enabled=False)
    pair.boot(A)
    pair.run(10_000)
    pair.boot(B)
    pair.run(20_000)
    assert pair.holding == [True, False]


def test_an_empty_primary_never_leads_by_a_claim() -> None:
    pair = KeyedPair(Mode.LAN, ONE, TWO)
    pair.wanted[A] = replace(pair.wanted[A], interfaces=())
    pair.boot(A, B)
    pair.run(30_000)
    assert pair.states == ("Negotiation", "Negotiation")


# The cable


def test_on_the_cable_nothing_is_sealed_and_power_still_wins() -> None:
    pair = KeyedPair(Mode.CABLE, ONE, TWO).both()
    pair.run(10_000)
    assert pair.states == ("Active", "Standby Ready")
    assert pair.warned(A) == pair.warned(B) == 1  # by the data interfaces
    pair.die(A)
    pair.lines(B, replace(pair.cables[B], other_power=False))
    frames = [data for sender, channel, data in pair.kept if (sender, channel) == (A, "Ethernet0")]
    pair.hear(B, "Ethernet0", frames[-1])  # was under way
    pair.run(10)
    assert pair.states == ("off", "Active")
    assert MessageId.MATE_POWER_LOST in pair.logged(B)


# What others can do with frames


def test_a_replayed_frame_counts_once() -> None:
    pair = KeyedPair(Mode.LAN, ONE, ONE).both()
    data = [data for sender, channel, data in pair.kept if (sender, channel) == (A, LAN)][-1]
    before = dict(pair.engine(B).unit.ignored)
    for _ in range(5):
        pair.hear(B, LAN, data)
    why = f"{LAN}: heard already, or too old to tell"
    assert pair.engine(B).unit.ignored[why] == before.get(why, 0) + 5
    pair.die(A)
    while pair.state(B) != "Active" and pair.schedule.now_ms < 20_000:
        pair.run(10)
        pair.hear(B, LAN, data)
    assert pair.state(B) == "Active"  # a recording is no sign of life


def test_junk_from_the_mates_place_cannot_undo_what_the_mate_says() -> None:
    """It claims that the mate does not serve; but the mate is understood."""
    pair = KeyedPair(Mode.LAN, ONE, ONE)
    for index in (A, B):
        pair.wanted[index] = replace(
            pair.wanted[index], poll_unit_ms=5_000, hold_unit_ms=15_000, poll_interface_ms=5_000
        )
    pair.boot(B)
    pair.run(10_000)
    pair.boot(A)
    pair.run(20_000)
    assert pair.states == ("Standby Ready", "Active")
    for _ in range(1_000):
        pair.run(20)
        pair.step(A, ev.FrameUnreadable(LAN, serves=False))
        assert pair.states == ("Standby Ready", "Active")


def test_no_nonce_is_ever_used_for_two_frames() -> None:
    pair = KeyedPair(Mode.LAN, ONE, ONE).both()
    pair.order(B, ev.Order.ACTIVE)
    pair.run(2_000)
    pair.replicated_key(B, TWO)
    pair.run(30_000)
    said: dict[tuple[int, int], Frame] = {}
    for effect in (*pair.effects[A], *pair.effects[B]):
        if isinstance(effect, fe.SendFrame):
            frame = effect.frame
            assert not isinstance(frame.body, FailedNotice)
            number = (frame.header.boot, frame.header.sequence)
            assert said.setdefault(number, frame) is frame
    assert len(said) > 500


# A key that changes


def test_a_line_that_travels_under_the_old_key_takes_both_to_the_new() -> None:
    pair = KeyedPair(Mode.LAN, ONE, ONE).both()
    pair.replicated_key(A, TWO)
    pair.run(5_000)
    assert (pair.warned(A), pair.warned(B)) == (0, 0)
    assert pair.states == ("Active", "Standby Ready")
    newest = pair.kept[-1][2]
    reader = Seals(ChaCha20Poly1305, InvalidTag)
    reader.use(TWO, from_mate=False, now_ms=0, hold_ms=1)
    assert isinstance(reader.decode(newest), Frame)
    pair.die(A)
    pair.run(1_000)
    assert pair.states == ("off", "Active")


@settings(max_examples=40)
@given(
    losses=st.lists(
        st.tuples(st.sampled_from((LAN, "Ethernet0", "Ethernet1")), st.sampled_from((A, B))),
        max_size=12,
    ),
    sender=st.sampled_from((A, B)),
)
def test_a_key_changes_through_any_losses_and_nobody_notices(
    losses: list[tuple[str, int]], sender: int
) -> None:
    """Each loss cuts one direction of one channel for less than what the hold time bears."""
    pair = KeyedPair(Mode.LAN, ONE, ONE).both()
    pair.lost = set(losses[:1])
    pair.replicated_key(sender, TWO)
    for loss in losses:
        pair.lost = {loss}
        pair.run(70)
        pair.lost = set()
        pair.run(70)
    pair.run(seal.PATIENCE_LEAST_MS + 5_000)
    assert (pair.warned(A), pair.warned(B)) == (0, 0)
    assert pair.states == ("Active", "Standby Ready")
    assert not any(MessageId.NO_RESPONSE in pair.logged(index) for index in (A, B))
    assert [engine.unit.settings.key for engine in map(pair.engine, (A, B))] == [TWO, TWO]

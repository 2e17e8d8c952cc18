"""TE-7: the packet rules are what counts; a timeout the kernel does not take keeps no unit out."""

from running_units import facts

from firmware.core.failover.events import SettingsChanged
from firmware.core.management import events as ev
from firmware.core.management import messages
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.message_ids import MessageId
from firmware.core.settings import Identity, Platform

WHY = "nf_conntrack_sctp_timeout is not 120: No such file or directory"


class Booted:
    """A unit whose first rules are on their way."""

    def __init__(self) -> None:
        self.engine = ManagementEngine(facts(), cable=False, boot=1, enforces=True)
        self.told: list[ev.Effect] = []
        self.number = 0
        for event in cold_boot("hostname a\n", None):
            self.step(event)

    def step(self, event: ev.Event) -> None:
        out = self.engine.step(event, 1000, 0)
        self.told += out
        self.number = max([self.number, *(e.number for e in out if isinstance(e, ev.LoadRules))])

    @property
    def takes_part(self) -> bool:
        said = [effect.event for effect in self.told if isinstance(effect, ev.ToFailover)]
        return any(isinstance(event, SettingsChanged) for event in said)

    def said(self, number: int) -> list[str]:
        return [text for text in self.engine.messages if f"-{number}:" in text]


def test_a_timeout_that_is_refused_is_told_once_and_the_unit_takes_part() -> None:
    unit = Booted()
    assert not unit.takes_part
    for _ in range(2):
        unit.step(ev.RulesLoaded(unit.number, unset=WHY))
    assert unit.takes_part
    assert unit.said(990021) == [
        f"%PIX-4-990021: A timeout of connections could not be set: {WHY}. "
        "The packet rules are in force."
    ]
    assert unit.engine.next_due_ms() != 6000


def test_rules_that_are_refused_keep_it_out() -> None:
    unit = Booted()
    unit.step(ev.RulesLoaded(unit.number, "no such table"))
    assert not unit.takes_part
    assert len(unit.said(990020)) == 1


def test_a_unit_that_nobody_told_which_it_is_leaves_that_out() -> None:
    def said(unit: Identity | None) -> str:
        return messages.line(MessageId.CABLE_OK, (), unit, Platform.PIX)

    assert said(None) == "%PIX-1-101001: Failover cable OK."
    assert said(Identity.PRIMARY) == "%PIX-1-101001: (Primary) Failover cable OK."
    assert said(Identity.SECONDARY) == "%PIX-1-101001: (Secondary) Failover cable OK."

"""Who may be a mate: what two units must have alike, judged on both when they identify themselves.

Decides whether the other unit fits, and says why not, on each unit once for each life of the mate.
What follows is the table's: a unit that is not active becomes Disabled and stays *passive*; the
active one goes on, and shows its mate as failed. A passive unit never takes over, however silent
its mate is: it was never given the configuration of the pair. It negotiates again when a mate that
fits speaks, when failover is switched off and on, and when it is restarted.

| compared | must be | message |
|---|---|---|
| version | alike in major and minor; another maintenance release works | 103006, 103007 |
| operational mode | routed or transparent, single or multiple: the same | 105044 |
| model, platform, memory | the same; flash may differ | 105046 |
| interfaces | the same number, and types | 105038, 105047 |
| licence | on a PIX one UR with one UR, FO or FO-AA; on an ASA the same | 105045 |
| licensed features, contexts, SSL VPN peers | the same | 105045 |

Clauses: ST-8, MT-1 to MT-6.
"""

from __future__ import annotations

from firmware.core.failover.model import Unit
from firmware.core.failover.states import Cause, is_standby
from firmware.core.message_ids import MessageId
from firmware.core.settings import Platform, UnitFacts
from firmware.core.wire.bodies import Identify, kind_of

Finding = tuple[Cause, MessageId, tuple[str, ...]]


def judge(unit: Unit) -> None:
    """The mate has said what it is: note whether it fits, and tell if that is news."""
    mate, identify = unit.mate, unit.mate.identify
    assert identify is not None
    finding = compare(unit.facts, identify)
    news = (mate.boot, finding)
    mate.unfit, mate.identified = None if finding is None else finding[0], mate.boot
    unit.changed = True
    if news == mate.judged:
        return
    mate.judged = news
    if finding is not None:
        unit.log(finding[1], *finding[2])
    elif identify.version != unit.facts.version:
        unit.log(MessageId.MATE_VERSION_DIFFERS, identify.version, unit.facts.version)


def identified(unit: Unit) -> bool:
    """Whether this life of the mate has said what it is."""
    return unit.mate.identify is not None and unit.mate.identified == unit.mate.boot


def causes(unit: Unit) -> list[Cause]:
    """What follows for a unit that has settled beside a mate that does not fit, or fits at last."""
    unfit = unit.mate.unfit
    if unit.mate.lost or not identified(unit):
        return []
    if unit.passive and unfit is None:
        return [Cause.MATE_FITS]
    return [unfit] if unfit is not None and is_standby(unit.state) else []


def compare(ours: UnitFacts, other: Identify) -> Finding | None:
    """The first thing that keeps two units from being a pair, and what is said of it."""
    if version_key(other.version) != version_key(ours.version):
        said = (other.version, ours.version)
        return Cause.VERSION_DIFFERS, MessageId.MATE_VERSION_INCOMPATIBLE, said
    theirs, mine = _mode(other), _mode(ours)
    if theirs != mine:
        return Cause.MODE_DIFFERS, MessageId.MATE_MODE_DIFFERS, (theirs, mine)
    alike = (other.model, other.memory_mb, other.platform)
    if alike != (ours.model, ours.memory_mb, ours.platform.value):
        return Cause.CHASSIS_DIFFERS, MessageId.MATE_CHASSIS_DIFFERS, ()
    if len(other.macs) != len(ours.interfaces):
        return Cause.CHASSIS_DIFFERS, MessageId.INTERFACE_COUNT_MISMATCH, ()
    return _cards(ours, other) or _licences(ours, other)


def version_key(version: str) -> str:
    """ "7.2" of "7.2(1)": major and minor must be the same, maintenance may differ."""
    return version.split("(", 1)[0]


def _mode(unit: UnitFacts | Identify) -> str:
    firewall = "transparent" if unit.transparent else "routed"
    return f"{firewall}, {'multiple' if unit.multiple else 'single'}"


def _cards(ours: UnitFacts, other: Identify) -> Finding | None:
    """Types of interfaces, in the order of unit.toml."""
    for slot, (interface, theirs) in enumerate(zip(ours.interfaces, other.kinds, strict=False)):
        mine = kind_of(interface.physical)
        if theirs is not mine:
            said = (theirs.text, str(slot), mine.text)
            return Cause.CARD_DIFFERS, MessageId.MATE_CARD_DIFFERS, said
    return None


def _licences(ours: UnitFacts, other: Identify) -> Finding | None:
    theirs, mine = _licence(other), _licence(ours)
    fits = _together(ours.platform, ours.licence, other.licence)
    if fits and _features(other) == _features(ours):
        return None
    return Cause.LICENCE_DIFFERS, MessageId.MATE_LICENCE_DIFFERS, (theirs, mine)


def _together(platform: Platform, one: str, other: str) -> bool:
    """A restricted licence has no failover; two of failover only have nobody to serve for."""
    if platform is Platform.ASA:
        return one == other
    return "UR" in (one, other) and "R" not in (one, other)


def _features(unit: UnitFacts | Identify) -> tuple[object, ...]:
    return unit.contexts, unit.ssl_vpn_peers, unit.features


def _licence(unit: UnitFacts | Identify) -> str:
    """As the message has it, "UR, 0 contexts"; more only where a unit has more."""
    peers = f", {unit.ssl_vpn_peers} SSL VPN peers" if unit.ssl_vpn_peers else ""
    features = "".join(f", {name}" for name in unit.features)
    return f"{unit.licence}, {unit.contexts} contexts{peers}{features}"

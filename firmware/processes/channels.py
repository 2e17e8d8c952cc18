"""The ways to the mate, as the settings want them: cable, LAN failover link, data interfaces.

Makes and closes the channel drivers, and finds the driver of a channel. Decides nothing: which
channel says what is the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from ipaddress import IPv4Address, IPv4Interface
from threading import Thread

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from firmware.core.failover.effects import SendFrame
from firmware.core.failover.events import Event
from firmware.core.settings import DataInterface, FailoverLink, Identity, Mode, Settings, Witness
from firmware.core.wire.bodies import CABLE, LAN, NoticeRoute
from firmware.core.wire.seal import Seals
from firmware.drivers.lan_link import LanLink
from firmware.drivers.raw_ethernet import RawEthernet
from firmware.drivers.serial_link import SerialLink
from firmware.processes.clock import now_ms

Driver = SerialLink | LanLink | RawEthernet
_Lan = tuple[str, IPv4Interface, IPv4Address | None]  # NIC, our address, the mate's


class Channels:
    """All channels of one unit. ``unsent`` counts frames for a channel that is not there."""

    def __init__(self, nics: dict[str, str], serial: str | None) -> None:
        """``nics``: physical name to kernel NIC; ``serial``: the cable's device, if any."""
        self._nics = nics
        # Not AES: without its instructions, as on a Pi 4, it is slow, or its timing tells the key.
        self._seals = Seals(ChaCha20Poly1305, InvalidTag)
        self._cable = SerialLink(serial) if serial is not None else None
        self._lan: LanLink | None = None
        self._raw: RawEthernet | None = None
        self._raw_nics: dict[str, str] = {}
        self.unsent = 0

    def apply(self, settings: Settings, identity: Identity | None = None) -> bool:
        """Make the channels these settings name. Whether drivers came or went.

        ``identity``: who this unit is in cable mode; None while nobody knows.
        """
        self._seals.use(
            settings.key,
            from_mate=settings.key_from_mate,
            now_ms=now_ms(),
            hold_ms=settings.hold_unit_ms,
        )
        raw_nics = {i.physical: self._nics[i.physical] for i in _spoken_on(settings)}
        return self._apply_lan(self._lan_wanted(settings, identity)) | self._apply_raw(raw_nics)

    def drivers(self) -> Iterator[Driver]:
        """The drivers there are now."""
        for driver in (self._cable, self._lan, self._raw):
            if driver is not None:
                yield driver

    def send(self, said: SendFrame) -> None:
        """Say a frame by its channel."""
        if said.channel == CABLE and self._cable is not None:
            self._cable.send(said.frame)
        elif said.channel == LAN and self._lan is not None:
            self._lan.send(said.frame)
        elif self._raw is not None and said.channel in self._raw_nics:
            self._raw.send(said.channel, said.frame)
        else:
            self.unsent += 1

    def receive_from(self, driver: Driver) -> list[Event]:
        """What came in by one driver; nothing if it was closed meanwhile."""
        return driver.receive() if driver in tuple(self.drivers()) else []

    def routes(self, frames: tuple[SendFrame, ...]) -> list[NoticeRoute]:
        """How the supervisor can say these by the failover link, should it have to.

        Not by data interfaces: they are down before it says anything.
        """
        found = []
        for said in frames:
            route = None
            if said.channel == CABLE and self._cable is not None:
                route = self._cable.notice(said.frame)
            elif said.channel == LAN and self._lan is not None:
                route = self._lan.notice(said.frame)
            if route is not None:
                found.append(route)
        return found

    def opened(self) -> int:
        """Grows when a device was opened anew or another key speaks: routes before are void."""
        return sum(driver.counts.opened for driver in self.drivers()) + self._seals.changes

    def next_due_ns(self) -> int | None:
        """When to ``pump``; None: nothing waits."""
        dues = (driver.next_due_ns() for driver in self.drivers())
        return min((due for due in dues if due is not None), default=None)

    def pump(self, now_ns: int) -> None:
        """Let every driver do what is due."""
        self._seals.time_passed(now_ns // 1_000_000)
        for driver in self.drivers():
            driver.pump(now_ns)

    def counts(self) -> dict[str, dict[str, int]]:
        """What each driver counted, by its kind."""
        return {type(driver).__name__: asdict(driver.counts) for driver in self.drivers()}

    def troubles(self) -> list[str]:
        """Why a channel cannot be used now, for a person."""
        found = [driver.trouble for driver in (self._cable, self._lan) if driver is not None]
        if self._raw is not None:
            found += self._raw.troubles().values()
        return [trouble for trouble in found if trouble]

    def close(self) -> None:
        """Close them all."""
        for driver in tuple(self.drivers()):
            driver.close()
        self._cable = self._lan = self._raw = None

    def _lan_wanted(self, settings: Settings, identity: Identity | None) -> _Lan | None:
        link = settings.failover_link
        if settings.mode is Mode.LAN:
            identity = settings.lan_identity
        elif Witness.LAN not in settings.witness:
            return None
        if identity is None or link is None or link.shutdown:
            return None
        address, mate = own_address(link, identity), own_address(link, identity.other)
        if address is None:
            return None
        return self._nics[link.physical], address, None if mate is None else mate.ip

    def _apply_lan(self, wanted: _Lan | None) -> bool:
        lan = self._lan
        present = None if lan is None else (lan.nic, lan.address, lan.mate)
        if wanted == present:
            return False
        if lan is not None:
            _close_aside(lan)
        self._lan = None
        if wanted is not None:
            nic, address, mate = wanted
            self._lan = LanLink(nic, address, self._seals, mate)
        return True

    def _apply_raw(self, wanted: dict[str, str]) -> bool:
        if wanted == self._raw_nics:
            return False
        if self._raw is not None:
            _close_aside(self._raw)
        self._raw_nics = wanted
        self._raw = RawEthernet(wanted, self._seals) if wanted else None
        return True


def _close_aside(driver: Driver) -> None:
    """In a thread of its own: the kernel waits 10 to 20 ms over each packet socket it closes."""
    Thread(target=driver.close, name="closing", daemon=True).start()


def own_address(link: FailoverLink, identity: Identity) -> IPv4Interface | None:
    """A link's address of that unit, with the link's prefix; None where none was typed."""
    if link.primary is None or identity is Identity.PRIMARY:
        return link.primary
    if link.secondary is None:
        return None
    return IPv4Interface((link.secondary, link.primary.network.prefixlen))


def known_only(settings: Settings, physical: tuple[str, ...]) -> tuple[Settings, tuple[str, ...]]:
    """The settings without what is on interfaces this unit does not have, and the names of those.

    A mistake in the configuration must not end the process: what is left still works.
    """
    links = (settings.failover_link, settings.state_link)
    used = [interface.physical for interface in settings.interfaces]
    used += [link.physical for link in links if link is not None]
    unknown = tuple(dict.fromkeys(name for name in used if name not in physical))
    if not unknown:
        return settings, ()
    failover_link, state_link = (
        None if link is None or link.physical in unknown else link for link in links
    )
    known = tuple(i for i in settings.interfaces if i.physical not in unknown)
    kept = replace(settings, interfaces=known, failover_link=failover_link, state_link=state_link)
    return kept, unknown


def _spoken_on(settings: Settings) -> Iterator[DataInterface]:
    return (interface for interface in settings.interfaces if not interface.shutdown)

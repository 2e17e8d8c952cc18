"""Which interfaces the failover lines of a configuration have taken for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firmware.core.management.running.model import Configuration


@dataclass(frozen=True, slots=True)
class Link:
    """The LAN failover link or the state link. ``physical`` is empty where it shares another."""

    name: str
    physical: str
    state: bool

    @property
    def what(self) -> str:
        """As a person is told."""
        return "state failover interface" if self.state else "LAN failover interface"

    @property
    def description(self) -> str:
        """What the unit writes under the interface."""
        return f"{'STATE' if self.state else 'LAN'} Failover Interface"


def lan_link(configuration: Configuration) -> Link | None:
    """The LAN failover link, or None."""
    entry = configuration.entry("failover lan interface")
    if entry is None:
        return None
    return Link(str(entry.arguments["name"]), str(entry.arguments["physical"]), False)


def state_link(configuration: Configuration) -> Link | None:
    """The state link, or None."""
    entry = configuration.entry("failover link")
    if entry is None:
        return None
    return Link(str(entry.arguments["name"]), str(entry.arguments.get("physical") or ""), True)


def links(configuration: Configuration) -> tuple[Link, ...]:
    """Those that there are, the LAN failover link first."""
    both = (lan_link(configuration), state_link(configuration))
    return tuple(link for link in both if link is not None)


def link_of(configuration: Configuration, physical: str) -> Link | None:
    """The link that has taken this interface; the LAN failover link where both share it."""
    return next((link for link in links(configuration) if link.physical == physical), None)

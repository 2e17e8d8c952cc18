"""The names given to addresses, kept up to date line by line, for there may be thousands."""

from __future__ import annotations

from ipaddress import IPv4Address

from firmware.core.management.cli.arguments import Context
from firmware.core.management.running.entry import Entry

ROW = "name"


class Names:
    """``context`` is what arguments may refer to now; another object after each change."""

    def __init__(self, physicals: tuple[str, ...]) -> None:
        self.context = Context(physicals)
        self._addresses: dict[str, IPv4Address] = {}
        self._names: dict[IPv4Address, str] = {}

    def of(self, address: IPv4Address) -> str | None:
        """The name that address has."""
        return self._names.get(address)

    def took(self, entry: Entry) -> None:
        """That line was taken."""
        if entry.row.name == ROW:
            name, address = entry.arguments["name"], entry.arguments["address"]
            self._addresses[name], self._names[address] = address, name
            self.context = Context(self.context.physicals, self._addresses)

    def lost(self, entry: Entry) -> None:
        """That line was taken away, or another stands in its place."""
        if entry.row.name == ROW:
            self._addresses.pop(entry.arguments["name"], None)
            self._names.pop(entry.arguments["address"], None)
            self.context = Context(self.context.physicals, self._addresses)

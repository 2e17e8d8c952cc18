"""What the running configuration says to terminals, drawn from it whenever it has changed."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

from firmware.core.management.running.model import Configuration

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Terminal:
    """Typed facts of the lines `prompt`, `pager`, `banner`, `ssh`, `console timeout`.

    Timeouts are milliseconds, 0 never; ``pager`` is lines, 0 no pages.
    """

    prompt: tuple[str, ...] = ("hostname", "context")
    domain: str = ""
    pager: int = 24
    greeting: str = ""  # banner motd and banner exec, when a session begins
    before_login: str = ""  # banner login, where `login` asks who it is
    ssh_timeout_ms: int = 5 * MINUTE_MS
    console_timeout_ms: int = 0
    ssh_permits: tuple[tuple[IPv4Network, str], ...] = ()
    show_form: str = "7"
    zone: tuple[str, int] = ("UTC", 0)  # name, and minutes it is ahead of UTC

    def admits(self, peer: IPv4Address | IPv6Address, interface: str) -> bool:
        """Whether an `ssh` line lets that address in by that interface. None names an IPv6 one."""
        return any(peer in network and name == interface for network, name in self.ssh_permits)


def terminal(configuration: Configuration, hostname: str) -> Terminal:
    """What a configuration says."""
    draft = configuration.draft()
    said = draft.terminal
    motd, login, executive = (
        _banner(said.banners.get(which, []), hostname, draft.system.domain)
        for which in ("motd", "login", "exec")
    )
    return Terminal(
        prompt=said.prompt,
        domain=draft.system.domain,
        pager=said.pager,
        greeting=motd + executive,
        before_login=login,
        ssh_timeout_ms=said.ssh_timeout * MINUTE_MS,
        console_timeout_ms=said.console_timeout * MINUTE_MS,
        ssh_permits=tuple(said.ssh_permits),
        show_form=said.show_form,
        zone=_zone(configuration),
    )


def address(text: str) -> IPv4Address | IPv6Address | None:
    """An address; an IPv4 one also where it came by an IPv6 socket. None: it is none."""
    try:
        return ip_address(text.removeprefix("::ffff:"))
    except ValueError:
        return None


def _zone(configuration: Configuration) -> tuple[str, int]:
    said = configuration.entry("clock timezone")
    if said is None:
        return "UTC", 0
    hours, minutes = said.arguments["hours"], said.arguments.get("minutes", 0)
    return said.arguments["zone"], hours * 60 + (-minutes if hours < 0 else minutes)


def _banner(lines: list[str], hostname: str, domain: str) -> str:
    text = "".join(line + "\n" for line in lines)
    return text.replace("$(hostname)", hostname).replace("$(domain)", domain)

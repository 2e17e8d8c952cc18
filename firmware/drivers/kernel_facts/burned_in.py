"""The MACs the NICs were made with: what a unit is told apart by, whatever its personas carry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from firmware.core.base_mac import burned_in_mac
from firmware.core.settings import PhysicalInterface, UnitFacts
from firmware.drivers.kernel_facts.programs import NotToldError, ip


def with_burned_in_macs(facts: UnitFacts, nics: dict[str, str]) -> UnitFacts:
    """The same unit with the MACs of the NICs there are; those not there stay empty.

    ``nics``: kernel NIC by physical name, of every interface. Where the kernel cannot be asked all
    stay empty.
    """
    try:
        links = {link["ifname"]: link for link in ip("link", "show")}
    except NotToldError:
        return facts
    interfaces = (_with_mac(one, links.get(nics[one.physical])) for one in facts.interfaces)
    return replace(facts, interfaces=tuple(interfaces))


def _with_mac(one: PhysicalInterface, link: dict[str, Any] | None) -> PhysicalInterface:
    if link is None:
        return one
    mac = burned_in_mac(
        permanent=link.get("permaddr", ""), alias=link.get("ifalias", ""), mac=link["address"]
    )
    return replace(one, burned_in_mac=mac)

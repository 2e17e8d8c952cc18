"""Clients nobody here wrote: netmiko drives both units by SSH, ntc-templates read their words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoAuthenticationException

from controller.bench.virtual.network import MANAGEMENT_ADDRESS
from controller.bench.world import Unit
from tests.virtual.inside.pair.living import P, Pair, S

USER, PASSWORD, ENABLE = "operator", "Bench-Word-1", "cisco"
ROLES = {P: "Active", S: "Standby Ready"}


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> Iterator[None]:
    """The document's LAN pair, with a user, all of it saved."""
    pair.serve("lan")
    for line in (
        "username operator password Bench-Word-1 privilege 15",
        "fover show-form 9",
        "copy running-config startup-config",
    ):
        assert "ERROR" not in pair.world.type(P, line), line
    pair.until(lambda: "username operator" in pair.world.type(S, "show running-config"))
    assert pair.world.forwarders() == (P,)  # and so the unit has asked for hosts' MACs
    with pair.unmoved():
        yield


def connected(unit: Unit, **other: Any) -> Any:
    said = {"username": USER, "password": PASSWORD, "secret": ENABLE, **other}
    return ConnectHandler(
        device_type="cisco_asa", host=MANAGEMENT_ADDRESS[unit], fast_cli=True, **said
    )


@pytest.mark.parametrize("unit", Unit)
def test_netmiko_connects_enables_and_is_told(unit: Unit) -> None:
    with connected(unit) as client:
        assert client.check_enable_mode()
        assert f"This host: {unit.value.title()} - {ROLES[unit]}" in client.send_command(
            "show failover"
        )


@pytest.mark.parametrize("unit", Unit)
def test_netmiko_configures_and_saves(unit: Unit, pair: Pair) -> None:
    line = f"access-list of-{unit} extended permit tcp any host 192.168.1.10 eq www"
    with connected(unit) as client:
        said = client.send_config_set([line], error_pattern="ERROR")
        saved = client.save_config()
    assert ("**** WARNING ****" in said) is (unit is S)
    assert "[OK]" in saved
    assert line in pair.world.type(unit, "show startup-config")
    on_the_mate = line in pair.world.type(unit.mate, "show running-config")
    assert on_the_mate is (unit is P)


def test_what_is_no_command_is_told_so(pair: Pair) -> None:
    with connected(P) as client:
        said = client.send_command("show nonsense")
    assert "% Invalid input detected at '^' marker." in said


def test_a_wrong_password_does_not_come_in(pair: Pair) -> None:
    with pytest.raises(NetmikoAuthenticationException):
        connected(P, password="guessed")


@pytest.mark.parametrize(
    ("command", "field", "wanted"),
    [
        ("show failover", "service_state", "active"),
        ("show version", "version", "7.2(1)"),
        ("show interface", "ip_address", "172.16.1.1"),
        ("show route", "network", "0.0.0.0"),
        ("show arp", "address", None),
        ("show access-list", "acl_name", "101"),
        ("show running-config", None, None),
    ],
)
def test_templates_read_what_the_active_unit_says(
    command: str, field: str | None, wanted: str | None
) -> None:
    with connected(P) as client:
        rows = client.send_command(command, use_textfsm=field is not None, read_timeout=20)
    if field is None:
        assert "hostname pix" in rows
        return
    assert isinstance(rows, list), rows
    values = [str(row.get(field)) for row in rows]
    assert wanted is None or any(wanted.lower() in value.lower() for value in values), rows

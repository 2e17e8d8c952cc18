"""Parsers nobody here wrote read what we print: ntc-templates' `cisco_asa_show_*`.

Each command of ours that has a template, and the facts that must come out again:

| command | template | read in |
|---|---|---|
| show version, show inventory | yes | the one form there is, PIX and ASA |
| show failover | yes | 9.x form, LAN mode; see REFUSED for the others |
| show interface [ip brief], route, arp, access-list | yes | the one form there is |
| show xlate | yes | 9.x form; of a translation of ports only the far side is read |
| show conn, nameif, ip address, memory, cpu usage, clock, blocks | none | |

What comes from the kernel is in test_ntc_kernel.py.
"""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface

import pytest
from ntc import parsed, picked
from textfsm.parser import TextFSMError

from firmware.core.failover.view import (
    CableStatus,
    HostView,
    InterfaceView,
    LinkStatus,
    SyncStatus,
    UnitView,
)
from firmware.core.management import views
from firmware.core.management.views import Form
from firmware.core.settings import (
    FailoverLink,
    Identity,
    Mode,
    PhysicalInterface,
    Platform,
    Settings,
    UnitFacts,
)
from firmware.core.wire.bodies import InterfaceState, UnitState

ASA = UnitFacts(
    chassis="444433330001",
    model="ASA5510",
    version="9.6(1)",
    platform=Platform.ASA,
    memory_mb=256,
    flash_mb=64,
    licence="UR",
    features=("VPN-DES", "Guards"),
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"02:00:00:00:01:0{n}")
        for n in range(3)
    ),
)
PIX = replace(ASA, model="PIX-515E", version="7.2(1)", platform=Platform.PIX)


@pytest.mark.parametrize("facts", [ASA, PIX], ids=["asa", "pix"])
@pytest.mark.parametrize("real_time", [True, False, None])
def test_version(facts: UnitFacts, real_time: bool | None) -> None:
    changed = views.Modified("enable_15", 1_167_113_264_123)
    up_ms = ((51 * 24 + 9) * 60 + 5) * 60_000
    [row] = parsed("show version", views.version(facts, "gate", up_ms, real_time, changed))
    assert row["version"] == facts.version
    assert picked(row, "hostname", "uptime") == ("gate", "51 days 9 hours")
    assert row["hardware"] == f"{facts.model}, 256 MB RAM"
    assert picked(row, "flash", "max_intf", "failover") == ("64MB", "3", "Active/Standby")
    assert picked(row, "interfaces", "serial") == (
        ["Ethernet0", "Ethernet1", "Ethernet2"],
        ["444433330001"],
    )
    assert row["last_mod"] == "enable_15 at 06:07:44.123 UTC Tue Dec 26 2006"


@pytest.mark.parametrize(
    ("up_s", "uptime"),
    [
        (0, "0 secs"),
        (61, "1 min 1 sec"),
        (3_600, "1 hour 0 mins"),
        (7_384, "2 hours 3 mins"),
        (90_000, "1 day 1 hour"),
    ],
)
def test_uptime(up_s: int, uptime: str) -> None:
    [row] = parsed("show version", views.version(PIX, "gate", up_s * 1000, True))
    assert picked(row, "uptime", "last_mod") == (uptime, "")


def test_inventory() -> None:
    [row] = parsed("show inventory", views.inventory(ASA))
    assert picked(row, "name", "pid", "sn") == ("Chassis", "ASA5510", "444433330001")


LINK = FailoverLink(
    name="failover",
    physical="Ethernet2",
    primary=IPv4Interface("10.1.0.1/24"),
    secondary=IPv4Address("10.1.0.2"),
)
STATES = (InterfaceState.NORMAL, InterfaceState.NO_LINK_WAITING, InterfaceState.FAILED)
NAMES = ("outside", "inside", "dmz")


def host(identity: Identity, state: UnitState, last: int, chassis: str) -> HostView:
    return HostView(
        identity=identity,
        state=state,
        active_time_s=87,
        version="9.6(1)" if chassis else "",
        chassis=chassis,
        interfaces=tuple(
            InterfaceView(
                name=name, physical=f"Ethernet{n}", address=f"10.{n}.0.{last}", state=STATES[n]
            )
            for n, name in enumerate(NAMES)
        ),
    )


def picture(
    mode: Mode = Mode.LAN,
    link: FailoverLink | None = LINK,
    status: LinkStatus = LinkStatus.UP,
    mate_state: UnitState = UnitState.STANDBY_READY,
    mate_chassis: str = "444433330002",
    settings: Settings | None = None,
) -> views.Picture:
    view = UnitView(
        at_ms=0,
        enabled=True,
        mode=mode,
        conflict=False,
        cable=CableStatus.NORMAL if mode is Mode.CABLE else CableStatus.NOT_USED,
        failover_link=status,
        state_link=LinkStatus.UP,
        mine=host(Identity.PRIMARY, UnitState.ACTIVE, 1, ASA.chassis),
        other=host(Identity.SECONDARY, mate_state, 2, mate_chassis),
        sync=SyncStatus.DONE,
        macs_set=True,
        switchovers=1,
        frames_ignored=(),
        late_worst_ms=0,
        real_time=True,
    )
    settings = replace(settings or Settings(), mode=mode, failover_link=link, state_link=link)
    return views.Picture(
        view=view, settings=settings, facts=ASA, now_ms=0, last_failover_ms=1_493_211_154_000
    )


def test_failover() -> None:
    [row] = parsed("show failover", views.failover(picture(), Form.V9))
    assert picked(row, "state", "role", "lan_intf_name", "lan_intf", "lan_intf_state") == (
        *("On", "Primary", "failover"),
        *("Ethernet2", "up"),
    )
    assert picked(row, "sw_version", "sw_version_mate") == ("9.6(1)", "9.6(1)")
    assert picked(row, "service_state", "service_state_mate") == (["Active"], ["Standby Ready"])
    when = [f"last_failover_{part}" for part in ("time", "timezone", "month", "day", "year")]
    assert picked(row, *when) == (["12:52:34"], ["UTC"], ["Apr"], ["26"], ["2017"])
    for side in ("", "_mate"):
        assert row[f"interfaces{side}"] == list(NAMES)
        assert row[f"interfaces_status{side}"] == ["Normal", "No Link", "Failed"]
        assert row[f"interfaces_state{side}"] == ["Monitored", "Waiting", "Monitored"]
        assert picked(row, f"ssp_slot{side}", f"ssp_model{side}", f"ssp_status{side}") == (
            *(["0"], ["ASA5510"], ["Up"]),
        )


@pytest.mark.parametrize(
    ("shown", "state", "slots"),
    [
        (picture(mate_state=UnitState.FAILED, mate_chassis=""), "Failed", []),
        (picture(mate_state=UnitState.NOT_DETECTED, mate_chassis=""), "Not Detected", []),
        (picture(mate_state=UnitState.SYNC_CONFIG), "Sync Config", ["0"]),
        (
            picture(
                settings=Settings(
                    replication_http=True,
                    interface_policy=50,
                    interface_policy_percent=True,
                    poll_unit_ms=300,
                    hold_unit_ms=999,
                    reconnect_s=-1,
                )
            ),
            "Standby Ready",
            ["0"],
        ),
    ],
)
def test_failover_with_a_mate_in_other_states(
    shown: views.Picture, state: str, slots: list[str]
) -> None:
    [row] = parsed("show failover", views.failover(shown, Form.V9))
    assert picked(row, "service_state_mate", "ssp_slot_mate") == ([state], slots)
    assert row["sw_version_mate"] == (shown.view.other.version or "Unknown")


REFUSED = [
    ("the page's own: Cable status is no line of an ASA", picture(mode=Mode.CABLE), Form.V7),
    ("the cable in the 9.x form", picture(mode=Mode.CABLE), Form.V9),
    ("the 6.x form", picture(), Form.V6),
    ("a LAN link that is not configured: two words", picture(link=None), Form.V9),
    ("a LAN link that failed: three words", picture(status=LinkStatus.FAILED), Form.V9),
]


@pytest.mark.parametrize(("why", "shown", "form"), REFUSED, ids=[row[0] for row in REFUSED])
def test_where_the_template_is_stricter_than_a_unit(
    why: str, shown: views.Picture, form: Form
) -> None:
    """Kept as a unit prints it all the same; a template that learns it makes this test fail."""
    with pytest.raises(TextFSMError):
        parsed("show failover", views.failover(shown, form))

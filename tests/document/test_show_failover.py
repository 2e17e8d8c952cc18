"""What `show failover` and its kin print, compared with the page.

The page lost its leading blanks, and the columns of its tables: lines are compared without the
former, the tables' rows without the widths between their columns.
"""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from firmware.core.failover.effects import StateChanged
from firmware.core.failover.view import (
    CableStatus,
    FailReason,
    HostView,
    InterfaceView,
    LinkStatus,
    SyncStatus,
    UnitView,
    WitnessSays,
)
from firmware.core.management import views
from firmware.core.settings import (
    FailoverLink,
    Identity,
    Mode,
    PhysicalInterface,
    Platform,
    Settings,
    UnitFacts,
    Witness,
)
from firmware.core.wire.bodies import InterfaceState, UnitState

HERE = Path(__file__).parent
FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac=f"02:00:00:00:01:0{n}")
        for n in range(6)
    ),
)
DEC_26 = 1_167_113_264_000  # 06:07:44 UTC Dec 26 2006
JAN_1 = 725_846_418_000  # 00:00:18 UTC Jan 1 1993


def host(identity: Identity, state: UnitState, last: int, active_time_s: int) -> HostView:
    return HostView(
        identity=identity,
        state=state,
        active_time_s=active_time_s,
        version="7.2(1)",
        interfaces=tuple(
            InterfaceView(
                name=name,
                physical=physical,
                address=f"{net}.{last}",
                state=InterfaceState.NORMAL,
            )
            for name, physical, net in (
                ("outside", "Ethernet0", "172.16.1"),
                ("inside", "Ethernet1", "192.168.1"),
            )
        ),
    )


def view(mine: HostView, other: HostView) -> UnitView:
    return UnitView(
        at_ms=5000,
        enabled=True,
        mode=Mode.CABLE,
        conflict=False,
        cable=CableStatus.NORMAL,
        failover_link=LinkStatus.UP,
        state_link=LinkStatus.DOWN,
        mine=mine,
        other=other,
        sync=SyncStatus.DONE,
        macs_set=True,
        switchovers=1,
        frames_ignored=(),
        late_worst_ms=0,
        real_time=False,
    )


def settings() -> Settings:
    """What cable_primary.cfg says to it."""
    return Settings(
        enabled=True,
        state_link=FailoverLink(
            name="state",
            physical="Ethernet2",
            primary=IPv4Interface("10.0.0.1/8"),
            secondary=IPv4Address("10.0.0.2"),
        ),
    )


def picture(shown: UnitView, last_failover_ms: int | None = DEC_26) -> views.Picture:
    return views.Picture(
        view=shown,
        settings=settings(),
        facts=FACTS,
        now_ms=shown.at_ms,
        last_failover_ms=last_failover_ms,
    )


PRIMARY = view(
    host(Identity.PRIMARY, UnitState.ACTIVE, 1, 1905),
    host(Identity.SECONDARY, UnitState.STANDBY_READY, 2, 0),
)
SECONDARY = view(
    host(Identity.SECONDARY, UnitState.STANDBY_READY, 2, 0),
    host(Identity.PRIMARY, UnitState.ACTIVE, 1, 154185),
)


def page(name: str) -> list[str]:
    return comparable((HERE / f"{name}.txt").read_text(encoding="utf-8"))


def comparable(text: str) -> list[str]:
    lines, table = [], False
    for line in text.splitlines():
        table = table or line.strip().startswith("Stateful Obj")
        if line.strip():
            lines.append(" ".join(line.split()) if table else line.strip())
    return lines


def test_the_primary_prints_the_page_line_for_line() -> None:
    assert comparable(views.failover(picture(PRIMARY))) == page("show_failover_primary")


def test_the_secondary_prints_the_page_line_for_line() -> None:
    assert comparable(views.failover(picture(SECONDARY, JAN_1))) == page("show_failover_secondary")


def test_blanks_before_lines_are_a_real_units() -> None:
    lines = views.failover(picture(PRIMARY)).splitlines()
    depths = {line.strip().split(" ")[0]: len(line) - len(line.lstrip()) for line in lines if line}
    assert (depths["This"], depths["Other"], depths["Active"], depths["Interface"]) == (
        8,
        8,
        16,
        18,
    )
    assert "        General         0          0          0          0" in lines


def test_show_failover_state_of_the_primary() -> None:
    sticky = replace(PRIMARY, other=replace(PRIMARY.other, fail_reason=FailReason.COMMUNICATION))
    assert comparable(views.state(sticky)) == page("show_failover_state_primary")


def test_show_failover_state_of_the_secondary() -> None:
    assert comparable(views.state(SECONDARY)) == page("show_failover_state_secondary")


def test_history_has_the_measured_columns() -> None:
    change = StateChanged(
        UnitState.STANDBY_READY, UnitState.JUST_ACTIVE, "Set by the config command"
    )
    rule = "=" * 74
    assert views.history([views.HistoryRow(DEC_26, change)]).splitlines() == [
        rule,
        "From State                 To State                   Reason",
        rule,
        "06:07:44 UTC Dec 26 2006",
        "Standby Ready              Just Active                Set by the config command",
        "",
        rule,
    ]


def test_active_time_counts_on_between_pictures() -> None:
    later = replace(picture(PRIMARY), now_ms=PRIMARY.at_ms + 7_999)
    text = views.failover(later)
    assert "Active time: 1912 (sec)" in text
    assert "Active time: 0 (sec)" in text


LINK = FailoverLink(
    name="failover",
    physical="Ethernet3",
    primary=IPv4Interface("10.1.0.1/24"),
    secondary=IPv4Address("10.1.0.2"),
)


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (LinkStatus.UP, "Failover LAN Interface: failover Ethernet3 (up)"),
        (LinkStatus.DOWN, "Failover LAN Interface: failover Ethernet3 (down)"),
        (LinkStatus.FAILED, "Failover LAN Interface: failover Ethernet3 (Failed - No Switchover)"),
    ],
)
def test_lan_mode(status: LinkStatus, line: str) -> None:
    lan = replace(PRIMARY, mode=Mode.LAN, cable=CableStatus.NOT_USED, failover_link=status)
    fast = replace(settings(), failover_link=LINK, poll_unit_ms=300, hold_unit_ms=999)
    lines = views.failover(replace(picture(lan), settings=fast)).splitlines()
    assert lines[1:5] == [
        "Cable status: N/A - LAN-based failover enabled",
        "Failover unit Primary",
        line,
        "Unit Poll frequency 300 milliseconds, holdtime 999 milliseconds",
    ]
    asa = views.failover(replace(picture(lan), facts=replace(FACTS, platform=Platform.ASA)))
    assert "Cable status" not in asa
    assert "Failover LAN Interface: not Configured" in asa


def test_a_mate_that_was_never_heard() -> None:
    nobody = HostView(identity=None, state=UnitState.NOT_DETECTED, active_time_s=0, interfaces=())
    text = views.failover(picture(view(PRIMARY.mine, nobody), None))
    assert "Other host: Secondary - Not Detected\n" in text
    assert "Version: Ours 7.2(1), Mate Unknown\n" in text
    assert "Last Failover at: never\n" in text


def test_a_failed_mate_and_failover_off_and_no_state_link() -> None:
    failed = replace(PRIMARY, other=replace(PRIMARY.other, state=UnitState.FAILED), enabled=False)
    text = views.failover(replace(picture(failed), settings=replace(settings(), state_link=None)))
    assert text.startswith("Failover Off\n")
    assert "Other host: Secondary - Failed\n" in text
    assert "Link : Unconfigured." in text
    assert "Stateful Obj" not in text


def test_show_monitor_interface_is_the_pages() -> None:
    for shown, name in ((PRIMARY, "primary"), (SECONDARY, "secondary")):
        text = (HERE / f"show_monitor_interface_{name}.txt").read_text(encoding="utf-8")
        assert views.monitored(shown) == text


@pytest.mark.parametrize(
    ("identity", "mine", "other"),
    [(Identity.PRIMARY, "10.0.0.1", "10.0.0.2"), (Identity.SECONDARY, "10.0.0.2", "10.0.0.1")],
)
def test_show_failover_interface_is_the_pages(identity: Identity, mine: str, other: str) -> None:
    assert views.links(settings(), identity) == (
        "      interface state Ethernet2\n"
        "          System IP Address: 10.0.0.1 255.0.0.0\n"
        f"          My IP Address      : {mine}\n"
        f"          Other IP Address   : {other}\n"
    )


def test_show_failover_interface_without_a_link_says_so() -> None:
    assert views.links(Settings(), None) == "No failover or state link is configured\n"


def numbered(states: tuple[InterfaceState, ...], address: str) -> tuple[InterfaceView, ...]:
    """The troubleshooting samples have one network on every interface."""
    return tuple(
        InterfaceView(name=f"if{n}", physical=f"Ethernet{n}", address=address, state=state)
        for n, state in enumerate(states)
    )


WAITING = InterfaceState.NORMAL_WAITING


@pytest.mark.parametrize(
    ("page_name", "state", "other", "mine_s", "other_s", "second", "address"),
    [
        ("waiting", UnitState.ACTIVE, UnitState.STANDBY_READY, 6930, 15, WAITING, 1),
        (
            "failed",
            UnitState.FAILED,
            UnitState.ACTIVE,
            7140,
            30,
            InterfaceState.FAILED_WAITING,
            2,
        ),
    ],
)
def test_the_troubleshooting_samples_in_the_form_of_6(
    page_name: str,
    state: UnitState,
    other: UnitState,
    mine_s: int,
    other_s: int,
    second: InterfaceState,
    address: int,
) -> None:
    mine = replace(
        host(Identity.PRIMARY, state, 1, mine_s),
        interfaces=numbered((WAITING, second), f"192.168.89.{address}"),
    )
    mate = replace(
        host(Identity.SECONDARY, other, 2, other_s),
        interfaces=numbered((WAITING, WAITING), f"192.168.89.{3 - address}"),
    )
    text = views.failover(picture(view(mine, mate)), views.Form.V6)
    # Blanks included: this sample of the page has kept them.
    assert text == (HERE / f"show_failover_6_{page_name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"interface_policy": 2}, "Interface Policy 2"),
        ({"interface_policy": 50, "interface_policy_percent": True}, "Interface Policy 50%"),
        ({"replication_http": True}, "failover replication http"),
    ],
)
def test_settings_that_change_the_form_of_7(changes: dict[str, int | bool], line: str) -> None:
    before = views.failover(picture(PRIMARY)).splitlines()
    changed = replace(settings(), **changes)
    after = views.failover(replace(picture(PRIMARY), settings=changed)).splitlines()
    assert line in after
    assert line not in before


@pytest.mark.parametrize(
    ("says", "blocked", "line"),
    [
        (((Witness.LAN, WitnessSays.ALIVE),), False, "Witness: lan (mate alive)"),
        (
            ((Witness.CABLE, WitnessSays.SILENT), (Witness.INTERFACES, WitnessSays.SILENT)),
            True,
            "Witness: cable (silent), interfaces (silent); none left: takeover blocked",
        ),
    ],
)
def test_the_witness_has_a_line_in_the_form_of_7_where_it_is_on(
    says: tuple[tuple[Witness, WitnessSays], ...], blocked: bool, line: str
) -> None:
    before = picture(PRIMARY)
    on = replace(before, view=replace(before.view, witnesses=says, takeover_blocked=blocked))
    assert line in views.failover(on).splitlines()
    assert "Witness" not in views.failover(before)
    assert "Witness" not in views.failover(on, views.Form.V9)


def test_the_form_of_7_has_no_line_of_9() -> None:
    text = views.failover(picture(PRIMARY))
    for of_9 in ("Reconnect", "MAC Address Move", "Serial Number", "slot 0", "(Monitored)"):
        assert of_9 not in text

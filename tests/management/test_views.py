"""What is shown of the pair and the unit, beside the document's own outputs (tests/document)."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.failover.view import (
    CableStatus,
    FailReason,
    HostView,
    InterfaceView,
    LinkStatus,
    SyncStatus,
    UnitView,
)
from firmware.core.management import views
from firmware.core.management.kernel import KernelFacts
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

NOV_5 = 1_572_969_683_000  # 16:01:23 UTC Nov 5 2019
FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="R",
    interfaces=(PhysicalInterface(physical="Ethernet0", burned_in_mac=""),),
)


def host(identity: Identity | None, state: UnitState, **changes: object) -> HostView:
    fields: dict[str, object] = {"active_time_s": 0, "interfaces": ()}
    return HostView(identity=identity, state=state, **(fields | changes))  # type: ignore[arg-type]


MINE = host(Identity.SECONDARY, UnitState.ACTIVE, digest=0xAB)
OTHER = host(
    Identity.PRIMARY,
    UnitState.STANDBY_READY,
    digest=0xAB,
    fail_reason=FailReason.INTERFACE,
    interfaces=(
        InterfaceView(name="inside", physical="e1", address="a", state=InterfaceState.FAILED),
        InterfaceView(name="dmz", physical="e2", address="a", state=InterfaceState.NORMAL),
        InterfaceView(
            name="outside", physical="e0", address="a", state=InterfaceState.NO_LINK_WAITING
        ),
    ),
)
VIEW = UnitView(
    at_ms=0,
    enabled=True,
    mode=Mode.LAN,
    conflict=False,
    cable=CableStatus.NOT_USED,
    failover_link=LinkStatus.UP,
    state_link=LinkStatus.DOWN,
    mine=MINE,
    other=OTHER,
    sync=SyncStatus.DONE,
    macs_set=True,
    switchovers=3,
    frames_ignored=(("lan: no echo of this boot", 4), ("lan: too short", 1)),
    late_worst_ms=7,
    real_time=True,
)


def test_show_failover_state_in_the_form_of_9() -> None:
    assert views.state(VIEW, Form.V9, mine_failed_ms=1, other_failed_ms=NOV_5).splitlines() == [
        "",
        "               State          Last Failure Reason      Date/Time",
        "This host  -   Secondary",
        "               Active         None",
        "Other host -   Primary",
        "               Standby Ready  Ifc Failure              16:01:23 UTC Nov 5 2019",
        "                              inside: Failed",
        "                              outside: No Link",
        "",
        "====Configuration State===",
        "\tSync Done",
        "====Communication State===",
        "\tMac set",
    ]


def test_a_unit_that_is_alone_has_no_configuration_state() -> None:
    alone = replace(
        VIEW,
        sync=SyncStatus.NONE,
        macs_set=False,
        mine=replace(MINE, identity=None, state=UnitState.NEGOTIATION),
        other=host(None, UnitState.NOT_DETECTED, fail_reason=FailReason.COMMUNICATION),
    )
    lines = views.state(alone, Form.V9).splitlines()
    assert lines[2:6] == [
        "This host  -   Unknown",
        "               Negotiation    None",
        "Other host -   Unknown",
        "               Not Detected   Comm Failure",
    ]
    assert lines[-2:] == ["====Configuration State===", "====Communication State==="]


def test_show_failover_statistics() -> None:
    assert views.statistics(12, 34) == "tx:12\nrx:34\n"


@pytest.mark.parametrize(
    ("active", "path", "text"),
    [
        (True, (), "Active unit Failover EXEC is at config mode\n"),
        (
            False,
            ("interface Ethernet0",),
            "Standby unit Failover EXEC is at interface sub-command mode\n",
        ),
    ],
)
def test_show_failover_exec(active: bool, path: tuple[str, ...], text: str) -> None:
    assert views.exec_mode(active, path) == text


def test_what_is_monitored_bears_its_suffix_in_the_form_of_9() -> None:
    lines = views.monitored(VIEW, Form.V9).splitlines()
    assert lines[-2:] == [
        "    Interface dmz (a): Normal (Monitored)",
        "    Interface outside (a): No Link (Waiting)",
    ]


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (UnitState.JUST_ACTIVE, "Active"),
        (UnitState.ACTIVE, "Active"),
        (UnitState.BULK_SYNC, "Standby"),
        (UnitState.STANDBY_READY, "Standby"),
        (UnitState.FAILED, "Standby (Failed)"),
        (UnitState.NEGOTIATION, "Negotiation"),
        (UnitState.NOT_DETECTED, "Not Detected"),
    ],
)
def test_states_as_6_called_them(state: UnitState, text: str) -> None:
    shown = replace(VIEW, other=replace(OTHER, state=state))
    assert f"    Other host: Primary - {text}\n" in views.failover(picture(shown), Form.V6)


def picture(view: UnitView, **settings: object) -> views.Picture:
    return views.Picture(
        view=view,
        settings=Settings(**settings),  # type: ignore[arg-type]
        facts=FACTS,
        now_ms=0,
        last_failover_ms=None,
    )


@pytest.mark.parametrize(
    ("reconnect_s", "text"),
    [(0, "0:00:00"), (3_723, "1:02:03"), (360_000, "100:00:00"), (-1, "-1")],
)
def test_the_reconnect_timeout(reconnect_s: int, text: str) -> None:
    shown = picture(VIEW, reconnect_s=reconnect_s)
    for form in (Form.V6, Form.V9):
        assert f"Reconnect timeout {text}\n" in views.failover(shown, form)


STATE_LINK = FailoverLink(name="state", physical="Ethernet2", primary=None, secondary=None)


@pytest.mark.parametrize(
    ("form", "rows"), [(Form.V7, views.STATISTICS), (Form.V9, views.STATISTICS_9)]
)
def test_general_is_the_sum_of_the_other_rows(form: Form, rows: tuple[str, ...]) -> None:
    lines = views.failover(picture(VIEW, state_link=STATE_LINK), form).splitlines()
    first = next(n for n, line in enumerate(lines) if "Stateful Obj" in line) + 1
    table = [line.rsplit(None, 4) for line in lines[first : first + len(rows)]]
    assert tuple(row[0].strip() for row in table) == rows
    counted = [[int(count) for count in row[1:]] for row in table]
    assert counted[0] == [sum(column) for column in zip(*counted[1:], strict=True)]
    assert lines[first + len(rows)] == ""


def test_show_fover_of_a_pair_in_order() -> None:
    standing = views.Standing(view=VIEW, digest=0xAB, key_set=True)
    assert views.fover(standing).splitlines() == [
        "Configuration",
        "  Digest:                  ours 000000ab, mate's 000000ab: equal",
        "  Out of sync:             no",
        "  Changed by hand:         no",
        "  Waiting for the mate:    0 messages",
        "  Saved:                   yes",
        "  Kept, not enforced:      0 lines",
        "Security",
        "  Failover key:            set",
        "  Mate understood:         yes, where heard",
        "  Weak passwords:          0",
        "Failover process",
        "  State:                   Secondary, Active",
        "  Mate:                    Primary, Standby Ready",
        "  Witness:                 off",
        "  Fit to be a mate:        yes, as far as is known",
        "  Synchronisation:         Sync Done",
        "  Identity conflict:       no",
        "  Real-time:               yes",
        "  Lease:                   none, this unit does not serve",
        "  Latest alarm since boot: 7 ms late",
        "  Switchovers since boot:  3",
        "  Frames ignored:          5",
        "    lan: no echo of this boot: 4",
        "    lan: too short: 1",
    ]


@pytest.mark.parametrize(
    ("changes", "view", "line"),
    [
        ({"digest": 0xAC}, VIEW, "ours 000000ac, mate's 000000ab: NOT equal"),
        ({}, replace(VIEW, other=replace(OTHER, digest=None)), "mate's not known"),
        ({}, replace(VIEW, other=replace(OTHER, edited=True)), "Changed by hand:         the mate"),
        ({}, replace(VIEW, mine=replace(MINE, edited=True)), "Changed by hand:         this unit"),
        ({}, replace(VIEW, unfit="Other unit has different software version"), "Other unit has"),
        ({}, replace(VIEW, not_understood=True), "Mate understood:         NO: type the same"),
        ({}, replace(VIEW, real_time=False), "not real-time"),
        ({}, replace(VIEW, conflict=True), "BOTH UNITS CLAIM ONE IDENTITY"),
        ({}, None, "it does not answer"),
        ({}, None, "mate's not known"),
        ({"key_set": False}, VIEW, "not set: hellos in clear text"),
        ({"out_of_sync": "a line failed there"}, VIEW, "Out of sync:             a line failed"),
        ({"unsaved": True}, VIEW, "Saved:                   no"),
        ({"not_enforced": 31}, VIEW, "31 lines (show fover not-enforced)"),
        ({"weak_passwords": 2}, VIEW, "Weak passwords:          2"),
        ({"waiting": 9}, VIEW, "9 messages"),
    ],
)
def test_show_fover_says_what_is_amiss(
    changes: dict[str, object], view: UnitView | None, line: str
) -> None:
    fields: dict[str, object] = {"digest": 0xAB, "key_set": True, "view": view}
    standing = views.Standing(**(fields | changes))  # type: ignore[arg-type]
    assert line in views.fover(standing)


def test_lines_not_enforced_are_listed_in_order() -> None:
    assert views.not_enforced(()) == "Every line of the configuration is acted on\n"
    assert views.not_enforced(("ftp mode passive", "asdm history enable")).splitlines()[1:] == [
        "  ftp mode passive",
        "  asdm history enable",
    ]


OURS = """\
hostname pix
interface Ethernet0
 nameif outside
 ip address 10.0.0.1 255.0.0.0
interface Ethernet1
 nameif inside
 shutdown
route outside 0.0.0.0 0.0.0.0 10.0.0.3
"""


@pytest.mark.parametrize(
    ("mates", "lines"),
    [
        (OURS, ["The configurations of this unit and the mate are equal"]),
        (
            OURS.replace("pix", "gate"),
            ["- this unit", "+ mate", "- hostname pix", "+ hostname gate"],
        ),
        (
            OURS.replace("10.0.0.1", "10.0.0.2").replace(" shutdown\n", ""),
            [
                "- this unit",
                "+ mate",
                "  interface Ethernet0",
                "-  ip address 10.0.0.1 255.0.0.0",
                "+  ip address 10.0.0.2 255.0.0.0",
                "  interface Ethernet1",
                "-  shutdown",
            ],
        ),
        (
            OURS + "interface Ethernet2\n nameif dmz\n",
            ["- this unit", "+ mate", "+ interface Ethernet2", "+  nameif dmz"],
        ),
        ("", ["- this unit", "+ mate", *(f"- {line}" for line in OURS.splitlines())]),
    ],
)
def test_config_diff(mates: str, lines: list[str]) -> None:
    assert views.config_diff(OURS, mates).splitlines() == lines


TEXTS = st.lists(st.sampled_from(["a", " b", "c", " d", "\te"]), max_size=12).map("\n".join)


@given(TEXTS, TEXTS)
def test_what_is_left_without_the_differences_is_alike(ours: str, mates: str) -> None:
    told = views.config_diff(ours, mates).splitlines()
    here, there = (
        Counter(text.splitlines()) - Counter(line[2:] for line in told[2:] if line[0] == sign)
        for text, sign in ((ours, "-"), (mates, "+"))
    )
    assert here == there


LONG = [f"access-list 101 permit ip host 10.0.{n // 250}.{n % 250} any" for n in range(3000)]


@pytest.mark.parametrize(
    ("mates", "lines"),
    [
        ([*reversed(LONG), "hostname there"], ["- this unit", "+ mate", "+ hostname there"]),
        ([*reversed(LONG)], ["The configurations have the same lines in another order"]),
        (
            ["hostname x", *LONG[:-1], "hostname y"],
            ["- this unit", "+ mate", f"- {LONG[-1]}", "+ hostname x", "+ hostname y"],
        ),
    ],
)
def test_long_configurations_are_compared_without_order(mates: list[str], lines: list[str]) -> None:
    assert views.config_diff("\n".join(LONG), "\n".join(mates)).splitlines() == lines


@pytest.mark.parametrize(
    ("zone", "offset_min", "text"),
    [
        ("UTC", 0, "16:01:23.000 UTC Tue Nov 5 2019\n"),
        ("CET", 60, "17:01:23.000 CET Tue Nov 5 2019\n"),
        ("IST", 330, "21:31:23.000 IST Tue Nov 5 2019\n"),
        ("NZT", 720, "04:01:23.000 NZT Wed Nov 6 2019\n"),
        ("HST", -1000, "23:21:23.000 HST Mon Nov 4 2019\n"),
    ],
)
def test_show_clock(zone: str, offset_min: int, text: str) -> None:
    assert views.clock(NOV_5, zone, offset_min) == text


def test_show_memory_and_cpu_usage() -> None:
    facts = KernelFacts(
        memory_total=1_073_741_824, memory_free=845_044_716, cpu_5s=1, cpu_60s=2, cpu_300s=3
    )
    assert views.memory(facts).splitlines() == [
        "Free memory:         845044716 bytes (79%)",
        "Used memory:         228697108 bytes (21%)",
        "-------------     ----------------",
        "Total memory:       1073741824 bytes (100%)",
    ]
    assert views.memory(KernelFacts()).splitlines()[0].endswith(" 0 bytes (0%)")
    assert views.cpu_usage(facts) == (
        "CPU utilization for 5 seconds = 1%; 1 minute: 2%; 5 minutes: 3%\n"
    )


def test_show_blocks() -> None:
    assert views.blocks((views.BlockRow(256, 1000, 990, 998),)).splitlines() == [
        "  SIZE      MAX    LOW    CNT",
        "  256      1000    990    998",
    ]


@pytest.mark.parametrize(
    ("level", "privileged", "configuring", "modes"),
    [(1, False, False, "P_UNPR"), (15, True, False, "P_PRIV"), (15, True, True, "P_PRIV P_CONF")],
)
def test_show_curpriv(level: int, privileged: bool, configuring: bool, modes: str) -> None:
    text = views.curpriv("enable_15", level, privileged=privileged, configuring=configuring)
    assert text.splitlines() == [
        "Username : enable_15",
        f"Current privilege level : {level}",
        f"Current Mode/s : {modes}",
    ]


def test_show_history_and_users() -> None:
    assert views.typed(("enable", "show version")) == "  enable\n  show version\n"
    rows = (views.SessionRow(0, "", ""), views.SessionRow(1, "192.0.2.9", "admin"))
    assert views.users(rows).splitlines() == [
        "SID Client IP       Version State            Username",
        "0   console         -       SessionStarted",
        "1   192.0.2.9       2.0     SessionStarted   admin",
    ]


def test_show_mode_and_firewall() -> None:
    other = replace(FACTS, multiple=True, transparent=True)
    assert views.mode(FACTS) == "Security context mode: single\n"
    assert views.mode(other) == "Security context mode: multiple\n"
    assert views.firewall(FACTS) == "Firewall mode: Router\n"
    assert views.firewall(other) == "Firewall mode: Transparent\n"


@pytest.mark.parametrize(
    ("licence", "line"),
    [
        ("UR", "This platform has an Unrestricted (UR) license.\n"),
        ("R", "This platform has a Restricted (R) license.\n"),
        ("FO", "This platform has a Failover (FO) license.\n"),
        ("FO-AA", "This platform has a Failover Active/Active (FO-AA) license.\n"),
    ],
)
def test_show_version_names_the_licence(licence: str, line: str) -> None:
    assert line in views.version(replace(FACTS, licence=licence), "pix", 0, True)


@pytest.mark.parametrize(
    ("real_time", "warning"),
    [(None, "the failover process does not answer"), (False, "not real-time"), (True, "")],
)
def test_show_version_warns_of_what_a_person_must_see(real_time: bool | None, warning: str) -> None:
    lines = views.version(FACTS, "pix", 0, real_time).splitlines()
    warned = [line for line in lines if line.startswith("WARNING: ")]
    assert len(warned) == bool(warning)
    assert all(warning in line for line in warned)


def test_show_version_does_not_know_every_mac() -> None:
    assert " 0: Ext: Ethernet0           : address is not known here\n" in views.version(
        FACTS, "pix", 0, True
    )

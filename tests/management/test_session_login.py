"""Who comes in over SSH, with which password, and how soon he is answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.management import events as ev
from firmware.core.management.engine import ManagementEngine, cold_boot
from firmware.core.management.session.guard import QUEUE_MAX_MS, SOURCES_MAX, Guard
from firmware.core.management.session.passwords import Form, Salts, Stored, is_strong, strong, weak
from firmware.core.settings import Identity, PhysicalInterface, Platform, UnitFacts

FACTS = UnitFacts(
    chassis="444433330001",
    model="PIX-515E",
    version="7.2(1)",
    platform=Platform.PIX,
    memory_mb=128,
    flash_mb=16,
    licence="UR",
    interfaces=tuple(
        PhysicalInterface(physical=f"Ethernet{n}", burned_in_mac="02:00:00:00:00:01")
        for n in range(4)
    ),
)
STARTUP = """\
interface Ethernet0
 nameif outside
 ip address 172.16.1.1 255.255.0.0 standby 172.16.1.2
interface Ethernet1
 nameif inside
 ip address 192.168.1.1 255.255.255.0 standby 192.168.1.2
passwd 2KFQnbNIdI.2KYOU encrypted
username anna password clear-text privilege 7
username bert nopassword
failover link state Ethernet2
failover interface ip state 10.0.0.1 255.0.0.0 standby 10.0.0.2
ssh 192.168.1.0 255.255.255.0 inside
"""


class Unit:
    def __init__(self, startup: str = STARTUP, *, management_path: bool = False) -> None:
        self.engine = ManagementEngine(
            FACTS, cable=False, boot=7, seed=b"seed", management_path=management_path
        )
        self.now_ms = 0
        self.kept = ""
        for event in cold_boot(startup, Identity.PRIMARY):
            self.step(event)

    def step(self, event: ev.Event) -> list[ev.Effect]:
        effects = self.engine.step(event, self.now_ms, 0)
        self.kept = next(
            (e.text for e in effects if isinstance(e, ev.Keep) and e.name == ev.RUNNING_CONFIG),
            self.kept,
        )
        return effects

    def login(self, user: str, password: str, peer: str = "192.168.1.7") -> ev.LoginAnswered:
        (answer,) = [
            effect
            for effect in self.step(ev.LoginAsked(4, user, password, peer))
            if isinstance(effect, ev.LoginAnswered)
        ]
        return answer

    def connect(self, peer: str, local: str) -> bool:
        (answer,) = [
            effect
            for effect in self.step(ev.ConnectionAsked(4, peer, local))
            if isinstance(effect, ev.ConnectionAnswered)
        ]
        return answer.allowed

    def type(self, line: str, session: int = 9) -> str:
        replies = self.step(ev.CommandEntered(session, line))
        return "".join(e.text + e.prompt for e in replies if isinstance(e, ev.Reply))


@pytest.mark.parametrize(
    ("password", "user", "stored"),
    [("cisco", "", "2KFQnbNIdI.2KYOU"), ("", "", "8Ry2YjIyt7RRXU24")],
)
def test_the_weak_form_is_the_documents(password: str, user: str, stored: str) -> None:
    assert weak(password, user) == stored
    assert Stored(stored, Form.WEAK, user).verifies(password)
    assert not Stored(stored, Form.WEAK, user).verifies(password + "x")


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_strong_form_takes_its_own_password_alone(one: str, other: str) -> None:
    stored = Stored(strong(one, b"0123456789abcdef"), Form.STRONG)
    assert is_strong(stored.text)
    assert stored.verifies(other) is (one == other)


@given(st.text(max_size=60))
def test_no_text_in_the_place_of_a_stored_one_raises(text: str) -> None:
    assert not Stored(text, Form.STRONG).verifies("cisco")
    assert not Stored("$sha512$" + text, Form.STRONG).verifies("cisco")


def test_salts_differ() -> None:
    salts = Salts(b"seed")
    assert len({salts.draw() for _ in range(100)}) == 100


def test_a_password_in_clear_in_startup_config_is_stored_strongly() -> None:
    unit = Unit()
    assert "clear-text" not in unit.kept
    assert "username anna password $sha512$5000$" in unit.kept
    assert unit.login("anna", "clear-text").allowed


@pytest.mark.parametrize(
    ("user", "password", "allowed"),
    [
        ("pix", "cisco", True),
        ("pix", "Cisco", False),
        ("pix", "", False),
        ("anna", "clear-text", True),
        ("anna", "cisco", False),
        ("bert", "anything", False),
        ("nobody", "cisco", False),
    ],
)
def test_logins_over_ssh(user: str, password: str, allowed: bool) -> None:
    assert Unit().login(user, password).allowed is allowed


def test_wrong_passwords_wait_longer_and_the_right_one_waits_with_them() -> None:
    unit = Unit()
    waits = [unit.login("pix", "wrong").wait_ms for _ in range(4)]
    assert waits == sorted(set(waits))
    right = unit.login("pix", "cisco")
    assert right.allowed
    assert right.wait_ms == waits[-1]
    assert unit.login("pix", "cisco", peer="192.168.1.8").wait_ms == 0
    assert any("605004" in line and '"pix"' in line for line in unit.engine.messages)
    assert not any("wrong" in line for line in unit.engine.messages)


def test_the_guard_is_bounded() -> None:
    guard = Guard()
    for number in range(SOURCES_MAX * 2):
        guard.wait_ms(str(number), 0, right=False)
    assert max(guard.wait_ms("1", 0, right=False) for _ in range(50)) == QUEUE_MAX_MS


@pytest.mark.parametrize(
    ("peer", "local", "allowed"),
    [
        ("192.168.1.7", "192.168.1.1", True),
        ("::ffff:192.168.1.7", "::ffff:192.168.1.2", True),
        ("192.168.2.7", "192.168.1.1", False),
        ("192.168.1.7", "172.16.1.1", False),
        ("10.0.0.2", "10.0.0.1", False),
        ("203.0.113.9", "203.0.113.1", False),
        ("127.0.0.1", "127.0.0.1", True),
    ],
)
def test_from_where_and_to_which_address(peer: str, local: str, allowed: bool) -> None:
    assert Unit().connect(peer, local) is allowed


def test_the_management_nic_is_always_let_in() -> None:
    assert Unit(management_path=True).connect("203.0.113.9", "203.0.113.1")
    assert not Unit(management_path=True).connect("10.0.0.2", "10.0.0.1")


def test_an_empty_enable_password_is_refused_over_ssh() -> None:
    unit = Unit()
    unit.step(ev.SessionOpened(5, ev.SessionKind.SSH, user="pix", peer="192.168.1.7"))
    assert unit.type("enable", 5).startswith("ERROR: no enable password is set")
    unit.type("enable password something")
    assert unit.type("enable", 5).endswith("Password: ")
    assert unit.type("something", 5).endswith("# ")


def test_sessions_nobody_types_in_are_closed() -> None:
    unit = Unit()
    unit.step(ev.SessionOpened(5, ev.SessionKind.SSH, user="pix", peer="192.168.1.7"))
    unit.step(ev.SessionOpened(6, ev.SessionKind.CONSOLE))
    due_ms = unit.engine.next_due_ms()
    assert due_ms == 5 * 60_000
    unit.now_ms = due_ms
    closed = [e for e in unit.step(ev.TimePassed()) if isinstance(e, ev.CloseSession)]
    assert closed == [ev.CloseSession(5)]


def test_nothing_secret_is_said_to_anybody() -> None:
    unit = Unit()
    said: list[ev.Effect] = []
    unit.step(ev.SessionOpened(5, ev.SessionKind.CONSOLE))
    for line in ("enable", "", "enabel password s3cret", "conf t", "enable password s3cret"):
        said += unit.step(ev.CommandEntered(5, line))
    for line in ("failover key s3cret", "username x password s3cret", "show history", "show run"):
        said += unit.step(ev.CommandEntered(5, line))
    open_to_all = (ev.Reply, ev.ConsoleText, ev.PublishTopic)
    assert "s3cret" not in "".join(str(one) for one in said if isinstance(one, open_to_all))


@pytest.mark.parametrize(
    ("line", "forgotten"),
    [
        ("failover key s3cret", True),
        ("fail key hex 00112233445566778899aabbccddeeff", True),
        ("no failover key s3cret", True),
        ("enable password s3cret", True),
        ("username x password s3cret", True),
        ("usernme x password s3cret", True),
        ("snmp-server community s3cret", True),
        ("failover exec active failover key s3cret", True),
        ("show clock | keep key s3cret", True),
        ("failover polltime unit 1", False),
        ("show running-config failover", False),
    ],
)
def test_a_terminal_recalls_no_line_with_a_secret(line: str, forgotten: bool) -> None:
    unit = Unit()
    unit.step(ev.SessionOpened(5, ev.SessionKind.CONSOLE))
    for typed in ("enable", "", "configure terminal"):
        unit.step(ev.CommandEntered(5, typed))
    said = unit.step(ev.CommandEntered(5, line))
    assert (ev.LineForgotten(5) in said) is forgotten


def test_banners_are_shown_when_a_session_begins() -> None:
    unit = Unit(STARTUP + "banner motd Of $(hostname).\nbanner exec Mind.\nbanner login Who?\n")
    for kind in (ev.SessionKind.CONSOLE, ev.SessionKind.SSH):
        begun = unit.step(ev.SessionOpened(kind is ev.SessionKind.SSH, kind))
        (text,) = [one.text for one in begun if isinstance(one, ev.Reply)]
        assert (
            text == "Of pixfirewall.\nMind.\nType help or '?' for a list of available commands.\n"
        )
    assert unit.step(ev.SessionOpened(3, ev.SessionKind.PROGRAM)) == []


def test_a_console_is_closed_when_it_is_told_to_be() -> None:
    unit = Unit(STARTUP + "console timeout 2\n")
    unit.step(ev.SessionOpened(6, ev.SessionKind.CONSOLE))
    unit.now_ms = 60_000
    unit.step(ev.CommandEntered(6, "show clock"))
    assert unit.engine.next_due_ms() == 3 * 60_000
    unit.now_ms = 3 * 60_000
    closed = [e for e in unit.step(ev.TimePassed()) if isinstance(e, ev.CloseSession)]
    assert closed == [ev.CloseSession(6)]


@pytest.mark.parametrize("management_path", [False, True])
@pytest.mark.parametrize("local", ["2001:db8:1::1", "2001:db8:1::2"])
def test_no_ssh_line_lets_anybody_in_by_ipv6(local: str, management_path: bool) -> None:
    line = " ipv6 address 2001:db8:1::1/64 standby 2001:db8:1::2\n"
    with_ipv6 = STARTUP.replace(" nameif inside\n", " nameif inside\n" + line)
    unit = Unit(with_ipv6 + "ssh 0.0.0.0 0.0.0.0 inside\n", management_path=management_path)
    assert unit.connect("192.168.1.7", "192.168.1.1")
    assert not unit.connect("2001:db8:1::7", local)

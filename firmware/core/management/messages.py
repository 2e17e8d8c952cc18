"""The system messages: one row per number, severity and text, in the form the public tables give.

``{unit}`` is Primary or Secondary; ``{0}``, ``{1}`` are the arguments ``Log`` carries. Numbers from
990001 are ours, where the document has no message. Knows nothing of when a message is due.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from firmware.core.message_ids import MessageId as M
from firmware.core.settings import Identity, Platform


@dataclass(frozen=True, slots=True)
class Row:
    """Severity as syslog counts (1 alert ... 7 debugging), the text, and when it is said."""

    severity: int
    text: str
    when: str


MESSAGES: dict[M, Row] = {
    M.CABLE_OK: Row(1, "({unit}) Failover cable OK.", "the cable is present and works"),
    M.CABLE_BAD: Row(1, "({unit}) Bad failover cable.", "present, but a wire of it is broken"),
    M.CABLE_NOT_CONNECTED_HERE: Row(
        1, "({unit}) Failover cable not connected (this unit).", "the plug here is out"
    ),
    M.CABLE_NOT_CONNECTED_THERE: Row(
        1, "({unit}) Failover cable not connected (other unit).", "the plug at the mate is out"
    ),
    M.CABLE_UNREADABLE: Row(
        1, "({unit}) Error reading failover cable status.", "the GPIO lines cannot be read"
    ),
    M.MATE_POWER_LOST: Row(
        1, "({unit}) Power failure/System reload other side.", "the power probe says so"
    ),
    M.NO_RESPONSE: Row(
        1,
        "({unit}) No response from other firewall (reason code = {0}).",
        "every channel was silent for the hold time",
    ),
    M.MATE_INTERFACE_OK: Row(
        1,
        "({unit}) Other firewall network interface {0} OK.",
        "the mate says that an interface it had failed works again; they count from 0",
    ),
    M.MATE_INTERFACE_FAILED: Row(
        1,
        "({unit}) Other firewall network interface {0} failed.",
        "the mate says that an interface of its own failed; they count from 0",
    ),
    M.MATE_REPORTS_ME_FAILED: Row(
        1,
        "({unit}) Other firewall reports this firewall failed. Reason: {0}.",
        "the mate says so",
    ),
    M.MATE_REPORTS_FAILURE: Row(
        1, "({unit}) Other firewall reporting failure. Reason: {0}.", "the mate marked itself"
    ),
    M.MATE_VERSION_INCOMPATIBLE: Row(
        1, "({unit}) Mate version {0} is not compatible with ours {1}", "at negotiation"
    ),
    M.MATE_VERSION_DIFFERS: Row(
        1, "({unit}) Mate version {0} is not identical with ours {1}", "at negotiation"
    ),
    M.SWITCHING_TO_ACTIVE: Row(1, "({unit}) Switching to ACTIVE - {0}.", "this unit takes over"),
    M.SWITCHING_TO_STANDBY: Row(1, "({unit}) Switching to STANDBY - {0}.", "this unit yields"),
    M.SWITCHING_TO_FAILED: Row(1, "({unit}) Switching to FAILED.", "this unit marks itself failed"),
    M.SWITCHING_TO_OK: Row(1, "({unit}) Switching to OK.", "this unit is no longer failed"),
    M.FAILOVER_DISABLED: Row(1, "({unit}) Disabling failover.", "no failover"),
    M.FAILOVER_ENABLED: Row(1, "({unit}) Enabling failover.", "failover"),
    M.INTERFACE_WAITING: Row(
        1, "({unit}) Monitoring on interface {0} waiting", "no second hello there yet"
    ),
    M.INTERFACE_NORMAL: Row(1, "({unit}) Monitoring on interface {0} normal", "hellos are heard"),
    M.INTERFACE_LOST: Row(
        1,
        "({unit}) Lost Failover communications with mate on interface {0}.",
        "hellos stopped there",
    ),
    M.LINK_UP: Row(1, "({unit}) Link status Up on interface {0}.", "carrier came"),
    M.LINK_DOWN: Row(1, "({unit}) Link status Down on interface {0}.", "carrier went"),
    M.TESTING_INTERFACE: Row(
        1, "({unit}) Testing interface {0}.", "no hello there for half of the hold time"
    ),
    M.INTERFACE_TESTED: Row(
        1, "({unit}) Testing on interface {0} {1}.", "Passed or Failed, at the end of its tests"
    ),
    M.MESSAGE_BLOCK_FAILED: Row(
        3,
        "({unit}) Failover message block alloc failed",
        "too much waits for the mate; it takes the whole configuration instead. `show blocks`",
    ),
    M.CABLE_COMMUNICATION_FAILURE: Row(
        1, "({unit}) Failover cable communication failure", "no hello by the cable for hold time"
    ),
    M.REPLICATION_INCOMPLETE: Row(
        1, "({unit}) Incomplete/slow config replication", "a configuration did not arrive whole"
    ),
    M.LAN_INTERFACE_UP: Row(1, "Failover LAN interface is up.", "its carrier came"),
    M.LAN_INTERFACE_DOWN: Row(1, "LAN Failover interface is down.", "its carrier went"),
    M.MATE_LAN_UP: Row(1, "Receive a LAN_FAILOVER_UP message from peer.", "the mate just booted"),
    M.SWITCHING_BACK_AND_FORTH: Row(
        1,
        "The primary and standby units are switching back and forth as the active unit.",
        "one switchover follows another too soon",
    ),
    M.INTERFACE_COUNT_MISMATCH: Row(
        1, "({unit}) Interface count mismatch.", "the units have different numbers of interfaces"
    ),
    M.FAILOVER_LINK_OK: Row(1, "({unit}) Failover interface OK.", "hellos on the LAN link again"),
    M.FAILOVER_LINK_FAILED: Row(
        1, "({unit}) Failover interface failed.", "silent, while the mate is heard elsewhere"
    ),
    M.MATE_CHASSIS_DIFFERS: Row(
        1, "({unit}) Mate has a different chassis.", "hardware differs, or the mate is a stranger"
    ),
    M.MATE_MODE_DIFFERS: Row(
        1,
        "({unit}) Mate operational mode ({0}) is not compatible with my mode ({1}).",
        "at negotiation",
    ),
    M.MATE_LICENCE_DIFFERS: Row(
        1,
        "({unit}) Mate license ({0}) is not compatible with my license ({1}).",
        "at negotiation",
    ),
    M.MATE_CARD_DIFFERS: Row(
        1,
        "Mate has a {0} card in slot {1} which is different from my {2}",
        "types of interfaces differ; the slot counts from 0 in the order of unit.toml",
    ),
    M.REPLICATION_SENDING: Row(
        1,
        "({unit}) Beginning configuration replication: Sending to mate.",
        "active: the mate asked for the configuration",
    ),
    M.REPLICATION_SENT: Row(
        1, "({unit}) End Configuration Replication (ACT).", "active: all of it is on its way"
    ),
    M.REPLICATION_RECEIVING: Row(
        1,
        "({unit}) Beginning configuration replication: Receiving from mate.",
        "standby: it begins to arrive",
    ),
    M.REPLICATION_RECEIVED: Row(
        1, "({unit}) End Configuration Replication (STB).", "standby: it runs here now"
    ),
    M.REPLICATION_COMMAND_FAILED: Row(
        2,
        "Configuration replication failed for command {0}",
        "on both: a replicated line was refused by the standby",
    ),
    M.TYPED_DURING_SYNC: Row(
        4,
        "({unit}) Configuration sync in progress. Command: '{0}' "
        "will be executed by the standby unit after it.",
        "active: a line was typed while the mate takes the configuration over",
    ),
    M.LINE_PROTOCOL_UP: Row(
        4, "Line protocol on Interface {0}, changed state to up", "also at a switchover"
    ),
    M.LINE_PROTOCOL_DOWN: Row(
        4, "Line protocol on Interface {0}, changed state to down", "also at a switchover"
    ),
    M.IDENTITY_CONFLICT: Row(
        1,
        "({unit}) Both units claim to be {0}. Check the ends of the cable or failover lan unit.",
        "two units of one identity hear each other",
    ),
    M.EMPTY_UNIT_YIELDS: Row(
        1,
        "({unit}) This unit has no configuration and yields to its configured mate.",
        "an empty unit never becomes active over a configured one",
    ),
    M.HANDOVER_ROLLED_BACK: Row(
        1,
        "({unit}) The mate did not take over within {0} ms. This unit is active again.",
        "a planned switchover was not claimed",
    ),
    M.FENCED: Row(
        1,
        "({unit}) The supervisor took this unit off the network: {0}.",
        "the failover process died or hung",
    ),
    M.STRAP_CHANGED: Row(
        1,
        "({unit}) The cable's end now says {0}. It counts at the next reload.",
        "the identity is latched at boot",
    ),
    M.LINES_NOT_ACTED_ON: Row(
        4,
        "{0} lines of the configuration are kept but not acted on, the first: {1}",
        "a configuration was loaded",
    ),
    M.LINES_NOT_TAKEN: Row(
        3,
        "{0} lines of the startup configuration were not taken, the first is line {1}",
        "startup-config was loaded; the console is told each of them, and why",
    ),
    M.FRAMES_IGNORED: Row(
        4, "({unit}) {0} frames ignored on {1}: {2}.", "garbled, strange or replayed frames"
    ),
    M.NOT_REAL_TIME: Row(
        4,
        "({unit}) The failover process has no real-time priority; hellos may be late under load.",
        "at start, where it is not allowed",
    ),
    M.FLASH_UNREADABLE: Row(
        1, "Flash file {0} cannot be used: {1}. The unit starts without it.", "at start"
    ),
    M.BROKER_UNREACHABLE: Row(
        4, "MQTT broker {0} is not reachable: {1}. Trying on.", "once per change"
    ),
    M.DATA_PLANE_REFUSED: Row(
        1,
        "({unit}) The interfaces could not be set up: {0}. Trying on.",
        "the kernel refuses the data plane; once for each reason",
    ),
    M.OUT_OF_SYNC: Row(
        2,
        "({unit}) The units run different configurations: {0}. Type write standby on the active.",
        "active: what the units run is not the same, and is not mended by itself",
    ),
    M.IN_SYNC: Row(
        5, "({unit}) The configurations of the two units are the same again.", "after 990016"
    ),
    M.KEY_MISMATCH: Row(
        1,
        "Failover message decryption failure. Please make sure both units have the same failover "
        "shared key and crypto license or system is not out of memory",
        "frames of the mate cannot be opened; at most once a minute",
    ),
    M.ENABLE_DENIED: Row(
        6, "console enable password incorrect for {0} tries (from {1})", "enable was given up"
    ),
    M.SSH_DENIED: Row(3, "Denied SSH session from {0} on interface {1}", "no ssh line lets it in"),
    M.PRIVILEGE_CHANGED: Row(
        5, "User priv level changed: Uname: {0} From: {1} To: {2}", "enable, disable, login"
    ),
    M.LOGIN_DENIED: Row(
        6, 'Login denied from {0} to {1} for user "{2}"', "a wrong name or password"
    ),
    M.LOGIN_PERMITTED: Row(
        6, 'Login permitted from {0} to {1} for user "{2}"', "over SSH, or by login"
    ),
    M.USER_LOGGED_OUT: Row(5, "User logged out: Uname: {0}", "logout"),
    M.WEAK_PASSWORDS: Row(
        4,
        "{0} passwords are stored in a weak form, the first: {1}. Type them anew.",
        "a configuration was loaded",
    ),
    M.RULES_REFUSED: Row(
        1,
        "({unit}) The packet rules could not be loaded: {0}. Trying on.",
        "once for each reason; the unit takes part in nothing before its first rules",
    ),
    M.TIMEOUT_REFUSED: Row(
        4,
        "A timeout of connections could not be set: {0}. The packet rules are in force.",
        "once for each reason; the kernel's own timeout holds",
    ),
    M.CHANNEL_BEGUN_ANEW: Row(
        4,
        "({unit}) Replication begins anew: the mate acknowledges what was not sent.",
        "somebody may speak in its name; at most every 5 s. A failover key keeps him out",
    ),
    M.NIC_GONE: Row(
        1,
        "({unit}) The network adapter of interface {0} ({1}) is gone.",
        "pulled, or its driver ended. Plug it in again: the unit goes on with it by itself",
    ),
    M.STOOD_STILL: Row(
        1,
        "({unit}) The failover process stood still for {0} ms. Looking for the mate anew.",
        "it was late by so much that the mate may have become active, or begun anew",
    ),
    M.NO_LEASE: Row(
        4,
        "({unit}) The kernel cannot be told to stop forwarding by itself: {0}.",
        "at start; a unit all of whose processes stand still goes on forwarding",
    ),
    M.NO_WITNESS_LEFT: Row(
        1,
        "({unit}) No failover witness is left ({0}); a takeover is blocked.",
        "no way of `failover witness` can tell a dead mate from a cut",
    ),
    M.TAKEOVER_NOT_BLOCKED: Row(1, "({unit}) A takeover is no longer blocked.", "after 990032"),
}


ARGUMENT_MAX = 200  # characters; a damaged startup-config may be one line of megabytes


def body(message: M, arguments: tuple[str, ...], unit: Identity | None) -> str:
    """The text after the number. Missing arguments show as ``?``, so that nothing raises."""
    short = (a if len(a) <= ARGUMENT_MAX else a[:ARGUMENT_MAX] + " (cut)" for a in arguments)
    filled = (*short, "?", "?", "?")
    text = MESSAGES[message].text
    if unit is None:
        text = text.removeprefix("({unit}) ")  # nobody knows yet which of the two it is
    name = "" if unit is None else unit.value
    # A reason that is a sentence already must not end in two full stops.
    return text.format(*filled, unit=name).replace("..", ".")


def line(
    message: M,
    arguments: tuple[str, ...],
    unit: Identity | None,
    platform: Platform,
    severity: int | None = None,
) -> str:
    """``%PIX-1-104001: (Secondary) Switching to ACTIVE - HELLO not heard from mate.``

    ``severity`` 0-7 is that of `logging message ... level`; None: its own.
    """
    severity = MESSAGES[message].severity if severity is None else severity
    text = body(message, arguments, unit)
    return f"%{platform.value.upper()}-{severity}-{int(message)}: {text}"


BUFFER_LINES = 1000


@dataclass(frozen=True, slots=True)
class Logged:
    """One message in the buffer."""

    wall_ms: int
    message: M
    text: str  # the whole line, %PIX- and all


class Buffer:
    """The messages since this unit started, oldest lost first.

    ``lines`` are all of them, whatever the configuration says of logging. ``shown`` are the texts
    that `logging buffered` lets into the buffer of `show logging`, which is bounded in bytes.
    """

    def __init__(self) -> None:
        self._lines: deque[Logged] = deque(maxlen=BUFFER_LINES)
        self._shown: deque[str] = deque()
        self._bytes = 0
        self.logged = 0
        self.passed = 0  # into ``shown``, lost ones included

    def add(self, logged: Logged) -> None:
        """Keep it, and let the oldest go when full."""
        self._lines.append(logged)
        self.logged += 1

    def show(self, text: str, size: int) -> None:
        """Let a text into the buffer of `show logging`, which holds ``size`` bytes."""
        self._shown.append(text)
        self._bytes += len(text) + 1
        self.passed += 1
        while self._bytes > size and self._shown:
            self._bytes -= len(self._shown.popleft()) + 1

    def clear(self) -> None:
        """``clear logging buffer``: the unit's own memory of them stays."""
        self._shown.clear()
        self._bytes = 0

    @property
    def lines(self) -> tuple[Logged, ...]:
        """Oldest first."""
        return tuple(self._lines)

    @property
    def shown(self) -> tuple[str, ...]:
        """Oldest first."""
        return tuple(self._shown)


def markdown() -> str:
    """docs/messages.md, made from the table."""
    head = (
        "# System messages\n\n"
        "Made from `firmware/core/management/messages.py`; a test holds it current. The line is\n"
        "`%PIX-severity-number: text` (`%ASA-` on platform asa); `{unit}` is Primary or\n"
        "Secondary. Numbers from 990001 are ours.\n\n"
        "| number | severity | text | when |\n|---|---|---|---|\n"
    )
    rows = sorted(MESSAGES.items())
    return head + "".join(f"| {int(n)} | {r.severity} | {r.text} | {r.when} |\n" for n, r in rows)

"""Rows of the command table: SNMP, time, DNS, and other services a unit has beside its work.

Nearly all is known by name: kept, shown and replicated, and not acted on yet.
"""

from __future__ import annotations

from firmware.core.management.cli.row import Arguments, Mode, No, Row, Shown, Typed
from firmware.core.management.cli.table.users import MASK

TRAPS = ("authentication", "linkup", "linkdown", "coldstart")
_TRAP = "|".join(TRAPS)


def known(
    syntax: str,
    help: str,
    *,
    name: str = "",
    mode: Mode = Mode.CONFIG,
    key: tuple[str, ...] = (),
    least: tuple[str, ...] | None = None,
    ordered: tuple[str, ...] | None = None,
    opens: Mode | None = None,
    no: No = No.REMOVES,
    default: str = "",
    separated: bool = False,
    manual: str = "",
    source: str = "public",
) -> Row:
    """A line known by name: kept and shown, not acted on. ``default`` is always shown."""
    return Row(
        syntax=syntax,
        help=help,
        name=name,
        mode=mode,
        key=key,
        least=least,
        ordered=ordered,
        opens=opens,
        no=no,
        default=default,
        default_shown=Shown.ALWAYS if default else Shown.NEVER,
        separated=separated,
        manual=manual,
        enforced=False,
        source=source,
    )


def _traps(arguments: Arguments) -> str:
    asked = [trap for trap in TRAPS if arguments.has(trap)] or list(TRAPS)
    return " ".join(("snmp-server enable traps snmp", *asked))


def _hidden(name: str) -> Row:
    """``community``: whoever knows it may ask this unit anything."""
    return Row(
        syntax=f"snmp-server {name} <secret:word>",
        help="The community string",
        enforced=False,
        least=(),
        secret="secret",
        masked=lambda _: f"snmp-server {name} {MASK}",
        choices={"secret": "The string"},
        source="public",
    )


def _host_masked(arguments: Arguments) -> str:
    words = list(arguments.words)
    if "community" in arguments.values:
        words[words.index("community") + 1] = MASK
    return " ".join(words)


_SNMP = (
    Row(
        syntax="snmp-server host <interface:if_name> <address:host> [poll|trap] "
        "[community <community:word>] [version {1|2c}] [udp-port <port:1-65535>]",
        help="A station that may ask, and is told",
        key=("interface", "address"),
        enforced=False,
        secret="community",
        masked=_host_masked,
        choices={
            "interface": "Interface it is reached by",
            "address": "Address or name of the station",
            "poll": "It only asks",
            "trap": "It is only told",
            "community": "The community string",
            "version": "Version of SNMP",
            "udp-port": "Port it listens on",
        },
        source="public",
    ),
    known(
        "snmp-server location <text:line>",
        "Where this unit stands",
        default="no snmp-server location",
        least=(),
        source="seed",
    ),
    known(
        "snmp-server contact <text:line>",
        "Who looks after it",
        default="no snmp-server contact",
        least=(),
        source="seed",
    ),
    _hidden("community"),
    Row(
        syntax=f"snmp-server enable traps snmp ({_TRAP})*",
        help="Standard traps",
        no=No.KEPT,
        enforced=False,
        write=_traps,
        default="snmp-server enable traps snmp authentication linkup linkdown coldstart",
        default_shown=Shown.ALWAYS,
        choices={
            "authentication": "A wrong community string",
            "linkup": "A link came up",
            "linkdown": "A link went down",
            "coldstart": "The unit started",
        },
    ),
    known("snmp-server enable traps syslog", "System messages as traps", source="seed"),
    known(
        "snmp-server enable traps {ipsec|entity|remote-access} [<text:line>]",
        "Other traps",
        name="snmp-server enable traps other",
        key=("*",),
    ),
    known(
        "snmp-server enable",
        "The SNMP agent",
        name="snmp-server enable agent",
        no=No.ONLY,
    ),
    known("snmp-server listen-port <port:1-65535>", "Port of the SNMP agent", least=()),
)


_TIME = (
    known(
        "clock timezone <zone:word> <hours:-23-23> [<minutes:0-59>]",
        "The time zone of this unit",
        least=(),
    ),
    known("clock summer-time <text:line>", "When summer time begins and ends", least=()),
    known(
        "ntp server <address:host> [key <number:1-4294967295>] [source <interface:if_name>] "
        "[prefer]",
        "A time server",
        key=("address",),
    ),
    known("ntp authenticate", "Ask time servers for their key"),
    Row(
        syntax="ntp authentication-key <number:1-4294967295> md5 <secret:word>",
        help="A key of time servers",
        key=("number",),
        secret="secret",
        masked=lambda arguments: " ".join((*arguments.words[:-1], MASK)),
        enforced=False,
        source="public",
    ),
    known("ntp trusted-key <number:1-4294967295>", "A key that counts", key=("number",)),
)

_DNS = (
    known("dns domain-lookup <interface:if_name>", "Ask name servers there", key=("interface",)),
    known(
        "dns server-group <group:name>",
        "Name servers",
        key=("group",),
        opens=Mode.DNS_GROUP,
        source="seed",
    ),
    known("dns-guard", "One answer to one question"),
    known(
        "domain-name <domain:word>",
        "Domain of names without one",
        mode=Mode.DNS_GROUP,
        least=(),
        source="seed",
    ),
    known(
        "name-server <address:address> ( <address:address> )*",
        "A name server",
        mode=Mode.DNS_GROUP,
        key=("*",),
        ordered=(),
    ),
    known("retries <times:0-10>", "How often to ask", mode=Mode.DNS_GROUP, least=()),
    known("timeout <seconds:1-30>", "How long to wait", mode=Mode.DNS_GROUP, least=()),
)


def _failover_first(typed: Typed) -> str:
    """The document: a local CA server and failover exclude one another."""
    failover = typed.configuration.entry("failover")
    if typed.negated or failover is None or failover.negated:
        return ""
    return "the local CA server cannot be configured while failover is on; type no failover first"


_CA = (
    Row(
        syntax="crypto ca server",
        help="The local CA server",
        opens=Mode.CA_SERVER,
        replicated=False,
        check=_failover_first,
        enforced=False,
        manual="Excludes failover, as the document says. Known by name: it issues nothing.",
    ),
    known("shutdown", "Do not serve", mode=Mode.CA_SERVER, no=No.KEPT),
    *(
        known(f"{words} <text:line>", "Setting of the CA server", mode=Mode.CA_SERVER, least=())
        for words in (
            "cdp-url",
            "database path",
            "issuer-name",
            "keysize",
            "keysize server",
            "lifetime ca-certificate",
            "lifetime certificate",
            "lifetime crl",
            "otp expiration",
            "renewal-reminder",
            "smtp from-address",
            "smtp subject",
            "subject-name-default",
        )
    ),
)

_OTHERS = (
    known(
        "ftp mode passive",
        "FTP of this unit itself is passive",
        no=No.KEPT,
        default="ftp mode passive",
        source="seed",
    ),
    known("asdm image <file:word>", "The image of ASDM", least=(), source="seed"),
    known(
        "asdm history enable",
        "The history of ASDM",
        default="no asdm history enable",
        source="seed",
    ),
    known("asdm location <text:line>", "A host ASDM knows", key=("*",)),
    known("asdm group <text:line>", "A group ASDM knows", key=("*",)),
    known(
        "icmp unreachable <text:line>",
        "How many unreachables are sent",
        key=(),
        least=(),
    ),
    known(
        "icmp action={permit|deny} <text:line>",
        "Who may ping this unit",
        name="icmp rule",
        key=("*",),
        ordered=(),
    ),
    known("http server enable [<port:1-65535>]", "The HTTPS server", least=()),
    known(
        "http <network:address> <mask:mask> <interface:if_name>",
        "From where HTTPS may come",
        name="http permit",
        key=("network", "mask", "interface"),
    ),
)

ROWS: tuple[Row, ...] = (*_SNMP, *_TIME, *_DNS, *_CA, *_OTHERS)

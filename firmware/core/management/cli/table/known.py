"""Rows of the command table: the other lines a 7.x configuration may hold. Known by name only.

They are kept in the order they came in, shown, saved and replicated, and change nothing. Keys and
passwords in them are not shown.
"""

from __future__ import annotations

import re

from firmware.core.management.cli.row import Arguments, Mode, Row
from firmware.core.management.cli.table.users import MASK

_SECRET = re.compile(
    r"\b(key(?: [08])?|(?:ldap-login-)?password|radius-common-pw|pre-shared-key|md5)\s+"
    r"(?!chain\b)\S+"
)


def _masked(arguments: Arguments) -> str:
    return _SECRET.sub(rf"\1 {MASK}", " ".join(arguments.words))


def _line(words: str, help: str, mode: Mode = Mode.CONFIG, *, bare: bool = False) -> Row:
    return Row(
        syntax=f"{words} [<text:line>]" if bare else f"{words} <text:line>",
        help=help,
        mode=mode,
        key=("*",),
        ordered=(),
        masked=_masked,
        enforced=False,
        source="public",
    )


def _section(syntax: str, help: str, opens: Mode, key: tuple[str, ...], *, name: str = "") -> Row:
    return Row(
        syntax=syntax,
        name=name,
        help=help,
        opens=opens,
        key=key,
        ordered=(),
        enforced=False,
        source="public",
    )


_TOP = {
    "aaa-server": "Servers that know users",
    "alias": "Addresses behind addresses",
    "auth-prompt": "What is asked at a login through the unit",
    "boot": "What to boot",
    "ddns": "Dynamic DNS",
    "dhcpd": "The DHCP server",
    "dhcprelay": "The DHCP relay",
    "established": "Connections that belong to others",
    "filter": "Filtering of URLs and of content",
    "fixup": "Inspection, as release 6 has it",
    "fragment": "Reassembly of fragments",
    "igmp": "IGMP",
    "mac-list": "MAC addresses",
    "management-access": "Management by an inside interface",
    "mfib": "Multicast forwarding",
    "mroute": "Multicast routes",
    "pim": "PIM",
    "privilege": "Privilege levels of commands",
    "regex": "Regular expressions",
    "rip": "RIP",
    "service": "Services of the unit",
    "sla": "Service level agreements",
    "ssl": "SSL",
    "sunrpc-server": "Sun RPC",
    "sysopt": "System options",
    "tftp-server": "The TFTP server",
    "threat-detection": "Threat detection",
    "track": "Tracking of objects",
    "url-block": "Buffering of URLs",
    "url-cache": "Caching of URLs",
    "url-server": "Servers that judge URLs",
    "virtual": "Virtual servers for logins",
    "vpdn": "VPDN",
    "vpn-sessiondb": "VPN sessions",
    "wccp": "WCCP",
}

_SECTIONS = (
    _section(
        "aaa-server <group:name> protocol <protocol:name>",
        "Servers that know users",
        Mode.SERVER_GROUP,
        ("group",),
        name="aaa-server protocol",
    ),
    _section(
        "aaa-server <group:name> [<interface:paren_if_name>] host <host:host>",
        "A server that knows users",
        Mode.SERVER_HOST,
        ("group", "host"),
        name="aaa-server host",
    ),
    _section(
        "crypto isakmp policy <number:1-65535>",
        "A policy of ISAKMP",
        Mode.ISAKMP,
        ("number",),
    ),
    _section(
        "crypto ca trustpoint <point:name>",
        "A trust point",
        Mode.TRUSTPOINT,
        ("point",),
    ),
    _section(
        "group-policy <group:name> attributes",
        "What holds for a group of VPN users",
        Mode.GROUP_POLICY,
        ("group",),
        name="group-policy attributes",
    ),
    _section(
        "tunnel-group <group:name> "
        "kind={ipsec-attributes|general-attributes|ppp-attributes|webvpn-attributes}",
        "What holds for a tunnel",
        Mode.TUNNEL_GROUP,
        ("group", "kind"),
        name="tunnel-group attributes",
    ),
    _section(
        "username <user:name> attributes",
        "What holds for a user",
        Mode.USER_ATTRIBUTES,
        ("user",),
        name="username attributes",
    ),
    _section("time-range <range:name>", "A time range", Mode.TIME_RANGE, ("range",)),
    _section(
        "route-map <map:name> [{permit|deny} [<number:0-65535>]]",
        "A route map",
        Mode.ROUTE_MAP,
        ("*",),
    ),
    _section("router <protocol:name> [<number:1-65535>]", "Routing", Mode.ROUTER, ("*",)),
    _section("tcp-map <map:name>", "How TCP is normalized", Mode.TCP_MAP, ("map",)),
    _section("webvpn", "Web VPN", Mode.WEBVPN, ()),
)

_LATER = (
    _line("multicast-routing", "Multicast routing", bare=True),
    _line("crypto dynamic-map", "A map of many ends"),
    _line("crypto ipsec", "IPsec"),
    _line("crypto isakmp", "ISAKMP"),
    _line("crypto map", "A map of ends"),
    _line("isakmp", "ISAKMP"),
    _line("ip audit", "Signatures of attacks"),
    _line("ip local pool", "Addresses for VPN users"),
    _line("ip verify", "Reverse path forwarding"),
    _line("ipv6 access-list", "Who may pass by IPv6"),
    _line("ipv6 icmp", "Who may send ICMP to the unit by IPv6"),
    _line("ipv6 local pool", "IPv6 addresses for VPN users"),
    _line("ipv6 neighbor", "The MAC address of an IPv6 neighbour"),
    _line("ipv6 route", "A static IPv6 route"),
    _line("group-policy", "A group of VPN users"),
    _line("tunnel-group", "A tunnel"),
)

_INSIDE: dict[Mode, tuple[str, ...]] = {
    Mode.INTERFACE: ("ipv6 enable", "ipv6 enforce-eui64", "ipv6 nd"),
    Mode.SERVER_GROUP: (
        "accounting-mode",
        "max-failed-attempts",
        "reactivation-mode",
    ),
    Mode.SERVER_HOST: (
        "acl-netmask-convert",
        "authentication-port",
        "accounting-port",
        "kerberos-realm",
        "key",
        "ldap-base-dn",
        "ldap-login-dn",
        "ldap-login-password",
        "ldap-naming-attribute",
        "ldap-scope",
        "nt-auth-domain-controller",
        "radius-common-pw",
        "retry-interval",
        "sdi-version",
        "server-port",
        "server-type",
        "timeout",
    ),
    Mode.ISAKMP: ("authentication", "encryption", "group", "hash", "lifetime"),
    Mode.TRUSTPOINT: (
        "crl configure",
        "email",
        "enrollment",
        "fqdn",
        "id-usage",
        "ip-address",
        "keypair",
        "password",
        "serial-number",
        "subject-name",
        "support-user-cert-validation",
    ),
    Mode.GROUP_POLICY: (
        "backup-servers",
        "banner",
        "client-access-rule",
        "default-domain",
        "dhcp-network-scope",
        "dns-server",
        "group-lock",
        "ip-comp",
        "ip-phone-bypass",
        "ipsec-udp",
        "ipsec-udp-port",
        "leap-bypass",
        "nem",
        "password-storage",
        "pfs",
        "re-xauth",
        "secure-unit-authentication",
        "split-dns",
        "split-tunnel-network-list",
        "split-tunnel-policy",
        "user-authentication",
        "user-authentication-idle-timeout",
        "vpn-access-hours",
        "vpn-filter",
        "vpn-idle-timeout",
        "vpn-session-timeout",
        "vpn-simultaneous-logins",
        "vpn-tunnel-protocol",
        "webvpn",
        "wins-server",
    ),
    Mode.TUNNEL_GROUP: (
        "accounting-server-group",
        "address-pool",
        "authentication",
        "authentication-server-group",
        "authorization-required",
        "authorization-server-group",
        "default-group-policy",
        "dhcp-server",
        "chain",
        "isakmp keepalive",
        "peer-id-validate",
        "pre-shared-key",
        "radius-with-expiry",
        "strip-group",
        "strip-realm",
        "trust-point",
    ),
    Mode.USER_ATTRIBUTES: (
        "group-lock",
        "memberof",
        "password-storage",
        "service-type",
        "vpn-access-hours",
        "vpn-filter",
        "vpn-framed-ip-address",
        "vpn-group-policy",
        "vpn-idle-timeout",
        "vpn-session-timeout",
        "vpn-simultaneous-logins",
        "vpn-tunnel-protocol",
    ),
    Mode.TIME_RANGE: ("absolute", "periodic"),
    Mode.ROUTE_MAP: ("match", "set"),
    Mode.ROUTER: (
        "area",
        "auto-summary",
        "default-information",
        "distance",
        "distribute-list",
        "log-adj-changes",
        "neighbor",
        "network",
        "passive-interface",
        "redistribute",
        "router-id",
        "summary-address",
        "timers",
        "version",
    ),
    Mode.TCP_MAP: (
        "check-retransmission",
        "checksum-verification",
        "exceed-mss",
        "queue-limit",
        "reserved-bits",
        "syn-data",
        "tcp-options",
        "ttl-evasion-protection",
        "urgent-flag",
        "window-variation",
    ),
    Mode.WEBVPN: (
        "accounting-server-group",
        "apcf",
        "authentication-server-group",
        "csd",
        "default-group-policy",
        "enable",
        "functions",
        "port",
        "port-forward",
        "proxy-bypass",
        "svc",
        "title",
        "tunnel-group-list",
        "url-list",
    ),
}

ROWS: tuple[Row, ...] = (
    *_SECTIONS,
    *(_line(word, help) for word, help in _TOP.items()),
    *_LATER,
    *(
        _line(words, "Setting", mode, bare=True)
        for mode, all_of in _INSIDE.items()
        for words in all_of
    ),
)

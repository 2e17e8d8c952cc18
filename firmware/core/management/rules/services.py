"""Names of protocols, ports and ICMP types as the document's unit spells them, both ways."""

from __future__ import annotations

PROTOCOLS = {
    "ip": None,
    "icmp": 1,
    "igmp": 2,
    "ipinip": 4,
    "tcp": 6,
    "igrp": 9,
    "udp": 17,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "icmp6": 58,
    "eigrp": 88,
    "ospf": 89,
    "nos": 94,
    "pim": 103,
    "pcp": 108,
    "snp": 109,
}
PROTOCOL_ALIASES = {"ipsec": 50, "pptp": 47}

_BOTH = {
    "discard": 9,
    "domain": 53,
    "echo": 7,
    "kerberos": 750,
    "nfs": 2049,
    "pim-auto-rp": 496,
    "sip": 5060,
    "sunrpc": 111,
    "tacacs": 49,
    "talk": 517,
}
TCP_PORTS = {
    **_BOTH,
    "aol": 5190,
    "bgp": 179,
    "chargen": 19,
    "cifs": 3020,
    "citrix-ica": 1494,
    "cmd": 514,
    "ctiqbe": 2748,
    "daytime": 13,
    "exec": 512,
    "finger": 79,
    "ftp": 21,
    "ftp-data": 20,
    "gopher": 70,
    "h323": 1720,
    "hostname": 101,
    "https": 443,
    "ident": 113,
    "imap4": 143,
    "irc": 194,
    "klogin": 543,
    "kshell": 544,
    "ldap": 389,
    "ldaps": 636,
    "login": 513,
    "lotusnotes": 1352,
    "lpd": 515,
    "netbios-ssn": 139,
    "nntp": 119,
    "pcanywhere-data": 5631,
    "pop2": 109,
    "pop3": 110,
    "pptp": 1723,
    "rsh": 514,
    "rtsp": 554,
    "smtp": 25,
    "sqlnet": 1521,
    "ssh": 22,
    "telnet": 23,
    "uucp": 540,
    "whois": 43,
    "www": 80,
}
UDP_PORTS = {
    **_BOTH,
    "biff": 512,
    "bootpc": 68,
    "bootps": 67,
    "cifs": 3020,
    "dnsix": 195,
    "isakmp": 500,
    "mobile-ip": 434,
    "nameserver": 42,
    "netbios-dgm": 138,
    "netbios-ns": 137,
    "ntp": 123,
    "pcanywhere-status": 5632,
    "radius": 1645,
    "radius-acct": 1646,
    "rip": 520,
    "secureid-udp": 5510,
    "snmp": 161,
    "snmptrap": 162,
    "syslog": 514,
    "tftp": 69,
    "time": 37,
    "who": 513,
    "www": 80,
    "xdmcp": 177,
}
ANY_PORTS = {**UDP_PORTS, **TCP_PORTS}
ICMP_TYPES = {
    "echo-reply": 0,
    "unreachable": 3,
    "source-quench": 4,
    "redirect": 5,
    "alternate-address": 6,
    "echo": 8,
    "router-advertisement": 9,
    "router-solicitation": 10,
    "time-exceeded": 11,
    "parameter-problem": 12,
    "timestamp-request": 13,
    "timestamp-reply": 14,
    "information-request": 15,
    "information-reply": 16,
    "mask-request": 17,
    "mask-reply": 18,
    "traceroute": 30,
    "conversion-error": 31,
    "mobile-redirect": 32,
}


def _named(names: dict[str, int]) -> dict[int, str]:
    """The name a number is printed by: the first in the alphabet that is not an alias."""
    return {number: name for name, number in sorted(names.items(), reverse=True)}


_TCP_NAMES, _UDP_NAMES = _named(TCP_PORTS), _named(UDP_PORTS)
_TCP_NAMES[514] = "rsh"
_ICMP_NAMES = _named(ICMP_TYPES)
_PROTOCOL_NAMES = {number: name for name, number in PROTOCOLS.items()}


def port_name(port: int, *, udp: bool = False) -> str:
    """``80`` -> www; a port without a name is its number."""
    return (_UDP_NAMES if udp else _TCP_NAMES).get(port, str(port))


def icmp_name(kind: int) -> str:
    """``8`` -> echo."""
    return _ICMP_NAMES.get(kind, str(kind))


def protocol_name(protocol: int | None) -> str:
    """``None`` -> ip, ``6`` -> tcp."""
    if protocol in _PROTOCOL_NAMES:
        return _PROTOCOL_NAMES[protocol]
    return str(protocol)

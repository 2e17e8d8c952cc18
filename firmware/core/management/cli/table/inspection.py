"""Rows of the command table: class-map, policy-map and what stands in them. Known by name only."""

from __future__ import annotations

from firmware.core.management.cli.row import Mode, Row
from firmware.core.management.cli.table.services import known

_CLASS_MAPS = (
    known(
        "class-map <name:name>",
        "A class of traffic",
        name="class-map",
        key=("name",),
        opens=Mode.CLASS_MAP,
        separated=True,
        source="seed",
    ),
    known(
        "class-map type kind={management|inspect|regex} [<protocol:name>] "
        "[how={match-all|match-any}] <name:name>",
        "A class of traffic of one protocol",
        name="class-map type",
        key=("kind", "name"),
        opens=Mode.CLASS_MAP,
        separated=True,
    ),
    known(
        "match <text:line>",
        "What belongs to it",
        mode=Mode.CLASS_MAP,
        key=("*",),
        ordered=(),
        source="seed",
    ),
    known("description <text:line>", "What it is for", mode=Mode.CLASS_MAP, least=()),
)

_POLICY_MAPS = (
    known(
        "policy-map type inspect <protocol:name> <name:name>",
        "How one protocol is looked at",
        name="policy-map type",
        key=("protocol", "name"),
        opens=Mode.POLICY_MAP,
        separated=True,
        source="seed",
    ),
    known(
        "policy-map <name:name>",
        "What is done with classes of traffic",
        name="policy-map",
        key=("name",),
        opens=Mode.POLICY_MAP,
        separated=True,
        source="seed",
    ),
    known("description <text:line>", "What it is for", mode=Mode.POLICY_MAP, least=()),
    known(
        "parameters",
        "Parameters of a protocol",
        mode=Mode.POLICY_MAP,
        opens=Mode.POLICY_PARAMETERS,
        source="seed",
    ),
    known(
        "class <class:name>",
        "What is done with a class",
        mode=Mode.POLICY_MAP,
        key=("class",),
        ordered=(),
        opens=Mode.POLICY_CLASS,
        source="seed",
    ),
    known(
        "match <text:line>",
        "What is done with messages that match",
        mode=Mode.POLICY_MAP,
        key=("*",),
        ordered=(),
        opens=Mode.POLICY_CLASS,
    ),
)

_PARAMETERS = tuple(
    known(
        f"{word} [<text:line>]",
        "Parameter",
        mode=Mode.POLICY_PARAMETERS,
        key=("*",),
        ordered=(),
        source="seed" if word == "message-length" else "public",
    )
    for word in (
        "allow-tls",
        "body-match-maximum",
        "call-duration-limit",
        "dns-guard",
        "dynamic-filter-snoop",
        "gtp",
        "id-mismatch",
        "id-randomization",
        "mail-relay",
        "mask-banner",
        "mask-syst-reply",
        "max-forwards-validation",
        "message-length",
        "nat-rewrite",
        "protocol-enforcement",
        "protocol-violation",
        "rtp-conformance",
        "software-version",
        "special-character",
        "spoof-server",
        "state-checking",
        "strict-header-validation",
        "timeout",
        "traffic-non-sip",
        "tsig",
        "uri-non-sip",
    )
)

_ACTIONS = (
    known(
        "inspect <protocol:name> [<text:line>]",
        "Look into a protocol",
        mode=Mode.POLICY_CLASS,
        key=("*",),
        ordered=(),
        source="seed",
    ),
    *(
        known(f"{word} [<text:line>]", "Action", mode=Mode.POLICY_CLASS, key=("*",), ordered=())
        for word in (
            "csc",
            "drop",
            "drop-connection",
            "flow-export",
            "ips",
            "log",
            "mask",
            "police",
            "priority",
            "rate-limit",
            "reset",
            "send-protocol-error",
            "set connection",
            "shape",
        )
    ),
)

ROWS: tuple[Row, ...] = (
    *_CLASS_MAPS,
    *_POLICY_MAPS,
    *_PARAMETERS,
    *_ACTIONS,
    known(
        "service-policy <policy:name> {where={global}|interface <interface:if_name>}",
        "Where a policy holds",
        name="service-policy",
        key=("where", "interface"),
        source="seed",
    ),
)

"""What a unit remembers of its mate's copy of the configuration. Written by mirror.py alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware.core.management.replicate.drift import Drift
from firmware.core.management.replicate.inbox import Inbox
from firmware.core.management.replicate.outbox import Outbox
from firmware.core.management.replicate.remote import Remote

EDITED_MARK = ": changed by hand on the standby unit\n"  # behind a configuration that is kept


@dataclass(slots=True)
class Replication:
    """One unit's side of it."""

    inbox: Inbox = field(default_factory=Inbox)
    outbox: Outbox = field(default_factory=Outbox)
    drift: Drift = field(default_factory=Drift)
    remote: Remote = field(default_factory=Remote)
    edited: bool = False  # typed at while standby, and not made the same since
    key_from_mate: bool = False  # the failover key in force came from the mate
    told: str = ""  # of being out of sync, as last said

"""Row of the command table: what proves the mate alive or dead beside the failover link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.core.management.cli.row import Arguments, Follow, Row, Typed
from firmware.core.management.cli.table.links import lan_link
from firmware.core.management.running.draft import Draft
from firmware.core.settings import Platform, Witness

if TYPE_CHECKING:
    from firmware.core.management.running.model import Entry

_WAYS = "way={ cable | lan | interfaces }"
_PASSIVE = (
    "INFO: A secondary unit that hears no mate at start stays passive from now on; "
    "no failover witness there lets it serve"
)
_NO_LAN = "INFO: lan is no way to the mate before failover lan interface is configured"
_NO_KEY = (
    "INFO: Without a failover key any unit on a data interface can be taken for the mate at start"
)


def _listed(arguments: Arguments) -> tuple[Witness, ...]:
    """Each once, in the order they are printed in."""
    typed = arguments.all("way")
    return tuple(witness for witness in Witness if witness.value in typed)


def _check(typed: Typed) -> str:
    asa = typed.configuration.facts.platform is Platform.ASA
    if asa and not typed.negated and Witness.CABLE in _listed(typed.arguments):
        return "this platform has no failover cable; list lan, interfaces or both"
    return ""


def _notes(typed: Typed) -> Follow:
    if typed.negated or typed.from_mate:
        return Follow()
    listed, configuration, notes = _listed(typed.arguments), typed.configuration, [_PASSIVE]
    if Witness.LAN in listed and lan_link(configuration) is None:
        notes.append(_NO_LAN)
    if Witness.INTERFACES in listed and configuration.entry("failover key") is None:
        notes.append(_NO_KEY)
    return Follow("\n".join(notes))


def _read(draft: Draft, arguments: Arguments, sections: tuple[Entry, ...]) -> None:
    draft.failover.witness = _listed(arguments)


def _write(arguments: Arguments) -> str:
    return " ".join(["failover witness", *(witness.value for witness in _listed(arguments))])


ROWS: tuple[Row, ...] = (
    Row(
        syntax=f"failover witness {_WAYS} ( {_WAYS} )*",
        help="What proves the mate alive or dead beside the failover link",
        check=_check,
        follow=_notes,
        read=_read,
        write=_write,
        least=(),
        choices={
            "cable": "The cable's hellos, plugs and power sense",
            "lan": "The LAN failover link",
            "interfaces": "The monitored data interfaces",
        },
        manual="Off by default. With it a failed failover link forbids no takeover, and one that "
        "is down at start makes no two actives, as long as one listed way is left. With none left "
        "nobody takes over, a secondary that starts stays passive, and both units say so (990032). "
        "The mode's own failover link may be listed too: then the silence of a LAN failover link "
        "that alone is left is a death.",
        source="ours",
    ),
)

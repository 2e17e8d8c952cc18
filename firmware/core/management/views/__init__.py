"""``show ...``: facts -> text, line for line as a unit prints it.

Every view is a pure function of typed facts; none parses a command or decides anything. Three
*forms* of output exist where the product changed its own: the 6.x of the troubleshooting samples,
the 7.2 of the document (the one printed unless another is asked for), and the 9.x that today's
parsers read.
"""

from firmware.core.management.views.access_lists import access_lists
from firmware.core.management.views.connections import (
    FLAGS_LEGEND,
    Locator,
    Translation,
    connection_count,
    connections,
    translations,
    xlate,
)
from firmware.core.management.views.drift import Standing, config_diff, fover, not_enforced
from firmware.core.management.views.interfaces import (
    NamedInterface,
    interface,
    interface_brief,
    ip_address,
    named_interfaces,
    nameif,
)
from firmware.core.management.views.ipv6 import (
    ipv6_interface,
    ipv6_interface_brief,
    ipv6_neighbor,
)
from firmware.core.management.views.picture import (
    HISTORY_MAX,
    Form,
    HistoryRow,
    Picture,
    active_time_s,
    is_active,
)
from firmware.core.management.views.routes import arp, route
from firmware.core.management.views.show_failover import (
    STATISTICS,
    STATISTICS_9,
    failover,
    monitored,
)
from firmware.core.management.views.state_history import (
    exec_mode,
    history,
    links,
    state,
    statistics,
)
from firmware.core.management.views.unit import (
    BlockRow,
    Modified,
    SessionRow,
    blocks,
    clock,
    cpu_usage,
    curpriv,
    firewall,
    inventory,
    memory,
    mode,
    typed,
    users,
    version,
)

__all__ = [
    "FLAGS_LEGEND",
    "HISTORY_MAX",
    "STATISTICS",
    "STATISTICS_9",
    "BlockRow",
    "Form",
    "HistoryRow",
    "Locator",
    "Modified",
    "NamedInterface",
    "Picture",
    "SessionRow",
    "Standing",
    "Translation",
    "access_lists",
    "active_time_s",
    "arp",
    "blocks",
    "clock",
    "config_diff",
    "connection_count",
    "connections",
    "cpu_usage",
    "curpriv",
    "exec_mode",
    "failover",
    "firewall",
    "fover",
    "history",
    "interface",
    "interface_brief",
    "inventory",
    "ip_address",
    "ipv6_interface",
    "ipv6_interface_brief",
    "ipv6_neighbor",
    "is_active",
    "links",
    "memory",
    "mode",
    "monitored",
    "named_interfaces",
    "nameif",
    "not_enforced",
    "route",
    "state",
    "statistics",
    "translations",
    "typed",
    "users",
    "version",
    "xlate",
]

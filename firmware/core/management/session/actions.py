"""Who does what the command table names: one handler per action."""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.failover.events import Order
from firmware.core.management.cli.row import Arguments
from firmware.core.management.kernel import Wanted
from firmware.core.management.model import Model
from firmware.core.management.session import (
    clearing,
    files,
    kernel_shows,
    login,
    modes,
    orders,
    showing,
)
from firmware.core.management.session.kernel_shows import asks
from firmware.core.management.session.session import Session
from firmware.core.management.session.showing import shows

Handler = Callable[[Model, Session, Arguments], None]

_SESSION: dict[str, Handler] = {
    "enable": login.enable,
    "disable": login.disable,
    "login": login.login,
    "logout": login.logout,
    "leave": modes.leave,
    "end": modes.end,
    "configure_terminal": modes.configure_terminal,
    "terminal_pager": modes.terminal_pager,
    "terminal_width": modes.terminal_width,
    "terminal_monitor": modes.terminal_monitor,
    "terminal_no_monitor": modes.terminal_no_monitor,
    "debug_fover": modes.debug_fover,
    "undebug_fover": modes.undebug_fover,
    "undebug_all": modes.undebug_all,
    "show_debug": modes.show_debug,
    "show_help": shows(showing.help_page),
    "show_curpriv": shows(showing.curpriv),
    "show_history": shows(showing.history),
    "show_users": shows(showing.users),
    "show_pager": shows(showing.pager),
    "show_terminal": shows(showing.terminal),
}

_PAIR: dict[str, Handler] = {
    "failover_active": orders.to_failover(Order.ACTIVE),
    "failover_not_active": orders.to_failover(Order.NO_ACTIVE),
    "failover_reset": orders.to_failover(Order.RESET),
    "failover_exec": orders.failover_exec,
    "failover_reload_standby": orders.failover_reload_standby,
    "clear_failover_statistics": showing.clear_failover_statistics,
    "show_failover": shows(showing.failover),
    "show_failover_state": shows(showing.failover_state),
    "show_failover_history": shows(showing.failover_history),
    "show_failover_interface": shows(showing.failover_interface),
    "show_failover_statistics": showing.failover_statistics,
    "show_failover_exec": orders.show_failover_exec,
    "show_failover_config_diff": orders.show_failover_config_diff,
    "show_monitor_interface": shows(showing.monitor_interface),
    "show_fover": shows(showing.fover),
    "show_not_enforced": shows(showing.not_enforced),
}

_FLASH: dict[str, Handler] = {
    "write_memory": files.write_memory,
    "write_standby": files.write_standby,
    "write_terminal": shows(showing.write_terminal),
    "write_erase": files.write_erase,
    "copy_running_to_file": files.copy_running_to_file,
    "copy_startup_to_file": files.copy_startup_to_file,
    "copy_file_to_running": files.copy_file_to_running,
    "copy_file_to_startup": files.copy_file_to_startup,
    "copy_startup_to_running": files.copy_startup_to_running,
    "list_files": files.list_files,
    "delete_file": files.delete_file,
    "rename_file": files.rename_file,
    "no_directories": files.no_directories,
    "show_file": files.show_file,
    "show_startup_config": files.show_startup_config,
    "show_startup_errors": files.show_startup_errors,
    "reload": orders.reload,
    "clear_configure": clearing.clear_configure,
    "clear_configure_all": clearing.clear_configure_all,
}

_UNIT: dict[str, Handler] = {
    "show_running_config": shows(showing.running_config),
    "show_checksum": shows(showing.checksum),
    "show_version": shows(showing.version),
    "show_clock": shows(showing.clock),
    "show_mode": shows(showing.unit_mode),
    "show_firewall": shows(showing.firewall),
    "show_blocks": shows(showing.blocks),
    "show_logging": shows(showing.logging),
    "clear_logging_buffer": shows(showing.clear_logging),
}

_KERNEL: dict[str, Handler] = {
    "show_interface": asks(kernel_shows.interface, Wanted.INTERFACES),
    "show_interface_brief": asks(kernel_shows.interface_brief, Wanted.INTERFACES),
    "show_ip_address": asks(kernel_shows.ip_address, Wanted.INTERFACES),
    "show_ipv6_interface": asks(kernel_shows.ipv6_interface, Wanted.INTERFACES),
    "show_ipv6_interface_brief": asks(kernel_shows.ipv6_brief, Wanted.INTERFACES),
    "show_ipv6_neighbor": asks(kernel_shows.ipv6_neighbor, Wanted.NEIGHBOURS6),
    "show_nameif": kernel_shows.nameif,
    "show_route": asks(kernel_shows.route, Wanted.ROUTES),
    "show_arp": asks(kernel_shows.arp, Wanted.ARP),
    "show_conn": asks(kernel_shows.conn, Wanted.CONNECTIONS, Wanted.ROUTES),
    "show_xlate": asks(kernel_shows.xlate, Wanted.CONNECTIONS, Wanted.ROUTES),
    "show_access_list": asks(kernel_shows.access_list, Wanted.COUNTERS),
    "show_memory": asks(kernel_shows.memory, Wanted.MEMORY),
    "show_cpu": asks(kernel_shows.cpu, Wanted.CPU),
    "clear_conn": orders.clear_connections,
    "clear_xlate": orders.clear_connections,
    "clear_arp": orders.clear_arp,
    "clear_access_list": orders.clear_access_list,
    "ping": orders.ping,
}

ACTIONS: dict[str, Handler] = _SESSION | _PAIR | _FLASH | _UNIT | _KERNEL

"""``show ...`` of what the kernel has: asked at the moment, answered when it has told."""

from __future__ import annotations

from collections.abc import Callable

from firmware.core.management import views
from firmware.core.management.cli.arguments import physical_name
from firmware.core.management.cli.row import Arguments
from firmware.core.management.events import AskKernel, KernelTold
from firmware.core.management.kernel import KernelFacts, Wanted
from firmware.core.management.model import Model
from firmware.core.management.session.answers import answer, refuse
from firmware.core.management.session.session import Session
from firmware.core.management.settling import settle

Told = Callable[[Model, Arguments, KernelFacts], str]
Handler = Callable[[Model, Session, Arguments], None]
Named = tuple[views.NamedInterface, ...]


def asks(told: Told, *wanted: Wanted) -> Handler:
    """A handler that asks the kernel, and makes a text of its facts."""

    def show(model: Model, session: Session, arguments: Arguments) -> None:
        settle(model)
        session.waits = True
        model.kernel_asked[session.number] = lambda facts: told(model, arguments, facts)
        model.out.append(AskKernel(session.number, wanted))

    return show


def told(model: Model, event: KernelTold) -> None:
    """The kernel's facts came, or why not."""
    asked = model.kernel_asked.pop(event.session, None)
    session = model.sessions.get(event.session)
    if asked is None or session is None:
        return
    if event.facts is None:
        refuse(model, session, event.error or "the kernel told nothing")
    else:
        answer(model, session, asked(event.facts))


def interface(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show interface [which]`"""
    return _picked(model, arguments, lambda named: views.interface(named, facts.interfaces))


def interface_brief(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show interface ip brief`"""
    return views.interface_brief(named(model), facts.interfaces)


def ip_address(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show ip address [which]`"""
    return _picked(model, arguments, lambda named: views.ip_address(named, facts.interfaces))


def ipv6_interface(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show ipv6 interface [which]`"""
    return _picked(model, arguments, lambda named: views.ipv6_interface(named, facts.interfaces))


def ipv6_brief(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show ipv6 interface brief [which]`"""
    picture = views.ipv6_interface_brief
    return _picked(model, arguments, lambda named: picture(named, facts.interfaces))


def ipv6_neighbor(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show ipv6 neighbor`"""
    return views.ipv6_neighbor(facts.neighbours6, named(model))


def nameif(model: Model, session: Session, arguments: Arguments) -> None:
    """`show nameif`; the kernel need not be asked."""
    settle(model)
    answer(model, session, views.nameif(named(model)))


def route(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show route [interface]`"""
    wanted = arguments.get("interface")
    physicals = {one.physical for one in named(model) if wanted in (None, one.name)}
    if not physicals:
        return f"ERROR: no interface is named {wanted}\n"
    routes = [one for one in facts.routes if wanted is None or one.physical in physicals]
    return views.route(routes, named(model))


def arp(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show arp`"""
    return views.arp(facts.neighbours, named(model))


def conn(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show conn [count]`"""
    model.most_conns = max(model.most_conns, facts.connections_total)
    if arguments.has("count"):
        return views.connection_count(facts.connections_total, model.most_conns)
    locator = views.Locator(facts.routes, named(model))
    total, most = facts.connections_total, model.most_conns
    return views.connections(facts.connections, locator, total=total, most_used=most)


def xlate(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show xlate [count]`"""
    locator = views.Locator(facts.routes, named(model))
    rows = views.translations(facts.connections, locator, model.rules)
    model.most_xlates = max(model.most_xlates, len(rows))
    if arguments.has("count"):
        return views.connection_count(len(rows), model.most_xlates)
    return views.xlate(rows, most_used=model.most_xlates)


def access_list(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show access-list [name]`"""
    wanted = arguments.get("name")
    lists = model.rules.lists
    picked = tuple(one for one in lists if wanted in (None, one.name))
    if wanted is not None and not picked:
        return f"ERROR: access-list {wanted} does not exist\n"
    return views.access_lists(picked, facts)


def memory(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show memory`"""
    return views.memory(facts)


def cpu(model: Model, arguments: Arguments, facts: KernelFacts) -> str:
    """`show cpu usage`"""
    return views.cpu_usage(facts)


def named(model: Model) -> Named:
    """The interfaces as the configuration has them."""
    configuration = model.configuration
    drafts = configuration.draft().interfaces.values()
    levels = {one.name: one.security_level for one in drafts if one.name is not None}
    shut = [physical for physical, one in configuration.draft().interfaces.items() if one.shutdown]
    descriptions, management_only = {}, []
    for header in configuration.entries("interface"):
        physical, path = header.arguments["physical"], (header.text,)
        for entry in configuration.entries("description", path):
            descriptions[physical] = entry.arguments["text"]
        if any(configuration.entries("management-only", path)):
            management_only.append(physical)
    return views.named_interfaces(
        model.facts, model.settings, levels, descriptions, management_only, shut
    )


def _picked(model: Model, arguments: Arguments, text: Callable[[Named], str]) -> str:
    """One interface by either of its names, or all."""
    wanted = arguments.get("interface")
    rows = named(model)
    if wanted is None:
        return text(rows)
    physical = physical_name(wanted, model.configuration.context.physicals)
    low = (physical or wanted).lower()
    picked = tuple(one for one in rows if low in (one.name.lower(), one.physical.lower()))
    return text(picked) if picked else f"ERROR: there is no interface {wanted}\n"

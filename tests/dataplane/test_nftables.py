"""The driver of packet rules: newest wins, nothing left over, counts kept, errors in words."""

import asyncio
import os

from dataplane.rig import Rig, on_rig, run
from dataplane.rules import Echo, access_list, bound, forget, hits, load, rule_set
from firmware.core.management.events import LoadRules, RulesLoaded
from firmware.core.management.rules import nft
from firmware.core.management.rules.ruleset import RuleSet
from firmware.drivers.nftables import Nftables


def bound_list(*entries: str) -> RuleSet:
    return rule_set(lists=(access_list("101", *entries),), bindings=(bound("101"),))


def ruleset_text() -> str:
    return run("nft", "list", "ruleset")


async def loaded(driver: Nftables, told: asyncio.Queue[RulesLoaded], *asks: LoadRules) -> list[int]:
    """Ask for all of them at once; the numbers that were answered, up to the last."""
    for ask in asks:
        driver.load(ask)
    numbers: list[int] = []
    while asks[-1].number not in numbers:
        one = await told.get()
        assert one.error is None
        numbers.append(one.number)
    return numbers


@on_rig
def test_of_many_that_come_together_the_newest_is_loaded(rig: Rig) -> None:
    async def go() -> list[int]:
        told: asyncio.Queue[RulesLoaded] = asyncio.Queue()
        driver = Nftables(told.put_nowait)
        asks = [
            LoadRules(number, nft.script(bound_list(f"permit tcp any any {number}")))
            for number in range(1, 40)
        ]
        numbers = await loaded(driver, told, *asks)
        await driver.close()
        return numbers

    with rig.inside("unit-a"):
        numbers = asyncio.run(go())
        text = ruleset_text()
    assert len(numbers) <= 2
    assert "dport 39" in text
    assert "dport 38" not in text


@on_rig
def test_what_no_rule_uses_any_more_is_removed_a_predecessors_too(rig: Rig) -> None:
    many = bound_list(*(f"permit tcp any any {port}" for port in range(1, 600)))
    few = bound_list("permit tcp any any 1")
    assert load(rig, "unit-a", few) is None
    with rig.inside("unit-a"):
        before = ruleset_text()
    assert load(rig, "unit-a", many) is None
    assert len(hits(rig, "unit-a")) == 599
    assert load(rig, "unit-a", few) is None
    with rig.inside("unit-a"):
        assert sorted(ruleset_text().splitlines()) == sorted(before.splitlines())


@on_rig
def test_before_the_first_rules_nothing_is_forwarded_and_after_them_closed_is_refused(
    rig: Rig,
) -> None:
    async def start() -> None:
        driver = Nftables(lambda _: None, nft.CLOSED)
        assert driver.loading is not None
        await driver.loading
        await driver.close()

    with rig.inside("unit-a"):
        asyncio.run(start())
        closed = ruleset_text()
        assert "policy drop" in closed
        assert load(rig, "unit-a", bound_list("permit tcp any any 80")) is None
        rules = ruleset_text()
        asyncio.run(start())
        assert ruleset_text() == rules


@on_rig
def test_a_new_management_process_keeps_the_counts(rig: Rig) -> None:
    plane = rig.prepared("unit-a")
    rules = bound_list("permit udp any any 5000")
    assert load(rig, "unit-a", rules) is None
    plane.assume()
    echo = Echo(rig, "inside", "outside", 5000)
    assert echo.ask("192.168.2.2") == "172.16.1.3"
    before = hits(rig, "unit-a")
    assert list(before.values()) == [1]
    assert load(rig, "unit-a", rules) is None
    assert hits(rig, "unit-a") == before


@on_rig
def test_rules_that_somebody_flushed_are_loaded_again_whole(rig: Rig) -> None:
    async def go() -> None:
        told: asyncio.Queue[RulesLoaded] = asyncio.Queue()
        driver = Nftables(told.put_nowait)
        script = nft.script(bound_list("permit tcp any any 80"))
        assert await loaded(driver, told, LoadRules(1, script)) == [1]
        before = ruleset_text()
        run("nft", "flush", "ruleset")
        assert await loaded(driver, told, LoadRules(2, script)) == [2]
        assert ruleset_text() == before
        await driver.close()

    with rig.inside("unit-a"):
        asyncio.run(go())


@on_rig
def test_without_nft_the_error_says_what_to_install(rig: Rig) -> None:
    path = os.environ["PATH"]
    os.environ["PATH"] = "/nonexistent"
    try:
        error = load(rig, "unit-a", rule_set())
    finally:
        os.environ["PATH"] = path
    assert error == "nft is not installed: apt-get install nftables"


@on_rig
def test_a_setting_the_kernel_has_not_is_named_and_the_rules_count(rig: Rig) -> None:
    async def go() -> RulesLoaded:
        told: asyncio.Queue[RulesLoaded] = asyncio.Queue()
        driver = Nftables(told.put_nowait)
        driver.load(LoadRules(1, nft.script(rule_set()), (("nf_conntrack_nonsense", 1),)))
        found = await told.get()
        await driver.close()
        return found

    with rig.inside("unit-a"):
        loaded = asyncio.run(go())
    assert loaded.error is None
    assert "nf_conntrack_nonsense is not 1" in loaded.unset


@on_rig
def test_the_kernel_takes_the_order_to_forget_connections(rig: Rig) -> None:
    assert forget(rig, "unit-a") == ""

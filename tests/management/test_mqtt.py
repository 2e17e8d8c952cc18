"""MQTT against a broker that speaks, refuses, comes late, or goes away."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from firmware.core.management.events import BrokerChanged
from firmware.drivers.fake_broker import FakeBroker
from firmware.drivers.mqtt import QUEUE_MAX, Mqtt

BASE = "fover/v1/lab/bench/unit/"
LIMIT_S = 30  # a hang, not a measurement


class News:
    """What the driver told, to be waited for."""

    def __init__(self) -> None:
        self.told: list[BrokerChanged] = []
        self._more = asyncio.Event()

    def tell(self, change: BrokerChanged) -> None:
        self.told.append(change)
        self._more.set()

    async def count(self, number: int) -> BrokerChanged:
        while len(self.told) < number:
            self._more.clear()
            await self._more.wait()
        return self.told[number - 1]


def play(
    story: Callable[[FakeBroker, News], Awaitable[None]],
    *,
    speaks_5: bool = True,
    refuses: bool = False,
) -> None:
    async def run() -> None:
        fake = FakeBroker(speaks_5=speaks_5, refuses=refuses)
        await fake.start()
        try:
            await asyncio.wait_for(story(fake, News()), LIMIT_S)
        finally:
            await fake.close()

    asyncio.run(run())


def connected(fake: FakeBroker, news: News) -> Mqtt:
    return Mqtt(
        "127.0.0.1",
        fake.port,
        BASE,
        client_id="fover-unit",
        tell=news.tell,
        retry_s=(0.05, 0.1),
    )


def test_says_online_then_what_waited_then_state_and_offline_at_the_end() -> None:
    async def story(fake: FakeBroker, news: News) -> None:
        mqtt = connected(fake, news)
        mqtt.publish("event/message", {"number": 1}, retain=False)
        mqtt.publish("state", {"stale": True}, retain=True)
        assert (await news.count(1)).reachable
        mqtt.publish("state", {"mine": "Active"}, retain=True)
        assert json.loads(await fake.heard(BASE + "state")) == {"mine": "Active"}
        await fake.heard(BASE + "event/message")
        assert [topic for topic, _ in fake.said] == [
            BASE + "availability",
            BASE + "event/message",
            BASE + "state",
        ]
        assert set(fake.retained) == {BASE + "availability", BASE + "state"}
        assert mqtt.protocol == "MQTTv5"
        await mqtt.close()
        assert await fake.heard(BASE + "availability", "offline") == "offline"

    play(story)


def test_a_broker_of_old_is_spoken_to_in_its_own_words() -> None:
    async def story(fake: FakeBroker, news: News) -> None:
        mqtt = connected(fake, news)
        mqtt.publish("event/message", {"number": 1}, retain=False)
        assert await news.count(1) == BrokerChanged(f"127.0.0.1:{fake.port}", True)
        await fake.heard(BASE + "event/message")
        assert (mqtt.protocol, fake.levels) == ("MQTTv311", [5, 4])
        await mqtt.close()

    play(story, speaks_5=False)


def test_a_broker_that_refuses_is_said_once_with_its_reason() -> None:
    async def story(fake: FakeBroker, news: News) -> None:
        mqtt = connected(fake, news)
        change = await news.count(1)
        assert not change.reachable
        assert "authorized" in change.why.lower()
        fake.refuses = False
        assert (await news.count(2)).reachable
        assert len(news.told) == 2
        await mqtt.close()

    play(story, refuses=True)


def test_a_broker_that_is_absent_costs_a_bounded_queue_and_comes_to_a_will() -> None:
    async def story(fake: FakeBroker, news: News) -> None:
        await fake.close()
        mqtt = connected(fake, news)
        change = await news.count(1)
        assert not change.reachable
        for number in range(QUEUE_MAX + 3):
            mqtt.publish("event/message", {"number": number}, retain=False)
        assert mqtt.dropped == 3
        await fake.start()
        assert (await news.count(2)).reachable
        await fake.heard(BASE + "event/message", '{"number":258}')
        heard = [said for topic, said in fake.said if topic.endswith("message")]
        assert heard[0] == '{"number":3}'
        assert len(heard) == QUEUE_MAX
        await fake.close()
        assert not (await news.count(3)).reachable
        assert await fake.heard(BASE + "availability", "offline") == "offline"
        await mqtt.close()

    play(story)

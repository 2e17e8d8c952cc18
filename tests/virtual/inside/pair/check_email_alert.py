"""The four commands of the document's email alert, and a switchover: the mail on the wire."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from controller.bench.virtual.broker import NO_MOSQUITTO, PORT
from controller.bench.virtual.network import BENCH_ADDRESS
from controller.bench.virtual.unit_box import PAIR, SITE
from tests.virtual.inside.pair.living import IN_SERVICE, SWITCHED, P, Pair, S

LINES = (
    "logging enable",
    "logging list high-priority level critical class ha",
    "logging mail high-priority",
    "logging from-address pix@example.com",
    "logging recipient-address admin@example.com",
    "smtp-server 172.16.1.10",
)


@pytest.fixture(scope="module", autouse=True)
def serving(pair: Pair, no_violation: None) -> None:
    if pair.world.broker is None:
        pytest.skip(NO_MOSQUITTO)
    pair.serve("cable")


@pytest.fixture
def mails() -> Iterator[list[dict[str, object]]]:
    """What comes under `event/email-alert` of any unit, from now on."""
    came: list[dict[str, object]] = []
    listening = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _, __, message: came.append(json.loads(message.payload))
    client.on_subscribe = lambda *_: listening.set()
    client.connect(BENCH_ADDRESS, PORT)
    client.loop_start()
    client.subscribe(f"fover/v1/{SITE}/{PAIR}/+/event/email-alert", 1)
    assert listening.wait(10)
    yield came
    client.disconnect()
    client.loop_stop()


def test_a_switchover_is_mailed_by_the_unit_that_takes_over(
    pair: Pair, mails: list[dict[str, object]]
) -> None:
    for line in LINES:
        assert "ERROR" not in pair.world.type(P, line), line
    pair.until(lambda: "smtp-server 172.16.1.10" in pair.world.type(S, "show running-config"))
    pair.order(S, "failover active", SWITCHED)
    pair.until(lambda: any(mail["number"] == 104001 for mail in mails), lambda: repr(mails))
    (mail,) = [mail for mail in mails if mail["number"] == 104001]
    assert mail["status"] == "queued"
    assert mail["severity"] == 1
    assert mail["from"] == "pix@example.com"
    assert mail["recipients"] == ["admin@example.com"]
    assert mail["smtp_servers"] == ["172.16.1.10"]
    assert "%PIX-1-104001: (Secondary) Switching to ACTIVE" in str(mail["text"])
    pair.order(P, "failover active", IN_SERVICE)

"""One bench network for all checks: it is built once, as for all stories."""

import pytest

from controller.bench.virtual import network as net
from controller.bench.virtual.wire_faults import WireFaults


@pytest.fixture(scope="session")
def network() -> net.Network:
    built = net.Network()
    built.build()
    return built


@pytest.fixture(scope="session")
def faults(network: net.Network) -> WireFaults:
    return WireFaults(network)

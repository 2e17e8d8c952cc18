"""One bench network for all checks: it is built once, as for all stories."""

import pytest

from controller.bench.virtual import network as net


@pytest.fixture(scope="session")
def network() -> net.Network:
    built = net.Network()
    built.build()
    return built

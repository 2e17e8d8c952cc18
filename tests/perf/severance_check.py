"""Run inside a private world by test_severance.py: the bench's network, and a unit cut off."""

import json

from controller.bench.perf.severance import Severance
from controller.bench.virtual.network import SWITCHES, Network, batch, port, run
from controller.bench.world import Unit

NICS = [*(f"eth{ethernet}" for ethernet in SWITCHES), "mgmt0"]


def states(unit: Unit) -> set[str]:
    found = json.loads(run(["bridge", "-j", "link", "show"]))
    ours = {port(unit, nic) for nic in NICS}
    return {each["state"] for each in found if each["ifname"] in ours}


def carriers(unit: Unit) -> set[bool]:
    found = json.loads(run(["ip", "-n", unit, "-j", "link", "show"]))
    return {"LOWER_UP" in each["flags"] for each in found if each["ifname"] in NICS}


def flap(unit: Unit, state: str) -> None:
    batch(("ip", "-n", unit), [f"link set {nic} {state}" for nic in NICS])


Network().build()
for unit in Unit:
    flap(unit, "up")
severance = Severance(Unit.PRIMARY)
assert states(Unit.PRIMARY) == {"forwarding"}, "made ready is not cut"
severance.cut()
severance.close()
assert states(Unit.PRIMARY) == {"disabled"}
assert states(Unit.SECONDARY) == {"forwarding"}
assert carriers(Unit.PRIMARY) == {True}, "a dead unit is still lit"
flap(Unit.PRIMARY, "down")  # a power cut
flap(Unit.PRIMARY, "up")
run(["sh", "-c", "until ip -j link show p-eth0 | grep -q LOWER_UP; do :; done"])
for _ in range(10_000):
    if states(Unit.PRIMARY) == {"forwarding"}:
        break
assert states(Unit.PRIMARY) == {"forwarding"}, "power off and on mends it"
print("held")

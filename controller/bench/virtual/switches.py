"""What the switches of the virtual bench are like: alive, hung, without power; spanning tree.

- *hangs*: the bridge itself is down, so its ports forward nothing; they keep their carrier.
- *off*: its ports are down, one after the other within a millisecond, and every unit at the other
  end loses carrier.
- *spanning tree* is the kernel's own: real BPDUs every 2 s, and a port that comes up listens and
  then learns, silent for the forward delay each. Ports that were up when it was switched on go on.
"""

from __future__ import annotations

from controller.bench.virtual.network import LINK_ETHERNET, SWITCHES, Network, batch, ports_of
from controller.bench.world import Condition, Link, WorldError


class Switches:
    """All switches, but that of the management link. Raises WorldError where a tool refuses."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._condition = dict.fromkeys(LINK_ETHERNET, Condition.ON)
        self._spanning: set[Link] = set()

    def become(self, link: Link, condition: Condition) -> None:
        """One switch is like this from now on."""
        bridge = self._bridge(link)
        ports = "down" if condition is Condition.OFF else "up"
        lines = [f"link set dev {name} {ports}" for name in ports_of(link)]
        lines.append(f"link set dev {bridge} {'up' if condition is Condition.ON else 'down'}")
        batch(("ip",), lines)
        self._condition[link] = condition

    def spanning_tree(self, link: Link, forward_delay_ms: int | None) -> None:
        """One switch runs it with that forward delay; None: not at all, and its ports are open."""
        bridge = self._bridge(link)
        if forward_delay_ms is not None:
            delay = f"stp_state 1 forward_delay {forward_delay_ms // 10}"
            batch(("ip",), [f"link set dev {bridge} type bridge {delay}"])
            self._spanning.add(link)
            return
        lines = [f"link set dev {bridge} type bridge {off}" for off in _OPEN]
        if self._condition[link] is Condition.ON:
            # A port that was still listening would go on so for ever.
            lines += [f"link set dev {bridge} down", f"link set dev {bridge} up"]
        batch(("ip",), lines)
        self._spanning.discard(link)

    def runs_spanning_tree(self, link: Link) -> bool:
        """Whether BPDUs come from it."""
        return link in self._spanning

    def calm(self) -> None:
        """All on, none with spanning tree."""
        for link in tuple(self._spanning):
            self.spanning_tree(link, None)
        for link, condition in self._condition.items():
            if condition is not Condition.ON:
                self.become(link, Condition.ON)

    def _bridge(self, link: Link) -> str:
        if link is Link.FAILOVER and self._network.crossover:
            raise WorldError("the failover link is a crossover here: it has no switch")
        return SWITCHES[LINK_ETHERNET[link]]


# One after the other: with spanning tree on, a delay of 0 is refused.
_OPEN = ("stp_state 0", "forward_delay 0")

"""``make perf``: what the pair is measured to do, and the page that says so.

Everything is measured in the virtual world, on this machine; nothing is judged but noted beside
its aim. A whole run writes docs/performance.md, between its marks, and the picture beside it.
"""

from controller.bench.perf.command import main

__all__ = ["main"]

"""``python -m controller.bench.perf``: the same as ``fover perf``."""

import sys

from controller.bench.perf.command import main

sys.exit(main(sys.argv[1:]))

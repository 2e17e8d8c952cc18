"""What every Raspberry Pi with a 40-pin header has in common: which pin is where, and its boot.

Until software runs, the chip itself pulls BCM 0 to 8 up and 9 to 27 down; BCM 2 and 3 carry
1.8 kOhm pull-ups on the board as well. An output that must be quiet while a Pi boots has to suit.
"""

from __future__ import annotations

from wiring.signals import Pull

HEADER_PIN = {
    0: 27, 1: 28, 2: 3, 3: 5, 4: 7, 5: 29, 6: 31, 7: 26, 8: 24, 9: 21,
    10: 19, 11: 23, 12: 32, 13: 33, 14: 8, 15: 10, 16: 36, 17: 11, 18: 12, 19: 35,
    20: 38, 21: 40, 22: 15, 23: 16, 24: 18, 25: 22, 26: 37, 27: 13,
}  # fmt: skip
GROUND_PINS = (6, 9, 14, 20, 25, 30, 34, 39)
ID_EEPROM = (0, 1)
FIXED_PULL_UP = (2, 3)
UART_TX_BCM, UART_RX_BCM = 14, 15


def boot_pull(bcm: int) -> Pull:
    """How the chip pulls ``bcm`` (0 to 27) from reset until software claims it."""
    return Pull.UP if bcm <= 8 else Pull.DOWN

"""Rows of the command table: inspection."""

from __future__ import annotations

from firmware.core.management.cli.row import Row

ROWS: tuple[Row, ...] = ()

"""Rows of the command table: orders."""

from __future__ import annotations

from firmware.core.management.cli.row import Row

ROWS: tuple[Row, ...] = ()

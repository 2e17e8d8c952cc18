"""Decides. Pure: events in, effects out, time injected. No I/O, clock, randomness or threads."""

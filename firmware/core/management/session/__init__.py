"""Sessions: what is typed at a terminal, and what the unit says back. Knows nothing of sockets."""

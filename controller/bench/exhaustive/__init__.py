"""Every interleaving of a small model of a pair, to a stated depth."""

"""Does. One file per thing touched; no driver imports another."""

"""Two units in virtual time: the same core, everything around it replaced, one seed."""

"""Two real units on this machine: namespaces, wires, a cable, switches, hosts, captures."""

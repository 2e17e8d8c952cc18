"""What watches and tries the pair. Never imports a driver: a unit is a box with wires."""

"""Pure values and rules of a battle: no I/O, no clock, no framework."""

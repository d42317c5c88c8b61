"""RunArena's application: everything that knows what a battle is."""

__version__ = "0.1.0"

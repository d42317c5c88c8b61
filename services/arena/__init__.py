"""The use cases: what the arena does, over ports."""

"""A run while it goes: animated on a terminal, one plain line per batch and gate elsewhere."""

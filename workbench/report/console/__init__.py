"""What a person at a terminal sees: calm, 80 columns wide, every number beside its name."""

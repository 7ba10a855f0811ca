"""Other tools: what they found, and what they would change, as places and edits like any other."""

"""The rule kit: name resolution, imports, byte-faithful edits, checks, and what a rule kind must offer."""

"""Patterns with placeholders: what they match, what they write, and what must not change by it."""

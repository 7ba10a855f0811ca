"""Calls: where they are, what they are called on, which arguments they pass, and what becomes of them."""

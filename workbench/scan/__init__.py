"""Finds violations in a tree of files: never by importing it, never by guessing, and never losing a file silently."""

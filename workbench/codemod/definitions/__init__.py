"""Definitions of one thing in several places: which they are, whether they agree, and how one goes."""

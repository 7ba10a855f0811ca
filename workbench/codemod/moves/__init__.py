"""Symbols and modules that live elsewhere: every place that reaches them, and how each follows."""

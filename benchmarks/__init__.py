"""Measures workbench against what a user would pick instead, side by side on one corpus."""

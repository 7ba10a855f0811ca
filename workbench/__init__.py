"""A migration workbench with atomic rollback; nothing inside the package imports from this file."""

__version__ = "0.1.0"

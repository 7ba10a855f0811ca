"""The import engine: adds, extends, splits, renames and removes imports where a module has them."""

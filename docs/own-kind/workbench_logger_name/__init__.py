"""The rule kind logger-name, for the migration workbench."""

"""The only room that knows SQLite: append-only events, the state they add up to, and the run lock."""

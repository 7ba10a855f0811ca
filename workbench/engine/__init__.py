"""The story of a run: composes the rooms below, and knows no git, SQL or screen itself."""

"""The only room that knows git: reads trees, builds commits aside, moves one ref, keeps a sandbox."""

"""Looks at a repository for what will get in the way, and changes nothing: no lock, no index, no directory of ours."""

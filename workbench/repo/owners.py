"""Finds who owns a file, by the repository's CODEOWNERS, so that what is set aside lands on somebody's desk."""

from __future__ import annotations

from functools import lru_cache

from pathspec import GitIgnoreSpec

from workbench.repo.encoding import text
from workbench.repo.objects import REGULAR, leaves, read_objects
from workbench.repo.repository import Repository

_PLACES = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


def owner_of(repo: Repository, commit: str, path: str) -> str:
    """Return the owners of `path` as CODEOWNERS of `commit` has them ("@team @person"); empty when it names none."""
    found = {leaf.path: leaf.id for leaf in leaves(repo.git, commit, *_PLACES) if leaf.mode in REGULAR}
    first = next((found[place] for place in _PLACES if place in found), None)
    return owner_in(text(next(read_objects(repo.git, [first]))), path) if first else ""


def owner_in(codeowners: str, path: str) -> str:
    """Return the owners of `path`: those of the last line whose pattern matches it."""
    owners = ""
    for spec, depth, named in _rules(codeowners):
        if spec.match_file(path) and depth in (None, path.count("/")):
            owners = named
    return owners


@lru_cache(maxsize=8)
def _rules(codeowners: str) -> tuple[tuple[GitIgnoreSpec, int | None, str], ...]:
    lines = (line.split("#", 1)[0].split() for line in codeowners.split("\n"))
    # "[section]" and "^[section]" are headings of GitLab's; "!" means nothing here.
    rules = [words for words in lines if words and not words[0].startswith(("[", "^[", "!"))]
    return tuple((GitIgnoreSpec.from_lines([words[0]]), _depth(words[0]), " ".join(words[1:])) for words in rules)


def _depth(pattern: str) -> int | None:
    """Return how deep a path must lie for "docs/*", which, unlike in .gitignore, does not own what is in docs/more/."""
    anchored = pattern.removeprefix("/")
    return anchored.count("/") if anchored.endswith("/*") and "**" not in anchored else None

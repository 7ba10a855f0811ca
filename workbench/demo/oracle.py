"""What a correct scan of the sample finds, said by the authors of its files and never by scanning them."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.demo.tree import pages

BREAKING = (
    "netra_backend/app/agents/draft_preview.py",
    "netra_backend/app/services/session_handover.py",
)
"""Files that need two managers for one user: migrated as planned, each turns a test red that does not name it."""


@dataclass(frozen=True, slots=True, order=True)
class ExpectedSite:
    """One place: path, line from 1, rule id, the source text it covers, the reason it must be blocked (or "")."""

    path: str
    line: int
    rule: str
    text: str
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """The oracle. `breaking_files` must end up quarantined, all else that is not blocked fixed."""

    sites: tuple[ExpectedSite, ...]
    breaking_files: tuple[str, ...]

    @property
    def blocked(self) -> tuple[tuple[str, str], ...]:
        """Return (path, reason) of every site that a codemod must refuse to change."""
        return tuple((site.path, site.blocked) for site in self.sites if site.blocked)

    @property
    def files(self) -> tuple[str, ...]:
        """Return the paths that hold at least one site, sorted."""
        return tuple(sorted({site.path for site in self.sites}))


def expected() -> Expected:
    """Return every site of the sample, by path and place."""
    sites = [
        ExpectedSite(page.path, site.line, site.rule, site.text, site.blocked)
        for page in pages()
        for site in page.sites
    ]
    return Expected(tuple(sites), BREAKING)

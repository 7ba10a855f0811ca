"""Writes the plan file that a migration starts from, never over one that is there."""

from __future__ import annotations

from pathlib import Path

from workbench.model.errors import EnvironmentFailed, Refused, UsageError
from workbench.planning.draft import Draft, draft
from workbench.planning.draft_findings import draft_findings
from workbench.planning.template import Layout, plan_text
from workbench.repo.repository import open_repository

_TESTS = ("tests", "test", "src/tests")


def initiate(
    directory: Path, name: str, *, document: Path | None = None, findings: Path | None = None
) -> tuple[Path, Draft | None]:
    """Write `plans/NAME.toml`, with rules drafted from a document or a report of findings; returns path and draft."""
    with open_repository(directory) as repo:
        if repo.root is None:
            raise Refused("a bare repository has no place for a plan file", hint="make it in a clone")
        root = repo.root
    drafted = draft(_read(document)) if document is not None else None
    if findings is not None:
        drafted = draft_findings(_read(findings), _named(findings, root))
    path = root / "plans" / f"{name}.toml"
    source = document or findings
    text = plan_text(name, _layout(root), drafted, source.name if source is not None else "")
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(
            f"{path} is there already", hint="choose another name, or edit that one; nothing was written"
        ) from None
    except OSError as error:
        raise EnvironmentFailed(f"{path} cannot be written: {error.strerror}") from None
    return path, drafted


def _named(report: Path, root: Path) -> str:
    """Return a report's path as a plan names it: in the repository, if it lies there."""
    place = report.resolve()
    return place.relative_to(root.resolve()).as_posix() if place.is_relative_to(root.resolve()) else str(place)


def _read(document: Path) -> str:
    try:
        return document.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{document} cannot be read: {error.strerror}", path=str(document)) from None


def _layout(root: Path) -> Layout:
    src = (root / "src").is_dir() and not (root / "src" / "__init__.py").exists()
    roots = ("src", ".") if src else (".",)
    packages = (init.parent.name for place in roots for init in sorted((root / place).glob("*/__init__.py")))
    package = next((one for one in packages if one.isidentifier() and one not in _TESTS), "package")
    return Layout(roots, next((one for one in _TESTS if (root / one).is_dir()), ""), package)

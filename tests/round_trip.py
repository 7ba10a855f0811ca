"""There and back: a symbol that a file imports is renamed where it lives, moved elsewhere, and brought home again.

The judges know nothing of our resolver: the bytes, with the new name turned back by a regular expression, and the loads
of variables as the compiler's own scoping has them.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from compiled import loads

from workbench.codemod.find import find_in
from workbench.codemod.project import ModuleFacts, Project, facts
from workbench.codemod.registry import kinds
from workbench.codemod.rewrite import FileFailed, FileRewrite, rewrite_file
from workbench.codemod.roots import ModuleMap
from workbench.codemod.source import Module, Unparsable

MARK = "_zzq"
"""What makes a name new; no file may hold it before."""
AWAY = "zz_home.place"
_PINNED = ("__future__", "builtins")


@dataclass
class Tally:
    """What became of many files: outcomes with how often each was seen, and what is wrong."""

    outcomes: Counter[str] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)

    def told(self) -> str:
        return "\n".join(f"{count:7} {what}" for what, count in sorted(self.outcomes.items()))


def python_files(root: Path) -> list[Path]:
    """Return the Python files below a directory that are its own."""
    foreign = {"site-packages", "dist-packages"}
    return sorted(one for one in root.rglob("*.py") if foreign.isdisjoint(one.parts))


def travel(root: Path, paths: Iterable[Path], tally: Tally) -> None:
    """Take one symbol of every file there and back, within its module and to another."""
    for path in paths:
        relative, source = path.relative_to(root).as_posix(), path.read_bytes()
        tally.outcomes["files"] += 1
        one = _module(relative, source)
        try:
            old = _symbol(one)
        except (Unparsable, RecursionError) as error:
            tally.outcomes[f"not read: {getattr(error, 'reason', 'too-deep')}"] += 1
            continue
        if old is None or MARK.encode() in source:
            tally.outcomes["imports no symbol from a module"] += 1
            continue
        for new, way in ((f"{old}{MARK}", "renamed"), (f"{AWAY}.{old.rpartition('.')[2]}{MARK}", "moved")):
            problem = _Journey(relative, source, old, new, way, tally).made()
            tally.damaged += [f"{relative}: {old} {way}: {problem}"] if problem else []


@dataclass
class _Journey:
    path: str
    source: bytes
    old: str
    new: str
    way: str
    tally: Tally

    def made(self) -> str:
        """Return what is wrong with the way there or back; "" where nothing is."""
        there = _mended(self.path, self.source, self.old, self.new)
        if isinstance(there, FileFailed):
            return self._seen(f"refused: {there.reason}")
        if there.after == self.source:
            return self._seen("refused at every place") if there.blocked or not there.fixed else "nothing changed"
        return self._changed_otherwise(there) or self._returned(there)

    def _returned(self, there: FileRewrite) -> str:
        back = _mended(self.path, there.after, self.new, self.old)
        if isinstance(back, FileFailed):
            return self._seen(f"way back refused: {back.reason}")
        if back.after == self.source:
            return self._seen("exact" if not there.blocked else "exact, and some places refused")
        return self._returned_otherwise(back.after)

    def _seen(self, what: str) -> str:
        self.tally.outcomes[f"{self.way}: {what}"] += 1
        return ""

    def _changed_otherwise(self, there: FileRewrite) -> str:
        """Hold the first half against what may have changed: names, or what the compiler sees of them."""
        if self.way == "renamed" and self._unmarked(there.after) != _collapsed(self.source, self.old):
            return "other bytes than the name changed"
        before, after = (_loads(one, self.path) for one in (self.source, there.after))
        if before is not None and after is None:
            return "does not compile any more"
        if before is None or after is None or there.blocked:
            return ""
        expected = [_follow(line, self.old, self.new) for line in before]
        after = [line if line.startswith("load ") else line.replace(MARK, "") for line in after]
        wrong = len(expected) != len(after) or not all(map(_means, expected, after))
        return f"means something else: {_first(expected, after)}" if wrong else ""

    def _returned_otherwise(self, after: bytes) -> str:
        """Name the reason why other bytes came back than left; their meaning must be the same."""
        before, now = (_loads(one, self.path) for one in (self.source, after))
        now = [line if line.startswith("load ") else line.replace(MARK, "") for line in now or []]
        if before is not None and (len(before) != len(now) or not all(map(_means, before, now))):
            return f"came back as something else: {_first(before, now)}"
        if MARK.encode() in after:
            return self._seen("back with the same meaning, under an alias: its old name is another's by now")
        if _collapsed(after, self.old) == _collapsed(self.source, self.old):
            return self._seen("`name as name` came back as `name`")
        if self.way == "renamed":
            return "came back as other bytes"
        return self._seen("back with the same meaning, its import laid out or placed otherwise")

    def _unmarked(self, source: bytes) -> bytes:
        return _collapsed(source.replace(MARK.encode(), b""), self.old)


def _collapsed(source: bytes, dotted: str) -> bytes:
    name = re.escape(dotted.rpartition(".")[2].encode())
    return re.sub(rb"\b" + name + rb"\s+as\s+" + name + rb"\b", dotted.rpartition(".")[2].encode(), source)


def _mended(path: str, source: bytes, old: str, new: str) -> FileRewrite | FileFailed:
    kind = kinds()["move-symbol"]
    rule = kind(kind.Parameters.model_validate({"id": "it", "kind": "move-symbol", "from": old, "to": new}))
    one = _module(path, source)
    known = {one.name: facts(one, words=rule.needles())}
    for dotted in (old, new):
        home, _, name = dotted.rpartition(".")
        here = known.get(home, ModuleFacts(home, ""))
        known[home] = ModuleFacts(home, "", defined=here.defined | {name}, is_package=here.is_package)
    project = Project(known, frozenset(known), {old: new})
    try:
        found = find_in(one, [rule], project)
    except Unparsable as error:
        return FileFailed(path, error.reason, error.detail)
    wanted = {"it": frozenset(mark for site, mark in found if not (site.blocked or site.excluded))}
    if not wanted["it"]:
        return FileRewrite(path, source, source, (), ())
    return rewrite_file(path, source, rules=[rule], wanted=wanted, project=project, roots=_ROOTS)


def _symbol(one: Module) -> str | None:
    """Return the last symbol a file imports from another module: at the head, in a function, or under a test."""
    found = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(one.tree)
        if isinstance(node, ast.ImportFrom) and not node.level and node.module not in (*_PINNED, one.name)
        for alias in node.names
        if alias.name != "*"
    ]
    return max(found, key=lambda name: (found.count(name), name)) if found else None


def _loads(source: bytes, path: str) -> list[str] | None:
    one = _module(path, source)
    try:
        return loads(source, one.package)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _follow(line: str, old: str, new: str) -> str:
    if line.startswith("LOAD_CONST ("):  # annotations, as text where `from __future__ import annotations` says so
        return re.sub(rf"(?<![\w.]){re.escape(old)}\b", new.replace(MARK, ""), line)
    if not line.startswith("load "):
        return line
    words = [f"{new}{word[len(old) :]}" if f"{word}.".startswith(f"{old}.") else word for word in line.split(" ")]
    return " ".join(words)


def _means(expected: str, found: str) -> bool:
    """Say whether an instruction does what it should; a load of what two things bind may now be of one of them."""
    if not found.startswith("load "):
        return found == expected
    return {*found.removeprefix("load ").split(" or ")} <= {*expected.removeprefix("load ").split(" or ")}


def _first(expected: list[str], found: list[str]) -> str:
    pairs = zip([*expected, ""], [*found, ""], strict=False)
    return next((f"{one!r} became {other!r}" for one, other in pairs if not _means(one, other)), "")


def _module(path: str, source: bytes) -> Module:
    name, is_package = _ROOTS.name_of(path) or ("", False)
    return Module(path, source, name, is_package)


_ROOTS = ModuleMap()

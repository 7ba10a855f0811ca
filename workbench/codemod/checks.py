"""What every rewritten file must pass before anyone may write it.

None of these asks what a rule meant: they hold for any change a rule may make. A file that fails one is
left out of its batch, with the reason.
"""

from __future__ import annotations

import ast
import builtins as python
import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from workbench.codemod.doctests import without_examples
from workbench.codemod.edit import Edit
from workbench.codemod.lexing import is_tame
from workbench.codemod.names import Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.quoted import annotation
from workbench.codemod.source import Module, Unparsable, libcst_reads
from workbench.codemod.unchanged import BODIES, Touched, own_span, stands

_NEWLINES = re.compile(rb"\r\n|\r|\n")
_BUILTINS = frozenset(dir(python))


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that did not pass: its code, a sentence, and a line of the rewritten file (0: the whole)."""

    code: str
    detail: str
    line: int = 0


def check(before: Module, after: Module, project: Project, builtins: Collection[str] = ()) -> tuple[Failure, ...]:
    """Hold a rewritten file against what it was. Empty: it may be written.

    `builtins` are the names that the rules write to mean Python's own, whatever had them before.

    Codes: `does-not-compile`, `encoding-changed`, `line-ends-changed`, `docstring-changed`,
    `undefined-name`, `export-lost`.
    """
    broken = _compiles(before, after)
    if broken is not None:
        return (broken,)
    return (*_bytes(before, after), *_docstring(before, after), *_names(before, after, project, builtins))


def _compiles(before: Module, after: Module) -> Failure | None:
    """Compile where the interpreter knows the file's grammar; else it must read as well as before."""
    try:
        _ = after.tree
    except Unparsable as error:
        return Failure("does-not-compile", error.detail or error.reason, error.line)
    if before.is_newer:
        fine = not is_tame(after.source) or libcst_reads(after.source)
        return None if fine else Failure("does-not-compile", "no grammar at hand accepts it any more")
    refusal = _refusal(after)
    if refusal is None or _refusal(before) is not None:
        return None  # what did not compile before (`return` outside a function) need not compile now
    return Failure("does-not-compile", refusal.msg, refusal.lineno or 0)


def _refusal(module: Module) -> SyntaxError | None:
    """Compile the tree, which costs less than the text: what the parser itself refuses has no tree."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                what = module.source if module.is_newer else module.tree
                compile(what, module.path, "exec", dont_inherit=True)
            except RecursionError:  # from a text, Python compiles what is deeper than it takes as a tree
                compile(module.source, module.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    return None


def _bytes(before: Module, after: Module) -> Iterator[Failure]:
    if after.encoding != before.encoding:
        yield Failure("encoding-changed", f"was {before.encoding}, is {after.encoding}")
    old, new = (frozenset(_NEWLINES.findall(one.source)) for one in (before, after))
    if old and not new <= old:
        yield Failure("line-ends-changed", "line ends of another kind appeared")
    ends = (b"\n", b"\r")
    if before.source and after.source and before.source.endswith(ends) != after.source.endswith(ends):
        yield Failure("line-ends-changed", "the last line end appeared or went")


def _docstring(before: Module, after: Module) -> Iterator[Failure]:
    old, new = (without_examples(ast.get_docstring(one.tree, clean=False)) for one in (before, after))
    if old != new:
        yield Failure("docstring-changed", "the module's docstring is another one")


# ---- names


def _names(before: Module, after: Module, project: Project, builtins: Collection[str]) -> Iterator[Failure]:
    old, new = names_of(before, project), names_of(after, project)
    bound = frozenset[str]().union(*(scope.bindings for scope in old.index.scopes))
    first: dict[str, int] = {}
    for name, line in _undefined(new):
        if (name in bound and name not in builtins) or name not in _BUILTINS:
            first[name] = min(line, first.get(name, line))
    if first:
        known = {name for name, _ in _undefined(old)}
        still = {name for name, _ in _undefined(new, _plain_texts(old))}
        first = {name: line for name, line in first.items() if name in still - known}
    for name, line in first.items():
        yield Failure("undefined-name", f"{name} is not defined any more, or not yet", line)
    if lost := _unbound_exports(new):
        for name in sorted(lost - _unbound_exports(old)):
            yield Failure("export-lost", f"__all__ lists {name}, which is not bound")


def _undefined(names: Names, plain: Collection[str] = ()) -> Iterator[tuple[str, int]]:
    """Yield (name, line) for every read that no scope of the file answers; builtins are among them.

    Texts in `plain` are no annotations, wherever they stand: `Literal["a"]` under another name looks like one.
    """
    answered = names.index.module.bindings
    for name, reads in names.index.names.items():
        # What the module binds, it answers wherever no scope inside does; only a class may change a private name.
        for node, scope in reads if name not in answered or name.startswith("__") else ():
            if names.variables.owner(name, scope) is None:
                yield name, node.lineno
    for literal, scope in names.index.quoted:
        parsed = annotation(names.module, literal) if literal.value not in plain else None
        for part in ast.walk(parsed.expression) if parsed is not None else ():
            if isinstance(part, ast.Name) and names.variables.owner(part.id, scope) is None:
                yield part.id, literal.lineno


def _plain_texts(names: Names) -> frozenset[str]:
    """Return the texts of strings that are no annotations."""
    quoted = {id(node) for node, _ in names.index.quoted}
    constants = (node for node in ast.walk(names.module.tree) if isinstance(node, ast.Constant))
    return frozenset(node.value for node in constants if isinstance(node.value, str) and id(node) not in quoted)


def _unbound_exports(names: Names) -> frozenset[str]:
    items = (str(item.value) for item in names.exported)
    return frozenset(name for name in items if names.variables.owner(name, names.index.module) is None)


# ---- nothing but what was declared


def strays(before: Module, edits: Sequence[Edit], after: Module) -> tuple[Failure, ...]:
    """Hold the statements that no edit touches against each other: they must be the same, in the same order.

    The bytes outside the edits cannot differ; this finds edits that change what those bytes mean.
    """
    try:
        _ = after.tree
    except Unparsable as error:
        return (Failure("does-not-compile", error.detail or error.reason, error.line),)
    touched = Touched.before([*set(edits)])
    if stands(before, after, touched):
        return ()
    untouched = [_dumps(before, touched), _dumps(after, touched.after())]
    for (_, text), (line, other) in zip(*untouched, strict=False):
        if text != other:
            return (Failure("stray-change", "a statement that no edit touches means something else now", line),)
    if len(untouched[0]) != len(untouched[1]):
        return (Failure("stray-change", "statements that no edit touches appeared or went"),)
    return ()


def _dumps(module: Module, touched: Touched) -> list[tuple[int, str]]:
    """Return (line, blocks and dump) of the statements that do not meet `touched`, without what is nested in them."""
    found = []
    for path, one in _with_path(module.tree):
        if not touched.meets(*own_span(module, one)):
            fields = {name: [] if name in BODIES else value for name, value in ast.iter_fields(one)}
            found.append((one.lineno, f"{path} {ast.dump(type(one)(**fields))}"))
    return found


def _with_path(tree: ast.AST) -> Iterator[tuple[str, ast.stmt | ast.ExceptHandler]]:
    """Yield every statement below a node, in source order, with the kinds of the blocks it stands in."""
    todo: list[tuple[str, ast.AST]] = [("", tree)]
    while todo:
        path, node = todo.pop()
        if path and isinstance(node, ast.stmt | ast.ExceptHandler):
            yield path, node
        if not isinstance(node, ast.expr):
            kind = type(node).__name__
            inner = [(f"{path}/{kind}.{name}", one) for name in BODIES for one in getattr(node, name, ())]
            todo += inner[::-1]

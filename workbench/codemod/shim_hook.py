"""The text of a shim, a module's `__getattr__` for the names that moved away, and the one that is there already."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from workbench.codemod.edit import Edit, splice
from workbench.codemod.moves.move import Move
from workbench.codemod.names import Names
from workbench.codemod.source import Module

HOOK = "__getattr__"
_IMPORT = "    from {module} import {new} as {old}  # noqa: F401\n"
_CASE = """\
        if name == "{old}":
            import warnings

            warnings.warn("{whole_old} is now {whole_new}", DeprecationWarning, stacklevel=2)
            from {module} import {new}

            return {new}
"""
_RAISE = '        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")\n'
_WHOLE = f"if {{checking}}:\n{_IMPORT}else:\n\n    def {HOOK}(name: str) -> object:\n{_CASE}{_RAISE}"


@dataclass(frozen=True, slots=True)
class Hook:
    """A `__getattr__` as shims have it, so that one more case can go before its `raise`.

    `imports` are the statements that type checkers read, `cases` the names it gives.
    """

    imports: tuple[ast.ImportFrom, ...]
    cases: frozenset[str]
    end: ast.Raise


def is_for_types(test: ast.expr) -> bool:
    """Say whether a condition holds for type checkers alone."""
    return getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING"


def hook_of(names: Names) -> Hook | None:
    """Return the hook that an earlier shim wrote into a module; None if there is none of just that shape."""
    if len(names.variables.bindings(HOOK, names.index.module)) != 1:
        return None
    for one in names.module.tree.body:
        match one:
            case ast.If(test=test, body=body, orelse=[ast.FunctionDef(name=name) as function]) if name == HOOK:
                imports = tuple(part for part in body if isinstance(part, ast.ImportFrom) and part.col_offset == 4)
                return _read(function, imports) if is_for_types(test) and len(imports) == len(body) else None
    return None


def _read(function: ast.FunctionDef, imports: tuple[ast.ImportFrom, ...]) -> Hook | None:
    *ifs, end = function.body
    cases = [_case(one) for one in ifs]
    plain = not function.decorator_list and ast.unparse(function.args) == "name: str"
    if not plain or None in cases or not isinstance(end, ast.Raise) or end.col_offset != 8:
        return None
    return Hook(imports, frozenset(case for case in cases if case), end)


def _case(statement: ast.stmt) -> str | None:
    """Return the name that a case gives, and nothing else."""
    match statement:
        case ast.If(
            test=ast.Compare(left=ast.Name(id="name"), ops=[ast.Eq()], comparators=[ast.Constant(value=str(given))]),
            body=[*_, ast.Return()],
            orelse=[],
        ):
            return given
    return None


def with_hook(move: Move, names: Names, edits: tuple[Edit, ...], checking: str) -> tuple[Edit, ...]:
    """Add a hook to the edits of a module, or a case to the hook it has."""
    hook, module = hook_of(names), names.module
    if hook is None:
        return at_end(module, edits, _filled(_WHOLE, move, names, checking))
    below, above = hook.imports[-1].end_lineno or 0, hook.end.lineno
    added = ((below + 1, _filled(_IMPORT, move, names, checking)), (above, _filled(_CASE, move, names, checking)))
    places = ((module.offset(line, 0), text) for line, text in added)
    return (*edits, *(Edit(at, at, text.replace("\n", module.newline).encode(module.codec)) for at, text in places))


def _filled(template: str, move: Move, names: Names, checking: str) -> str:
    home, (new,) = names.project.split(move.new)
    return template.format(
        checking=checking, module=home, new=new, old=move.old_name, whole_old=move.old, whole_new=move.new
    )


def at_end(module: Module, edits: tuple[Edit, ...], text: str) -> tuple[Edit, ...]:
    """Put text at the end of the file, two blank lines below what the edits leave there; the last line end stays."""
    newline, end = module.newline, len(module.source)
    before = splice(module.source, edits).decode(module.codec, "replace")
    blank = len(before) - len(before.rstrip("\r\n"))
    gap = newline * max(0, 3 - blank // len(newline)) if before.strip() else ""
    tail = gap + text.replace("\n", newline)
    if module.source and not module.source.endswith((b"\n", b"\r")):
        tail = tail.removesuffix(newline)
    meeting = [one for one in edits if one.end == end]
    new = b"".join(one.new for one in sorted(meeting)) + tail.encode(module.codec)
    return (*(one for one in edits if one not in meeting), Edit(min([end, *(one.start for one in meeting)]), end, new))

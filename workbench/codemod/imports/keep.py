"""Why an import nobody reads any more must stay all the same.

Whatever is not plainly unused stays: a spare import is a lint warning, a missing one is a broken program.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable
from functools import cached_property

from workbench.codemod.moves.module_names import is_under
from workbench.codemod.names import ImportedName, Names
from workbench.codemod.project import Project
from workbench.codemod.scopes import ScopeKind
from workbench.codemod.source import Module
from workbench.codemod.statements import Exports, exports

_NOQA = re.compile(r"#\s*noqa(?!\s*:)|#\s*noqa\s*:[^#]*\bF401\b|#.*\bunused-import\b", re.IGNORECASE)
_WORDS = re.compile(r"(?<![\w.])\w+")
_TYPE_COMMENT = re.compile(r"#\s*type:(.*)")
_BY_NAME = frozenset({"getattr", "hasattr", "setattr", "delattr", "object", "setitem", "dict"})
_RUNS = frozenset({"eval", "exec", "compile", "timeit", "repeat"})
_TYPED = frozenset({"NamedTuple", "TypedDict", "NewType", "cast", "TypeVar", "get_type_hints", "make_dataclass"})
_CATCHES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


class Keepers:
    """Answers, for the imports of one module, what besides plain code may need them."""

    def __init__(self, module: Module, names: Names, project: Project) -> None:
        self._module = module
        self._names = names
        self._project = project
        self._ancestry = names.ancestry
        self._named: dict[str, bool] = {}

    def reason(self, imported: ImportedName, *, quoted_gone: int = 0) -> str:
        """Return why `imported` must stay though no code reads it; "" if it may go.

        `quoted_gone` is how many quoted annotations and type comments there are that will no longer name it.
        """
        checks: tuple[tuple[Callable[[ImportedName], bool], str], ...] = (
            (lambda one: one.scope.kind is ScopeKind.CLASS, "it is an attribute of the class"),
            (lambda one: len(one.scope.bindings.get(one.local, ())) > 1, "the name is bound a second time"),
            (self._exported, "others may import it from here"),
            (self._noqa, "it is marked noqa"),
            (
                lambda one: self._quoted_words[one.local] > quoted_gone,
                "a quoted annotation, a type comment or a doctest names it",
            ),
            (self._in_strings, "a string names it"),
        )
        return next((why for holds, why in checks if holds(imported)), "")

    def spelled_in_text(self, local: str) -> bool:
        """Say whether text that runs, or is looked up, reads a local name: nobody can rename it there.

        Annotations and `__all__` do not count: they are changed along with the code.
        """
        word = _word(local)
        strings = [node for node, _ in self._names.index.strings if local in str(node.value)]
        annotations = {id(node) for node, _ in self._names.index.quoted}
        if any(id(node) not in annotations and self._names_it(node, local) for node in strings):
            return True
        if any(id(node) not in annotations and str(node.value) == local and self._is_type(node) for node in strings):
            return True
        if any(
            re.search(rf"""['"][^'"]*\b{re.escape(local)}\b""", str(node.value)) for node, _ in self._names.index.quoted
        ):
            return True
        spaces = any(self._names.index.names.get(name) for name in ("globals", "locals", "vars"))
        if spaces and any(word.search(str(node.value)) for node in strings if id(node) not in annotations):
            return True
        return any(
            word.search(line)
            for text in self._docstrings
            if ">>>" in text
            for line in text.splitlines()
            if line.lstrip().startswith((">>>", "..."))
        )

    def _is_type(self, node: ast.Constant) -> bool:
        """Say whether a string stands where a type is written outside annotations, such as `Union["C", int]`."""
        for above in self._ancestry.above(node):
            match above:
                case ast.Subscript():
                    return True
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    return name in _TYPED
                case ast.Tuple() | ast.List() | ast.Dict() | ast.keyword() | ast.BinOp():
                    continue
                case _:
                    return False
        return False

    def is_probe(self, imported: ImportedName) -> bool:
        """Say whether the import stands in a `try` that asks whether it can be imported."""
        for node in self._ancestry.above(imported.statement):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                return False
            if isinstance(node, ast.Try | ast.TryStar) and any(map(_catches_import, node.handlers)):
                return True
        return False

    def _exported(self, imported: ImportedName) -> bool:
        """Say whether `__all__`, a package's `__init__`, `X as X` or another module's import offers it to others.

        An `__init__` that lists nothing offers what it imports from its own package; what it imports from elsewhere
        was there for the code that read it.
        """
        if imported.scope.kind is not ScopeKind.MODULE:
            return False
        listed = self._listed
        if listed is not None and (not listed.complete or any(item.value == imported.local for item in listed.items)):
            return True
        marked = imported.alias.asname is not None and imported.alias.asname == imported.alias.name
        used = bool(self._module.name) and bool(self._project.users(f"{self._module.name}.{imported.local}"))
        own = listed is None and self._module.is_package and is_under(imported.spelled, self._module.name)
        return marked or used or own

    def _noqa(self, imported: ImportedName) -> bool:
        lines = self._lines
        last = imported.statement.end_lineno or imported.statement.lineno
        mine = {imported.statement.lineno, imported.alias.lineno, last}
        return any(_NOQA.search(lines[line - 1].decode(self._module.codec, "replace")) for line in mine)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._module.source.splitlines()

    @cached_property
    def _listed(self) -> Exports | None:
        return exports(self._module.tree)

    @cached_property
    def _quoted_words(self) -> Counter[str]:
        """Count the words that quoted annotations, type comments and doctests begin a name with."""
        quoted = (str(node.value) for node, _ in self._names.index.quoted)
        comments = (found[1] for found in _TYPE_COMMENT.finditer(self._module.text))
        doctests = (text for text in self._docstrings if ">>>" in text)
        return Counter(word for text in (*quoted, *comments, *doctests) for word in _WORDS.findall(text))

    @cached_property
    def _docstrings(self) -> list[str]:
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        nodes = [node for node in ast.walk(self._module.tree) if isinstance(node, kinds)]
        return [text for node in nodes if (text := ast.get_docstring(node, clean=False))]

    def _in_strings(self, imported: ImportedName) -> bool:
        local = imported.local
        if local not in self._named:
            self._named[local] = any(self._names_it(node, local) for node, _ in self._names.index.strings)
        return self._named[local]

    def _names_it(self, node: ast.Constant, local: str) -> bool:
        """Say whether a string literal may be looked up as an imported name."""
        text = str(node.value)
        if local not in text:
            return False
        if self._module.name and re.search(rf"\b{re.escape(self._module.name)}\.{local}\b", text):
            return True
        around = self._ancestry.parent(node)
        if isinstance(around, ast.Subscript):
            return text == local and _is_namespace(around.value)
        if not isinstance(around, ast.Call):
            return False
        called = getattr(around.func, "attr", getattr(around.func, "id", ""))
        if called in _RUNS:
            return _word(local).search(text) is not None
        space = isinstance(around.func, ast.Attribute) and _is_namespace(around.func.value)
        return text == local and (called in _BY_NAME or space)


def _word(local: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(local)}(?!\w)")


def _is_namespace(node: ast.expr) -> bool:
    """Say whether an expression is `globals()`, `locals()` or `vars()`."""
    match node:
        case ast.Call(func=ast.Name(id="globals" | "locals" | "vars")):
            return True
    return False


def _catches_import(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(getattr(one, "attr", getattr(one, "id", "")) in _CATCHES for one in kinds)

"""Where a file may lead when it runs: the modules it imports or spells, and whether that is all.

grimp and its kin read import statements and trust them. A test that is left out must not be one that would have turned
red, so strings that spell a module count too (`mock.patch`, plug-in lists, settings), and a file that may run or read
what no statement names (computed imports, child processes, walks over folders) is said to lead anywhere.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.scan.files import MOST_BYTES

# fmt: off
_RUNS_ANYTHING = frozenset(
    (
        "__import__", "import_module", "exec", "eval", "execfile", "entry_points", "iter_entry_points", "walk_packages",
        "iter_modules", "spec_from_file_location", "exec_module", "load_module", "meta_path", "path_hooks",
        "loadTestsFromName", "loadTestsFromNames", "discover", "Popen", "system", "popen", "startfile",
        "create_subprocess_exec", "create_subprocess_shell", "fork", "forkpty", "posix_spawn", "posix_spawnp", "execl",
        "execle", "execlp", "execlpe", "execv", "execve", "execvp", "execvpe", "spawnl", "spawnle", "spawnlp",
        "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe", "pytester", "testdir",
    )
)
_READS_ANYTHING = frozenset(
    (
        "glob", "iglob", "rglob", "walk", "listdir", "scandir", "iterdir",
    )
)
_MODULES = frozenset(
    (
        "subprocess", "runpy", "pkgutil", "imp", "zipimport", "pickle", "cPickle", "dill", "cloudpickle", "joblib",
        "shelve", "code", "codeop", "pexpect", "sh", "doctest", "modulefinder", "compileall", "py_compile",
        "lazy_loader", "pkg_resources", "stevedore", "pluggy",
    )
)
# fmt: on
_HARMLESS = ("ast.walk", "platform.system")
_IMPORTS_ITS_ARGUMENT = frozenset({"import_module", "__import__"})
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_CODE_FILE = re.compile(r"\.py(?![a-z])")


@dataclass(frozen=True, slots=True)
class Leads:
    """Dotted names a file imports, and those its strings spell; `anywhere` says why that may not be all, or is ""."""

    imports: frozenset[str]
    spelled: frozenset[str]
    anywhere: str = ""


def read_leads(_: None, sources: Sequence[tuple[str, bytes]]) -> list[tuple[str, Leads]]:
    """Return where each of some files leads, by path."""
    return [(path, leads_of(path, source)) for path, source in sources]


def leads_of(path: str, source: bytes) -> Leads:
    """Return where a file leads; relative imports are spelled from the root of the tree, folder by folder."""
    if len(source) > MOST_BYTES:
        return Leads(frozenset(), frozenset(), "too large to read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Leads(frozenset(), frozenset(), "does not parse")
    nodes = list(ast.walk(tree))
    plain = _plain(nodes)
    folder = path.split("/")[:-1]
    imports = frozenset(name for node in nodes for name in _imported(node, folder))
    said = _said(nodes)
    strings = [text for one in nodes if id(one) not in said and (text := _text(one))]
    spelled = frozenset(name for text in strings for name in spelled_in(text))
    return Leads(imports, spelled, next(_anywhere(nodes, plain, strings), ""))


def spelled_in(text: str) -> Iterator[str]:
    """Yield the dotted names in a text; a single word only where the text has no blank in it, and is no prose."""
    for name in _DOTTED.findall(text):
        if "." in name or " " not in text:
            yield name


def _imported(node: ast.AST, folder: list[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        around = folder[: len(folder) - node.level + 1] if node.level else []
        base = ".".join([*around, *([node.module] if node.module else [])])
        if base:
            yield base
        yield from (".".join(filter(None, (base, alias.name))) for alias in node.names if alias.name != "*")


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _said(nodes: Sequence[ast.AST]) -> frozenset[int]:
    """Return the ids of the texts that stand alone as statements: nobody gets to read those."""
    return frozenset(id(one.value) for one in nodes if isinstance(one, ast.Expr))


def _plain(nodes: Sequence[ast.AST]) -> frozenset[int]:
    """Return the ids of names that look worse than they are: imports of a text that stands there, walks over syntax."""
    fine: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Call) and _name(node.func) in _IMPORTS_ITS_ARGUMENT and len(node.args) == 1:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and not text.value.startswith("."):
                fine.add(id(node.func))
        elif isinstance(node, ast.Attribute) and f"{_name(node.value)}.{node.attr}" in _HARMLESS:
            fine.add(id(node))
    return frozenset(fine)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _anywhere(nodes: Sequence[ast.AST], plain: frozenset[int], strings: Sequence[str]) -> Iterator[str]:
    """Yield why a file may lead where nothing in it says so."""
    for node in nodes:
        name = _name(node)
        if name and id(node) not in plain:
            if name in _RUNS_ANYTHING:
                yield f"may run anything (`{name}`)"
            elif name in _READS_ANYTHING:
                yield f"may read any file (`{name}`)"
            elif name == "__getattr__" and isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield "makes its names on demand (`__getattr__`)"
        yield from _hiding(node)
    yield from (f"may read any file (`{text[:40]}`)" for text in strings if _CODE_FILE.search(text))


def _hiding(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        modules = [node.module or ""]
        names = [alias.name for alias in node.names]
        yield from (f"may run anything (`{name}`)" for name in names if name in _RUNS_ANYTHING)
        yield from (f"may read any file (`{name}`)" for name in names if name in _READS_ANYTHING)
    else:
        return
    yield from (f"may run anything (`{name}`)" for name in modules if name.partition(".")[0] in _MODULES)

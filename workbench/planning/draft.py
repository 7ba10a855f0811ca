"""Drafts rules from pairs of code: what differs between the two, where the language says what it means.

A draft is for a person to read. What a pair does not say plainly is a note and never a rule.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count

from workbench.planning.document import Pair, pairs, sources


@dataclass(frozen=True, slots=True)
class DraftedRule:
    """A rule's keys in the order of a plan file, and what asks for it: "line 7 of the document"."""

    origin: str
    keys: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a document asks for, and what in it was not understood, as sentences."""

    rules: tuple[DraftedRule, ...]
    notes: tuple[str, ...]


Keys = dict[str, object]


def draft(text: str) -> Draft:
    """Draft the rules that a Markdown document asks for; what it asks for twice is drafted once."""
    homes: dict[str, str] = {}
    for code in sources(text):
        tree = _parsed(code)
        for name, home in _imported(tree) if tree is not None else ():
            homes.setdefault(name, home)
    rules: dict[tuple[object, ...], DraftedRule] = {}
    notes: list[str] = []
    for pair in pairs(text):
        for found in _asked(pair, homes):
            if isinstance(found, str):
                notes.append(f"line {pair.line}: {found}")
            else:
                identity = (found["kind"], found.get("from", found.get("call")), found.get("to", found.get("with")))
                rules.setdefault(
                    identity,
                    DraftedRule(f"line {pair.line} of the document", {"id": _id(found, rules.values()), **found}),
                )
    if not rules and not notes:
        notes.append("the document shows no pair of code, as it is and as it should be")
    return Draft(tuple(rules.values()), tuple(dict.fromkeys(notes)))


def _asked(pair: Pair, homes: Mapping[str, str]) -> list[Keys | str]:
    """Return the rules a pair asks for, without ids, and what in it was not understood."""
    old, new = _parsed(pair.old), _parsed(pair.new)
    if old is None or new is None:
        return ["the code of the pair is not whole Python"]
    found = [*_moved(old, new), *_changed(old, new, homes)]
    if not found and ast.dump(old) != ast.dump(new):
        return ["the pair differs in a way that is no single rule"]
    return found


def _moved(old: ast.Module, new: ast.Module) -> Iterator[Keys]:
    are = dict(_imported(new))
    for name, home in _imported(old):
        if are.get(name, home) != home:
            yield {"kind": "move-symbol", "from": home, "to": are[name]}


def _changed(old: ast.Module, new: ast.Module, homes: Mapping[str, str]) -> Iterator[Keys | str]:
    known = {**homes, **dict(_imported(old)), **dict(_imported(new))}
    before, after = (
        [one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)] for tree in (old, new)
    )
    if len(before) != len(after):
        return
    for was, now in zip(before, after, strict=True):
        for one, other in _differences(was, now):
            match one, other:
                case ast.Await(value=ast.Call() as call), ast.Call() if ast.dump(call) == ast.dump(other):
                    name = _resolved(call.func, known)
                    yield {"kind": "remove-await", "call": name} if name else _homeless(call.func)
                case ast.Call(), ast.Call():
                    yield _replaced(one, other, known)


def _replaced(was: ast.Call, now: ast.Call, homes: Mapping[str, str]) -> Keys | str:
    old, new = _resolved(was.func, homes), _resolved(now.func, homes)
    if not old or not new:
        return _homeless(now.func if old else was.func)
    arguments = [{"name": name, "from_scope": [value], "otherwise": "block"} for name, value in _added(was, now)]
    return {"kind": "replace-call", "call": old, "with": new, **({"arguments": arguments} if arguments else {})}


def _homeless(func: ast.expr) -> str:
    return f"the document does not say where {ast.unparse(func)} comes from"


def _id(keys: Keys, others: Iterable[DraftedRule]) -> str:
    name = str(keys.get("from", keys.get("call"))).rpartition(".")[2]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^a-zA-Z0-9]+", "-", name).strip("-").lower()
    stem = f"{keys['kind']}-{words}"[:56].strip("-")
    taken = {rule.keys["id"] for rule in others}
    return next(one for one in chain((stem,), (f"{stem}-{number}" for number in count(2))) if one not in taken)


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(textwrap.dedent(code))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _differences(was: ast.AST, now: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield the highest places at which two trees differ in their kind of node, or in what they call."""
    if ast.dump(was) == ast.dump(now):
        return
    match was, now:
        case ast.Call(func=old), ast.Call(func=new) if ast.dump(old) != ast.dump(new):
            yield was, now
            return
    if type(was) is not type(now):
        yield was, now
        return
    before, after = list(ast.iter_child_nodes(was)), list(ast.iter_child_nodes(now))
    if len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _differences(one, other)


def _resolved(node: ast.expr, homes: Mapping[str, str]) -> str:
    """Return the dotted name that code stands for by the document's own imports; "" if they do not say."""
    spelled = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    first, dot, rest = spelled.partition(".")
    return homes[first] + dot + rest if first in homes else ""


def _added(was: ast.Call, now: ast.Call) -> Iterator[tuple[str, str]]:
    """Yield the names the new call passes and the old one did not, with what they are passed as."""
    known = [ast.dump(one) for one in [*was.args, *(word.value for word in was.keywords)]]
    for one in now.args:
        if isinstance(one, ast.Name) and ast.dump(one) not in known:
            yield one.id, one.id
    for word in now.keywords:
        if word.arg and isinstance(word.value, ast.Name | ast.Attribute) and ast.dump(word.value) not in known:
            yield word.arg, ast.unparse(word.value)

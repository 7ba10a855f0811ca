"""The arguments of one call, changed as its callable changed: renamed, left out, added, passed by keyword.

Arguments are known by their keywords, and by their places as far as a signature tells. What an unpacking may
hide is not guessed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.codemod.calls.signatures import Signature
from workbench.codemod.calls.text import Given, arguments, opening, renamed, with_argument, without
from workbench.codemod.edit import Edit
from workbench.codemod.in_strings import fits_in_fstring, fstring_around, is_exact
from workbench.codemod.names import Names
from workbench.codemod.patterns.brackets import as_keyword
from workbench.codemod.patterns.effects import acts
from workbench.codemod.patterns.match import in_order
from workbench.model.violation import Blocked

_IN_STRING = Blocked("dynamic-name", "the call stands in an f-string, and its new arguments may not fit there")

Choose = Callable[[str], str | Blocked | None]
"""Gives the expression for an added argument; None leaves it out."""


@dataclass(frozen=True, slots=True)
class ArgumentChange:
    """What changes. `old` tells which places arguments had, `tree` is the signature that the tree shows."""

    rename: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    to_keyword: tuple[str, ...] = ()
    old: Signature | None = None
    tree: Signature | None = None


class _MismatchError(Exception):
    """The arguments cannot be told or made to fit; never leaves this module."""


def changed(call: ast.Call, text: str, change: ArgumentChange, choose: Choose, *, newline: str) -> str | Blocked | None:
    """Return the brackets of a call, `text`, as they are to be; None where nothing changes.

    Blocked: `signature-mismatch`, `argument-dropped`, `grammar`, or whatever `choose` says.
    """
    try:
        outcome = _Change(call, text, change).carried_out(choose, newline)
    except _MismatchError as mismatch:
        return Blocked("signature-mismatch", str(mismatch))
    except SyntaxError:
        return Blocked("grammar", "the arguments hold newer Python than the one that runs workbench reads")
    return None if outcome == text else outcome


def edited(call: ast.Call, change: ArgumentChange, choose: Choose, names: Names) -> Edit | Blocked | None:
    """Return the edit of one call of a file, None where nothing changes.

    Blocked: as `changed`, and `dynamic-name` in an f-string that may not take the new arguments.
    """
    module, string = names.module, fstring_around(call, names)
    if string is not None and not is_exact(call, module):
        return _IN_STRING
    end, last = module.span(call.func)[1], module.span(call)[1]
    behind = module.source[end:last].decode(module.codec)
    bracket = opening(behind, 0)
    new = changed(call, behind[bracket:], change, choose, newline=module.newline)
    if not isinstance(new, str):
        return new
    edit = Edit(end + len(behind[:bracket].encode(module.codec)), last, new.encode(module.codec))
    return edit if string is None or fits_in_fstring(edit, string, module) else _IN_STRING


class _Change:
    """One call on its way."""

    def __init__(self, call: ast.Call, text: str, change: ArgumentChange) -> None:
        self._text, self._change = text, change
        self._nodes = in_order([*call.args, *call.keywords])
        self._given = arguments(text)
        self._names = _names(self._given, change.old)

    def carried_out(self, choose: Choose, newline: str) -> str | Blocked:
        dropped = {number for name in self._change.drop if (number := self._where(name)) is not None}
        for number in dropped:
            node = self._nodes[number]
            if acts(node):
                return Blocked("argument-dropped", f"{ast.unparse(node)} would not be evaluated any more")
        turned = self._turned(dropped)
        labels = self._labels(dropped, turned)
        added: dict[str, str] = {}
        for name in self._change.add:
            if name not in labels.values() and not self._hides_new(name):
                value = choose(name)
                if isinstance(value, Blocked):
                    return value
                if value is not None:
                    added[name] = value
        self._check(dropped, turned, labels, added)
        return self._written(dropped, turned, labels, added, newline)

    # ---- what is what

    def _where(self, name: str) -> int | None:
        """Return the number of the argument called `name`; None where it surely is not passed."""
        if name in self._names:
            return self._names.index(name)
        if self._hides(name):
            raise _MismatchError(f"{name} may be among what is passed without its name")
        return None

    def _hides(self, name: str) -> bool:
        """Say whether an unpacking, or a place nobody knows, may pass `name`."""
        tree = self._change.tree
        if self._change.old is None and tree is not None and not tree.var_positional:
            too_many = sum(one.is_positional for one in self._given) > len(_places(tree))
        else:
            too_many = False
        return too_many or self._has("**") or self._hides_place(name, self._change.old)

    def _hides_new(self, name: str) -> bool:
        tree = self._change.tree
        by_keyword = self._change.old is None and tree is not None and name in tree.keyword_only
        if self._has("**") or (not by_keyword and self._hides_place(name, self._change.old)):
            raise _MismatchError(f"{name} may already be among what is unpacked")
        if not by_keyword and self._stands_nowhere(self._change.old or tree):
            raise _MismatchError(f"{name} may already be passed by place; give the rule its `parameters`")
        return False

    def _stands_nowhere(self, signature: Signature | None) -> bool:
        """Say whether an argument is passed by a place that no signature tells of."""
        if signature is not None and signature.var_positional:
            return False
        known = len(_places(signature)) if signature is not None else 0
        return any(one.is_positional for one in self._given[known:])

    def _hides_place(self, name: str, signature: Signature | None) -> bool:
        if not self._has("*"):
            return False
        first = next(n for n, one in enumerate(self._given) if one.star == "*")
        return signature is None or name in _places(signature)[first:]

    def _has(self, star: str) -> bool:
        return any(one.star == star for one in self._given)

    def _turned(self, dropped: set[int]) -> set[int]:
        """Return the positional arguments that are passed by keyword from now on."""
        positional = [n for n, one in enumerate(self._given) if one.is_positional]
        wanted = [n for n in positional if self._names[n] in self._change.to_keyword]
        if self._change.to_keyword and self._change.old is None and positional:
            raise _MismatchError("the signature is not known here; give the rule its `parameters`")
        if any(self._hides_place(name, self._change.old) for name in self._change.to_keyword):
            raise _MismatchError("an argument to be passed by keyword may be among what is unpacked")
        first = min([*wanted, *(n + 1 for n in dropped if self._given[n].is_positional)], default=len(self._given))
        turned = {n for n in positional if n >= first and n not in dropped}
        if any(one.star == "*" for one in self._given[first:]):
            raise _MismatchError("what is unpacked would come to stand at other parameters")
        only = self._change.old.positional_only if self._change.old is not None else ()
        for number in turned:
            if self._names[number] is None or self._names[number] in only:
                raise _MismatchError(f"argument number {number + 1} cannot be passed by keyword")
        return turned

    def _labels(self, dropped: set[int], turned: set[int]) -> dict[int, str | None]:
        """Return the name under which each argument that stays is passed, or known."""
        rename = self._change.rename
        for old in rename:
            if old not in self._names and self._has("**"):
                raise _MismatchError(f"{old} may be among what is unpacked")
        labels = {}
        for number, name in enumerate(self._names):
            by_keyword = number in turned or self._given[number].name is not None
            if number not in dropped:
                labels[number] = rename.get(name or "", name) if by_keyword else name
        known = [name for name in labels.values() if name is not None]
        for name in known:
            if known.count(name) > 1:
                raise _MismatchError(f"{name} would be passed twice")
        return labels

    def _check(
        self, dropped: set[int], turned: set[int], labels: Mapping[int, str | None], added: Mapping[str, str]
    ) -> None:
        """Hold the result against the signature of the tree, where that is the new one already."""
        tree, change = self._change.tree, self._change
        if tree is None:
            return
        every = {*_places(tree), *tree.keyword_only}
        is_new = every.isdisjoint({*change.drop, *change.rename}) and every.issuperset(
            {*change.add, *change.rename.values()}
        )
        positional = [n for n, one in enumerate(self._given) if one.is_positional and n not in {*dropped, *turned}]
        keywords = [name for n, name in labels.items() if name and n not in positional]
        lenient = replace(tree, required=frozenset()) if self._has("*") or self._has("**") else tree
        problem = lenient.problem(len(positional), [*keywords, *added]) if is_new else ""
        if problem:
            raise _MismatchError(f"the new signature does not fit: {problem}")

    def _written(
        self,
        dropped: set[int],
        turned: set[int],
        labels: Mapping[int, str | None],
        added: Mapping[str, str],
        newline: str,
    ) -> str:
        text = self._text
        for number in sorted(labels, reverse=True):
            name = labels[number] or ""
            if number in turned:
                text = as_keyword(text, number, name)
            elif self._given[number].name not in (None, name):
                text = renamed(text, number, name)
        for number in sorted(dropped, reverse=True):
            text = without(text, number)
        for name, value in added.items():
            text = with_argument(text, len(arguments(text)), f"{name}={value}", newline=newline)
        return text


def _places(signature: Signature) -> tuple[str, ...]:
    return (*signature.positional_only, *signature.regular)


def _names(given: Sequence[Given], signature: Signature | None) -> list[str | None]:
    """Return the parameter each argument fills; None where that cannot be told."""
    places = _places(signature) if signature is not None else ()
    first = next((n for n, one in enumerate(given) if one.star == "*"), len(given))
    return [
        one.name or (places[n] if one.is_positional and n < min(first, len(places)) else None)
        for n, one in enumerate(given)
    ]

"""May one definition stand in for another of the same name? And if not, how do they differ?

Two agree where whoever used one can use the other: the same public methods, each taking at least the calls
the other took, the same ancestors and decorators. What the bodies do is for tests to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from workbench.codemod.calls.signatures import Signature
from workbench.codemod.definitions.interfaces import Interface, Member

_MOST = 3


def differences(name: str, other: Interface, canonical: Interface, origin: Callable[[str], str]) -> tuple[str, ...]:
    """Say how `other` differs from the canonical definition of `name`, as its user would notice; empty if not.

    `canonical` is the dotted name's interface; `origin` leads a dotted name to its definition.
    """
    if (other.call is None) != (canonical.call is None):
        return (f"is a {_noun(other)}, not a {_noun(canonical)}",)
    if name in map(origin, other.bases):
        return ("subclasses the canonical one",)
    last = name.rpartition(".")[2]
    found = [
        _listed("inherits from", "nothing", *(_traced(one.bases, origin) for one in (other, canonical))),
        _listed("decorated with", "nothing", *(_traced(one.decorators, origin) for one in (other, canonical))),
    ]
    if other.call is not None and canonical.call is not None:
        return tuple(filter(None, [*found, _changed(last, other.call, canonical.call)]))
    return tuple(filter(None, [*found, *_of_members(other, canonical), _of_fields(last, other, canonical)]))


def _traced(texts: Sequence[str], origin: Callable[[str], str]) -> list[str]:
    """Return names by where they are defined; `metaclass=Name` keeps its keyword."""
    parts = [one.rpartition("=") if one.partition("=")[0].isidentifier() else ("", "", one) for one in texts]
    return [f"{head}{equals}{origin(name)}" for head, equals, name in parts]


def _noun(one: Interface) -> str:
    return "class" if one.call is None else "function"


def _listed(verb: str, nothing: str, mine: Sequence[str], theirs: Sequence[str]) -> str:
    if list(mine) == list(theirs):
        return ""
    return f"{verb} {', '.join(mine) or nothing}, not {', '.join(theirs) or nothing}"


def _of_members(other: Interface, canonical: Interface) -> Iterator[str]:
    mine, theirs = _public(other), _public(canonical)
    yield _some("lacks", sorted(theirs.keys() - mine.keys()))
    yield _some("adds", sorted(mine.keys() - theirs.keys()))
    unset = {one for one in _readable(other) - _readable(canonical) if not one.startswith("_")}
    yield _some("adds the attribute" if len(unset) == 1 else "adds the attributes", sorted(unset))
    changed = [_changed(name, mine[name], theirs[name]) for name in sorted(mine.keys() & theirs.keys())]
    if not (other.bases or other.decorators):
        default = Member(Signature())
        ours, new = (one.methods.get("__init__", default) for one in (other, canonical))
        changed.insert(0, _changed("__init__", ours, new))
    elif ("__init__" in other.methods) != ("__init__" in canonical.methods):
        changed.insert(0, "has another __init__")
    elif "__init__" in other.methods:
        changed.insert(0, _changed("__init__", other.methods["__init__"], canonical.methods["__init__"]))
    told = [one for one in changed if one]
    yield "; ".join(told[:_MOST]) + (f"; {len(told) - _MOST} more" if len(told) > _MOST else "")


def _of_fields(name: str, other: Interface, canonical: Interface) -> str:
    """Compare what a generated constructor takes; nobody generates one for a plain class."""
    if not (other.bases or other.decorators):
        return ""
    return _changed(name, Member(other.fields), Member(canonical.fields))


def _public(one: Interface) -> dict[str, Member]:
    """Return what is called: public methods, and special ones but for `__init__`."""
    return {
        name: member
        for name, member in one.methods.items()
        if name != "__init__" and not member.is_attribute and (not name.startswith("_") or name.endswith("__"))
    }


def _readable(one: Interface) -> set[str]:
    return {*one.attributes, *(name for name, member in one.methods.items() if member.is_attribute)}


def _some(verb: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{verb} {', '.join(names[:_MOST])}{more}"


def _changed(name: str, mine: Member, theirs: Member) -> str:
    if _manner(mine) != _manner(theirs):
        return f"{name} is {_manner(mine)}, not {_manner(theirs)}"
    if mine.decorators != theirs.decorators:
        return _listed(f"{name} is decorated with", "nothing", mine.decorators, theirs.decorators)
    if accepts(theirs.signature, mine.signature):
        return ""
    return f"{name}{mine.signature.shown}, not {name}{theirs.signature.shown}"


def _manner(one: Member) -> str:
    if one.yields:
        return "an async generator" if one.signature.is_async else "a generator"
    return "a coroutine function" if one.signature.is_async else "a plain function"


def accepts(new: Signature, old: Signature) -> bool:
    """Say whether every call that `old` takes is one that `new` takes, each argument under the name it had."""
    caught = new.var_positional >= old.var_positional and new.var_keyword >= old.var_keyword
    return caught and _places(new, old) and _by_name(new, old) and _satisfied(new, old)


def _places(new: Signature, old: Signature) -> bool:
    """Say whether what is passed by position arrives at the parameter it arrived at."""
    names = _positional(new)
    for at, name in enumerate(_positional(old)):
        if at >= len(names):
            return new.var_positional
        if names[at] != name and name in old.regular:
            return False
    return True


def _by_name(new: Signature, old: Signature) -> bool:
    """Say whether what is passed by name is taken by name, and not taken by position too."""
    taken = {*new.regular, *new.keyword_only}
    for name in (*old.regular, *old.keyword_only):
        if name not in taken and (name in new.positional_only or not new.var_keyword):
            return False
    named = {*old.regular, *old.keyword_only}
    for at, name in enumerate(_positional(new)):
        hidden = at < len(old.positional_only) or (at >= len(_positional(old)) and old.var_positional)
        if hidden and name in new.regular and (name in named or old.var_keyword):
            return False
    return True


def _satisfied(new: Signature, old: Signature) -> bool:
    """Say whether every call of `old` brings what `new` requires."""
    by_place = dict(zip(_positional(new), _positional(old), strict=False))
    by_name = old.required.intersection(old.keyword_only).difference(new.positional_only)
    return all(by_place[name] in old.required if name in by_place else name in by_name for name in new.required)


def _positional(one: Signature) -> tuple[str, ...]:
    return (*one.positional_only, *one.regular)

"""What a module's code loads, as the compiler's own scoping has it: the oracle for moves, independent of our resolver.

Imports are taken out of the instructions; every load of a variable is written as what its imports bind it to.
"""

from __future__ import annotations

import dis
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType

_NOISE = {"NOP", "EXTENDED_ARG", "CACHE", "RESUME", "PUSH_NULL", "PRECALL", "MAKE_CELL", "COPY_FREE_VARS", "SWAP"}
_VARIABLE = ("NAME", "GLOBAL", "FAST", "DEREF", "CLASSDEREF")
_MEMBER = ("LOAD_ATTR", "LOAD_METHOD")
_JUMPS = {*dis.hasjrel, *dis.hasjabs}


@dataclass(slots=True)
class _Code:
    """One code object: what its imports bind, and its other instructions."""

    code: CodeType
    outer: _Code | None
    bound: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rest: list[dis.Instruction] = field(default_factory=list)

    def holder(self, kind: str, name: str) -> _Code:
        """Return the code object whose variable an instruction means."""
        one = self
        if kind == "GLOBAL" or (kind == "NAME" and name not in self.bound):
            while one.outer is not None:
                one = one.outer
        elif "DEREF" in kind:
            while name not in one.code.co_cellvars and one.outer is not None:
                one = one.outer
        return one

    def bind(self, store: dis.Instruction, what: str) -> None:
        kind = store.opname.partition("_")[2]
        target = self if kind == "NAME" else self.holder(kind, store.argval)
        target.bound[store.argval].add(what)


def loads(source: bytes, package: str) -> list[str]:
    """Return one line per instruction that is no import, in the order the compiler wrote them."""
    compiled = compile(source, "x.py", "exec", dont_inherit=True)
    return list(_lines(_read(compiled, package, None), package))


def _read(code: CodeType, package: str, outer: _Code | None) -> _Code:
    one = _Code(code, outer)
    steps = iter([each for each in dis.get_instructions(code) if each.opname not in _NOISE])
    for step in steps:
        if step.opname == "IMPORT_NAME":
            level, names = (each.argval for each in one.rest[-2:])
            del one.rest[-2:]
            _import(one, steps, _absolute(level, step.argval, package), bool(names))
            continue
        one.rest.append(step)
        if step.opname.startswith("STORE_") and step.opname[6:] in _VARIABLE:
            one.bind(step, f"a value of {code.co_name}")
    return one


def _import(one: _Code, steps: Iterator[dis.Instruction], base: str, has_names: bool) -> None:
    """Read the instructions of one import statement up to its last."""
    path = aliased = ""
    for step in steps:
        if step.opname == "IMPORT_STAR":
            return
        if step.opname == "POP_TOP":
            if has_names:
                return
        elif step.opname == "IMPORT_FROM":
            path, aliased = f"{base}.{step.argval}", base
        elif has_names:
            one.bind(step, path)
        else:
            plain = base.partition(".")[0] if step.argval == base.partition(".")[0] else base
            one.bind(step, aliased or plain)
            return


def _absolute(level: int, name: str, package: str) -> str:
    parts = package.split(".")[: len(package.split(".")) - level + 1] if level else []
    return ".".join([*parts, *([name] if name else [])])


def _lines(one: _Code, package: str) -> Iterator[str]:
    at = 0
    while at < len(one.rest):
        step = one.rest[at]
        verb, _, kind = step.opname.partition("_")
        at += 1
        if verb == "LOAD" and kind in _VARIABLE:
            path = []
            while at < len(one.rest) and one.rest[at].opname in _MEMBER:
                path.append(one.rest[at].argval)
                at += 1
            found = one.holder(kind, step.argval).bound.get(step.argval, {step.argval})
            yield f"load {' or '.join(sorted('.'.join([each, *path]) for each in found))}"
        elif isinstance(step.argval, CodeType):
            yield f"code {step.argval.co_name}"
            yield from _lines(_read(step.argval, package, one), package)
        elif step.opcode in _JUMPS:
            yield step.opname
        elif kind != "CLOSURE":
            argument = "" if isinstance(step.argval, frozenset) else step.argval
            yield f"{step.opname} {argument}"

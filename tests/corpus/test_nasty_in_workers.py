"""Files that run a parser out of stack are that file's failure; the files beside them are rewritten all the same."""

from __future__ import annotations

from nasty import TREE, follows
from test_nasty import ROOTS, UNKNOWN, module, project_of, rule_of

from workbench.codemod.find import find_in
from workbench.codemod.rewrite import FileFailed, FileRewrite
from workbench.codemod.source import Unparsable
from workbench.engine.transform import Job, Kit, Transformer

_IMPORT = b"from shop.old_mod import old\n"
GOOD = follows("good", "an ordinary file", _IMPORT + b"old()\n")
DEEP = (
    (b"x = " + b" + ".join([b"old()"] * 10_000) + b"\n", "too-deep"),
    (b"x = old()" + b".b()" * 3_000 + b"\n", "too-deep"),
    (b"x = " + b"[" * 500 + b"old()" + b"]" * 500 + b"\n", "syntax"),
    (b"x = " + b"(" * 500 + b"old()" + b")" * 500 + b"\n", "syntax"),
    (b"x = " + b"-" * 5_000 + b"old()\n", "too-deep"),
    (b"x = " + b"not " * 3_000 + b"old()\n", "too-deep"),
    (b"x: " + b"int | " * 5_000 + b"old\n", "too-deep"),
    (b"if a: old()\n" + b"elif b: pass\n" * 5_000, "too-deep"),
)


def job(path: str, source: bytes) -> Job:
    """A job for all sites of a file; where nobody can find them, for one that is not there."""
    rule = rule_of(GOOD)
    known = project_of({**TREE, path: source}, rule)
    try:
        found = find_in(module(path, source), [rule], known)
    except Unparsable:
        return Job(path, source, {"it": UNKNOWN})
    return Job(path, source, {"it": frozenset(name for _, name in found)})


def test_deep_files_fail_alone() -> None:
    rule = rule_of(GOOD)
    kit = Kit((rule,), project_of(TREE, rule), ROOTS)
    deep = [job(f"app/deep_{n}.py", _IMPORT + body) for n, (body, _) in enumerate(DEEP)]
    good = [job(f"app/good_{n}.py", GOOD.source) for n in range(3)]
    with Transformer(1) as transformer:
        outcomes = list(transformer.apply([good[0], *deep[:4], good[1], *deep[4:], good[2]], kit))
    by_path = {one.path: one for one in outcomes}
    assert [one.path for one in outcomes if isinstance(one, FileRewrite)] == [one.path for one in good]
    rewritten = {one.after for one in outcomes if isinstance(one, FileRewrite)}
    assert rewritten == {GOOD.source.replace(b"old_mod import old", b"new_mod import new").replace(b"old()", b"new()")}
    failed = [by_path[one.path] for one in deep]
    assert [one.reason for one in failed if isinstance(one, FileFailed)] == [reason for _, reason in DEEP]

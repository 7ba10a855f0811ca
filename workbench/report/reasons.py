"""Why a place was left alone, and what a person can do about it: every reason code, one by one.

A codemod that cannot prove a change safe makes none; that is only of use to a team if each refusal
comes with a next step. Codes a team's own rule kinds bring fall back to a general sentence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """`meaning`: what the codemod saw. `advice`: what to do, in the imperative."""

    meaning: str
    advice: str


REASONS: dict[str, Reason] = {
    # The new code needs something this place does not have.
    "no-context-in-scope": Reason(
        "no value that the new call needs is bound in reach of this place",
        "pass it in as a parameter, or add the name it has here to `from_scope`",
    ),
    "bound-after-use": Reason(
        "the value the new call needs is bound, but only after this place",
        "move the binding up, or pass the value in",
    ),
    "maybe-unbound": Reason(
        "the value the new call needs is bound on some paths to this place only",
        "bind it on every path, or pass the value in",
    ),
    "signature-mismatch": Reason(
        "the arguments here do not fit the new callable's signature",
        "say what becomes of them with `rename`, `drop` or `keep`, or change the call by hand",
    ),
    # The name itself stands in the way.
    "name-taken": Reason(
        "the new name already means something else here",
        "rename the local thing, then plan again",
    ),
    "star-import": Reason(
        "the name comes from a star import that cannot be followed",
        "import the name explicitly",
    ),
    "dynamic-name": Reason(
        "the name is made at run time (`getattr`, a string, a module's `__getattr__`)",
        "change this place by hand, or decide its string with `strings`",
    ),
    "import-cycle": Reason(
        "the import this change needs would close an import cycle",
        "import inside the function by hand, or break the cycle first",
    ),
    "self-import": Reason(
        "the file would have to import from itself",
        "change this place by hand; it is where the new thing lives",
    ),
    "rebound": Reason(
        "the name is assigned again in this file, so its uses may mean either thing",
        "give the second meaning a name of its own",
    ),
    "unknown-receiver": Reason(
        "the type of the object the method is called on is not known here",
        "annotate it, or decide with `unknown_receiver`",
    ),
    "string": Reason(
        "the name stands in a string, which the rule only reports",
        'set `strings = "rewrite"` if the string is a dotted name, or change it by hand',
    ),
    "mock-unclear": Reason(
        "a test puts a mock here, and where the new name will be looked up cannot surely be told",
        "patch the new name by hand, where the module that uses it looks it up",
    ),
    "outside-tree": Reason(
        "what the name stands for lies outside this tree, where nobody can look at it",
        "look at it by hand, or ask for less (`callable = false`)",
    ),
    "is-a-module": Reason(
        "the rule names a module, and its kind moves a single symbol",
        "use the kind `move-module`, which moves all that is imported from it too",
    ),
    "still-defined": Reason(
        "the old module has a definition of its own, or another thing by this name, and a shim would take it away",
        "move it to the new module and import it from there, or redirect it with `unique-definition`; then plan again",
    ),
    "used-here": Reason(
        "the old module uses the name itself, and a shim serves only those who import the module",
        "import it under another name for the module's own use, beside the old one, or set `shim = false`",
    ),
    "own-getattr": Reason(
        "the module has a `__getattr__` that no shim wrote, and there can be only one",
        "let it give the old name too, by hand, and take the import out",
    ),
    "not-there": Reason(
        "the new module has nothing of this name",
        "define it there, or import it from where it is",
    ),
    "interfaces-differ": Reason(
        "the definition does not offer what the canonical one of its name does",
        "bring the two together, or rename the one that is something else",
    ),
    "conditional-definition": Reason(
        "the name is defined in a branch of an `if` or `try`, so whether it counts is decided at run time",
        "take the branch out by hand, or leave the file to `allow`",
    ),
    "doctest": Reason(
        "the name stands in a doctest, which the rule only reports",
        'set `doctests = "rewrite"`, or change it by hand',
    ),
    # The callable is used, not called.
    "passed-as-value": Reason(
        "the callable is handed on instead of called, so the call to change is elsewhere",
        "change the place that calls it, or wrap the new call in a function",
    ),
    "awaited-elsewhere": Reason(
        "the result is stored, gathered or returned, and awaited somewhere else",
        "take away the await where it happens, together with this place",
    ),
    "async-context": Reason(
        "the call is used as an asynchronous context manager or iterator",
        "change the `async with` or `async for` by hand",
    ),
    "still-async": Reason(
        "the function the call resolves to is still `async def`, so it needs its await",
        "make the function synchronous first, or take it out of the rule",
    ),
    # The new code would do something else.
    "evaluated-twice": Reason(
        "the new code would evaluate an expression more often than the old one",
        "give it a name before this place, and use the name",
    ),
    "evaluated-later": Reason(
        "the new code would evaluate an expression later, inside a lambda or a loop",
        "give it a name before this place, and use the name",
    ),
    "evaluation-order": Reason(
        "the new code would make calls in another order than the old one",
        "give their results names before this place, and use the names",
    ),
    "argument-dropped": Reason(
        "the new code leaves out an expression that may do something when it is evaluated",
        "evaluate it on a line of its own, or take it away by hand",
    ),
    "assigned-to": Reason(
        "the place is assigned to or deleted, and the new code only stands for reading",
        "change this place by hand",
    ),
    "comment-lost": Reason(
        "a comment stands in what is replaced, and would go with it",
        "move the comment out of the expression",
    ),
    "sync-context": Reason(
        "the new code awaits, and stands in no async function",
        "make the function around it async, or change this place by hand",
    ),
    "not-retried": Reason(
        "this run was asked to try other places again",
        "`workbench retry` without options, or `workbench plan`, takes it up",
    ),
    "own-definition": Reason(
        "the place is part of what the new name does, or of how it is made",
        "nothing: this is where the old one belongs",
    ),
    "alternatives": Reason(
        "different imports may reach this place, and only one of them is meant",
        "make the imports agree, then plan again",
    ),
    # Rules meet one another.
    "overlap": Reason(
        "two rules want to change the same bytes",
        "order them with `after`, or let one rule make the whole change",
    ),
    "excluded": Reason(
        "the rule reports this place and leaves it as it is",
        'set `strings` or `doctests` to "rewrite" if it should change too',
    ),
    "linked": Reason(
        "what must land together with this place (by `together`, or as the mock of a call) is blocked",
        "mend the other place; this one follows",
    ),
    "program-failed": Reason(
        "the program that was to change this file failed, or did more than change it",
        "run it on the file by hand, and see `success_codes`, `leaves` and `seconds` of the rule",
    ),
    "drifted": Reason(
        "an earlier batch, or a person, changed this place after it was planned",
        "plan again",
    ),
    "not-idempotent": Reason(
        "a second pass over the result would change it again",
        "report it: the rule and this file show a defect",
    ),
    "check-failed": Reason(
        "the rewritten file did not pass the checks every rewrite must pass",
        "look at it with `workbench show`, and change this place by hand",
    ),
    "detect-only": Reason(
        "the rule finds, and leaves the change to a person",
        "change this place by hand, or name its file in `allow`; the next scan sees it",
    ),
    "covered": Reason(
        "the rule only finds, and another rule of the plan mends this place",
        "nothing; it goes when that rule's change lands",
    ),
    "file-gone": Reason(
        "the file is not there any more",
        "plan again",
    ),
    # The file cannot be judged, or not safely.
    "unparsable": Reason(
        "the file is no Python that this interpreter or LibCST can parse",
        "mend the syntax, or exclude the file in `scope`",
    ),
    "syntax": Reason(
        "the file is no Python that this interpreter or LibCST can parse",
        "mend the syntax, or exclude the file in `scope`",
    ),
    "grammar": Reason(
        "the file uses a grammar newer than the Python that runs workbench",
        "run workbench on the target's Python version or a newer one",
    ),
    "not-utf8": Reason(
        "the file's bytes do not fit its declared encoding",
        "save it as UTF-8, or declare its encoding",
    ),
    "encoding": Reason(
        "the file's bytes do not fit its declared encoding",
        "save it as UTF-8, or declare its encoding",
    ),
    "too-deep": Reason(
        "the file nests its expressions too deeply to be judged in safe limits",
        "split the long expression, or exclude the file in `scope`",
    ),
    "filtered": Reason(
        "git filters or re-encodes the file (LFS, git-crypt, working-tree-encoding): people edit another text",
        "take the attribute away in `.gitattributes`, or change the file by hand",
    ),
    "too-large": Reason(
        "the file is larger than the limit",
        "exclude it in `scope` if it is generated",
    ),
    "too-slow": Reason(
        "rewriting the file took longer than the limit",
        "exclude it in `scope`, or report it",
    ),
    "crashed": Reason(
        "the process that rewrote the file died on it",
        "report it, and exclude the file in `scope`",
    ),
    # The path is no file that belongs to this tree.
    "symlink": Reason(
        "the path is a symbolic link; its target is judged where it lies",
        "nothing, unless the target lies outside the repository",
    ),
    "submodule": Reason(
        "the path is another repository",
        "run the plan there too",
    ),
    "repository": Reason(
        "the path is another repository",
        "run the plan there too",
    ),
    "path-not-utf8": Reason(
        "the path's name is no UTF-8",
        "rename it",
    ),
    "not-checked-out": Reason(
        "the file is left out of this sparse checkout",
        "scan a commit with `--commit`, which sees all files",
    ),
    "unknown-mode": Reason(
        "git gives the path a mode that no file has",
        "look at it with `git ls-tree`",
    ),
    "not-a-file": Reason(
        "the path is a socket, a pipe or a device",
        "nothing",
    ),
}

_UNKNOWN = Reason("the rule gave this reason of its own", "see the rule's page: `workbench rules show KIND`")


def reason(code: str) -> Reason:
    """Return what `code` means and what to do; a general sentence for codes from elsewhere."""
    return REASONS.get(code, _UNKNOWN)

"""Runs one LibCST codemod for whoever writes requests to it; needs nothing but libcst, in any interpreter.

`python libcst_runner.py ROOT MODULE.CLASS [ARGUMENT...]`. Each line of stdin is a request, {"path": ..., "source": ...}
with the source in base 64; each line of the real stdout is the answer: {"source": ...} or {"error": ...}. What the
codemod prints goes to stderr. Ends with its input.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import libcst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile
from libcst.helpers import calculate_module_and_package
from libcst.metadata import FullRepoManager


def chosen(dotted: str) -> type[CodemodCommand]:
    """Return the class of a dotted path; raises what importing raises, or TypeError."""
    module, _, name = dotted.replace(":", ".").rpartition(".")
    found = getattr(importlib.import_module(module), name)
    if not (isinstance(found, type) and issubclass(found, CodemodCommand)):
        raise TypeError(f"{dotted} is no CodemodCommand")
    return found


def arguments_of(command: type[CodemodCommand], words: list[str]) -> dict[str, Any]:
    """Return a command's keyword arguments as its own parser reads them from words."""
    parser = argparse.ArgumentParser(prog=command.__name__, exit_on_error=False)
    command.add_args(parser)
    return vars(parser.parse_args(words))


def transformed(command: type[CodemodCommand], options: dict[str, Any], root: str, path: str, source: bytes) -> bytes:
    """Return what a codemod makes of one file; a new instance for each, for they keep things to themselves."""
    place = str(Path(root, path))
    name = calculate_module_and_package(root, place)
    cached = {one for one in command.get_inherited_dependencies() if getattr(one, "gen_cache", None) is not None}
    manager = FullRepoManager(root, {place}, cached) if cached else None
    if manager is not None:
        manager.resolve_cache()
    context = CodemodContext(
        filename=place, full_module_name=name.name, full_package_name=name.package, metadata_manager=manager, scratch={}
    )
    try:
        return command(context, **options).transform_module(libcst.parse_module(source)).bytes
    except SkipFile:
        return source


def answer(
    command: type[CodemodCommand], options: dict[str, Any], root: str, request: dict[str, str]
) -> dict[str, Any]:
    """Return the answer to one request."""
    try:
        after = transformed(command, options, root, request["path"], base64.b64decode(request["source"]))
    except Exception as error:  # noqa: BLE001 - whatever a codemod does, it is the answer for one file
        return {"error": f"{type(error).__name__}: {error}"}
    return {"source": base64.b64encode(after).decode("ascii")}


def main(root: str, dotted: str, *words: str) -> None:
    """Serve requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path[0] = root
    try:
        command = chosen(dotted)
        options = arguments_of(command, list(words))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a parser may want to exit
        told = f"{dotted} cannot be used: {type(error).__name__}: {error}"
        print(json.dumps({"error": told}), file=answers, flush=True)
        return
    for line in sys.stdin:
        print(json.dumps(answer(command, options, root, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

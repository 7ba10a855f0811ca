"""A hand-sized product as the seed documents speak of it, its test runner, and plan files for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

CORE = "netra_backend.app.websocket_core"
CANONICAL = f"{CORE}.websocket_manager"
FACTORY = f"{CORE}.websocket_manager_factory"
UNIFIED = f"{CORE}.unified_manager"
PLACE = CORE.replace(".", "/")

MANAGER = '''"""The one websocket manager."""

from enum import Enum
from typing import Any, Optional


class WebSocketManagerMode(Enum):
    UNIFIED = "unified"
    ISOLATED = "isolated"


class WebSocketManager:
    def __init__(self, user_context: Optional[Any] = None, mode: WebSocketManagerMode = WebSocketManagerMode.UNIFIED):
        self.user_context = user_context
        self.mode = mode
        self.events = []

    def emit(self, event: str) -> None:
        self.events.append((self.user_context, event))


def get_websocket_manager(
    user_context: Optional[Any] = None, mode: WebSocketManagerMode = WebSocketManagerMode.UNIFIED
) -> WebSocketManager:
    return WebSocketManager(user_context, mode)
'''

FACTORY_MODULE = f'''"""Deprecated: what it makes belongs to nobody."""

from {CANONICAL} import WebSocketManager


def create_websocket_manager(user_context=None):
    return WebSocketManager()
'''

RUNNER = '''"""Runs the test functions of one category: unified_test_runner.py --category NAME --junitxml=FILE."""

import importlib.util
import sys
from html import escape
from pathlib import Path

words = dict(zip(sys.argv[1::2], sys.argv[2::2]))
root = Path(__file__).parent
files = sorted((root / words["--category"].replace("-", "_")).glob("test_*.py")) if "--category" in words else []
if "--test-file" in words:
    files = [root / words["--test-file"]]
sys.path.insert(0, str(root.parent))
cases, red = [], 0
for file in files:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, test in vars(module).items():
        if not name.startswith("test_") or words.get("--pattern", "") not in name:
            continue
        said = ""
        try:
            result = test()
            if hasattr(result, "send"):
                import asyncio

                asyncio.run(result)
        except BaseException as error:
            red, said = red + 1, f'<failure message="{escape(repr(error))}"/>'
        print(f"{'not ok' if said else 'ok'} {file.stem}.{name}")
        cases.append(f'<testcase classname="{file.stem}" name="{name}">{said}</testcase>')
if "--junitxml" in words:
    Path(words["--junitxml"]).write_text(f"<testsuite>{''.join(cases)}</testsuite>")
sys.exit(bool(red))
'''

PRODUCT: dict[str, str] = {
    ".gitignore": "__pycache__/\n",
    "netra_backend/__init__.py": "",
    "netra_backend/app/__init__.py": "",
    f"{PLACE}/__init__.py": "",
    f"{PLACE}/websocket_manager.py": MANAGER,
    f"{PLACE}/websocket_manager_factory.py": FACTORY_MODULE,
    "tests/unified_test_runner.py": RUNNER,
}

Value = str | int | float | bool | Sequence["Value"] | Mapping[str, "Value"]


def rule(name: str, kind: str, **keys: Value) -> str:
    return table("rules", id=name, kind=kind, **keys)


def move(name: str, old: str, new: str, **keys: Value) -> str:
    return rule(name, "move-symbol", **{"from": old, "to": new}, **keys)


def gate(name: str, level: str, *run: str, **keys: Value) -> str:
    """A gate; without a command, that of the category called like it."""
    command = run or ("{python}", "tests/unified_test_runner.py", "--category", name, "--junitxml", "{junit}")
    return table("gates", id=name, level=level, **({} if "external" in keys else {"run": command}), **keys)


def trigger(name: str, do: str) -> str:
    return table("triggers", gate=name, do=do)


def table(name: str, **keys: Value) -> str:
    return f"\n[[{name}]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())


def plan(name: str, *tables: str, head: str = "", batches: str = "", priorities: str = "") -> dict[str, str]:
    """The file of a plan, run by this interpreter; `head`, `batches` and `priorities` are lines of TOML."""
    parts = [f"[batches]\n{batches}\n" if batches else "", f"[priorities]\n{priorities}\n" if priorities else ""]
    run = f"[run]\npython = {json.dumps(sys.executable)}\n"
    return {f"plans/{name}.toml": f'name = "{name}"\n{head}\n{run}{"".join(parts)}{"".join(tables)}'}


def _toml(value: Value) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)

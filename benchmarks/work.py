"""The three work items on Home Assistant: as a plan file, as rules of ast-grep, and where their sites truly are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.occurrences import Source

Line = tuple[str, int]
"""Path and line, from 1."""

_W1, _W1_HOME = "AddEntitiesCallback", "homeassistant/helpers/entity_platform.py"
_W3, _W3_HOME = "DeviceInfo", "homeassistant/helpers/device_registry.py"
_IMPORTS = """
  inside:
    kind: module
    stopBy: end
    has: {{kind: import_from_statement, stopBy: end, regex: '{module}[\\s\\S]*\\b{name}\\b'}}
"""


@dataclass(frozen=True)
class Work:
    """One work item. `added` is text for the file `home`, put before the one line `follower`."""

    name: str
    rule: str
    peer: str
    truth: Callable[[str, Source], Iterator[int]]
    word: str
    home: str = ""
    follower: str = ""
    added: str = ""

    @property
    def plan(self) -> str:
        return f'name = "{self.name}"\n[[rules]]\nid = "one"\n{self.rule}\n[batches]\nby = ["rule"]\nmax_files = 1000\n'

    def prepare(self, root: Path) -> None:
        """Add to the tree what the new code needs."""
        if self.home:
            text = (root / self.home).read_text("utf-8")
            assert text.count(self.follower) == 1
            (root / self.home).write_text(text.replace(self.follower, self.added + self.follower), encoding="utf-8")

    def lines(self, root: Path) -> set[Line]:
        """Return the lines on which a site ends or starts, as its kind counts; the home of the name has none."""
        found: set[Line] = set()
        for place in root.rglob("*.py"):
            content, path = place.read_bytes(), place.relative_to(root).as_posix()
            if path != self.home and re.search(rb"\b%s\b" % self.word.encode(), content):
                source = Source(content, path.rpartition("/")[0].replace("/", "."))
                found.update((path, line) for line in self.truth(path, source))
        return found


def _names(_: str, source: Source) -> Iterator[int]:
    return (one.start[0] for one in source.tokens if one.string == _W1)


def _awaits(_: str, source: Source) -> Iterator[int]:
    return (one.before.start[0] for one in source.calls("asyncio.gather") if one.before.string == "await")


def _made(_: str, source: Source) -> Iterator[int]:
    called = source.calls("homeassistant.helpers.device_registry.DeviceInfo")
    return (source.place(one.start)[0] for one in called)


ITEMS = (
    Work(
        "w1",
        rule=f'kind = "move-symbol"\nfrom = "homeassistant.helpers.entity_platform.{_W1}"\n'
        'to = "homeassistant.helpers.entity_platform.AddConfigEntryEntitiesCallback"',
        peer=f"id: one\nlanguage: python\nrule:\n  kind: identifier\n  regex: ^{_W1}$"
        + _IMPORTS.format(module="entity_platform", name=_W1)
        + "fix: AddConfigEntryEntitiesCallback\n",
        truth=_names,
        word=_W1,
        home=_W1_HOME,
        follower="class EntityPlatformModule(Protocol):\n",
        added="class AddConfigEntryEntitiesCallback(Protocol):\n    ...\n\n\n",
    ),
    Work(
        "w2",
        rule='kind = "remove-await"\ncall = "asyncio.gather"',
        peer="id: one\nlanguage: python\nrule: {pattern: 'await asyncio.gather($$$A)'}\nfix: asyncio.gather($$$A)\n"
        "---\nid: two\nlanguage: python\nrule: {pattern: 'await gather($$$A)'}\nfix: gather($$$A)\n",
        truth=_awaits,
        word="gather",
    ),
    Work(
        "w3",
        rule='kind = "replace-call"\ncall = "homeassistant.helpers.device_registry.DeviceInfo"\n'
        'with = "homeassistant.helpers.device_registry.create_device_info"\n'
        'arguments = [{ name = "registry_version", otherwise = { expression = "2" } }]',
        peer="id: one\nlanguage: python\nrule:\n  pattern: DeviceInfo($$$A)"
        + _IMPORTS.format(module="device_registry", name=_W3)
        + "fix: create_device_info($$$A, registry_version=2)\n---\nid: two\nlanguage: python\n"
        "rule: {pattern: 'dr.DeviceInfo($$$A)'}\nfix: dr.create_device_info($$$A, registry_version=2)\n",
        truth=_made,
        word=_W3,
        home=_W3_HOME,
        follower="DEVICE_INFO_TYPES = {\n",
        added="def create_device_info(*known: Any, registry_version: int, **more: Any) -> DeviceInfo:\n"
        "    return DeviceInfo(*known, **more)\n\n\n",
    ),
)

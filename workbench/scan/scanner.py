"""The scan: from a tree of files and the rules of a plan to violations, with everything not judged named.

What a file costs grows with what it holds: all are looked through for the rules' words, those that hold one have
their import statements read, and only the files in scope among them are parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.codemod.project import ModuleFacts, Project
from workbench.model.source import Sources
from workbench.model.violation import Skipped, Violation
from workbench.planning.spec import PlanSpec
from workbench.scan.crew import spread
from workbench.scan.files import MOST_BYTES, PythonFile, python_files, unreadable
from workbench.scan.finding import Kit, Task, find, read_facts
from workbench.scan.gather import Content, Gatherer, HitFile
from workbench.scan.prefilter import Hit, Needles
from workbench.scan.wanted import About, Rules, about, aliases_of, dotted_names, moves_of, needles_of, words_of


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan found.

    `violations` stand by path and place, without priorities; `skipped` are the files in scope that were not judged;
    `project` is what the scan learned of the tree. `files` counts the Python files in scope, `hits` those of them
    that were judged because a word of some rule stands in them.
    """

    violations: tuple[Violation, ...]
    skipped: tuple[Skipped, ...]
    project: Project
    files: int
    hits: int


def scan(sources: Sources, spec: PlanSpec, rules: Rules, *, jobs: int | None = None) -> ScanResult:
    """Find the violations of `rules` in a tree; `jobs` is the number of processes, None for one per core.

    A file in scope that holds a word of some rule and cannot be judged is skipped by name: `too-large` (above 1 MiB),
    `not-utf8`, `unparsable`, `filtered`, or what the sources say of it. One that holds no such word is not judged at
    all, and whether it parses is nobody's question. Raises WorkbenchError naming the file on which a rule crashes.
    """
    files = python_files((entry.path for entry in sources.entries()), spec)
    hits, project = _learn(sources, files, rules, jobs)
    in_scope = [one for one in hits.values() if one.file.in_scope]
    filtered = sources.refused_attributes(one.file.path for one in in_scope) if in_scope else {}
    judged = [one for one in in_scope if one.file.path not in filtered]
    violations, skipped = _find(judged, rules, project, jobs)
    skipped += [Skipped(path, "filtered", attribute) for path, attribute in filtered.items()]
    return ScanResult(
        violations=violations,
        skipped=tuple(sorted([*unreadable(sources, spec), *skipped], key=lambda one: (one.path, one.reason))),
        project=project,
        files=sum(one.in_scope for one in files),
        hits=len(judged),
    )


def survey(sources: Sources, spec: PlanSpec, rules: Rules, *, jobs: int | None = None) -> Project:
    """Return what a scan learns of a tree, without looking for violations in it."""
    return _learn(sources, python_files((entry.path for entry in sources.entries()), spec), rules, jobs)[1]


def rescan(
    sources: Sources, spec: PlanSpec, rules: Rules, project: Project, paths: Iterable[str]
) -> tuple[Violation, ...]:
    """Find the violations in just those paths; `project` knows the rest of the tree as it is in `sources`.

    Files that cannot be judged have none: whoever changed a file asks whether it compiles.
    """
    words = needles_of(rules).words
    needles = Needles(words, aliases_of(words, project, rules))
    contents = _contents(sources, python_files(sorted(set(paths)), spec))
    hits = {one.file.path: one for one in _hits(contents, needles, about(rules))}
    changed = [one.file for one in hits.values() if one.file.module in project.facts]
    fresh = {one.name: one for one in _Loader(sources, hits, set(needles.all), jobs=1)(changed)}
    project = replace(project, facts={**project.facts, **fresh})
    return _find([one for one in hits.values() if one.file.in_scope], rules, project, jobs=1)[0]


def _learn(
    sources: Sources, files: Sequence[PythonFile], rules: Rules, jobs: int | None
) -> tuple[dict[str, HitFile], Project]:
    """Return the files that hold words of the rules, by path, and the facts their names are resolved by.

    A module that imports a name on under another adds that word to those looked for, until there is nothing new.
    """
    hits: dict[str, HitFile] = {}
    load = _Loader(sources, hits, set(), jobs)
    gatherer = Gatherer(files, dotted_names(rules), load)
    needles, aliases = needles_of(rules), Needles()
    looked_for, contents = needles, gatherer.watch(_contents(sources, files))
    while True:
        load.words |= looked_for.all
        for one in _hits(contents, looked_for, about(rules)):
            before = hits.get(one.file.path)
            hits[one.file.path] = replace(one, hit=one.hit | before.hit) if before else one
            gatherer.enter(hits[one.file.path])
        gatherer.run()
        project = Project(gatherer.facts, gatherer.modules, moves_of(rules))
        aliases, known = Needles(aliases=aliases_of(needles.words, project, rules)), aliases
        if aliases == known:
            break
        looked_for, contents = aliases, _contents(sources, files)
    gatherer.add_imports()
    return hits, Project(gatherer.facts, gatherer.modules, moves_of(rules))


def _contents(sources: Sources, files: Iterable[PythonFile]) -> Iterator[Content]:
    by_path = {one.path: one for one in files}
    return ((by_path[path], source) for path, source in sources.read(by_path))


def _hits(contents: Iterable[Content], needles: Needles, about: About) -> Iterator[HitFile]:
    """Yield the files that hold a needle, and those that some rule is about whatever they hold."""
    for file, source in contents:
        hit, rules = needles.look(source), about(file.module)
        if hit is not None or rules:
            yield HitFile(file, source, hit or Hit(frozenset()), rules)


@dataclass(slots=True)
class _Loader:
    """Reads the facts of files; `hits` has the content of those the scan holds already."""

    sources: Sources
    hits: Mapping[str, HitFile]
    words: set[str]
    jobs: int | None

    def __call__(self, files: Sequence[PythonFile]) -> Iterator[ModuleFacts]:
        content = {one.path: self.hits[one.path].source for one in files if one.path in self.hits}
        content |= self.sources.read(one.path for one in files if one.path not in content)
        pairs = [(one, content[one.path]) for one in files if one.path in content]
        small = [pair for pair in pairs if len(pair[1]) <= MOST_BYTES]
        for found in spread(read_facts, frozenset(self.words), small, jobs=self.jobs):
            yield from found


def _find(
    hits: Iterable[HitFile], rules: Rules, project: Project, jobs: int | None
) -> tuple[tuple[Violation, ...], list[Skipped]]:
    by_word = words_of(rules, project)
    skipped, tasks = [], []
    for one in hits:
        if len(one.source) > MOST_BYTES:
            skipped.append(Skipped(one.file.path, "too-large", f"{len(one.source)} bytes"))
        else:
            numbers = one.about.union(*(by_word.get(word, ()) for word in one.hit.words))
            tasks.append(Task(one.file, one.source, tuple(sorted(numbers))))
    found = [one for chunk in spread(find, Kit(tuple(rules), project), tasks, jobs=jobs) for one in chunk]
    violations = [one for one in found if isinstance(one, Violation)]
    skipped += [one for one in found if isinstance(one, Skipped)]
    return tuple(sorted(violations, key=lambda one: (one.path, one.place, one.rule))), skipped

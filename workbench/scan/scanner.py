"""The scan: from a tree of files and the rules of a plan to violations, with everything not judged named.

What a file costs grows with what it holds: all are looked through for the rules' words, those that hold one have
their import statements read, and only the files in scope among them are parsed. What is remembered of a file as it is
costs nothing of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.codemod.project import ModuleFacts, Project
from workbench.codemod.registry import is_closed
from workbench.model.memory import FORGETFUL, Memory
from workbench.model.source import Sources
from workbench.model.violation import Skipped, Violation
from workbench.planning.spec import PlanSpec
from workbench.scan.files import MOST_BYTES, PythonFile, python_files, unreadable
from workbench.scan.finding import Kit
from workbench.scan.gather import Gatherer, HitFile
from workbench.scan.kept import Desk, Seen
from workbench.scan.prefilter import Hit, Needles
from workbench.scan.wanted import About, Rules, about, aliases_of, dotted_names, moves_of, needles_of, words_of


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan found.

    `violations` stand by path and place, without priorities; `skipped` are the files in scope that were not judged;
    `project` is what the scan learned of the tree. `files` counts the Python files in scope, `hits` those of them
    that were judged because a word of some rule stands in them; `paths` are all, those outside the scope too. `desk`
    is where it was done, and `learned` stands there for the project; "" where nothing that comes of it may be
    remembered.
    """

    violations: tuple[Violation, ...]
    skipped: tuple[Skipped, ...]
    project: Project
    files: int
    hits: int
    paths: tuple[str, ...]
    desk: Desk
    learned: str


def scan(
    sources: Sources, spec: PlanSpec, rules: Rules, *, jobs: int | None = None, memory: Memory = FORGETFUL
) -> ScanResult:
    """Find the violations of `rules` in a tree; `jobs` is the number of processes, None for one per core.

    A file in scope that holds a word of some rule and cannot be judged is skipped by name: `too-large` (above 1 MiB),
    `not-utf8`, `unparsable`, `filtered`, or what the sources say of it. One that holds no such word is not judged at
    all, and whether it parses is nobody's question. Raises WorkbenchError naming the file on which a rule crashes.
    """
    desk = Desk(sources, memory, jobs)
    files = python_files((entry.path for entry in sources.entries()), spec)
    hits, project = _learn(desk, files, rules)
    learned = desk.learned(project) if all(is_closed(rule) for rule in rules) else ""
    in_scope = [one for one in hits.values() if one.file.in_scope]
    filtered = sources.refused_attributes(one.file.path for one in in_scope) if in_scope else {}
    judged = [one for one in in_scope if one.file.path not in filtered]
    violations, skipped = _find(desk, judged, rules, project, learned)
    skipped += [Skipped(path, "filtered", attribute) for path, attribute in filtered.items()]
    return ScanResult(
        violations=violations,
        skipped=tuple(sorted([*unreadable(sources, spec), *skipped], key=lambda one: (one.path, one.reason))),
        project=project,
        files=sum(one.in_scope for one in files),
        hits=len(judged),
        paths=tuple(one.path for one in files),
        desk=desk,
        learned=learned,
    )


def survey(sources: Sources, spec: PlanSpec, rules: Rules, *, jobs: int | None = None) -> Project:
    """Return what a scan learns of a tree, without looking for violations in it."""
    return _learn(Desk(sources, jobs=jobs), python_files((entry.path for entry in sources.entries()), spec), rules)[1]


def rescan(
    sources: Sources, spec: PlanSpec, rules: Rules, project: Project, paths: Iterable[str]
) -> tuple[Violation, ...]:
    """Find the violations in just those paths; `project` knows the rest of the tree as it is in `sources`.

    Files that cannot be judged have none: whoever changed a file asks whether it compiles.
    """
    words = needles_of(rules).words
    needles = Needles(words, aliases_of(words, project, rules))
    desk = Desk(sources, jobs=1)
    hits = {
        one.file.path: one for one in _hits(desk.looked(python_files(sorted(set(paths)), spec), needles), about(rules))
    }
    changed = [one.file for one in hits.values() if one.file.module in project.facts]
    fresh = {one.name: one for one in _Loader(desk, hits, set(needles.all))(changed)}
    project = replace(project, facts={**project.facts, **fresh})
    return _find(desk, [one for one in hits.values() if one.file.in_scope], rules, project)[0]


def _learn(desk: Desk, files: Sequence[PythonFile], rules: Rules) -> tuple[dict[str, HitFile], Project]:
    """Return the files that hold words of the rules, by path, and the facts their names are resolved by.

    A module that imports a name on under another adds that word to those looked for, until there is nothing new.
    """
    hits: dict[str, HitFile] = {}
    load = _Loader(desk, hits, set())
    gatherer = Gatherer(files, dotted_names(rules), load)
    needles, aliases = needles_of(rules), Needles()
    looked_for, seen = needles, gatherer.watch(desk.looked(files, needles))
    while True:
        load.words |= looked_for.all
        for one in _hits(seen, about(rules)):
            before = hits.get(one.file.path)
            hits[one.file.path] = _joined(desk, before, one) if before else one
            gatherer.enter(hits[one.file.path])
        gatherer.run()
        project = Project(gatherer.facts, gatherer.modules, moves_of(rules))
        aliases, known = Needles(aliases=aliases_of(needles.words, project, rules)), aliases
        if aliases == known:
            break
        looked_for, seen = aliases, desk.looked(files, aliases)
    gatherer.add_imports()
    return hits, Project(gatherer.facts, gatherer.modules, moves_of(rules))


def _hits(files: Iterable[Seen], about: About) -> Iterator[HitFile]:
    """Yield the files that hold a needle, and those that some rule is about whatever they hold."""
    for one in files:
        hit, rules = one.looked.hit, about(one.file.module)
        if hit is not None or rules:
            yield HitFile(one.file, one.looked.size, hit or Hit(frozenset()), one.looked.bound, rules, one.source)


def _joined(desk: Desk, before: HitFile, one: HitFile) -> HitFile:
    """Return a file with what was found in it in two looks."""
    hit = one.hit | before.hit
    if hit == before.hit:
        return before
    source = before.source or one.source
    return replace(one, hit=hit, bound=desk.bound(one.file, hit, source), source=source)


@dataclass(slots=True)
class _Loader:
    """Reads the facts of files; `hits` has the content of those the scan holds already."""

    desk: Desk
    hits: Mapping[str, HitFile]
    words: set[str]

    def __call__(self, files: Sequence[PythonFile]) -> Iterator[ModuleFacts]:
        texts = {one.path: self.hits[one.path].source for one in files if one.path in self.hits}
        return self.desk.facts(files, frozenset(self.words), texts)


def _find(
    desk: Desk, hits: Iterable[HitFile], rules: Rules, project: Project, learned: str = ""
) -> tuple[tuple[Violation, ...], list[Skipped]]:
    by_word = words_of(rules, project)
    skipped, asked, texts = [], [], {}
    for one in hits:
        if one.size > MOST_BYTES:
            skipped.append(Skipped(one.file.path, "too-large", f"{one.size} bytes"))
        else:
            numbers = one.about.union(*(by_word.get(word, ()) for word in one.hit.words))
            asked.append((one.file, tuple(sorted(numbers))))
            texts[one.file.path] = one.source
    found = [*desk.judged(asked, Kit(tuple(rules), project), learned, texts)]
    violations = [site for one in found for site in one.violations]
    skipped += [aside for one in found for aside in one.skipped]
    return tuple(sorted(violations, key=lambda one: (one.path, one.place, one.rule))), skipped

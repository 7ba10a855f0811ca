"""An expression is to be written another way: `$HS.get_datastore()` becomes `$HS.get_datastores().main`.

**Patterns** are Python expressions. `$X` stands for one expression, the same wherever it is repeated; `$...XS` for
any number of arguments of one call (or items of a list, tuple or set), unpackings and keywords included. What
stands under a variable keeps its bytes: comments, quotes, line breaks. Calls and attributes that only change keep
their brackets and layout; parentheses are added only where the meaning needs them.

**Names.** A dotted name (`app.policies.PagePolicy`) means the thing, however the file imported it, and never
something else of that name; it begins at the top package. A name without a dot must be a builtin, and matches only
where it still is one; `self` and `cls` are what they are. A dotted name in `rewrite` is imported the way, and in
the place, the file imported the old one; an import nobody reads any more goes. Where its module ends, the tree, the
file's imports or the standard library tell; for other packages it ends before the first part that looks like a
class, or before the last one.

**Arguments.** Keyword arguments match in any order. `f($X)` matches one positional argument, so neither `f(x, y)`
nor `f(x=1)` nor `f(*x)`. A variable never stands for an unpacking; a list of arguments does.

**Receivers.** `$HS.get_datastore()` matches any receiver. `receiver`, `receiver_not` and `receiver_type` narrow it:
they speak of `$RECEIVER`, or of the only variable before a dot. See `change-arguments`.

**What is blocked.** `argument-dropped`, `evaluated-twice`, `evaluation-order`, `evaluated-later` (code under the
variables that may act would not, or would again, or elsewhere); `assigned-to` (the place is not read, except where
only an attribute of a variable changes its name); `dynamic-name` (in strings whose parts cannot be placed exactly);
`comment-lost`; `sync-context`, `async-context` (await); `name-taken`, `import-cycle`, `self-import` (the new
import); `rebound`, `alternatives`, `star-import` (a name may be something else); `unknown-receiver`. Matches inside
the definition of what `rewrite` names are excluded: that is how it works. Statements are never matched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from workbench.codemod.calls.receivers import ReceiverParameters
from workbench.codemod.imports.engine import Imports
from workbench.codemod.key import site_key
from workbench.codemod.names import Names, names_of
from workbench.codemod.patterns.pair import problems
from workbench.codemod.patterns.pattern import Pattern
from workbench.codemod.patterns.rewrite import PatternRewriter
from workbench.codemod.patterns.sites import PatternSite, pattern_sites
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Site

_TREE = (
    ("app/__init__.py", ""),
    ("app/policies.py", "class PagePolicy:\n    def may(self, page): ...\n"),
    ("app/permissions.py", "from .policies import PagePolicy\n\npage_policy = PagePolicy()\n"),
    ("app/other.py", "class PagePolicy: ...\n"),
)
_POLICY = (("match", "app.policies.PagePolicy()"), ("rewrite", "app.permissions.page_policy"))
_RELEASE = (
    ("match", "$RESPONSE.free()"),
    ("rewrite", "$RESPONSE.release()"),
    ("receiver_type", "aiohttp.ClientResponse"),
)
_parsed = lru_cache(maxsize=256)(Pattern.parse)


class PatternParameters(ReceiverParameters):
    """`match` and `rewrite`: the expression that is, and the one that shall be."""

    match: str = Field(description="the expression to look for")
    rewrite: str = Field(description="the expression to write instead")

    @field_validator("match", "rewrite")
    @classmethod
    def _is_a_pattern(cls, text: str) -> str:
        _parsed(text)
        return text

    @model_validator(mode="after")
    def _fit_together(self) -> PatternParameters:
        for problem in problems(_parsed(self.match), _parsed(self.rewrite), narrowed=self.narrows):
            raise ValueError(problem)
        return self


class PatternRule(Rule[PatternParameters]):
    kind: ClassVar[str] = "pattern"
    summary: ClassVar[str] = "An expression is written another way, wherever it matches a pattern."
    reads_doctests: ClassVar[bool] = True
    Parameters = PatternParameters
    defaults: ClassVar[dict[str, object]] = {
        "match": "$HS.get_datastore()",
        "rewrite": "$HS.get_datastores().main",
    }

    def targets(self) -> tuple[str, ...]:
        every = (name for one in (self._match, self._rewrite) for _, name in one.dotted_names)
        return tuple(dict.fromkeys(every))

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def writes(self) -> tuple[str, ...]:
        return self._rewrite.calls

    def builtins(self) -> frozenset[str]:
        return self._rewrite.builtins

    def needles(self) -> frozenset[str]:
        return frozenset({self._match.words[0]})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        yield from (site for _, site in self._found(names_of(module, project)))

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        names = names_of(module, project)
        chosen = frozenset(sites)
        wanted = [(one, site) for one, site in self._found(names) if site in chosen]
        ready = [one.match for one, site in wanted if site.blocked is None]
        refused = frozenset[int]()
        while True:
            rewriter = PatternRewriter(self._match, self._rewrite, names, Imports(module, names, project))
            rewriter.vacate(ready, refused)
            outcome = [(site, site.blocked or rewriter.replace(one.match)) for one, site in wanted]
            if rewriter.broken <= refused:
                break
            refused |= rewriter.broken
        return Rewrite(
            edits=rewriter.edits(),
            fixed=tuple(site for site, blocked in outcome if blocked is None),
            blocked=tuple((site, blocked) for site, blocked in outcome if blocked is not None),
        )

    @property
    def _match(self) -> Pattern:
        return _parsed(self.parameters.match)

    @property
    def _rewrite(self) -> Pattern:
        return _parsed(self.parameters.rewrite)

    def _found(self, names: Names) -> list[tuple[PatternSite, Site]]:
        every = pattern_sites(self._match, self._rewrite, self.parameters, names)
        return [(one, self._site(one, names)) for one in every]

    def _site(self, one: PatternSite, names: Names) -> Site:
        return Site(
            rule=self.id,
            place=one.place,
            scope=one.match.scope.qualname,
            key=site_key("pattern", one.match.node, names),
            snippet=names.module.snippet(one.place.start, one.place.end),
            message=f"{self.parameters.match} is now {self.parameters.rewrite}",
            blocked=one.blocked,
            excluded="own-definition" if one.own else "",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before="store = self.hs.get_datastore()\nrow = (\n    hs\n    .get_datastore()  # main\n    .row(1)\n)\n",
            after=(
                "store = self.hs.get_datastores().main\nrow = (\n    hs\n"
                "    .get_datastores().main  # main\n    .row(1)\n)\n"
            ),
            why="an attribute pattern matches any receiver, and the layout stays",
        ),
        Change(
            before="from app.policies import PagePolicy\n\n\ndef show(page):\n    return PagePolicy().may(page)\n",
            after="from app.permissions import page_policy\n\n\ndef show(page):\n    return page_policy.may(page)\n",
            why="a dotted name means the thing, and the import follows",
            tree=_TREE,
            parameters=_POLICY,
        ),
        Change(
            before=(
                "def show(page):\n    from .policies import PagePolicy as Policy\n\n    return Policy().may(page)\n"
            ),
            after="def show(page):\n    from .permissions import page_policy\n\n    return page_policy.may(page)\n",
            why="an import inside a function stays one, and a relative one relative",
            tree=_TREE,
            parameters=_POLICY,
        ),
        Change(
            before="from datetime import datetime\n\nnow = datetime.utcnow().date()\n",
            after="from datetime import UTC, datetime\n\nnow = datetime.now(UTC).date()\n",
            why="the standard library tells where its modules end",
            parameters=(("match", "datetime.datetime.utcnow()"), ("rewrite", "datetime.datetime.now(datetime.UTC)")),
        ),
        Change(
            before=(
                "import lib\n\nlib.get(\n    url,  # where\n    timeout=3,  # seconds\n"
                "    verify=False,\n    **more,\n)\n"
            ),
            after=(
                "import lib\n\nlib.fetch(\n    url,  # where\n    deadline=3 * 1000,  # seconds\n"
                "    verify=False,\n    **more,\n)\n"
            ),
            why="a list of arguments is kept byte for byte, wherever the keyword stands among them",
            parameters=(
                ("match", "lib.get($...ARGS, timeout=$T)"),
                ("rewrite", "lib.fetch($...ARGS, deadline=$T * 1000)"),
            ),
        ),
        Change(
            before="import lib\n\nrows = lib.select([\n    a,  # first\n    b,\n]).all()\n",
            after="import lib\n\nrows = lib.select(\n    a,  # first\n    b,\n).all()\n",
            why="a list that was all of a call keeps its lines and comments when its brackets go",
            parameters=(("match", "lib.select([$...XS])"), ("rewrite", "lib.select($...XS)")),
        ),
        Change(
            before="from six import StringIO, text_type\n\nout = StringIO(text_type())\n",
            after="from io import StringIO\n\nfrom six import text_type\n\nout = StringIO(text_type())\n",
            why="an import that goes gives its name up to what comes",
            parameters=(("match", "six.StringIO"), ("rewrite", "io.StringIO")),
        ),
        Change(
            before="from six.moves import range, zip\n\n\ndef f():\n    return zip(range(3))\n",
            after="from six.moves import zip\n\n\ndef f():\n    return zip(range(3))\n",
            why="and to a builtin",
            parameters=(("match", "six.moves.range"), ("rewrite", "range")),
        ),
        Change(
            before="import lib\n\narea = -lib.plus(a or b).real\nsure = [lib.plus(x), lib.plus(lambda: 1)]\n",
            after="area = -((a or b) + 1).real\nsure = [x + 1, (lambda: 1) + 1]\n",
            why="parentheses come where the meaning needs them, around the parts and around the whole",
            parameters=(("match", "lib.plus($X)"), ("rewrite", "$X + 1")),
        ),
        Change(
            before=(
                "from typing import Optional\n\n\ndef f(a: Optional[int], b: 'Optional[str]' = None) -> None: ...\n"
            ),
            after="from typing import Optional\n\n\ndef f(a: int | None, b: 'str | None' = None) -> None: ...\n",
            why="quoted annotations are code; an import that one of them named is left to the linter",
            parameters=(("match", "typing.Optional[$X]"), ("rewrite", "$X | None")),
        ),
        Change(
            before="print(f'{hs.get_datastore()} of {hs.get_datastore()!r}')\n",
            after="print(f'{hs.get_datastores().main} of {hs.get_datastores().main!r}')\n",
            why="f-strings too, where the new code surely fits between their quotes",
        ),
        Change(
            before="a.get_datastore().b.get_datastore(  # why\n)\n",
            after="a.get_datastores().main.b.get_datastores(  # why\n).main\n",
            why="a match inside a match is rewritten first",
        ),
        Change(
            before="x.old = x.old + 1\ndel x.old\n",
            after="x.new = x.new + 1\ndel x.new\n",
            why="where only an attribute's name changes, assignments follow",
            parameters=(("match", "$X.old"), ("rewrite", "$X.new")),
        ),
        Change(
            before=(
                "from aiohttp import ClientResponse\n\n\n"
                "def f(resp: ClientResponse | None, lock: Lock):\n    resp.free()\n"
            ),
            after=(
                "from aiohttp import ClientResponse\n\n\n"
                "def f(resp: ClientResponse | None, lock: Lock):\n    resp.release()\n"
            ),
            why="a receiver may be told by its type",
            parameters=_RELEASE,
        ),
        Refuse(
            code="import lib\n\nlib.pair(make())\n",
            reason="evaluated-twice",
            why="a call must not happen twice",
            parameters=(("match", "lib.pair($X)"), ("rewrite", "($X, $X)")),
        ),
        Refuse(
            code="import lib\n\nlib.log(level(), text)\n",
            reason="argument-dropped",
            why="a call must not get lost",
            parameters=(("match", "lib.log($LEVEL, $TEXT)"), ("rewrite", "lib.info($TEXT)")),
        ),
        Refuse(
            code="import lib\n\nlib.both(first(), second())\n",
            reason="evaluation-order",
            why="calls must not change places",
            parameters=(("match", "lib.both($A, $B)"), ("rewrite", "lib.pair($B, $A)")),
        ),
        Refuse(
            code="from six.moves import range\n\n__all__ = ['range']\nprint(range(3))\n",
            reason="name-taken",
            why="others need the import, which has the builtin's name",
            parameters=(("match", "six.moves.range"), ("rewrite", "range")),
        ),
        Refuse(
            code="x.old = 1\n",
            reason="assigned-to",
            why="a call cannot be assigned to",
            parameters=(("match", "$X.old"), ("rewrite", "$X.get_old()")),
        ),
        Refuse(
            code="import lib\n\nlib.f(  # careful\n    a\n)\n",
            reason="comment-lost",
            why="a comment in the replaced part would be lost",
            parameters=(("match", "lib.f($X)"), ("rewrite", "$X.f()")),
        ),
        Refuse(
            code="import lib\n\n\ndef f():\n    return lib.get(1)\n",
            reason="sync-context",
            why="only an async function can await",
            parameters=(("match", "lib.get($X)"), ("rewrite", "await lib.fetch($X)")),
        ),
        Refuse(
            code="print(f'{hs.get_datastore()=}')\n",
            reason="dynamic-name",
            why="the text of this field is part of the result",
        ),
        Refuse(
            code="from .policies import PagePolicy\n\npage_policy = PagePolicy()\n",
            reason="own-definition",
            why="where the new name is made, the old one stays",
            path="app/permissions.py",
            tree=_TREE,
            parameters=_POLICY,
        ),
        Refuse(
            code="def f(resp):\n    resp.free()\n",
            reason="unknown-receiver",
            why="the file does not say what it is called on",
            parameters=_RELEASE,
        ),
        Keep(
            code="from app.other import PagePolicy\n\n\ndef f(them):\n    return PagePolicy(), them.PagePolicy()\n",
            why="something else of the same name",
            tree=_TREE,
            parameters=_POLICY,
        ),
        Keep(
            code="hs.get_datastore(1)\nhs.get_datastore(*a)\nhs.get_datastore\nget_datastore()\n",
            why="other arguments, no call, no receiver",
        ),
        Keep(
            code="def release(lock: 'threading.Lock'):\n    lock.free()\n    [].free()\n\n\nimport threading\n",
            why="receivers of another type",
            parameters=_RELEASE,
        ),
    )

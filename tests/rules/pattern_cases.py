"""The tree in which the tests of patterns work, and what becomes of a file there."""

from __future__ import annotations

from rule_trees import rewritten, rule, sites

PATH = "app/example.py"
TREE = {
    "app/__init__.py": "",
    "app/policies.py": "class PagePolicy:\n    def may(self, page): ...\n",
    "app/permissions.py": "from .policies import PagePolicy\n\npage_policy = PagePolicy()\n",
    "app/api.py": "from .policies import PagePolicy\n",
    "app/named.py": "from .policies import PagePolicy as Policy\n",
    "app/other.py": "class PagePolicy: ...\n",
}
POLICY = ("app.policies.PagePolicy()", "app.permissions.page_policy")


def after(code: str, match: str, rewrite: str, path: str = PATH, **parameters: object) -> str:
    """The new text, or the reasons in brackets."""
    files = {**TREE, path: code}
    one = rule("pattern", match=match, rewrite=rewrite, **parameters)
    new, late = rewritten(one, files, path)
    codes = {site.blocked.code for site, _ in sites(one, files, path) if site.blocked}
    return f"[{', '.join(sorted({*codes, *late}))}]" if codes or late else new


def matches(code: str, match: str, **parameters: object) -> int:
    files = {**TREE, PATH: code}
    return len(sites(rule("pattern", match=match, rewrite="(1, 2)", **parameters), files, PATH))

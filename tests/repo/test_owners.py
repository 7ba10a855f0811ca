"""Whose a file is: the last matching line of CODEOWNERS, wherever it lies."""

import pytest

from workbench.repo.owners import owner_in, owner_of
from workbench.repo.repository import open_repository

RULES = """
# everything, unless said otherwise
*               @everyone
*.js            @js docs@example.org   # two owners
/build/logs/    @ops
docs/*          @writers
apps/           @apps
/vendor/**/x.py @vendor
/free.py
[Section]
^[Optional] @nobody
!negated        @nobody
/exact/file.py  @one
"""


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("a.py", "@everyone"),
        ("deep/er/a.js", "@js docs@example.org"),
        ("build/logs/x.py", "@ops"),
        ("sub/build/logs/x.py", "@everyone"),
        ("docs/a.md", "@writers"),
        ("docs/more/a.md", "@everyone"),
        ("apps/x/y.py", "@apps"),
        ("deep/apps/y.py", "@apps"),
        ("vendor/a/b/x.py", "@vendor"),
        ("free.py", ""),
        ("exact/file.py", "@one"),
        ("negated", "@everyone"),
    ],
)
def test_the_last_line_that_matches_decides(path, owner):
    assert owner_in(RULES, path) == owner


@pytest.mark.parametrize("place", [".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"])
def test_it_is_found_where_hosts_look_for_it(make_repo, place):
    repo = open_repository(make_repo({place: "* @team\n", "a.py": ""}))
    assert owner_of(repo, repo.head().commit, "a.py") == "@team"


def test_the_hosts_own_directory_comes_first_and_none_is_no_owner(make_repo, repo):
    both = open_repository(make_repo({"CODEOWNERS": "* @b\n", ".github/CODEOWNERS": "* @a\n"}))
    assert owner_of(both, both.head().commit, "a.py") == "@a"
    assert owner_of(repo, repo.head().commit, "README") == ""

"""Where a merge of two commits would stop, and what is said where git cannot try it."""

from __future__ import annotations

import pytest

from tests.repo.landing import commit_aside
from workbench.repo.forecast import Forecast, merge_forecast
from workbench.repo.repository import open_repository


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_it_stops_at_what_both_changed_in_the_same_lines(make_repo, form):
    lines = [f"{number}\n" for number in range(20)]
    repo_at = make_repo({"a.py": "".join(lines), "b.py": "1\n"}, object_format=form)
    ours = commit_aside(repo_at, {"a.py": "".join(["ours\n", *lines[1:]]).encode(), "b.py": b"ours\n"})
    theirs = commit_aside(repo_at, {"a.py": "".join([*lines[:-1], "theirs\n"]).encode(), "b.py": b"theirs\n"})
    assert merge_forecast(open_repository(repo_at), ours, theirs) == Forecast(("b.py",), tried=True)


def test_without_a_common_history_every_path_that_differs_is_named(root, repo, git):
    tree = git(root, "rev-parse", f"{commit_aside(root, {'app/a.py': b'new', 'README': None})}^{{tree}}")
    apart = git(root, "commit-tree", "-m", "apart", tree)
    assert merge_forecast(repo, repo.head().commit, apart) == Forecast(("README", "app/a.py"), tried=False)

"""Violations and plan texts that several tests of this room start from."""

from hypothesis import strategies as st

from workbench.model.violation import Place, Priority, SiteState, Violation, fingerprint


def move(name: str, old: str, new: str, **more: object) -> str:
    """Return the text of a move-symbol rule; `more` are further keys, written as TOML."""
    lines = [f'id = "{name}"', 'kind = "move-symbol"', f'from = "{old}"', f'to = "{new}"']
    lines += [f"{key} = {_toml(value)}" for key, value in more.items()]
    return "\n".join(["[[rules]]", *lines, ""])


def _toml(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def violation(rule: str, path: str, line: int = 1, **more: object) -> Violation:
    """Return an open violation on a line of a file."""
    more["priority"] = Priority(more.get("priority", "P2"))
    more["state"] = SiteState(more.get("state", "open"))
    return Violation(
        fingerprint=fingerprint(rule, path, "", f"line {line}", 0),
        rule=rule,
        kind="move-symbol",
        path=path,
        place=Place(line * 100, line * 100 + 5, line, 1, line, 6),
        scope="",
        snippet=f"line {line}",
        message="no",
        **more,
    )


RULES = ("one", "two", "three", "four")
_PATHS = st.sampled_from(
    [
        "setup.py",
        "app/a.py",
        "app/m2.py",
        "app/m10.py",
        "app/part2/x/deep/a.py",
        "app/part2/x/deep/b.py",
        "app/part10/a.py",
        "app/api/v1/users/a.py",
        "app/api/v1/users/b.py",
        "app/api/v1/users/more/c.py",
        "api/a.py",
        "tests/api/test_a.py",
    ]
)
_STATES = st.sampled_from([SiteState.OPEN, SiteState.OPEN, SiteState.BLOCKED, SiteState.EXCLUDED])


def violations() -> st.SearchStrategy[list[Violation]]:
    """Sets of different sites of RULES, open, blocked or excluded, in no particular order."""
    one = st.builds(
        violation,
        st.sampled_from(RULES),
        _PATHS,
        st.integers(1, 5),
        priority=st.sampled_from(Priority),
        state=_STATES,
    )
    return st.lists(one, unique_by=lambda site: site.fingerprint, max_size=60)

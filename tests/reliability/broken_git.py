"""A `git` first on PATH that does at its n-th call what a git does when the machine is against it."""

from __future__ import annotations

import shutil
from pathlib import Path

# What happens to the call. A limit on files is a real error in the middle of git's own writing (EFBIG, like ENOSPC);
# a limit on descriptors is EMFILE; an answer to /dev/full is ENOSPC.
MISHAPS = {
    "killed-before": "kill -9 $$",
    "killed-after": '"$git" "$@"; kill -9 $$',
    "fails": "echo 'fatal: no' >&2; exit 128",
    "cannot-write": 'trap \'\' XFSZ; ulimit -f 0; exec "$git" "$@"',
    "cannot-open": 'ulimit -n 3; exec "$git" "$@"',
    "answers-nowhere": 'exec "$git" "$@" >/dev/full',
    "slow": 'sleep 0.3; exec "$git" "$@"',
}
# Stays at work, though its terminal hangs up, until it is let go.
_WAITS = "trap '' HUP; touch '{count}.reached'; while [ ! -e '{count}.go' ]; do sleep 0.02; done"

_SCRIPT = """#!/bin/sh
git={git}
printf x >> '{count}'
if [ "$(wc -c < '{count}')" -{test} {at} ]; then
    {mishap}
fi
exec "$git" "$@"
"""


class BrokenGit:
    """A directory for the front of PATH; `lasting`: the n-th call and all that follow."""

    def __init__(self, directory: Path, mishap: str, at: int, *, lasting: bool = False) -> None:
        self._count = directory / "count"
        real = shutil.which("git")
        directory.mkdir(parents=True)
        script = directory / "git"
        test = "ge" if lasting else "eq"
        script.write_text(_SCRIPT.format(git=real, count=self._count, test=test, at=at, mishap=self._mishap(mishap)))
        script.chmod(0o755)
        self.directory = directory

    def calls(self) -> int:
        """How often it was called."""
        return self._count.stat().st_size

    def _mishap(self, name: str) -> str:
        return _WAITS.format(count=self._count) if name == "waits" else MISHAPS.get(name, ":")

    def reached(self) -> bool:
        """Whether the call that waits was made."""
        return self._count.with_name("count.reached").exists()

    def let_go(self) -> None:
        """Let the call that waits go on."""
        self._count.with_name("count.go").touch()

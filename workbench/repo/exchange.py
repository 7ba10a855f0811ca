"""Swaps two files in one step, so that whatever was in the way a moment before is still there afterwards.

`rename` would destroy a file that an editor put in place between our last look and the write. Python's `os` does not
have this call of Linux; not every file system does either, so the answer may be "cannot".
"""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

_EXCHANGE = 2
_CANNOT = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM})
_HERE = -100  # AT_FDCWD: the path is taken as any other


def exchange(place: Path, name: str, directory: int) -> bool:
    """Swap `place` and the file called `name` in a directory; False where this cannot be done in one step.

    Raises OSError, FileNotFoundError when one of the two is missing.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    if library.renameat2(_HERE, os.fsencode(place), directory, os.fsencode(name), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT:
        return False
    raise OSError(code, os.strerror(code), name)

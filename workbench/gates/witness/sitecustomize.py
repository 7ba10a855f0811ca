"""Writes down, as a gate's Python ends, where it had the modules from that workbench asks about.

Python imports it at its start because its folder comes first on PYTHONPATH; nothing is installed where it runs. It
stays out of the way: it takes its folder off the path again and runs the `sitecustomize` that it hides. It keeps
to the standard library, in syntax that every Python 3 since 3.6 reads. Children are asked too.
"""

import atexit
import os
import sys


def tell(place: str) -> None:
    """Write `module`, tab, `file` for each module asked about in `place/asked`, into a file of this process."""
    try:
        with open(os.path.join(place, "asked"), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - as small as can be
            asked = file.read().split("\n")
        found = [(name, getattr(sys.modules.get(name), "__file__", None)) for name in asked]
        lines = ["{}\t{}\n".format(name, os.path.abspath(path)) for name, path in found if path]  # noqa: PTH100, UP032
        answer = os.path.join(place, "of-%d" % os.getpid())  # noqa: PTH118, UP031
        with open(answer, "a", encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123
            file.writelines(lines)
    except Exception:  # noqa: BLE001, S110 - whoever watches must not disturb
        pass


def make_way() -> None:
    """Run the `sitecustomize` that would have been there without this one."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]  # noqa: PTH100
    mine = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # type: ignore[import-not-found] # noqa: F401  the machine may have one, or none
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules["sitecustomize"] = mine


if "WORKBENCH_WITNESS" in os.environ:
    atexit.register(tell, os.environ["WORKBENCH_WITNESS"])
    make_way()

"""Says where the target's interpreter would import packages from, without running them if that can be known.

Its text is run with `-c` in the gates' environment, so it keeps to the standard library and to syntax that
every Python 3 since 3.6 reads. Arguments: the file to answer to, then the packages. The answer is JSON:
`{package: [places]}`, with no place for a package that is not found.
"""

import importlib
import importlib.util
import json
import sys


def places(package: str) -> object:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, AttributeError, ValueError):
        # Something in the interpreter's start-up imported it already, in a way that left no spec.
        module = importlib.import_module(package)
        file = getattr(module, "__file__", None)
        return [file] if file else list(getattr(module, "__path__", []))
    if spec is None:
        return []
    if spec.origin and spec.has_location:
        return [spec.origin]
    return list(spec.submodule_search_locations or [])


def main() -> None:
    answer, packages = sys.argv[1], sys.argv[2:]
    # A script such as bin/pytest has no working directory on its path: what counts is PYTHONPATH.
    sys.path[:] = [entry for entry in sys.path if entry]
    found = {package: places(package) for package in packages}
    with open(answer, "w", encoding="utf-8") as file:  # noqa: PTH123 - no pathlib in so small a thing
        json.dump(found, file)


if __name__ == "__main__":
    main()

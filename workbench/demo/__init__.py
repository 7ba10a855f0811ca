"""The sample `workbench demo` works on: a small product with 567 places to mend, generated, never scanned.

Pure generation of files from package data; standard library only, and no knowledge of git.
"""

from workbench.demo.oracle import Expected, ExpectedSite, expected
from workbench.demo.writing import generate

__all__ = ["Expected", "ExpectedSite", "expected", "generate"]

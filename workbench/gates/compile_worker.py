"""Compiles sources inside the target's interpreter, one after the other, without running or writing anything.

Run there as a script, so it keeps to the standard library and to syntax that every Python 3 since 3.6 reads.
It greets with a line. A question is a line of JSON, `[path, size]`, and that many bytes; an answer is a line
of JSON: `[]` when it compiles, else `[line or null, message]`.
"""

import json
import sys
import warnings


def answer(path: str, source: bytes) -> object:
    try:
        compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return [error.lineno, error.msg]
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return [None, "%s: %s" % (type(error).__name__, error)]  # noqa: UP031 - as old as the syntax above
    return []


def main() -> None:
    warnings.simplefilter("ignore")
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(b"ready\n")
    answers.flush()
    while True:
        header = questions.readline()
        if not header:
            return
        path, size = json.loads(header)
        answers.write(json.dumps(answer(path, questions.read(size))).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()

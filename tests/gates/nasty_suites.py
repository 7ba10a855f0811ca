"""Commands that misbehave, each with the verdict it deserves: Python scripts, whose first argument is {junit}."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.model.gate import Verdict

PASS, FAIL, ERROR, TIMEOUT = Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.TIMEOUT


@dataclass(frozen=True)
class Nasty:
    """`keys` are those of the gate; with `junit` it must leave a report; `slow` ones run in the night."""

    name: str
    script: str
    verdict: Verdict
    junit: bool = False
    slow: bool = False
    keys: dict[str, object] = field(default_factory=dict)


SLEEP = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']{more})"
DAEMON = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(600)\n    os._exit(0)"
DEAF = "import signal, time\nfor s in (15, 2, 1): signal.signal(s, signal.SIG_IGN)\ntime.sleep(600)"
FORKS = "import os, time\nfor _ in range({number}):\n    if os.fork() == 0: time.sleep(600); os._exit(0)"
WRITES = "import sys; open(sys.argv[1], 'w').write({text!r})"
GREEN = "<testsuite><testcase name='a'/></testsuite>"
RED = "<testsuite><testcase name='a'><failure/></testcase></testsuite>"
BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><testsuite><testcase name='&b;'/></testsuite>"
FLOOD = "import os\nfor _ in range({number}): os.write(1, b'x' * (1 << 20))"
SHORT = {"timeout": 1.0}


def exits(code: int, verdict: Verdict) -> Nasty:
    return Nasty(f"exit {code}", f"import os; os._exit({code})", verdict)


SUITES = (
    Nasty("hangs", "import time; time.sleep(600)", TIMEOUT, keys=SHORT),
    Nasty("hangs and is deaf to signals", DEAF, TIMEOUT, keys=SHORT),
    Nasty("spins", "while True: pass", TIMEOUT, keys=SHORT),
    Nasty("has no time at all", "import time; time.sleep(600)", TIMEOUT, keys={"timeout": 0.001}),
    Nasty("hangs with children", SLEEP.format(more="") + ".wait()", TIMEOUT, keys=SHORT),
    Nasty("leaves a child", SLEEP.format(more=""), PASS),
    Nasty("leaves a child in a session of its own", SLEEP.format(more=", start_new_session=True"), PASS),
    Nasty("leaves a daemon", DAEMON, PASS),
    Nasty("leaves a daemon that holds the pipe, and fails", DAEMON + "\nraise SystemExit(1)", FAIL),
    Nasty("forks fifty", FORKS.format(number=50), PASS),
    Nasty("forks ten thousand", FORKS.format(number=10_000), PASS, slow=True),
    Nasty("floods 24 MiB", FLOOD.format(number=24), PASS),
    Nasty("floods 1 GiB", FLOOD.format(number=1024), PASS, slow=True),
    Nasty("prints bytes of every kind", "import os; os.write(1, bytes(range(256)) * 9); os._exit(1)", FAIL),
    Nasty("prints escape sequences", "print('\\x1b[2J\\x1b]0;title\\x07'); raise SystemExit(1)", FAIL),
    Nasty("prints half a character", "import os; os.write(1, 'ü'.encode()[:1])", PASS),
    Nasty("closes its output", "import os; os.close(1); os.close(2)", PASS),
    exits(1, FAIL),
    exits(2, FAIL),
    exits(3, FAIL),
    exits(4, FAIL),
    exits(5, FAIL),
    exits(6, FAIL),
    exits(126, ERROR),
    exits(127, ERROR),
    exits(139, ERROR),
    exits(255, ERROR),
    Nasty("is killed", "import os; os.kill(os.getpid(), 9)", ERROR),
    Nasty("crashes", "import os; os.kill(os.getpid(), 11)", ERROR),
    Nasty("aborts", "import os; os.abort()", ERROR),
    Nasty("recurses for ever", "def f(): f()\nf()", FAIL),
    Nasty("reads its input", "import sys; raise SystemExit(bool(sys.stdin.read()))", PASS),
    Nasty("wants a terminal", "import sys; raise SystemExit(not sys.stdin.isatty())", FAIL),
    Nasty("deletes its tree", "import os, shutil; shutil.rmtree(os.getcwd(), ignore_errors=True)", PASS),
    Nasty("locks its tree", "import os; os.mkdir('d'); os.chmod('d', 0)", PASS),
    Nasty("does not parse", "def (:", FAIL),
    Nasty("says nothing and exits 0", "pass", ERROR, junit=True),
    Nasty("exits 0 before it wrote", "import os; os._exit(0)", ERROR, junit=True),
    Nasty("writes half a report", WRITES.format(text=GREEN[:20]), ERROR, junit=True),
    Nasty("writes an empty report", WRITES.format(text=""), ERROR, junit=True),
    Nasty("writes a report of no test", WRITES.format(text="<testsuite/>"), FAIL, junit=True),
    Nasty("skips all", WRITES.format(text=RED.replace("failure", "skipped")), FAIL, junit=True),
    Nasty("writes a bomb of entities", WRITES.format(text=BOMB), ERROR, junit=True),
    Nasty("writes something else", WRITES.format(text="<html/>"), ERROR, junit=True),
    Nasty("exits 0 with a red test", WRITES.format(text=RED), FAIL, junit=True),
    Nasty("exits 1 with green tests", WRITES.format(text=GREEN) + "; raise SystemExit(1)", FAIL, junit=True),
    Nasty("exits 77 with green tests", WRITES.format(text=GREEN) + "; raise SystemExit(77)", ERROR, junit=True,
          keys={"fail_codes": [1]}),
    Nasty("fills the disk", "open('/dev/full', 'wb', buffering=0).write(b'x')", FAIL),
    Nasty("fills the disk with its report", WRITES.format(text=GREEN[:20]) + "; raise OSError(28, 'full')", ERROR,
          junit=True),
    Nasty("is killed after its report", WRITES.format(text=GREEN) + "; import os; os.kill(os.getpid(), 9)", ERROR,
          junit=True),
    Nasty("is green", WRITES.format(text=GREEN), PASS, junit=True),
)  # fmt: skip

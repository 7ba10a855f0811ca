"""Whole pages as a terminal of 80 columns shows them, held against approved pictures."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from workbench.model.run import Checkout
from workbench.model.violation import SiteState, Skipped
from workbench.report.console.frame import make_console
from workbench.report.console.log import show_log
from workbench.report.console.plan import show_batch, show_diff, show_excluded, show_place, show_plan
from workbench.report.console.rollback import show_certificate
from workbench.report.console.run import show_run
from workbench.report.console.scan import show_scan, show_violations
from workbench.report.status import status_text

NEXT = "workbench retry websocket-ssot --quarantined"


def test_scan(screen, violations, skipped, same_picture):
    show_violations(screen.console, violations[:5])
    show_scan(screen.console, "websocket-ssot", None, violations, skipped, ["unused"])
    same_picture("scan.txt", str(screen))


def test_a_clean_scan_says_so_in_one_line(screen):
    show_scan(screen.console, "websocket-ssot", "0123456789abcdef", [], [])
    assert str(screen) == "\nwebsocket-ssot · 0 violations · commit 0123456789\n"


def test_plan(screen, plan, same_picture):
    show_plan(screen.console, plan)
    same_picture("plan.txt", str(screen))


def test_batch(screen, plan, record, same_picture):
    batch = next(one for one in plan.batches() if one.id == "P1-001")
    together = replace(batch, units=(batch.files,))
    show_batch(screen.console, plan, together, ["syntax", "rescan", "imports", "unit"], record.quarantined[0].diff)
    same_picture("batch.txt", str(screen))


def test_place(screen, violations, same_picture):
    show_place(screen.console, violations[3:5], {})
    same_picture("place.txt", str(screen))


def test_run(screen, record, same_picture):
    show_run(screen.console, record, NEXT)
    same_picture("run.txt", str(screen))


def test_run_that_is_under_way(screen, record):
    show_run(screen.console, replace(record, finished=None, suites=(), quarantined=(), title="", issue=""), "")
    assert "next:" not in str(screen)
    assert "quarantined ·" not in str(screen)


def test_what_is_known_of_a_quarantined_file_is_said_and_nothing_else(screen, record):
    bare = replace(record.quarantined[0], tests=(), evidence="", reproduce="", owner="")
    crowd = replace(bare, tests=tuple(f"test_{number}" for number in range(8)), with_paths=("b.py", "c.py"))
    many = (bare, crowd, *(replace(bare, path=f"q/{number}.py") for number in range(10)))
    show_run(screen.console, replace(record, quarantined=many, violations=()), "")
    shown = str(screen)
    assert "red only together with b.py, c.py" in shown
    assert "test_4\n    and 3 more tests\n" in shown
    assert "see it again" not in shown
    assert "owner" not in shown
    assert "and 2 more files; `workbench report` lists all" in shown


def test_a_run_that_kept_all_says_nothing_was_dropped(screen, record):
    unmeasured = replace(record.suites[0], verdict=None)
    show_run(screen.console, replace(record, batches=record.batches[:3], suites=(unmeasured,)), "")
    assert "not kept" not in str(screen)
    assert "10/12   12/12        –   –" in str(screen)


def test_a_phase_without_batches_is_left_out(screen, plan):
    phases = (replace(plan.phases[0], batches=()), *plan.phases[1:])
    show_plan(screen.console, replace(plan, phases=phases, violations=()))
    assert "P0 ·" not in str(screen)
    assert "P1 ·" in str(screen)


def test_a_batch_without_a_change(screen, plan):
    show_batch(screen.console, plan, next(plan.batches()), ["syntax"], "")
    assert str(screen).endswith("gates · syntax\n")


def test_certificate(screen, certificate, same_picture):
    show_certificate(screen.console, certificate)
    same_picture("certificate.txt", str(screen))


@pytest.mark.parametrize(("index", "told"), [("i", "are as they were"), ("j", "changed meanwhile, not by this: index")])
def test_a_certificate_tells_of_the_users_own_files(screen, certificate, index, told):
    lay = Checkout("i", "u", "f")
    show_certificate(screen.console, replace(certificate, before=lay, after=replace(lay, index=index)))
    assert told in " ".join(str(screen).split())


def test_a_rollback_that_is_not_proven_shouts(screen, certificate):
    show_certificate(screen.console, replace(certificate, actual_tree="f" * 40, gates=(), batches=()))
    assert "NOT VERIFIED" in str(screen)
    assert "f" * 40 + "  DIFFERENT" in str(screen)


def test_log(screen, story, same_picture):
    show_log(screen.console, ((at, event) for event, at in story))
    same_picture("log.txt", str(screen))


def test_status(record, same_picture):
    same_picture("status.txt", status_text(record, NEXT))


def test_status_is_laid_out_without_rich(record):
    assert "\x1b" not in status_text(replace(record, plan="\x1b[2J"), "")
    assert "next" not in status_text(replace(record, suites=()), "")


def test_tables_fold_rather_than_cut_on_a_narrow_terminal(monkeypatch, plan):
    monkeypatch.setenv("COLUMNS", "50")
    console = make_console(io.StringIO())
    show_plan(console, plan)
    shown = console.file.getvalue()
    assert "…" not in shown
    for word in ("direct-construction", "netra_backend/app/routes"):
        assert word[:8] in shown


def test_a_long_list_says_what_it_leaves_out(screen, violations):
    crowd = [replace(violations[-1], path=f"a/{number}.py") for number in range(14)]
    show_excluded(screen.console, crowd)
    assert "and 4 more places; `workbench report` lists all" in str(screen)
    assert str(screen).count("a/") == 10


def test_verbose_lists_all(screen, violations):
    crowd = [replace(violations[-1], path=f"a/{number}.py") for number in range(14)]
    show_excluded(screen.console, crowd, full=True)
    assert "more place" not in str(screen)
    assert str(screen).count("a/") == 14


@pytest.mark.parametrize("hostile", ["[red]x[/red]", "\x1b[31mx", "\u202ex", "\x9b2J", ":smile:", "a\nb"])
def test_foreign_text_is_text(screen, violations, record, plan, certificate, hostile):
    site = replace(violations[3], path=hostile, message=hostile, rule=hostile, detail=hostile, reason=hostile)
    show_violations(screen.console, [site])
    show_scan(screen.console, hostile, None, [site], [Skipped(hostile, hostile, hostile)])
    show_place(screen.console, [site], {})
    bad = replace(record.quarantined[0], path=hostile, tests=(hostile,), evidence=hostile, owner=hostile)
    batches = tuple(replace(one, reason=hostile) for one in record.batches)
    run = replace(record, title=hostile, quarantined=(bad,), violations=(site,), batches=batches)
    show_run(screen.console, run, hostile)
    show_plan(screen.console, replace(plan, name=hostile, violations=(site,)))
    show_certificate(screen.console, replace(certificate, target=hostile))
    assert all(one.isprintable() or one == "\n" for one in str(screen))
    assert hostile.splitlines()[0].lstrip("\x1b\x9b\u202e") in str(screen)


def terminal(**more):
    return Console(file=io.StringIO(), force_terminal=True, color_system="standard", markup=False, **more)


COLOUR = "\x1b[3"


@pytest.mark.parametrize(
    ("environ", "color", "coloured"),
    [
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({}, True, False),
    ],
)
def test_colour_only_where_it_is_wanted(record, monkeypatch, environ, color, coloured):
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    console = make_console(io.StringIO(), color=color)
    show_run(console, record, NEXT)
    assert (COLOUR in console.file.getvalue()) is coloured


DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\x1b[2J\r\n+new\n"


def test_a_diff_goes_into_a_pipe_untouched(screen):
    show_diff(screen.console, DIFF)
    assert str(screen) == DIFF


def test_a_diff_on_a_terminal_is_safe():
    console = terminal(no_color=True)
    show_diff(console, DIFF)
    assert "\\x1b[2J" in console.file.getvalue()


def test_quiet_prints_nothing(record):
    console = make_console(io.StringIO(), quiet=True)
    show_run(console, record, NEXT)
    assert console.file.getvalue() == ""


def test_every_state_has_a_place_in_the_totals(screen, record):
    for state in SiteState:
        run = replace(record, violations=(replace(record.violations[0], state=state),))
        show_run(screen.console, run, "")
    assert str(screen).count("1 found = ") == len(SiteState)

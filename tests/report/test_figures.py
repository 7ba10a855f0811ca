from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from workbench.model.gate import TestCounts
from workbench.report.figures import counted, duration, goal, instant, moment, rate, roughly, short


def test_counted():
    assert [counted(1, "site"), counted(0, "site"), counted(2, "batch", "batches")] == [
        "1 site",
        "0 sites",
        "2 batches",
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0.0 s"),
        (4.12, "4.1 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.9, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_duration(seconds, told):
    assert duration(seconds) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "about 5 s"),
        (41, "about 40 s"),
        (54, "about 55 s"),
        (56, "about 1 min"),
        (200, "about 3 min"),
        (3290, "about 55 min"),
        (3400, "about 1 h"),
        (9000, "about 2 h"),
    ],
)
def test_an_estimate_is_no_finer_than_it_deserves(seconds, told):
    assert roughly(seconds) == told


def test_times_are_utc():
    when = datetime(2026, 11, 20, 23, 30, 1, 250000, tzinfo=timezone(timedelta(hours=1)))
    assert moment(when) == "2026-11-20T22:30:01Z"
    assert instant(when) == "2026-11-20T22:30:01.250Z"
    assert instant(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


def test_rates_leave_skipped_tests_out():
    assert rate(TestCounts(passed=17, failed=1, skipped=4)) == "17/18"
    assert rate(None) == "–"


@pytest.mark.parametrize(
    ("target", "now", "told"),
    [
        (Fraction("16/18"), TestCounts(10, 8), "16/18"),
        (Fraction("9/10"), TestCounts(10, 8), "90 % (17/18)"),
        (Fraction(2, 3), TestCounts(10), "2/3 (7/10)"),
        (Fraction("9/10"), None, "90 %"),
        (Fraction(1), TestCounts(5), "5/5"),
        (Fraction(2, 3), None, "2/3"),
        (None, TestCounts(5), "–"),
    ],
)
def test_a_target_is_told_in_the_suites_own_tests_where_that_is_exact(target, now, told):
    assert goal(target, now) == told


def test_short():
    assert [short("0123456789abcdef"), short(None), short("")] == ["0123456789", "–", "–"]
